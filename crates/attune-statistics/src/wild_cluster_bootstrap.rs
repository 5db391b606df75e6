//! The wild cluster bootstrap for least squares: a test for few clusters that asks nothing of the shape of
//! residuals within them.
//!
//! The model is fitted with the null hypothesis imposed; the residuals of each whole cluster are multiplied by one
//! random number, and the t statistic is computed again (Cameron, Gelbach & Miller 2008). With the sums of
//! each cluster at hand a resample costs a few multiplications per cluster and no refit, and its statistic is known
//! for every null value at once, which is how the interval is found (Roodman et al. 2019). See
//! `docs/methods/wild-cluster-bootstrap.md`.

mod cluster_sums;
mod draws;

use thiserror::Error;

use crate::cluster_robust::{Correction, least_squares_between_clusters};
use crate::clusters::{ClusterError, Clusters};
use crate::data_problem::{DataProblem, require_level};
use crate::inference::contrast;
use crate::least_squares::LeastSquares;
use crate::linear_mixed_model::{Warning, WarningKind};

use cluster_sums::ClusterSums;
use draws::Draws;

/// What the residuals of a cluster are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WildWeights {
    /// 1 or −1: the default.
    #[default]
    Rademacher,
    /// ±√(3/2), ±1 or ±√(1/2): more distinct resamples with fewer than ten clusters (Webb 2014).
    Webb,
}

/// How to resample and what to test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WildBootstrapSettings {
    /// The value of the contrast under the null hypothesis.
    pub null_value: f64,
    /// What residuals are multiplied by.
    pub weights: WildWeights,
    /// How many resamples; all possible ones are enumerated instead when there are no more than this.
    pub n_resamples: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Confidence level.
    pub level: f64,
}

impl Default for WildBootstrapSettings {
    fn default() -> Self {
        Self {
            null_value: 0.0,
            weights: WildWeights::Rademacher,
            n_resamples: 9999,
            seed: 1,
            level: 0.95,
        }
    }
}

/// Result of a wild cluster bootstrap of one contrast.
#[derive(Debug, Clone, PartialEq)]
pub struct WildBootstrap {
    /// The estimate.
    pub estimate: f64,
    /// Its CR1S standard error, on which t is built.
    pub se: f64,
    /// t of the estimate against the null value.
    pub statistic: f64,
    /// Share of resamples with |t*| at least |t|.
    pub p: f64,
    /// Lower end of the interval: null values that are not refuted; infinite where none can be.
    pub ci_lower: f64,
    /// Its upper end.
    pub ci_upper: f64,
    /// How many clusters there are.
    pub n_clusters: usize,
    /// Resamples compared; when drawn at random, the data themselves are one of them.
    pub n_resamples: usize,
    /// Whether all possible resamples were enumerated.
    pub exact: bool,
    /// Standard error of a sampled p; `None` when exact.
    pub monte_carlo_error: Option<f64>,
    /// What p comes to for an effect without bound: above 1 − level, the interval is the whole line.
    pub p_without_bound: f64,
    /// What a careful reader should know.
    pub warnings: Vec<Warning>,
}

/// Why there is no bootstrap.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WildBootstrapError {
    /// The clusters cannot be used.
    #[error(transparent)]
    Clusters(#[from] ClusterError),
    /// A setting out of range.
    #[error(transparent)]
    Settings(#[from] DataProblem),
    /// A contrast that one cluster decides.
    #[error(
        "a single cluster of `{name}` decides this contrast, or nothing does: resampling clusters cannot show how far it \
         varies between them"
    )]
    DecidedByOne {
        /// The column of clusters.
        name: String,
    },
}

