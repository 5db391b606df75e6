//! What a design without a study holds to be true: variances of dyads, sites and residuals, and the course.

use anyhow::{Result, bail};
use attune_statistics::{
    formula::Formula,
    matrix::Matrix,
    power::{TrueResponse, Truth},
};

use crate::commands::power::options::{DesignKind, DesignOptions, OutcomeKind, TrialOptions};

/// Variance of the logistic distribution: what stands for the residual variance of a yes-or-no outcome.
const LOGISTIC_VARIANCE: f64 = std::f64::consts::PI * std::f64::consts::PI / 3.0;

/// True course and variances, on the scale of the link.
pub struct Assumed {
    pub start: f64,
    /// Per month, in everybody.
    pub change: f64,
    pub intercept_variance: f64,
    pub slope_variance: f64,
    pub correlation: f64,
    pub site_variance: f64,
    pub sites_icc: f64,
    pub response: TrueResponse,
}

impl Assumed {
    pub fn of(
        trials: &TrialOptions,
        options: &DesignOptions,
        kind: DesignKind,
        outcome: OutcomeKind,
    ) -> Result<Self> {
        let (intercept_sd, response) = match outcome {
            OutcomeKind::Gaussian => gaussian(options),
            OutcomeKind::Binomial | OutcomeKind::Poisson => generalised(options, kind, outcome)?,
        };
        let intercept_variance = intercept_sd * intercept_sd;
        let sites_icc = trials.sites_icc.unwrap_or(0.0);
        let within = intercept_variance
            + match response {
                TrueResponse::Normal { sd } => sd * sd,
                TrueResponse::Binomial => LOGISTIC_VARIANCE,
                TrueResponse::Poisson if sites_icc > 0.0 => {
                    bail!(
                        "--sites-icc is not defined for poisson outcomes; use binomial or gaussian"
                    )
                }
                TrueResponse::Poisson => 0.0,
            };
        Ok(Self {
            start: start(options.start, outcome)?,
            change: options.change.unwrap_or(0.0),
            intercept_variance,
            slope_variance: options.sd_slope.map_or(0.0, |sd| sd * sd),
            correlation: options.correlation.unwrap_or(0.0),
            site_variance: within * sites_icc / (1.0 - sites_icc),
            sites_icc,
            response,
        })
    }

    /// The model that makes the data when the arms differ by so much more change per month.
    pub fn truth(&self, kind: DesignKind, effect_per_month: f64) -> Result<Truth> {
        let (slopes, sites) = (self.slope_variance > 0.0, self.site_variance > 0.0);
        let dyads = if slopes {
            "(months | dyad)"
        } else {
            "(1 | dyad)"
        };
        let has_arms = kind != DesignKind::BeforeAfter;
        let fixed = if has_arms { "months * arm" } else { "months" };
        let sites_part = if sites { " + (1 | site)" } else { "" };
        let (change, term) = if has_arms {
            (self.change, "months:armintervention")
        } else {
            (self.change + effect_per_month, "months")
        };
        let mut coefficients = vec![
            ("(Intercept)".to_owned(), self.start),
            ("months".to_owned(), change),
        ];
        if has_arms {
            coefficients.push((term.to_owned(), effect_per_month));
        }
        let mut random = vec![self.of_dyads(slopes)];
        if sites {
            random.push(Matrix::from_rows(&[[self.site_variance]]));
        }
        Ok(Truth {
            formula: Formula::parse(&format!("score ~ {fixed} + {dyads}{sites_part}"))?,
            coefficients,
            random,
            response: self.response,
        })
    }

    fn of_dyads(&self, slopes: bool) -> Matrix {
        if !slopes {
            return Matrix::from_rows(&[[self.intercept_variance]]);
        }
        let covariance = self.correlation * (self.intercept_variance * self.slope_variance).sqrt();
        Matrix::from_rows(&[
            [self.intercept_variance, covariance],
            [covariance, self.slope_variance],
        ])
    }
}

/// SD of the dyads' intercepts, and the residual.
fn gaussian(options: &DesignOptions) -> (f64, TrueResponse) {
    let sd = options.sd.unwrap_or(1.0);
    let icc = options.icc.unwrap_or(0.5);
    let shared = (sd * icc.sqrt(), sd * (1.0 - icc).sqrt());
    let (intercept, residual) = match (options.sd_intercept, options.sd_residual) {
        (None, _) => shared,
        (Some(intercept), residual) => (intercept, residual.unwrap_or(1.0)),
    };
    (intercept, TrueResponse::Normal { sd: residual })
}

fn generalised(
    options: &DesignOptions,
    kind: DesignKind,
    outcome: OutcomeKind,
) -> Result<(f64, TrueResponse)> {
    if options.sd.is_some() || options.icc.is_some() || options.sd_residual.is_some() {
        bail!(
            "--sd, --icc and --sd-residual belong to gaussian outcomes; for binomial and poisson give \
             --sd-intercept on the scale of the link"
        );
    }
    // One value of each dyad: what is the dyad's own cannot be told from chance.
    if kind == DesignKind::LastVisit && options.sd_intercept.is_some_and(|sd| sd > 0.0) {
        bail!(
            "--sd-intercept has no place in last-visit with a binomial or poisson outcome: each dyad has one value"
        );
    }
    let usual = match (kind, outcome) {
        (DesignKind::LastVisit, _) => 0.0,
        (_, OutcomeKind::Poisson) => 0.5,
        _ => 1.0,
    };
    let response = match outcome {
        OutcomeKind::Poisson => TrueResponse::Poisson,
        _ => TrueResponse::Binomial,
    };
    Ok((options.sd_intercept.unwrap_or(usual), response))
}

/// The mean at enrolment on the scale of the link.
fn start(given: Option<f64>, outcome: OutcomeKind) -> Result<f64> {
    Ok(match (outcome, given) {
        (OutcomeKind::Gaussian, given) => given.unwrap_or(0.0),
        (OutcomeKind::Binomial, given) => {
            let share = given.unwrap_or(0.5);
            if !(share > 0.0 && share < 1.0) {
                bail!("--start of a binomial outcome is a share between 0 and 1, such as 0.4");
            }
            (share / (1.0 - share)).ln()
        }
        (OutcomeKind::Poisson, given) => {
            let mean = given.unwrap_or(1.0);
            if mean <= 0.0 {
                bail!("--start of a poisson outcome is a mean count above 0");
            }
            mean.ln()
        }
    })
}
