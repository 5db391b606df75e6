//! `/studies/{study}/families/{family}/history`: everything that was recorded about a family, its people, its
//! forms and what was agreed, with who, when and why; for whoever is blind without what was done about arms.

use askama::Template;
use attune_protocol::{
    Protocol,
    id::{InstrumentId, PurposeId, WaveId},
    instrument::AnsweredBy,
};
use attune_store::{Command, entry::Entry};
use axum::extract::Path;

use crate::{
    access::Action,
    answer::{Answer, page as show},
    family::find,
    layout::Layout,
    pages::form::names_of_staff,
    visit::Visit,
    words,
};

#[derive(Template)]
#[template(path = "family_history.html")]
struct HistoryPage {
    layout: Layout,
    study: String,
    code: String,
    rows: Vec<Row>,
}

struct Row {
    at: String,
    who: String,
    what: String,
    form: Option<String>,
    reason: String,
}

/// `GET /studies/{study}/families/{family}/history`.
pub async fn page(visit: Visit, Path((_, code)): Path<(String, String)>) -> Answer {
    let dyad = find(&visit, &code).await?;
    let study = visit.study()?.id.clone();
    let sight = visit.sight(Action::SeeFamilies)?;
    let names = names_of_staff(&visit).await?;
    let protocol = visit.protocol().await?;
    let history = visit.app.store().history_of_dyad(&study, &sight, dyad.key);
    let mut rows: Vec<Row> = history
        .await?
        .into_iter()
        .map(|entry| Row {
            at: words::moment(&entry.at),
            who: names.get(&entry.actor).cloned().unwrap_or_default(),
            what: told(&protocol, &entry, visit.is_blind()),
            reason: own_reason(&entry).or(entry.reason).unwrap_or_default(),
            form: entry.subject.filter(|_| is_about_a_form(&entry.kind)),
        })
        .collect();
    rows.reverse();
    show(&HistoryPage {
        layout: Layout::of(&visit, format!("History of family {}", dyad.code)),
        study: study.to_string(),
        code: dyad.code.to_string(),
        rows,
    })
}

/// What was done, and with what: the event, the form, the purpose. Whoever is blind is not told which of the
/// observers' forms it was.
fn told(protocol: &Protocol, entry: &Entry, is_blind: bool) -> String {
    let plain = what_was_done(&entry.kind);
    let of_form = |instrument: &InstrumentId, wave: Option<&WaveId>| {
        let planned = protocol.instrument(instrument)?;
        let shown = !(is_blind && planned.answered_by == AnsweredBy::Observer);
        let title = shown.then(|| planned.definition.short_title.clone())?;
        let wave = wave.and_then(|wave| protocol.wave(wave));
        Some(wave.map_or_else(|| title.clone(), |wave| format!("{title}, {}", wave.label)))
    };
    let of_purpose = |purpose: &PurposeId| {
        let mut purposes = protocol.consents.iter();
        let found = purposes.find(|one| one.id == *purpose);
        found.map(|purpose| purpose.label.clone())
    };
    let detail = match entry.command() {
        Ok(Some(Command::SaveForm(saved))) => of_form(&saved.instrument, saved.wave.as_ref()),
        Ok(Some(Command::MarkNotDone {
            instrument, wave, ..
        })) => of_form(&instrument, wave.as_ref()),
        Ok(Some(Command::RecordEvent { what, .. })) => Some(what.words().to_owned()),
        Ok(Some(Command::RecordConsent(given))) => of_purpose(&given.purpose),
        Ok(Some(Command::RecordEarlierConsent(given))) => of_purpose(&given.purpose),
        Ok(Some(Command::WithdrawConsent { purpose, .. })) => of_purpose(&purpose),
        // What a row holds may have been erased as was promised; that it was written stays.
        _ => None,
    };
    detail.map_or_else(|| plain.to_owned(), |detail| format!("{plain}: {detail}"))
}

/// The reason that a row of a list has of its own.
pub fn own_reason(entry: &Entry) -> Option<String> {
    match entry.command() {
        Ok(Some(Command::AssignArm { why, .. })) => why,
        _ => None,
    }
}

/// Whether the subject of such a row is a form.
pub fn is_about_a_form(kind: &str) -> bool {
    matches!(
        kind,
        "save-form"
            | "mark-not-done"
            | "save-second-entry"
            | "settle-entries"
            | "lock-form"
            | "unlock-form"
            | "sign-form"
            | "raise-query"
    )
}

/// What was done, in words; a kind that has none is told as it is.
fn what_was_done(kind: &str) -> &str {
    match kind {
        "register-person" => "a person was registered",
        "record-identity" => "names or contacts were sealed",
        "open-identity" => "names or contacts were opened",
        "erase-identity" => "names and contacts were erased",
        "register-dyad" => "the family was registered",
        "add-part" => "somebody came into the family",
        "end-part" => "somebody’s part ended",
        "set-responsibility" => "parental responsibility was recorded",
        "move-site" => "the family moved",
        "assign-arm" => "an arm was recorded",
        "unblind" => "the arm was revealed",
        "record-event" => "what happened was recorded",
        "set-attributes" => "facts were recorded",
        "record-earlier-consent" => "an earlier answer about consent was brought here",
        "record-consent" => "an answer about consent was recorded",
        "withdraw-consent" => "consent was taken back",
        "save-form" => "a form was saved",
        "mark-not-done" => "an assessment was not done",
        "save-second-entry" => "a form was typed in again",
        "settle-entries" => "two entries were compared",
        "lock-form" => "a form was locked",
        "unlock-form" => "a form was unlocked",
        "sign-form" => "a form was signed",
        "raise-query" => "a query was raised",
        "record-attendance" => "a visit to the clinic was recorded",
        other => other,
    }
}
