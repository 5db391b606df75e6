//! Several contrasts at once: p values and intervals that hold for a whole family of them.
//!
//! A family is all contrasts of one cell. Bonferroni, Šidák and Holm need the p values alone; Tukey's
//! studentised range suits all pairs of means; Dunnett's test compares with a reference, exactly where the
//! correlations come from one factor; the multivariate t distribution takes the correlations of any contrasts
//! as they are. Each contrast is judged with its own degrees of freedom, as emmeans does. Formulas, limits:
//! `docs/methods/simultaneous-inference.md`.

use thiserror::Error;

use crate::distributions::{
    LatticeSettings, MultivariateT, decreasing_root, largest_of_one_factor_upper_tail,
    normal_quantile, one_factor_loadings, student_t_quantile, studentised_range_quantile,
    studentised_range_upper_tail,
};
use crate::inference::Inference;
use crate::matrix::{Matrix, dot};
use crate::mean_contrasts::{Comparison, MeanContrast};
use crate::multiplicity::{Adjustment, adjust};

/// How a family of contrasts is corrected for their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not at all: each contrast for itself.
    None,
    /// p times the number of contrasts; any dependence.
    Bonferroni,
    /// 1 − (1 − p)^m.
    Sidak,
    /// Step by step (Holm 1979); intervals, which Holm has none of, by Bonferroni.
    Holm,
    /// Studentised range: all pairs of means; exact when balanced, else a little strict (Tukey–Kramer).
    Tukey,
    /// Comparisons with a reference (Dunnett 1955), with the correlations that there are.
    Dunnett,
    /// The largest of correlated t variables: any contrasts.
    MultivariateT,
}

/// Why a family cannot be corrected so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CorrectionError {
    /// Tukey for something else than all pairs.
    #[error(
        "Tukey's correction is for all pairs of means: use the multivariate t for other contrasts"
    )]
    NotAllPairs,
    /// Dunnett for something else than comparisons with a reference.
    #[error(
        "Dunnett's correction is for comparisons with a reference: use the multivariate t for other contrasts"
    )]
    NoReference,
}

/// The contrasts with p values and intervals that hold for each cell's family.
///
/// `level` is that of the simultaneous intervals. `lattice` serves the multivariate t where no exact way
/// exists; its error is below 1e-4 with the default.
///
/// # Errors
/// When Tukey or Dunnett is asked for contrasts that they are not made for.
///
/// # Examples
///
/// ```
/// use attune_statistics::distributions::LatticeSettings;
/// use attune_statistics::formula::Formula;
/// use attune_statistics::inference::DegreesOfFreedom;
/// use attune_statistics::least_squares::least_squares;
/// use attune_statistics::marginal_means::{MarginalMeans, marginal_means};
/// use attune_statistics::mean_contrasts::{Comparison, mean_contrasts};
/// use attune_statistics::simultaneous::{Correction, corrected};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let groups: Vec<f64> = (0..30).map(|row| f64::from(row % 3)).collect();
/// let scores: Vec<f64> = (0..30).map(|row| f64::from((row * 37) % 11 + row % 3)).collect();
/// let table = Table::new()
///     .with("group", Column::Factor(Factor::from_numbers(&groups)))?
///     .with("score", Column::Numbers(scores))?;
/// let model = least_squares(&Formula::parse("score ~ group")?, &table)?;
/// let inference = model.inference(DegreesOfFreedom::Satterthwaite);
/// let wanted = MarginalMeans { over: vec!["group".to_owned()], at: Vec::new() };
/// let means = marginal_means(&inference, &wanted, 0.95)?;
/// let plain = mean_contrasts(&inference, &means, &[], &Comparison::AllPairs, 0.95)?;
/// let lattice = LatticeSettings::default();
/// let tukey = corrected(&inference, &plain, &Comparison::AllPairs, Correction::Tukey, 0.95, &lattice)?;
/// assert_eq!(tukey.len(), 3);
/// assert!(tukey[0].test.p >= plain[0].test.p);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn corrected(
    inference: &Inference<'_>,
    contrasts: &[MeanContrast],
    comparison: &Comparison,
    correction: Correction,
    level: f64,
    lattice: &LatticeSettings,
) -> Result<Vec<MeanContrast>, CorrectionError> {
    match correction {
        Correction::Tukey if *comparison != Comparison::AllPairs => {
            return Err(CorrectionError::NotAllPairs);
        }
        Correction::Dunnett if !matches!(comparison, Comparison::WithReference(_)) => {
            return Err(CorrectionError::NoReference);
        }
        _ => {}
    }
    let mut corrected = contrasts.to_vec();
    for family in families(contrasts) {
        let distribution = Family::new(inference, contrasts, &family, correction, lattice);
        let p_values = distribution.p_values(contrasts, &family);
        // Often all contrasts have the same degrees of freedom: the last critical value is kept.
        let mut last: Option<(f64, f64)> = None;
        for (&place, p) in family.iter().zip(p_values) {
            let test = &mut corrected[place].test;
            let critical = match last {
                Some((df, critical)) if df == test.df => critical,
                _ => distribution.critical_value(test.df, level),
            };
            last = Some((test.df, critical));
            test.p = p;
            test.ci_lower = test.estimate - critical * test.se;
            test.ci_upper = test.estimate + critical * test.se;
        }
    }
    Ok(corrected)
}

