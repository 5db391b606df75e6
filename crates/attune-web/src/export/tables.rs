//! The tables of an export, after its rules.

use std::collections::{BTreeMap, BTreeSet};

use attune_measures::{
    Measures,
    measures::{AttributeValue, Measure, Unit},
};
use attune_protocol::{
    Protocol,
    design::DAYS_PER_MONTH,
    instrument::Answers,
    missing::Missing,
    plan::{About, AttributeKind},
    sharing::SharedTimes,
};
use attune_records::Records;

use super::Rules;

/// Written where a group is too small to be told.
pub const WITHHELD: &str = "withheld";

/// The tables, headings first.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// One row per unit, time and measure.
    pub long: Vec<Vec<String>>,
    /// One row per family.
    pub wide: Vec<Vec<String>>,
    /// One row per family and wave.
    pub visits: Vec<Vec<String>>,
    /// One row per answer.
    pub items: Vec<Vec<String>>,
    /// Measures of families, in order.
    pub measures: Vec<String>,
    /// Families in the tables.
    pub n_dyads: usize,
    /// Families that took everything back.
    pub n_withdrawn: usize,
    /// Cells that are withheld.
    pub n_withheld: usize,
}

/// Makes them.
pub fn tables(protocol: &Protocol, records: &Records, measures: &Measures, rules: Rules) -> Tables {
    let mut maker = Maker::new(protocol, measures, rules);
    Tables {
        long: maker.long(),
        wide: maker.wide(),
        visits: maker.visits(),
        items: maker.items(records),
        measures: maker.names.clone(),
        n_dyads: maker.families.len(),
        n_withdrawn: maker.n_withdrawn,
        n_withheld: maker.n_withheld,
    }
}

struct Maker<'a> {
    protocol: &'a Protocol,
    measures: &'a Measures,
    rules: Rules,
    /// Families that are in the export: index of the unit.
    families: Vec<usize>,
    /// Units of all kinds that are in it.
    units: BTreeSet<usize>,
    n_withdrawn: usize,
    n_withheld: usize,
    small_sites: BTreeSet<String>,
    small_levels: BTreeSet<(String, String)>,
    /// Measures that families have.
    names: Vec<String>,
}

impl<'a> Maker<'a> {
    fn new(protocol: &'a Protocol, measures: &'a Measures, rules: Rules) -> Self {
        let has_values: BTreeSet<usize> = measures
            .rows
            .iter()
            .filter(|row| row.value != Err(Missing::Withdrawn))
            .map(|row| row.unit as usize)
            .collect();
        let withdrew = |unit: &Unit| unit.left.as_ref().is_some_and(|left| left.withdrew_consent);
        let is_out = |place: usize, unit: &Unit| withdrew(unit) && !has_values.contains(&place);
        let all = || measures.units.iter().enumerate();
        let units: BTreeSet<usize> = all()
            .filter(|(place, unit)| !is_out(*place, unit))
            .map(|(place, _)| place)
            .collect();
        let families: Vec<usize> = all()
            .filter(|(place, unit)| unit.about == About::Dyad && units.contains(place))
            .map(|(place, _)| place)
            .collect();
        let mut names: Vec<String> = Vec::new();
        for row in &measures.rows {
            let is_family = measures.unit(row).about == About::Dyad;
            if is_family && !names.iter().any(|name| name == row.measure.as_str()) {
                names.push(row.measure.to_string());
            }
        }
        let mut maker = Self {
            protocol,
            measures,
            rules,
            n_withdrawn: all().filter(|(place, unit)| is_out(*place, unit)).count(),
            units,
            families,
            n_withheld: 0,
            small_sites: BTreeSet::new(),
            small_levels: BTreeSet::new(),
            names,
        };
        maker.find_small_groups();
        maker
    }

    fn find_small_groups(&mut self) {
        let mut sites: BTreeMap<String, usize> = BTreeMap::new();
        let mut levels: BTreeMap<(String, String), usize> = BTreeMap::new();
        for place in &self.families {
            let unit = &self.measures.units[*place];
            *sites.entry(unit.site.to_string()).or_insert(0) += 1;
            for (attribute, value) in &unit.attributes {
                if let Ok(AttributeValue::Level(level)) = value {
                    let level = (attribute.to_string(), level.to_string());
                    *levels.entry(level).or_insert(0) += 1;
                }
            }
        }
        let few = self.rules.smallest_group;
        self.small_sites = sites
            .into_iter()
            .filter(|(_, n)| *n < few)
            .map(|(site, _)| site)
            .collect();
        self.small_levels = levels
            .into_iter()
            .filter(|(_, n)| *n < few)
            .map(|(level, _)| level)
            .collect();
    }

    fn site(&mut self, site: &str) -> String {
        match self.small_sites.contains(site) {
            true => {
                self.n_withheld += 1;
                WITHHELD.to_owned()
            }
            false => site.to_owned(),
        }
    }

