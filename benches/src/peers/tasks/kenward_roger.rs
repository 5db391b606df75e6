//! Kenward and Roger's covariance matrix and degrees of freedom of every coefficient of a fitted model.

use anyhow::Result;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};

use super::{Against, Program, Task, against, mixed_model};
use crate::growth_data::{Design, table};

pub fn growth() -> Result<Task> {
    let file = mixed_model::file(100_000, Design::Growth)?;
    task(
        100_000,
        Design::Growth,
        vec![pbkrtest(&file, "growth", 100.0)],
    )
}

/// With more than a few thousand rows there is no peer: pbkrtest holds n × n matrices, 80 GB at 100,000.
pub fn crossed<const ROWS: usize>() -> Result<Task> {
    let file = mixed_model::file(ROWS, Design::Crossed)?;
    let peers = match ROWS {
        0..=3_000 => vec![pbkrtest(&file, "crossed", 1_000.0)],
        _ => Vec::new(),
    };
    task(ROWS, Design::Crossed, peers)
}

fn pbkrtest(file: &str, design: &str, bar: f64) -> Against {
    let arguments = ["kenward-roger", file, design];
    against("pbkrtest", Program::R, &arguments, Some(bar))
}

fn task(n_rows: usize, design: Design, against: Vec<Against>) -> Result<Task> {
    let table = table(n_rows, design)?;
    let (_, formula) = mixed_model::named(design);
    let model = mixed_model::fitted(formula, &table)?;
    let ours = move || {
        let inference = model.inference(DegreesOfFreedom::KenwardRoger);
        inference.map_or(f64::NAN, |inference| {
            coefficient_tests(&inference, 0.95)
                .last()
                .map_or(f64::NAN, |test| test.df)
        })
    };
    Ok(Task {
        ours: Box::new(ours),
        value: "df of age × arm",
        against,
    })
}
