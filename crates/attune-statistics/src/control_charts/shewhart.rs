//! Shewhart charts: individual values with their moving range, proportions, rates.

use super::run_chart::trends;
use crate::data_problem::{DataProblem, require, require_same_length};
use crate::descriptives::{mean, sum};

/// What a point signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Beyond the three-sigma limits.
    BeyondLimits,
    /// Two of three points in a row beyond two sigma on the same side.
    TwoOfThreeBeyondTwoSigma,
    /// Four of five points in a row beyond one sigma on the same side.
    FourOfFiveBeyondOneSigma,
    /// Eight points in a row on the same side of the centre.
    EightOnOneSide,
    /// Six points in a row all rising or all falling.
    SixRisingOrFalling,
    /// The step from the point before is beyond the limit of moving ranges (individual values only).
    LargeStep,
}

impl Rule {
    /// All of them, in the order of the Western Electric handbook and its successors.
    pub const ALL: [Rule; 6] = [
        Rule::BeyondLimits,
        Rule::TwoOfThreeBeyondTwoSigma,
        Rule::FourOfFiveBeyondOneSigma,
        Rule::EightOnOneSide,
        Rule::SixRisingOrFalling,
        Rule::LargeStep,
    ];

    /// The rule in words.
    pub fn words(self) -> &'static str {
        match self {
            Rule::BeyondLimits => "beyond the limits",
            Rule::TwoOfThreeBeyondTwoSigma => "two of three beyond two sigma",
            Rule::FourOfFiveBeyondOneSigma => "four of five beyond one sigma",
            Rule::EightOnOneSide => "eight on one side",
            Rule::SixRisingOrFalling => "six rising or falling",
            Rule::LargeStep => "large step",
        }
    }
}

/// One point of a chart.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ChartPoint {
    /// The value plotted.
    pub value: f64,
    /// Lower limit; proportions and rates are not below 0.
    pub lower: f64,
    /// Upper limit; proportions are not above 1.
    pub upper: f64,
    /// One sigma at this point.
    pub sigma: f64,
    /// What it signals; for rules about several points, their last.
    pub signals: Vec<Rule>,
}

/// A chart with its points.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ShewhartChart {
    /// Centre line, from the baseline.
    pub centre: f64,
    /// Mean moving range, for individual values.
    pub mean_moving_range: Option<f64>,
    /// Upper limit of moving ranges, 3.268 times their mean.
    pub moving_range_limit: Option<f64>,
    /// The points, in order.
    pub points: Vec<ChartPoint>,
}

/// Individual values and moving range chart: mean ± 3 MR̄/d₂ with d₂ = 2/√π = 1.128, from
/// the first `n_baseline` points or all.
///
/// # Errors
///
/// When there are fewer than two baseline points or a value is not finite.
///
/// # Examples
///
/// ```
/// use attune_statistics::control_charts::{Rule, xmr_chart};
/// let chart = xmr_chart(&[5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 14.0], Some(6)).unwrap();
/// assert!(chart.points[6].signals.contains(&Rule::BeyondLimits));
/// ```
pub fn xmr_chart(values: &[f64], n_baseline: Option<usize>) -> Result<ShewhartChart, DataProblem> {
    require("the series", values, 2)?;
    let baseline = baseline(values.len(), n_baseline, 2)?;
    let steps: Vec<f64> = values
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .collect();
    let mean_step = mean(&steps[..baseline - 1]);
    // E|x − y| of two normal values is 2σ/√π; its SD is σ√(2 − 4/π).
    let d2 = 2.0 / std::f64::consts::PI.sqrt();
    let d3 = (2.0 - 4.0 / std::f64::consts::PI).sqrt();
    let sigma = mean_step / d2;
    let centre = mean(&values[..baseline]);
    let step_limit = mean_step * (1.0 + 3.0 * d3 / d2);
    let mut points: Vec<ChartPoint> = values
        .iter()
        .map(|value| point(*value, (centre - 3.0 * sigma, centre + 3.0 * sigma), sigma))
        .collect();
    add_signals(&mut points, centre);
    for (place, step) in steps.iter().enumerate() {
        if *step > step_limit {
            points[place + 1].signals.push(Rule::LargeStep);
        }
    }
    Ok(ShewhartChart {
        centre,
        mean_moving_range: Some(mean_step),
        moving_range_limit: Some(step_limit),
        points,
    })
}

