//! `/studies/{study}/reliability`: can the coders be trusted? First the whole team on one screen, then every
//! two coders with every measure, everybody against the standard over the weeks, and the machine that
//! listens. From each number a link leads to the seconds behind it, where they play.

mod drift_plot;
mod machine;
mod numbers;

use std::collections::BTreeMap;

use askama::Template;
use attune_observation::agreement::{
    disagreements::Disagreement,
    drift::Drift,
    report::{ClipKappa, POOLING, PairReport, ScaleAgreement, WINDOW},
};
use attune_protocol::id::{SchemeId, StudyId};
use attune_store::{
    clips::CodingRow,
    command::video::CodingPurpose,
    ids::{AccountId, ClipId, CodingId},
};
use axum::extract::Query;
use serde::Deserialize;

use self::{
    drift_plot::drift_plot,
    machine::{Machine, machine},
    numbers::{
        amount_words, by_clips, decimals, interval, measure_words, rating_measure, settings,
        signed, why_none,
    },
};
use crate::{
    answer::{Answer, page as show},
    failure::Failure,
    layout::Layout,
    pages::clips::coders,
    team_agreement::{self, Coders, Dated, TeamAgreement, drift_of, main_measure},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "reliability.html")]
struct Reliability {
    layout: Layout,
    study: String,
    schemes: Vec<OfScheme>,
    machine: Option<Machine>,
    window: &'static str,
    pooling: &'static str,
}

struct OfScheme {
    title: String,
    n_codings: usize,
    overview: Vec<InShort>,
    pairs: Vec<Pair>,
    standards: Vec<Pair>,
    warnings: Vec<String>,
}

/// One stream or rating of one pair on the first table.
struct InShort {
    anchor: String,
    names: [String; 2],
    what: String,
    measure: &'static str,
    n_clips: usize,
    estimate: Option<f64>,
    interval: String,
    agreement: Option<f64>,
}

struct Pair {
    anchor: String,
    names: [String; 2],
    /// Who is compared, how, and by which scheme: no other pair of the page is called so.
    whose: String,
    report: PairReport,
    differences: Vec<Difference>,
    clips: Vec<OfClip>,
    scales: Vec<OfScale>,
    drift: Option<OverWeeks>,
    has_gamma: bool,
}

/// How many rows of a long list stand on the page unfolded: the lowest.
const IN_SIGHT: usize = 12;

/// The first rows, and those that are folded away; a few more than fit stay together.
fn folded<T>(rows: &[T]) -> (&[T], &[T]) {
    let in_sight = if rows.len() > IN_SIGHT + 3 {
        IN_SIGHT
    } else {
        rows.len()
    };
    rows.split_at(in_sight)
}

/// How agreement goes over the weeks.
struct OverWeeks {
    plot: String,
    slope: Option<String>,
}

/// Kappa of one recording, the lowest first.
struct OfClip {
    title: String,
    stream: String,
    address: Option<String>,
    kappa: ClipKappa,
}

/// One rating scale.
struct OfScale {
    scale: ScaleAgreement,
    drift: Option<String>,
    leniency: Option<String>,
    clips: Vec<RatedApart>,
}

/// The ratings of one recording.
struct RatedApart {
    title: String,
    address: Option<String>,
    first: f64,
    second: f64,
}

struct Difference {
    clip: String,
    address: String,
    words: Disagreement,
}

/// What is asked besides.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// Behaviours that mean speaking.
    speaking: Option<String>,
    /// Two coders of whom gamma is wanted, with a comma between.
    gamma: Option<String>,
}

/// What is known of the study while the page is made.
struct Known {
    study: StudyId,
    names: BTreeMap<AccountId, String>,
    titles: BTreeMap<ClipId, String>,
    rows: Vec<CodingRow>,
}

