//! `attune power STUDY` and `attune power --dyads N`: power, and sample size, by simulation.

use std::path::PathBuf;

use anyhow::Result;
use attune_statistics::power::PowerSettings;
use clap::Args;

use crate::{output, progress};

mod design;
mod json;
mod options;
mod plot;
mod result;
mod search;
mod study;
mod text;

use options::{DesignOptions, OutputOptions, StudyOptions, TrialOptions};
use result::PowerResult;

#[derive(Debug, Args)]
#[command(after_help = "\
With a study, records are made up from its protocol and its [simulation] assumptions, and each planned
analysis is run on them as `attune analyse` would:
  attune power STUDY
  attune power STUDY --dyads 20,40,60,80 --plot power.svg     a curve over dyads in each arm
  attune power STUDY --dyads 1x,1.5x,2x                       multiples of the plan
  attune power STUDY --analysis mental-over-time --target 0.8 how many dyads it takes
  attune power STUDY --effect 0,0.5,1 --dropout 0.4           smaller effects, more loss

Without one, a design is described by options. The outcome's SD is 1 unless --sd says otherwise, so that
effects are in standard deviations:
  attune power --dyads 60 --visits 0,6,12 --effect 0.3
  attune power --dyads 60 --visits 0,6,12 --effect 0.03 --per month --sd-slope 0.05 --icc 0.6
  attune power --dyads 60 --effect 0.5 --sites 6 --sites-icc 0.05 --site-size-cv 0.5 --dropout 0.2
  attune power --design baseline-adjusted --dyads 40 --effect 0.5 --target 0.9
  attune power --design before-after --dyads 30 --visits 0,6 --effect 0.4
  attune power --outcome binomial --start 0.4 --dyads 80 --effect 0.8 --trials 300")]
pub struct PowerCommand {
    /// Study folder; without it the design is described by options
    study: Option<PathBuf>,
    #[command(flatten)]
    trials: TrialOptions,
    #[command(flatten)]
    of_study: StudyOptions,
    #[command(flatten)]
    design: DesignOptions,
    #[command(flatten)]
    output: OutputOptions,
}

impl PowerCommand {
    pub fn run(&self) -> Result<()> {
        let result = progress::during("Simulating trials", || self.result())?;
        if let Some(path) = &self.output.plot {
            plot::write(&result, path)?;
        }
        if self.output.json {
            output::print_json(&json::document(&result))
        } else {
            output::print_text(&text::whole(&result))
        }
    }

    fn result(&self) -> Result<PowerResult> {
        match &self.study {
            Some(folder) => study::power(folder, &self.trials, &self.of_study),
            None => design::power(&self.trials, &self.design),
        }
    }
}

impl TrialOptions {
    /// Trials, seed and level for every point.
    fn settings(&self) -> PowerSettings {
        PowerSettings {
            n_trials: self.trials,
            first_trial: 0,
            seed: self.seed,
            alpha: self.alpha.unwrap_or(0.05),
        }
    }
}
