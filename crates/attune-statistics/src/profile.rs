//! Profile likelihood intervals: what values of a parameter the data do not contradict.
//!
//! The deviance is minimised over everything else with the parameter held at a value, and the interval is
//! where it rises by less than the quantile of chi-squared with one degree of freedom. Unlike lme4, which
//! interpolates between a few points, both ends are found as roots, to about ten digits. A standard deviation has the
//! bound 0, a correlation the bounds -1 and 1: an interval that reaches one of them says so. See
//! `docs/methods/profile-intervals.md`.

mod constrained;
mod held_coefficient;
mod signed_root;
mod surface;

use rayon::prelude::*;
use thiserror::Error;

use crate::distributions::normal_quantile;
use crate::linear_mixed_model::{Estimator, FitError, LinearMixedModel};
use constrained::Constrained;
use held_coefficient::HeldCoefficient;
use signed_root::{Crossing, Side};
use surface::Held;

/// The interval of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileInterval {
    /// lme4's name: `sd_(Intercept)|id`, `cor_tos.(Intercept)|id`, `sigma`, `tos:trtY`, or a theta such as `id.tos`.
    pub parameter: String,
    /// What kind of parameter it is.
    pub kind: ProfiledKind,
    /// The maximum likelihood estimate; NaN for the correlation with an effect that does not vary.
    pub estimate: f64,
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// What stops the interval below.
    pub lower_end: ProfileEnd,
    /// What stops the interval above.
    pub upper_end: ProfileEnd,
}

/// The kinds of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfiledKind {
    /// The standard deviation of a random effect.
    StandardDeviation,
    /// The correlation of two random effects.
    Correlation,
    /// The residual standard deviation.
    ResidualDeviation,
    /// A fixed effect.
    FixedEffect,
    /// An element of a relative covariance factor.
    Theta,
    /// The share of a random intercept in the variance.
    Share,
}

/// What stops an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileEnd {
    /// Values beyond are contradicted by the data.
    Crossing,
    /// Values beyond do not exist: the data do not even contradict the bound.
    Bound,
    /// The likelihood becomes flat: the data do not limit the parameter on this side, and the end is infinite.
    Flat,
}

/// Why there is no profile.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// The refit failed.
    #[error("the model could not be refitted by maximum likelihood: {0}")]
    Refit(#[from] FitError),
    /// No optimum.
    #[error(
        "the optimum of the model was not reached: a profile needs one; simplify the random part"
    )]
    NotConverged,
}

/// Intervals of the standard deviations and correlations of the random effects, of the residual standard deviation and
/// of the fixed effects, in the order of `confint(m, oldNames = FALSE)`. A REML fit is refitted by maximum likelihood,
/// as lme4 does.
///
/// # Errors
/// When the model did not converge, or the refit by maximum likelihood fails.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::profile::profile_intervals;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
/// let table = Table::new()
///     .with("dyad", Column::Factor(dyads))?
///     .with("score", Column::Numbers(vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0, 103.0, 97.0]))?;
/// let model = fit(&Formula::parse("score ~ 1 + (1 | dyad)")?, &table, &FitSettings::default())?;
/// let intervals = profile_intervals(&model, 0.95)?;
/// assert_eq!(intervals[0].parameter, "sd_(Intercept)|dyad");
/// assert!(intervals[0].lower < intervals[0].estimate && intervals[0].estimate < intervals[0].upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn profile_intervals(
    model: &LinearMixedModel,
    level: f64,
) -> Result<Vec<ProfileInterval>, ProfileError> {
    let model = by_maximum_likelihood(model)?;
    let mut wanted = random_parameters(&model);
    wanted.push(Wanted::held(
        "sigma".to_owned(),
        ProfiledKind::ResidualDeviation,
        Held::Sigma,
        model.sigma,
    ));
    wanted.extend((0..model.terms.len()).map(|place| Wanted {
        name: model.terms[place].clone(),
        kind: ProfiledKind::FixedEffect,
        estimate: model.coefficients[place],
        what: What::Coefficient(place),
    }));
    Ok(wanted
        .par_iter()
        .map(|wanted| wanted.interval(&model, level))
        .collect())
}

