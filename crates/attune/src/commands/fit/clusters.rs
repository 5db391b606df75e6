//! Few clusters: standard errors between clusters in the place of the model's own (`--cr2`), and the wild
//! cluster bootstrap.

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_statistics::{
    cluster_robust::{
        ClusterRobust, Correction, least_squares_between_clusters, mixed_model_between_clusters,
    },
    clusters::Clusters,
    inference::Inference,
    least_squares::LeastSquares,
    linear_mixed_model::LinearMixedModel,
    table::Table,
    wild_cluster_bootstrap::{
        WildBootstrap, WildBootstrapError, WildBootstrapSettings, WildWeights,
        wild_cluster_bootstrap,
    },
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{
    Df, Fit,
    options::Family,
    result::{FitResult, Section, number},
};
use crate::text_table::TextTable;

/// Inference between clusters.
#[derive(Debug, Args)]
#[command(next_help_heading = "Few clusters")]
pub struct ClusterOptions {
    /// Standard errors, degrees of freedom and p between the clusters of a column (CR2)
    #[arg(long, value_name = "CLUSTER")]
    pub cr2: Option<String>,
    /// Another small-sample correction in the place of CR2
    #[arg(long, value_enum, requires = "cr2", value_name = "KIND")]
    pub cluster_robust: Option<Kind>,
    /// Wild cluster bootstrap of each coefficient, for least squares; all sign patterns when they are no more than N
    #[arg(long, requires = "cr2", value_name = "N")]
    pub wild_bootstrap: Option<usize>,
    /// Multipliers of the wild bootstrap; webb has more patterns with fewer than ten clusters
    #[arg(long, value_enum, requires = "wild_bootstrap", value_name = "KIND")]
    pub wild_weights: Option<Multipliers>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Cr0,
    Cr1,
    Cr1s,
    Cr2,
    Cr3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Multipliers {
    Rademacher,
    Webb,
}

/// Refuses combinations that have no meaning.
pub fn check(fit: &Fit) -> Result<()> {
    if fit.clusters.cr2.is_none() {
        return Ok(());
    }
    if fit.model.family != Family::Gaussian {
        bail!("--cr2 belongs to gaussian models: leave it out for this family");
    }
    if fit.imputation.impute.is_some() {
        bail!("--cr2 is for the rows as they are: leave --impute or --cr2 out");
    }
    if fit.model.residual_by.is_some() {
        bail!(
            "--cr2 holds whatever the residuals of an arm are like: leave --residual-by or --cr2 out"
        );
    }
    if fit.tests.df.is_some_and(|df| df != Df::Satterthwaite) {
        bail!(
            "--cr2 brings its own standard errors, with Satterthwaite degrees of freedom between clusters: leave --df out"
        );
    }
    Ok(())
}

/// The inference between clusters of a mixed model, where it was asked for.
pub fn of_mixed_model<'a>(
    fit: &Fit,
    table: &Table,
    model: &'a LinearMixedModel,
) -> Result<Option<ClusterRobust<'a>>> {
    if fit.clusters.wild_bootstrap.is_some() {
        bail!(
            "--wild-bootstrap is for models without random effects: leave `(… | …)` or the option out"
        );
    }
    let Some(name) = &fit.clusters.cr2 else {
        return Ok(None);
    };
    let clusters = Clusters::of_rows(table, name, model.used_rows())?;
    Ok(Some(mixed_model_between_clusters(
        model,
        &clusters,
        correction(fit),
    )?))
}

/// The same of least squares.
pub fn of_least_squares<'a>(
    fit: &Fit,
    table: &Table,
    model: &'a LeastSquares,
) -> Result<Option<ClusterRobust<'a>>> {
    let Some(name) = &fit.clusters.cr2 else {
        return Ok(None);
    };
    let clusters = Clusters::of_rows(table, name, &model.frame.used_rows)?;
    Ok(Some(least_squares_between_clusters(
        model,
        &clusters,
        correction(fit),
    )?))
}

/// What tests, means and figures of a mixed model rest on: the clusters asked for, or the model itself.
pub fn inference_of_mixed_model<'a>(
    fit: &Fit,
    table: &Table,
    model: &'a LinearMixedModel,
) -> Result<Inference<'a>> {
    match of_mixed_model(fit, table, model)? {
        Some(robust) => Ok(robust.inference),
        None => Ok(model.inference(fit.df().into())?),
    }
}

/// The same of least squares.
pub fn inference_of_least_squares<'a>(
    fit: &Fit,
    table: &Table,
    model: &'a LeastSquares,
) -> Result<Inference<'a>> {
    match of_least_squares(fit, table, model)? {
        Some(robust) => Ok(robust.inference),
        None => Ok(model.inference(fit.df().into())),
    }
}

fn correction(fit: &Fit) -> Correction {
    match fit.clusters.cluster_robust {
        Some(Kind::Cr0) => Correction::Cr0,
        Some(Kind::Cr1) => Correction::Cr1,
        Some(Kind::Cr1s) => Correction::Cr1s,
        Some(Kind::Cr2) | None => Correction::Cr2,
        Some(Kind::Cr3) => Correction::Cr3,
    }
}

