//! When a visit was and which wave it belongs to, from the columns that a file has for it.

use std::sync::Arc;

use attune_protocol::{
    data::{TimeUnit, VisitColumns},
    design::Wave,
    id::WaveId,
    instrument::PlannedInstrument,
    plan::About,
};
use attune_records::{
    Records,
    records::When,
    schedule::{NoWave, wave_of_visit},
};

use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// Columns that say when a visit was.
pub(crate) struct TimeColumns<'a> {
    wave: Option<Column<'a>>,
    date: Option<Column<'a>>,
    time: Option<(Column<'a>, TimeUnit)>,
}

/// When a visit was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VisitTime {
    /// The wave; `None` for a visit that was not planned.
    pub wave: Option<WaveId>,
    /// The time.
    pub when: When,
}

impl<'a> TimeColumns<'a> {
    /// Finds the columns. `None` when one of them is not there.
    pub fn find(sheet: &mut Sheet<'a>, names: &'a VisitColumns) -> Option<Self> {
        let wave = sheet.optional_column(names.wave.as_ref());
        let date = sheet.date_column(names.date.as_ref());
        let time = names.time.as_ref();
        let time = time.and_then(|time| Some((sheet.column(&time.column)?, time.unit)));
        let are_all_there = wave.is_some() == names.wave.is_some()
            && date.is_some() == names.date.is_some()
            && time.is_some() == names.time.is_some();
        are_all_there.then_some(Self { wave, date, time })
    }

    /// Whether a row may have a date.
    pub fn has_date(&self) -> bool {
        self.date.is_some()
    }

    /// Reads when the visit of a row was. `None` when it cannot be told, which is then reported.
    pub fn read(
        &self,
        sheet: &mut Sheet<'a>,
        row: usize,
        planned: &PlannedInstrument,
        records: &Records,
        unit: &str,
    ) -> Option<VisitTime> {
        self.read_planned(sheet, row, (planned.about, &planned.waves), (records, unit))
    }

    /// The same for what is planned at these waves (at any when empty) and is about such units.
    pub fn read_planned(
        &self,
        sheet: &mut Sheet<'a>,
        row: usize,
        (about, waves): (About, &[WaveId]),
        (records, unit): (&Records, &str),
    ) -> Option<VisitTime> {
        let when = read_when(sheet, row, self.date.as_ref(), self.time.as_ref())?;
        let when = match (when, about, records.session(unit)) {
            (When::NotSaid, About::Session, Some(session)) => When::On(session.date),
            _ => when,
        };
        let wave = match &self.wave {
            Some(column) => read_wave(sheet, row, column, when)?,
            None => find_wave(
                sheet,
                row,
                self.time_column(),
                (about, waves),
                (records, unit),
                when,
            )?,
        };
        Some(VisitTime { wave, when })
    }

    fn time_column(&self) -> Option<&Column<'a>> {
        self.date
            .as_ref()
            .or(self.time.as_ref().map(|time| &time.0))
    }
}

/// The time of a row from its date, otherwise from its time since enrolment. `None` when there is
/// something that cannot be read.
pub(crate) fn read_when<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    date: Option<&Column<'a>>,
    time: Option<&(Column<'a>, TimeUnit)>,
) -> Option<When> {
    let n_problems = sheet.problems.len();
    if let Some(Ok(date)) = date.map(|column| sheet.date(row, column)) {
        return Some(When::On(date));
    }
    let time = time.map(|(column, unit)| {
        let time = sheet.number(row, column, Limits::Bounds(None, None));
        time.map(|time| time * unit.days())
    });
    if let Some(Ok(days)) = time {
        return Some(When::DaysAfterEnrolment(days));
    }
    (sheet.problems.len() == n_problems).then_some(When::NotSaid)
}

fn read_wave<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
    when: When,
) -> Option<Option<WaveId>> {
    let cell = sheet.cell(row, column);
    if sheet.missing(cell).is_some() {
        let fault = match when {
            When::NotSaid => DataFault::NeitherWaveNorTime,
            _ => DataFault::VisitWithoutWave,
        };
        sheet.report(row, column, fault);
        return (when != When::NotSaid).then_some(None);
    }
    let waves = &sheet.protocol.waves;
    let index = sheet.known(row, column, "wave", waves, |wave| (&wave.id, &wave.label))?;
    Some(Some(waves[index].id.clone()))
}

/// The wave from the time, for a file without a column for it.
fn find_wave<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: Option<&Column<'a>>,
    (about, planned_waves): (About, &[WaveId]),
    (records, unit): (&Records, &str),
    when: When,
) -> Option<Option<WaveId>> {
    let protocol = sheet.protocol;
    let is_planned = |wave: &&Wave| planned_waves.is_empty() || planned_waves.contains(&wave.id);
    let waves: Vec<&Wave> = protocol.waves.iter().filter(is_planned).collect();
    let (is_known, dyad) = match about {
        About::Dyad | About::Infant | About::Carer => {
            let dyad = records.dyad(unit);
            (dyad.is_some(), dyad)
        }
        About::Session => (records.session(unit).is_some(), None),
        About::Clinic => (
            records.site_of(protocol, About::Clinic, unit).is_some(),
            None,
        ),
        About::StaffMember => (true, None),
    };
    if waves.is_empty() || !is_known {
        // Without waves none is looked for; an unknown unit is reported on its own.
        return Some(None);
    }
    let site = records.site_of(protocol, about, unit);
    match wave_of_visit(&waves, dyad, site, when) {
        Ok(wave) => Some(Some(wave.id.clone())),
        Err(reason) => {
            let fault = match (when, reason) {
                (When::NotSaid, NoWave::NoDate) => DataFault::NeitherWaveNorTime,
                (_, reason) => DataFault::WaveNotFound { reason },
            };
            match column {
                Some(column) => sheet.report(row, column, fault),
                None => sheet.report_row(row, fault),
            }
            None
        }
    }
}

/// The code of a unit, held once for all its rows.
pub(crate) fn read_unit<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
) -> Option<Arc<str>> {
    let code = sheet.required(row, column, "the code of whom it is about")?;
    Some(sheet.name(code))
}