/// Tests one linear combination of the coefficients by the restricted wild cluster bootstrap, with an interval by
/// inversion of the test.
///
/// # Errors
/// When the clusters cannot be used, a single cluster decides the contrast, or a setting is out of range.
///
/// # Panics
/// When there is not one weight for each coefficient.
///
/// # Examples
/// ```
/// use attune_statistics::clusters::Clusters;
/// use attune_statistics::formula::Formula;
/// use attune_statistics::least_squares::least_squares;
/// use attune_statistics::table::{Column, Table};
/// use attune_statistics::wild_cluster_bootstrap::{WildBootstrapSettings, wild_cluster_bootstrap};
///
/// let rows = 0..24_u32;
/// let column = |value: fn(u32) -> f64| Column::Numbers(rows.clone().map(value).collect());
/// let table = Table::new()
///     .with("site", column(|row| f64::from(row / 3)))?
///     .with("arm", column(|row| f64::from(row / 3 % 2)))?
///     .with("score", column(|row| f64::from(row / 3 % 2 * 9 + row * 7 % 5 + row / 3 * 5 % 7)))?;
/// let model = least_squares(&Formula::parse("score ~ arm")?, &table)?;
/// let sites = Clusters::of_rows(&table, "site", &model.frame.used_rows)?;
/// let test = wild_cluster_bootstrap(&model, &sites, &[0.0, 1.0], &WildBootstrapSettings::default())?;
/// // Eight sites have 2⁸ sign patterns, all of which are tried.
/// assert!(test.exact && test.n_resamples == 256);
/// assert!(test.p < 0.05 && test.ci_lower > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn wild_cluster_bootstrap(
    model: &LeastSquares,
    clusters: &Clusters,
    weights: &[f64],
    settings: &WildBootstrapSettings,
) -> Result<WildBootstrap, WildBootstrapError> {
    check(settings)?;
    let cr2 = least_squares_between_clusters(model, clusters, Correction::Cr2)?;
    let robust = contrast(&cr2.inference, "", weights, settings.level);
    let sums = ClusterSums::new(model, clusters, weights);
    if robust.se.is_nan() || !sums.is_defined() {
        return Err(WildBootstrapError::DecidedByOne {
            name: clusters.name().to_owned(),
        });
    }
    let draws = Draws::new(settings, clusters.n_clusters());
    let resamples = draws.resamples(&sums);
    let shift = settings.null_value - robust.estimate;
    let p_at = |shift: f64| {
        let n_as_extreme = resamples
            .iter()
            .filter(|resample| resample.is_as_extreme(shift, sums.squares))
            .count();
        draws.p(n_as_extreme)
    };
    let p = p_at(shift);
    let se = (sums.squares * small_sample(model, clusters)).sqrt();
    let alpha = 1.0 - settings.level;
    let p_without_bound = draws.p(sums.never_refuted(&resamples));
    let bounded = p_without_bound <= alpha;
    let limit = |direction: f64| match bounded {
        true => robust.estimate + direction * root_of_p(|size| p_at(direction * size), alpha, se),
        false => direction * f64::INFINITY,
    };
    let n = draws.n_compared() as f64;
    Ok(WildBootstrap {
        estimate: robust.estimate,
        se,
        statistic: -shift / se,
        p,
        ci_lower: limit(-1.0),
        ci_upper: limit(1.0),
        n_clusters: clusters.n_clusters(),
        n_resamples: draws.n_compared(),
        exact: draws.exact,
        monte_carlo_error: (!draws.exact).then(|| (p * (1.0 - p) / n).sqrt()),
        p_without_bound,
        warnings: warnings(clusters, robust.df, bounded),
    })
}

fn check(settings: &WildBootstrapSettings) -> Result<(), DataProblem> {
    require_level(settings.level)?;
    if settings.n_resamples < 99 {
        return Err(DataProblem::OutOfRange {
            what: "the number of resamples",
            value: settings.n_resamples as f64,
            allowed: "at least 99",
        });
    }
    if !settings.null_value.is_finite() {
        return Err(DataProblem::NotFinite {
            what: "the null value",
            position: 0,
        });
    }
    Ok(())
}

/// The correction of CR1S: it is the same in every resample and cancels from t.
fn small_sample(model: &LeastSquares, clusters: &Clusters) -> f64 {
    let (m, n) = (clusters.n_clusters() as f64, model.n_observations as f64);
    m * (n - 1.0) / ((m - 1.0) * model.df_residual)
}

/// Where p, 1 at zero, falls to alpha: by doubling, then by halving. p is a step function and need not fall
/// everywhere; the first crossing found is taken.
fn root_of_p(p_at: impl Fn(f64) -> f64, alpha: f64, scale: f64) -> f64 {
    let (mut inside, mut outside) = (0.0, scale);
    while p_at(outside) > alpha && outside < 1e12 * scale {
        inside = outside;
        outside *= 2.0;
    }
    for _ in 0..80 {
        let middle = 0.5 * (inside + outside);
        if p_at(middle) > alpha {
            inside = middle;
        } else {
            outside = middle;
        }
        if outside - inside <= 1e-13 * outside {
            break;
        }
    }
    0.5 * (inside + outside)
}

fn warnings(clusters: &Clusters, df: f64, bounded: bool) -> Vec<Warning> {
    let (n_clusters, name) = (clusters.n_clusters(), clusters.name());
    let mut warnings = Vec::new();
    if df < 4.0 {
        warnings.push(Warning::new(
            WarningKind::FewGroups,
            format!("few of the {n_clusters} clusters of `{name}` decide this contrast ({df:.1} degrees of freedom)"),
            "where few clusters are treated, or one is very large, this bootstrap refutes too rarely; \
             a permutation of clusters is the better test if treatment could have fallen on any of them",
        ));
    }
    if !bounded {
        warnings.push(Warning::new(
            WarningKind::FewGroups,
            format!("with {n_clusters} clusters of `{name}` no value can be refuted at this level"),
            "the interval is the whole line; more clusters, or Webb's weights with fewer than ten, make it finite",
        ));
    }
    warnings
}
