//! One row of the table of routes: what can be asked for, and who may.

use axum::{
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};

use crate::{access::Action, state::App};

/// A method at a path, who may ask, and who answers.
pub struct Route {
    /// `GET` or `POST`; nothing is ever changed by a `GET`.
    pub method: Method,
    /// Path as axum writes it. `{study}` and `{site}` say where the right must hold.
    pub path: &'static str,
    /// Who may ask.
    pub needs: Needs,
    /// What the answer tells of arms and phases.
    pub arms: Arms,
    /// How much it may take in.
    pub takes: Takes,
    pub(crate) handler: MethodRouter<App>,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody who reaches the server.
    Nothing,
    /// Whoever is signed in; it concerns only themselves.
    SignedIn,
    /// Whoever may do this where the path says: in its `{study}`, at its `{site}`, or in the
    /// installation.
    May(Action),
    /// Whoever may do this sees the page of the study's members; anybody else what the public may read
    /// at the same address, if there is anything.
    MayOrAnybody(Action),
}

/// What an answer tells of arms and phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arms {
    /// Nothing, to nobody.
    Untold,
    /// Only to those who may know: the handler asks [`Visit::is_blind`](crate::visit::Visit::is_blind).
    ToThoseWhoMayKnow,
    /// Pages that anybody may read and that tell arms and hypothesis: whoever is signed in and blind for good in the
    /// study is refused before the handler, where no study is named whoever is so in any.
    ToThePublic,
    /// Findings by arm: permuted until arms are revealed. Whoever is blind for good is refused before
    /// the handler.
    AsFindings,
}

/// How much a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// As much as a form has.
    AForm,
    /// As much as a study folder has.
    AnUpload,
}

impl Route {
    /// A page or file to look at.
    pub(crate) fn get<H, T>(path: &'static str, needs: Needs, arms: Arms, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self {
            method: Method::GET,
            path,
            needs,
            arms,
            takes: Takes::AForm,
            handler: on(MethodFilter::GET, handler),
        }
    }

    /// Something to do.
    pub(crate) fn post<H, T>(path: &'static str, needs: Needs, arms: Arms, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self {
            method: Method::POST,
            path,
            needs,
            arms,
            takes: Takes::AForm,
            handler: on(MethodFilter::POST, handler),
        }
    }

    /// The same, for files that are sent.
    pub(crate) fn with_upload(self) -> Self {
        Self {
            takes: Takes::AnUpload,
            ..self
        }
    }
}
