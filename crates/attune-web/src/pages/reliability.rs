//! `/studies/{study}/reliability`: can the coders be trusted? Every two coders with finished codings of
//! the same recordings, with the measures of `attune-observation`, and a list of differences each of which
//! opens the recording at its second.

use std::collections::BTreeMap;

use askama::Template;
use attune_observation::{
    agreement::{
        disagreements::Disagreement,
        report::{AgreeSettings, MeasureReport, POOLING, PairReport, WINDOW, agree_each},
    },
    from_project::{Chosen, codings},
};
use attune_protocol::id::SchemeId;
use attune_store::{
    clips::CodingRow,
    command::video::CodingPurpose,
    ids::{AccountId, ClipId},
};

use crate::{
    answer::{Answer, page as show},
    failure::Failure,
    layout::Layout,
    pages::clips::coders,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "reliability.html")]
struct Reliability {
    layout: Layout,
    study: String,
    schemes: Vec<OfScheme>,
    window: &'static str,
    pooling: &'static str,
}

struct OfScheme {
    title: String,
    n_codings: usize,
    pairs: Vec<Pair>,
    warnings: Vec<String>,
}

struct Pair {
    names: [String; 2],
    report: PairReport,
    differences: Vec<Difference>,
}

struct Difference {
    clip: String,
    address: String,
    words: Disagreement,
}

/// `GET /studies/{study}/reliability`.
pub async fn page(visit: Visit) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let clips = store.clips(&study).await?;
    let names = coders(&visit, &study).await?;
    let rows = store.codings(&study).await?;
    let mut versions: Vec<(SchemeId, u32)> = clips
        .iter()
        .map(|clip| (clip.scheme.clone(), clip.scheme_version))
        .collect();
    versions.sort();
    versions.dedup();
    let titles: BTreeMap<ClipId, String> = clips
        .into_iter()
        .map(|clip| (clip.id, clip.title))
        .collect();
    let mut schemes = Vec::new();
    for (scheme, version) in versions {
        let counts = |row: &CodingRow| row.finished && row.purpose != CodingPurpose::Training;
        let project = store
            .coded_project(&study, &scheme, version, counts)
            .await?;
        let (read, reports) = tokio::task::spawn_blocking(move || compare(&project))
            .await
            .map_err(Failure::internal)?;
        let pairs = reports
            .into_iter()
            .map(|report| pair(report, &study, &names, &titles, &rows))
            .collect();
        schemes.push(OfScheme {
            title: format!("{scheme}, version {version}"),
            n_codings: read.0,
            warnings: read.1,
            pairs,
        });
    }
    show(&Reliability {
        layout: Layout::of(&visit, "Agreement of coders"),
        study: study.to_string(),
        schemes,
        window: WINDOW,
        pooling: POOLING,
    })
}

type Read = (usize, Vec<String>);

/// Every two coders over all recordings that both coded.
fn compare(project: &attune_records::observation::CodingProject) -> (Read, Vec<PairReport>) {
    let read = codings(&[project], &Chosen::default());
    let mut pairs: BTreeMap<(&str, &str), Vec<_>> = BTreeMap::new();
    for (at, first) in read.codings.iter().enumerate() {
        for second in &read.codings[at + 1..] {
            if first.clip == second.clip && first.coder != second.coder {
                let (a, b) = match first.coder < second.coder {
                    true => (first, second),
                    false => (second, first),
                };
                pairs.entry((&a.coder, &b.coder)).or_default().push((a, b));
            }
        }
    }
    let pairs: Vec<Vec<_>> = pairs.into_values().collect();
    let reports = agree_each(&read.scheme, &pairs, &AgreeSettings::default());
    ((read.codings.len(), read.warnings), reports)
}

fn pair(
    report: PairReport,
    study: &str,
    names: &BTreeMap<AccountId, String>,
    titles: &BTreeMap<ClipId, String>,
    rows: &[CodingRow],
) -> Pair {
    let name = |id: &str| {
        let found = id.parse().ok().and_then(|id: AccountId| names.get(&id));
        found
            .cloned()
            .unwrap_or_else(|| "a former coder".to_owned())
    };
    let coders = [name(&report.coders[0]), name(&report.coders[1])];
    let first: Option<AccountId> = report.coders[0].parse().ok();
    let differences = report
        .disagreements
        .iter()
        .filter_map(|words| {
            let clip: ClipId = words.clip.parse().ok()?;
            let coding = rows
                .iter()
                .find(|row| row.clip == clip && Some(row.coder) == first)?;
            // A second before, so that it is seen coming.
            let at = ((words.start_s - 1.0).max(0.0) * 1e6).round();
            Some(Difference {
                clip: titles.get(&clip).cloned().unwrap_or_default(),
                address: format!("/studies/{study}/coding/{}?at={at}", coding.id),
                words: words.clone(),
            })
        })
        .collect();
    Pair {
        names: coders,
        differences,
        report,
    }
}

/// A number with two decimals, or a dash.
fn decimals(number: &Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.2}"))
}

/// An interval, or nothing.
fn interval(measure: &MeasureReport) -> String {
    match (measure.ci_lower, measure.ci_upper) {
        (Some(lower), Some(upper)) => format!("{lower:.2} to {upper:.2}"),
        _ => "–".to_owned(),
    }
}

/// What a measure depends on: unit, tolerance, overlap.
fn settings(measure: &MeasureReport) -> String {
    let parts = [
        measure.unit_s.map(|unit| format!("unit {unit} s")),
        measure
            .tolerance_s
            .map(|tolerance| format!("tolerance {tolerance} s")),
        measure
            .overlap
            .map(|overlap| format!("overlap {} %", overlap * 100.0)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}
