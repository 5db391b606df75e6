//! The planned model with standard errors between sites: what its variances would be if dyads of one site
//! were alike in ways that the model does not know. With one site in an arm there is no variance between
//! sites to see, and it is refused.

use attune_protocol::plan::Sensitivity;
use attune_statistics::{
    clusters::Clusters,
    inference::CoefficientTest,
    table::{Column, Factor, Table},
};

use super::{Planned, SensitivityFinding, id, label, site_permutation::refuse_single_sites};
use crate::{cannot_show::SitesCompared, run::estimate_of, words};

/// With fewer sites than this there are hardly two degrees of freedom between them.
const FEWEST_SITES: usize = 4;

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let compared = planned.meaning.comparison.as_ref();
    if let Some(sites) = compared.and_then(|comparison| SitesCompared::of(question, comparison)) {
        refuse_single_sites(sites)?;
    }
    let sites = sites_of_rows(planned)?;
    let robust = planned
        .run
        .between_clusters(&sites)
        .map_err(|problem| problem.to_string())?;
    let level = question.analysis.level;
    let test = planned
        .run
        .test(&robust.inference, &question.analysis.answers, level)
        .map_err(|problem| problem.to_string())?;
    if test.se.is_nan() {
        return Err(
            "a single site decides the answer, so how far it would vary between sites cannot be seen"
                .to_owned(),
        );
    }
    Ok(SensitivityFinding {
        id: id(Sensitivity::ClusterRobust).to_owned(),
        label: label(Sensitivity::ClusterRobust).to_owned(),
        term: question.analysis.answers.text.clone(),
        estimate_unit: planned.meaning.estimate_unit(question.plan()),
        comparable: true,
        estimate: estimate_of(&test, level),
        n_units: planned.run.frame.n_units,
        n_rows: planned.run.n_rows(),
        method: format!(
            "As planned, with the standard error between {} (CR2) and Satterthwaite degrees of freedom.",
            words::count_of(sites.n_clusters(), "site", "sites")
        ),
        warnings: few_degrees_of_freedom(&test, sites.n_clusters())
            .into_iter()
            .collect(),
    })
}

/// The site of each row of the model.
fn sites_of_rows(planned: &Planned<'_>) -> Result<Clusters, String> {
    let question = planned.question;
    let rows = &question.long.outcomes[question.outcome];
    let sites = &question.long.protocol.sites;
    let codes: Vec<Option<u32>> = planned
        .run
        .frame
        .rows
        .iter()
        .map(|&row| rows[row].site.and_then(|site| u32::try_from(site).ok()))
        .collect();
    let n_without = codes.iter().filter(|code| code.is_none()).count();
    if n_without > 0 {
        return Err(format!(
            "{} of the model belong to no site",
            words::count_of(n_without, "row", "rows")
        ));
    }
    let mut known: Vec<u32> = codes.iter().flatten().copied().collect();
    known.sort_unstable();
    known.dedup();
    if known.len() < FEWEST_SITES {
        return Err(format!(
            "the rows of the model come from {}; at least {} are needed to see how far the answer varies between sites",
            words::count_of(known.len(), "site", "sites"),
            words::count(FEWEST_SITES)
        ));
    }
    let levels = sites.iter().map(|site| site.id.to_string()).collect();
    let table = Table::new()
        .with("site", Column::Factor(Factor { levels, codes }))
        .map_err(|problem| problem.to_string())?;
    Clusters::of_rows(&table, "site", planned.run.used_rows())
        .map_err(|problem| problem.to_string())
}

fn few_degrees_of_freedom(test: &CoefficientTest, n_sites: usize) -> Option<String> {
    (test.df < 4.0).then(|| {
        format!(
            "the {} sites leave {} degrees of freedom for this term: p below 0.05 is then hardly to be trusted",
            words::count(n_sites),
            words::fixed(test.df, 1)
        )
    })
}
