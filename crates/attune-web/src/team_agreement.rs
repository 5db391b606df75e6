//! What the page of agreement is made of: which codings are compared with which. First and second codings
//! of the study with each other; everybody's codings of a recording that has a standard with that
//! standard; and the machine that listens with people.

use std::collections::{BTreeMap, BTreeSet};

use attune_observation::{
    agreement::{
        drift::{Drift, drift},
        gamma::GammaSettings,
        measures_of_scheme::agree_on_measures,
        report::{AgreeSettings, PairReport, StreamReport, agree, agree_each},
    },
    coding::{Coding, Scheme},
    from_project::{Chosen, codings},
};
use attune_records::records::SessionCoding;
use attune_store::{coded_observations::CodedByScheme, command::video::CodingPurpose};

/// Everything about the codings by one version of a scheme.
#[derive(Debug, Default)]
pub struct TeamAgreement {
    /// Codings that are finished.
    pub n_codings: usize,
    /// Every two people who coded the same recordings for the study.
    pub pairs: Vec<PairReport>,
    /// Everybody against the standard; the first coder of each is the standard.
    pub standards: Vec<PairReport>,
    /// How the agreement of each pair goes over the weeks, in the order of `pairs`.
    pub pair_drifts: Vec<Vec<Dated>>,
    /// How each person's agreement with the standard goes over the weeks, in the order of `standards`.
    pub drifts: Vec<Vec<Dated>>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// Kappa of one recording, and the day on which it was coded.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The recording.
    pub clip: String,
    /// Days since 1970.
    pub day: i64,
    /// Mean kappa of the streams that have one, weighted by nothing.
    pub kappa: f64,
}

/// Two coders, in the order of a report.
pub type Coders = [String; 2];

/// Events of one coding beyond which gamma is for the command line: the best alignment takes the third power
/// of their number.
const MOST_EVENTS_FOR_GAMMA: usize = 400;

/// Compares the codings by a scheme; `purposes` by the id of a coding. Gamma takes long and is told only of
/// the two for whom it is asked.
pub fn compare(
    coded: &CodedByScheme,
    purposes: &BTreeMap<String, CodingPurpose>,
    gamma_of: Option<&Coders>,
) -> TeamAgreement {
    let read = codings(&[&coded.project], &Chosen::default()).in_words_of(&coded.scheme);
    let purpose = |coding: &Coding| purposes.get(&coding.id).copied();
    let is_of_study = |coding: &&Coding| {
        matches!(
            purpose(coding),
            Some(CodingPurpose::Study | CodingPurpose::Reliability)
        )
    };
    let of_study: Vec<&Coding> = read.codings.iter().filter(is_of_study).collect();
    let mut pairs: BTreeMap<(&str, &str), Vec<(&Coding, &Coding)>> = BTreeMap::new();
    for (at, first) in of_study.iter().enumerate() {
        for second in &of_study[at + 1..] {
            if first.clip == second.clip && first.coder != second.coder {
                let (a, b) = match first.coder < second.coder {
                    true => (*first, *second),
                    false => (*second, *first),
                };
                pairs.entry((&a.coder, &b.coder)).or_default().push((a, b));
            }
        }
    }
    let standards = against_standard(&read.codings, purpose);
    let pairs: Vec<_> = pairs.into_values().collect();
    let agree = |of: &[Vec<(&Coding, &Coding)>]| {
        let mut reports = agree_each(&read.scheme, of, &AgreeSettings::default());
        for (report, clips) in reports.iter_mut().zip(of) {
            if gamma_of == Some(&report.coders) {
                *report = with_gamma(&read.scheme, clips);
            }
            let measurable: Vec<(SessionCoding, SessionCoding)> = clips
                .iter()
                .filter_map(|(a, b)| Some((coded.measurable(&a.id)?, coded.measurable(&b.id)?)))
                .collect();
            let measurable: Vec<_> = measurable.iter().map(|(a, b)| (a, b)).collect();
            let resampling = AgreeSettings::default().resampling;
            report.measures = agree_on_measures(&coded.scheme, &measurable, &resampling);
        }
        reports
    };
    let pairs = agree(&pairs);
    let mut standards = agree(&standards);
    standards.sort_by(|a, b| a.coders.cmp(&b.coders));
    TeamAgreement {
        n_codings: read.codings.len(),
        pair_drifts: pairs.iter().map(dated).collect(),
        pairs,
        drifts: standards.iter().map(dated).collect(),
        standards,
        warnings: read.warnings,
    }
}

