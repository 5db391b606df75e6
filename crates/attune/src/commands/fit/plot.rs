//! `--plot FILE.svg`: a fit as a figure. What is drawn is chosen here and gathered in `plot/`; how it
//! looks belongs to `attune_report::plots`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_report::{
    Format,
    plots::{Plot, svg_file},
};
use attune_statistics::{
    inference::Inference,
    least_squares::LeastSquares,
    linear_mixed_model::{ConditionalModes, LinearMixedModel},
    model_frame::{ModelFrame, SourceColumn, SourceKind},
    table::{Column, Table},
};
use clap::{Args, ValueEnum};

use super::{Fit, clusters, result::FitResult};
use crate::output;

mod effects;
mod means;
mod modes;
mod residuals;

/// How a fit is drawn.
#[derive(Debug, Args)]
#[command(next_help_heading = "Plot")]
pub struct PlotOptions {
    /// Draw the fit into an SVG file
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// What is drawn; fitted means over the raw data where there is a predictor, else the effects
    #[arg(long, value_enum, requires = "plot")]
    pub plot_kind: Option<PlotKind>,
    /// Room for the figure: a page (752 px) or a phone (360 px)
    #[arg(long, value_enum, default_value_t = PlotSize::Page, requires = "plot")]
    pub plot_size: PlotSize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlotKind {
    /// Coefficients with their intervals
    Effects,
    /// Fitted means over the raw data
    Means,
    /// Residuals along the fitted values and against a normal distribution
    Residuals,
    /// Conditional modes of the random effects, sorted
    Modes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlotSize {
    Page,
    Phone,
}

/// A linear model as the figures need it.
pub struct Fitted<'a> {
    pub table: &'a Table,
    pub inference: Inference<'a>,
    pub frame: &'a ModelFrame,
    pub fitted: Vec<f64>,
    pub residuals: Vec<f64>,
    /// Residuals over their standard deviation.
    pub standardised: Vec<f64>,
    pub modes: Vec<ConditionalModes>,
}

impl<'a> Fitted<'a> {
    /// From least squares.
    fn of_least_squares(model: &'a LeastSquares, table: &'a Table, fit: &Fit) -> Result<Self> {
        let pairs = model.frame.response.iter().zip(&model.residuals);
        Ok(Self {
            table,
            inference: clusters::inference_of_least_squares(fit, table, model)?,
            frame: &model.frame,
            fitted: pairs.map(|(y, residual)| y - residual).collect(),
            residuals: model.residuals.clone(),
            standardised: model.standardised_residuals(),
            modes: Vec::new(),
        })
    }

    /// From a mixed model.
    fn of_mixed_model(model: &'a LinearMixedModel, table: &'a Table, fit: &Fit) -> Result<Self> {
        Ok(Self {
            table,
            inference: clusters::inference_of_mixed_model(fit, table, model)?,
            frame: &model.frame,
            fitted: model.fitted(),
            residuals: model.residuals(),
            standardised: model.standardised_residuals(),
            modes: model.conditional_modes(),
        })
    }

