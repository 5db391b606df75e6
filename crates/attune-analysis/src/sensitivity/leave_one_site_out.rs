//! Each site left out in turn: does the answer hang on one of them?

use attune_protocol::plan::Sensitivity;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{Planned, SensitivityFinding, id, not_run, same_term};
use crate::run::run as run_model;

pub(super) fn run(planned: &Planned<'_>) -> Result<Vec<SensitivityFinding>, String> {
    let question = planned.question;
    let rows = &question.long.outcomes[question.outcome];
    let mut sites: Vec<usize> = planned
        .run
        .frame
        .rows
        .iter()
        .filter_map(|&row| rows[row].site)
        .collect();
    sites.sort_unstable();
    sites.dedup();
    if sites.len() < 2 {
        return Err("there is only one site, and without it nothing is left".to_owned());
    }
    Ok(sites
        .par_iter()
        .map(|site| without(planned, *site))
        .collect())
}

fn without(planned: &Planned<'_>, site: usize) -> SensitivityFinding {
    let question = planned.question;
    let kind = Sensitivity::LeaveOneSiteOut;
    let label = &question.long.protocol.sites[site].label;
    let found = run_model(question, planned.run.formula.clone(), |row| {
        row.site != Some(site)
    })
    .map_err(|problem| problem.to_string())
    .and_then(|run| same_term(planned, kind, &run, format!("As planned, without {label}.")));
    let mut finding = found.unwrap_or_else(|reason| not_run(question, kind, reason));
    finding.id = format!("{}:{}", id(kind), question.long.protocol.sites[site].id);
    finding.label = format!("Without {label}");
    finding
}
