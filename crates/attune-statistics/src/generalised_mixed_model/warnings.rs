//! What a careful statistician would say about a generalised fit.

use super::counts_and_proportions::CountsAndProportions;
use super::{Family, GeneralisedMixedModel};
use crate::distributions::chi_squared_upper_tail;
use crate::linear_mixed_model::{Theta, Warning, WarningKind};
use crate::model_frame::{ModelFrame, RandomTerm};

/// What every model of this kind is asked.
pub(crate) struct Doubts<'a> {
    pub frame: &'a ModelFrame,
    pub converged: bool,
    pub theta: &'a [Theta],
    pub n_groups: &'a [(String, usize)],
    pub dropped_columns: &'a [String],
}

impl Doubts<'_> {
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.converged {
            warnings.push(Warning::new(
                WarningKind::NotConverged,
                "the optimum was not reached",
                "do not use these estimates: the model asks for more than the data hold; remove a random term, or merge rare categories",
            ));
        }
        let mut first = 0;
        for term in &self.frame.random {
            let n_theta = term.columns.len() * (term.columns.len() + 1) / 2;
            warnings.extend(boundary(term, &self.theta[first..first + n_theta]));
            first += n_theta;
        }
        if !self.dropped_columns.is_empty() {
            warnings.push(Warning::dropped_columns(self.dropped_columns));
        }
        warnings.extend(
            self.frame
                .one_level_factors
                .iter()
                .map(|name| Warning::one_level(name)),
        );
        for (group, n_levels) in self.n_groups.iter().filter(|(_, n_levels)| *n_levels < 5) {
            warnings.push(Warning::new(
                WarningKind::FewGroups,
                format!("the variance between the levels of `{group}` rests on {n_levels} levels"),
                format!("it is hardly known and the z tests are too optimistic; treat `{group}` as a fixed effect, or test by permutation of its levels"),
            ));
        }
        warnings.extend(self.many_rows_dropped());
        warnings
    }

    fn many_rows_dropped(&self) -> Option<Warning> {
        let (n_dropped, n_rows) = (
            self.frame.n_dropped,
            self.frame.n_dropped + self.frame.response.len(),
        );
        (n_dropped * 5 > n_rows).then(|| {
            Warning::new(
                WarningKind::ManyRowsDropped,
                format!("{n_dropped} of {n_rows} rows were left out because something was missing"),
                "the result holds for the rest only if values are missing at random given what is in the model; \
                 compare those left out, and consider multiple imputation",
            )
        })
    }
}

/// What is on the boundary in a term, and what that means.
fn boundary(term: &RandomTerm, theta: &[Theta]) -> Option<Warning> {
    let group = &term.group;
    let width = term.columns.len();
    let mut place = 0;
    let mut n_directions = 0;
    for column in 0..width {
        n_directions += usize::from(theta[place].value != 0.0);
        place += width - column;
    }
    let what = match n_directions {
        directions if directions == width => return None,
        0 => format!(
            "the levels of `{group}` do not differ beyond chance: the variance is estimated as exactly zero"
        ),
        directions => {
            format!(
                "the {width} random effects of `{group}` vary in only {directions} direction(s): their covariance matrix is singular"
            )
        }
    };
    let advice = if n_directions == 0 {
        format!(
            "the fixed effects are those of a model without it; that is no proof that the levels are alike, only that {} of them \
             cannot show a difference; keep the term if the design demands it",
            term.levels.len()
        )
    } else {
        format!("the fixed effects remain usable; compare with the simpler `(1 | {group})`")
    };
    Some(Warning::new(WarningKind::SingularFit, what, advice))
}

