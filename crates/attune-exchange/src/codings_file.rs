//! Codings written as a file of a study: rows that the reader of such files reads back, and the `[[data]]` table that
//! says what their columns are. Headings are those of tidy tables of bouts.

use attune_protocol::{missing::Missing, scheme::Scheme};
use attune_records::{
    coding_lines::{CodingLine, coding_lines},
    records::{DyadCoding, SessionCoding, When},
};

/// A file of codings and what the study file says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodingsFile {
    /// The rows, comma-separated.
    pub csv: Vec<u8>,
    /// The `[[data]]` table.
    pub table: String,
}

/// What a line of a coding has in a column.
type CellOf<'a> = Box<dyn Fn(&Of<'_>, &CodingLine) -> String + 'a>;

/// A column: what it is in the study file, its heading, and what a line has in it.
struct Column<'a> {
    part: &'a str,
    heading: String,
    cell: CellOf<'a>,
}

/// A coding, and of a dyad its visit.
struct Of<'a> {
    visit: Option<&'a DyadCoding>,
    coding: &'a SessionCoding,
}

/// The codings of sessions by one version of a scheme, as the file with this name.
pub fn session_codings(name: &str, scheme: &Scheme, codings: &[&SessionCoding]) -> CodingsFile {
    let all: Vec<Of<'_>> = codings
        .iter()
        .map(|coding| Of {
            visit: None,
            coding,
        })
        .collect();
    let unit = Column {
        part: "session",
        heading: "session".to_owned(),
        cell: Box::new(|of, _| of.coding.session.to_string()),
    };
    written(name, scheme, &all, vec![unit])
}

/// The codings of dyads by one version of a scheme.
pub fn dyad_codings(name: &str, scheme: &Scheme, codings: &[&DyadCoding]) -> CodingsFile {
    let all: Vec<Of<'_>> = codings
        .iter()
        .map(|visit| Of {
            visit: Some(visit),
            coding: &visit.coding,
        })
        .collect();
    let wave = |of: &Of<'_>| of.visit.and_then(|visit| visit.wave.clone());
    let date = |of: &Of<'_>| match of.visit.map(|visit| visit.when) {
        Some(When::On(date)) => date.to_string(),
        _ => String::new(),
    };
    let columns = vec![
        Column {
            part: "dyad",
            heading: "dyad".to_owned(),
            cell: Box::new(|of, _| {
                let visit = of.visit.map(|visit| visit.dyad.to_string());
                visit.unwrap_or_default()
            }),
        },
        Column {
            part: "wave",
            heading: "wave".to_owned(),
            cell: Box::new(move |of, _| wave(of).map(|wave| wave.to_string()).unwrap_or_default()),
        },
        Column {
            part: "date",
            heading: "date".to_owned(),
            cell: Box::new(move |of, _| date(of)),
        },
    ];
    written(name, scheme, &all, columns)
}

fn written(name: &str, scheme: &Scheme, all: &[Of<'_>], unit: Vec<Column<'_>>) -> CodingsFile {
    let mut columns = unit;
    columns.extend(of_coding(all));
    columns.extend(of_line(scheme));
    let details = modifiers(scheme);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let headings = columns.iter().map(|column| column.heading.clone());
    let of_details = details.iter().map(|id| format!("modifier: {id}"));
    // Memory takes everything, and all rows have the same width.
    csv.write_record(headings.chain(of_details))
        .expect("rows of one width");
    for of in all {
        for line in coding_lines(of.coding) {
            // Without people nobody can only be there.
            let says_something = line.behaviour.is_some() || line.sample.is_some();
            if !says_something && scheme.subjects.is_empty() {
                continue;
            }
            let cells = columns.iter().map(|column| (column.cell)(of, &line));
            let said = details
                .iter()
                .map(|id| line.modifier(id).unwrap_or_default());
            csv.write_record(cells.chain(said))
                .expect("rows of one width");
        }
    }
    CodingsFile {
        csv: csv.into_inner().unwrap_or_default(),
        table: table(name, scheme, &columns, &details),
    }
}

/// The same in every row of a coding.
fn of_coding<'a>(all: &[Of<'_>]) -> Vec<Column<'a>> {
    let mut columns = vec![Column {
        part: "coder",
        heading: "coder".to_owned(),
        cell: Box::new(|of, _| of.coding.coder.as_deref().unwrap_or_default().to_owned()),
    }];
    if all.iter().any(|of| of.coding.recording.is_some()) {
        columns.push(Column {
            part: "recording",
            heading: "recording".to_owned(),
            cell: Box::new(|of, _| {
                of.coding
                    .recording
                    .as_deref()
                    .unwrap_or_default()
                    .to_owned()
            }),
        });
    }
    if all.iter().any(|of| of.coding.begins.is_some()) {
        columns.push(Column {
            part: "recording-begins",
            heading: "recording_begins_s".to_owned(),
            cell: Box::new(|of, _| {
                let begins = of.coding.begins.map(|begins| begins.to_string());
                begins.unwrap_or_default()
            }),
        });
    }
    columns
}