/// The places of the contrasts of each cell that can be estimated.
fn families(contrasts: &[MeanContrast]) -> Vec<Vec<usize>> {
    let mut families: Vec<Vec<usize>> = Vec::new();
    let usable = (0..contrasts.len()).filter(|&place| {
        let test = &contrasts[place].test;
        contrasts[place].weights.is_some() && test.se > 0.0 && test.p.is_finite()
    });
    for place in usable {
        let own = families
            .iter_mut()
            .find(|family| contrasts[family[0]].cell == contrasts[place].cell);
        match own {
            Some(family) => family.push(place),
            None => families.push(vec![place]),
        }
    }
    families
}

/// What a family is judged by.
struct Family {
    correction: Correction,
    size: usize,
    correlation: Matrix,
    loadings: Option<Vec<f64>>,
    lattice: LatticeSettings,
}

impl Family {
    fn new(
        inference: &Inference<'_>,
        contrasts: &[MeanContrast],
        family: &[usize],
        correction: Correction,
        lattice: &LatticeSettings,
    ) -> Self {
        // One contrast alone is no family.
        let correction = if family.len() == 1 {
            Correction::None
        } else {
            correction
        };
        let correlation = match correction {
            Correction::Dunnett | Correction::MultivariateT => {
                correlation(inference, contrasts, family)
            }
            _ => Matrix::zeros(0, 0),
        };
        Self {
            correction,
            size: family.len(),
            loadings: one_factor_loadings(&correlation),
            correlation,
            lattice: *lattice,
        }
    }

    /// How many means all pairs are made of.
    fn n_means(&self) -> usize {
        let pairs = self.size as f64;
        (0.5 + (0.25 + 2.0 * pairs).sqrt()).round() as usize
    }

    fn p_values(&self, contrasts: &[MeanContrast], family: &[usize]) -> Vec<f64> {
        let alone: Vec<f64> = family
            .iter()
            .map(|&place| contrasts[place].test.p)
            .collect();
        let by_p =
            |adjustment| adjust(&alone, adjustment).expect("p values of tests lie between 0 and 1");
        match self.correction {
            Correction::None => alone,
            Correction::Bonferroni => by_p(Adjustment::Bonferroni),
            Correction::Holm => by_p(Adjustment::Holm),
            Correction::Sidak => alone.iter().map(|p| sidak(*p, self.size)).collect(),
            Correction::Tukey | Correction::Dunnett | Correction::MultivariateT => {
                let mut tails = Tails::new(self);
                let tests = family.iter().map(|&place| &contrasts[place].test);
                tests
                    .map(|test| tails.p_value(test.statistic.abs(), test.df, test.p))
                    .collect()
            }
        }
    }

