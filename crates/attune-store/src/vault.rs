//! Names, contacts and dates of birth, sealed. Each person has a data key; the data key lies in the
//! database wrapped under the master key, which does not. A sealed field is bound to its person and
//! its field, so that it opens nowhere else. Names are found by a blind index: a keyed hash of the
//! name in its plainest form.
//!
//! Destroying a person's data key makes every sealed field of that person unreadable, in the tables,
//! in the log and in every copy made after; the chain of hashes stays whole, because it never held
//! anything but sealed fields.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    error::{Result, StoreError},
    hex,
    ids::PersonId,
    keys::{self, Keys, Purpose},
    secret::Secret,
};

/// What identifies a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifier {
    /// Given names.
    GivenName,
    /// Family name.
    FamilyName,
    /// Name that the person goes by.
    KnownAs,
    /// Telephone.
    Phone,
    /// E-mail address.
    Email,
    /// Postal address.
    Address,
    /// Day of birth, `YYYY-MM-DD`.
    BirthDate,
    /// Day on which the birth was due, `YYYY-MM-DD`.
    DueDate,
    /// Anything else that is needed to reach the family.
    ContactNote,
    /// A note about a person's competence to consent.
    Competence,
    /// Name of a witness.
    Witness,
}

impl Identifier {
    /// Those that a form for a person has.
    pub const OF_PERSONS: [Self; 9] = [
        Self::GivenName,
        Self::FamilyName,
        Self::KnownAs,
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::BirthDate,
        Self::DueDate,
        Self::ContactNote,
    ];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::GivenName => "given-name",
            Self::FamilyName => "family-name",
            Self::KnownAs => "known-as",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address => "address",
            Self::BirthDate => "birth-date",
            Self::DueDate => "due-date",
            Self::ContactNote => "contact-note",
            Self::Competence => "competence",
            Self::Witness => "witness",
        }
    }

    /// As it is shown.
    pub fn words(self) -> &'static str {
        match self {
            Self::GivenName => "given names",
            Self::FamilyName => "family name",
            Self::KnownAs => "known as",
            Self::Phone => "telephone",
            Self::Email => "e-mail",
            Self::Address => "address",
            Self::BirthDate => "date of birth",
            Self::DueDate => "due date",
            Self::ContactNote => "note for contact",
            Self::Competence => "note on competence",
            Self::Witness => "witness",
        }
    }

    /// Whether persons may be looked for by it.
    pub fn is_indexed(self) -> bool {
        matches!(
            self,
            Self::GivenName | Self::FamilyName | Self::KnownAs | Self::Phone | Self::Email
        )
    }

    /// The plainest form of a value, in which small differences of writing are gone.
    fn plainest(self, value: &str) -> String {
        let keep = |letter: &char| match self {
            Self::Phone => letter.is_ascii_digit(),
            _ => !letter.is_whitespace() && !"-'’.".contains(*letter),
        };
        let plain = value.chars().filter(keep).flat_map(char::to_lowercase);
        plain.collect()
    }
}

/// A text that identifies a family. It is not printed, not serialised, and wiped after use.
#[derive(Clone, PartialEq, Eq)]
pub struct Identifying(String);

impl Identifying {
    /// The text, trimmed.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The text, for the one place that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Drop for Identifying {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Identifying {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identifying(…)")
    }
}

/// A sealed field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sealed {
    /// Which.
    pub field: Identifier,
    /// Nonce and ciphertext, hexadecimal.
    pub sealed: String,
    /// Blind index, where persons may be looked for by the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// Keyed hash of the text, by which a request that is sent again is recognised although the
    /// ciphertext differs. Not stored.
    #[serde(skip)]
    pub(crate) mark: [u8; 32],
}

impl PartialEq for Sealed {
    fn eq(&self, other: &Self) -> bool {
        (self.field, &self.sealed) == (other.field, &other.sealed)
    }
}

