//! Ids of the things in a store: UUIDs of version 7, which sort by the time at which they were made.
//! Whoever makes a thing may make its id, also where there is no network.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::database::Value;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id.
            #[expect(clippy::new_without_default, reason = "a default id would be surprising")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The `n`th id of a request: the same request sent again has the same ids.
            pub fn of_request(key: &str, n: u32) -> Self {
                Self(of_request(key, n))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<$name> for Value {
            fn from(id: $name) -> Self {
                Self::Text(Some(id.0.to_string()))
            }
        }

        impl From<Option<$name>> for Value {
            fn from(id: Option<$name>) -> Self {
                Self::Text(id.map(|id| id.0.to_string()))
            }
        }
    )*};
}

/// An id made from the key of a request (version 8: of our own making).
fn of_request(key: &str, n: u32) -> Uuid {
    let hash = Sha256::new()
        .chain_update(b"attune id of request 1")
        .chain_update(n.to_le_bytes())
        .chain_update(key)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

ids! {
    /// Somebody who signs in.
    AccountId,
    /// A role given to somebody.
    GrantId,
    /// A stored command.
    CommandId,
    /// An infant or a carer.
    PersonId,
    /// A carer and an infant seen as a pair. (Its study code, which people see, is a
    /// [`DyadId`](attune_protocol::id::DyadId).)
    DyadKey,
    /// Somebody's part in a dyad.
    PartId,
    /// A dated fact about a dyad.
    EventId,
    /// A consent that was given or refused.
    ConsentId,
    /// A form about one unit: an instrument filled in once.
    FormId,
    /// A question about a form.
    QueryId,
    /// An answer that a clinician must hear of.
    AlertId,
    /// Words that reports may quote.
    QuotationId,
    /// A backup.
    BackupId,
    /// A recording.
    ClipId,
    /// What one person codes from one recording.
    CodingId,
    /// Projects of another tool that were brought in one go.
    BringingId,
}