fn of_line<'a>(scheme: &Scheme) -> Vec<Column<'a>> {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    let number = |number: Option<f64>| number.map(|one| one.to_string()).unwrap_or_default();
    let column = |part: &'a str, heading: &str, cell: fn(&Of<'_>, &CodingLine) -> String| Column {
        part,
        heading: heading.to_owned(),
        cell: Box::new(cell),
    };
    let has_events = scheme.behaviours().next().is_some() || !scheme.spans.is_empty();
    let mut columns = Vec::new();
    if has_events {
        columns.push(column("length", "codable_s", |of, _| {
            let window = of.coding.windows.first();
            window
                .map(|window| window.length().to_string())
                .unwrap_or_default()
        }));
    }
    if scheme.timed_ways().next().is_some() {
        columns.push(column("sample", "sample", |_, line| {
            line.sample
                .map(|sample| sample.to_string())
                .unwrap_or_default()
        }));
    }
    if !scheme.subjects.is_empty() {
        columns.push(Column {
            part: "subject",
            heading: "subject".to_owned(),
            cell: Box::new(move |_, line| text(&line.subject)),
        });
    }
    columns.push(Column {
        part: "behaviour",
        heading: "behaviour".to_owned(),
        cell: Box::new(move |_, line| text(&line.behaviour)),
    });
    if !scheme.acts.is_empty() {
        columns.push(Column {
            part: "target",
            heading: "target".to_owned(),
            cell: Box::new(move |_, line| text(&line.target)),
        });
    }
    if has_events {
        for (part, heading) in [("start", "start_s"), ("stop", "stop_s")] {
            columns.push(Column {
                part,
                heading: heading.to_owned(),
                cell: Box::new(move |_, line| match part {
                    _ if line.sample.is_some() => String::new(),
                    "start" => number(line.start),
                    _ => number(line.stop),
                }),
            });
        }
    }
    if !scheme.ratings.is_empty() {
        columns.push(column("value", "value", |_, line| match line.value {
            Some(Ok(value)) => value.to_string(),
            // What cannot be coded is an empty cell; other reasons are said in words.
            Some(Err(reason)) if reason != Missing::NotApplicable => reason.words().to_owned(),
            _ => String::new(),
        }));
    }
    columns
}

/// Ids of all modifiers, each once.
fn modifiers(scheme: &Scheme) -> Vec<&str> {
    let behaviours = scheme.behaviours().map(|(behaviour, _)| behaviour);
    let mut ids: Vec<&str> = Vec::new();
    for modifier in behaviours
        .chain(&scheme.spans)
        .flat_map(|one| &one.modifiers)
    {
        if !ids.contains(&modifier.id.as_str()) {
            ids.push(&modifier.id);
        }
    }
    ids
}

fn table(name: &str, scheme: &Scheme, columns: &[Column<'_>], details: &[&str]) -> String {
    let columns = columns.iter();
    let columns: Vec<String> = columns
        .map(|column| format!("{} = \"{}\"", column.part, column.heading))
        .collect();
    let mut table = format!(
        "[[data]]\nfile = \"{name}\"\nkind = \"codings\"\nscheme = \"{}\"\nscheme-version = {}\ncolumns = {{ {} }}\n",
        scheme.id,
        scheme.version,
        columns.join(", ")
    );
    if !details.is_empty() {
        let details = details.iter();
        let details: Vec<String> = details
            .map(|id| format!("{id} = \"modifier: {id}\""))
            .collect();
        table += &format!("modifiers = {{ {} }}\n", details.join(", "));
    }
    if !scheme.ratings.is_empty() {
        table += "missing = { \"not recorded\" = \"not recorded\", \"invalid\" = \"invalid\" }\n";
    }
    table
}