/// A person's data key, with what it takes to seal.
pub struct PersonKey {
    person: PersonId,
    key: Zeroizing<[u8; 32]>,
    wrapped: Vec<u8>,
    index_key: Zeroizing<[u8; 32]>,
    mark_key: Zeroizing<[u8; 32]>,
}

impl PersonKey {
    /// A new key for a person.
    pub(crate) fn make(keys: &Keys, person: PersonId) -> Result<Self> {
        let key = keys::random::<32>()?;
        let wrapping = keys.derived(Purpose::PersonKeys);
        let wrapped = keys::seal(&wrapping, &wrap_context(person), &key[..])?;
        Ok(Self::with(keys, person, key, wrapped))
    }

    /// A stored key, unwrapped.
    pub(crate) fn unwrap(keys: &Keys, person: PersonId, wrapped: Vec<u8>) -> Result<Self> {
        let wrapping = keys.derived(Purpose::PersonKeys);
        let key = keys::open(&wrapping, &wrap_context(person), &wrapped)?;
        let key = <[u8; 32]>::try_from(&key[..])
            .map_err(|_| StoreError::Keys("a person's key has another length".to_owned()))?;
        Ok(Self::with(keys, person, Zeroizing::new(key), wrapped))
    }

    fn with(keys: &Keys, person: PersonId, key: Zeroizing<[u8; 32]>, wrapped: Vec<u8>) -> Self {
        Self {
            person,
            key,
            wrapped,
            index_key: keys.derived(Purpose::BlindIndex),
            mark_key: keys.derived(Purpose::Requests),
        }
    }

    /// Whose key it is.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// Seals a field.
    ///
    /// # Errors
    ///
    /// The system gives no randomness.
    pub fn seal(&self, field: Identifier, text: &Identifying) -> Result<Sealed> {
        let context = field_context(self.person, field);
        let sealed = keys::seal(&self.key, &context, text.0.as_bytes())?;
        Ok(Sealed {
            field,
            sealed: hex::encode(&sealed),
            index: blind_index(&self.index_key, field, &text.0),
            mark: keys::hmac(&self.mark_key[..], &[&context, text.0.as_bytes()]),
        })
    }

    /// Opens a sealed field.
    ///
    /// # Errors
    ///
    /// It was sealed under another key, for another person or for another field.
    pub fn open(&self, field: Identifier, sealed: &str) -> Result<Identifying> {
        let sealed = hex::decode(sealed)
            .ok_or_else(|| StoreError::damaged("a sealed field that is not hexadecimal"))?;
        let opened = keys::open(&self.key, &field_context(self.person, field), &sealed)?;
        let text = std::str::from_utf8(&opened)
            .map_err(|_| StoreError::damaged("a sealed field that is no text"))?;
        Ok(Identifying(text.to_owned()))
    }

    /// The wrapped key, to be kept with the command that registers the person.
    pub fn secret(&self) -> Secret {
        Secret::PersonKey {
            person: self.person,
            wrapped: self.wrapped.clone(),
        }
    }
}

/// The blind index of a value; `None` for fields that are not looked for and for empty values.
pub(crate) fn blind_index(index_key: &[u8; 32], field: Identifier, value: &str) -> Option<String> {
    let plainest = Zeroizing::new(field.plainest(value));
    if !field.is_indexed() || plainest.is_empty() {
        return None;
    }
    // Given names, family names and what people go by are looked for together.
    let kind: &[u8] = match field {
        Identifier::Phone => b"phone",
        Identifier::Email => b"email",
        _ => b"name",
    };
    let mac = keys::hmac(&index_key[..], &[kind, plainest.as_bytes()]);
    Some(hex::encode(&mac[..16]))
}

fn wrap_context(person: PersonId) -> Vec<u8> {
    format!("attune person key 1 {person}").into_bytes()
}

fn field_context(person: PersonId, field: Identifier) -> Vec<u8> {
    format!("attune field 1 {person} {}", field.code()).into_bytes()
}
