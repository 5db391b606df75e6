//! `/studies/{study}/measures`: the long table, where each value leads to the form or the coded recording
//! that it comes from. It names no arm, to nobody.

use std::{collections::BTreeMap, fmt::Write};

use askama::Template;
use attune_analysis::words;
use attune_measures::{Measures, measures::Measure};
use attune_protocol::{
    Protocol,
    id::{MeasureId, SiteId, WaveId},
};
use attune_records::source::Source;
use attune_store::{handed_out::Handed, schedule::PlannedStanding};
use axum::extract::Query;
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, download, page as show},
    failure::Failure,
    handed_out::note,
    layout::Layout,
    pages::family::standing_words,
    parts::{Field, FieldKind},
    visit::Visit,
    words::count,
};

/// Rows on the page; all of them are in the file.
const MOST_ROWS: usize = 400;

#[derive(Template)]
#[template(path = "measures.html")]
struct Page {
    layout: Layout,
    study: String,
    filters: Vec<Field>,
    rows: Vec<Row>,
    n_rows: usize,
    n_rows_words: String,
    /// Place of the first row that is shown, from 1, and of the last.
    first: usize,
    last: usize,
    query: String,
}

struct Row {
    unit: String,
    site: String,
    wave: String,
    age: String,
    measure: String,
    value: String,
    missing: Option<&'static str>,
    source: Option<(Option<String>, String)>,
}

impl Row {
    /// A value that is missing only because its time has not passed yet is not called “not done”, whatever the
    /// study file says of the study as a whole.
    fn with_standing(mut self, still: &StillToCome, protocol: &Protocol) -> Self {
        let measure = MeasureId::new(&self.measure);
        let visit = (self.unit.clone(), self.wave.clone());
        let standing = match (protocol.score(&measure), protocol.scheme_of(&measure)) {
            (Some((planned, _)), _) => still.forms.get(&(visit, planned.id.to_string())),
            (None, Some(_)) => still.visits.get(&visit),
            (None, None) => None,
        };
        if let Some(standing) = standing.filter(|_| self.missing.is_some()) {
            self.missing = Some(standing_words(*standing));
        }
        self
    }

    /// Site, wave and measure by the names that the study gives them.
    fn with_names(self, protocol: &Protocol) -> Self {
        let site = protocol.site(&SiteId::new(&self.site));
        let wave = protocol.wave(&WaveId::new(&self.wave));
        Self {
            site: site.map_or(self.site, |site| site.label.clone()),
            wave: wave.map_or(self.wave, |wave| wave.label.clone()),
            measure: name_of_measure(protocol, &self.measure),
            ..self
        }
    }
}

/// A family and a wave.
type OfVisit = (String, String);

/// Assessments whose time has not passed.
#[derive(Default)]
struct StillToCome {
    /// By visit and instrument.
    forms: BTreeMap<(OfVisit, String), PlannedStanding>,
    /// Visits with such an assessment: what is filmed at them is to come, too.
    visits: BTreeMap<OfVisit, PlannedStanding>,
}

async fn still_to_come(visit: &Visit) -> Result<StillToCome, Failure> {
    let (study, sight) = (&visit.study()?.id, visit.sight(Action::SeeMeasures)?);
    let schedule = visit.app.store().schedule(study, &sight, visit.at.date());
    let open = schedule.await?.into_iter().filter(|planned| {
        matches!(
            planned.standing,
            PlannedStanding::Later | PlannedStanding::Due | PlannedStanding::Begun
        )
    });
    let mut still = StillToCome::default();
    for planned in open {
        let visit = (planned.code.to_string(), planned.wave.to_string());
        still.visits.insert(visit.clone(), planned.standing);
        let form = (visit, planned.instrument.to_string());
        still.forms.insert(form, planned.standing);
    }
    Ok(still)
}

/// What the visitor may follow a value to.
#[derive(Clone, Copy)]
struct Links {
    forms: bool,
    codings: bool,
}

impl Links {
    fn of(visit: &Visit) -> Self {
        Self {
            forms: visit.has_right(Action::SeeFamilies),
            codings: visit.has_right(Action::LeadCoding) && !visit.is_blind(),
        }
    }

    /// Address and words of a source.
    fn source(self, study: &str, source: &Source) -> (Option<String>, String) {
        let version = source.row;
        if let Some(form) = source.file.strip_prefix("form:") {
            let address = format!("/studies/{study}/forms/{form}");
            return (
                self.forms.then_some(address),
                format!("form, version {version}"),
            );
        }
        if let Some(coding) = source.file.strip_prefix("coding:") {
            let address = format!("/studies/{study}/coding/{coding}");
            let words = format!("coded recording, version {version}");
            return (self.codings.then_some(address), words);
        }
        (None, source.to_string())
    }
}

/// Which rows.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    measure: String,
    #[serde(default)]
    wave: String,
    #[serde(default)]
    unit: String,
    /// Rows to pass over.
    #[serde(default)]
    from: usize,
}