    fn group_headings(&self) -> Vec<&'static str> {
        match self.rules.arms {
            true => vec!["arm", "phase"],
            false => Vec::new(),
        }
    }

    fn groups(&self, row: &Measure) -> Vec<String> {
        let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
        match self.rules.arms {
            true => vec![text(row.arm.as_deref()), text(row.phase.as_deref())],
            false => Vec::new(),
        }
    }

    /// Headings of the times that leave.
    fn time_headings(&self) -> Vec<String> {
        ["time", "age_time", "corrected_age_time"]
            .iter()
            .filter_map(|what| self.rules.heading(what))
            .collect()
    }

    /// The same of a row.
    fn times(&self, row: &Measure) -> Vec<String> {
        [row.days, row.age_days, row.corrected_age_days]
            .into_iter()
            .filter_map(|days| self.time(days))
            .collect()
    }

    /// Days as they leave; none where times do not.
    fn time(&self, days: Option<f64>) -> Option<String> {
        match self.rules.times {
            SharedTimes::Waves => None,
            SharedTimes::Months => Some(months(days)),
            SharedTimes::Days => Some(
                days.map(|days| days.round().to_string())
                    .unwrap_or_default(),
            ),
        }
    }

    /// Rows that leave: of units that are in the export, without what was withdrawn.
    fn rows(&self) -> impl Iterator<Item = &'a Measure> + use<'a> {
        let units = self.units.clone();
        self.measures.rows.iter().filter(move |row| {
            units.contains(&(row.unit as usize)) && row.value != Err(Missing::Withdrawn)
        })
    }

    fn long(&mut self) -> Vec<Vec<String>> {
        let mut headings = vec!["unit", "kind", "site"];
        headings.extend(self.group_headings());
        headings.push("wave");
        let mut headings = owned(&headings);
        headings.extend(self.time_headings());
        headings.extend(owned(&["measure", "value", "missing"]));
        let mut table = vec![headings];
        for row in self.rows() {
            let unit = self.measures.unit(row);
            let is_site = unit.about == About::Clinic && self.small_sites.contains(&*unit.id);
            let id = if is_site {
                WITHHELD.to_owned()
            } else {
                unit.id.to_string()
            };
            let mut cells = vec![id, kind(unit.about).to_owned(), self.site(&row.site)];
            cells.extend(self.groups(row));
            cells.push(row.wave.as_deref().unwrap_or_default().to_owned());
            cells.extend(self.times(row));
            cells.extend([
                row.measure.to_string(),
                row.value.map(|value| value.to_string()).unwrap_or_default(),
                row.value
                    .err()
                    .map(Missing::words)
                    .unwrap_or_default()
                    .to_owned(),
            ]);
            table.push(cells);
        }
        table
    }

    fn wide(&mut self) -> Vec<Vec<String>> {
        let waves: Vec<String> = self
            .protocol
            .waves
            .iter()
            .map(|wave| wave.id.to_string())
            .collect();
        let attributes: Vec<String> = self
            .protocol
            .attributes
            .iter()
            .filter(|attribute| attribute.kind != AttributeKind::Date)
            .map(|attribute| attribute.id.to_string())
            .collect();
        let mut headings = vec!["dyad".to_owned(), "site".to_owned()];
        if self.rules.arms {
            headings.push("arm".to_owned());
        }
        if let Some(age) = self.rules.heading("age_at_enrolment_time") {
            headings.extend([age, "weeks_early".to_owned()]);
        }
        headings.extend(["left", "sessions_attended"].map(str::to_owned));
        headings.extend(attributes.iter().cloned());
        for name in &self.names {
            headings.extend(waves.iter().map(|wave| format!("{name}.{wave}")));
        }
        let values = self.values();
        let mut table = vec![headings];
        for place in self.families.clone() {
            let unit = self.measures.units[place].clone();
            let mut cells = vec![unit.id.to_string(), self.site(&unit.site)];
            if self.rules.arms {
                cells.push(unit.arm.as_deref().unwrap_or_default().to_owned());
            }
            if let Some(age) = self.time(unit.age_at_enrolment_days) {
                cells.push(age);
                cells.push(
                    unit.days_early
                        .map(|days| (days / 7.0).round().to_string())
                        .unwrap_or_default(),
                );
            }
            cells.extend([
                if unit.left.is_some() { "yes" } else { "no" }.to_owned(),
                unit.sessions_attended
                    .map(|n| n.to_string())
                    .unwrap_or_default(),
            ]);
            for attribute in &attributes {
                cells.push(self.attribute(&unit, attribute));
            }
            for name in self.names.clone() {
                for wave in &waves {
                    let value = values.get(&(place, name.clone(), wave.clone()));
                    cells.push(value.map(ToString::to_string).unwrap_or_default());
                }
            }
            table.push(cells);
        }
        table
    }

    fn attribute(&mut self, unit: &Unit, attribute: &str) -> String {
        let value = unit
            .attributes
            .iter()
            .find(|(id, _)| id.as_str() == attribute);
        match value.map(|(_, value)| value) {
            Some(Ok(AttributeValue::Number(number))) => number.to_string(),
            Some(Ok(AttributeValue::Level(level))) => {
                let is_small = self
                    .small_levels
                    .contains(&(attribute.to_owned(), level.to_string()));
                if is_small {
                    self.n_withheld += 1;
                    return WITHHELD.to_owned();
                }
                level.to_string()
            }
            _ => String::new(),
        }
    }

    /// Values of families by unit, measure and wave.
    fn values(&self) -> BTreeMap<(usize, String, String), f64> {
        let rows = self.rows().filter_map(|row| {
            let key = (
                row.unit as usize,
                row.measure.to_string(),
                row.wave.as_ref()?.to_string(),
            );
            Some((key, row.value.ok()?))
        });
        rows.collect()
    }

    fn visits(&mut self) -> Vec<Vec<String>> {
        let mut headings = vec!["dyad", "site"];
        headings.extend(self.group_headings());
        headings.push("wave");
        let mut table = vec![owned(&headings)];
        table[0].extend(self.time_headings());
        let names = self.names.clone();
        for name in &names {
            table[0].extend([name.clone(), format!("{name}.missing")]);
        }
        let mut visits: BTreeMap<(usize, usize), Vec<&Measure>> = BTreeMap::new();
        for row in self.rows() {
            let wave = self
                .protocol
                .waves
                .iter()
                .position(|wave| Some(&wave.id) == row.wave.as_ref());
            if let (Some(wave), About::Dyad) = (wave, self.measures.unit(row).about) {
                visits
                    .entry((row.unit as usize, wave))
                    .or_default()
                    .push(row);
            }
        }
        for ((unit, wave), rows) in visits {
            let first = rows
                .iter()
                .find(|row| row.value.is_ok())
                .unwrap_or(&rows[0]);
            let mut cells = vec![
                self.measures.units[unit].id.to_string(),
                self.site(&first.site),
            ];
            cells.extend(self.groups(first));
            cells.push(self.protocol.waves[wave].id.to_string());
            cells.extend(self.times(first));
            for name in &names {
                let row = rows.iter().find(|row| row.measure.as_str() == name);
                let value = row.and_then(|row| row.value.ok());
                let reason = match row {
                    Some(row) => row.value.err().map(Missing::words).unwrap_or_default(),
                    None => Missing::NotRecorded.words(),
                };
                cells.extend([
                    value.map(|value| value.to_string()).unwrap_or_default(),
                    reason.to_owned(),
                ]);
            }
            table.push(cells);
        }
        table
    }

    fn items(&self, records: &Records) -> Vec<Vec<String>> {
        let mut table = vec![owned(&[
            "unit",
            "instrument",
            "wave",
            "item",
            "value",
            "missing",
        ])];
        let known: BTreeSet<&str> = self
            .units
            .iter()
            .map(|place| &*self.measures.units[*place].id)
            .collect();
        for assessment in &records.assessments {
            let Some(planned) = self.protocol.instrument(&assessment.instrument) else {
                continue;
            };
            let wave = assessment.wave.as_deref().unwrap_or_default();
            for answer in &assessment.answers {
                let item = planned
                    .definition
                    .item(planned.item_order.as_deref(), &answer.item);
                let is_text = item.is_none_or(|item| item.answers == Answers::Text);
                let is_gone =
                    answer.value == Err(Missing::Withdrawn) || !known.contains(&*assessment.unit);
                if is_text || is_gone {
                    continue;
                }
                table.push(vec![
                    assessment.unit.to_string(),
                    assessment.instrument.to_string(),
                    wave.to_owned(),
                    item.map_or_else(|| answer.item.to_string(), |item| item.id.to_string()),
                    answer
                        .value
                        .map(|value| value.to_string())
                        .unwrap_or_default(),
                    answer
                        .value
                        .err()
                        .map(Missing::words)
                        .unwrap_or_default()
                        .to_owned(),
                ]);
            }
        }
        table
    }
}

fn owned(headings: &[&str]) -> Vec<String> {
    headings
        .iter()
        .map(|heading| (*heading).to_owned())
        .collect()
}

/// Days as months with one decimal: a day is not to be had back from it.
fn months(days: Option<f64>) -> String {
    days.map(|days| format!("{:.1}", days / DAYS_PER_MONTH))
        .unwrap_or_default()
}

fn kind(about: About) -> &'static str {
    match about {
        About::Dyad => "dyad",
        About::Infant => "infant",
        About::Carer => "carer",
        About::StaffMember => "staff-member",
        About::Session => "session",
        About::Clinic => "clinic",
    }
}
