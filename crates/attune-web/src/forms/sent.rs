//! The fields of a form whose names are known only when it is asked for: an instrument's questions. A
//! field that comes twice is refused, and so is one that the page did not ask for: see
//! [`SentFields::refuse_others`].

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request};

use crate::{failure::Failure, form::sent_by_a_form};

/// Name and value of each field.
#[derive(Debug, Clone, Default)]
pub struct SentFields(BTreeMap<String, String>);

impl SentFields {
    /// The fields of a form's bytes.
    ///
    /// # Errors
    ///
    /// They are no form, or a field comes twice.
    pub fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let unreadable = |reason: String| Failure::Unreadable { reason };
        let pairs: Vec<(String, String)> =
            serde_html_form::from_bytes(bytes).map_err(|error| unreadable(error.to_string()))?;
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            if fields.contains_key(&name) {
                return Err(unreadable(format!("the field `{name}` comes twice")));
            }
            fields.insert(name, value);
        }
        Ok(Self(fields))
    }

    /// The value of a field without blanks around it; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// Whether a field was sent and is not empty.
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// Refuses fields that the page did not ask for.
    ///
    /// # Errors
    ///
    /// There is one.
    pub fn refuse_others(&self, is_asked: impl Fn(&str) -> bool) -> Result<(), Failure> {
        match self.0.keys().find(|name| !is_asked(name)) {
            None => Ok(()),
            Some(name) => Err(Failure::Unreadable {
                reason: format!("the page has no field `{name}`"),
            }),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for SentFields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = sent_by_a_form(request, state).await?;
        Self::read(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::SentFields;

    #[test]
    fn asvs_15_3_7_a_question_that_is_answered_twice_is_refused() {
        assert!(SentFields::read(b"a.q1=1&a.q1=2").is_err());
    }

    #[test]
    fn asvs_15_3_3_a_field_that_nobody_asked_for_is_refused() {
        let sent = SentFields::read(b"a.q1=1&role=auditor").expect("a form");
        assert!(sent.refuse_others(|name| name.starts_with("a.")).is_err());
    }
}
