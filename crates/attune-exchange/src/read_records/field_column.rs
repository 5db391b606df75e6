//! Which column of which table a field of a record was read from.

use attune_protocol::{
    Protocol,
    data::{AssessmentColumns, AssessmentLayout, CodedUnit, DataContent, DataFile, DyadColumns},
    id::{InstrumentId, WaveId},
};
use attune_records::record_problem::Field;

/// The table and the heading of a field in a file; `None` when the file has no column for it.
pub(super) fn column_of<'a>(
    protocol: &'a Protocol,
    file: &str,
    field: &Field,
) -> Option<(&'a DataFile, &'a str)> {
    let tables = protocol.data.iter().filter(|data| data.file == file);
    let mut found = tables.filter_map(|data| Some((data, heading(&data.content, field)?)));
    found.next()
}

fn heading<'a>(content: &'a DataContent, field: &Field) -> Option<&'a str> {
    match content {
        DataContent::Dyads(columns) => of_dyads(columns, field),
        DataContent::Assessments(columns) => of_assessments(columns, field),
        DataContent::Consents(columns) => match field {
            Field::ConsentingDyad => Some(&columns.dyad),
            Field::ConsentAnswer => Some(&columns.answer),
            _ => None,
        },
        DataContent::Attendance(columns) => match field {
            Field::AttendingDyad => Some(&columns.dyad),
            Field::AttendanceDate => Some(&columns.date),
            _ => None,
        },
        DataContent::Sessions(columns) => match field {
            Field::Session => Some(&columns.session),
            Field::SessionDate => Some(&columns.date),
            _ => None,
        },
        DataContent::Codings(columns) => match field {
            Field::CodedSession | Field::CodedDyad => Some(match &columns.unit {
                CodedUnit::Session(session) => session,
                CodedUnit::Dyad { dyad, .. } => dyad,
            }),
            Field::RecordingBegins => columns.recording_begins.as_deref(),
            _ => None,
        },
    }
}

fn of_dyads<'a>(columns: &'a DyadColumns, field: &Field) -> Option<&'a str> {
    match field {
        Field::Dyad => Some(&columns.dyad),
        Field::Born => columns.born.as_deref(),
        Field::Due => columns.due.as_deref(),
        Field::Enrolled => columns.enrolled.as_deref(),
        Field::Left => columns.left.as_deref().or(columns.withdrew.as_deref()),
        Field::Withdrew => columns.withdrew.as_deref(),
        Field::Attribute(id) => {
            let mut attributes = columns.attributes.iter();
            let (_, heading) = attributes.find(|(attribute, _)| attribute == id)?;
            Some(heading)
        }
        _ => None,
    }
}

fn of_assessments<'a>(columns: &'a AssessmentColumns, field: &Field) -> Option<&'a str> {
    match field {
        Field::Unit(instrument) if *instrument == columns.instrument => Some(&columns.unit),
        Field::Wave(instrument) if *instrument == columns.instrument => match &columns.layout {
            AssessmentLayout::Visits { when, .. } | AssessmentLayout::Values { when, .. } => {
                when.wave.as_deref()
            }
            AssessmentLayout::Wide { .. } => None,
        },
        Field::Time(instrument, wave) => of_time(columns, instrument, wave.as_ref()),
        _ => None,
    }
}

fn of_time<'a>(
    columns: &'a AssessmentColumns,
    instrument: &InstrumentId,
    wave: Option<&WaveId>,
) -> Option<&'a str> {
    if *instrument != columns.instrument {
        return None;
    }
    let (date, time) = match &columns.layout {
        AssessmentLayout::Visits { when, .. } | AssessmentLayout::Values { when, .. } => {
            (&when.date, &when.time)
        }
        AssessmentLayout::Wide { waves } => {
            let of_wave = waves.iter().find(|one| Some(&one.wave) == wave)?;
            (&of_wave.date, &of_wave.time)
        }
    };
    let time = time.as_ref().map(|time| time.column.as_str());
    date.as_deref().or(time)
}