/// `GET /studies/{study}/reliability`.
pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let clips = store.clips(&study).await?;
    let known = Known {
        names: coders(&visit, &study).await?,
        rows: store.codings(&study).await?,
        titles: clips
            .iter()
            .map(|clip| (clip.id, clip.title.clone()))
            .collect(),
        study: study.clone(),
    };
    let mut versions: Vec<(SchemeId, u32)> = clips
        .iter()
        .filter(|clip| !clip.is_own)
        .map(|clip| (clip.scheme.clone(), clip.scheme_version))
        .collect();
    versions.sort();
    versions.dedup();
    let purposes: BTreeMap<String, CodingPurpose> = known
        .rows
        .iter()
        .map(|row| (row.id.to_string(), row.purpose))
        .collect();
    let gamma_of: Option<Coders> = asked.gamma.as_deref().and_then(|typed| {
        let (first, second) = typed.split_once(',')?;
        Some([first.to_owned(), second.to_owned()])
    });
    let mut schemes = Vec::new();
    for (scheme, version) in versions {
        let counts = |row: &CodingRow| row.finished && row.purpose != CodingPurpose::Own;
        let coded = store.coded_by(&study, &scheme, version, counts).await?;
        let title = format!("{}, version {version}", coded.scheme.title);
        let (purposes, gamma_of) = (purposes.clone(), gamma_of.clone());
        let compared = tokio::task::spawn_blocking(move || {
            team_agreement::compare(&coded, &purposes, gamma_of.as_ref())
        });
        let team = compared.await.map_err(Failure::internal)?;
        schemes.push(of_scheme(&known, title, schemes.len(), team));
    }
    let machine = machine(&visit, &known, &clips, asked.speaking.as_deref()).await?;
    show(&Reliability {
        layout: Layout::of(&visit, "Agreement of coders"),
        study: study.to_string(),
        schemes,
        machine,
        window: WINDOW,
        pooling: POOLING,
    })
}

fn of_scheme(known: &Known, title: String, place: usize, team: TeamAgreement) -> OfScheme {
    let with_drift = |reports: Vec<PairReport>, drifts: &[Vec<Dated>], what: &str| {
        let all = reports.into_iter().zip(drifts).enumerate();
        let all = all.map(|(n, (report, dated))| {
            let mut pair = pair(known, format!("{what}-{place}-{n}"), report);
            pair.drift = over_weeks(known, &pair, dated);
            let [first, second] = &pair.names;
            pair.whose = match what {
                "pair" => format!("{first} and {second}, {title}"),
                _ => format!("{second} against the standard of {first}, {title}"),
            };
            pair
        });
        all.collect::<Vec<Pair>>()
    };
    let pairs = with_drift(team.pairs, &team.pair_drifts, "pair");
    let standards = with_drift(team.standards, &team.drifts, "standard");
    let mut overview: Vec<InShort> = pairs.iter().chain(&standards).flat_map(in_short).collect();
    let estimate = |one: &InShort| one.estimate.unwrap_or(f64::INFINITY);
    overview.sort_by(|a, b| estimate(a).total_cmp(&estimate(b)));
    OfScheme {
        title,
        n_codings: team.n_codings,
        overview,
        pairs,
        standards,
        warnings: team.warnings,
    }
}

/// The plot of a pair's recordings over the weeks, and the change; those of one day have no course.
fn over_weeks(known: &Known, pair: &Pair, dated: &[Dated]) -> Option<OverWeeks> {
    let slope = drift_of(dated).as_ref().and_then(change);
    let days = dated.iter().map(|one| one.day);
    (days.clone().min() < days.max()).then(|| OverWeeks {
        plot: drift_plot(known, pair, dated),
        slope,
    })
}

/// The change a week with its interval, where there is one.
fn change(drift: &Drift) -> Option<String> {
    let (slope, lower, upper) = (drift.per_week?, drift.ci_lower?, drift.ci_upper?);
    Some(signed(&format!(
        "{slope:+.3} a week (95 % CI {lower:+.3} to {upper:+.3}, {} recordings)",
        drift.n_clips
    )))
}

