//! The long table with ids turned into positions: which outcome, unit, site, arm, phase and wave a
//! row belongs to, as indices into the protocol's lists. Made once per run, so that everything else
//! counts and compares integers.

use std::collections::BTreeMap;

use attune_measures::{
    Measures,
    measures::{Measure, Unit},
};
use attune_protocol::{
    Protocol,
    design::{DAYS_PER_MONTH, Timing},
    missing::Missing,
    plan::About,
};

/// Measures of one study, placed in its protocol.
#[derive(Debug)]
pub struct LongTable<'a> {
    /// The plan.
    pub protocol: &'a Protocol,
    /// The measures.
    pub measures: &'a Measures,
    /// One per unit, in the order of the measures.
    pub units: Vec<UnitPlace>,
    /// Rows of each outcome, outcomes in the order of the protocol.
    pub outcomes: Vec<Vec<Row>>,
    /// Whether the unit counts as a participant: dyads do; where there are none, all units do.
    pub takes_part: Vec<bool>,
}

/// Where a unit belongs at enrolment.
#[derive(Debug, Clone, Copy)]
pub struct UnitPlace {
    /// Site.
    pub site: Option<usize>,
    /// Arm.
    pub arm: Option<usize>,
    /// Phase of its site on the day of enrolment.
    pub phase: Option<usize>,
}

/// One value, or the reason why there is none.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Unit.
    pub unit: usize,
    /// Site at the time.
    pub site: Option<usize>,
    /// Arm at the time; the unit's own where arms are not given by the site.
    pub arm: Option<usize>,
    /// Phase at the time.
    pub phase: Option<usize>,
    /// Planned wave.
    pub wave: Option<usize>,
    /// Days since enrolment.
    pub days: Option<f64>,
    /// Infant's chronological age in days.
    pub age_days: Option<f64>,
    /// Infant's corrected age in days.
    pub corrected_age_days: Option<f64>,
    /// The value.
    pub value: Result<f64, Missing>,
}

impl Row {
    /// Months since enrolment.
    pub fn months(&self) -> Option<f64> {
        self.days.map(|days| days / DAYS_PER_MONTH)
    }
}

impl<'a> LongTable<'a> {
    /// Places the measures in the protocol.
    pub fn of(protocol: &'a Protocol, measures: &'a Measures) -> Self {
        let places = Places::of(protocol);
        let units: Vec<UnitPlace> = measures
            .units
            .iter()
            .map(|unit| places.unit(protocol, unit))
            .collect();
        let mut outcomes = vec![Vec::new(); protocol.outcomes.len()];
        for measure in &measures.rows {
            for &outcome in places.outcomes_of(&measure.measure) {
                let unit = units[measure.unit as usize];
                outcomes[outcome].push(places.row(protocol, measure, unit));
            }
        }
        let is_dyad =
            |unit: &Unit| matches!(unit.about, About::Dyad | About::Infant | About::Carer);
        let any_dyad = measures.units.iter().any(is_dyad);
        let takes_part = measures
            .units
            .iter()
            .map(|unit| !any_dyad || is_dyad(unit))
            .collect();
        Self {
            protocol,
            measures,
            units,
            outcomes,
            takes_part,
        }
    }

