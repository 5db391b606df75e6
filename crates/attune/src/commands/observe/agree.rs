//! `attune observe agree FILE`: can these two coders be trusted?

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_observation::agreement::by_clip::Resampling;
use attune_observation::agreement::gamma::{ChanceCodings, GammaSettings};
use attune_observation::agreement::report::{AgreeSettings, PairReport, agree_each};
use attune_observation::from_project::codings;
use attune_observation::window::micros;
use attune_records::observation::CodingProject;
use clap::Args;
use serde_json::json;

use super::coding_files::{Choice, Compat};
use crate::{level, output, progress};

mod boris;
mod codings_asked;
mod outcome;
mod page;
mod pairs;
mod plot;
mod text;

use codings_asked::CodingsAsked;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe agree project.boris
  attune observe agree project.boris --pair anna,clara --behaviour pg_face,pg_object,pg_away
  attune observe agree project.boris --pair clip_001_A,clip_001_B --plot strip.svg
  attune observe agree first.boris second.boris --unit 0.5 --tolerance 1 --json
  attune observe agree project.boris --gold trainer
  attune observe agree studies/community-clinic --out agreement.html
  attune observe agree project.boris --pair clip_001_A,clip_001_B --compat boris --unit 1

Without --pair every two coders with clips in common are compared, all their clips together. Codes of one
subject that exclude one another are compared as one set, any other code by itself. Of a study folder every
recording that several people coded is compared: events, ratings, composites, and the measures of its plan.")]
pub struct Agree {
    /// File of a coding tool, two files, one per coder, or the folder of a study
    #[arg(required = true, num_args = 1..=2)]
    files: Vec<PathBuf>,
    /// Two coders, or two observations
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pair: Vec<String>,
    /// The coder or standard with whom every other coder is compared
    #[arg(long, value_name = "CODER", conflicts_with = "pair")]
    gold: Option<String>,
    /// The scheme, where the study has codings by several
    #[arg(long, value_name = "ID")]
    scheme: Option<String>,
    /// Folder with the data files of the study, when it is not the study folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
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
    /// Write to this file instead: .txt, .json, or .html with links that play each difference
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    out: Option<PathBuf>,
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
        let form = outcome::Form::asked(self.json, self.out.as_deref())?;
        let asked = CodingsAsked::read(&self.files, self.data.as_deref(), self.scheme.as_deref())?;
        let projects: Vec<&CodingProject> = asked.projects.iter().collect();
        let chosen = self.choice.among(&projects)?;
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
            return self.run_boris(&projects, &groups, chosen, &asked.warnings, &form);
        }
        if self.each {
            groups = groups
                .into_iter()
                .flatten()
                .map(|pair| vec![pair])
                .collect();
        }
        let mut codings = codings(&projects, &chosen);
        if let (Some(scheme), false) = (asked.scheme(), matches!(form, outcome::Form::Json(_))) {
            // Programs go by ids.
            codings = codings.in_words_of(scheme);
        }
        let mut warnings = asked.warnings.clone();
        warnings.extend(codings.warnings.clone());
        let of = |place: usize| &codings.codings[place];
        let pairs: Vec<Vec<_>> = groups
            .iter()
            .map(|group| group.iter().map(|(a, b)| (of(*a), of(*b))).collect())
            .collect();
        let settings = self.settings();
        let mut reports = progress::during("Comparing coders", || {
            agree_each(&codings.scheme, &pairs, &settings)
        });
        asked.compare_measures(&groups, &settings, &mut reports);
        if let Some(path) = &self.plot {
            output::write_file(
                path,
                plot::svg(&codings.scheme, &pairs, &reports)?.as_bytes(),
            )?;
        }
        match form {
            outcome::Form::Json(_) => form.json(&self.document(&reports, &warnings)),
            outcome::Form::Text(_) => form.text(&text::whole(&reports, &warnings, &settings)),
            outcome::Form::Page(_) => {
                let media = page::Media::of(&projects);
                form.text(&page::whole(&reports, &warnings, &settings, &media))
            }
        }
    }

    fn document(&self, reports: &[PairReport], warnings: &[String]) -> serde_json::Value {
        json!({
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
        })
    }

    fn run_boris(
        &self,
        projects: &[&CodingProject],
        groups: &[Vec<(usize, usize)>],
        chosen: attune_observation::from_project::Chosen,
        warnings: &[String],
        form: &outcome::Form,
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
        match form {
            outcome::Form::Json(_) => form.json(&boris::document(&found, &settings, warnings)),
            outcome::Form::Text(_) => form.text(&boris::text(&found, &settings, warnings)),
            outcome::Form::Page(_) => bail!(
                "--compat boris has no page\nhelp: write .txt or .json, or leave --compat out"
            ),
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
