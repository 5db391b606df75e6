//! What can keep a handler from answering. Each kind knows its status; the words for the person are in
//! `failure_page`, details for the operator go to the log there.

use std::time::Duration;

use attune_store::StoreError;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::access::{Action, Refusal};

/// Why there is no ordinary answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// Nothing is at this address, or nothing that this person may know of.
    #[error("{what} not found")]
    NotFound {
        /// What was looked for, such as "page" or "study".
        what: &'static str,
    },
    /// The address exists, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignInNeeded,
    /// This session began without a second factor, and the act asks for one.
    #[error("the second factor is needed")]
    SecondFactorNeeded,
    /// The sign-in is too long ago for this act.
    #[error("a fresh sign-in is needed")]
    FreshSignInNeeded,
    /// The person may not do it.
    #[error("not allowed: {action:?}")]
    NotAllowed {
        /// What was asked for.
        action: Action,
    },
    /// It shows arms, and the person must not learn them.
    #[error("blind")]
    Blind,
    /// It belongs to somebody else's part in the study, so that those who are blind stay blind.
    #[error("kept for somebody else: {what}")]
    NotYours {
        /// What it is, as a whole sentence.
        what: &'static str,
        /// What to do in its place, as a whole sentence.
        instead: &'static str,
    },
    /// It shows phases, which are not revealed to the analysis yet.
    #[error("not revealed yet")]
    NotRevealed,
    /// A recording was asked for as a page or a file of its own.
    #[error("a recording is played in its room only")]
    PlayedInTheRoom,
    /// Another site sent the browser here to change something.
    #[error("the request came from another site")]
    FromAnotherSite,
    /// What was sent cannot be read at all: not a form, an unknown field, a field twice.
    #[error("unreadable request: {reason}")]
    Unreadable {
        /// What is wrong with it, in our words.
        reason: String,
    },
    /// It can be read, and is not right.
    #[error("not right: {}", problems.join("; "))]
    NotRight {
        /// Everything that is to be mended.
        problems: Vec<String>,
    },
    /// Somebody else was faster, or the thing is no longer in the state that the page showed.
    #[error("conflict: {reason}")]
    Conflict {
        /// What is otherwise now.
        reason: String,
    },
    /// More bytes than this address takes.
    #[error("the request is too large")]
    TooLarge,
    /// It took too long.
    #[error("the request took too long")]
    TookTooLong,
    /// Too many attempts.
    #[error("too many attempts")]
    TooMany {
        /// When the next one is looked at.
        wait: Duration,
    },
    /// The store does not take anything at the moment.
    #[error("the store refuses to write: {reason}")]
    StoreClosed {
        /// Details, for the log.
        reason: String,
    },
    /// A fault of ours, or of the machine.
    #[error("internal: {reason}")]
    Internal {
        /// Details, for the log.
        reason: String,
    },
}

impl Failure {
    /// A fault of ours.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal {
            reason: format!("{error:#}"),
        }
    }

    /// The page does not exist.
    pub fn no_such(what: &'static str) -> Self {
        Self::NotFound { what }
    }

    /// What `may` said no to.
    pub fn refused(action: Action, refusal: Refusal) -> Self {
        match refusal {
            // Whoever has no part in a study is not told that it exists.
            Refusal::NoPartInIt => Self::no_such("page"),
            Refusal::NotThisRole => Self::NotAllowed { action },
            Refusal::SecondFactor => Self::SecondFactorNeeded,
            Refusal::Stale => Self::FreshSignInNeeded,
        }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::SecondFactorNeeded
            | Self::FreshSignInNeeded
            | Self::NotAllowed { .. }
            | Self::NotYours { .. }
            | Self::PlayedInTheRoom
            | Self::NotRevealed
            | Self::Blind
            | Self::FromAnotherSite => StatusCode::FORBIDDEN,
            Self::Unreadable { .. } => StatusCode::BAD_REQUEST,
            Self::NotRight { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TookTooLong => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::StoreClosed { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The failure behind a bare status that a layer below or above answered with.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::no_such("page"),
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::TookTooLong,
            StatusCode::FORBIDDEN => Self::FromAnotherSite,
            status if status.is_client_error() => Self::Unreadable {
                reason: "the server could not make sense of the request".to_owned(),
            },
            status => Self::Internal {
                reason: format!("a layer answered {status}"),
            },
        }
    }
}

/// The store's own sentences are for the person; what concerns the machine goes to the log.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(reason) => Self::Conflict {
                reason: sentence(&reason),
            },
            StoreError::NotFound { what, .. } => Self::NotFound { what },
            error @ (StoreError::Stale { .. } | StoreError::KeyUsed) => Self::Conflict {
                reason: sentence(&error.to_string()),
            },
            error @ StoreError::ReasonNeeded => Self::NotRight {
                problems: vec![sentence(&error.to_string())],
            },
            error @ (StoreError::Stopped(_) | StoreError::Unknown(_)) => Self::StoreClosed {
                reason: error.to_string(),
            },
            error => Self::internal(error),
        }
    }
}

/// A lower-case fragment as a sentence.
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    match letters.next() {
        Some(first) => format!(
            "{}{}.",
            first.to_uppercase(),
            letters.as_str().trim_end_matches('.')
        ),
        None => String::new(),
    }
}

/// The failure travels with an empty answer until `failure_page` writes the page.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
