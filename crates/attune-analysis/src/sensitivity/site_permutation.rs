//! Arms permuted over sites: the only test of a site-level difference that assumes nothing of the
//! sites but that any of them could have been in either arm. Each site counts with one number, made
//! from its dyads' slopes, changes or means. With one site in an arm there is nothing to
//! permute that could speak for sites, and the test is refused.

use attune_protocol::plan::Sensitivity;
use attune_statistics::permutation::{
    Permutation, PermutationSettings, exact_interval, permute_cluster_means,
};

use super::{Planned, SensitivityFinding, id, label};
use crate::{
    cannot_show::SitesCompared,
    findings::Estimate,
    meaning::GroupKind,
    site_means::{DyadNumber, SiteMean, site_means},
    words,
};

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    if !question.long.protocol.study.allocation.is_by_site() {
        return Err(
            "arms were given to dyads and not to sites, so permuting sites tests nothing"
                .to_owned(),
        );
    }
    let comparison = planned
        .meaning
        .comparison
        .as_ref()
        .filter(|comparison| comparison.groups == GroupKind::Arms)
        .ok_or("the term does not compare arms")?;
    let sites = SitesCompared::of(question, comparison)
        .ok_or("the sites of the arms could not be counted")?;
    refuse_single_sites(sites)?;
    let number = DyadNumber::of(question, &planned.meaning.quantity)?;
    let sites = site_means(question, planned.run, number, comparison)?;
    let settings = PermutationSettings {
        seed: planned.seed,
        ..PermutationSettings::default()
    };
    let means: Vec<f64> = sites.iter().map(|site| site.mean).collect();
    let treated: Vec<bool> = sites.iter().map(|site| site.in_group).collect();
    let result = permute_cluster_means(&means, &treated, &settings)
        .map_err(|problem| problem.to_string())?;
    let interval = exact_interval(&means, &treated, question.analysis.level, &settings).ok();
    Ok(finding(planned, number, &sites, &result, interval))
}

/// With one site in an arm nothing can be said about sites.
pub(super) fn refuse_single_sites(sites: SitesCompared) -> Result<(), String> {
    if sites.group > 1 && sites.reference > 1 {
        return Ok(());
    }
    let which = if sites.group <= 1 {
        "the programme"
    } else {
        "the comparison"
    };
    let n = sites.group.min(sites.reference);
    if n == 0 {
        return Err("one of the arms has no site with values".to_owned());
    }
    Err(format!(
        "only one site is in {which}, so what it shows may be its own; no p value at the level of \
         sites is given. With {} against {} the smallest two-sided p that a permutation could reach \
         is {}",
        words::count_of(sites.group, "site", "sites"),
        words::count(sites.reference),
        words::p_value(sites.smallest_p()).trim_start_matches("p = ")
    ))
}

fn finding(
    planned: &Planned<'_>,
    number: DyadNumber,
    sites: &[SiteMean],
    result: &Permutation,
    interval: Option<(f64, f64)>,
) -> SensitivityFinding {
    let question = planned.question;
    let level = question.analysis.level;
    let finite = |value: f64| value.is_finite().then_some(value);
    let n_units: usize = sites.iter().map(|site| site.n_dyads).sum();
    let n_group = sites.iter().filter(|site| site.in_group).count();
    let mut warnings = vec![format!(
        "the smallest two-sided p that these sites could reach is {}",
        words::p_value(result.smallest_reachable_p).trim_start_matches("p = ")
    )];
    if interval.is_none_or(|(lower, upper)| !lower.is_finite() || !upper.is_finite()) {
        warnings.push(format!(
            "there are too few sites for a {} interval: no shift can be refuted at that level",
            words::level(level)
        ));
    }
    let how = if result.exact {
        "all"
    } else {
        "a random sample of"
    };
    SensitivityFinding {
        id: id(Sensitivity::SitePermutation).to_owned(),
        label: label(Sensitivity::SitePermutation).to_owned(),
        term: question.analysis.answers.text.clone(),
        estimate_unit: planned.meaning.estimate_unit(question.plan()),
        comparable: true,
        estimate: Estimate {
            estimate: Some(result.statistic),
            ci_lower: interval.and_then(|(lower, _)| finite(lower)),
            ci_upper: interval.and_then(|(_, upper)| finite(upper)),
            level,
            p: Some(result.p_two_sided),
            ..Estimate::default()
        },
        n_units,
        n_rows: planned.run.n_rows(),
        method: format!(
            "{}; difference between the means of {} and {}; two-sided p over {how} \
             {} assignments, interval by inverting the test. Not adjusted for covariates.",
            number.words(),
            words::count_of(n_group, "site", "sites"),
            words::count(sites.len() - n_group),
            words::count(usize::try_from(result.n_assignments).unwrap_or(usize::MAX)),
        ),
        warnings,
    }
}