/// Intervals of the elements of the relative covariance factors, theta.
///
/// # Errors
/// As [`profile_intervals`].
pub fn profile_thetas(
    model: &LinearMixedModel,
    level: f64,
) -> Result<Vec<ProfileInterval>, ProfileError> {
    let model = by_maximum_likelihood(model)?;
    let elements = model.function.shape.elements();
    let wanted: Vec<Wanted> = elements
        .iter()
        .zip(&model.theta)
        .map(|(element, theta)| {
            let held = Held::Theta {
                term: element.term,
                row: element.row,
                column: element.column,
            };
            Wanted::held(theta.name.clone(), ProfiledKind::Theta, held, theta.value)
        })
        .collect();
    Ok(wanted
        .par_iter()
        .map(|wanted| wanted.interval(&model, level))
        .collect())
}

/// The interval of the share of each random intercept in the variance, by the likelihood that the model maximises.
pub(crate) fn share_intervals(
    model: &LinearMixedModel,
    shares: &[f64],
    level: f64,
) -> Vec<ProfileInterval> {
    shares
        .par_iter()
        .enumerate()
        .map(|(term, &share)| {
            let name = model.frame.random[term].group.clone();
            Wanted::held(name, ProfiledKind::Share, Held::Share { term }, share)
                .interval(model, level)
        })
        .collect()
}

fn by_maximum_likelihood(model: &LinearMixedModel) -> Result<LinearMixedModel, ProfileError> {
    let model = match model.estimator {
        Estimator::MaximumLikelihood => model.clone(),
        Estimator::Reml => model.refit_by_maximum_likelihood()?,
    };
    if model.converged {
        Ok(model)
    } else {
        Err(ProfileError::NotConverged)
    }
}

/// A parameter whose interval is wanted.
struct Wanted {
    name: String,
    kind: ProfiledKind,
    estimate: f64,
    what: What,
}

enum What {
    Held(Held),
    Coefficient(usize),
}

/// Standard deviations and correlations, term by term: the columns of the factor from top to bottom, as lme4 lists them.
fn random_parameters(model: &LinearMixedModel) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for (term, part) in model.frame.random.iter().enumerate() {
        let component = |row: usize, column: usize| {
            let with = (row != column).then(|| part.column_names[row].clone());
            let is_it = |c: &&crate::linear_mixed_model::VarianceComponent| {
                c.group == part.group && c.term == part.column_names[column] && c.with == with
            };
            model
                .random
                .iter()
                .find(is_it)
                .map_or(f64::NAN, |c| c.standardised)
        };
        let (names, group) = (&part.column_names, &part.group);
        for column in 0..names.len() {
            for row in column..names.len() {
                wanted.push(if row == column {
                    Wanted::held(
                        format!("sd_{}|{group}", names[row]),
                        ProfiledKind::StandardDeviation,
                        Held::StandardDeviation { term, row },
                        component(row, row),
                    )
                } else {
                    Wanted::held(
                        format!("cor_{}.{}|{group}", names[row], names[column]),
                        ProfiledKind::Correlation,
                        Held::Correlation { term, row, column },
                        component(row, column),
                    )
                });
            }
        }
    }
    wanted
}

impl Wanted {
    fn held(name: String, kind: ProfiledKind, held: Held, estimate: f64) -> Self {
        Self {
            name,
            kind,
            estimate,
            what: What::Held(held),
        }
    }