/// The report of two coders with gamma among its measures, where their codings are not too long for it.
fn with_gamma(scheme: &Scheme, clips: &[(&Coding, &Coding)]) -> PairReport {
    let n_most = clips
        .iter()
        .flat_map(|(first, second)| [first.events.len(), second.events.len()])
        .max();
    let is_short = n_most.is_some_and(|n| n <= MOST_EVENTS_FOR_GAMMA);
    let settings = AgreeSettings {
        gamma: is_short.then(GammaSettings::default),
        ..AgreeSettings::default()
    };
    let mut report = agree(scheme, clips, &settings);
    if !is_short {
        report.warnings.push(format!(
            "gamma is told here of codings of up to {MOST_EVENTS_FOR_GAMMA} events; of longer ones by attune observe agree \
             --gamma with the exported codings"
        ));
    }
    report
}

/// For each coder the recordings that also have a standard, the standard first.
fn against_standard(
    codings: &[Coding],
    purpose: impl Fn(&Coding) -> Option<CodingPurpose>,
) -> Vec<Vec<(&Coding, &Coding)>> {
    let mut standards: BTreeMap<&str, &Coding> = BTreeMap::new();
    for coding in codings {
        if purpose(coding) == Some(CodingPurpose::Gold) {
            standards.entry(&coding.clip).or_insert(coding);
        }
    }
    let mut by_coder: BTreeMap<&str, Vec<(&Coding, &Coding)>> = BTreeMap::new();
    for coding in codings {
        let counts = matches!(
            purpose(coding),
            Some(CodingPurpose::Study | CodingPurpose::Reliability | CodingPurpose::Training)
        );
        if let Some(standard) = standards.get(coding.clip.as_str())
            && counts
            && standard.coder != coding.coder
        {
            by_coder
                .entry(&coding.coder)
                .or_default()
                .push((standard, coding));
        }
    }
    by_coder.into_values().collect()
}

/// The days and mean kappas of the recordings of one report.
fn dated(report: &PairReport) -> Vec<Dated> {
    let clips: BTreeSet<&str> = report
        .streams
        .iter()
        .flat_map(|stream| &stream.by_clip)
        .map(|clip| clip.clip.as_str())
        .collect();
    let mut dated: Vec<Dated> = clips
        .into_iter()
        .filter_map(|clip| {
            let of_clip = || {
                let streams = report.streams.iter().flat_map(|stream| &stream.by_clip);
                streams.filter(|one| one.clip == clip)
            };
            let kappas: Vec<f64> = of_clip().filter_map(|one| one.kappa).collect();
            let day = of_clip().find_map(|one| one.day)?;
            (!kappas.is_empty()).then(|| Dated {
                clip: clip.to_owned(),
                day,
                kappa: kappas.iter().sum::<f64>() / kappas.len() as f64,
            })
        })
        .collect();
    dated.sort_by_key(|one| one.day);
    dated
}

/// The change over the weeks; none from fewer than three recordings.
pub fn drift_of(dated: &[Dated]) -> Option<Drift> {
    let clips: Vec<(i64, f64)> = dated.iter().map(|one| (one.day, one.kappa)).collect();
    (clips.len() > 2).then(|| drift(&clips, 0.95))
}

