//! Drift: whether a coder's agreement with a standard (gold clips, or a partner) changes over weeks.
//!
//! One kappa per clip, regressed on the week in which it was coded; the clip is the unit. A slope
//! whose interval lies below zero says that the coder moves away from the standard.

use attune_statistics::distributions::student_t_quantile;
use serde::Serialize;

/// The change of a coder's agreement over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Clips with a kappa and a date.
    pub n_clips: usize,
    /// Mean kappa of each week that has clips, the first week being 0.
    pub weeks: Vec<Week>,
    /// Change of kappa per week; `None` with fewer than three clips or all in one week.
    pub per_week: Option<f64>,
    /// Lower limit.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
}

/// One week of coding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Weeks since the first coded clip.
    pub week: i64,
    /// Clips.
    pub n_clips: usize,
    /// Mean of their kappas.
    pub mean_kappa: f64,
}

/// Drift from the day on which each clip was coded and its kappa with the standard.
pub fn drift(clips: &[(i64, f64)], level: f64) -> Drift {
    let first = clips.iter().map(|(day, _)| *day).min().unwrap_or(0);
    let mut by_week: std::collections::BTreeMap<i64, Vec<f64>> = std::collections::BTreeMap::new();
    for (day, kappa) in clips {
        by_week.entry((day - first) / 7).or_default().push(*kappa);
    }
    let weeks = by_week.into_iter().map(|(week, kappas)| Week {
        week,
        n_clips: kappas.len(),
        mean_kappa: kappas.iter().sum::<f64>() / kappas.len() as f64,
    });
    let slope = slope(clips, level);
    Drift {
        n_clips: clips.len(),
        weeks: weeks.collect(),
        per_week: slope.map(|slope| slope.0),
        ci_lower: slope.map(|slope| slope.1),
        ci_upper: slope.map(|slope| slope.2),
    }
}

/// Least-squares slope per week with its t interval.
fn slope(clips: &[(i64, f64)], level: f64) -> Option<(f64, f64, f64)> {
    let n = clips.len() as f64;
    if clips.len() < 3 {
        return None;
    }
    let week = |day: i64| day as f64 / 7.0;
    let mean_week = clips.iter().map(|(day, _)| week(*day)).sum::<f64>() / n;
    let mean_kappa = clips.iter().map(|(_, kappa)| kappa).sum::<f64>() / n;
    let (mut xx, mut xy) = (0.0, 0.0);
    for (day, kappa) in clips {
        xx += (week(*day) - mean_week).powi(2);
        xy += (week(*day) - mean_week) * (kappa - mean_kappa);
    }
    if xx <= 0.0 {
        return None;
    }
    let slope = xy / xx;
    let residual =
        |(day, kappa): &(i64, f64)| kappa - mean_kappa - slope * (week(*day) - mean_week);
    let squares: f64 = clips.iter().map(|clip| residual(clip).powi(2)).sum();
    let error = (squares / (n - 2.0) / xx).sqrt();
    let reach = student_t_quantile(0.5 + level / 2.0, n - 2.0) * error;
    Some((slope, slope - reach, slope + reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coder_who_loses_a_tenth_a_week_is_found() {
        let clips: Vec<(i64, f64)> = (0..12)
            .map(|i| {
                (
                    i * 7 + 3,
                    0.9 - 0.05 * i as f64 + if i % 2 == 0 { 0.01 } else { -0.01 },
                )
            })
            .collect();
        let drift = drift(&clips, 0.95);
        assert!((drift.per_week.unwrap() + 0.05).abs() < 0.003);
        assert!(drift.ci_upper.unwrap() < 0.0);
        assert_eq!((drift.weeks.len(), drift.weeks[11].week), (12, 11));
    }

    #[test]
    fn clips_of_one_day_have_no_slope() {
        assert_eq!(drift(&[(5, 0.8), (5, 0.7), (5, 0.9)], 0.95).per_week, None);
    }
}
