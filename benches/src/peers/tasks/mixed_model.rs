//! Fits by REML from a table in memory, as `lmer(formula, data)` does it from a data frame.

use anyhow::{Result, anyhow};
use attune_statistics::{
    formula::Formula,
    linear_mixed_model::{FitSettings, LinearMixedModel, fit},
    table::Table,
};

use super::{Against, Program, Task, against};
use crate::{
    growth_data::{self, Design},
    peers::data_file,
};

/// Growth: intercept and slope by child.
pub const GROWTH: &str = "score ~ age * arm + (age | child)";
/// Crossed: children seen by assessors.
const CROSSED: &str = "score ~ age * arm + (1 | child) + (1 | assessor)";

/// The name of a design, as the peers are told, and its formula.
pub fn named(design: Design) -> (&'static str, &'static str) {
    match design {
        Design::Growth => ("growth", GROWTH),
        Design::Crossed => ("crossed", CROSSED),
    }
}

/// The file with the data of a design.
pub fn file(n_rows: usize, design: Design) -> Result<String> {
    let (name, _) = named(design);
    let path = data_file(&format!("{name}-{n_rows}.csv"))?;
    growth_data::write(&path, n_rows, design)?;
    Ok(path.display().to_string())
}

/// The file with the growth data.
pub fn growth_file(n_rows: usize) -> Result<String> {
    file(n_rows, Design::Growth)
}

/// The growth data in memory.
pub fn growth_table(n_rows: usize) -> Result<Table> {
    growth_data::table(n_rows, Design::Growth)
}

/// A fit with the ordinary settings.
pub fn fitted(formula: &str, table: &Table) -> Result<LinearMixedModel> {
    let formula = Formula::parse(formula).map_err(|problem| anyhow!("{problem}"))?;
    Ok(fit(&formula, table, &FitSettings::default())?)
}

pub fn growth<const ROWS: usize>() -> Result<Task> {
    let file = file(ROWS, Design::Growth)?;
    let mut peers = peers(&file, "growth", 60.0);
    if ROWS <= 10_000 {
        let arguments = ["mixed-model", &file];
        peers.push(against("statsmodels", Program::Python, &arguments, None));
    }
    task(ROWS, Design::Growth, peers)
}

pub fn crossed<const ROWS: usize>() -> Result<Task> {
    let file = file(ROWS, Design::Crossed)?;
    task(ROWS, Design::Crossed, peers(&file, "crossed", 25.0))
}

fn peers(file: &str, design: &str, bar: f64) -> Vec<Against> {
    let rust = Program::Rust("mixeff");
    let rust_bar = (design == "growth").then_some(3.0);
    vec![
        against("lmer", Program::R, &["lmer", file, design], Some(bar)),
        against("mixeff-rs", rust, &[file, design], rust_bar),
    ]
}

fn task(n_rows: usize, design: Design, against: Vec<Against>) -> Result<Task> {
    let table = growth_data::table(n_rows, design)?;
    let (_, formula) = named(design);
    fitted(formula, &table)?;
    Ok(Task {
        ours: Box::new(move || {
            fitted(formula, &table).map_or(f64::NAN, |model| model.log_likelihood)
        }),
        value: "log-likelihood",
        against,
    })
}
