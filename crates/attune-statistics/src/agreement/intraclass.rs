//! Intraclass correlations of complete ratings: the six forms of Shrout and Fleiss
//! (1979), with McGraw and Wong's (1996) names beside them.

use super::ratings::Ratings;
use crate::data_problem::{DataProblem, require_level};
use crate::distributions::{f_quantile, f_upper_tail};
use crate::resampling::additive::Additive;

/// Which intraclass correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IccForm {
    /// ICC(1,1): each unit has its own coders; absolute agreement of one coder.
    OneWaySingle,
    /// ICC(2,1) or ICC(A,1): the same coders, sampled; absolute agreement of one coder.
    AgreementSingle,
    /// ICC(3,1) or ICC(C,1): the same coders; consistency of one coder.
    ConsistencySingle,
    /// ICC(1,k): mean of k coders, each unit its own.
    OneWayMean,
    /// ICC(2,k) or ICC(A,k): absolute agreement of the mean of k coders.
    AgreementMean,
    /// ICC(3,k) or ICC(C,k): consistency of the mean of k coders; equals Cronbach's alpha.
    ConsistencyMean,
}

impl IccForm {
    /// All six, in Shrout and Fleiss's order.
    pub const ALL: [IccForm; 6] = [
        IccForm::OneWaySingle,
        IccForm::AgreementSingle,
        IccForm::ConsistencySingle,
        IccForm::OneWayMean,
        IccForm::AgreementMean,
        IccForm::ConsistencyMean,
    ];

    /// Shrout and Fleiss's name with McGraw and Wong's.
    pub fn name(self) -> &'static str {
        match self {
            IccForm::OneWaySingle => "ICC1 (ICC(1,1))",
            IccForm::AgreementSingle => "ICC2 (ICC(A,1))",
            IccForm::ConsistencySingle => "ICC3 (ICC(C,1))",
            IccForm::OneWayMean => "ICC1k (ICC(1,k))",
            IccForm::AgreementMean => "ICC2k (ICC(A,k))",
            IccForm::ConsistencyMean => "ICC3k (ICC(C,k))",
        }
    }
}

/// Mean squares of the two-way analysis of variance of units by coders.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct MeanSquares {
    /// Units that all coders rated.
    pub n_units: f64,
    /// Coders.
    pub n_coders: f64,
    /// Between units, n − 1 degrees of freedom.
    pub between_units: f64,
    /// Between coders, k − 1 degrees of freedom.
    pub between_coders: f64,
    /// Residual, (n − 1)(k − 1) degrees of freedom.
    pub residual: f64,
    /// Within units, n(k − 1) degrees of freedom.
    pub within_units: f64,
}

/// An intraclass correlation with its F test and interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intraclass {
    /// The correlation.
    pub estimate: f64,
    /// F of the test that it is zero.
    pub f: f64,
    /// Its numerator degrees of freedom.
    pub df1: f64,
    /// Its denominator degrees of freedom.
    pub df2: f64,
    /// Its p value.
    pub p: f64,
    /// Lower limit.
    pub ci_lower: f64,
    /// Upper limit.
    pub ci_upper: f64,
}

/// Mean squares of the units that all coders rated.
///
/// # Errors
///
/// When fewer than two units are complete, or the ratings are words.
pub fn mean_squares(ratings: &Ratings) -> Result<MeanSquares, DataProblem> {
    require_numbers(ratings)?;
    let rows = ratings.complete_values();
    if rows.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of completely rated units",
            needed: 2,
            found: rows.len(),
        });
    }
    Ok(squares_of(
        &totals_of(&contributions(&rows), ratings.n_coders()),
        ratings.n_coders(),
    ))
}

/// An intraclass correlation with its F-based interval (Shrout and Fleiss 1979; McGraw
/// and Wong 1996).
///
/// # Errors
///
/// As in [`mean_squares`], or when all ratings are equal.
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::{Ratings, intraclass::*};
/// let coders = ["J1", "J2"].map(str::to_owned);
/// let rows: Vec<Vec<Option<f64>>> =
///     [(9.0, 8.0), (6.0, 7.0), (2.0, 2.0)].map(|(a, b)| vec![Some(a), Some(b)]).to_vec();
/// let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
/// assert!(intraclass(&ratings, IccForm::AgreementSingle, 0.95).unwrap().estimate > 0.9);
/// ```
pub fn intraclass(ratings: &Ratings, form: IccForm, level: f64) -> Result<Intraclass, DataProblem> {
    require_level(level)?;
    let squares = mean_squares(ratings)?;
    // Of two ways a difference between coders alone is no variation: nothing tells units apart.
    let one_way = matches!(form, IccForm::OneWaySingle | IccForm::OneWayMean);
    let (others, all) = match one_way {
        true => (squares.within_units, 0.0),
        false => (squares.residual, squares.between_coders),
    };
    if squares.between_units + others <= 1e-14 * all {
        return Err(DataProblem::NoVariation {
            what: "the ratings",
        });
    }
    let MeanSquares {
        n_units: n,
        n_coders: k,
        between_units,
        residual,
        within_units,
        ..
    } = squares;
    let (error, df2) = if one_way {
        (within_units, n * (k - 1.0))
    } else {
        (residual, (n - 1.0) * (k - 1.0))
    };
    let (f, df1) = (between_units / error, n - 1.0);
    let (ci_lower, ci_upper) = interval(&squares, form, (f, df1, df2), level);
    let p = f_upper_tail(f, df1, df2);
    Ok(Intraclass {
        estimate: icc(&squares, form),
        f,
        df1,
        df2,
        p,
        ci_lower,
        ci_upper,
    })
}

