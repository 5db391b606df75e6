//! People who sign in: accounts, credentials, roles, one-time codes. Passwords are hashed by the
//! caller, which also decides how long somebody has to wait after failures; the store keeps the
//! counters. A code and a recovery code can be used once, whoever asks at the same time.

use crate::{
    access::{Grant, Role},
    database::{Row, values},
    error::{Result, StoreError},
    hex,
    ids::{AccountId, GrantId},
    keys::{self, Purpose},
    moment::Moment,
    store::Store,
};
use attune_protocol::id::StudyId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: AccountId,
    /// What the person types to sign in, lower-case.
    pub login: String,
    /// Name of the member of staff.
    pub name: String,
    /// When it was made.
    pub created: Moment,
    /// Whether it is closed.
    pub disabled: bool,
    /// Whether there is a second factor.
    pub second_factor: bool,
}

/// What it takes to check a sign-in.
pub struct Credentials {
    /// The password's argon2 hash; none before the first password.
    pub password: Option<String>,
    /// The second factor's secret.
    pub second_factor: Option<Zeroizing<Vec<u8>>>,
    /// Failures since the last success.
    pub n_failed: u32,
    /// When the last failure was.
    pub last_failed: Option<Moment>,
    /// Recovery codes that are left.
    pub n_recovery_codes: u32,
}

/// A secret that is shown once, and the hash that is stored.
#[derive(Clone)]
pub struct Token {
    /// The secret, 64 hexadecimal digits (256 bits).
    pub secret: Zeroizing<String>,
    /// Its SHA-256, lower-case hexadecimal.
    pub hash: String,
}

impl Token {
    /// A new one, from the randomness of the operating system.
    ///
    /// # Errors
    ///
    /// The system gives no randomness.
    pub fn new() -> Result<Self> {
        let secret = Zeroizing::new(hex::encode(&keys::random::<32>()?[..]));
        let hash = Self::hash_of(&secret);
        Ok(Self { secret, hash })
    }

    /// The hash of a secret that somebody presents.
    pub fn hash_of(secret: &str) -> String {
        hex::encode(&Sha256::digest(secret))
    }
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.parsed(0)?,
        login: row.text(1)?,
        name: row.text(2)?,
        created: moment(row.int(3)?),
        disabled: row.flag(4)?,
        second_factor: row.flag(5)?,
    })
}

pub(crate) fn moment(micros: i64) -> Moment {
    Moment {
        micros,
        offset_minutes: 0,
    }
}

fn grant(row: &Row) -> Result<Grant> {
    let role = row.text(2)?;
    Ok(Grant {
        id: row.parsed(0)?,
        account: row.parsed(1)?,
        role: Role::from_code(&role).ok_or_else(|| StoreError::damaged("an unknown role"))?,
        study: row.maybe_text(3)?.map(StudyId::from),
        sites: row.json(4)?,
        from: row.parsed(5)?,
        until: row.maybe_parsed(6)?,
        revoked: row.flag(7)?,
    })
}

