//! Who took part, what was measured, what is missing: the description that stands before any
//! estimate. Each part has its own file; none of them but the clinic as a whole tests anything.

mod attendance;
mod attrition;
mod baseline_table;
mod flow;
mod missingness;
mod not_yet_due;
mod outcomes_by_wave;
mod room;
mod run_charts;

use attune_measures::Measures;
use attune_protocol::Protocol;
use attune_statistics::descriptives;

use crate::{
    findings::{Description, Room, SiteSummary},
    long_table::LongTable,
};

/// The clinic as a whole alone, without any analysis of the plan.
pub fn rooms(protocol: &Protocol, measures: &Measures, seed: u64) -> Vec<Room> {
    room::rooms(&LongTable::of(protocol, measures), seed)
}

/// Describes the study. `analysed` says for each unit whether any analysis of the plan used it; `seed` is
/// that of permutations too many to enumerate.
pub fn describe(long: &LongTable<'_>, analysed: &[bool], seed: u64) -> Description {
    let protocol = long.protocol;
    let groups = Groups::of(long);
    Description {
        arms: protocol
            .arms
            .iter()
            .map(|arm| (arm.id.to_string(), arm.label.clone()))
            .collect(),
        phases: protocol
            .phases
            .iter()
            .map(|phase| (phase.id.to_string(), phase.label.clone()))
            .collect(),
        sites: sites(long),
        waves: protocol
            .waves
            .iter()
            .map(|wave| (wave.id.to_string(), wave.label.clone()))
            .collect(),
        flow: flow::flow(long, analysed),
        baseline_groups: groups.names.clone(),
        baseline: baseline_table::baseline_table(long, &groups),
        outcomes: outcomes_by_wave::outcomes_by_wave(long),
        attrition: attrition::attrition(long),
        missingness: missingness::missingness(long),
        attendance: attendance::attendance(long, &groups),
        rooms: room::rooms(long, seed),
        run_charts: run_charts::run_charts(long),
    }
}

/// The groups whose members are described side by side: arms; without arms the phases in which
/// units were enrolled; without both everybody together.
#[derive(Debug)]
pub struct Groups {
    /// Id and name.
    pub names: Vec<(String, String)>,
    /// Group of each unit; `None` for units that do not take part or belong to none.
    pub of_unit: Vec<Option<usize>>,
}

impl Groups {
    /// The groups of a study.
    pub fn of(long: &LongTable<'_>) -> Self {
        let protocol = long.protocol;
        let names: Vec<(String, String)> = if !protocol.arms.is_empty() {
            let named =
                |arm: &attune_protocol::design::Arm| (arm.id.to_string(), arm.label.clone());
            protocol.arms.iter().map(named).collect()
        } else if !protocol.phases.is_empty() {
            let named = |phase: &attune_protocol::design::Phase| {
                (phase.id.to_string(), phase.label.clone())
            };
            protocol.phases.iter().map(named).collect()
        } else {
            vec![("all".to_owned(), "All".to_owned())]
        };
        let group_of = |unit: usize| {
            let place = &long.units[unit];
            match () {
                () if !long.takes_part[unit] => None,
                () if !protocol.arms.is_empty() => place.arm,
                () if !protocol.phases.is_empty() => place.phase,
                () => Some(0),
            }
        };
        Self {
            of_unit: (0..long.units.len()).map(group_of).collect(),
            names,
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }
}

fn sites(long: &LongTable<'_>) -> Vec<SiteSummary> {
    let mut enrolled = vec![0; long.protocol.sites.len()];
    for unit in long.participants() {
        if let Some(site) = long.units[unit].site {
            enrolled[site] += 1;
        }
    }
    let sites = long.protocol.sites.iter().zip(enrolled);
    sites
        .map(|(site, enrolled)| SiteSummary {
            id: site.id.to_string(),
            label: site.label.clone(),
            arm: site.arm_on(None).map(ToString::to_string),
            enrolled,
            planned: site.planned_dyads,
        })
        .collect()
}

/// n, mean and SD; mean and SD are absent where too few values leave them undefined.
pub(crate) fn mean_and_sd(values: &[f64]) -> (usize, Option<f64>, Option<f64>) {
    let mean = (!values.is_empty()).then(|| descriptives::mean(values));
    let sd = (values.len() > 1).then(|| descriptives::standard_deviation(values));
    (values.len(), mean, sd)
}
