//! What a gaussian model can be asked beyond its table: profiles, shares of the variance, F tests, influence,
//! diagnostics, a comparison. Each answer is a section of the output, in a file of its own.

use anyhow::{Result, bail};
use attune_statistics::{
    formula::Formula, inference::Inference, least_squares::LeastSquares,
    linear_mixed_model::LinearMixedModel, table::Table,
};
use clap::Args;

use super::{
    Fit, compare, diagnostics, influence, intraclass, profile, result::Section, type_three,
};

/// Questions to a gaussian model.
#[derive(Debug, Args)]
#[command(next_help_heading = "Questions to a gaussian model")]
pub struct QuestionOptions {
    /// Profile likelihood intervals of fixed effects, standard deviations, correlations and thetas
    #[arg(long)]
    pub profile: bool,
    /// F test of each term (type III)
    #[arg(long)]
    pub type_three: bool,
    /// Likelihood ratio test against another model of the same rows
    #[arg(long, value_name = "FORMULA")]
    pub compare: Option<String>,
    /// What the result would be without each level of a grouping factor
    #[arg(long, value_name = "GROUP")]
    pub influence: Option<String>,
    /// Residuals: their spread and distribution, and the rows that stand out
    #[arg(long)]
    pub diagnostics: bool,
}

impl QuestionOptions {
    /// The columns that these options need beside those of the formula.
    pub fn column_names(&self) -> Result<Vec<String>> {
        match &self.compare {
            Some(formula) => Ok(Formula::parse(formula)?.column_names()),
            None => Ok(Vec::new()),
        }
    }

    /// The options that need random effects.
    pub fn of_groups(&self) -> Option<&'static str> {
        if self.profile {
            Some("--profile")
        } else if self.influence.is_some() {
            Some("--influence")
        } else if self.compare.is_some() {
            Some("--compare")
        } else {
            None
        }
    }

    /// Refuses what a model without random effects has no answer to.
    pub fn check_without_groups(&self) -> Result<()> {
        match self.of_groups() {
            Some(option) => bail!(
                "{option} needs a model with random effects: add `(1 | group)`, or leave the option out"
            ),
            None => Ok(()),
        }
    }

    /// Refuses everything, for the other families.
    pub fn check_other_family(&self) -> Result<()> {
        let asked = self.of_groups().or(if self.type_three {
            Some("--type-three")
        } else if self.diagnostics {
            Some("--diagnostics")
        } else {
            None
        });
        match asked {
            Some(option) => {
                bail!("{option} belongs to gaussian models: leave it out for this family")
            }
            None => Ok(()),
        }
    }
}

/// The answers about a mixed model.
pub fn of_mixed_model(
    fit: &Fit,
    table: &Table,
    model: &LinearMixedModel,
    inference: &Inference<'_>,
) -> Result<Vec<Section>> {
    let asked = &fit.questions;
    let mut sections = Vec::new();
    sections.extend(intraclass::section(model, fit.tests.level)?);
    if asked.type_three {
        sections.push(type_three::section(inference));
    }
    if asked.profile {
        sections.push(profile::section(model, fit.tests.level)?);
    }
    if let Some(formula) = &asked.compare {
        sections.push(compare::section(fit, table, model, formula)?);
    }
    if let Some(group) = &asked.influence {
        sections.push(influence::section(model, group)?);
    }
    if asked.diagnostics {
        sections.push(diagnostics::of_mixed_model(model));
    }
    Ok(sections)
}

/// The answers about a model without random effects.
pub fn of_least_squares(
    fit: &Fit,
    model: &LeastSquares,
    inference: &Inference<'_>,
) -> Result<Vec<Section>> {
    fit.questions.check_without_groups()?;
    let mut sections = Vec::new();
    if fit.questions.type_three {
        sections.push(type_three::section(inference));
    }
    if fit.questions.diagnostics {
        sections.push(diagnostics::of_least_squares(model));
    }
    Ok(sections)
}
