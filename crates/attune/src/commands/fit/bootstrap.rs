//! Intervals by parametric bootstrap, `--bootstrap`.

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_statistics::{
    linear_mixed_model::LinearMixedModel,
    parametric_bootstrap::{
        BootstrapQuantity, ParametricBootstrap, ParametricBootstrapSettings, ParametricInterval,
        QuantityKind, parametric_bootstrap_with_progress,
    },
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{
    Fit,
    result::{Section, number},
};
use crate::{
    progress,
    text_table::{Align, TextTable},
};

/// How the fitted model is simulated from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Parametric bootstrap")]
pub struct BootstrapOptions {
    /// Intervals of coefficients, standard deviations and correlations from N simulated responses
    #[arg(long, value_name = "N")]
    pub bootstrap: Option<usize>,
    /// Seed of the random numbers
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Kind of interval
    #[arg(long, value_enum, default_value_t = Interval::Percentile)]
    pub bootstrap_interval: Interval,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Interval {
    Percentile,
    Basic,
    Normal,
}

impl Interval {
    fn word(self) -> &'static str {
        match self {
            Self::Percentile => "percentile",
            Self::Basic => "basic",
            Self::Normal => "normal",
        }
    }
}

impl From<Interval> for ParametricInterval {
    fn from(interval: Interval) -> Self {
        match interval {
            Interval::Percentile => Self::Percentile,
            Interval::Basic => Self::Basic,
            Interval::Normal => Self::Normal,
        }
    }
}

/// The bootstrap and its warnings, where it was asked for.
pub fn asked_bootstrap(
    fit: &Fit,
    model: &LinearMixedModel,
) -> Result<Option<(Section, Vec<String>)>> {
    let options = &fit.bootstrap;
    let Some(n_replicates) = options.bootstrap else {
        return Ok(None);
    };
    let settings = ParametricBootstrapSettings {
        n_replicates,
        seed: options.seed,
        level: fit.tests.level,
        interval: options.bootstrap_interval.into(),
        ..ParametricBootstrapSettings::default()
    };
    let bootstrap = progress::counted("Bootstrapping", n_replicates, |done| {
        parametric_bootstrap_with_progress(model, &settings, done)
    })?;
    let section = Section {
        key: "bootstrap",
        json: document(fit, &bootstrap),
        text: text(fit, &bootstrap),
    };
    Ok(Some((section, bootstrap.warnings)))
}

impl BootstrapOptions {
    /// Refuses what cannot be simulated from.
    pub fn refuse(&self) -> Result<()> {
        if self.bootstrap.is_some() {
            bail!(
                "--bootstrap simulates from a gaussian model with random effects and one residual variance: add an effect, \
                 such as `(1 | dyad)`, or leave the option out"
            );
        }
        Ok(())
    }
}

fn document(fit: &Fit, bootstrap: &ParametricBootstrap) -> Value {
    json!({
        "n_replicates": bootstrap.n_replicates,
        "seed": fit.bootstrap.seed,
        "interval": fit.bootstrap.bootstrap_interval.word(),
        "n_singular": bootstrap.n_singular,
        "n_not_converged": bootstrap.n_not_converged,
        "quantities": bootstrap.quantities.iter().map(quantity).collect::<Vec<_>>(),
    })
}

fn quantity(quantity: &BootstrapQuantity) -> Value {
    let name = &quantity.name;
    let kind = match name.kind {
        QuantityKind::FixedEffect => "fixed",
        QuantityKind::StandardDeviation => "sd",
        QuantityKind::Correlation => "correlation",
        QuantityKind::ResidualDeviation => "sigma",
        QuantityKind::IntraclassCorrelation => "icc",
        QuantityKind::Own => "own",
    };
    let mut object = json!({ "kind": kind });
    if !name.group.is_empty() && name.kind != QuantityKind::ResidualDeviation {
        object["group"] = json!(name.group);
    }
    if !name.term.is_empty() {
        object["term"] = json!(name.term);
    }
    if let Some(with) = &name.with {
        object["with"] = json!(with);
    }
    let numbers = [
        ("estimate", quantity.estimate),
        ("bias", quantity.bias),
        ("se", quantity.standard_error),
        ("ci_lower", quantity.ci_lower),
        ("ci_upper", quantity.ci_upper),
    ];
    for (key, value) in numbers {
        object[key] = number(value);
    }
    object["n_undefined"] = json!(quantity.n_undefined);
    object
}

fn text(fit: &Fit, bootstrap: &ParametricBootstrap) -> String {
    let interval = format!("{} CI", words::level(fit.tests.level));
    let mut table = TextTable::new(&["quantity", "estimate", "bias", "SE", &interval]);
    table.align(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ]);
    for quantity in &bootstrap.quantities {
        let (low, high) = (quantity.ci_lower, quantity.ci_upper);
        let decimals = words::decimals_for(low, high) + 1;
        table.row([
            quantity.name.to_string(),
            words::fixed(quantity.estimate, decimals),
            words::fixed(quantity.bias, decimals),
            words::fixed(quantity.standard_error, decimals),
            format!(
                "{} to {}",
                words::fixed(low, decimals),
                words::fixed(high, decimals)
            ),
        ]);
    }
    let mut counts = format!(
        "{} · seed {} · {} intervals · {} singular",
        words::count_of(bootstrap.n_replicates, "replicate", "replicates"),
        fit.bootstrap.seed,
        fit.bootstrap.bootstrap_interval.word(),
        words::count(bootstrap.n_singular),
    );
    if bootstrap.n_not_converged > 0 {
        counts += &format!(
            " · {} not converged",
            words::count(bootstrap.n_not_converged)
        );
    }
    format!("Parametric bootstrap\n{counts}\n\n{}", table.text())
}
