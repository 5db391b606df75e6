//! `/studies/{study}/families/{family}/history`: everything that was recorded about a family, its people, its
//! forms and what was agreed, with who, when and why; for whoever is blind without what was done about arms.

use askama::Template;
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
    let history = visit.app.store().history_of_dyad(&study, &sight, dyad.key);
    let mut rows: Vec<Row> = history
        .await?
        .into_iter()
        .map(|entry| Row {
            at: words::moment(&entry.at),
            who: names.get(&entry.actor).cloned().unwrap_or_default(),
            what: what_was_done(&entry.kind).to_owned(),
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
        "record-event" => "something that happened was recorded",
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