    /// The multiple of the standard error that reaches from the estimate to its limits.
    fn critical_value(&self, df: f64, level: f64) -> f64 {
        let quantile = |upper: f64| match df.is_infinite() {
            true => -normal_quantile(upper),
            false => -student_t_quantile(upper, df),
        };
        let tail = 1.0 - level;
        let m = self.size as f64;
        match self.correction {
            Correction::None => quantile(0.5 * tail),
            Correction::Bonferroni | Correction::Holm => quantile(0.5 * tail / m),
            // 1 − level^(1/m), without cancellation.
            Correction::Sidak => quantile(-0.5 * libm::expm1(libm::log(level) / m)),
            Correction::Tukey => {
                studentised_range_quantile(level, self.n_means(), df)
                    * std::f64::consts::FRAC_1_SQRT_2
            }
            Correction::Dunnett | Correction::MultivariateT => {
                let mut tails = Tails::new(self);
                tails.prepare(df);
                decreasing_root(|t| tails.upper_tail(t, df), tail)
            }
        }
    }
}

/// Tails of the largest |t| of a family, with the lattice kept for tests with the same degrees of freedom.
struct Tails<'a> {
    family: &'a Family,
    prepared: Option<(f64, Option<MultivariateT>)>,
}

impl<'a> Tails<'a> {
    fn new(family: &'a Family) -> Self {
        Self {
            family,
            prepared: None,
        }
    }

    fn prepare(&mut self, df: f64) {
        let needs_lattice =
            self.family.correction != Correction::Tukey && self.family.loadings.is_none();
        if needs_lattice
            && self
                .prepared
                .as_ref()
                .is_none_or(|(prepared, _)| *prepared != df)
        {
            let distribution =
                MultivariateT::new(&self.family.correlation, df, &self.family.lattice);
            self.prepared = Some((df, distribution));
        }
    }

    /// At least the p value alone, at most Šidák's, between which the true one lies (Šidák 1967): far in the
    /// tail this is closer than any lattice.
    fn p_value(&mut self, statistic: f64, df: f64, alone: f64) -> f64 {
        self.prepare(df);
        self.upper_tail(statistic, df)
            .max(alone)
            .min(sidak(alone, self.family.size))
    }

    fn upper_tail(&self, t: f64, df: f64) -> f64 {
        let family = self.family;
        if family.correction == Correction::Tukey {
            return studentised_range_upper_tail(
                t * std::f64::consts::SQRT_2,
                family.n_means(),
                df,
            );
        }
        if let Some(loadings) = &family.loadings {
            return largest_of_one_factor_upper_tail(t, loadings, df);
        }
        let distribution = self
            .prepared
            .as_ref()
            .and_then(|(_, distribution)| distribution.as_ref());
        distribution.map_or(f64::NAN, |distribution| {
            1.0 - distribution.largest_within(t).value
        })
    }
}

fn sidak(p: f64, size: usize) -> f64 {
    -libm::expm1(size as f64 * libm::log1p(-p))
}

/// Correlations of the contrasts of a family.
fn correlation(inference: &Inference<'_>, contrasts: &[MeanContrast], family: &[usize]) -> Matrix {
    let weights: Vec<&[f64]> = family
        .iter()
        .filter_map(|&place| contrasts[place].weights.as_deref())
        .collect();
    let carried: Vec<Vec<f64>> = weights
        .iter()
        .map(|weights| inference.vcov.times_vector(weights))
        .collect();
    let se: Vec<f64> = family
        .iter()
        .map(|&place| contrasts[place].test.se)
        .collect();
    Matrix::from_function(se.len(), se.len(), |i, j| {
        if i == j {
            1.0
        } else {
            // The same sum for (i, j) and (j, i).
            let (i, j) = (i.min(j), i.max(j));
            (dot(weights[i], &carried[j]) / (se[i] * se[j])).clamp(-1.0, 1.0)
        }
    })
}
