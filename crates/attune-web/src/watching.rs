//! Who watches which recording, and on which day, is noted before its first byte is sent: by the page that
//! opens it, or, where a recording is asked for without its page, by that request.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use attune_store::{Command, Request, ids::AccountId, watched::OPENED};
use jiff::civil::Date;

use crate::{access::Action, failure::Failure, visit::Visit};

/// What was noted since the server began: person, recording or coding, day.
#[derive(Debug, Default)]
pub struct Watching(Mutex<BTreeSet<(AccountId, String, Date)>>);

/// Notes that the visitor opens this recording or coding.
///
/// # Errors
///
/// Nothing can be written; then nothing is shown.
pub async fn note(visit: &Visit, action: Action, subject: String) -> Result<(), Failure> {
    let note = Command::Note {
        what: OPENED.to_owned(),
        subject: Some(subject.clone()),
        facts: BTreeMap::new(),
    };
    let actor = visit.actor(action)?;
    let request = Request::new(Some(visit.study()?.id.clone()), note, visit.at);
    visit.app.store().execute(&actor, request).await?;
    remembered(visit)
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert((visit.person()?.id, subject, visit.at.date()));
    Ok(())
}

/// The same for what is sent of a recording: once a day for each person and recording.
///
/// # Errors
///
/// As [`note`].
pub async fn note_once(visit: &Visit, action: Action, subject: String) -> Result<(), Failure> {
    let key = (visit.person()?.id, subject, visit.at.date());
    let is_noted = remembered(visit)
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .contains(&key);
    match is_noted {
        true => Ok(()),
        false => note(visit, action, key.1).await,
    }
}

fn remembered(visit: &Visit) -> &Mutex<BTreeSet<(AccountId, String, Date)>> {
    &visit.app.watching().0
}