/// `GET /studies/{study}/measures`.
pub async fn page(visit: Visit, Query(which): Query<Which>) -> Answer {
    let study = visit.study()?;
    let results = visit.app.results(study).await?;
    let still_to_come = still_to_come(&visit).await?;
    let rows: Vec<&Measure> = chosen(&results.measures, &which).collect();
    let mut measures: Vec<&str> = results
        .measures
        .rows
        .iter()
        .map(|row| row.measure.as_str())
        .collect();
    measures.sort_unstable();
    measures.dedup();
    let choices = |all: &str, ids: Vec<(String, String)>| {
        let mut choices = vec![(String::new(), all.to_owned())];
        choices.extend(ids);
        FieldKind::OneOf(choices)
    };
    let named = |id: &&str| ((*id).to_owned(), name_of_measure(&results.protocol, id));
    let waves = results
        .protocol
        .waves
        .iter()
        .map(|wave| (wave.id.to_string(), wave.label.clone()));
    show(&Page {
        filters: vec![
            Field::text("measure", "Measure")
                .of_kind(choices(
                    "all measures",
                    measures.iter().map(named).collect(),
                ))
                .value(&*which.measure),
            Field::text("wave", "Wave")
                .of_kind(choices("all waves", waves.collect()))
                .value(&*which.wave),
            Field::text("unit", "Family or other unit").value(&*which.unit),
        ],
        first: which.from + 1,
        last: rows.len().min(which.from + MOST_ROWS),
        n_rows: rows.len(),
        n_rows_words: count(rows.len()),
        rows: rows
            .iter()
            .skip(which.from)
            .take(MOST_ROWS)
            .map(|row| as_shown(&results.measures, row, &study.id, Links::of(&visit)))
            .map(|row| row.with_standing(&still_to_come, &results.protocol))
            .map(|row| row.with_names(&results.protocol))
            .collect(),
        query: serde_html_form::to_string([
            ("measure", &which.measure),
            ("wave", &which.wave),
            ("unit", &which.unit),
        ])
        .unwrap_or_default(),
        study: study.id.to_string(),
        layout: Layout::of(&visit, "Measures"),
    })
}

/// A score's name with its instrument's, or the name that a scheme gives; else the id.
fn name_of_measure(protocol: &Protocol, id: &str) -> String {
    let measure = MeasureId::new(id);
    protocol.score(&measure).map_or_else(
        || protocol.declared_label(&measure).unwrap_or(id).to_owned(),
        |(planned, score)| match score.label.contains(&planned.definition.short_title) {
            true => score.label.clone(),
            false => format!("{} ({})", score.label, planned.definition.short_title),
        },
    )
}

fn chosen<'a>(measures: &'a Measures, which: &'a Which) -> impl Iterator<Item = &'a Measure> {
    let fits = |wanted: &str, there: &str| wanted.is_empty() || wanted == there;
    measures.rows.iter().filter(move |row| {
        fits(&which.measure, &row.measure)
            && fits(&which.wave, row.wave.as_deref().unwrap_or_default())
            && fits(which.unit.trim(), &measures.unit(row).id)
    })
}

/// A value with as many digits as a reader can use; the file has all of them.
fn readable(value: f64) -> String {
    if value.fract() == 0.0 {
        return value.to_string();
    }
    words::short(value, words::decimals_of(value, 4))
}

fn as_shown(measures: &Measures, row: &Measure, study: &str, links: Links) -> Row {
    let months = row
        .age_days
        .map(|days| days / attune_protocol::design::DAYS_PER_MONTH);
    Row {
        unit: measures.unit(row).id.to_string(),
        site: row.site.to_string(),
        wave: row.wave.as_deref().unwrap_or_default().to_owned(),
        age: months
            .map(|months| format!("{months:.1}"))
            .unwrap_or_default(),
        measure: row.measure.to_string(),
        value: row.value.map(readable).unwrap_or_default(),
        missing: row
            .value
            .err()
            .map(attune_protocol::missing::Missing::words),
        source: row
            .source
            .as_ref()
            .map(|source| links.source(study, source)),
    }
}

/// `GET /studies/{study}/measures.csv`: the same rows, without arms, for a spreadsheet. It is noted like every export.
pub async fn csv(visit: Visit, Query(which): Query<Which>) -> Answer {
    let study = visit.study()?;
    let results = visit.app.results(study).await?;
    let mut text = String::from("unit,site,wave,age_months,measure,value,missing,source\r\n");
    for row in chosen(&results.measures, &which) {
        let shown = as_shown(&results.measures, row, &study.id, Links::of(&visit));
        let source = row.source.as_ref().map(ToString::to_string);
        let cells = [
            &shown.unit,
            &shown.site,
            &shown.wave,
            &shown.age,
            &shown.measure,
            &shown.value,
            shown.missing.unwrap_or_default(),
            source.as_deref().unwrap_or_default(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        // Writing to a string never fails.
        let _ = write!(text, "{}\r\n", cells.join(","));
    }
    let name = format!("{}-measures.csv", study.id);
    let file = (name.as_str(), text.as_bytes());
    note(&visit, Action::Export, Handed::Export, None, file).await?;
    download(&name, "text/csv; charset=utf-8", text)
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    let guard = match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') if !is_number => "'",
        _ => "",
    };
    let cell = format!("{guard}{cell}");
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_becomes_a_formula() {
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-3.5"), "-3.5");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
