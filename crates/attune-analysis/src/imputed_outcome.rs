//! The values of one outcome in wide form, ready to be imputed: one row per unit, one column per wave,
//! and the attributes beside them. A completed table comes back as the long table of one outcome, with which
//! the planned model is run as with any other.

use attune_measures::{
    Measures,
    measures::{AttributeValue, Unit},
};
use attune_protocol::{
    design::DAYS_PER_MONTH,
    plan::{Attribute, AttributeKind},
};
use attune_statistics::{
    descriptives,
    formula::Formula,
    table::{Column, Factor, Table},
};

use crate::{
    long_table::{LongTable, Row},
    question::Question,
    words,
};

/// For each coefficient of an imputation model there should be so many observed values.
const VALUES_PER_COLUMN: usize = 5;

/// The outcome of a question in wide form.
#[derive(Debug)]
pub struct WideOutcome<'a> {
    long: &'a LongTable<'a>,
    outcome: usize,
    /// The units in the table, in order.
    units: Vec<usize>,
    /// The planned waves.
    pub waves: Vec<usize>,
    /// The attributes in the table.
    pub attributes: Vec<&'a Attribute>,
    /// Attributes for which there are too few values.
    pub attributes_left_out: Vec<&'a Attribute>,
    /// The waves, the attributes, and the arm where the model compares arms.
    pub table: Table,
    /// The column of arms, within each of which is imputed.
    pub within: Option<String>,
}

/// One completed version of the data of an outcome.
#[derive(Debug)]
pub struct CompletedOutcome {
    measures: Measures,
    rows: Vec<Row>,
}

impl<'a> WideOutcome<'a> {
    /// The units that take part and have at least one value at a planned wave; where the model compares arms, those
    /// whose arm is known.
    ///
    /// # Errors
    /// In words, when there are fewer than two waves or no unit.
    pub fn of(question: &Question<'a>, formula: &Formula) -> Result<Self, String> {
        let (long, outcome) = (question.long, question.outcome);
        let waves = long.waves_of(outcome);
        if waves.len() < 2 {
            return Err(
                "fewer than two waves are planned, so no value can be told from another".to_owned(),
            );
        }
        let names = formula.column_names();
        let by_arm = names.iter().any(|name| name == "arm");
        let values: Vec<Vec<Option<f64>>> = waves
            .iter()
            .map(|&wave| long.values_at(outcome, wave))
            .collect();
        let units: Vec<usize> = (0..long.units.len())
            .filter(|&unit| values.iter().any(|wave| wave[unit].is_some()))
            .filter(|&unit| !by_arm || long.units[unit].arm.is_some())
            .collect();
        if units.is_empty() {
            return Err("no value is known at a planned wave".to_owned());
        }
        let mut wide = Self {
            long,
            outcome,
            units,
            waves,
            attributes: Vec::new(),
            attributes_left_out: Vec::new(),
            table: Table::new(),
            within: by_arm.then(|| "arm".to_owned()),
        };
        wide.add_arms_and_sites(&names);
        for (wave, values) in wide.waves.clone().into_iter().zip(&values) {
            let of_unit = |&unit: &usize| values[unit].unwrap_or(f64::NAN);
            let column = wide.units.iter().map(of_unit).collect();
            wide.push(&wide.wave_column(wave), Column::Numbers(column));
        }
        wide.add_attributes(&names);
        Ok(wide)
    }

    fn push(&mut self, name: &str, column: Column) {
        self.table
            .push(name, column)
            .expect("ids of a protocol are distinct and all columns have one row per unit");
    }

    /// Name of the column of a wave: no id has a space.
    fn wave_column(&self, wave: usize) -> String {
        format!("at {}", self.long.protocol.waves[wave].id)
    }

    /// Names of the columns of the waves, in order.
    pub fn wave_columns(&self) -> Vec<String> {
        self.waves
            .iter()
            .map(|&wave| self.wave_column(wave))
            .collect()
    }

    fn add_arms_and_sites(&mut self, names: &[String]) {
        let protocol = self.long.protocol;
        let code = |place: Option<usize>| place.and_then(|place| u32::try_from(place).ok());
        let arms = self
            .units
            .iter()
            .map(|&unit| code(self.long.units[unit].arm))
            .collect();
        let sites = self
            .units
            .iter()
            .map(|&unit| code(self.long.units[unit].site))
            .collect();
        if self.within.is_some() {
            let levels = protocol.arms.iter().map(|arm| arm.id.to_string()).collect();
            self.push(
                "arm",
                Column::Factor(Factor {
                    levels,
                    codes: arms,
                }),
            );
        }
        if names.iter().any(|name| name == "site") {
            let levels = protocol
                .sites
                .iter()
                .map(|site| site.id.to_string())
                .collect();
            self.push(
                "site",
                Column::Factor(Factor {
                    levels,
                    codes: sites,
                }),
            );
        }
    }

