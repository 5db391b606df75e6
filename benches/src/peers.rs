//! `peers`: Attune and every peer that this machine has, side by side in one run.
//!
//! Each comparison goes pair by pair, in turn, with data loaded, one thread on either side, in CPU seconds.
//! The answers stand beside the times, so that nobody is fast by computing something else.

mod clock;
mod machine;
mod memory;
mod page;
mod pairs;
mod process;
mod tasks;
mod threads;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

pub use memory::of_a_fit as memory_of_a_fit;
use pairs::{Limits, Pairs, Summary};
use tasks::Planned;

/// What a run measures.
pub struct Options {
    /// Fewer pairs, the slow tasks left out, no page.
    pub quick: bool,
    /// Only tasks whose name holds this.
    pub only: Option<String>,
}

impl Options {
    /// Reads `[--quick] [--only WORD]`.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            quick: false,
            only: None,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--only" => options.only = arguments.next().cloned(),
                other => bail!("`{other}` is not known here; there are --quick and --only WORD"),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    }

    fn command(&self) -> &'static str {
        if self.quick { "peers --quick" } else { "peers" }
    }

    fn limits(&self) -> Limits {
        match self.quick {
            true => Limits {
                most_pairs: 3,
                seconds: 5.0,
            },
            false => Limits {
                most_pairs: 11,
                seconds: 30.0,
            },
        }
    }
}

/// What a task came to.
pub struct Row {
    pub task: &'static str,
    pub value: &'static str,
    /// Attune alone, with what it computed.
    pub alone: (Summary, f64),
    pub compared: Vec<Compared>,
}

/// One peer's part of a row.
pub struct Compared {
    pub peer: &'static str,
    pub bar: Option<f64>,
    /// The pairs, or why there are none.
    pub pairs: Result<Pairs>,
}

/// Runs everything, prints as it goes, and writes the page after a full run.
pub fn run(options: &Options) -> Result<()> {
    println!("{}", machine::description());
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut rows = Vec::new();
    for planned in tasks::ALL {
        if options.wants(planned.name) && !(options.quick && planned.slow) {
            let row = one_thread.install(|| measure(&planned, options.limits()))?;
            page::print(&row);
            rows.push(row);
        }
    }
    let mut threads = Vec::new();
    let mut memory = Vec::new();
    if !options.quick {
        threads = threads::measure(|name| options.wants(name))?;
        memory = memory::measure(|name| options.wants(name))?;
    }
    let text = page::page(options.command(), &rows, &threads, &memory);
    if options.quick || options.only.is_some() {
        println!("\n{text}");
        println!("(a part of the tasks: docs/benchmarks.md is left as it is)");
        return Ok(());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    fs::write(&path, text)?;
    println!("\nwritten: docs/benchmarks.md");
    Ok(())
}

fn measure(planned: &Planned, limits: Limits) -> Result<Row> {
    let mut task = (planned.prepare)()?;
    let mut compared = Vec::new();
    for against in &task.against {
        let pairs = pairs::compare(&mut task.ours, &against.peer, limits);
        compared.push(Compared {
            peer: against.peer.name,
            bar: against.bar,
            pairs,
        });
    }
    let alone = pairs::alone(&mut task.ours, limits);
    Ok(Row {
        task: planned.name,
        value: task.value,
        alone,
        compared,
    })
}

/// Where the build keeps what a benchmark makes.
fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/benches")
}

/// A file of made-up data, in a folder that is there.
fn data_file(name: &str) -> Result<PathBuf> {
    fs::create_dir_all(target_folder())?;
    Ok(target_folder().join(name))
}

/// A data file of the reference cases.
fn oracle_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/attune-statistics/tests/oracles/data")
        .join(name)
}
