//! `/studies/{study}/schedule`: who is due today? Then what is overdue, what was begun, and what was not
//! done and why. Entry begins here; so does the note that an assessment did not take place.

use askama::Template;
use attune_protocol::id::{InstrumentId, WaveId};
use attune_store::{Command, ids::FormId, schedule::PlannedStanding};
use axum::extract::{Path, RawQuery};

use crate::{
    access::Action,
    answer::{Answer, page as show, see},
    failure::Failure,
    family::{change, find_for, new_key, sent_key},
    forms::SentFields,
    layout::Layout,
    pages::{
        assessment::not_for_observers,
        family::{PlannedRow, planned_rows},
    },
    parts::{Field, FormPage, Problems},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "schedule.html")]
struct SchedulePage {
    layout: Layout,
    study: String,
    today: jiff::civil::Date,
    groups: Vec<Group>,
    n_later: usize,
    may_assess: bool,
}

struct Group {
    id: &'static str,
    title: &'static str,
    empty: &'static str,
    rows: Vec<PlannedRow>,
}

/// `GET /studies/{study}/schedule`.
pub async fn page(visit: Visit) -> Answer {
    let mut rows = planned_rows(&visit, None).await?;
    let mut take = |wanted: PlannedStanding| -> Vec<PlannedRow> {
        let (here, rest) = std::mem::take(&mut rows)
            .into_iter()
            .partition(|row| row.planned.standing == wanted);
        rows = rest;
        here
    };
    let groups = vec![
        Group {
            id: "due",
            title: "Due now",
            empty: "Nobody is due today.",
            rows: take(PlannedStanding::Due),
        },
        Group {
            id: "begun",
            title: "Begun and not finished",
            empty: "No form is half done.",
            rows: take(PlannedStanding::Begun),
        },
        Group {
            id: "overdue",
            title: "Overdue",
            empty: "Nothing is overdue.",
            rows: take(PlannedStanding::Overdue),
        },
        Group {
            id: "not-done",
            title: "Not done, and why",
            empty: "Every assessment so far took place.",
            rows: take(PlannedStanding::NotDone),
        },
    ];
    let n_later = take(PlannedStanding::Later).len();
    show(&SchedulePage {
        layout: Layout::of(&visit, "Who is due?"),
        study: visit.study()?.id.to_string(),
        today: visit.at.date(),
        groups,
        n_later,
        may_assess: visit.has_right(Action::EnterAssessments),
    })
}

/// `GET /studies/{study}/families/{family}/assessments/not-done?instrument=…&wave=…`.
pub async fn not_done_page(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let asked = SentFields::read(query.unwrap_or_default().as_bytes())?;
    find_for(&visit, &code, Action::EnterAssessments).await?;
    not_done_form(&visit, &code, &asked, &new_key(), Problems::default()).await
}

async fn not_done_form(
    visit: &Visit,
    code: &str,
    sent: &SentFields,
    key: &str,
    problems: Problems,
) -> Answer {
    let (instrument, wave) = planned_names(visit, sent).await?;
    let study = &visit.study()?.id;
    FormPage::new(
        Layout::of(visit, "An assessment did not take place"),
        format!("/studies/{study}/families/{code}/assessments/not-done"),
        "Record that it was not done",
    )
    .lead(format!(
        "Family {code}: {instrument}, {wave}. It counts as missing with this reason, never as zero."
    ))
    .hidden("key", key)
    .hidden("instrument", sent.get("instrument"))
    .hidden("wave", sent.get("wave"))
    .field(
        Field::text("why", "Why").value(sent.get("why")).hint(
            "Such as “the baby slept”, “the family was away”. Nothing that identifies anybody.",
        ),
    )
    .other_way(format!("/studies/{study}/schedule"), "Leave it")
    .show(problems)
}

/// `POST /studies/{study}/families/{family}/assessments/not-done`.
pub async fn not_done(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "instrument", "wave", "why"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::EnterAssessments).await?;
    let key = sent_key(&sent)?;
    if !sent.has("why") {
        let mut problems = Problems::default();
        problems.add(
            "why",
            "Say why it did not take place; it counts as missing with this reason.",
        );
        return not_done_form(&visit, &code, &sent, &key, problems).await;
    }
    planned_names(&visit, &sent).await?;
    let command = Command::MarkNotDone {
        form: FormId::of_request(&key, 1),
        unit: dyad.code.to_string(),
        dyad: Some(dyad.key),
        instrument: InstrumentId::new(sent.get("instrument")),
        wave: Some(WaveId::new(sent.get("wave"))),
        site: dyad.site,
    };
    change(
        &visit,
        Action::EnterAssessments,
        &key,
        vec![command],
        sent.get("why"),
        Vec::new(),
    )
    .await?;
    Ok(see(&format!(
        "/studies/{}/schedule#not-done",
        visit.study()?.id
    )))
}

/// Names of an instrument and a wave that are planned together.
pub async fn planned_names(visit: &Visit, sent: &SentFields) -> Result<(String, String), Failure> {
    let protocol = visit.protocol().await?;
    let wave = WaveId::new(sent.get("wave"));
    let planned = protocol
        .instrument(&InstrumentId::new(sent.get("instrument")))
        .filter(|planned| planned.waves.contains(&wave))
        .ok_or(Failure::no_such("assessment"))?;
    not_for_observers(visit, planned)?;
    let wave = protocol.wave(&wave).ok_or(Failure::no_such("wave"))?;
    Ok((planned.definition.title.clone(), wave.label.clone()))
}
