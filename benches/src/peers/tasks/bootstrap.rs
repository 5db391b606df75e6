//! 500 responses simulated from the fitted model of the Early study, each fitted again.

use anyhow::{Context as _, Result, anyhow, bail};
use attune_statistics::{
    formula::Formula,
    linear_mixed_model::{FitSettings, LinearMixedModel, Refitted, fit},
    parametric_bootstrap::{ParametricBootstrapSettings, parametric_bootstrap_of},
    table::{Column, Factor, Table},
};

use super::{Program, Task, against};
use crate::peers::oracle_file;

pub fn intercept() -> Result<Task> {
    task("(1 | id)")
}

pub fn slope() -> Result<Task> {
    task("(tos | id)")
}

fn task(random: &str) -> Result<Task> {
    let file = oracle_file("early.csv").display().to_string();
    let model = early(random)?;
    let arguments = ["bootstrap", &file, random];
    let peer = against("bootMer", Program::R, &arguments, Some(100.0));
    let ours = move || {
        let slopes = replicates(&model, 500);
        let mean = slopes.iter().sum::<f64>() / slopes.len() as f64;
        let squares: f64 = slopes.iter().map(|slope| (slope - mean).powi(2)).sum();
        (squares / (slopes.len() as f64 - 1.0)).sqrt()
    };
    Ok(Task {
        ours: Box::new(ours),
        value: "bootstrap SE of tos × trt",
        against: vec![peer],
    })
}

/// The fitted model of Early.
pub fn early(random: &str) -> Result<LinearMixedModel> {
    let text = std::fs::read_to_string(oracle_file("early.csv")).context("early.csv")?;
    let cells: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let [heading, rows @ ..] = cells.as_slice() else {
        bail!("early.csv is empty");
    };
    let column = |name: &str| -> Result<Vec<&str>> {
        let place = heading
            .iter()
            .position(|cell| *cell == name)
            .context("no such column")?;
        Ok(rows.iter().map(|row| row[place]).collect())
    };
    let numbers = |name: &str| -> Result<Vec<f64>> {
        Ok(column(name)?
            .into_iter()
            .map(str::parse)
            .collect::<Result<_, _>>()?)
    };
    let factor = |name: &str| -> Result<Column> {
        let labels: Vec<Option<&str>> = column(name)?.into_iter().map(Some).collect();
        Ok(Column::Factor(Factor::from_labels(&labels)))
    };
    let table = Table::new()
        .with("id", factor("id")?)?
        .with("trt", factor("trt")?)?
        .with("tos", Column::Numbers(numbers("tos")?))?
        .with("cog", Column::Numbers(numbers("cog")?))?;
    let formula = Formula::parse(&format!("cog ~ tos * trt + {random}"));
    let formula = formula.map_err(|problem| anyhow!("{problem}"))?;
    Ok(fit(&formula, &table, &FitSettings::default())?)
}

/// The last coefficient in each replicate, in ascending order.
pub fn replicates(model: &LinearMixedModel, n_replicates: usize) -> Vec<f64> {
    let last = model.coefficients.len() - 1;
    let settings = ParametricBootstrapSettings {
        n_replicates,
        ..ParametricBootstrapSettings::default()
    };
    let slope = |fitted: &Refitted| fitted.coefficients[last];
    parametric_bootstrap_of(model, "slope", &slope, &settings).map_or(Vec::new(), |mut result| {
        result.quantities.swap_remove(0).replicates
    })
}