fn in_short(pair: &Pair) -> Vec<InShort> {
    let in_short = |what, measure, n_clips, estimate, interval, agreement| InShort {
        anchor: pair.anchor.clone(),
        names: pair.names.clone(),
        what,
        measure,
        n_clips,
        estimate,
        interval,
        agreement,
    };
    let of_streams = pair.report.streams.iter().filter_map(|stream| {
        let main = main_measure(stream)?;
        let name = match stream.stream.states {
            true => "kappa of seconds",
            false => "kappa of time units",
        };
        let n = pair.report.n_clips;
        let interval = interval(main);
        Some(in_short(
            words_of(stream),
            name,
            n,
            main.estimate,
            interval,
            main.agreement,
        ))
    });
    let of_scales = pair.report.ratings.iter().filter_map(|one| {
        let mut measures = one.agreement.measures.iter();
        let icc = measures.find(|measure| measure.measure == "icc-a1")?;
        Some(in_short(
            format!("rating: {}", one.scale),
            "ICC(A,1)",
            one.agreement.n_clips,
            icc.estimate,
            by_clips(icc),
            Some(one.agreement.within_one),
        ))
    });
    of_streams.chain(of_scales).collect()
}

fn words_of(stream: &attune_observation::agreement::report::StreamReport) -> String {
    format!(
        "{}: {}",
        stream.stream.subject,
        stream.stream.codes.join(", ")
    )
}

fn pair(known: &Known, anchor: String, report: PairReport) -> Pair {
    let name = |id: &str| {
        let found = id
            .parse()
            .ok()
            .and_then(|id: AccountId| known.names.get(&id));
        found
            .cloned()
            .unwrap_or_else(|| "a former coder".to_owned())
    };
    let differences = report
        .disagreements
        .iter()
        .filter_map(|words| {
            // The second at which it begins: the room plays from a second before.
            let at = (words.start_s.max(0.0) * 1e6).round();
            Some(Difference {
                clip: title(known, &words.clip),
                address: format!("{}&at={at}", side_by_side(known, &report, &words.clip)?),
                words: words.clone(),
            })
        })
        .collect();
    let mut clips: Vec<OfClip> = report
        .streams
        .iter()
        .flat_map(|stream| stream.by_clip.iter().map(move |kappa| (stream, kappa)))
        .map(|(stream, kappa)| OfClip {
            title: title(known, &kappa.clip),
            stream: words_of(stream),
            address: side_by_side(known, &report, &kappa.clip),
            kappa: kappa.clone(),
        })
        .collect();
    let scales = report.ratings.iter().map(|one| OfScale {
        drift: change(&one.agreement.drift),
        leniency: change(&one.agreement.leniency),
        clips: one
            .by_clip
            .iter()
            .filter(|clip| clip.apart() > 0.0)
            .map(|clip| RatedApart {
                title: title(known, &clip.clip),
                address: side_by_side(known, &report, &clip.clip),
                first: clip.first,
                second: clip.second,
            })
            .collect(),
        scale: one.clone(),
    });
    let scales = scales.collect();
    let order = |one: &OfClip| one.kappa.kappa.unwrap_or(f64::INFINITY);
    clips.sort_by(|a, b| order(a).total_cmp(&order(b)));
    Pair {
        anchor,
        names: [name(&report.coders[0]), name(&report.coders[1])],
        whose: String::new(),
        differences,
        clips,
        scales,
        drift: None,
        has_gamma: has_gamma(&report),
        report,
    }
}

fn has_gamma(report: &PairReport) -> bool {
    let mut measures = report.streams.iter().flat_map(|stream| &stream.measures);
    measures.any(|one| one.measure == "gamma")
}

fn title(known: &Known, clip: &str) -> String {
    let id: Option<ClipId> = clip.parse().ok();
    id.and_then(|id| known.titles.get(&id))
        .cloned()
        .unwrap_or_default()
}

/// The address of both codings of a recording, the first one's with the second beside it.
fn side_by_side(known: &Known, report: &PairReport, clip: &str) -> Option<String> {
    let clip: ClipId = clip.parse().ok()?;
    let coding = |coder: &str| -> Option<CodingId> {
        let coder: AccountId = coder.parse().ok()?;
        let is_it = |row: &&CodingRow| row.clip == clip && row.coder == coder;
        Some(known.rows.iter().find(is_it)?.id)
    };
    let (first, second) = (coding(&report.coders[0])?, coding(&report.coders[1])?);
    Some(format!(
        "/studies/{}/coding/{first}?with={second}",
        known.study
    ))
}
