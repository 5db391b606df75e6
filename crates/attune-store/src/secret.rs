//! What must be kept and must never be in the log: hashes of passwords, secrets of second factors,
//! recovery codes, the wrapped keys of persons. They are written in the transaction of the command
//! that they belong to, and replaced in place.

use std::fmt;

use crate::{
    database::{Db, values},
    error::Result,
    ids::{AccountId, PersonId},
};

/// Something that is kept beside the log. It cannot be printed.
#[derive(Clone)]
pub enum Secret {
    /// A password's argon2 hash in its text form.
    PasswordHash {
        /// Whose.
        account: AccountId,
        /// The hash.
        hash: String,
    },
    /// A second factor's secret, sealed by [`crate::Store::seal_second_factor`]; none to take it away.
    SecondFactor {
        /// Whose.
        account: AccountId,
        /// Sealed secret.
        sealed: Option<Vec<u8>>,
    },
    /// SHA-256 of each recovery code, lower-case hexadecimal.
    RecoveryCodes {
        /// Whose.
        account: AccountId,
        /// The hashes.
        hashes: Vec<String>,
    },
    /// A person's data key, wrapped.
    PersonKey {
        /// Whose.
        person: PersonId,
        /// The wrapped key.
        wrapped: Vec<u8>,
    },
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::PasswordHash { .. } => "PasswordHash(…)",
            Self::SecondFactor { .. } => "SecondFactor(…)",
            Self::RecoveryCodes { .. } => "RecoveryCodes(…)",
            Self::PersonKey { .. } => "PersonKey(…)",
        })
    }
}

impl Secret {
    pub(crate) async fn keep(&self, db: &mut Db<'_>) -> Result<()> {
        match self {
            Self::PasswordHash { account, hash } => {
                let sql = "INSERT INTO account_secret (account, password, failed) VALUES ($1, $2, 0) \
                     ON CONFLICT (account) DO UPDATE SET password = excluded.password, failed = 0";
                db.run(sql, values![*account, hash]).await?;
            }
            Self::SecondFactor { account, sealed } => {
                let sql = "INSERT INTO account_secret (account, totp, failed) VALUES ($1, $2, 0) \
                     ON CONFLICT (account) DO UPDATE SET totp = excluded.totp, totp_step = NULL";
                db.run(sql, values![*account, sealed.clone()]).await?;
            }
            Self::RecoveryCodes { account, hashes } => {
                let sql = "DELETE FROM recovery_code WHERE account = $1";
                db.run(sql, values![*account]).await?;
                for hash in hashes {
                    let sql = "INSERT INTO recovery_code (account, hash) VALUES ($1, $2)";
                    db.run(sql, values![*account, hash]).await?;
                }
            }
            Self::PersonKey { person, wrapped } => {
                // A key is never replaced: what was sealed under it would be lost.
                let sql = "INSERT INTO vault_key (person, wrapped) VALUES ($1, $2) \
                     ON CONFLICT (person) DO NOTHING";
                db.run(sql, values![*person, wrapped.as_slice()]).await?;
            }
        }
        Ok(())
    }
}
