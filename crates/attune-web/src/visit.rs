//! One request as handlers see it: who asks, when, and where in the application. The guard makes it;
//! handlers take it as their first argument.

use std::sync::Arc;

use attune_protocol::{Protocol, id::StudyId};
use attune_store::{Actor, Moment, Sight, sessions::Session, studies::StudyRow};
use axum::{extract::FromRequestParts, http::request::Parts};

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
    pub at: Moment,
    /// Path of the request, without what follows a `?`.
    pub path: String,
    /// Address of the browser, as far as it is known.
    pub address: String,
    /// Number of the request, for the log and for people who help.
    pub request_id: Option<String>,
    /// Who is signed in.
    pub person: Option<Arc<Person>>,
    /// Their session.
    pub session: Option<Arc<Session>>,
    /// The `{study}` of the path.
    pub study_id: Option<StudyId>,
    /// The `{site}` of the path.
    pub site: Option<Arc<str>>,
    /// The study of the path, once the guard has let the person in.
    pub study: Option<Arc<StudyRow>>,
    /// Why the person sees only what anybody may read, at an address that has something for both.
    pub outside: Option<Failure>,
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

    /// Their session.
    ///
    /// # Errors
    ///
    /// Nobody is signed in.
    pub fn session(&self) -> Result<&Session, Failure> {
        self.session.as_deref().ok_or(Failure::SignInNeeded)
    }

    /// The study of the path.
    ///
    /// # Errors
    ///
    /// The path has none; a route that asks for one has `{study}` in it.
    pub fn study(&self) -> Result<&StudyRow, Failure> {
        self.study.as_deref().ok_or(Failure::no_such("study"))
    }

    /// The protocol of the study of the path.
    ///
    /// # Errors
    ///
    /// The path has no study, or its files cannot be read.
    pub async fn protocol(&self) -> Result<Arc<Protocol>, Failure> {
        Ok(self.app.store().protocol(&self.study()?.id).await?)
    }

    /// Whether the person may do this there, asked again for one row.
    ///
    /// # Errors
    ///
    /// They may not.
    pub fn may(&self, action: Action, scope: Scope<'_>) -> Result<(), Failure> {
        may(self.person()?, action, scope).map_err(|refusal| Failure::refused(action, refusal))
    }

    /// Whether a role of theirs carries this right where the path says: whether to show a button.
    pub fn has_right(&self, action: Action) -> bool {
        self.person
            .as_ref()
            .is_some_and(|person| person.has_right(action, self.scope()))
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
            (Some(person), Some(study)) => person.is_blind_in(study, self.is_revealed()),
            _ => true,
        }
    }

    /// Whether they stay blind also after arms are revealed to the analysis.
    pub fn is_blind_for_good(&self) -> bool {
        match (&self.person, &self.study_id) {
            (Some(person), Some(study)) => person.is_blind_in(study, true),
            _ => true,
        }
    }

    /// Whether the person works in the study of the path, or where it names none in any, and is blind there for good.
    /// Somebody without a part in it is a reader like any other.
    pub fn is_blind_reader(&self) -> bool {
        let study = self.study_id.as_ref().map(StudyId::as_str);
        self.person
            .as_ref()
            .is_some_and(|person| person.is_blind_for_good(study))
    }

    /// What the person may see of the study of the path when they do this.
    ///
    /// # Errors
    ///
    /// Nobody is signed in, or the path has no study.
    pub fn sight(&self, action: Action) -> Result<Sight, Failure> {
        let study = self.study()?;
        Ok(self
            .person()?
            .sight(action, &study.id, study.unblinded.is_some()))
    }

    /// Under which name and role the store notes what the person does.
    ///
    /// # Errors
    ///
    /// Nobody is signed in.
    pub fn actor(&self, action: Action) -> Result<Actor, Failure> {
        let person = self.person()?;
        Ok(Actor::of(person.id, person.role_for(action, self.scope())))
    }

    fn is_revealed(&self) -> bool {
        self.study
            .as_ref()
            .is_some_and(|study| study.unblinded.is_some())
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
