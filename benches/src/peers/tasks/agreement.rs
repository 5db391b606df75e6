//! Agreement of four coders on 10,000 units, five ordered categories, made up here.

use std::{fmt::Write as _, fs};

use anyhow::Result;
use attune_statistics::agreement::{
    Ratings,
    chance_corrected::{Chance, chance_corrected},
    krippendorff_alpha::{Level, krippendorff_alpha},
    weights::Weights,
};
use attune_statistics::resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap};

use super::{Program, Task, against};
use crate::{peers::data_file, python_random::PythonRandom};

const N_UNITS: usize = 10_000;

/// Each coder sees the unit's own category, or one off it in three of ten cases.
fn rows() -> Vec<Vec<f64>> {
    let mut random = PythonRandom::new(7);
    let unit = |random: &mut PythonRandom| {
        let category = 1 + random.below(5);
        let coder = |_| {
            let off = match random.below(10) {
                0 | 1 => category + 1,
                2 => category.saturating_sub(1),
                _ => category,
            };
            f64::from(off.clamp(1, 5))
        };
        (0..4).map(coder).collect()
    };
    (0..N_UNITS).map(|_| unit(&mut random)).collect()
}

fn ratings(rows: &[Vec<f64>]) -> Result<Ratings> {
    let coders = ["A", "B", "C", "D"].map(str::to_owned);
    let cells: Vec<Vec<Option<f64>>> = rows
        .iter()
        .map(|row| row.iter().copied().map(Some).collect())
        .collect();
    Ok(Ratings::from_numbers(&coders, &cells)?)
}

fn file(rows: &[Vec<f64>]) -> Result<String> {
    let path = data_file("ratings-10000.csv")?;
    let mut text = "A,B,C,D\n".to_owned();
    for row in rows {
        writeln!(text, "{},{},{},{}", row[0], row[1], row[2], row[3])?;
    }
    fs::write(&path, text)?;
    Ok(path.display().to_string())
}

pub fn alpha() -> Result<Task> {
    let rows = rows();
    let (file, ratings) = (file(&rows)?, ratings(&rows)?);
    let units: Vec<usize> = (0..N_UNITS).collect();
    let settings = BootstrapSettings {
        n_resamples: 1_000,
        seed: 1,
        level: 0.95,
        interval: BootstrapInterval::Percentile,
    };
    let ours = move || {
        let alpha = krippendorff_alpha(&ratings, Level::Ordinal);
        bootstrap(&alpha, &units, &settings).map_or(f64::NAN, |_| alpha.estimate())
    };
    let peer = against(
        "krippendorff",
        Program::Python,
        &["alpha", &file],
        Some(50.0),
    );
    Ok(Task {
        ours: Box::new(ours),
        value: "alpha",
        against: vec![peer],
    })
}

pub fn gwet() -> Result<Task> {
    let rows = rows();
    let (file, ratings) = (file(&rows)?, ratings(&rows)?);
    let ours = move || {
        chance_corrected(&ratings, Chance::Gwet, Weights::Identity, 0.95)
            .map_or(f64::NAN, |result| result.estimate)
    };
    let peer = against("irrCAC", Program::Python, &["gwet", &file], None);
    Ok(Task {
        ours: Box::new(ours),
        value: "AC1",
        against: vec![peer],
    })
}