    fn interval(&self, model: &LinearMixedModel, level: f64) -> ProfileInterval {
        let (lower, lower_end) = self.end(model, level, -1.0);
        let (upper, upper_end) = self.end(model, level, 1.0);
        ProfileInterval {
            parameter: self.name.clone(),
            kind: self.kind,
            estimate: self.estimate,
            lower,
            upper,
            lower_end,
            upper_end,
        }
    }

    /// The end on one side: `sign` is -1 below and 1 above.
    fn end(&self, model: &LinearMixedModel, level: f64, sign: f64) -> (f64, ProfileEnd) {
        let from = if self.estimate.is_nan() {
            0.0
        } else {
            self.estimate
        };
        let bound = self.bound(sign);
        if from == bound {
            return (bound, ProfileEnd::Bound);
        }
        let logarithmic = self.kind == ProfiledKind::ResidualDeviation;
        let into = |value: f64| if logarithmic { libm::log(value) } else { value };
        let out = |value: f64| if logarithmic { libm::exp(value) } else { value };
        let side = Side {
            from: into(from),
            step: sign
                * if logarithmic {
                    0.1
                } else {
                    self.first_step(model, sign)
                },
            bound: if logarithmic {
                sign * f64::INFINITY
            } else {
                bound
            },
            target: normal_quantile(0.5 + 0.5 * level),
        };
        let smallest = match self.what {
            What::Held(_) => model.minimum.evaluation.deviance,
            What::Coefficient(_) => -2.0 * model.log_likelihood,
        };
        let rise = |deviance: f64| (deviance - smallest).max(0.0).sqrt();
        let crossing = match self.what {
            What::Held(held) => {
                let mut constrained = Constrained::new(model, held);
                side.crossing(|value| constrained.deviance(out(value)).map(rise))
            }
            What::Coefficient(place) => match HeldCoefficient::new(model, place) {
                None => Crossing::Never,
                Some(held) => {
                    let mut search = held.search();
                    side.crossing(|value| search.deviance(value).map(rise))
                }
            },
        };
        match crossing {
            Crossing::At(value) => (out(value), ProfileEnd::Crossing),
            Crossing::Bound(value) => (value, ProfileEnd::Bound),
            Crossing::Never => (sign * f64::INFINITY, ProfileEnd::Flat),
        }
    }

    /// How far the parameter can go.
    fn bound(&self, sign: f64) -> f64 {
        let (lowest, highest) = match (self.kind, &self.what) {
            (ProfiledKind::StandardDeviation | ProfiledKind::ResidualDeviation, _) => {
                (0.0, f64::INFINITY)
            }
            (ProfiledKind::Correlation, _) => (-1.0, 1.0),
            (ProfiledKind::Share, _) => (0.0, 1.0 - 1e-12),
            (ProfiledKind::Theta, What::Held(Held::Theta { row, column, .. })) if row == column => {
                (0.0, f64::INFINITY)
            }
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        if sign < 0.0 { lowest } else { highest }
    }

    /// A guess of the distance to the end.
    fn first_step(&self, model: &LinearMixedModel, sign: f64) -> f64 {
        match (self.kind, &self.what) {
            (_, What::Coefficient(place)) => 2.0 * model.vcov[(*place, *place)].sqrt(),
            (ProfiledKind::Correlation | ProfiledKind::Share, _) => {
                0.3 * (self.bound(sign) - self.estimate_or_zero()).abs()
            }
            (_, What::Held(Held::StandardDeviation { term, row })) => {
                let unit = model.coordinates.terms[*term].transform()[(*row, *row)];
                (0.3 * self.estimate).max(0.1 * model.sigma / unit)
            }
            (_, What::Held(Held::Theta { term, row, .. })) => {
                let unit = model.coordinates.terms[*term].transform()[(*row, *row)];
                (0.3 * self.estimate.abs()).max(0.1 / unit)
            }
            _ => 0.1,
        }
    }

    fn estimate_or_zero(&self) -> f64 {
        if self.estimate.is_nan() {
            0.0
        } else {
            self.estimate
        }
    }
}
