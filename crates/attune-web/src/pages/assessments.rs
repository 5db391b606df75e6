//! `/studies/{study}/assessments`: the planned assessments behind a number, one row each with its window, its
//! state and its form. Numbers of the study's home lead here.

use askama::Template;
use attune_store::schedule::PlannedStanding;
use axum::extract::Query;
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show},
    layout::Layout,
    pages::family::{PlannedRow, planned_rows, standing_words},
    parts::{Field, FieldKind},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "assessments.html")]
struct AssessmentsPage {
    layout: Layout,
    study: String,
    filters: Vec<Field>,
    rows: Vec<PlannedRow>,
    may_assess: bool,
}

/// Which rows.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    site: String,
    #[serde(default)]
    instrument: String,
    #[serde(default)]
    wave: String,
    #[serde(default)]
    state: String,
}

/// States by their names in addresses. `expected` is everything whose time has come.
const STATES: [(&str, &[PlannedStanding]); 9] = [
    (
        "expected",
        &[
            PlannedStanding::Done,
            PlannedStanding::NotDone,
            PlannedStanding::Overdue,
            PlannedStanding::Due,
            PlannedStanding::Begun,
        ],
    ),
    ("done", &[PlannedStanding::Done]),
    ("not-done", &[PlannedStanding::NotDone]),
    ("overdue", &[PlannedStanding::Overdue]),
    ("due", &[PlannedStanding::Due]),
    ("begun", &[PlannedStanding::Begun]),
    (
        "later",
        &[PlannedStanding::Later, PlannedStanding::WithoutDay],
    ),
    ("no-more", &[PlannedStanding::NoMore]),
    ("after-end", &[PlannedStanding::AfterEnd]),
];

/// `GET /studies/{study}/assessments`.
pub async fn page(visit: Visit, Query(which): Query<Which>) -> Answer {
    let protocol = visit.protocol().await?;
    let sight = visit.sight(Action::SeeFamilies)?;
    let wanted = STATES
        .iter()
        .find(|(name, _)| *name == which.state)
        .map(|(_, standings)| *standings);
    let fits = |wanted: &str, there: &str| wanted.is_empty() || wanted == there;
    let mut rows = planned_rows(&visit, None).await?;
    rows.retain(|row| {
        fits(&which.site, &row.planned.site)
            && fits(&which.instrument, &row.planned.instrument)
            && fits(&which.wave, &row.planned.wave)
            && wanted.is_none_or(|standings| standings.contains(&row.planned.standing))
    });
    let choices = |all: &str, named: Vec<(String, String)>| {
        let mut choices = vec![(String::new(), all.to_owned())];
        choices.extend(named);
        FieldKind::OneOf(choices)
    };
    let sites = protocol
        .sites
        .iter()
        .filter(|site| sight.sites.hold(&site.id))
        .map(|site| (site.id.to_string(), site.label.clone()));
    let instruments = protocol.instruments.iter().map(|planned| {
        let title = planned.definition.short_title.clone();
        (planned.id.to_string(), title)
    });
    let waves = protocol
        .waves
        .iter()
        .map(|wave| (wave.id.to_string(), wave.label.clone()));
    let states = STATES.iter().map(|(name, standings)| {
        let words = match *name {
            "expected" => "due so far",
            _ => standing_words(standings[0]),
        };
        ((*name).to_owned(), words.to_owned())
    });
    show(&AssessmentsPage {
        layout: Layout::of(&visit, "Assessments"),
        study: visit.study()?.id.to_string(),
        filters: vec![
            Field::text("site", "Site")
                .of_kind(choices("all sites", sites.collect()))
                .value(&*which.site),
            Field::text("instrument", "Instrument")
                .of_kind(choices("all instruments", instruments.collect()))
                .value(&*which.instrument),
            Field::text("wave", "Wave")
                .of_kind(choices("all waves", waves.collect()))
                .value(&*which.wave),
            Field::text("state", "State")
                .of_kind(choices("all states", states.collect()))
                .value(&*which.state),
        ],
        rows,
        may_assess: visit.has_right(Action::EnterAssessments),
    })
}
