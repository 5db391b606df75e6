//! Sessions. The browser has a random secret of 256 bits, the database its hash. A session ends by
//! itself when it rests too long or has lasted long enough, and at once when somebody ends it or the
//! account is closed, on every node.

use crate::{
    accounts::{Token, moment},
    database::{Row, values},
    error::Result,
    ids::AccountId,
    moment::Moment,
    store::Store,
};

/// A session that is to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Whose.
    pub account: AccountId,
    /// When.
    pub at: Moment,
    /// Seconds of rest after which it ends.
    pub idle_seconds: i64,
    /// Seconds after which it ends in any case.
    pub absolute_seconds: i64,
    /// Whether the second factor was just shown.
    pub second_factor: bool,
    /// What the person will know it by: kind of browser and device.
    pub label: String,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of its secret, by which it is named.
    pub hash: String,
    /// Whose.
    pub account: AccountId,
    /// When it began.
    pub created: Moment,
    /// When it was last used, to the minute.
    pub seen: Moment,
    /// Seconds of rest after which it ends.
    pub idle_seconds: i64,
    /// When it ends in any case.
    pub expires: Moment,
    /// When the second factor was last shown.
    pub second_factor_at: Option<Moment>,
    /// When the password was last typed.
    pub password_at: Moment,
    /// What the person knows it by.
    pub label: String,
}

impl Session {
    /// Whether it lasts at this moment.
    pub fn lasts(&self, at: Moment) -> bool {
        at.micros < self.expires.micros && at.seconds_since(self.seen) < self.idle_seconds
    }
}

/// Uses within so many seconds are not written down one by one.
const COARSENESS: i64 = 30;

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        hash: row.text(0)?,
        account: row.parsed(1)?,
        created: moment(row.int(2)?),
        seen: moment(row.int(3)?),
        idle_seconds: row.int(4)?,
        expires: moment(row.int(5)?),
        second_factor_at: row.maybe_int(6)?.map(moment),
        password_at: moment(row.int(7)?),
        label: row.text(8)?,
    })
}

impl Store {
    /// Begins a session; its secret is shown once, to the browser.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn begin_session(&self, new: NewSession) -> Result<Token> {
        let token = Token::new()?;
        let old = "DELETE FROM session WHERE expires <= $1 OR seen + idle_seconds * 1000000 <= $1";
        let sql = "INSERT INTO session (id_hash, account, created, seen, idle_seconds, expires, \
             second_factor_at, password_at, label) VALUES ($1, $2, $3, $3, $4, $5, $6, $3, $7)";
        let at = new.at.micros;
        let values = values![
            &token.hash,
            new.account,
            at,
            new.idle_seconds,
            new.at.plus_seconds(new.absolute_seconds).micros,
            new.second_factor.then_some(at),
            new.label,
        ];
        self.change(vec![(old, values![at]), (sql, values)]).await?;
        Ok(token)
    }

    /// The session of a secret, if it lasts and its account is open. Its rest begins anew.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn session(&self, secret: &str, at: Moment) -> Result<Option<Session>> {
        let hash = Token::hash_of(secret);
        let found = {
            let mut reader = self.reader().await?;
            let sql = "SELECT id_hash, account, session.created, seen, idle_seconds, expires, \
                 second_factor_at, password_at, label FROM session \
                 JOIN account ON account.id = session.account \
                 WHERE id_hash = $1 AND account.disabled = 0";
            let row = reader.db().row(sql, values![&hash]).await?;
            row.as_ref().map(session).transpose()?
        };
        let Some(session) = found.filter(|session| session.lasts(at)) else {
            return Ok(None);
        };
        if at.seconds_since(session.seen) >= COARSENESS.min(session.idle_seconds / 2) {
            let sql = "UPDATE session SET seen = $2 WHERE id_hash = $1 AND seen < $2";
            self.change(vec![(sql, values![hash, at.micros])]).await?;
        }
        Ok(Some(session))
    }

    /// Sessions of somebody that last, newest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn sessions_of(&self, account: AccountId, at: Moment) -> Result<Vec<Session>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id_hash, account, created, seen, idle_seconds, expires, \
             second_factor_at, password_at, label FROM session WHERE account = $1 \
             ORDER BY created DESC, id_hash";
        let rows = reader.db().rows(sql, values![account]).await?;
        let sessions: Vec<Session> = rows.iter().map(session).collect::<Result<_>>()?;
        Ok(sessions.into_iter().filter(|one| one.lasts(at)).collect())
    }

    /// Notes that the password was typed again, and with it perhaps the second factor shown.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn confirm_session(&self, hash: &str, at: Moment, second_factor: bool) -> Result<()> {
        let sql = if second_factor {
            "UPDATE session SET password_at = $2, second_factor_at = $2 WHERE id_hash = $1"
        } else {
            "UPDATE session SET password_at = $2 WHERE id_hash = $1"
        };
        self.change(vec![(sql, values![hash, at.micros])])
            .await
            .map(drop)
    }

    /// Ends one session of somebody. False when there was none.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn end_session(&self, account: AccountId, hash: &str) -> Result<bool> {
        let sql = "DELETE FROM session WHERE account = $1 AND id_hash = $2";
        Ok(self.change(vec![(sql, values![account, hash])]).await? == [1])
    }

    /// Ends all sessions of somebody, but for one.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn end_sessions(&self, account: AccountId, but: Option<&str>) -> Result<u64> {
        let sql = "DELETE FROM session WHERE account = $1 AND id_hash <> $2";
        let values = values![account, but.unwrap_or_default()];
        Ok(self.change(vec![(sql, values)]).await?.iter().sum())
    }
}