/// The same coefficient as sums over units, for the bootstrap.
///
/// # Errors
///
/// As in [`mean_squares`].
pub fn additive(ratings: &Ratings, form: IccForm) -> Result<Additive, DataProblem> {
    squares_additive(ratings, move |squares| icc(squares, form))
}

/// A function of the mean squares as one of sums over units.
pub(super) fn squares_additive(
    ratings: &Ratings,
    function: impl Fn(&MeanSquares) -> f64 + Send + Sync + 'static,
) -> Result<Additive, DataProblem> {
    require_numbers(ratings)?;
    let k = ratings.n_coders();
    let centre = overall_mean(&ratings.complete_values());
    let units = ratings
        .units()
        .map(|unit| {
            let values: Option<Vec<f64>> = unit
                .iter()
                .map(|cell| cell.map(|c| ratings.categories()[c].value))
                .collect();
            let amounts = values.map(|values| contribution(&values, centre));
            amounts.map_or_else(Vec::new, |amounts| {
                amounts.into_iter().enumerate().collect()
            })
        })
        .collect();
    Ok(Additive::new(3 + k, units, move |totals| {
        function(&squares_of(totals, k))
    }))
}

fn require_numbers(ratings: &Ratings) -> Result<(), DataProblem> {
    if ratings.is_numeric() {
        return Ok(());
    }
    Err(DataProblem::NotNumbers {
        what: "the ratings",
    })
}

fn overall_mean(rows: &[Vec<f64>]) -> f64 {
    crate::descriptives::mean(&rows.concat())
}

/// 1, Σx², (Σx)², then each coder's x, all about a common centre.
fn contribution(values: &[f64], centre: f64) -> Vec<f64> {
    let about: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let sum: f64 = about.iter().sum();
    let mut amounts = vec![1.0, about.iter().map(|x| x * x).sum(), sum * sum];
    amounts.extend(about);
    amounts
}

fn contributions(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let centre = overall_mean(rows);
    rows.iter().map(|row| contribution(row, centre)).collect()
}

fn totals_of(contributions: &[Vec<f64>], n_coders: usize) -> Vec<f64> {
    (0..3 + n_coders)
        .map(|place| crate::descriptives::sum(contributions.iter().map(|amounts| amounts[place])))
        .collect()
}

fn squares_of(totals: &[f64], n_coders: usize) -> MeanSquares {
    let (n, k) = (totals[0], n_coders as f64);
    let (squares, row_squares, coders) = (totals[1], totals[2], &totals[3..]);
    let grand: f64 = coders.iter().sum();
    let correction = grand * grand / (n * k);
    let between_units = row_squares / k - correction;
    let between_coders = coders.iter().map(|sum| sum * sum).sum::<f64>() / n - correction;
    let residual = squares - row_squares / k - between_coders;
    MeanSquares {
        n_units: n,
        n_coders: k,
        between_units: between_units / (n - 1.0),
        between_coders: between_coders / (k - 1.0),
        residual: residual.max(0.0) / ((n - 1.0) * (k - 1.0)),
        within_units: (squares - row_squares / k).max(0.0) / (n * (k - 1.0)),
    }
}

fn icc(squares: &MeanSquares, form: IccForm) -> f64 {
    let MeanSquares {
        n_units: n,
        n_coders: k,
        between_units: b,
        between_coders: j,
        residual: e,
        within_units: w,
    } = *squares;
    match form {
        IccForm::OneWaySingle => (b - w) / (b + (k - 1.0) * w),
        IccForm::AgreementSingle => (b - e) / (b + (k - 1.0) * e + k * (j - e) / n),
        IccForm::ConsistencySingle => (b - e) / (b + (k - 1.0) * e),
        IccForm::OneWayMean => (b - w) / b,
        // Past its pole the formula would turn utter disagreement into a value above 1.
        IccForm::AgreementMean => (b - e) / (b + (j - e) / n).max(0.0),
        IccForm::ConsistencyMean => (b - e) / b,
    }
}