    /// A covariate in the rows used.
    fn numbers(&self, name: &str) -> Vec<f64> {
        match self.table.column(name) {
            Some(Column::Numbers(values)) => self
                .frame
                .used_rows
                .iter()
                .map(|row| values[*row])
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The place of each used row's level among those that the model knows.
    fn codes(&self, factor: &SourceColumn) -> Vec<Option<usize>> {
        let known = few_levels(&factor.kind).unwrap_or_default();
        let Some(Column::Factor(column)) = self.table.column(&factor.name) else {
            return vec![None; self.frame.used_rows.len()];
        };
        let place = |row: &usize| {
            let level = &column.levels[column.codes[*row]? as usize];
            known.iter().position(|other| other == level)
        };
        self.frame.used_rows.iter().map(place).collect()
    }
}

impl PlotOptions {
    /// Complains before anything is computed that no file can be written there.
    pub fn check(&self) -> Result<()> {
        let Some(file) = &self.plot else {
            return Ok(());
        };
        let shown = file.display();
        if file
            .extension()
            .is_none_or(|ending| !ending.eq_ignore_ascii_case("svg"))
        {
            bail!("--plot {shown}: figures are SVG; name a file that ends in .svg");
        }
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            bail!(
                "--plot {shown}: there is no folder {}; make it first",
                folder.display()
            );
        }
        if file.is_dir() {
            bail!("--plot {shown}: this is a folder; name a file in it");
        }
        Ok(())
    }

    fn format(&self) -> Format {
        match self.plot_size {
            PlotSize::Page => Format::Wide,
            PlotSize::Phone => Format::Narrow,
        }
    }

    fn write(&self, plot: &impl Plot) -> Result<()> {
        match &self.plot {
            Some(file) => output::write_file(file, svg_file(plot, self.format()).as_bytes()),
            None => Ok(()),
        }
    }
}

/// Draws least squares, where that was asked for.
pub fn draw_least_squares(
    fit: &Fit,
    result: &FitResult,
    model: &LeastSquares,
    table: &Table,
) -> Result<()> {
    match fit.plot.plot {
        Some(_) => draw_linear(fit, result, &Fitted::of_least_squares(model, table, fit)?),
        None => Ok(()),
    }
}

/// Draws a mixed model, where that was asked for.
pub fn draw_mixed_model(
    fit: &Fit,
    result: &FitResult,
    model: &LinearMixedModel,
    table: &Table,
) -> Result<()> {
    match fit.plot.plot {
        Some(_) => draw_linear(fit, result, &Fitted::of_mixed_model(model, table, fit)?),
        None => Ok(()),
    }
}

fn draw_linear(fit: &Fit, result: &FitResult, fitted: &Fitted<'_>) -> Result<()> {
    let has_predictors = !fitted.frame.design.sources.is_empty();
    let suitable = if has_predictors {
        PlotKind::Means
    } else {
        PlotKind::Effects
    };
    let options = &fit.plot;
    match options.plot_kind.unwrap_or(suitable) {
        PlotKind::Effects => options.write(&effects::plot(result, &fitted.frame.response_name)),
        PlotKind::Means => match means::plot(result, fitted)? {
            means::MeansPlot::Along(plot) => options.write(&plot),
            means::MeansPlot::Groups(plot) => options.write(&plot),
        },
        PlotKind::Residuals => options.write(&residuals::plot(result, fitted)),
        PlotKind::Modes => options.write(&modes::plot(result, &fitted.modes)?),
    }
}

/// Draws a model of another family: its effects or modes.
pub fn draw_other(
    fit: &Fit,
    result: &FitResult,
    modes: &[ConditionalModes],
    response: &str,
) -> Result<()> {
    let options = &fit.plot;
    match options.plot_kind.unwrap_or(PlotKind::Effects) {
        PlotKind::Effects => options.write(&effects::plot(result, response)),
        PlotKind::Modes => options.write(&modes::plot(result, modes)?),
        PlotKind::Means | PlotKind::Residuals => bail!(
            "--plot-kind means and residuals are for linear models with one residual variance; take effects or modes"
        ),
    }
}

/// What stands beneath a title: the model, its rows and the level of intervals.
fn subtitle(result: &FitResult) -> String {
    let groups: Vec<String> = result
        .n_groups
        .iter()
        .map(|(name, n)| format!("{} {name}", words::count(*n)))
        .collect();
    let mut parts = vec![
        result.formula.clone(),
        result.estimator.clone(),
        words::count_of(result.n_observations, "row", "rows"),
    ];
    parts.extend(groups);
    parts.join(" · ")
}

/// The distinct levels of a factor of the fixed part, where there are no more than nine.
fn few_levels(kind: &SourceKind) -> Option<&[String]> {
    match kind {
        SourceKind::Factor { levels } if levels.len() <= 9 => Some(levels),
        _ => None,
    }
}
