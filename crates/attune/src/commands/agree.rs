//! `attune agree DATA`: do coders agree, is a scale reliable?

use std::path::PathBuf;

use anyhow::Result;
use attune_statistics::{
    agreement::{AgreeSettings, Measure, agree, krippendorff_alpha::Level, weights::Weights},
    resampling::bootstrap::{BootstrapInterval, BootstrapSettings},
};
use clap::{Args, ValueEnum, builder::PossibleValue};
use serde_json::json;

use crate::{data_file::DataFile, level, output, progress};

mod coding;
mod confusion;
mod layout;
mod plot;
mod scale;
mod stretches;
mod stretches_plot;
mod text;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune agree clips.csv --coders A,B --cluster dyad --bootstrap 2000
  attune agree scores.xlsx --coders anna:clara --measure icc,bland-altman
  attune agree codings.csv --unit clip --coder who --value code --level ordinal
  attune agree pairs.csv --coders scale1,scale2 --subject child --measure bland-altman
  attune agree epds.csv --scale item1:item10 --bootstrap 2000
  attune agree marks.csv --coder who --start from --end to --code what --recording clip --length 600

One row per unit and one column per coder, or with --unit, --coder and --value one row per rating.
A list of columns may name a stretch of them as first:last. An empty cell, NA or NaN is missing.")]
pub struct Agree {
    /// CSV, TSV or XLSX file with a heading above each column
    data: PathBuf,
    #[command(flatten)]
    layout: layout::Layout,
    /// Reliability of a scale instead: its items, one column each
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with_all = ["coders", "coder", "unit", "subject"])]
    scale: Vec<String>,
    #[command(flatten)]
    stretches: stretches::Stretches,
    /// Measures to compute; all that fit the data without it
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_enum)]
    measure: Vec<AskedMeasure>,
    /// Weights of weighted kappa and AC2
    #[arg(long, value_enum, default_value_t = AskedWeights::Quadratic)]
    weights: AskedWeights,
    /// Level of measurement of Krippendorff's alpha; all that fit the data without it
    #[arg(long, value_name = "LEVEL", value_enum)]
    level: Option<AskedLevel>,
    /// The categories in their order, for codes that are words
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    order: Vec<String>,
    #[command(flatten)]
    resampling: Resampling,
    /// Write a figure to this SVG file: limits of agreement, the table of categories, a scale's coefficients, or of
    /// stretches the recording in which the coders differ most
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Sheet of a workbook; the first without it
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Intervals: their level, and the bootstrap.
#[derive(Debug, Args)]
struct Resampling {
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, value_parser = level::parse)]
    confidence: f64,
    /// Intervals from this many resamples of units, or of clusters with --cluster
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=10_000_000))]
    bootstrap: Option<u32>,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Bias-corrected and accelerated bootstrap intervals instead of percentiles
    #[arg(long, requires = "bootstrap")]
    bca: bool,
}

impl Resampling {
    fn interval(&self) -> BootstrapInterval {
        match self.bca {
            true => BootstrapInterval::Accelerated,
            false => BootstrapInterval::Percentile,
        }
    }
}

/// The measures by their names in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AskedMeasure(Measure);