fn interval(
    squares: &MeanSquares,
    form: IccForm,
    (f, df1, df2): (f64, f64, f64),
    level: f64,
) -> (f64, f64) {
    let k = squares.n_coders;
    // Without any error the limits tend to 1, whatever is left of it by rounding.
    let one_way = matches!(form, IccForm::OneWaySingle | IccForm::OneWayMean);
    let by_error = match one_way {
        true => squares.within_units == 0.0,
        false => squares.residual == 0.0,
    };
    let is_agreement = matches!(form, IccForm::AgreementSingle | IccForm::AgreementMean);
    if by_error && !(is_agreement && squares.between_coders > 0.0) {
        return (1.0, 1.0);
    }
    let high = 0.5 + level / 2.0;
    let low = f / f_quantile(high, df1, df2);
    let up = f * f_quantile(high, df2, df1);
    // The mean's correlation has no lower bound; rounding at −1/(k − 1) must not turn its sign.
    let mean_of_k = |single: f64| single * k / (1.0 + single * (k - 1.0)).max(0.0);
    match form {
        IccForm::OneWaySingle | IccForm::ConsistencySingle => {
            ((low - 1.0) / (low + k - 1.0), (up - 1.0) / (up + k - 1.0))
        }
        IccForm::OneWayMean | IccForm::ConsistencyMean => (1.0 - 1.0 / low, 1.0 - 1.0 / up),
        IccForm::AgreementSingle => agreement_interval(squares, high),
        IccForm::AgreementMean => {
            let (lower, upper) = agreement_interval(squares, high);
            (mean_of_k(lower), mean_of_k(upper))
        }
    }
}

/// Limits of ICC(A,1) with Satterthwaite's degrees of freedom for the error.
fn agreement_interval(squares: &MeanSquares, high: f64) -> (f64, f64) {
    let MeanSquares {
        n_units: n,
        n_coders: k,
        between_units: b,
        between_coders: j,
        residual: e,
        ..
    } = *squares;
    let rho = icc(squares, IccForm::AgreementSingle);
    let common = e * (n * (1.0 + (k - 1.0) * rho) - k * rho);
    let numerator = (k - 1.0) * (n - 1.0) * (k * rho * j + common).powi(2);
    let denominator = (n - 1.0) * (k * rho * j).powi(2) + common * common;
    let df = numerator / denominator;
    // Without a difference between units the degrees of freedom vanish; the quantiles' limits
    // are known, and searching for them would take minutes.
    let (up, low) = if df < 1e-3 {
        (f64::INFINITY, 0.0)
    } else {
        (f_quantile(high, n - 1.0, df), f_quantile(high, df, n - 1.0))
    };
    let rest = k * j + (k * n - k - n) * e;
    // Divided by `up`, which overflows for very few degrees of freedom.
    let lower = n * (b / up - e) / (rest + n * b / up);
    // No correlation of k coders lies below −1/(k − 1), where the formula may.
    let least = -1.0 / (k - 1.0);
    (
        lower.max(least),
        (n * (low * b - e) / (rest + n * low * b)).max(least),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(pairs: &[(f64, f64)], form: IccForm) -> (f64, f64, f64) {
        let coders = ["a", "b"].map(str::to_owned);
        let rows: Vec<Vec<Option<f64>>> = pairs
            .iter()
            .map(|(a, b)| vec![Some(*a), Some(*b)])
            .collect();
        let found =
            intraclass(&Ratings::from_numbers(&coders, &rows).unwrap(), form, 0.95).unwrap();
        (found.estimate, found.ci_lower, found.ci_upper)
    }

    #[test]
    fn entire_agreement_has_limits_of_one() {
        for form in [IccForm::AgreementSingle, IccForm::ConsistencySingle] {
            assert_eq!(
                limits(&[(0.0, 0.0), (0.0, 0.0), (1.5, 1.5)], form),
                (1.0, 1.0, 1.0)
            );
        }
    }

    #[test]
    fn units_that_nobody_tells_apart_have_no_correlation() {
        let coders = ["a", "b"].map(str::to_owned);
        let rows = vec![vec![Some(1.017), Some(0.0)]; 3];
        let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
        for form in [IccForm::AgreementSingle, IccForm::ConsistencySingle] {
            assert!(intraclass(&ratings, form, 0.95).is_err());
        }
        // One way, what the coders differ by is error.
        let found = intraclass(&ratings, IccForm::OneWaySingle, 0.95).unwrap();
        assert!((found.estimate + 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_shift_without_any_other_error_leaves_agreement_its_limits() {
        // Mean squares: clips 10/3, coders 2, residual 0. Limits by McGraw and Wong (1996), whose degrees of
        // freedom are then 3 and 1: F(0.975; 3, 1) = 864.1630 and F(0.975; 1, 3) = 17.44344 (SciPy 1.17.1).
        let shifted = [(1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0)];
        let (estimate, lower, upper) = limits(&shifted, IccForm::AgreementSingle);
        let (clips, coders) = (10.0 / 3.0, 2.0);
        assert!((estimate - clips / (clips + 2.0 * coders / 4.0)).abs() < 1e-12);
        let limit = |clips: f64| 4.0 * clips / (2.0 * coders + 4.0 * clips);
        assert!((lower - limit(clips / 864.163)).abs() < 1e-6, "{lower}");
        assert!((upper - limit(clips * 17.443_44)).abs() < 1e-6, "{upper}");
        assert_eq!(
            limits(&shifted, IccForm::ConsistencySingle),
            (1.0, 1.0, 1.0)
        );
    }
}
