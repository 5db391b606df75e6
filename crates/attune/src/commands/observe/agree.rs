//! `attune observe agree FILE`: can these two coders be trusted?

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_observation::agreement::by_clip::Resampling;
use attune_observation::agreement::gamma::{ChanceCodings, GammaSettings};
use attune_observation::agreement::report::{AgreeSettings, agree_each};
use attune_observation::from_project::codings;
use attune_observation::window::micros;
use attune_records::observation::CodingProject;
use clap::Args;
use serde_json::json;

use super::coding_files::{Choice, Compat, read_all};
use crate::{level, output, progress};

mod boris;
mod pairs;
mod plot;
mod text;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe agree project.boris
  attune observe agree project.boris --pair anna,clara --behaviour pg_face,pg_object,pg_away
  attune observe agree project.boris --pair clip_001_A,clip_001_B --plot strip.svg
  attune observe agree first.boris second.boris --unit 0.5 --tolerance 1 --json
  attune observe agree project.boris --gold trainer
  attune observe agree project.boris --pair clip_001_A,clip_001_B --compat boris --unit 1

Without --pair every two coders with clips in common are compared, all their clips together. Codes of one
subject that exclude one another are compared as one set, any other code by itself.")]
pub struct Agree {
    /// File of a coding tool, or two files, one per coder
    #[arg(required = true, num_args = 1..=2)]
    files: Vec<PathBuf>,
    /// Two coders, or two observations
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pair: Vec<String>,
    /// The coder or standard with whom every other coder is compared
    #[arg(long, value_name = "CODER", conflicts_with = "pair")]
    gold: Option<String>,
    #[command(flatten)]
    choice: Choice,
    /// Unit of time-unit kappa in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = level::positive)]
    unit: f64,
    /// Tolerance in seconds: of tolerant kappa, and between the begins of aligned events
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = level::positive)]
    tolerance: f64,
    /// Overlap that links two events, as a share of the longer one
    #[arg(long, value_name = "SHARE", default_value_t = 0.6, value_parser = level::share)]
    overlap: f64,
    /// Length of an interval of interval agreement in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = level::positive)]
    interval: f64,
    /// Gamma too; it takes seconds to minutes per clip
    #[arg(long)]
    gamma: bool,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, value_parser = level::parse)]
    confidence: f64,
    /// Resamples of clips
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    bootstrap: u32,
    /// Seed of resamples and of gamma's chance codings
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many differences are listed, the longest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    disagreements: usize,
    /// Compare each clip by itself instead of all clips of two coders together
    #[arg(long)]
    each: bool,
    /// Follow another program's rules instead: its kappas and its identity
    #[arg(long, value_enum)]
    compat: Option<Compat>,
    /// Draw both coders and where they differ to this SVG file: of the clip that agrees least
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Agree {
    pub fn run(&self) -> Result<()> {
        if self.unit < 1e-3 {
            bail!(
                "a unit of {} s is finer than coding tools note times; use 0.001 s or more",
                self.unit
            );
        }
        if !self.pair.is_empty() && self.pair.len() != 2 {
            bail!("--pair takes two names with a comma between them, such as --pair anna,clara");
        }
        let read = progress::during("Reading", || read_all(&self.files))?;
        let projects: Vec<&CodingProject> = read.iter().map(|read| &read.project).collect();
        let chosen = self.choice.among(&projects)?;
        let mut warnings: Vec<String> =
            read.iter().flat_map(|read| read.warnings.clone()).collect();
        let observations: Vec<Vec<pairs::Named>> = projects
            .iter()
            .map(|project| pairs::named(project))
            .collect();
        let wanted = pairs::Wanted {
            pair: self.pair.as_slice(),
            gold: self.gold.as_deref(),
        };
        let mut groups = pairs::groups(&observations, &wanted)?;
        if self.compat.is_some() {
            return self.run_boris(&projects, &groups, chosen, &warnings);
        }
        if self.each {
            groups = groups
                .into_iter()
                .flatten()
                .map(|pair| vec![pair])
                .collect();
        }
        let codings = codings(&projects, &chosen);
        warnings.extend(codings.warnings.clone());
        let of = |place: usize| &codings.codings[place];
        let asked: Vec<Vec<_>> = groups
            .iter()
            .map(|group| group.iter().map(|(a, b)| (of(*a), of(*b))).collect())
            .collect();
        let settings = self.settings();
        let reports = progress::during("Comparing coders", || {
            agree_each(&codings.scheme, &asked, &settings)
        });
        if let Some(path) = &self.plot {
            output::write_file(
                path,
                plot::svg(&codings.scheme, &asked, &reports)?.as_bytes(),
            )?;
        }
        if self.json {
            return output::print_json(&json!({
                "files": self.files,
                "settings": {
                    "unit_s": self.unit,
                    "tolerance_s": self.tolerance,
                    "overlap": self.overlap,
                    "interval_s": self.interval,
                    "level": self.confidence,
                    "n_resamples": self.bootstrap,
                    "seed": self.seed,
                    "resampled": "clips",
                },
                "pairs": reports,
                "warnings": warnings,
            }));
        }
        output::print_text(&text::whole(&reports, &warnings, &settings))
    }

    fn run_boris(
        &self,
        projects: &[&CodingProject],
        groups: &[Vec<(usize, usize)>],
        chosen: attune_observation::from_project::Chosen,
        warnings: &[String],
    ) -> Result<()> {
        let settings = attune_observation::boris::BorisSettings {
            subjects: chosen.subjects,
            behaviours: chosen.behaviours,
            modifiers: chosen.modifiers,
            step: micros(self.unit),
        };
        let found = progress::during("Comparing coders", || {
            boris::compare(projects, groups, &settings)
        });
        match self.json {
            true => output::print_json(&boris::document(&found, &settings, warnings)),
            false => output::print_text(&boris::text(&found, &settings, warnings)),
        }
    }

    fn settings(&self) -> AgreeSettings {
        AgreeSettings {
            unit: micros(self.unit),
            tolerance: micros(self.tolerance),
            linked_overlap: self.overlap,
            interval: micros(self.interval),
            resampling: Resampling {
                n: self.bootstrap as usize,
                seed: self.seed,
                level: self.confidence,
            },
            gamma: self.gamma.then(|| GammaSettings {
                chance: ChanceCodings::Drawn,
                seed: self.seed,
                ..GammaSettings::default()
            }),
            n_disagreements: self.disagreements,
            ..AgreeSettings::default()
        }
    }
}
