//! One request as handlers see it: who asks, when, and where in the application. The guard makes it;
//! handlers take it as their first argument.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use jiff::Timestamp;

use crate::{
    access::{Action, Person, Scope, may},
    failure::Failure,
    state::App,
};

/// Who asks, when, and where.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The application.
    pub app: App,
    /// When the request came.
    pub at: Timestamp,
    /// Path of the request, without what follows a `?`.
    pub path: String,
    /// Address of the browser, as far as it is known.
    pub address: String,
    /// Number of the request, for the log and for people who help.
    pub request_id: Option<String>,
    /// Who is signed in.
    pub person: Option<Arc<Person>>,
    /// The `{study}` of the path.
    pub study_id: Option<Arc<str>>,
    /// The `{site}` of the path.
    pub site: Option<Arc<str>>,
    /// The study of the path, once the guard has let the person in.
    pub study: Option<Arc<StudyCard>>,
}

/// What every page of a study shows of it.
#[derive(Debug, Clone)]
pub struct StudyCard {
    /// Its id.
    pub id: Arc<str>,
    /// Its title.
    pub title: String,
    /// Whether its data are made up, in whole or in part.
    pub simulated: bool,
}

impl Visit {
    /// The person who is signed in.
    ///
    /// # Errors
    ///
    /// Nobody is.
    pub fn person(&self) -> Result<&Person, Failure> {
        self.person.as_deref().ok_or(Failure::SignInNeeded)
    }

    /// Whether the person may do this there, asked again for one row.
    ///
    /// # Errors
    ///
    /// They may not.
    pub fn may(&self, action: Action, scope: Scope<'_>) -> Result<(), Failure> {
        may(self.person()?, action, scope).map_err(|refusal| Failure::refused(action, refusal))
    }

    /// Where the path says that we are.
    pub fn scope(&self) -> Scope<'_> {
        match (&self.study_id, &self.site) {
            (Some(study), Some(site)) => Scope::Site(study, site),
            (Some(study), None) => Scope::Study(study),
            (None, _) => Scope::Installation,
        }
    }

    /// Whether this person must not learn arms, phases and hypotheses of the study of the path.
    pub fn is_blind(&self) -> bool {
        match (&self.person, &self.study_id) {
            (Some(person), Some(study)) => person.is_blind_in(study),
            _ => true,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Failure::internal("a handler without a guard"))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
