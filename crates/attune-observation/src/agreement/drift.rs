//! Drift: whether a coder's agreement with a standard (gold clips, or a partner) changes over weeks.
//!
//! One number per clip (a kappa, or how far two ratings are apart), regressed on the week in which it
//! was coded; the clip is the unit. A slope of kappa whose interval lies below zero says that the
//! coder moves away from the standard.

use attune_statistics::distributions::student_t_quantile;
use serde::Serialize;

/// The change of a coder's agreement over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Clips with a number and a day.
    pub n_clips: usize,
    /// Mean of each week that has clips, the first week being 0.
    pub weeks: Vec<Week>,
    /// Change per week.
    pub per_week: Option<f64>,
    /// Lower limit.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
    /// Why there is no change per week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<&'static str>,
}

/// One week of coding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Weeks since the first coded clip.
    pub week: i64,
    /// Clips.
    pub n_clips: usize,
    /// Mean of their numbers.
    pub mean: f64,
}

/// Drift from the day on which each clip was coded and its number, such as its kappa with the standard.
pub fn drift(clips: &[(i64, f64)], level: f64) -> Drift {
    let first = clips.iter().map(|(day, _)| *day).min().unwrap_or(0);
    let mut by_week: std::collections::BTreeMap<i64, Vec<f64>> = std::collections::BTreeMap::new();
    for (day, kappa) in clips {
        by_week.entry((day - first) / 7).or_default().push(*kappa);
    }
    let weeks = by_week.into_iter().map(|(week, kappas)| Week {
        week,
        n_clips: kappas.len(),
        mean: kappas.iter().sum::<f64>() / kappas.len() as f64,
    });
    let slope = slope(clips, level);
    Drift {
        n_clips: clips.len(),
        weeks: weeks.collect(),
        per_week: slope.ok().map(|slope| slope.0),
        ci_lower: slope.ok().map(|slope| slope.1),
        ci_upper: slope.ok().map(|slope| slope.2),
        undefined: slope.err(),
    }
}

/// Least-squares slope per week with its t interval.
fn slope(clips: &[(i64, f64)], level: f64) -> Result<(f64, f64, f64), &'static str> {
    let n = clips.len() as f64;
    let days = || clips.iter().map(|(day, _)| *day);
    match (clips.len(), days().max().zip(days().min())) {
        (0, _) => return Err("no clip with such a number has a day on which it was coded"),
        (1 | 2, _) => return Err("fewer than three clips with such a number and a day"),
        (_, Some((last, first))) if last - first < 7 => {
            return Err("all clips were coded within one week");
        }
        _ => {}
    }
    let week = |day: i64| day as f64 / 7.0;
    let mean_week = clips.iter().map(|(day, _)| week(*day)).sum::<f64>() / n;
    let mean_kappa = clips.iter().map(|(_, kappa)| kappa).sum::<f64>() / n;
    let (mut xx, mut xy) = (0.0, 0.0);
    for (day, kappa) in clips {
        xx += (week(*day) - mean_week).powi(2);
        xy += (week(*day) - mean_week) * (kappa - mean_kappa);
    }
    let slope = xy / xx;
    let residual =
        |(day, kappa): &(i64, f64)| kappa - mean_kappa - slope * (week(*day) - mean_week);
    let squares: f64 = clips.iter().map(|clip| residual(clip).powi(2)).sum();
    let error = (squares / (n - 2.0) / xx).sqrt();
    let reach = student_t_quantile(0.5 + level / 2.0, n - 2.0) * error;
    Ok((slope, slope - reach, slope + reach))
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
    fn four_clips_worked_by_hand() {
        // Weeks 0, 1, 2, 3 with 0.9, 0.7, 0.8, 0.6: slope −0.4/5; residuals 0.03, −0.09, 0.09, −0.03 leave
        // 0.018, so the error is √(0.018/2/5); t with 2 degrees of freedom is 4.302653.
        let clips = [(3, 0.9), (10, 0.7), (17, 0.8), (24, 0.6)];
        let drift = drift(&clips, 0.95);
        let (slope, reach) = (-0.08, 4.302_653 * (0.018_f64 / 10.0).sqrt());
        assert!((drift.per_week.unwrap() - slope).abs() < 1e-12);
        assert!((drift.ci_lower.unwrap() - (slope - reach)).abs() < 1e-6);
        assert!((drift.ci_upper.unwrap() - (slope + reach)).abs() < 1e-6);
        assert_eq!(drift.undefined, None);
    }

    #[test]
    fn where_there_is_no_change_to_tell_the_reason_is_given() {
        let why = |clips: &[(i64, f64)]| {
            let drift = drift(clips, 0.95);
            assert_eq!(drift.per_week, None);
            drift.undefined.unwrap()
        };
        assert!(why(&[]).contains("no clip"));
        assert!(why(&[(5, 0.8), (30, 0.7)]).contains("fewer than three"));
        assert!(why(&[(5, 0.8), (8, 0.7), (11, 0.9)]).contains("within one week"));
    }
}
