//! What is compared: each task with its bar and the peers that can do it. A file per kind of task.

mod agreement;
mod bootstrap;
mod kenward_roger;
mod mixed_model;
mod power;

use anyhow::Result;

use super::process::{Peer, Program};

pub use bootstrap::{early, replicates};
pub use mixed_model::{GROWTH, fitted, growth_file, growth_table};
pub use power::shares as power_of_trials;

/// A task with its data loaded.
pub struct Task {
    /// What is done once in each measurement.
    pub ours: Box<dyn FnMut() -> f64>,
    /// What the number is that both sides report.
    pub value: &'static str,
    /// Who else does it.
    pub against: Vec<Against>,
}

/// A peer, and how many times faster Attune is to be.
pub struct Against {
    pub peer: Peer,
    /// `None` where the comparison is for information.
    pub bar: Option<f64>,
}

/// A row of the table, made ready when its turn comes.
pub struct Planned {
    pub name: &'static str,
    pub prepare: fn() -> Result<Task>,
    /// Left out of a quick run.
    pub slow: bool,
}

const fn planned(name: &'static str, prepare: fn() -> Result<Task>, slow: bool) -> Planned {
    Planned {
        name,
        prepare,
        slow,
    }
}

/// Every task, in the order of the table.
pub const ALL: [Planned; 13] = [
    planned(
        "growth model, 1,000 rows",
        mixed_model::growth::<1_000>,
        false,
    ),
    planned(
        "growth model, 10,000 rows",
        mixed_model::growth::<10_000>,
        false,
    ),
    planned(
        "growth model, 100,000 rows",
        mixed_model::growth::<100_000>,
        false,
    ),
    planned(
        "growth model, 1,000,000 rows",
        mixed_model::growth::<1_000_000>,
        true,
    ),
    planned(
        "child × assessor crossed, 100,000 rows",
        mixed_model::crossed::<100_000>,
        false,
    ),
    planned(
        "Kenward–Roger, growth 100,000 rows",
        kenward_roger::growth,
        false,
    ),
    planned(
        "Kenward–Roger, crossed 3,000 rows",
        kenward_roger::crossed::<3_000>,
        true,
    ),
    planned(
        "Kenward–Roger, crossed 100,000 rows",
        kenward_roger::crossed::<100_000>,
        false,
    ),
    planned(
        "parametric bootstrap, 500, Early, random intercept",
        bootstrap::intercept,
        false,
    ),
    planned(
        "parametric bootstrap, 500, Early, random slope (singular)",
        bootstrap::slope,
        true,
    ),
    planned(
        "power, 120 children × 3, Satterthwaite, each 100 of 1,000 trials",
        power::task,
        false,
    ),
    planned(
        "Krippendorff's alpha, 10,000 × 4, 1,000 resamples",
        agreement::alpha,
        false,
    ),
    planned(
        "Gwet's AC1 with its error, 10,000 × 4",
        agreement::gwet,
        false,
    ),
];

fn against(name: &'static str, program: Program, arguments: &[&str], bar: Option<f64>) -> Against {
    let arguments = arguments
        .iter()
        .map(|&argument| argument.to_owned())
        .collect();
    Against {
        peer: Peer {
            name,
            program,
            arguments,
        },
        bar,
    }
}