impl ValueEnum for AskedMeasure {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AskedMeasure; Measure::ALL.len()] = {
            let mut all = [AskedMeasure(Measure::Percent); Measure::ALL.len()];
            let mut place = 0;
            while place < all.len() {
                all[place] = AskedMeasure(Measure::ALL[place]);
                place += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AskedWeights {
    Identity,
    Linear,
    Quadratic,
    /// Gwet's ordinal weights
    Ordinal,
}

impl From<AskedWeights> for Weights {
    fn from(weights: AskedWeights) -> Self {
        match weights {
            AskedWeights::Identity => Self::Identity,
            AskedWeights::Linear => Self::Linear,
            AskedWeights::Quadratic => Self::Quadratic,
            AskedWeights::Ordinal => Self::Ordinal,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AskedLevel {
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

impl From<AskedLevel> for Level {
    fn from(level: AskedLevel) -> Self {
        match level {
            AskedLevel::Nominal => Self::Nominal,
            AskedLevel::Ordinal => Self::Ordinal,
            AskedLevel::Interval => Self::Interval,
            AskedLevel::Ratio => Self::Ratio,
        }
    }
}

impl Agree {
    pub fn run(&self) -> Result<()> {
        let data = DataFile::read(&self.data, self.sheet.as_deref())?;
        if !self.scale.is_empty() {
            self.run_scale(&data)
        } else if self.stretches.start.is_some() {
            self.run_stretches(&data)
        } else {
            self.run_coders(&data)
        }
    }

    fn run_coders(&self, data: &DataFile) -> Result<()> {
        let coding = coding::read(data, &self.layout, &self.order)?;
        let settings = self.settings(coding.subjects.clone());
        let report = progress::during("Comparing coders", || agree(&coding.ratings, &settings))?;
        if let Some(path) = &self.plot {
            let figure = plot::svg(&coding.ratings, &settings)?;
            output::write_file(path, figure.as_bytes())?;
        }
        let confusion = confusion::of(&coding.ratings);
        if self.json {
            let mut document = serde_json::to_value(&report)?;
            document["coders"] = json!(coding.ratings.coders());
            document["categories"] = json!(confusion::labels(&coding.ratings));
            document["confusion"] = json!(confusion);
            document["warnings"] = json!([&coding.remarks[..], &report.warnings].concat());
            return output::print_json(&document);
        }
        output::print_text(&text::whole(
            &coding,
            &report,
            confusion.as_ref(),
            &settings,
        ))
    }

    fn run_scale(&self, data: &DataFile) -> Result<()> {
        let cluster = self.layout.cluster.as_deref();
        let confidence = self.resampling.confidence;
        let report = progress::during("Looking at the items", || {
            scale::report(data, &self.scale, cluster, confidence, self.bootstrap())
        })?;
        if let Some(path) = &self.plot {
            output::write_file(path, scale::plot(&report, confidence).as_bytes())?;
        }
        if self.json {
            return output::print_json(&report);
        }
        output::print_text(&scale::text(&report, confidence))
    }

    fn run_stretches(&self, data: &DataFile) -> Result<()> {
        let coder = self.layout.coder.as_deref().unwrap_or_default();
        let columns = (coder, self.layout.cluster.as_deref());
        let confidence = self.resampling.confidence;
        let marked = stretches::marked(data, &self.stretches, columns)?;
        let report = progress::during("Comparing coders", || {
            stretches::report(data, &self.stretches, &marked, confidence, self.bootstrap())
        })?;
        if let Some(path) = &self.plot {
            output::write_file(path, stretches_plot::svg(&marked).as_bytes())?;
        }
        if self.json {
            return output::print_json(&report);
        }
        output::print_text(&stretches::text(&report, confidence))
    }

    fn bootstrap(&self) -> Option<BootstrapSettings> {
        let n_resamples = self.resampling.bootstrap? as usize;
        Some(BootstrapSettings {
            n_resamples,
            seed: self.resampling.seed,
            level: self.resampling.confidence,
            interval: self.resampling.interval(),
        })
    }

    fn settings(&self, subjects: Option<Vec<String>>) -> AgreeSettings {
        let asked: Vec<Measure> = self.measure.iter().map(|asked| asked.0).collect();
        AgreeSettings {
            measures: (!asked.is_empty()).then_some(asked),
            weights: self.weights.into(),
            level_of_measurement: self.level.map(Into::into),
            subjects,
            confidence: self.resampling.confidence,
            n_resamples: self.resampling.bootstrap.map(|n| n as usize),
            seed: self.resampling.seed,
            bootstrap_interval: self.resampling.interval(),
        }
    }
}