/// The measure of a stream that the overview shows: boundary-weighted kappa of states, time-unit kappa
/// of points.
pub fn main_measure(
    stream: &StreamReport,
) -> Option<&attune_observation::agreement::report::MeasureReport> {
    let wanted = match stream.stream.states {
        true => "boundary-weighted-kappa",
        false => "time-unit-kappa",
    };
    stream.measures.iter().find(|one| one.measure == wanted)
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use attune_protocol::Protocol;
    use attune_records::observation::{
        BehaviourKind, CodedBehaviour, CodingProject, Event, Interval, Micros, Observation,
        SchemeAsRead, Span,
    };

    use super::*;

    fn observation(id: &str, clip: &str, coder: &str, date: &str, late: i64) -> Observation {
        let mut one = Observation::new(id);
        one.recording = Some(Arc::from(clip));
        one.coder = Some(Arc::from(coder));
        one.date = date.to_owned();
        one.window = Interval::new(Micros(0), Micros(100_000_000));
        let bout = Interval::new(Micros(10_000_000 + late * 1_000_000), Micros(50_000_000));
        let mut event = Event::new("face", Span::State(bout.expect("a bout")));
        event.subject = Some("infant".into());
        one.with_events(vec![event])
    }

    /// The room's scheme of an example study, whose behaviours the codings need not use.
    fn by_scheme(project: CodingProject) -> CodedByScheme {
        let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../studies/community-clinic");
        let (protocol, _) = Protocol::read(&study).expect("the study");
        CodedByScheme {
            scheme: Arc::new(protocol.schemes[0].clone()),
            project,
            present: BTreeMap::new(),
        }
    }

    #[test]
    fn standards_are_compared_with_everybody_and_are_nobodys_second_coding() {
        let days = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"];
        let (mut all, mut purposes) = (Vec::new(), BTreeMap::new());
        for (n, day) in days.iter().enumerate() {
            let clip = format!("clip-{n}");
            for (coder, purpose, late) in [
                ("gold", CodingPurpose::Gold, 0),
                ("ben", CodingPurpose::Training, 2 * n as i64),
                ("ann", CodingPurpose::Study, 0),
            ] {
                let id = format!("{clip} {coder}");
                all.push(observation(&id, &clip, coder, day, late));
                purposes.insert(id, purpose);
            }
        }
        let mut project = CodingProject::default();
        project.scheme = SchemeAsRead {
            behaviours: vec![CodedBehaviour::new("face", BehaviourKind::State)],
            ..SchemeAsRead::default()
        };
        let coded = by_scheme(project.with_observations(all).expect("ids differ"));
        let team = compare(&coded, &purposes, None);
        assert!(
            team.pairs.is_empty(),
            "training and standards are no double coding"
        );
        let coders: Vec<&[String; 2]> = team.standards.iter().map(|one| &one.coders).collect();
        assert_eq!(
            coders,
            [
                &["gold".to_owned(), "ann".to_owned()],
                &["gold".to_owned(), "ben".to_owned()]
            ]
        );
        let kappas: Vec<f64> = team.drifts[1].iter().map(|one| one.kappa).collect();
        assert_eq!(kappas[0], 1.0);
        assert!(kappas.is_sorted_by(|a, b| a > b), "{kappas:?}");
        let ben = drift_of(&team.drifts[1]).expect("four clips");
        assert!(ben.per_week.expect("a slope") < 0.0 && ben.weeks.len() == 4);
        assert_eq!(drift_of(&team.drifts[1][..2]), None);
    }

    #[test]
    fn gamma_is_told_of_the_pair_for_whom_it_is_asked_and_names_its_seed() {
        let coders = ["ann", "ben", "cid"];
        let (mut all, mut purposes) = (Vec::new(), BTreeMap::new());
        for (late, coder) in coders.iter().enumerate() {
            all.push(observation(coder, "clip", coder, "2026-03-02", late as i64));
            let purpose = match late {
                0 => CodingPurpose::Study,
                _ => CodingPurpose::Reliability,
            };
            purposes.insert((*coder).to_owned(), purpose);
        }
        let mut project = CodingProject::default();
        project.scheme = SchemeAsRead {
            behaviours: vec![CodedBehaviour::new("face", BehaviourKind::State)],
            ..SchemeAsRead::default()
        };
        let coded = by_scheme(project.with_observations(all).expect("ids differ"));
        let wanted = ["ann".to_owned(), "cid".to_owned()];
        let team = compare(&coded, &purposes, Some(&wanted));
        assert_eq!(team.pairs.len(), 3);
        for pair in &team.pairs {
            let measures = pair.streams.iter().flat_map(|stream| &stream.measures);
            let gamma: Vec<_> = measures.filter(|one| one.measure == "gamma").collect();
            assert_eq!(
                !gamma.is_empty(),
                pair.coders == wanted,
                "{:?}",
                pair.coders
            );
            for one in gamma {
                assert!(one.estimate.is_some_and(|gamma| gamma > 0.0), "{one:?}");
                assert!(
                    one.variant
                        .as_deref()
                        .is_some_and(|how| how.contains("seed 1")),
                    "{one:?}"
                );
            }
        }
    }
}
