//! `attune observe summary FILE`: how often, how long, how soon.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_observation::{budget::budgets, from_project::boris_observation};
use attune_records::observation::{CodingProject, Observation};
use clap::Args;
use serde_json::json;

use super::coding_files::{Choice, Compat, observation, read};
use crate::{level, output, progress};

mod boris;
mod plot;
mod sequences;
mod text;

pub use text::fixed;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe summary project.boris
  attune observe summary project.boris --observation clip_001_A --modifiers --bins 60
  attune observe summary project.boris --transitions --json
  attune observe summary project.boris --contingency infant:i_voc,parent:p_speech --within 3
  attune observe summary project.boris --compat boris --json

Rates and shares are of codable time: the window that was coded, without what nobody could code.")]
pub struct Summary {
    /// File of a coding tool
    file: PathBuf,
    /// Only these observations
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    observation: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    /// Amounts in stretches of this many seconds too
    #[arg(long, value_name = "SECONDS", value_parser = level::positive)]
    bins: Option<f64>,
    /// What follows what: adjusted residuals, Yule's Q, permutation within each observation
    #[arg(long)]
    transitions: bool,
    /// Events between the first and the second code of a transition, plus one
    #[arg(long, value_name = "EVENTS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    lag: u16,
    /// How often one behaviour is answered by another: subject:behaviour,subject:behaviour
    #[arg(long, value_name = "GIVEN,ANSWER", value_delimiter = ',')]
    contingency: Vec<String>,
    /// Seconds within which an answer must begin
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = level::positive)]
    within: f64,
    /// Shuffles and shifts
    #[arg(long, value_name = "N", default_value_t = 999, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    permutations: u32,
    /// Seed of shuffles and shifts
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Follow another program's rules instead: its time budgets and transitions
    #[arg(long, value_enum, conflicts_with_all = ["bins", "transitions", "contingency"])]
    compat: Option<Compat>,
    /// Draw the first observation, or the one that is asked for, to this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Summary {
    pub fn run(&self) -> Result<()> {
        let read = progress::during("Reading", || read(&self.file))?;
        let project = &read.project;
        let chosen = self.choice.among(&[project])?;
        let observations = self.observations(project)?;
        if let Some(path) = &self.plot {
            let Some(first) = observations.first() else {
                bail!("the file has no observation to draw")
            };
            output::write_file(path, plot::svg(first, &chosen).as_bytes())?;
        }
        if self.compat.is_some() {
            let seen: Vec<_> = observations
                .iter()
                .map(|one| boris_observation(one))
                .collect();
            let document = boris::document(&seen, &project.scheme, &read.warnings);
            return match self.json {
                true => output::print_json(&document),
                false => output::print_text(&boris::text(&seen)),
            };
        }
        let budgets = budgets(&observations, project, &chosen, self.bins);
        let transitions = self
            .transitions
            .then(|| sequences::transitions(&observations, project, &chosen, self.settings()));
        let contingency = match self.contingency.as_slice() {
            [given, answer] => Some(sequences::contingency(
                &observations,
                (given, answer),
                self.within,
                (self.permutations as usize, self.seed),
            )?),
            [] => None,
            _ => bail!(
                "--contingency takes two behaviours with a comma between them: subject:behaviour,subject:behaviour"
            ),
        };
        let mut warnings = read.warnings.clone();
        warnings.extend(budgets.iter().filter_map(|one| one.warning.clone()));
        if self.json {
            return output::print_json(&json!({
                "file": self.file,
                "observations": budgets,
                "transitions": transitions,
                "contingency": contingency,
                "warnings": warnings,
            }));
        }
        let mut words = text::budgets(&budgets);
        words += &transitions
            .iter()
            .map(|all| text::transitions(all))
            .collect::<String>();
        words += &contingency
            .iter()
            .map(text::contingency)
            .collect::<String>();
        for warning in warnings {
            words += &format!("\nMind: {warning}\n");
        }
        output::print_text(&words)
    }

    fn settings(&self) -> sequences::Settings {
        sequences::Settings {
            lag: usize::from(self.lag),
            n_random: self.permutations as usize,
            seed: self.seed,
        }
    }

    fn observations<'a>(&self, project: &'a CodingProject) -> Result<Vec<&'a Observation>> {
        if self.observation.is_empty() {
            return Ok(project.observations().iter().collect());
        }
        self.observation
            .iter()
            .map(|id| observation(project, id))
            .collect()
    }
}
