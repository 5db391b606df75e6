//! The measures of a stream, each with what it depends on.

use attune_statistics::agreement::unitising::{self, Continuum, Stretch, UnitisingKind};
use attune_statistics::resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap};

use super::super::by_clip::Draws;
use super::super::gamma::Gamma;
use super::super::table::{Chance, Table};
use super::per_clip::{ClipOfStream, pooled};
use super::{AgreeSettings, MeasureReport, POOLING, WINDOW};
use crate::coding::{Event, Stream};
use crate::window::{Window, seconds};

pub(super) fn of_stream(
    stream: &Stream,
    clips: &[ClipOfStream],
    draws: &Draws,
    settings: &AgreeSettings,
) -> Vec<MeasureReport> {
    let (unit_s, tolerance_s) = (seconds(settings.unit), seconds(settings.tolerance));
    let kappa = |name, tables: Vec<&Table>, chance| of_tables(name, &tables, chance, draws);
    let mut all = Vec::new();
    if stream.states {
        let exact = clips
            .iter()
            .filter_map(|clip| clip.exact.as_ref())
            .collect();
        all.push(MeasureReport {
            tallied: "seconds",
            ..kappa("boundary-weighted-kappa", exact, Chance::Margins)
        });
    }
    let units = clips.iter().map(|clip| &clip.units).collect();
    all.push(MeasureReport {
        tallied: "time units",
        unit_s: Some(unit_s),
        ..kappa("time-unit-kappa", units, Chance::Margins)
    });
    for (place, base) in ["first coder as base", "second coder as base"]
        .into_iter()
        .enumerate()
    {
        let tables = clips.iter().map(|clip| &clip.tolerant[place]).collect();
        // Whole units are looked at, so that is what the tolerance amounts to.
        let whole_units = settings.tolerance / settings.unit * settings.unit;
        let mut found = kappa("tolerant-time-unit-kappa", tables, Chance::Margins);
        if found.estimate.is_none() && found.n > 0.0 {
            found.note =
                Some("within the tolerance one and the same label is left throughout".to_owned());
        }
        all.push(MeasureReport {
            variant: Some(base.to_owned()),
            tallied: "time units",
            unit_s: Some(unit_s),
            tolerance_s: Some(seconds(whole_units)),
            ..found
        });
    }
    let aligned = clips.iter().map(|clip| &clip.aligned).collect();
    all.push(MeasureReport {
        tallied: "events",
        tolerance_s: Some(tolerance_s),
        overlap: stream.states.then_some(settings.aligned_overlap),
        ..kappa("event-alignment-kappa", aligned, Chance::WithoutNil)
    });
    if stream.states {
        let linked = clips
            .iter()
            .filter_map(|clip| clip.linked.as_ref())
            .collect();
        all.push(MeasureReport {
            tallied: "events",
            overlap: Some(settings.linked_overlap),
            ..kappa("overlap-linking-kappa", linked, Chance::WithoutNil)
        });
        all.extend(unitising_alphas(stream, clips, settings));
        if settings.gamma.is_some() {
            all.extend(gammas_of(clips, draws, settings));
        }
    }
    all.push(interval_agreement(clips, draws, settings));
    all
}

fn bare(measure: &'static str) -> MeasureReport {
    MeasureReport {
        measure,
        variant: None,
        estimate: None,
        ci_lower: None,
        ci_upper: None,
        agreement: None,
        expected: None,
        largest: None,
        tallied: "seconds",
        n: 0.0,
        window: WINDOW,
        unit_s: None,
        tolerance_s: None,
        overlap: None,
        pooling: POOLING,
        note: None,
    }
}

