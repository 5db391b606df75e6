//! `attune fit DATA FORMULA`: a mixed or fixed-effects model on any table.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use attune_statistics::{
    formula::Formula,
    generalised_mixed_model::Family as Distribution,
    inference::DegreesOfFreedom,
    least_squares::least_squares,
    linear_mixed_model::{self, Estimator, FitSettings},
    table::Table,
};
use clap::{Args, ValueEnum};

use crate::{output, progress};

mod columns;
mod emmeans;
mod generalised;
mod result;
mod text;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune fit early.csv 'cog ~ tos * trt + (tos | id)' --factor id --df kenward-roger
  attune fit visits.xlsx 'score ~ months * arm + (1 | site/dyad)' --emmeans 'arm at months=6,12'
  attune fit visits.csv 'secure ~ visit * arm + (1 | dyad)' --family binomial --agq 15
  attune fit herds.csv 'cbind(ill, size - ill) ~ period + (1 | herd)' --family binomial --factor period

Text columns are factors with sorted levels; --factor makes one of a column of codes and sets the
order of its levels, the first being the reference. An empty cell, NA or NaN is missing.")]
pub struct Fit {
    /// CSV, TSV or XLSX file: one row per observation, a heading above each column
    data: PathBuf,
    /// Model in lme4's formula language
    formula: String,
    /// Distribution of the response: yes or no, counts, ordered categories
    #[arg(long, value_enum, default_value_t = Family::Gaussian)]
    family: Family,
    /// Nodes of adaptive Gauss–Hermite quadrature for one random intercept; Laplace without it
    #[arg(long, value_name = "N")]
    agq: Option<usize>,
    /// Column of weights: trials of a proportion, otherwise what each row counts; not for gaussian
    #[arg(long, value_name = "NAME")]
    weights: Option<String>,
    /// Maximum likelihood instead of REML; the other families know no other way
    #[arg(long)]
    ml: bool,
    /// Degrees of freedom for tests and intervals; satterthwaite, or normal for the other families
    #[arg(long, value_enum)]
    df: Option<Df>,
    /// A column to be read as a factor, with its levels in order where that matters
    #[arg(long, value_name = "NAME[=LEVEL1,LEVEL2,…]")]
    factor: Vec<String>,
    /// A column to be read as numbers; a cell that is none is an error
    #[arg(long, value_name = "NAME")]
    numeric: Vec<String>,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, value_parser = level)]
    level: f64,
    /// Marginal means and their differences, such as 'arm' or 'arm at months=6,12'
    #[arg(long, value_name = "SPEC")]
    emmeans: Option<String>,
    /// Conditional modes (BLUPs) of the random effects
    #[arg(long)]
    blups: bool,
    /// Sheet of a workbook; the first without it
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Family {
    Gaussian,
    Binomial,
    Poisson,
    NegativeBinomial,
    Ordinal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Df {
    Satterthwaite,
    KenwardRoger,
    Normal,
}

impl From<Df> for DegreesOfFreedom {
    fn from(df: Df) -> Self {
        match df {
            Df::Satterthwaite => Self::Satterthwaite,
            Df::KenwardRoger => Self::KenwardRoger,
            Df::Normal => Self::Normal,
        }
    }
}

impl Fit {
    pub fn run(&self) -> Result<()> {
        let formula = Formula::parse(&self.formula)?;
        let table = columns::read(self, &formula)?;
        let fit = progress::during("Fitting", || self.fit(&formula, &table))?;
        if self.json {
            output::print_json(&fit.json())
        } else {
            output::print_text(&text::whole(&fit))
        }
    }

    fn fit(&self, formula: &Formula, table: &Table) -> Result<result::FitResult> {
        match self.family {
            Family::Gaussian => self.gaussian(formula, table),
            Family::Binomial => generalised::fit(self, Distribution::Binomial, formula, table),
            Family::Poisson => generalised::fit(self, Distribution::Poisson, formula, table),
            Family::NegativeBinomial => {
                generalised::fit(self, Distribution::NegativeBinomial, formula, table)
            }
            Family::Ordinal => generalised::fit_ordinal(self, formula, table),
        }
    }

    fn gaussian(&self, formula: &Formula, table: &Table) -> Result<result::FitResult> {
        if self.agq.is_some() || self.weights.is_some() {
            bail!(
                "--agq and --weights belong to the families binomial, poisson, negative-binomial and ordinal"
            );
        }
        if formula.random.is_empty() {
            let model = least_squares(formula, table)?;
            return result::of_least_squares(&model, self);
        }
        let estimator = if self.ml {
            Estimator::MaximumLikelihood
        } else {
            Estimator::Reml
        };
        let settings = FitSettings {
            estimator,
            ..FitSettings::default()
        };
        let model = linear_mixed_model::fit(formula, table, &settings)?;
        result::of_mixed_model(&model, self)
    }

    /// The degrees of freedom asked for, or those that suit the family.
    fn df(&self) -> Df {
        match self.family {
            Family::Gaussian => self.df.unwrap_or(Df::Satterthwaite),
            _ => Df::Normal,
        }
    }
}

fn level(text: &str) -> Result<f64> {
    let level: f64 = text
        .parse()
        .map_err(|_| anyhow!("`{text}` is not a number"))?;
    if level > 0.5 && level < 1.0 {
        Ok(level)
    } else {
        Err(anyhow!(
            "the level must lie between 0.5 and 1, such as 0.95"
        ))
    }
}