    /// Positions of the units that take part.
    pub fn participants(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.units.len()).filter(|&unit| self.takes_part[unit])
    }

    /// Position of the primary outcome; of the first one where none is primary.
    pub fn primary(&self) -> Option<usize> {
        let outcomes = &self.protocol.outcomes;
        let primary = self.protocol.primary_outcome().map(|outcome| &outcome.id);
        outcomes
            .iter()
            .position(|outcome| Some(&outcome.id) == primary)
            .or((!outcomes.is_empty()).then_some(0))
    }

    /// The outcome by which participants are followed: the primary one, or where that is measured on
    /// something else than participants (sessions, say) the first that is measured on them.
    pub fn followed(&self) -> Option<usize> {
        let on_participants = |&outcome: &usize| {
            self.outcomes[outcome]
                .iter()
                .any(|row| self.takes_part[row.unit])
        };
        let primary = self.primary()?;
        let others = (0..self.outcomes.len()).filter(|outcome| *outcome != primary);
        let by_rank = std::iter::once(primary).chain(others);
        // A study without any data follows its primary outcome, and says that there is nothing.
        by_rank.clone().find(on_participants).or(Some(primary))
    }

    /// Waves at which an outcome is planned, in order: those of its instrument, and otherwise those
    /// that its rows have.
    pub fn waves_of(&self, outcome: usize) -> Vec<usize> {
        let measure = &self.protocol.outcomes[outcome].measure;
        let planned = self
            .protocol
            .score(measure)
            .map(|(planned, _)| &planned.waves);
        let has_rows = |wave: usize| {
            self.outcomes[outcome]
                .iter()
                .any(|row| row.wave == Some(wave))
        };
        let waves = &self.protocol.waves;
        match planned {
            Some(ids) if !ids.is_empty() => (0..waves.len())
                .filter(|&wave| ids.contains(&waves[wave].id))
                .collect(),
            _ => (0..waves.len()).filter(|&wave| has_rows(wave)).collect(),
        }
    }

    /// Each unit's value of an outcome at a wave.
    pub fn values_at(&self, outcome: usize, wave: usize) -> Vec<Option<f64>> {
        let mut values = vec![None; self.units.len()];
        for row in &self.outcomes[outcome] {
            if let (true, Ok(value)) = (row.wave == Some(wave), row.value) {
                values[row.unit] = Some(value);
            }
        }
        values
    }

    /// Planned months since enrolment of a wave, where it is counted from enrolment.
    pub fn planned_months(&self, wave: usize) -> Option<f64> {
        match &self.protocol.waves[wave].timing {
            Timing::After { days, anchor, .. }
                if *anchor == attune_protocol::design::Anchor::Enrolment =>
            {
                Some(days / DAYS_PER_MONTH)
            }
            _ => None,
        }
    }

    /// Kind of the units that an outcome is measured on.
    pub fn about(&self, outcome: usize) -> About {
        self.outcomes[outcome]
            .first()
            .map_or(About::Dyad, |row| self.measures.units[row.unit].about)
    }
}

/// Positions by id.
struct Places<'a> {
    sites: BTreeMap<&'a str, usize>,
    arms: BTreeMap<&'a str, usize>,
    phases: BTreeMap<&'a str, usize>,
    waves: BTreeMap<&'a str, usize>,
    outcomes: BTreeMap<&'a str, Vec<usize>>,
}

fn positions<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    ids.enumerate()
        .map(|(position, id)| (id, position))
        .collect()
}

impl<'a> Places<'a> {
    fn of(protocol: &'a Protocol) -> Self {
        let mut outcomes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (position, outcome) in protocol.outcomes.iter().enumerate() {
            outcomes.entry(&outcome.measure).or_default().push(position);
        }
        Self {
            sites: positions(protocol.sites.iter().map(|site| site.id.as_str())),
            arms: positions(protocol.arms.iter().map(|arm| arm.id.as_str())),
            phases: positions(protocol.phases.iter().map(|phase| phase.id.as_str())),
            waves: positions(protocol.waves.iter().map(|wave| wave.id.as_str())),
            outcomes,
        }
    }

    fn outcomes_of(&self, measure: &str) -> &[usize] {
        self.outcomes.get(measure).map_or(&[], Vec::as_slice)
    }

    fn unit(&self, protocol: &Protocol, unit: &Unit) -> UnitPlace {
        let site = self.sites.get(unit.site.as_str()).copied();
        let phase = site.and_then(|site| protocol.sites[site].phase_on(unit.enrolled));
        UnitPlace {
            site,
            arm: unit
                .arm
                .as_ref()
                .and_then(|arm| self.arms.get(arm.as_str()).copied()),
            phase: phase.and_then(|phase| self.phases.get(phase.as_str()).copied()),
        }
    }

    fn row(&self, protocol: &Protocol, measure: &Measure, unit: UnitPlace) -> Row {
        let arm = measure
            .arm
            .as_ref()
            .and_then(|arm| self.arms.get(arm.as_str()).copied());
        let arm = if protocol.study.allocation.is_by_site() {
            arm.or(unit.arm)
        } else {
            unit.arm.or(arm)
        };
        let place = |id: Option<&str>, places: &BTreeMap<&str, usize>| {
            id.and_then(|id| places.get(id).copied())
        };
        Row {
            unit: measure.unit as usize,
            site: place(Some(measure.site.as_str()), &self.sites),
            arm,
            phase: place(measure.phase.as_deref(), &self.phases),
            wave: place(measure.wave.as_deref(), &self.waves),
            days: measure.days,
            age_days: measure.age_days,
            corrected_age_days: measure.corrected_age_days,
            value: measure.value.and_then(|value| {
                if value.is_finite() {
                    Ok(value)
                } else {
                    Err(Missing::Invalid)
                }
            }),
        }
    }
}