fn of_tables(
    measure: &'static str,
    tables: &[&Table],
    chance: Chance,
    draws: &Draws,
) -> MeasureReport {
    let n = tables.iter().map(|table| table.n()).max().unwrap_or(1);
    let all = pooled(tables.iter().copied(), n);
    let kappa = all.kappa(chance);
    let totals: Vec<Vec<f64>> = tables.iter().map(|table| table.cells().to_vec()).collect();
    let found = draws.estimate(&totals, |cells| Table::kappa_of_cells(n, cells, chance));
    let nothing = all.total() == 0.0;
    let note = if nothing && chance == Chance::Margins {
        Some("every clip is shorter than half a unit".to_owned())
    } else if nothing {
        Some("neither coder has such an event".to_owned())
    } else if kappa.kappa.is_none() && chance == Chance::WithoutNil {
        Some(
            "one code only, so there is no chance to correct for: read the agreement, the share of events that \
             both have"
                .to_owned(),
        )
    } else if kappa.kappa.is_none() {
        Some("both coders used one and the same label throughout".to_owned())
    } else if found.n_undefined > 0 {
        Some(format!(
            "not defined in {} resamples, which are left out",
            found.n_undefined
        ))
    } else {
        None
    };
    MeasureReport {
        estimate: found.estimate,
        ci_lower: found.ci_lower,
        ci_upper: found.ci_upper,
        agreement: (!nothing).then_some(kappa.observed),
        expected: (!nothing).then_some(kappa.expected),
        largest: kappa.largest,
        n: all.total(),
        note,
        ..bare(measure)
    }
}

fn interval_agreement(
    clips: &[ClipOfStream],
    draws: &Draws,
    settings: &AgreeSettings,
) -> MeasureReport {
    let totals: Vec<Vec<f64>> = clips
        .iter()
        .map(|clip| vec![clip.intervals.0, clip.intervals.1])
        .collect();
    let mean = |totals: &[f64]| (totals[1] > 0.0).then(|| totals[0] / totals[1]);
    let found = draws.estimate(&totals, mean);
    MeasureReport {
        estimate: found.estimate,
        ci_lower: found.ci_lower,
        ci_upper: found.ci_upper,
        tallied: "intervals by code",
        n: clips.iter().map(|clip| clip.intervals.1).sum(),
        unit_s: Some(seconds(settings.interval)),
        note: Some("not corrected for chance; both none counts as agreement".to_owned()),
        ..bare("interval-agreement")
    }
}

/// Gamma, and gamma of the codes alone.
fn gammas_of(
    clips: &[ClipOfStream],
    draws: &Draws,
    settings: &AgreeSettings,
) -> [MeasureReport; 3] {
    let of_all = |gamma: Gamma| (gamma.observed, gamma.expected);
    // A clip without aligned events says nothing of their codes.
    let of_codes = |gamma: Gamma| gamma.of_codes.map_or((0.0, 0.0), |_| gamma.codes);
    let with_alone = |gamma: Gamma| gamma.codes_with_alone;
    [
        gamma_of("gamma", clips, draws, settings, of_all),
        gamma_of("gamma-cat", clips, draws, settings, of_codes),
        gamma_of(
            "gamma-cat-with-unaligned",
            clips,
            draws,
            settings,
            with_alone,
        ),
    ]
}

fn gamma_of(
    measure: &'static str,
    clips: &[ClipOfStream],
    draws: &Draws,
    settings: &AgreeSettings,
    disorder: impl Fn(Gamma) -> (f64, f64),
) -> MeasureReport {
    let totals: Vec<Vec<f64>> = clips
        .iter()
        .map(|clip| {
            let (observed, expected) = clip.gamma.map_or((0.0, 0.0), &disorder);
            vec![observed, expected]
        })
        .collect();
    let ratio = |totals: &[f64]| (totals[1] > 0.0).then(|| 1.0 - totals[0] / totals[1]);
    let found = draws.estimate(&totals, ratio);
    let gammas = || clips.iter().filter_map(|clip| clip.gamma);
    let n_chance: usize = gammas().map(|gamma| gamma.n_chance).sum();
    let seed = settings.gamma.map_or(0, |settings| settings.seed);
    MeasureReport {
        variant: Some(format!(
            "alpha 1, beta 1, seed {seed}, {n_chance} chance codings"
        )),
        estimate: found.estimate,
        ci_lower: found.ci_lower,
        ci_upper: found.ci_upper,
        tallied: "events",
        n: clips
            .iter()
            .map(|clip| (clip.n_events[0] + clip.n_events[1]) as f64)
            .sum(),
        note: doubt_about_gamma(clips),
        ..bare(measure)
    }
}

/// Fewer events of one coder than this leave chance codings little room.
const FEW_EVENTS: usize = 5;

