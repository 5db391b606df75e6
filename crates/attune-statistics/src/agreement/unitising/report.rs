//! The unitising alphas in the shape of the report on agreement.

use super::{Continuum, UnitisingKind, additive, unitising_alpha_of_all};
use crate::agreement::report::answer::{add_jackknife, resample, row};
use crate::agreement::report::named::{Named, named};
use crate::agreement::report::{AgreementReport, AgreementResult};
use crate::data_problem::{DataProblem, require_level, require_same_length};
use crate::resampling::bootstrap::BootstrapSettings;

const U_ALPHA: Named = named(
    "u-alpha",
    "Krippendorff and others (2016): stretches, gaps and codes together",
);
const BINARY: Named = named(
    "|u-alpha",
    "Krippendorff and others (2016): marked against unmarked, codes ignored",
);
const CU_ALPHA: Named = named(
    "cu-alpha",
    "Krippendorff and others (2016): codes where two coders both marked something",
);
const KU_ALPHA: Named = named(
    "(k)u-alpha",
    "Krippendorff and others (2016): how well one code is recognised where two coders both marked something",
);

/// What to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitisingSettings {
    /// Confidence level.
    pub confidence: f64,
    /// Bootstrap of recordings or clusters, instead of the jackknife.
    pub bootstrap: Option<BootstrapSettings>,
    /// Cluster of each recording (dyad, site), as places from 0; `None` for each its own.
    pub clusters: Option<Vec<usize>>,
}

/// uα, |uα, cuα and (k)uα of each code, of several recordings together, with intervals over
/// recordings or clusters of them.
///
/// # Errors
///
/// As in [`unitising_alpha_of_all`], or when there is not one cluster per recording.
pub fn unitising_report(
    continua: &[Continuum],
    settings: &UnitisingSettings,
) -> Result<AgreementReport, DataProblem> {
    require_level(settings.confidence)?;
    let each = || (0..continua.len()).collect();
    let blocks: Vec<usize> = settings.clusters.clone().unwrap_or_else(each);
    require_same_length(
        ("the recordings", continua.len()),
        ("the clusters", blocks.len()),
    )?;
    let family = unitising_alpha_of_all(continua)?;
    let mut rows = vec![
        (
            U_ALPHA,
            "all values".to_owned(),
            family.u_alpha,
            1.0,
            UnitisingKind::All,
        ),
        (
            BINARY,
            "marked or not".to_owned(),
            family.binary_u_alpha,
            1.0,
            UnitisingKind::Binary,
        ),
        (
            CU_ALPHA,
            "codes".to_owned(),
            family.cu_alpha,
            family.cu_coverage,
            UnitisingKind::Codes,
        ),
    ];
    for (place, code) in family.by_code.into_iter().enumerate() {
        let variant = format!("code {}", code.code);
        let kind = UnitisingKind::Code(place);
        rows.push((KU_ALPHA, variant, code.alpha, code.coverage, kind));
    }
    let mut report = AgreementReport {
        n_units: continua.len(),
        n_coders: continua[0].coders.len(),
        n_missing: 0,
        results: Vec::new(),
        warnings: Vec::new(),
    };
    for (named, variant, alpha, coverage, kind) in rows {
        let mut result = row(named, variant, alpha.unwrap_or(f64::NAN));
        result.details.insert("coverage", coverage);
        let Some(_) = alpha else {
            report.warnings.push(format!(
                "{} ({}) is not defined here: it never meets another coder's stretch, or chance disagreement is zero",
                result.measure, result.variant
            ));
            result.estimate = None;
            report.results.push(result);
            continue;
        };
        if let Err(problem) = add_interval(&mut result, continua, kind, &blocks, settings) {
            report.warnings.push(format!(
                "{} ({}) has no interval: {problem}",
                result.measure, result.variant
            ));
        }
        report.results.push(result);
    }
    if blocks.iter().max() == Some(&0) {
        report.warnings.clear();
        report.warnings.push(
            "one recording, or one cluster of them, gives no interval: seconds of one recording are not independent"
                .to_owned(),
        );
    }
    Ok(report)
}

fn add_interval(
    result: &mut AgreementResult,
    continua: &[Continuum],
    kind: UnitisingKind,
    blocks: &[usize],
    settings: &UnitisingSettings,
) -> Result<(), DataProblem> {
    let additive = additive(continua, kind)?;
    let name = match settings.clusters {
        Some(_) => "clusters",
        None => "recordings",
    };
    match &settings.bootstrap {
        Some(bootstrap) => resample(result, &additive, (blocks, name), bootstrap),
        None => {
            let bounds = (f64::NEG_INFINITY, 1.0);
            add_jackknife(
                result,
                &additive,
                (blocks, name),
                settings.confidence,
                bounds,
            );
            Ok(())
        }
    }
}