/// The key under which a result says that it is between clusters.
pub const KEY: &str = "inference";

/// Says in the result that its variances are those between clusters, with their doubts.
pub fn tell(result: &mut FitResult, robust: &ClusterRobust<'_>) {
    let name = match robust.correction {
        Correction::Cr0 => "CR0",
        Correction::Cr1 => "CR1",
        Correction::Cr1s => "CR1S",
        Correction::Cr2 => "CR2",
        Correction::Cr3 => "CR3",
    };
    let (smallest, largest) = robust.cluster_sizes;
    result.vcov = robust.inference.vcov.clone();
    result
        .warnings
        .extend(robust.warnings.iter().map(ToString::to_string));
    result.sections.push(Section {
        key: KEY,
        json: json!({
            "method": name,
            "cluster": robust.cluster,
            "n_clusters": robust.n_clusters,
            "smallest_cluster": smallest,
            "largest_cluster": largest,
        }),
        text: format!(
            "Standard errors ({name}) and degrees of freedom (Satterthwaite) are those between the {} of {}, which have {} to {}.\n",
            words::count_of(robust.n_clusters, "cluster", "clusters"),
            robust.cluster,
            words::count(smallest),
            words::count_of(largest, "row", "rows"),
        ),
    });
}

/// The wild cluster bootstrap of each coefficient, where it was asked for.
pub fn wild_bootstrap(
    fit: &Fit,
    table: &Table,
    model: &LeastSquares,
) -> Result<Option<(Section, Vec<String>)>> {
    let (Some(n_resamples), Some(name)) = (fit.clusters.wild_bootstrap, &fit.clusters.cr2) else {
        return Ok(None);
    };
    let clusters = Clusters::of_rows(table, name, &model.frame.used_rows)?;
    let settings = WildBootstrapSettings {
        n_resamples,
        seed: fit.bootstrap.seed,
        level: fit.tests.level,
        weights: match fit.clusters.wild_weights {
            Some(Multipliers::Webb) => WildWeights::Webb,
            _ => WildWeights::Rademacher,
        },
        ..WildBootstrapSettings::default()
    };
    let (mut results, mut warnings) = (Vec::new(), Vec::new());
    for (place, term) in model.terms.iter().enumerate() {
        let weights: Vec<f64> = (0..model.terms.len())
            .map(|k| f64::from(u8::from(k == place)))
            .collect();
        match wild_cluster_bootstrap(model, &clusters, &weights, &settings) {
            Ok(result) => {
                warnings.extend(
                    result
                        .warnings
                        .iter()
                        .map(|warning| format!("wild bootstrap of `{term}`: {warning}")),
                );
                results.push((term.as_str(), result));
            }
            Err(problem @ WildBootstrapError::DecidedByOne { .. }) => {
                warnings.push(format!("wild bootstrap of `{term}`: {problem}"));
            }
            Err(problem) => return Err(problem.into()),
        }
    }
    Ok(Some((section(&results, &settings), warnings)))
}

fn section(results: &[(&str, WildBootstrap)], settings: &WildBootstrapSettings) -> Section {
    let weights = match settings.weights {
        WildWeights::Rademacher => "rademacher",
        WildWeights::Webb => "webb",
    };
    let interval = format!("{} CI", words::level(settings.level));
    let mut table = TextTable::new(&["term", "estimate", &interval, "t", "p", "p, no bound"]);
    for (term, result) in results {
        let decimals = words::decimals_for(
            result.estimate - 2.0 * result.se,
            result.estimate + 2.0 * result.se,
        ) + 1;
        let end = |value: f64| match value.is_finite() {
            true => words::fixed(value, decimals),
            false => (if value > 0.0 { "∞" } else { "−∞" }).to_owned(),
        };
        table.row([
            (*term).to_owned(),
            words::fixed(result.estimate, decimals),
            format!("{} to {}", end(result.ci_lower), end(result.ci_upper)),
            words::fixed(result.statistic, 2),
            words::fixed(result.p, 4),
            words::fixed(result.p_without_bound, 4),
        ]);
    }
    let how = match results.first() {
        Some((_, result)) if result.exact => {
            format!("all {} patterns", words::count(result.n_resamples))
        }
        _ => format!(
            "{} resamples, seed {}",
            words::count(settings.n_resamples),
            settings.seed
        ),
    };
    Section {
        key: "wild_bootstrap",
        json: json!({
            "weights": weights,
            "seed": settings.seed,
            "results": results.iter().map(|(term, result)| of_term(term, result)).collect::<Vec<Value>>(),
        }),
        text: format!(
            "Wild cluster bootstrap · {weights} · {how}\n{}",
            table.text()
        ),
    }
}

fn of_term(term: &str, result: &WildBootstrap) -> Value {
    json!({
        "term": term,
        "estimate": number(result.estimate),
        "se": number(result.se),
        "statistic": number(result.statistic),
        "p": number(result.p),
        "ci_lower": number(result.ci_lower),
        "ci_upper": number(result.ci_upper),
        "n_resamples": result.n_resamples,
        "exact": result.exact,
        "monte_carlo_error": result.monte_carlo_error.map(number),
        "p_without_bound": number(result.p_without_bound),
    })
}