fn doubt_about_gamma(clips: &[ClipOfStream]) -> Option<String> {
    let mut gammas = clips.iter().filter_map(|clip| clip.gamma);
    if gammas.any(|gamma| !gamma.proved) {
        return Some("the best alignment is not proved to be the best".to_owned());
    }
    let n_few = clips
        .iter()
        .filter(|clip| clip.gamma.is_some() && clip.n_events.iter().any(|n| *n < FEW_EVENTS))
        .count();
    (n_few > 0).then(|| {
        format!(
            "in {n_few} of {} clips a coder has fewer than {FEW_EVENTS} events: chance codings drawn from so few gaps \
             and lengths lie where the real ones do, so gamma is far too low there; read event alignment",
            clips.len()
        )
    })
}

/// uα, |uα, cuα and (k)uα of each code, which need stretches that do not overlap.
fn unitising_alphas(
    stream: &Stream,
    clips: &[ClipOfStream],
    settings: &AgreeSettings,
) -> Vec<MeasureReport> {
    let mut used: Vec<&String> = clips
        .iter()
        .flat_map(|clip| clip.events.iter().flatten())
        .map(|event| &stream.codes[event.code])
        .collect();
    used.sort_unstable();
    used.dedup();
    let mut kinds = vec![
        ("u-alpha", None, UnitisingKind::All),
        ("u-alpha-binary", None, UnitisingKind::Binary),
        ("cu-alpha", None, UnitisingKind::Codes),
    ];
    let of_codes = used.iter().enumerate();
    kinds.extend(of_codes.map(|(place, code)| {
        (
            "ku-alpha",
            Some((*code).clone()),
            UnitisingKind::Code(place),
        )
    }));
    if clips.iter().any(|clip| clip.overlapping) {
        let note = "codes of one coder overlap, for which the unitising alphas are not defined";
        let refused = kinds.into_iter().map(|(name, variant, _)| MeasureReport {
            variant,
            note: Some(note.to_owned()),
            ..bare(name)
        });
        return refused.collect();
    }
    let continua: Vec<Continuum> = clips.iter().map(|clip| continuum(stream, clip)).collect();
    let blocks: Vec<usize> = (0..continua.len()).collect();
    let resampling = BootstrapSettings {
        n_resamples: settings.resampling.n,
        seed: settings.resampling.seed,
        level: settings.resampling.level,
        interval: BootstrapInterval::Percentile,
    };
    let of_kind = |(name, variant, kind): (&'static str, Option<String>, UnitisingKind)| {
        let additive = match unitising::additive(&continua, kind) {
            Ok(additive) => additive,
            Err(problem) => {
                return MeasureReport {
                    variant,
                    note: Some(problem.to_string()),
                    ..bare(name)
                };
            }
        };
        let estimate = Some(additive.estimate()).filter(|value| value.is_finite());
        let limits = bootstrap(&additive, &blocks, &resampling)
            .ok()
            .filter(|_| estimate.is_some());
        MeasureReport {
            variant,
            estimate,
            ci_lower: limits.as_ref().map(|limits| limits.ci_lower),
            ci_upper: limits.as_ref().map(|limits| limits.ci_upper),
            n: clips.iter().map(|clip| clip.length_s).sum(),
            note: estimate
                .is_none()
                .then(|| nothing_to_confuse(kind).to_owned()),
            ..bare(name)
        }
    };
    kinds.into_iter().map(of_kind).collect()
}

/// Why chance disagreement is zero.
fn nothing_to_confuse(kind: UnitisingKind) -> &'static str {
    match kind {
        UnitisingKind::All | UnitisingKind::Binary => {
            "both coders marked all of the time as one and the same, or none of it"
        }
        UnitisingKind::Codes | UnitisingKind::Code(_) => {
            "where stretches of the two meet there is one code at most, so there is nothing to confuse"
        }
    }
}

/// The window without its gaps, its parts put end to end, in seconds.
fn continuum(stream: &Stream, clip: &ClipOfStream) -> Continuum {
    let stretch = |event: &Event| {
        let before: i64 = shift(&clip.window, event.start);
        Stretch {
            start: seconds(event.start - before),
            end: seconds(event.end - before),
            code: stream.codes[event.code].clone(),
        }
    };
    Continuum {
        coders: clip
            .events
            .iter()
            .map(|list| list.iter().map(stretch).collect())
            .collect(),
        length: clip.length_s,
    }
}

/// Time before `at` that does not belong to the window.
fn shift(window: &Window, at: i64) -> i64 {
    let inside = window
        .segments()
        .iter()
        .map(|(start, end)| (at.min(*end) - start).max(0));
    at - inside.sum::<i64>()
}
