//! Accounts, roles, notes and backups.

use crate::{
    apply::{Context, misplaced},
    command::{Command, Outcome},
    database::{Db, values},
    error::{Result, StoreError},
    ids::AccountId,
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    match command {
        Command::CreateAccount {
            account,
            login,
            name,
        } => {
            let login = login.trim().to_lowercase();
            context.refuse_if(login.is_empty(), || "a login must not be empty".to_owned())?;
            let taken = "SELECT COUNT(*) FROM account WHERE login = $1";
            let is_taken = db.count(taken, values![&login]).await? > 0;
            context.refuse_if(is_taken, || format!("the login {login} is taken"))?;
            let sql = "INSERT INTO account (id, login, name, created, disabled, second_factor) \
                 VALUES ($1, $2, $3, $4, 0, 0)";
            let values = values![*account, &login, name, context.at.micros];
            db.run(sql, values).await?;
        }
        Command::RenameAccount { account, name } => {
            let sql = "UPDATE account SET name = $2 WHERE id = $1";
            let changed = db.run(sql, values![*account, name]).await?;
            context.must_exist(changed, "account", account)?;
        }
        Command::SetPassword { account } | Command::SetRecoveryCodes { account } => {
            exists(db, context, *account).await?;
        }
        Command::SetSecondFactor { account, present } => {
            let sql = "UPDATE account SET second_factor = $2 WHERE id = $1";
            let changed = db.run(sql, values![*account, *present]).await?;
            context.must_exist(changed, "account", account)?;
        }
        Command::DisableAccount { account } => {
            let sql = "UPDATE account SET disabled = 1 WHERE id = $1";
            let changed = db.run(sql, values![*account]).await?;
            context.must_exist(changed, "account", account)?;
            if context.is_new() {
                let sql = "DELETE FROM session WHERE account = $1";
                db.run(sql, values![*account]).await?;
            }
        }
        Command::EnableAccount { account } => {
            let sql = "UPDATE account SET disabled = 0 WHERE id = $1";
            let changed = db.run(sql, values![*account]).await?;
            context.must_exist(changed, "account", account)?;
        }
        Command::GrantRole {
            grant,
            account,
            role,
            sites,
            from,
            until,
        } => {
            exists(db, context, *account).await?;
            let is_backwards = until.is_some_and(|until| until < *from);
            context.refuse_if(is_backwards, || {
                "the last day is before the first".to_owned()
            })?;
            let sql = "INSERT INTO role_grant (id, account, role, study, sites, from_date, \
                 until_date, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";
            let study = context.study.map(attune_protocol::id::StudyId::as_str);
            let sites = serde_json::to_string(sites).map_err(|_| misplaced())?;
            let values = values![*grant, *account, role.code(), study, sites, *from, *until];
            db.run(sql, values).await?;
        }
        Command::RevokeRole { grant } => {
            let sql = "UPDATE role_grant SET revoked = 1 WHERE id = $1";
            let changed = db.run(sql, values![*grant]).await?;
            context.must_exist(changed, "grant", grant)?;
        }
        Command::Note { .. } => {}
        Command::RecordBackup {
            backup,
            folder,
            digest,
            verified,
        } => {
            let sql = "INSERT INTO backup (id, at, folder, digest, verified) \
                 VALUES ($1, $2, $3, $4, $5)";
            let values = values![*backup, context.at.micros, folder, digest, *verified];
            db.run(sql, values).await?;
        }
        _ => return Err(misplaced()),
    }
    Ok(Outcome::default())
}

async fn exists(db: &mut Db<'_>, context: &Context<'_>, account: AccountId) -> Result<()> {
    let sql = "SELECT COUNT(*) FROM account WHERE id = $1";
    if context.is_new() && db.count(sql, values![account]).await? == 0 {
        return Err(StoreError::not_found("account", account));
    }
    Ok(())
}
