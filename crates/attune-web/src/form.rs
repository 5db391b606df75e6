//! Forms as browsers send them. Unknown fields and fields that come twice are refused, so that
//! nothing slips in that the page did not ask for.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::header,
};
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// The fields of a form that was sent by POST. `T` should carry `deny_unknown_fields`.
pub struct Form<T>(pub T);

impl<T, S> FromRequest<S> for Form<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = sent_by_a_form(request, state).await?;
        from_bytes(&bytes).map(Self)
    }
}

/// What a form sent.
///
/// # Errors
///
/// It was no form, or too large.
pub(crate) async fn sent_by_a_form<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Bytes, Failure> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Failure::Unreadable {
            reason: "a form was expected".to_owned(),
        });
    }
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Failure::of_status(rejection.status()))
}

fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_html_form::from_bytes(bytes).map_err(|error| Failure::Unreadable {
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::from_bytes;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Name {
        name: String,
    }

    #[test]
    fn a_form_is_read() {
        let read: Name = from_bytes(b"name=Ana+Mar%C3%ADa").unwrap();
        assert_eq!(read.name, "Ana María");
    }

    #[test]
    fn asvs_15_3_3_unknown_fields_are_refused() {
        assert!(from_bytes::<Name>(b"name=a&role=data-manager").is_err());
    }

    #[test]
    fn asvs_15_3_7_a_field_that_comes_twice_is_refused() {
        assert!(from_bytes::<Name>(b"name=a&name=b").is_err());
    }
}
