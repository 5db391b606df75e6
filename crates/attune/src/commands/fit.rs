//! `attune fit DATA FORMULA`: a mixed or fixed-effects model on any table.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_statistics::{
    formula::Formula,
    generalised_mixed_model::Family as Distribution,
    least_squares::{LeastSquares, least_squares, weighted_least_squares},
    linear_mixed_model::{self, Estimator, FitSettings, LinearMixedModel},
    table::Table,
};
use clap::Args;

use crate::{output, progress};

mod bootstrap;
mod clusters;
mod columns;
mod compare;
mod diagnostics;
mod emmeans;
mod generalised;
mod imputation;
mod influence;
mod interpretation;
mod intraclass;
mod listing;
mod modes;
mod next_steps;
mod options;
mod plot;
mod profile;
mod questions;
mod r_code;
mod reading;
mod residual_by;
mod result;
mod text;
mod type_three;

use options::{Df, Family};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune fit early.csv                       # lists the columns and suggests formulas
  attune fit early.csv 'cog ~ tos * trt + (tos | id)' --df kenward-roger --plot early.svg
  attune fit visits.csv 'score ~ months * arm + (1 | dyad)' --trends months --by arm --r
  attune fit visits.xlsx 'score ~ months * arm + (1 | site/dyad)' --emmeans 'arm at months=6,12'
  attune fit visits.csv 'secure ~ visit * arm + (1 | dyad)' --family binomial --agq 15
  attune fit early.csv 'cog ~ tos * trt + (1 | id)' --factor id --profile --influence id --diagnostics
  attune fit trial.csv 'score ~ arm + (0 + inGroup | group)' --residual-by arm
  attune fit visits.csv 'score ~ months * arm + (months | dyad)' --bootstrap 1000 --seed 7
  attune fit visits.csv 'score ~ visit * arm + (1 | dyad)' --impute 40 --impute-by arm --impute-wave visit
  attune fit visits.csv 'score ~ arm * time + (1 | dyad)' --cr2 site
  attune fit herds.csv 'cbind(ill, size - ill) ~ period + (1 | herd)' --family binomial --factor period

Text columns are factors with sorted levels; --factor makes one of a column of codes and sets the
order of its levels, the first being the reference. An empty cell, NA or NaN is missing.")]
pub struct Fit {
    /// CSV, TSV or XLSX file: one row per observation, a heading above each column
    data: PathBuf,
    /// Model in lme4's formula language; without it, the columns are listed
    #[arg(default_value = "", hide_default_value = true)]
    formula: String,
    #[command(flatten)]
    model: options::ModelOptions,
    #[command(flatten)]
    columns: options::ColumnOptions,
    #[command(flatten)]
    tests: options::TestOptions,
    #[command(flatten)]
    means: options::MeansOptions,
    #[command(flatten)]
    questions: questions::QuestionOptions,
    #[command(flatten)]
    clusters: clusters::ClusterOptions,
    #[command(flatten)]
    bootstrap: bootstrap::BootstrapOptions,
    #[command(flatten)]
    imputation: imputation::ImputationOptions,
    #[command(flatten)]
    plot: plot::PlotOptions,
    #[command(flatten)]
    output: options::OutputOptions,
}

impl Fit {
    pub fn run(&self) -> Result<()> {
        self.plot.check()?;
        if self.formula.trim().is_empty() {
            return listing::run(self);
        }
        let formula = Formula::parse(&self.formula)?;
        let table = columns::read(self, &formula)?;
        let columns = reading::columns(&table, &formula);
        // A bootstrap shows how far it is.
        let mut fit = match self.bootstrap.bootstrap {
            Some(_) => self.fit(&formula, &table)?,
            None => progress::during("Fitting", || self.fit(&formula, &table))?,
        };
        fit.warnings.extend(reading::doubts(&columns, &formula));
        if self.output.r {
            fit.sections.push(r_code::section(self, &columns));
        }
        if self.output.json {
            let mut document = fit.json();
            document["columns"] = reading::json(&columns);
            output::print_json(&document)
        } else {
            output::print_text(&text::whole(&fit, &columns))
        }
    }

    fn fit(&self, formula: &Formula, table: &Table) -> Result<result::FitResult> {
        match self.imputation.impute {
            Some(n_imputations) => imputation::fit(self, n_imputations, formula, table),
            None => self.fit_table(formula, table),
        }
    }

    fn fit_table(&self, formula: &Formula, table: &Table) -> Result<result::FitResult> {
        let simulates = self.model.family == Family::Gaussian
            && !formula.random.is_empty()
            && self.model.residual_by.is_none();
        if !simulates {
            self.bootstrap.refuse()?;
        }
        clusters::check(self)?;
        match self.model.family {
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
        if self.model.agq.is_some() {
            bail!("--agq belongs to the families binomial, poisson, negative-binomial and ordinal");
        }
        if let Some(by) = &self.model.residual_by {
            let result = residual_by::fit(self, formula, table, by)?;
            if self.plot.plot.is_some() {
                plot::draw_other(self, &result, &[], &formula.response.to_string())?;
            }
            return Ok(result);
        }
        if formula.random.is_empty() {
            let model = self.least_squares(formula, table)?;
            let result = result::of_least_squares(&model, table, self)?;
            plot::draw_least_squares(self, &result, &model, table)?;
            return Ok(result);
        }
        let model = self.mixed_model(formula, table)?;
        let result = result::of_mixed_model(&model, table, self)?;
        plot::draw_mixed_model(self, &result, &model, table)?;
        Ok(result)
    }

    /// Least squares with the weights asked for.
    fn least_squares(&self, formula: &Formula, table: &Table) -> Result<LeastSquares> {
        Ok(match &self.model.weights {
            None => least_squares(formula, table)?,
            Some(weights) => weighted_least_squares(formula, table, weights)?,
        })
    }

    /// A mixed model with the weights and the estimator asked for.
    fn mixed_model(&self, formula: &Formula, table: &Table) -> Result<LinearMixedModel> {
        let settings = self.settings();
        Ok(match &self.model.weights {
            None => linear_mixed_model::fit(formula, table, &settings)?,
            Some(weights) => linear_mixed_model::fit_weighted(formula, table, weights, &settings)?,
        })
    }

    fn settings(&self) -> FitSettings {
        let estimator = if self.model.ml {
            Estimator::MaximumLikelihood
        } else {
            Estimator::Reml
        };
        FitSettings {
            estimator,
            ..FitSettings::default()
        }
    }

    /// The degrees of freedom asked for, or those that suit the family.
    fn df(&self) -> Df {
        match self.model.family {
            Family::Gaussian => self.tests.df.unwrap_or(Df::Satterthwaite),
            _ => Df::Normal,
        }
    }
}
