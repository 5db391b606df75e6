//! 500 responses simulated from the fitted model of the Early study, each fitted again.

use anyhow::{Context as _, Result, anyhow, bail};
use attune_statistics::{
    formula::Formula,
    linear_mixed_model::{FitSettings, LinearMixedModel, Refit, fit},
    table::{Column, Factor, Table},
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

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

/// The last coefficient in each replicate: a parametric bootstrap.
pub fn replicates(model: &LinearMixedModel, n: usize) -> Vec<f64> {
    let frame = &model.frame;
    let mut means = vec![0.0; model.n_observations];
    for (column, coefficient) in frame.columns.iter().zip(&model.coefficients) {
        means
            .iter_mut()
            .zip(column)
            .for_each(|(mean, x)| *mean += coefficient * x);
    }
    let theta: Vec<f64> = model.theta.iter().map(|theta| theta.value).collect();
    let term = &frame.random[0];
    let Ok(refit) = Refit::of(model) else {
        return Vec::new();
    };
    let write = |replicate: usize, response: &mut [f64]| {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        random.set_stream(replicate as u64);
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let mut effects = vec![[0.0; 2]; term.levels.len()];
        for effect in &mut effects {
            let (first, second) = (normal(), normal());
            *effect = match theta.as_slice() {
                [a] => [a * first, 0.0],
                [a, b, c] => [a * first, b * first + c * second],
                _ => [f64::NAN; 2],
            };
        }
        for (row, value) in response.iter_mut().enumerate() {
            let effect = effects[term.codes[row] as usize];
            let varying: f64 = term
                .columns
                .iter()
                .zip(effect)
                .map(|(z, b)| z[row] * b)
                .sum();
            *value = means[row] + model.sigma * (varying + normal());
        }
    };
    let last = model.coefficients.len() - 1;
    let slopes = refit.fit_each(n, Some(&theta), write, |_, fitted| {
        fitted.coefficients[last]
    });
    slopes.into_iter().flatten().collect()
}
