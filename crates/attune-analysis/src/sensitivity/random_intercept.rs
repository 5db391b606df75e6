//! The random slopes left out: every dyad has its own level and the slope of its group.

use attune_protocol::plan::Sensitivity;

use super::{Planned, SensitivityFinding, same_term};
use crate::{
    formula_edits::{has_random_slope, with_random_intercepts},
    run::run as run_model,
};

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    if !has_random_slope(&planned.run.formula) {
        return Err("the planned model has no random slope that could be left out".to_owned());
    }
    let formula = with_random_intercepts(&planned.run.formula)
        .ok_or("the formula could not be simplified")?;
    let run =
        run_model(planned.question, formula, |_| true).map_err(|problem| problem.to_string())?;
    let method = format!("As planned, with random intercepts only: {}.", run.formula);
    same_term(planned, Sensitivity::RandomIntercept, &run, method)
}
