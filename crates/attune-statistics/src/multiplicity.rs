//! Adjusting p values for the number of questions asked.
//!
//! Each function returns adjusted p values in the order given, to be compared
//! with the error rate itself. Which hypotheses form a family is the caller's
//! decision; see `docs/methods/multiplicity.md`.

use crate::data_problem::DataProblem;

/// How to adjust a family of p values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// Family-wise, any dependence: m p.
    Bonferroni,
    /// Family-wise, any dependence, uniformly better than Bonferroni (Holm 1979).
    Holm,
    /// Family-wise under independence or positive dependence (Hochberg 1988).
    Hochberg,
    /// Family-wise under the same conditions, better than Hochberg (Hommel 1988).
    Hommel,
    /// False discovery rate under independence or positive dependence (Benjamini and Hochberg 1995).
    BenjaminiHochberg,
    /// False discovery rate under any dependence (Benjamini and Yekutieli 2001).
    BenjaminiYekutieli,
}

/// Adjusts one family of p values; the result has the order of the input.
///
/// # Errors
///
/// When a p value is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use attune_statistics::multiplicity::{Adjustment, adjust};
/// assert_eq!(adjust(&[0.04, 0.01, 0.03], Adjustment::Holm).unwrap(), [0.06, 0.03, 0.06]);
/// ```
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>, DataProblem> {
    check(p_values)?;
    let n = p_values.len() as f64;
    let harmonic: f64 = (1..=p_values.len()).map(|k| 1.0 / k as f64).sum();
    Ok(match adjustment {
        Adjustment::Bonferroni => p_values.iter().map(|p| (n * p).min(1.0)).collect(),
        Adjustment::Holm => step_down(p_values),
        Adjustment::Hochberg => step_up(p_values, |rank| n - rank + 1.0),
        Adjustment::Hommel => hommel(p_values),
        Adjustment::BenjaminiHochberg => step_up(p_values, |rank| n / rank),
        Adjustment::BenjaminiYekutieli => step_up(p_values, |rank| harmonic * n / rank),
    })
}

/// Hypotheses tested in a fixed order, each only after the one before: the
/// adjusted p value is the largest p so far.
///
/// # Errors
///
/// When a p value is not between 0 and 1.
pub fn fixed_sequence(p_values: &[f64]) -> Result<Vec<f64>, DataProblem> {
    check(p_values)?;
    let mut largest = 0.0_f64;
    Ok(p_values
        .iter()
        .map(|p| {
            largest = largest.max(*p);
            largest
        })
        .collect())
}

/// Families tested one after the other (serial gatekeeping; Westfall and Krishen
/// 2001): a family counts only when every hypothesis of all families before it was
/// rejected. Within a family the given adjustment applies.
///
/// The adjusted p value is the larger of the family's own adjusted p value and the
/// largest adjusted p value of the families before.
///
/// # Errors
///
/// When a p value is not between 0 and 1.
pub fn gatekeeping(
    families: &[Vec<f64>],
    adjustment: Adjustment,
) -> Result<Vec<Vec<f64>>, DataProblem> {
    let mut gate = 0.0_f64;
    let mut adjusted = Vec::with_capacity(families.len());
    for family in families {
        let own: Vec<f64> = adjust(family, adjustment)?
            .into_iter()
            .map(|p| p.max(gate))
            .collect();
        gate = own.iter().copied().fold(gate, f64::max);
        adjusted.push(own);
    }
    Ok(adjusted)
}

fn check(p_values: &[f64]) -> Result<(), DataProblem> {
    match p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        Some(p) => Err(DataProblem::OutOfRange {
            what: "a p value",
            value: *p,
            allowed: "between 0 and 1",
        }),
        None => Ok(()),
    }
}

/// Places of the p values in ascending order; ties keep their order.
fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    order
}

/// Holm: from the smallest up, never falling.
fn step_down(p_values: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (passed, place) in ascending(p_values).into_iter().enumerate() {
        let n_left = (p_values.len() - passed) as f64;
        largest = largest.max((n_left * p_values[place]).min(1.0));
        adjusted[place] = largest;
    }
    adjusted
}

/// From the largest down, never rising; the factor is given the ascending rank.
fn step_up(p_values: &[f64], factor: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest = 1.0_f64;
    for (passed, place) in ascending(p_values).into_iter().enumerate().rev() {
        smallest = smallest.min(factor((passed + 1) as f64) * p_values[place]);
        adjusted[place] = smallest;
    }
    adjusted
}

/// Hommel's adjusted p values by Wright's (1992) algorithm.
fn hommel(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len();
    let order = ascending(p_values);
    let sorted: Vec<f64> = order.iter().map(|place| p_values[*place]).collect();
    let simes = |values: &[f64], m: usize| {
        let ranks = (m - values.len() + 1)..=m;
        values
            .iter()
            .zip(ranks)
            .map(|(p, rank)| m as f64 * p / rank as f64)
            .fold(f64::INFINITY, f64::min)
    };
    let overall = if n == 0 { 1.0 } else { simes(&sorted, n) };
    let (mut q, mut best) = (vec![overall; n], vec![overall; n]);
    for m in (2..n).rev() {
        let n_small = n - m + 1;
        // Simes over the m − 1 largest, with ranks 2..=m.
        let tail = simes(&sorted[n_small..], m);
        for place in 0..n_small {
            q[place] = (m as f64 * sorted[place]).min(tail);
        }
        let last_small = q[n_small - 1];
        q[n_small..].fill(last_small);
        for place in 0..n {
            best[place] = best[place].max(q[place]);
        }
    }
    let mut adjusted = vec![0.0; n];
    for (rank, place) in order.into_iter().enumerate() {
        adjusted[place] = best[rank].max(sorted[rank]);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_gate_stays_closed() {
        let families = [vec![0.001, 0.2], vec![0.0001, 0.01]];
        let adjusted = gatekeeping(&families, Adjustment::Holm).unwrap();
        assert_eq!(adjusted, [vec![0.002, 0.2], vec![0.2, 0.2]]);
    }

    #[test]
    fn a_fixed_sequence_never_falls() {
        assert_eq!(
            fixed_sequence(&[0.01, 0.3, 0.02]).unwrap(),
            [0.01, 0.3, 0.3]
        );
    }

    #[test]
    fn one_hypothesis_is_not_adjusted_and_none_gives_none() {
        use Adjustment::{BenjaminiHochberg, Bonferroni, Hochberg, Holm, Hommel};
        for adjustment in [Bonferroni, Holm, Hochberg, Hommel, BenjaminiHochberg] {
            assert_eq!(
                adjust(&[0.03], adjustment).unwrap(),
                [0.03],
                "{adjustment:?}"
            );
            assert!(adjust(&[], adjustment).unwrap().is_empty());
        }
    }

    #[test]
    fn a_p_value_above_one_is_named() {
        let problem = adjust(&[0.1, 1.3], Adjustment::Holm).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "a p value is 1.3 but must be between 0 and 1"
        );
    }
}