/// Doubts about counts and proportions with random effects.
pub(super) fn of(model: &GeneralisedMixedModel) -> Vec<Warning> {
    let doubts = Doubts {
        frame: &model.frame,
        converged: model.converged,
        theta: &model.theta,
        n_groups: &model.n_groups,
        dropped_columns: &model.dropped_columns,
    };
    let mut warnings = doubts.warnings();
    let has_row_effect = model
        .frame
        .random
        .iter()
        .any(|term| term.levels.len() == model.n_observations);
    if !has_row_effect {
        let predictor = &model.source.evaluation.predictor;
        warnings.extend(overdispersion(
            &model.likelihood,
            predictor,
            model.size,
            model.n_parameters,
        ));
    }
    warnings.extend(poisson_limit(model.size));
    warnings.extend(coarse_approximation(model));
    warnings
}

/// More variation than the family allows, by Pearson's statistic.
pub(crate) fn overdispersion(
    likelihood: &CountsAndProportions,
    predictor: &[f64],
    size: Option<f64>,
    n_parameters: usize,
) -> Option<Warning> {
    let is_binary = likelihood.family == Family::Binomial
        && likelihood.trials.iter().all(|&trials| trials <= 1.0);
    let df = predictor.len() as f64 - n_parameters as f64;
    if is_binary || likelihood.family == Family::NegativeBinomial || df < 1.0 {
        return None;
    }
    let alpha = size.map_or(0.0, f64::recip);
    let square = |(row, &predictor): (usize, &f64)| {
        likelihood.pearson_residual(row, predictor, alpha).powi(2)
    };
    let squares: Vec<f64> = predictor
        .iter()
        .enumerate()
        .map(square)
        .filter(|value| value.is_finite())
        .collect();
    let statistic = crate::matrix::sum(&squares);
    let ratio = statistic / df;
    if ratio < 1.2 || chi_squared_upper_tail(statistic, df) > 0.01 {
        return None;
    }
    let (family, remedy) = match likelihood.family {
        Family::Binomial => (
            "binomial",
            "add a random intercept for each row, as in `(1 | row)`",
        ),
        _ => (
            "Poisson",
            "use the negative binomial family, or add a random intercept for each row",
        ),
    };
    Some(Warning::new(
        WarningKind::Dispersion,
        format!(
            "the response varies {ratio:.1} times as much as a {family} response with these means (Pearson's statistic over its degrees of freedom)"
        ),
        format!("standard errors and p values are too small; {remedy}"),
    ))
}

/// A negative binomial that is a Poisson.
pub(crate) fn poisson_limit(size: Option<f64>) -> Option<Warning> {
    size.filter(|size| size.is_infinite()).map(|_| {
        Warning::new(
            WarningKind::Dispersion,
            "the counts do not vary more than a Poisson response: the dispersion is estimated as exactly zero",
            "the result is that of the Poisson family; use it",
        )
    })
}

/// Laplace's approximation where each level tells little: the variance comes out too small.
fn coarse_approximation(model: &GeneralisedMixedModel) -> Option<Warning> {
    let most_levels = model.n_groups.iter().map(|(_, n_levels)| *n_levels).max()?;
    let trials_per_level = crate::matrix::sum(&model.likelihood.trials) / most_levels as f64;
    let varies = model.theta.iter().any(|theta| theta.value > 0.1);
    let extreme = model
        .random
        .iter()
        .find(|component| component.with.is_none() && component.standardised > 10.0);
    if let Some(component) = extreme {
        return Some(Warning::new(
            WarningKind::Approximation,
            format!(
                "the standard deviation of `{}` between the levels of `{}` is {:.0} on the scale of the linear predictor: nearly every level is all or nothing",
                component.term, component.group, component.standardised
            ),
            "the likelihood is almost flat there and its approximation poor; the estimates are hardly usable",
        ));
    }
    if model.family != Family::Binomial || model.nodes > 1 || trials_per_level >= 10.0 || !varies {
        return None;
    }
    let remedy = if model.source.random.n_slots == 1 {
        "use adaptive quadrature, such as 15 nodes (`--agq 15`)"
    } else {
        "take the variances as lower limits, or reduce the model to one random intercept and use adaptive quadrature"
    };
    Some(Warning::new(
        WarningKind::Approximation,
        format!(
            "with {trials_per_level:.1} trials for each level, Laplace's approximation makes the random effects too small"
        ),
        remedy,
    ))
}
