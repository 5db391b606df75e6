//! Intervals of agreement and reliability.

use attune_statistics::{
    agreement::{
        Ratings,
        bland_altman::bland_altman,
        chance_corrected::{Chance, chance_corrected},
        cohen_kappa::cohen_kappa,
        intraclass::{IccForm, intraclass},
        krippendorff_alpha::{Level, krippendorff_alpha},
        weights::Weights,
    },
    resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap},
    scales::scale_reliability,
};

use crate::{draws::Draws, scenario::Scenario};

/// How often the three categories are true, and how often a coder sees the true one.
const SHARES: [f64; 3] = [0.5, 0.3, 0.2];
const SEEN: f64 = 0.8;

pub fn scenarios() -> Vec<Scenario> {
    let kappa = true_kappa();
    let mut scenarios = vec![
        scenario(
            "[Cohen's kappa](agreement.md)",
            "2 coders, 60 units",
            kappa,
            (0.93, 0.96),
            10_000,
            |draws| {
                let kappa = cohen_kappa(&codings(draws, 60, 2)?, Weights::Identity, 0.95).ok()?;
                Some((kappa.ci_lower, kappa.ci_upper))
            },
        ),
        scenario(
            "[Fleiss' kappa](agreement.md), with gaps' form",
            "3 coders, 50 units",
            kappa,
            (0.93, 0.965),
            10_000,
            |draws| {
                let kappa = chance_corrected(
                    &codings(draws, 50, 3)?,
                    Chance::Fleiss,
                    Weights::Identity,
                    0.95,
                )
                .ok()?;
                Some((kappa.ci_lower, kappa.ci_upper))
            },
        ),
    ];
    let intervals = [
        (
            "[Krippendorff's alpha](agreement.md), percentile bootstrap",
            BootstrapInterval::Percentile,
        ),
        (
            "[Krippendorff's alpha](agreement.md), BCa bootstrap",
            BootstrapInterval::Accelerated,
        ),
    ];
    for (method, interval) in intervals {
        scenarios.push(scenario(
            method,
            "3 coders, 60 units",
            kappa,
            (0.925, 0.96),
            1_000,
            move |draws| alpha(draws, interval),
        ));
    }
    scenarios.extend(of_numbers());
    scenarios
}

fn scenario(
    method: &'static str,
    design: &'static str,
    truth: f64,
    band: (f64, f64),
    n_replicates: usize,
    interval: impl Fn(&mut Draws) -> Option<(f64, f64)> + Sync + 'static,
) -> Scenario {
    Scenario {
        method,
        design,
        truth,
        band,
        n_replicates,
        interval: Box::new(interval),
    }
}

/// Chance of a coder's category given the true one.
fn seen(category: usize, truth: usize) -> f64 {
    if category == truth {
        SEEN
    } else {
        (1.0 - SEEN) / 2.0
    }
}

/// Agreement beyond chance of two coders of this kind; with coders alike it is kappa and alpha at once.
fn true_kappa() -> f64 {
    let joint =
        |a: usize, b: usize| -> f64 { (0..3).map(|k| SHARES[k] * seen(a, k) * seen(b, k)).sum() };
    let margin = |a: usize| -> f64 { (0..3).map(|k| SHARES[k] * seen(a, k)).sum() };
    let observed: f64 = (0..3).map(|a| joint(a, a)).sum();
    let expected: f64 = (0..3).map(|a| margin(a) * margin(a)).sum();
    (observed - expected) / (1.0 - expected)
}

fn codings(draws: &mut Draws, n_units: usize, n_coders: usize) -> Option<Ratings> {
    let row = |draws: &mut Draws| {
        let truth = draws.category(&SHARES);
        let chances = [0, 1, 2].map(|category| seen(category, truth));
        (0..n_coders)
            .map(|_| Some(draws.category(&chances) as f64))
            .collect()
    };
    of_rows(&(0..n_units).map(|_| row(draws)).collect::<Vec<_>>())
}

fn of_rows(rows: &[Vec<Option<f64>>]) -> Option<Ratings> {
    let coders: Vec<String> = (0..rows[0].len())
        .map(|coder| format!("coder {coder}"))
        .collect();
    Ratings::from_numbers(&coders, rows).ok()
}

fn alpha(draws: &mut Draws, interval: BootstrapInterval) -> Option<(f64, f64)> {
    let ratings = codings(draws, 60, 3)?;
    let units: Vec<usize> = (0..60).collect();
    let settings = BootstrapSettings {
        n_resamples: 999,
        seed: draws.seed(),
        level: 0.95,
        interval,
    };
    let resampled = bootstrap(
        &krippendorff_alpha(&ratings, Level::Nominal),
        &units,
        &settings,
    )
    .ok()?;
    Some((resampled.ci_lower, resampled.ci_upper))
}

fn of_numbers() -> Vec<Scenario> {
    // Variances of units, coders and residuals: 4, 0.25 and 1.
    let measured = |draws: &mut Draws| {
        let coders = draws.normals(3, 0.0, 0.5);
        let row = |draws: &mut Draws| {
            let unit = 2.0 * draws.normal();
            coders
                .iter()
                .map(|coder| Some(unit + coder + draws.normal()))
                .collect()
        };
        of_rows(&(0..30).map(|_| row(draws)).collect::<Vec<_>>())
    };
    let icc = move |draws: &mut Draws, form: IccForm| {
        let icc = intraclass(&measured(draws)?, form, 0.95).ok()?;
        Some((icc.ci_lower, icc.ci_upper))
    };
    vec![
        scenario(
            "[ICC(A,1)](agreement.md)",
            "3 coders, 30 units",
            4.0 / 5.25,
            (0.93, 0.97),
            10_000,
            move |draws| icc(draws, IccForm::AgreementSingle),
        ),
        scenario(
            "[ICC(C,1)](agreement.md)",
            "3 coders, 30 units",
            0.8,
            (0.95, 0.95),
            10_000,
            move |draws| icc(draws, IccForm::ConsistencySingle),
        ),
        scenario(
            "[Upper limit of agreement](agreement.md)",
            "30 pairs",
            0.5 + 1.959_963_985 * 2.0,
            (0.935, 0.96),
            20_000,
            |draws| {
                let first = draws.normals(30, 10.0, 4.0);
                let second: Vec<f64> = first
                    .iter()
                    .map(|value| value - 0.5 - 2.0 * draws.normal())
                    .collect();
                let limit = bland_altman(&first, &second, 0.95).ok()?.upper_limit;
                Some((limit.ci_lower, limit.ci_upper))
            },
        ),
        scenario(
            "[Cronbach's alpha](scale-reliability.md)",
            "6 parallel items, 40 people",
            6.0 * 0.4 / 3.0,
            (0.94, 0.96),
            10_000,
            |draws| {
                let mut items = vec![Vec::new(); 6];
                for _ in 0..40 {
                    let common = 0.4_f64.sqrt() * draws.normal();
                    for item in &mut items {
                        item.push(Some(common + 0.6_f64.sqrt() * draws.normal()));
                    }
                }
                let names: Vec<String> = (1..=6).map(|item| format!("item {item}")).collect();
                let scale = scale_reliability(&names, &items, 0.95).ok()?;
                Some((scale.alpha_ci_lower, scale.alpha_ci_upper))
            },
        ),
    ]
}
