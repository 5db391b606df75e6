//! Intraclass correlation of random-intercept models: what share of the variance lies between the groups.
//!
//! For each grouping factor the share of its variance in the sum of all variances, with an interval by the profile
//! likelihood that the model maximises (REML or ML). In the balanced one-way layout, one factor with equally many rows
//! for each level and no fixed effects but the intercept, the F distribution gives an interval that is exact
//! (Searle 1971, Linear Models, section 9.9; Shrout & Fleiss 1979). See `docs/methods/intraclass-correlation.md`.

use crate::distributions::f_quantile;
use crate::linear_mixed_model::{FitError, LinearMixedModel};
use crate::profile::{ProfileEnd, share_intervals};

/// The share of one grouping factor in the variance.
#[derive(Debug, Clone, PartialEq)]
pub struct IntraclassCorrelation {
    /// The grouping factor.
    pub group: String,
    /// Its variance over the sum of all variances, as the model estimates it.
    pub estimate: f64,
    /// Lower end of the profile likelihood interval.
    pub lower: f64,
    /// Upper end of the profile likelihood interval.
    pub upper: f64,
    /// Whether the interval reaches zero, so that the data do not exclude equal groups.
    pub reaches_zero: bool,
    /// The exact interval of the balanced one-way layout; `None` for other designs.
    pub exact: Option<ExactInterval>,
}

/// The exact interval by the F distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExactInterval {
    /// `(F - 1) / (F + n - 1)`, not below zero.
    pub estimate: f64,
    /// The lower end, not below zero.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// The intraclass correlation of each grouping factor; empty when a slope is random, because the share then depends on
/// the covariate, and when a factor has several random terms.
///
/// # Errors
/// As [`crate::linear_mixed_model::fit`].
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::intraclass_correlation::intraclass_correlations;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let sites = Factor::from_numbers(&[1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0]);
/// let table = Table::new()
///     .with("site", Column::Factor(sites))?
///     .with("score", Column::Numbers(vec![9.0, 10.0, 11.0, 14.0, 13.0, 15.0, 8.0, 9.0, 7.0]))?;
/// let model = fit(&Formula::parse("score ~ 1 + (1 | site)")?, &table, &FitSettings::default())?;
/// let site = &intraclass_correlations(&model, 0.95)?[0];
/// let exact = site.exact.expect("a balanced one-way layout");
/// assert!((site.estimate - exact.estimate).abs() < 1e-8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn intraclass_correlations(
    model: &LinearMixedModel,
    level: f64,
) -> Result<Vec<IntraclassCorrelation>, FitError> {
    if model.intraclass_correlation().is_none() {
        return Ok(Vec::new());
    }
    let variances: Vec<f64> = model
        .random
        .iter()
        .map(|component| component.value)
        .collect();
    let total: f64 = variances.iter().sum();
    let shares: Vec<f64> = variances[..model.frame.random.len()]
        .iter()
        .map(|variance| variance / total)
        .collect();
    let exact = exact_interval(model, level);
    let intervals = share_intervals(model, &shares, level);
    Ok(shares
        .iter()
        .zip(intervals)
        .map(|(&estimate, interval)| IntraclassCorrelation {
            group: interval.parameter,
            estimate,
            lower: interval.lower,
            upper: interval.upper,
            reaches_zero: interval.lower_end == ProfileEnd::Bound,
            exact,
        })
        .collect())
}

/// The interval by the F distribution, where the layout is balanced and one-way.
fn exact_interval(model: &LinearMixedModel, level: f64) -> Option<ExactInterval> {
    let frame = &model.frame;
    let [term] = frame.random.as_slice() else {
        return None;
    };
    let only_intercept = model.terms == ["(Intercept)"];
    if !only_intercept || frame.weights.is_some() || frame.offset.is_some() {
        return None;
    }
    let n_groups = term.levels.len();
    let mut sums = vec![0.0; n_groups];
    let mut counts = vec![0_usize; n_groups];
    for (y, &code) in frame.response.iter().zip(&term.codes) {
        sums[code as usize] += y;
        counts[code as usize] += 1;
    }
    let n_each = counts[0];
    if n_each < 2 || counts.iter().any(|&count| count != n_each) {
        return None;
    }
    let each = n_each as f64;
    let means: Vec<f64> = sums.iter().map(|sum| sum / each).collect();
    let mean = crate::matrix::sum(&means) / n_groups as f64;
    let squares = |deviations: &mut dyn Iterator<Item = f64>| {
        crate::matrix::sum(&deviations.map(|d| d * d).collect::<Vec<f64>>())
    };
    let between = each * squares(&mut means.iter().map(|m| m - mean));
    let within = squares(
        &mut frame
            .response
            .iter()
            .zip(&term.codes)
            .map(|(y, &code)| y - means[code as usize]),
    );
    let (df_between, df_within) = (n_groups as f64 - 1.0, (n_groups * (n_each - 1)) as f64);
    let f = (between / df_between) / (within / df_within);
    let share = |f: f64| ((f - 1.0) / (f + each - 1.0)).max(0.0);
    let upper_tail = 0.5 + 0.5 * level;
    Some(ExactInterval {
        estimate: share(f),
        lower: share(f / f_quantile(upper_tail, df_between, df_within)),
        upper: share(f * f_quantile(upper_tail, df_within, df_between)),
    })
}
