//! Simulated growth of many children, byte for byte as the reference cases' generator writes it.
//!
//! Three visits per child near 4, 12 and 24 months. Growth design: score = 100 − 2 age + 1 \[P\] + 1.5 age \[P\]
//! plus b0, b1 age and e with SDs 9, 3 and 6 and correlation −0.3 of the first two. Crossed design: a child's
//! intercept (SD 9) and that of one of 50 assessors drawn afresh at each visit (SD 2.5). The data describe nobody.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use attune_statistics::table::{Column, Factor, Table};

use crate::python_random::PythonRandom;

/// The random part of the simulated scores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Intercept and slope by child.
    Growth,
    /// Intercepts by child and by assessor.
    Crossed,
}

const N_ASSESSORS: u32 = 50;

struct Visit {
    child: u32,
    site: u32,
    arm: u32,
    age: f64,
    assessor: u32,
    score: f64,
}

/// The rows; ages and scores as they read back from a file with three decimals.
fn visits(n_rows: usize, design: Design) -> Vec<Visit> {
    let mut random = PythonRandom::new(20_260_101);
    let assessors: Vec<f64> = (0..N_ASSESSORS)
        .map(|_| 2.5 * normal(&mut random))
        .collect();
    let mut visits = Vec::with_capacity(n_rows);
    let mut child = 0;
    while visits.len() < n_rows {
        child += 1;
        let site = 1 + random.below(12);
        let arm = u32::from(site > 6);
        let (z0, z1) = (normal(&mut random), normal(&mut random));
        let (b0, b1) = match design {
            Design::Growth => (9.0 * z0, 3.0 * (-0.3 * z0 + (1.0_f64 - 0.09).sqrt() * z1)),
            Design::Crossed => (9.0 * z0, 0.0),
        };
        for base in [1.0 / 3.0, 1.0, 2.0] {
            let age = with_three_decimals(base + 0.06 * normal(&mut random));
            let assessor = random.below(N_ASSESSORS);
            let noise = 6.0 * normal(&mut random);
            // The generator draws here whether a visit is lost; with no loss the number is unused.
            random.unit();
            if visits.len() == n_rows {
                break;
            }
            let treated = f64::from(arm);
            let of_assessor = match design {
                Design::Growth => 0.0,
                Design::Crossed => assessors[assessor as usize],
            };
            let score = 100.0 - 2.0 * age
                + treated
                + 1.5 * age * treated
                + b0
                + b1 * age
                + noise
                + of_assessor;
            visits.push(Visit {
                child,
                site,
                arm,
                age,
                assessor: assessor + 1,
                score: with_three_decimals(score),
            });
        }
    }
    visits
}

/// Box and Muller.
fn normal(random: &mut PythonRandom) -> f64 {
    let (u, v) = (1.0 - random.unit(), random.unit());
    (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}

/// The nearest number with three decimals: what the file holds.
fn with_three_decimals(value: f64) -> f64 {
    format!("{value:.3}").parse().unwrap_or(value)
}

fn csv(visits: &[Visit]) -> String {
    let mut text = "child,site,arm,age,assessor,score\n".to_owned();
    for visit in visits {
        let arm = ['C', 'P'][visit.arm as usize];
        let Visit {
            child,
            site,
            age,
            assessor,
            score,
            ..
        } = visit;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{child},S{site:02},{arm},{age:.3},A{assessor:02},{score:.3}"
        );
    }
    text
}

/// Writes the file unless it is there.
pub fn write(path: &Path, n_rows: usize, design: Design) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    fs::write(path, csv(&visits(n_rows, design)))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The same rows in memory.
pub fn table(n_rows: usize, design: Design) -> Result<Table> {
    let visits = visits(n_rows, design);
    let n_children = visits.last().map_or(0, |visit| visit.child);
    let factor = |levels: Vec<String>, code: &dyn Fn(&Visit) -> u32| {
        let codes = visits.iter().map(|visit| Some(code(visit))).collect();
        Column::Factor(Factor { levels, codes })
    };
    let numbered = |letter: &str, n: u32| (1..=n).map(|k| format!("{letter}{k}")).collect();
    let arms = vec!["C".to_owned(), "P".to_owned()];
    Ok(Table::new()
        .with("child", factor(numbered("", n_children), &|v| v.child - 1))?
        .with("arm", factor(arms, &|v| v.arm))?
        .with(
            "age",
            Column::Numbers(visits.iter().map(|v| v.age).collect()),
        )?
        .with(
            "assessor",
            factor(numbered("A", N_ASSESSORS), &|v| v.assessor - 1),
        )?
        .with(
            "score",
            Column::Numbers(visits.iter().map(|v| v.score).collect()),
        )?)
}

#[cfg(test)]
mod tests {
    use super::{Design, csv, visits};
    use sha2::{Digest, Sha256};

    /// Fingerprints of what the Python script wrote (Python 3.11, 1000 rows, its own seed).
    #[test]
    fn the_files_are_those_of_the_python_script() {
        for (design, expected) in [
            (
                Design::Growth,
                "fce1e319db1e1418cd42613f750042d0f169924ada138b88c3f7a4222389f1b7",
            ),
            (
                Design::Crossed,
                "946708e6496ca90b369ecc650ad0fb5517c9d7240f9d78305bdf56581f17763b",
            ),
        ] {
            let digest = Sha256::digest(csv(&visits(1000, design)));
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, expected);
        }
    }
}
