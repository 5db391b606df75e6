//! `/audit` and `/studies/{study}/audit`: what was done, by whom, when and why, newest first.

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::id::StudyId;
use attune_store::{Command, Sight, entry::Entry, watched::OPENED};
use axum::extract::Query;
use serde::Deserialize;

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show},
    failure::Failure,
    layout::Layout,
    pages::family_history::{is_about_a_form, own_reason},
    visit::Visit,
    words,
};

/// Rows on one page.
const ROWS: u32 = 100;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    layout: Layout,
    of_study: bool,
    rows: Vec<Row>,
    older: Option<String>,
}

struct Row {
    sequence: i64,
    at: String,
    who: String,
    role: String,
    what: String,
    /// Id of what it is about.
    subject: String,
    /// Its name, where it has one.
    name: Option<String>,
    /// Where the subject is to be seen.
    address: Option<String>,
    reason: String,
    hash: String,
}

/// Name and address of a subject, by its id.
type Subjects = BTreeMap<String, (String, Option<String>)>;

/// From which row on.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    before: Option<i64>,
}

/// `GET /audit` and `GET /studies/{study}/audit`.
pub async fn page(visit: Visit, Query(from): Query<From>) -> Answer {
    // The log of the installation names no family; that of a study tells arms.
    let sight = match &visit.study_id {
        Some(_) => visit.sight(Action::ReadAudit)?,
        None => Sight::FULL,
    };
    let entries = visit
        .app
        .store()
        .log_in_sight(visit.study_id.as_ref(), &sight, from.before, ROWS)
        .await?;
    let older = entries
        .last()
        .filter(|entry| entry.sequence > 1)
        .map(|entry| format!("{}?before={}", visit.path, entry.sequence));
    let subjects = subjects(&visit).await?;
    let mut rows = Vec::new();
    for entry in &entries {
        rows.push(row(&visit, &subjects, entry).await?);
    }
    show(&Audit {
        layout: Layout::of(&visit, "Audit trail"),
        of_study: visit.study_id.is_some(),
        rows,
        older,
    })
}

/// Names of what rows are about, with the page where it is to be seen: people who sign in and, in a study,
/// its families for those who may see them.
async fn subjects(visit: &Visit) -> Result<Subjects, Failure> {
    let store = visit.app.store();
    let mut found = Subjects::new();
    let manages = visit
        .person()?
        .has_right(Action::ManagePeople, Scope::Installation);
    for account in store.accounts().await? {
        let address = manages.then(|| format!("/people/{}", account.id));
        found.insert(account.id.to_string(), (account.name, address));
    }
    if let Some(study) = visit.study_id.as_ref()
        && visit.has_right(Action::SeeFamilies)
    {
        let sight = visit.sight(Action::SeeFamilies)?;
        for dyad in store.dyads(study, &sight).await? {
            let address = format!("/studies/{study}/families/{}", dyad.code);
            let name = format!("family {}", dyad.code);
            found.insert(dyad.key.to_string(), (name, Some(address)));
        }
    }
    Ok(found)
}

async fn row(visit: &Visit, subjects: &Subjects, entry: &Entry) -> Result<Row, Failure> {
    let hash: String = entry
        .hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let what = what(entry)?;
    let named = entry.subject.as_ref().and_then(|id| subjects.get(id));
    let (name, address) = match (&visit.study_id, &entry.subject, named) {
        (Some(study), Some(form), _) if is_about_a_form(&entry.kind) => (
            Some("the form".to_owned()),
            Some(format!("/studies/{study}/forms/{form}")),
        ),
        (_, _, Some((name, address))) => (Some(name.clone()), address.clone()),
        (Some(study), Some(id), None) => match entry.kind.as_str() {
            "answer-query" | "close-query" | "reopen-query" => (
                Some("the query".to_owned()),
                visit
                    .has_right(Action::RaiseQueries)
                    .then(|| format!("/studies/{study}/queries#query-{id}")),
            ),
            "acknowledge-alert" => (
                Some("the alert".to_owned()),
                visit
                    .has_right(Action::AcknowledgeAlerts)
                    .then(|| format!("/studies/{study}/alerts#alert-{id}")),
            ),
            "video" => film(visit, study, id, &what),
            "note" if what == OPENED => (Some("a recording".to_owned()), None),
            "register-person" | "record-identity" | "open-identity" | "erase-identity" => {
                (Some("a person of a family".to_owned()), None)
            }
            _ => (None, None),
        },
        _ => (None, None),
    };
    Ok(Row {
        sequence: entry.sequence,
        at: words::moment(&entry.at),
        who: visit.app.name_of(&entry.actor).await?,
        role: entry.role.clone().unwrap_or_default().replace('-', " "),
        what: what.replace('-', " "),
        name,
        address,
        subject: entry.subject.clone().unwrap_or_default(),
        reason: own_reason(entry)
            .or_else(|| entry.reason.clone())
            .unwrap_or_default(),
        hash,
    })
}

/// What happened. A note says it itself, and so does a change that concerns film.
fn what(entry: &Entry) -> Result<String, Failure> {
    if !["note", "video"].contains(&entry.kind.as_str()) {
        return Ok(entry.kind.clone());
    }
    Ok(match entry.command()? {
        Some(Command::Note { what, .. }) => what,
        Some(Command::Video(command)) => match serde_json::to_value(&*command) {
            Ok(stored) => stored["what"].as_str().unwrap_or(&entry.kind).to_owned(),
            Err(_) => entry.kind.clone(),
        },
        _ => entry.kind.clone(),
    })
}

/// Name and address of a recording or of what somebody coded from it; the latter has no page for readers of the trail.
fn film(visit: &Visit, study: &StudyId, id: &str, what: &str) -> (Option<String>, Option<String>) {
    let of_coding = [
        "assign-clip",
        "take-back-clip",
        "change-coding",
        "finish-coding",
        "reopen-coding",
        "bring-coding",
    ];
    if of_coding.contains(&what) {
        return (Some("a coding".to_owned()), None);
    }
    if ["begin-bringing", "undo-bringing"].contains(&what) {
        let may_see = visit.has_right(Action::LeadCoding) && !visit.is_blind();
        let address = format!("/studies/{study}/clips/projects");
        return (
            Some("a team's projects".to_owned()),
            may_see.then_some(address),
        );
    }
    let address = format!("/studies/{study}/clips/{id}");
    let may_see = visit.has_right(Action::LeadCoding) && !visit.is_blind() && what != "remove-clip";
    (Some("the recording".to_owned()), may_see.then_some(address))
}
