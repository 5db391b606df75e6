//! Only dyads with a value at every planned wave.

use attune_protocol::plan::Sensitivity;

use super::{Planned, SensitivityFinding, same_term};
use crate::{run::run as run_model, words};

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let waves = question.long.waves_of(question.outcome);
    if waves.len() < 2 {
        return Err(
            "fewer than two waves are planned, so every dyad with a value is complete".to_owned(),
        );
    }
    let mut complete = vec![true; question.long.units.len()];
    for wave in &waves {
        let values = question.long.values_at(question.outcome, *wave);
        complete
            .iter_mut()
            .zip(values)
            .for_each(|(complete, value)| *complete &= value.is_some());
    }
    let run = run_model(question, planned.run.formula.clone(), |row| {
        complete[row.unit]
    })
    .map_err(|problem| problem.to_string())?;
    let (one, many) = words::unit_nouns(question.about());
    let method = if run.frame.n_units == planned.run.frame.n_units {
        format!(
            "As planned; every {one} has a value at all {} waves, so nothing changes.",
            waves.len()
        )
    } else {
        format!(
            "As planned, with the {} that have a value at all {} waves.",
            words::count_of(run.frame.n_units, one, many),
            waves.len()
        )
    };
    same_term(planned, Sensitivity::CompleteCases, &run, method)
}
