//! The standardised effect size of a finding: Hedges' g of the model's difference.
//!
//! The difference is the term itself, or for a difference in change per unit of time what it comes
//! to over the follow-up. It is divided by the pooled SD of the compared groups at the first wave,
//! with the small-sample correction (Hedges 1981; for growth models Feingold 2009). See
//! `docs/methods/planned-analysis.md`.

use attune_protocol::plan::About;
use attune_statistics::{
    descriptives,
    effect_size::{ContrastForG, Correction, g_from_contrast},
};

use crate::{
    findings::{EffectSize, Estimate},
    meaning::{GroupKind, Meaning},
    question::Question,
};

/// The spread that a difference is divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardiser {
    /// Pooled SD.
    pub sd: f64,
    /// Its degrees of freedom: units minus groups.
    pub df: f64,
}

/// Pooled SD of the groups that the term compares: of their values at the first wave, or of the
/// first value of each unit where there are no waves. Phases are pooled over phases, each unit with
/// its first value in each. `None` where fewer than two values of a group are left, or they do not
/// vary.
pub fn standardiser(question: &Question<'_>, meaning: &Meaning) -> Option<Standardiser> {
    let groups = first_values(question, meaning.comparison.as_ref()?.groups);
    let mut squares = 0.0;
    let mut df = 0.0;
    for values in groups.iter().filter(|values| values.len() > 1) {
        let own_df = (values.len() - 1) as f64;
        squares += own_df * descriptives::variance(values);
        df += own_df;
    }
    let sd = (squares / df).sqrt();
    (df > 0.0 && sd > 0.0).then_some(Standardiser { sd, df })
}

/// The values that stand for the start of each group.
pub fn first_values(question: &Question<'_>, groups: GroupKind) -> Vec<Vec<f64>> {
    let long = question.long;
    let n_groups = match groups {
        GroupKind::Arms => long.protocol.arms.len(),
        GroupKind::Phases => long.protocol.phases.len(),
    };
    let first_wave = long.waves_of(question.outcome).first().copied();
    let mut values = vec![Vec::new(); n_groups];
    let mut seen: Vec<Vec<bool>> = vec![vec![false; n_groups]; long.units.len()];
    for row in &long.outcomes[question.outcome] {
        let (group, counts) = match groups {
            GroupKind::Arms => (row.arm, first_wave.is_none() || row.wave == first_wave),
            GroupKind::Phases => (row.phase, true),
        };
        if let (Some(group), true, Ok(value)) = (group, counts, row.value)
            && !std::mem::replace(&mut seen[row.unit][group], true)
        {
            values[group].push(value);
        }
    }
    values
}

/// Hedges' g of `difference`, which is in the outcome's unit.
pub fn hedges_g(
    question: &Question<'_>,
    meaning: &Meaning,
    difference: &Estimate,
    what: &str,
) -> Option<EffectSize> {
    let standardiser = standardiser(question, meaning)?;
    let contrast = ContrastForG {
        estimate: difference.estimate?,
        standard_error: difference.se?,
        df: difference.df.unwrap_or(f64::INFINITY),
        standard_deviation: standardiser.sd,
        df_of_standard_deviation: standardiser.df,
    };
    let g = g_from_contrast(contrast, Correction::Exact, difference.level).ok()?;
    let factor = Correction::Exact.factor(standardiser.df);
    let smallest = question.plan().smallest_difference_that_matters;
    Some(EffectSize {
        kind: "hedges-g".to_owned(),
        definition: definition(question, meaning, standardiser, what),
        estimate: g.estimate,
        ci_lower: g.ci_lower,
        ci_upper: g.ci_upper,
        smallest_difference_that_matters: smallest.map(|d| factor * d / standardiser.sd),
    })
}

fn definition(
    question: &Question<'_>,
    meaning: &Meaning,
    standardiser: Standardiser,
    what: &str,
) -> String {
    let phases = meaning
        .comparison
        .as_ref()
        .is_some_and(|comparison| comparison.groups == GroupKind::Phases);
    let first_wave = question.long.waves_of(question.outcome).first().copied();
    let spread = match first_wave {
        // A session is there once: it has no first value.
        _ if phases && question.about() == About::Session => {
            "the pooled SD of the sessions within the phases".to_owned()
        }
        _ if phases => "the pooled SD of first values within the phases".to_owned(),
        Some(wave) => format!(
            "the pooled SD of the arms at the first wave ({})",
            question.long.protocol.waves[wave].label
        ),
        None => "the pooled SD of first values within the arms".to_owned(),
    };
    format!(
        "Hedges’ g: {what}, divided by {spread}, which is {} on {} degrees of freedom, with the \
         small-sample correction of Hedges (1981); the interval allows for the uncertainty of the \
         difference and of the SD",
        crate::words::fixed(
            standardiser.sd,
            crate::words::decimals_of(standardiser.sd, 3)
        ),
        crate::words::short(standardiser.df, 0),
    )
}
