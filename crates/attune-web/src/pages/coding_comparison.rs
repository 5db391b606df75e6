//! Two people's codings of one recording side by side, for whoever leads: the second one's events, and
//! where the two differ.

use attune_observation::{
    agreement::report::{AgreeSettings, agree},
    from_project::{Chosen, codings},
};
use attune_store::ids::CodingId;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    pages::{clips::coders, coding_room::Opened},
    visit::Visit,
};

/// Most differences that are shown.
const MOST: usize = 2000;

/// The other coding and the differences, as the room reads them.
///
/// # Errors
///
/// The other one is of another recording, or cannot be read.
pub async fn compared(visit: &Visit, first: &Opened, other: CodingId) -> Result<Value, Failure> {
    let store = visit.app.store();
    let second = store.coding(&first.study, other).await?;
    if second.clip != first.content.clip {
        return Err(Failure::no_such("coding of this recording"));
    }
    let content = &first.content;
    let ids = [first.id, other];
    let project = store
        .coded_project(
            &first.study,
            &content.scheme,
            content.scheme_version,
            |row| ids.contains(&row.id),
        )
        .await?;
    let read = codings(&[&project], &Chosen::default());
    let of = |id: CodingId| {
        let id = id.to_string();
        read.codings.iter().find(|coding| coding.id == id)
    };
    let differences = match (of(first.id), of(other)) {
        (Some(a), Some(b)) => {
            let settings = AgreeSettings {
                n_disagreements: MOST,
                ..AgreeSettings::default()
            };
            agree(&read.scheme, &[(a, b)], &settings).disagreements
        }
        _ => Vec::new(),
    };
    let micros = |seconds: f64| (seconds * 1e6).round();
    let differences: Vec<Value> = differences
        .iter()
        .map(|one| {
            json!({
                "subject": one.subject, "first": one.first, "second": one.second,
                "start": micros(one.start_s), "stop": micros(one.end_s),
            })
        })
        .collect();
    let names = coders(visit, &first.study).await?;
    let name = |coder| {
        let found = names.get(&coder).cloned();
        found.unwrap_or_else(|| "a former coder".to_owned())
    };
    Ok(json!({
        "names": [name(content.coder), name(second.coder)],
        "events": second.events, "differences": differences,
    }))
}
