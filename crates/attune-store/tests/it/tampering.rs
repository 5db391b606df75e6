//! A thousand ways to change the log behind the program's back: each is found.

use attune_store::{
    Command,
    audit::{self, Verified},
    command::AnswerValue,
    database::Db,
    entry::Entry,
    heads::{self, HeadsFound},
};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{NOON, World};

/// A small generator with a seed (xorshift), so that a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

#[tokio::test]
async fn a_thousand_tamperings_are_all_found() {
    let world = World::lite().await;
    let study = world.hostel().await;
    for n in 0..3 {
        world.account(&format!("person-{n}")).await;
        let family = world.consenting_family(&study, "hostel-a").await;
        let mut saved = world.phq(&study, family, 1.0).await;
        world
            .ask(&study, Command::SaveForm(Box::new(saved.clone())))
            .await
            .expect("saved");
        saved.base = 1;
        saved.answers.insert("q1".into(), AnswerValue::Number(2.0));
        let save = Command::SaveForm(Box::new(saved));
        world
            .ask_because(&study, save, "misread")
            .await
            .expect("saved");
    }
    world.store.sign_heads(NOON).await.expect("signed");
    let heads = heads::read(&world.location.heads(), &world.store.keys().verifying());
    let heads = heads.expect("read");
    world.store.close().await;
    let options = SqliteConnectOptions::new().filename(world.location.database_file());
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    assert!(verify(&mut connection, &heads).await.is_sound());
    let mut dice = Dice(0x5eed_0001);
    let mut counts = [0; 7];
    for trial in 0..1000 {
        run(&mut connection, "BEGIN").await;
        let kind = dice.roll(7);
        let what = tamper(&mut connection, kind, &mut dice, study.as_str()).await;
        counts[kind] += 1;
        let verified = verify(&mut connection, &heads).await;
        assert!(!verified.is_sound(), "trial {trial}: {what}");
        let named = verified.chains.iter().find_map(|chain| chain.bad.clone());
        assert!(
            named.is_some_and(|bad| bad.sequence >= 0),
            "trial {trial}: {what}"
        );
        run(&mut connection, "ROLLBACK").await;
    }
    assert!(
        counts.iter().all(|n| *n > 80),
        "every kind was tried: {counts:?}"
    );
    assert!(
        verify(&mut connection, &heads).await.is_sound(),
        "all was put back"
    );
}

async fn verify(connection: &mut SqliteConnection, heads: &HeadsFound) -> Verified {
    audit::verify(&mut Db::Lite(connection), heads)
        .await
        .expect("read")
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> u64 {
    let sql = AssertSqlSafe(sql.to_owned());
    let done = sqlx::query(sql).execute(connection).await;
    done.expect("a statement").rows_affected()
}

/// Changes something; says what.
async fn tamper(
    connection: &mut SqliteConnection,
    kind: usize,
    dice: &mut Dice,
    study: &str,
) -> String {
    let chain = if dice.roll(4) == 0 { "-" } else { study };
    let sql = format!("SELECT COUNT(*) FROM command WHERE chain = '{chain}'");
    let row = sqlx::query(AssertSqlSafe(sql))
        .fetch_one(&mut *connection)
        .await
        .expect("read");
    let n: i64 = row.get(0);
    let at = 1 + dice.roll(n as usize) as i64;
    let place = format!("chain = '{chain}' AND sequence = {at}");
    let sql = match kind {
        0 => {
            let changes = [
                "content = REPLACE(content, '1', '2') || ' '",
                "reason = COALESCE(reason, '') || '!'",
                "actor = actor || 'x'",
                "actor_role = 'auditor'",
                "at = at + 1",
                "offset_minutes = offset_minutes - 60",
                "kind = kind || 'x'",
                "subject = COALESCE(subject, '') || 'x'",
                "outcome = '{\"version\":99}'",
                "id = '00000000-0000-7000-8000-000000000000'",
                "request_key = 'another'",
                "request = x'00'",
                "digest = x'00'",
                "previous = x'00'",
                "hash = x'00'",
                "salt = x'00'",
                "content = NULL",
                "content = NULL, salt = NULL",
                "at = 'yesterday'",
            ];
            let change = changes[dice.roll(changes.len())];
            format!("UPDATE command SET {change} WHERE {place}")
        }
        1 => format!("DELETE FROM command WHERE {place}"),
        2 => {
            let other = if at == n { 1 } else { at + 1 };
            run(
                connection,
                &format!("UPDATE command SET sequence = -1 WHERE {place}"),
            )
            .await;
            let back = format!(
                "UPDATE command SET sequence = {at} WHERE chain = '{chain}' AND sequence = {other}"
            );
            run(connection, &back).await;
            format!(
                "UPDATE command SET sequence = {other} WHERE chain = '{chain}' AND sequence = -1"
            )
        }
        3 => format!("DELETE FROM command WHERE chain = '{chain}' AND sequence >= {at}"),
        4 => {
            // The end is cut off and the chain's own note changed to fit.
            let cut = format!("DELETE FROM command WHERE chain = '{chain}' AND sequence >= {at}");
            run(connection, &cut).await;
            format!(
                "UPDATE chain SET sequence = {at} - 1, hash = COALESCE((SELECT hash FROM command \
                 WHERE chain = '{chain}' AND sequence = {at} - 1), zeroblob(32)) \
                 WHERE chain = '{chain}'"
            )
        }
        5 => {
            // The content is changed and every hash from there on made anew.
            make_anew(connection, chain, at).await;
            format!("UPDATE chain SET chain = chain WHERE chain = '{chain}'")
        }
        _ => {
            let other = if chain == "-" { study } else { "-" };
            let moved = n + 100;
            format!("UPDATE command SET chain = '{other}', sequence = {moved} WHERE {place}")
        }
    };
    let n_changed = run(connection, &sql).await;
    assert!(n_changed > 0, "a tampering that changes nothing: {sql}");
    sql
}

/// What somebody would do who knows how the hashes are made and has no key.
async fn make_anew(connection: &mut SqliteConnection, chain: &str, from: i64) {
    let mut entries = Entry::of_chain(&mut Db::Lite(connection), chain, from - 1, i64::MAX)
        .await
        .expect("read");
    let mut previous = entries[0].previous.clone();
    for (n, entry) in entries.iter_mut().enumerate() {
        if n == 0 {
            let content = format!("{} ", entry.content.clone().unwrap_or_default());
            let salt = entry.salt.clone().unwrap_or_default();
            entry.digest = Sha256::new()
                .chain_update(&salt)
                .chain_update(&content)
                .finalize()
                .to_vec();
            entry.content = Some(content);
        }
        entry.previous = previous;
        entry.hash = entry.computed_hash().to_vec();
        previous = entry.hash.clone();
        let sql = "UPDATE command SET content = $1, digest = $2, previous = $3, hash = $4 \
             WHERE chain = $5 AND sequence = $6";
        let done = sqlx::query(sql)
            .bind(entry.content.clone())
            .bind(entry.digest.clone())
            .bind(entry.previous.clone())
            .bind(entry.hash.clone())
            .bind(chain.to_owned())
            .bind(entry.sequence)
            .execute(&mut *connection)
            .await;
        done.expect("changed");
    }
    let sql = "UPDATE chain SET hash = $1 WHERE chain = $2";
    let done = sqlx::query(sql)
        .bind(previous)
        .bind(chain.to_owned())
        .execute(connection)
        .await;
    done.expect("changed");
}