/// Proportion chart: p̄ ± 3 √(p̄(1 − p̄)/nᵢ), from the first `n_baseline` groups or all.
///
/// # Errors
///
/// When the lists differ in length, a group is empty or has more events than people, or
/// there is no baseline.
pub fn p_chart(
    events: &[usize],
    totals: &[usize],
    n_baseline: Option<usize>,
) -> Result<ShewhartChart, DataProblem> {
    require_same_length(
        ("the events", events.len()),
        ("the group sizes", totals.len()),
    )?;
    let baseline = baseline(events.len(), n_baseline, 1)?;
    if let Some(place) = (0..events.len()).find(|i| totals[*i] == 0 || events[*i] > totals[*i]) {
        let (needed, found) = (events[place].max(1), totals[place]);
        return Err(DataProblem::TooFew {
            what: "a group",
            needed,
            found,
        });
    }
    let total = |counts: &[usize]| sum(counts[..baseline].iter().map(|count| *count as f64));
    let centre = total(events) / total(totals);
    let mut points: Vec<ChartPoint> = events
        .iter()
        .zip(totals)
        .map(|(count, n)| {
            let sigma = (centre * (1.0 - centre) / *n as f64).sqrt();
            let limits = (
                (centre - 3.0 * sigma).max(0.0),
                (centre + 3.0 * sigma).min(1.0),
            );
            point(*count as f64 / *n as f64, limits, sigma)
        })
        .collect();
    add_signals(&mut points, centre);
    Ok(ShewhartChart {
        centre,
        mean_moving_range: None,
        moving_range_limit: None,
        points,
    })
}

/// Rate chart: ū ± 3 √(ū/eᵢ) with exposures eᵢ (hours, sessions), from the first `n_baseline`
/// periods or all.
///
/// # Errors
///
/// When the lists differ in length, an exposure is not positive, or there is no baseline.
pub fn u_chart(
    counts: &[usize],
    exposures: &[f64],
    n_baseline: Option<usize>,
) -> Result<ShewhartChart, DataProblem> {
    require_same_length(
        ("the counts", counts.len()),
        ("the exposures", exposures.len()),
    )?;
    require("the exposures", exposures, 1)?;
    let baseline = baseline(counts.len(), n_baseline, 1)?;
    if let Some(value) = exposures.iter().find(|exposure| **exposure <= 0.0) {
        let allowed = "positive";
        return Err(DataProblem::OutOfRange {
            what: "an exposure",
            value: *value,
            allowed,
        });
    }
    let counted = sum(counts[..baseline].iter().map(|count| *count as f64));
    let centre = counted / sum(exposures[..baseline].iter().copied());
    let mut points: Vec<ChartPoint> = counts
        .iter()
        .zip(exposures)
        .map(|(count, exposure)| {
            let sigma = (centre / exposure).sqrt();
            let limits = ((centre - 3.0 * sigma).max(0.0), centre + 3.0 * sigma);
            point(*count as f64 / exposure, limits, sigma)
        })
        .collect();
    add_signals(&mut points, centre);
    Ok(ShewhartChart {
        centre,
        mean_moving_range: None,
        moving_range_limit: None,
        points,
    })
}

fn baseline(n: usize, asked: Option<usize>, fewest: usize) -> Result<usize, DataProblem> {
    let length = asked.unwrap_or(n);
    if length < fewest || length > n {
        let allowed = "long enough for the chart and no longer than the series";
        let value = length as f64;
        return Err(DataProblem::OutOfRange {
            what: "the length of the baseline",
            value,
            allowed,
        });
    }
    Ok(length)
}

