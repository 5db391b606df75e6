//! A list of arms as somebody pastes or uploads it: one row per family with code, arm, day and reason. All that
//! is wrong is told at once, with its line; what is sound becomes one change, whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use attune_protocol::{Protocol, id::ArmId};
use attune_store::{Command, dyads::Dyad, ids::DyadKey};
use jiff::civil::Date;

/// Rows of a list.
const MOST_ROWS: usize = 10_000;
/// Problems that are told; more are counted.
const MOST_PROBLEMS: usize = 100;
const COLUMNS: [&str; 4] = ["code", "arm", "date", "reason"];

/// What a list is read against.
pub struct Known<'a> {
    /// The study.
    pub protocol: &'a Protocol,
    /// Families that may be named.
    pub dyads: &'a [Dyad],
    /// Families that have an arm of their own already.
    pub with_arm: &'a BTreeSet<DyadKey>,
    /// Today: no arm begins later.
    pub today: Date,
}

/// The commands of a list, or everything that is to be mended.
pub fn read(text: &str, known: &Known<'_>) -> Result<Vec<Command>, Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(text))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headings = reader.headers().cloned().unwrap_or_default();
    let places = places(&headings)?;
    let by_code: BTreeMap<&str, &Dyad> = known
        .dyads
        .iter()
        .map(|dyad| (dyad.code.as_str(), dyad))
        .collect();
    let mut list = List {
        known,
        by_code,
        seen: BTreeMap::new(),
        problems: Vec::new(),
    };
    let mut commands = Vec::new();
    for (n, row) in reader.records().enumerate() {
        if n == MOST_ROWS {
            list.problems.push(format!(
                "There are more than {MOST_ROWS} rows: send the list in parts."
            ));
            break;
        }
        match row {
            Ok(row) => {
                let line = row.position().map_or(n + 2, line_of);
                let cell = |column: usize| places[column].and_then(|at| row.get(at)).unwrap_or("");
                let cells = [0, 1, 2, 3].map(cell);
                if cells.iter().any(|cell| !cell.is_empty()) {
                    commands.extend(list.row(line, cells));
                }
            }
            Err(error) => list.problems.push(format!(
                "Row {}: {error}. Save the list as CSV in UTF-8 and send it again.",
                n + 2
            )),
        }
    }
    if commands.is_empty() && list.problems.is_empty() {
        list.problems.push(
            "The list has no row: below the headings code, arm, date and reason stands one row per family."
                .to_owned(),
        );
    }
    match list.problems.is_empty() {
        true => Ok(commands),
        false => Err(told(list.problems)),
    }
}

fn line_of(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}

/// What separates cells: whichever of tab, semicolon and comma the headings hold.
fn separator(text: &str) -> u8 {
    let headings = text.lines().next().unwrap_or_default();
    [b'\t', b';']
        .into_iter()
        .find(|separator| headings.contains(char::from(*separator)))
        .unwrap_or(b',')
}

/// Where each column stands; the reason may be left out.
fn places(headings: &csv::StringRecord) -> Result<[Option<usize>; 4], Vec<String>> {
    let mut problems = Vec::new();
    let places = COLUMNS.map(|column| {
        let mut found = (0..headings.len()).filter(|at| headings[*at].eq_ignore_ascii_case(column));
        let place = found.next();
        if place.is_none() && column != "reason" {
            problems.push(format!(
                "Row 1 has no heading “{column}”: the first row names the columns code, arm, date and reason."
            ));
        }
        if found.next().is_some() {
            problems.push(format!(
                "Row 1 has the heading “{column}” twice: keep one of the columns."
            ));
        }
        place
    });
    for heading in headings {
        if !heading.is_empty() && !COLUMNS.iter().any(|one| heading.eq_ignore_ascii_case(one)) {
            problems.push(format!(
                "Row 1 has the heading “{heading}”, which the list does not know: remove the column."
            ));
        }
    }
    match problems.is_empty() {
        true => Ok(places),
        false => Err(problems),
    }
}

fn told(mut problems: Vec<String>) -> Vec<String> {
    let n_more = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    if n_more > 0 {
        problems.push(format!("And {n_more} more of such problems."));
    }
    problems
}

struct List<'a> {
    known: &'a Known<'a>,
    by_code: BTreeMap<&'a str, &'a Dyad>,
    /// Line of each family, and whether it stood with another arm or day.
    seen: BTreeMap<DyadKey, usize>,
    problems: Vec<String>,
}

impl List<'_> {
    fn row(&mut self, line: usize, [code, arm, date, reason]: [&str; 4]) -> Option<Command> {
        let n_before = self.problems.len();
        let mut wrong = |what: String| self.problems.push(format!("Row {line}: {what}"));
        let dyad = self.by_code.get(code).copied();
        if code.is_empty() {
            wrong("the code is missing; give the study code of the family.".to_owned());
        } else if dyad.is_none() {
            wrong(format!(
                "no family here has the code “{code}”; correct it, or enrol the family first."
            ));
        }
        let chosen = arm_named(self.known.protocol, arm);
        if chosen.is_none() {
            let arms: Vec<&str> = self
                .known
                .protocol
                .arms
                .iter()
                .map(|arm| arm.id.as_str())
                .collect();
            wrong(format!(
                "“{arm}” is no arm of the study; it has {}.",
                arms.join(", ")
            ));
        }
        let from = date.parse::<Date>().ok();
        match from {
            None => wrong(format!("“{date}” is no day; write it as 2026-03-25.")),
            Some(day) if day > self.known.today => {
                wrong(format!("{day} is still to come; check the year."));
            }
            Some(_) => {}
        }
        if let Some(dyad) = dyad {
            if let Some(first) = self.seen.get(&dyad.key) {
                wrong(format!(
                    "{code} stands in row {first} already; keep one row per family."
                ));
            } else {
                self.seen.insert(dyad.key, line);
            }
            if self.known.with_arm.contains(&dyad.key) && reason.is_empty() {
                wrong(format!(
                    "{code} has an arm already; give the reason for recording it again, or remove the row."
                ));
            }
        }
        let (Some(dyad), Some(arm), Some(from)) = (dyad, chosen, from) else {
            return None;
        };
        (self.problems.len() == n_before).then(|| Command::AssignArm {
            dyad: dyad.key,
            arm,
            from: Some(from),
            why: (!reason.is_empty()).then(|| reason.to_owned()),
        })
    }
}

/// An arm by its id or its name.
fn arm_named(protocol: &Protocol, written: &str) -> Option<ArmId> {
    let is_it = |arm: &&attune_protocol::design::Arm| {
        arm.id.as_str() == written || arm.label.eq_ignore_ascii_case(written)
    };
    protocol.arms.iter().find(is_it).map(|arm| arm.id.clone())
}