    /// The attributes of the model, and of the others as many as the observed values can carry.
    fn add_attributes(&mut self, names: &[String]) {
        let in_model = |attribute: &&Attribute| names.iter().any(|name| *name == *attribute.id);
        let (first, others): (Vec<&Attribute>, Vec<&Attribute>) =
            self.long.protocol.attributes.iter().partition(in_model);
        let mut room = self.least_values() / VALUES_PER_COLUMN;
        room = room.saturating_sub(self.waves.len());
        for (attribute, must) in first
            .into_iter()
            .map(|attribute| (attribute, true))
            .chain(others.into_iter().map(|attribute| (attribute, false)))
        {
            let Some(column) = self.attribute_column(attribute) else {
                continue;
            };
            let needed = match &column {
                Column::Numbers(_) => 1,
                Column::Factor(factor) => factor.levels.len().saturating_sub(1),
            };
            if must || needed <= room {
                room = room.saturating_sub(needed);
                self.push(&attribute.id, column);
                self.attributes.push(attribute);
            } else {
                self.attributes_left_out.push(attribute);
            }
        }
    }

    /// The smallest number of values that any wave has in any arm.
    fn least_values(&self) -> usize {
        let arms: Vec<Option<usize>> = match self.within {
            Some(_) => self
                .units
                .iter()
                .map(|&unit| self.long.units[unit].arm)
                .collect(),
            None => vec![None; self.units.len()],
        };
        let mut distinct = arms.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let of_wave = |wave: &usize| {
            let values = self.long.values_at(self.outcome, *wave);
            let in_arm = |arm: &Option<usize>| {
                let units = self.units.iter().zip(&arms).filter(|(_, of)| *of == arm);
                units.filter(|(unit, _)| values[**unit].is_some()).count()
            };
            distinct.iter().map(in_arm).min().unwrap_or(0)
        };
        self.waves.iter().map(of_wave).min().unwrap_or(0)
    }

    /// The attribute by unit; `None` for dates, and where nobody has a value.
    fn attribute_column(&self, attribute: &Attribute) -> Option<Column> {
        let value = |&unit: &usize| value_of(&self.long.measures.units[unit], attribute);
        let column = match &attribute.kind {
            AttributeKind::Number { .. } => {
                let number = |unit| match value(unit) {
                    Some(AttributeValue::Number(number)) if number.is_finite() => *number,
                    _ => f64::NAN,
                };
                Column::Numbers(self.units.iter().map(number).collect())
            }
            AttributeKind::Levels(levels) => {
                let code = |unit| match value(unit) {
                    Some(AttributeValue::Level(id)) => {
                        let place = levels.iter().position(|level| *level.id == **id);
                        place.and_then(|place| u32::try_from(place).ok())
                    }
                    _ => None,
                };
                Column::Factor(Factor {
                    levels: levels.iter().map(|level| level.id.clone()).collect(),
                    codes: self.units.iter().map(code).collect(),
                })
            }
            AttributeKind::Date => return None,
        };
        let has_values = match &column {
            Column::Numbers(numbers) => numbers.iter().any(|number| !number.is_nan()),
            Column::Factor(factor) => factor.codes.iter().any(Option::is_some),
        };
        has_values.then_some(column)
    }

    /// Units with a gap at a wave, and units in all.
    pub fn n_incomplete(&self) -> (usize, usize) {
        let columns: Vec<&Column> = self
            .wave_columns()
            .iter()
            .filter_map(|name| self.table.column(name))
            .collect();
        let has_gap = |row: &usize| {
            columns.iter().any(|column| match column {
                Column::Numbers(values) => values[*row].is_nan(),
                Column::Factor(_) => false,
            })
        };
        let n_units = self.units.len();
        ((0..n_units).filter(has_gap).count(), n_units)
    }

    /// Gaps by wave, in words: "3 at birth, 12 at month-6".
    pub fn gaps_in_words(&self) -> String {
        let count = |wave: &usize| {
            let Some(Column::Numbers(values)) = self.table.column(&self.wave_column(*wave)) else {
                return None;
            };
            let n = values.iter().filter(|value| value.is_nan()).count();
            let wave = &self.long.protocol.waves[*wave];
            (n > 0).then(|| format!("{} at {}", words::count(n), wave.label))
        };
        words::list(&self.waves.iter().filter_map(count).collect::<Vec<_>>())
    }

    /// The data with the gaps filled as in `completed`.
    pub fn completed(&self, completed: &Table) -> CompletedOutcome {
        let mut measures = Measures {
            units: self.long.measures.units.clone(),
            ..Measures::default()
        };
        for attribute in &self.attributes {
            let column = completed.column(&attribute.id);
            for (place, &unit) in self.units.iter().enumerate() {
                if let Some(value) = column.and_then(|column| attribute_value(column, place)) {
                    set_value(&mut measures.units[unit], attribute, value);
                }
            }
        }
        CompletedOutcome {
            rows: self.completed_rows(completed),
            measures,
        }
    }