impl Store {
    /// All accounts, by login.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, login, name, created, disabled, second_factor FROM account \
             ORDER BY login";
        let rows = reader.db().rows(sql, Vec::new()).await?;
        rows.iter().map(account).collect()
    }

    /// The account with this login; upper and lower case are the same.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, login, name, created, disabled, second_factor FROM account \
             WHERE login = $1";
        let login = login.trim().to_lowercase();
        let row = reader.db().row(sql, values![login]).await?;
        row.as_ref().map(account).transpose()
    }

    /// The account with this id.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn account(&self, id: AccountId) -> Result<Account> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, login, name, created, disabled, second_factor FROM account \
             WHERE id = $1";
        let row = reader.db().row(sql, values![id]).await?;
        account(&row.ok_or_else(|| StoreError::not_found("account", id))?)
    }

    /// What it takes to check a sign-in. An account without any has empty credentials.
    ///
    /// # Errors
    ///
    /// The database cannot be read, or the secret does not open with the key.
    pub async fn credentials(&self, id: AccountId) -> Result<Credentials> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT COUNT(*) FROM recovery_code WHERE account = $1";
        let n_codes = db.count(sql, values![id]).await?;
        let sql = "SELECT password, totp, failed, last_failed FROM account_secret \
             WHERE account = $1";
        let row = db.row(sql, values![id]).await?;
        let n_recovery_codes = u32::try_from(n_codes).unwrap_or(u32::MAX);
        let Some(row) = row else {
            return Ok(Credentials {
                password: None,
                second_factor: None,
                n_failed: 0,
                last_failed: None,
                n_recovery_codes,
            });
        };
        let second_factor = match row.maybe_bytes(1)? {
            Some(sealed) => {
                let key = self.keys().derived(Purpose::SecondFactor);
                Some(keys::open(&key, &factor_context(id), &sealed)?)
            }
            None => None,
        };
        Ok(Credentials {
            password: row.maybe_text(0)?,
            second_factor,
            n_failed: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
            last_failed: row.maybe_int(3)?.map(moment),
            n_recovery_codes,
        })
    }

    /// Seals the secret of a second factor, for [`crate::Secret::SecondFactor`].
    ///
    /// # Errors
    ///
    /// The system gives no randomness.
    pub fn seal_second_factor(&self, id: AccountId, secret: &[u8]) -> Result<Vec<u8>> {
        let key = self.keys().derived(Purpose::SecondFactor);
        keys::seal(&key, &factor_context(id), secret)
    }

    /// Counts a failed sign-in.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn note_failure(&self, id: AccountId, at: Moment) -> Result<()> {
        let sql = "INSERT INTO account_secret (account, failed, last_failed) VALUES ($1, 1, $2) \
             ON CONFLICT (account) DO UPDATE SET failed = account_secret.failed + 1, \
             last_failed = excluded.last_failed";
        self.change(vec![(sql, values![id, at.micros])])
            .await
            .map(drop)
    }

    /// Forgets failed sign-ins after a success.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn forget_failures(&self, id: AccountId) -> Result<()> {
        let sql = "UPDATE account_secret SET failed = 0, last_failed = NULL \
             WHERE account = $1 AND failed > 0";
        self.change(vec![(sql, values![id])]).await.map(drop)
    }

    /// Uses the time step of a second factor. False when this step or a later one was used: a code
    /// works once.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn use_second_factor_step(&self, id: AccountId, step: i64) -> Result<bool> {
        let sql = "UPDATE account_secret SET totp_step = $2 WHERE account = $1 \
             AND (totp_step IS NULL OR totp_step < $2)";
        let counts = self.change(vec![(sql, values![id, step])]).await?;
        Ok(counts == [1])
    }

    /// Uses a recovery code. False when there is no such code left.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn use_recovery_code(&self, id: AccountId, code: &str) -> Result<bool> {
        let sql = "DELETE FROM recovery_code WHERE account = $1 AND hash = $2";
        let counts = self
            .change(vec![(sql, values![id, Token::hash_of(code)])])
            .await?;
        Ok(counts == [1])
    }

    /// Keeps a code that can be used once, by its hash: for the first run, a new account, a reset.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn keep_code(
        &self,
        hash: &str,
        purpose: &str,
        account: Option<AccountId>,
        expires: Moment,
    ) -> Result<()> {
        let others = "DELETE FROM one_time_code WHERE purpose = $1 \
             AND COALESCE(account, '') = COALESCE($2, '')";
        let sql = "INSERT INTO one_time_code (hash, purpose, account, expires) \
             VALUES ($1, $2, $3, $4)";
        let statements = vec![
            (others, values![purpose, account]),
            (sql, values![hash, purpose, account, expires.micros]),
        ];
        self.change(statements).await.map(drop)
    }

    /// Whether a code holds, and for whom, without using it.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn code(
        &self,
        hash: &str,
        purpose: &str,
        at: Moment,
    ) -> Result<Option<Option<AccountId>>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT account FROM one_time_code WHERE hash = $1 AND purpose = $2 \
             AND expires > $3";
        let row = reader
            .db()
            .row(sql, values![hash, purpose, at.micros])
            .await?;
        row.as_ref().map(|row| row.maybe_parsed(0)).transpose()
    }

    /// Uses a code. False when it does not hold any more.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn use_code(&self, hash: &str, purpose: &str, at: Moment) -> Result<bool> {
        let sql = "DELETE FROM one_time_code WHERE hash = $1 AND purpose = $2 AND expires > $3";
        let counts = self
            .change(vec![(sql, values![hash, purpose, at.micros])])
            .await?;
        Ok(counts == [1])
    }

    /// The roles of somebody, also past and revoked ones.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn grants_of(&self, id: AccountId) -> Result<Vec<Grant>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, account, role, study, sites, from_date, until_date, revoked \
             FROM role_grant WHERE account = $1 ORDER BY from_date, id";
        let rows = reader.db().rows(sql, values![id]).await?;
        rows.iter().map(grant).collect()
    }

    /// All roles in a study, also past and revoked ones; without a study those that hold everywhere.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn grants_in(&self, study: Option<&StudyId>) -> Result<Vec<Grant>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, account, role, study, sites, from_date, until_date, revoked \
             FROM role_grant WHERE COALESCE(study, '') = $1 ORDER BY from_date, id";
        let study = study.map_or("", |study| study.as_str());
        let rows = reader.db().rows(sql, values![study]).await?;
        rows.iter().map(grant).collect()
    }

    /// The role with this id.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn grant(&self, id: GrantId) -> Result<Grant> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, account, role, study, sites, from_date, until_date, revoked \
             FROM role_grant WHERE id = $1";
        let row = reader.db().row(sql, values![id]).await?;
        grant(&row.ok_or_else(|| StoreError::not_found("grant", id))?)
    }
}

fn factor_context(id: AccountId) -> Vec<u8> {
    format!("attune second factor 1 {id}").into_bytes()
}

/// What the one-time code is for with which somebody sets a password: a new account, or a reset.
pub const PASSWORD_CODE: &str = "password";

/// A one-time code that people read out and type: three groups of five letters and digits, none of
/// which looks like another.
pub struct TypedCode {
    /// As it is shown, once.
    pub shown: Zeroizing<String>,
    /// SHA-256 of it without hyphens, lower-case hexadecimal.
    pub hash: String,
}

impl TypedCode {
    /// A new one.
    ///
    /// # Errors
    ///
    /// The system gives no randomness.
    pub fn new() -> Result<Self> {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let bytes = keys::random::<15>()?;
        let plain: String = bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let shown = format!("{}-{}-{}", &plain[..5], &plain[5..10], &plain[10..]);
        Ok(Self {
            shown: Zeroizing::new(shown),
            hash: Token::hash_of(&plain),
        })
    }
}
