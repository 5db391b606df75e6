//! What a careful statistician would say about a fit, with the likely cause and a remedy.

mod singular;

use std::fmt;

use super::LinearMixedModel;

/// A doubt about a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of doubt.
    pub kind: WarningKind,
    /// What is the case.
    pub what: String,
    /// What it means and what to do about it.
    pub advice: String,
}

/// The kinds of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// A covariance matrix of random effects is on its boundary.
    SingularFit,
    /// The optimum was not reached.
    NotConverged,
    /// The data do not determine some of the covariance parameters.
    NotIdentified,
    /// Columns repeat others and were left out.
    DroppedColumns,
    /// A factor has one level left.
    OneLevelFactor,
    /// A variance rests on very few groups.
    FewGroups,
    /// Many rows were left out.
    ManyRowsDropped,
    /// Rows have the weight zero.
    ZeroWeights,
    /// Counts or proportions vary more, or less, than their distribution allows.
    Dispersion,
    /// The integral over the random effects is approximated too coarsely for these data.
    Approximation,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.advice)
    }
}

impl Warning {
    pub(crate) fn new(
        kind: WarningKind,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            what: what.into(),
            advice: advice.into(),
        }
    }

    pub(crate) fn dropped_columns(names: &[String]) -> Self {
        Self::new(
            WarningKind::DroppedColumns,
            format!(
                "{} repeat(s) what other columns say and was left out",
                quoted(names)
            ),
            "an empty combination of factor levels or a covariate that is a sum of others causes this; \
             the fitted values are not affected, but read the remaining coefficients with the gap in mind",
        )
    }

    pub(crate) fn zero_weights(n_rows: usize) -> Self {
        Self::new(
            WarningKind::ZeroWeights,
            format!("{n_rows} row(s) have the weight 0 and were left out"),
            "a weight is how precisely a row was measured, so 0 means that it says nothing; if a missing weight was meant, leave \
             the cell empty",
        )
    }

    pub(crate) fn one_level(name: &str) -> Self {
        Self::new(
            WarningKind::OneLevelFactor,
            format!(
                "factor `{name}` has a single level in the rows used, so nothing can be said about it"
            ),
            "check whether missing values removed the other levels, or drop it from the formula",
        )
    }
}

pub(super) fn of(model: &LinearMixedModel) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !model.converged {
        warnings.push(Warning::new(
            WarningKind::NotConverged,
            "the optimum was not reached",
            "do not use these estimates: the model asks for more than the data hold; remove a random term or rescale",
        ));
    }
    if model.minimum.flat && !model.singular {
        warnings.push(Warning::new(
            WarningKind::NotIdentified,
            "the data do not determine all variances and covariances of the random effects: other values fit exactly as well",
            "a group that shows only one level of what varies between its members causes this; simplify the random part, and do \
             not rely on tests of the fixed effects that go with it",
        ));
    }
    if model.singular {
        warnings.extend(
            (0..model.frame.random.len()).filter_map(|term| singular::warning(model, term)),
        );
    }
    if !model.dropped_columns.is_empty() {
        warnings.push(Warning::dropped_columns(&model.dropped_columns));
    }
    warnings.extend(
        model
            .frame
            .one_level_factors
            .iter()
            .map(|name| Warning::one_level(name)),
    );
    if model.frame.n_zero_weights > 0 {
        warnings.push(Warning::zero_weights(model.frame.n_zero_weights));
    }
    for (group, n_levels) in model.n_groups.iter().filter(|(_, n_levels)| *n_levels < 5) {
        warnings.push(Warning::new(
            WarningKind::FewGroups,
            format!("the variance between the levels of `{group}` rests on {n_levels} levels"),
            format!("it is hardly known; treat `{group}` as a fixed effect, or use Kenward–Roger degrees of freedom"),
        ));
    }
    let n_rows = model.n_observations + model.n_dropped;
    if model.n_dropped * 5 > n_rows {
        warnings.push(Warning::new(
            WarningKind::ManyRowsDropped,
            format!("{} of {n_rows} rows were left out because something was missing", model.n_dropped),
            "the result holds for the rest only if values are missing at random given what is in the model; \
             compare those left out, and consider multiple imputation",
        ));
    }
    warnings
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" and ")
}
