//! Arms permuted over sites: the only test of a site-level difference that assumes nothing of the
//! sites but that any of them could have been in either arm. Each site counts with one number, the
//! mean over its dyads of their slope, change or mean. With one site in an arm there is nothing to
//! permute that could speak for sites, and the test is refused.

use std::collections::BTreeMap;

use attune_protocol::plan::Sensitivity;
use attune_statistics::{
    descriptives::{mean, sum},
    permutation::{Permutation, PermutationSettings, exact_interval, permute_cluster_means},
};

use super::{Planned, SensitivityFinding, id, label};
use crate::{
    cannot_show::SitesCompared,
    findings::Estimate,
    long_table::Row,
    meaning::{GroupKind, Quantity},
    time_variable::TimeVariable,
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
    let statistic = Statistic::of(
        &planned.meaning.quantity,
        question.long.waves_of(question.outcome).first().copied(),
        question,
    )?;
    let sites = site_means(planned, statistic, &comparison.group, &comparison.reference)?;
    let settings = PermutationSettings {
        seed: planned.seed,
        ..PermutationSettings::default()
    };
    let means: Vec<f64> = sites.iter().map(|site| site.mean).collect();
    let treated: Vec<bool> = sites.iter().map(|site| site.in_group).collect();
    let result = permute_cluster_means(&means, &treated, &settings)
        .map_err(|problem| problem.to_string())?;
    let interval = exact_interval(&means, &treated, question.analysis.level, &settings).ok();
    Ok(finding(planned, statistic, &sites, &result, interval))
}

fn refuse_single_sites(sites: SitesCompared) -> Result<(), String> {
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

/// What each dyad contributes.
#[derive(Debug, Clone, Copy)]
enum Statistic {
    Slope(TimeVariable),
    Change { from: usize, to: usize },
    Mean,
}

impl Statistic {
    fn of(
        quantity: &Quantity,
        first: Option<usize>,
        question: &crate::question::Question<'_>,
    ) -> Result<Self, String> {
        match quantity {
            Quantity::Slope(time) => Ok(Self::Slope(*time)),
            Quantity::Value { at_start: false } => Ok(Self::Mean),
            Quantity::ChangeToWave(wave) => {
                let to = question
                    .long
                    .protocol
                    .waves
                    .iter()
                    .position(|known| *known.id == **wave);
                let (from, to) = first.zip(to).ok_or("the wave is not planned")?;
                Ok(Self::Change { from, to })
            }
            _ => Err("the term has no counterpart that each site could contribute".to_owned()),
        }
    }

    /// The number of one dyad, if its rows allow.
    fn of_rows(self, rows: &[&Row]) -> Option<f64> {
        match self {
            Self::Mean => {
                let values: Vec<f64> = rows.iter().filter_map(|row| row.value.ok()).collect();
                (!values.is_empty()).then(|| mean(&values))
            }
            Self::Change { from, to } => {
                let at = |wave| {
                    let row = rows
                        .iter()
                        .find(|row| row.wave == Some(wave) && row.value.is_ok());
                    row.and_then(|row| row.value.ok())
                };
                Some(at(to)? - at(from)?)
            }
            Self::Slope(time) => slope(rows, time),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Slope(_) => "least-squares slopes of the dyads with two values or more",
            Self::Change { .. } => "changes of the dyads with both values",
            Self::Mean => "means of the dyads",
        }
    }
}

/// Least-squares slope of one dyad; `None` without two different times.
fn slope(rows: &[&Row], time: TimeVariable) -> Option<f64> {
    let points: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| Some((time.of_row(row)?, row.value.ok()?)))
        .collect();
    let n = points.len() as f64;
    let centre = sum(points.iter().map(|(time, _)| *time)) / n;
    let squares = sum(points.iter().map(|(time, _)| (time - centre).powi(2)));
    let products = sum(points.iter().map(|(time, value)| (time - centre) * value));
    (squares > 0.0).then(|| products / squares)
}

struct SiteMean {
    mean: f64,
    n_dyads: usize,
    in_group: bool,
}

fn site_means(
    planned: &Planned<'_>,
    statistic: Statistic,
    group: &str,
    reference: &str,
) -> Result<Vec<SiteMean>, String> {
    let question = planned.question;
    let protocol = question.long.protocol;
    let rows = &question.long.outcomes[question.outcome];
    let arm_of = |row: &Row| row.arm.map(|arm| protocol.arms[arm].id.as_str());
    let mut sites: BTreeMap<usize, (Vec<f64>, bool)> = BTreeMap::new();
    for of_unit in planned
        .run
        .frame
        .rows
        .chunk_by(|a, b| rows[*a].unit == rows[*b].unit)
    {
        let of_unit: Vec<&Row> = of_unit.iter().map(|&row| &rows[row]).collect();
        let (site, arm) = (of_unit[0].site, arm_of(of_unit[0]));
        if of_unit
            .iter()
            .any(|row| row.site != site || arm_of(row) != arm)
        {
            return Err(
                "dyads changed their site or arm, so sites cannot be permuted as wholes".to_owned(),
            );
        }
        let (Some(site), Some(arm), Some(number)) = (site, arm, statistic.of_rows(&of_unit)) else {
            continue;
        };
        if arm != group && arm != reference {
            continue;
        }
        let (numbers, in_group) = sites
            .entry(site)
            .or_insert_with(|| (Vec::new(), arm == group));
        if *in_group != (arm == group) {
            return Err(format!(
                "{} changed its arm, so it cannot be permuted as a whole",
                protocol.sites[site].label
            ));
        }
        numbers.push(number);
    }
    let site_mean = |(numbers, in_group): (Vec<f64>, bool)| SiteMean {
        mean: mean(&numbers),
        n_dyads: numbers.len(),
        in_group,
    };
    Ok(sites.into_values().map(site_mean).collect())
}

fn finding(
    planned: &Planned<'_>,
    statistic: Statistic,
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
            "Unweighted site means of the {}, difference between {} and {}; two-sided p over {how} \
             {} assignments, interval by inverting the test. Not adjusted for covariates.",
            statistic.words(),
            words::count_of(n_group, "site", "sites"),
            words::count(sites.len() - n_group),
            words::count(usize::try_from(result.n_assignments).unwrap_or(usize::MAX)),
        ),
        warnings,
    }
}