fn point(value: f64, (lower, upper): (f64, f64), sigma: f64) -> ChartPoint {
    ChartPoint {
        value,
        lower,
        upper,
        sigma,
        signals: Vec::new(),
    }
}

fn add_signals(points: &mut [ChartPoint], centre: f64) {
    let sides: Vec<f64> = points
        .iter()
        .map(|point| {
            let gap = point.value - centre;
            if point.sigma > 0.0 {
                gap / point.sigma
            } else {
                gap * f64::INFINITY
            }
        })
        // No gap over no sigma is on the centre.
        .map(|distance| if distance.is_nan() { 0.0 } else { distance })
        .collect();
    for place in 0..points.len() {
        if points[place].value > points[place].upper || points[place].value < points[place].lower {
            points[place].signals.push(Rule::BeyondLimits);
        }
        for (rule, of, needed, sigmas) in [
            (Rule::TwoOfThreeBeyondTwoSigma, 3, 2, 2.0),
            (Rule::FourOfFiveBeyondOneSigma, 5, 4, 1.0),
            (Rule::EightOnOneSide, 8, 8, 0.0),
        ] {
            if place + 1 >= of && ends_a_stretch(&sides[place + 1 - of..=place], needed, sigmas) {
                points[place].signals.push(rule);
            }
        }
    }
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    for (_, last) in trends(&values, 6) {
        points[last].signals.push(Rule::SixRisingOrFalling);
    }
}

/// Whether enough of these points lie beyond so many sigmas on one side, the last among them.
fn ends_a_stretch(distances: &[f64], needed: usize, sigmas: f64) -> bool {
    let Some(last) = distances.last() else {
        return false;
    };
    [1.0, -1.0].iter().any(|side| {
        let beyond = |distance: &f64| side * distance > sigmas;
        beyond(last) && distances.iter().filter(|distance| beyond(distance)).count() >= needed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_the_tabled_ones() {
        let chart = xmr_chart(&[10.0, 12.0, 9.0, 13.0], None).unwrap();
        // 3/d₂ = 2.660 and D₄ = 3.267 in every table of control chart constants.
        assert_eq!(chart.mean_moving_range, Some(3.0));
        assert!((chart.points[0].upper - (11.0 + 2.660 * 3.0)).abs() < 5e-3);
        assert!((chart.moving_range_limit.unwrap() - 3.267 * 3.0).abs() < 5e-3);
    }

    #[test]
    fn each_rule_is_found_at_the_last_of_its_points() {
        let calm = [0.0, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0];
        let check = |tail: &[f64], rule: Rule| {
            let values = [&calm[..], tail].concat();
            let chart = xmr_chart(&values, Some(8)).unwrap();
            assert!(
                chart.points[values.len() - 1].signals.contains(&rule),
                "{rule:?} {chart:?}"
            );
        };
        // One sigma is 0.886.
        check(&[3.0], Rule::BeyondLimits);
        check(&[2.0, 0.0, 2.0], Rule::TwoOfThreeBeyondTwoSigma);
        check(&[1.0, 1.0, 0.0, 1.0, 1.0], Rule::FourOfFiveBeyondOneSigma);
        check(&[0.5; 8], Rule::EightOnOneSide);
        check(&[-0.8, -0.5, -0.2, 0.1, 0.4], Rule::SixRisingOrFalling);
        check(&[1.0, -2.5], Rule::LargeStep);
    }

    #[test]
    fn limits_of_proportions_follow_the_size_of_the_group() {
        let chart = p_chart(&[2, 20], &[10, 100], None).unwrap();
        assert_eq!(chart.centre, 0.2);
        assert!((chart.points[1].upper - 0.32).abs() < 1e-12);
        assert_eq!(chart.points[0].lower, 0.0);
        let rates = u_chart(&[4, 8], &[2.0, 4.0], None).unwrap();
        assert_eq!((rates.centre, rates.points[1].sigma), (2.0, 0.5_f64.sqrt()));
    }
}