    /// The rows of the outcome with values in the place of gaps; a wave without a row gets one.
    fn completed_rows(&self, completed: &Table) -> Vec<Row> {
        let values: Vec<&[f64]> = self
            .wave_columns()
            .iter()
            .filter_map(|name| match completed.column(name) {
                Some(Column::Numbers(values)) => Some(values.as_slice()),
                _ => None,
            })
            .collect();
        let mut rows: Vec<Row> = self.long.outcomes[self.outcome].clone();
        let mut has_row = vec![vec![false; self.waves.len()]; self.units.len()];
        for row in &mut rows {
            let place = self.units.binary_search(&row.unit).ok();
            let wave = self.waves.iter().position(|wave| Some(*wave) == row.wave);
            if let (Some(place), Some(wave)) = (place, wave) {
                // Of several rows at a wave the imputed value goes to one.
                if row.value.is_err() && !has_row[place][wave] {
                    self.fill(row, wave, values[wave][place]);
                }
                has_row[place][wave] = true;
            }
        }
        for (place, &unit) in self.units.iter().enumerate() {
            for wave in 0..self.waves.len() {
                if !has_row[place][wave] {
                    let mut row = self.new_row(unit, self.waves[wave]);
                    self.fill(&mut row, wave, values[wave][place]);
                    rows.push(row);
                }
            }
        }
        rows.sort_by_key(|row| row.unit);
        rows
    }

    fn new_row(&self, unit: usize, wave: usize) -> Row {
        let place = self.long.units[unit];
        Row {
            unit,
            site: place.site,
            arm: place.arm,
            phase: place.phase,
            wave: Some(wave),
            days: None,
            age_days: None,
            corrected_age_days: None,
            value: Err(attune_protocol::missing::Missing::NotRecorded),
        }
    }

    /// Gives a row its value, and the time that it would have had.
    fn fill(&self, row: &mut Row, wave: usize, value: f64) {
        let unit = &self.long.measures.units[row.unit];
        row.value = Ok(value);
        row.days = row.days.or_else(|| self.days_of_wave(self.waves[wave]));
        let age = unit
            .age_at_enrolment_days
            .zip(row.days)
            .map(|(age, days)| age + days);
        row.age_days = row.age_days.or(age);
        let corrected = row
            .age_days
            .zip(unit.days_early)
            .map(|(age, early)| age - early);
        row.corrected_age_days = row.corrected_age_days.or(corrected);
    }

    /// Days since enrolment of a wave: as planned, otherwise the mean of its visits.
    fn days_of_wave(&self, wave: usize) -> Option<f64> {
        let planned = self
            .long
            .planned_months(wave)
            .map(|months| months * DAYS_PER_MONTH);
        planned.or_else(|| {
            let rows = self.long.outcomes[self.outcome].iter();
            let of_wave = rows.filter(|row| row.wave == Some(wave) && row.value.is_ok());
            let days: Vec<f64> = of_wave.filter_map(|row| row.days).collect();
            (!days.is_empty()).then(|| descriptives::mean(&days))
        })
    }

    /// The completed data as a long table in which only this outcome has rows.
    pub fn long<'b>(&self, completed: &'b CompletedOutcome) -> LongTable<'b>
    where
        'a: 'b,
    {
        let mut outcomes = vec![Vec::new(); self.long.outcomes.len()];
        outcomes[self.outcome] = completed.rows.clone();
        LongTable {
            protocol: self.long.protocol,
            measures: &completed.measures,
            units: self.long.units.clone(),
            outcomes,
            takes_part: self.long.takes_part.clone(),
        }
    }
}

fn value_of<'u>(unit: &'u Unit, attribute: &Attribute) -> Option<&'u AttributeValue> {
    let known = unit.attributes.iter().find(|(id, _)| *id == attribute.id);
    known.and_then(|(_, value)| value.as_ref().ok())
}

/// Sets the value where there is none.
fn set_value(unit: &mut Unit, attribute: &Attribute, value: AttributeValue) {
    match unit
        .attributes
        .iter_mut()
        .find(|(id, _)| *id == attribute.id)
    {
        Some((_, known)) => {
            if known.is_err() {
                *known = Ok(value);
            }
        }
        None => unit.attributes.push((attribute.id.clone(), Ok(value))),
    }
}

fn attribute_value(column: &Column, place: usize) -> Option<AttributeValue> {
    match column {
        Column::Numbers(values) => Some(AttributeValue::Number(values[place])),
        Column::Factor(factor) => {
            let level = factor.levels.get(factor.codes[place]? as usize)?;
            Some(AttributeValue::Level(level.as_str().into()))
        }
    }
}
