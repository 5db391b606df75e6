//! Problems as a list for people: by file and kind, each kind with its remedy once. The list is cut
//! after a number of lines; the JSON form has all.

use std::fmt::Write as _;

use attune_records::record_problem::Severity;

use crate::{
    data_problem::DataProblem,
    wording::{printable, shortened},
};

/// Lines per file and kind; the rest is counted.
const MOST_LINES: usize = 50;
/// Characters of a cell that are shown.
const LONGEST_CELL: usize = 40;

/// Problems as text: for each file its kinds of problems, errors first, and for each kind a table of
/// rows, columns and cells, and the remedy.
pub fn list_problems(problems: &[DataProblem]) -> String {
    let mut list = String::new();
    for of_file in by_key(problems.iter().collect(), |problem| {
        (problem.file.clone(), problem.sheet.clone())
    }) {
        let first = of_file[0];
        let sheet = first.sheet.as_ref();
        let sheet = sheet.map_or_else(String::new, |sheet| format!(", sheet {}", printable(sheet)));
        let _ = writeln!(list, "{}{sheet}", printable(&first.file));
        let mut kinds = by_key(of_file, |problem| {
            (problem.severity(), problem.fault.title())
        });
        kinds.sort_by_key(|kind| kind[0].severity());
        for kind in kinds {
            list_kind(&mut list, &kind);
        }
    }
    list
}

/// Groups with the same key, in the order of their first members.
fn by_key<K: Ord + Clone>(
    problems: Vec<&DataProblem>,
    key: impl Fn(&DataProblem) -> K,
) -> Vec<Vec<&DataProblem>> {
    let mut groups: Vec<Vec<&DataProblem>> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for problem in problems {
        let place = *places.entry(key(problem)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(problem);
    }
    groups
}

fn list_kind(list: &mut String, problems: &[&DataProblem]) {
    let first = problems[0];
    let severity = match first.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let _ = writeln!(list, "  {severity}: {}", first.fault.title());
    let rows: Vec<[String; 4]> = problems
        .iter()
        .take(MOST_LINES)
        .map(|one| line(one))
        .collect();
    let headings = ["row", "column", "cell", ""].map(str::to_owned);
    let shown: Vec<usize> = (0..3)
        .filter(|&column| rows.iter().any(|row| !row[column].is_empty()))
        .collect();
    let lines: Vec<&[String; 4]> = if shown.is_empty() {
        rows.iter().collect()
    } else {
        std::iter::once(&headings).chain(&rows).collect()
    };
    let width = |column: usize| lines.iter().map(|row| row[column].chars().count()).max();
    for row in &lines {
        let mut text = String::from("   ");
        for &column in &shown {
            let width = width(column).unwrap_or(0);
            let cell = &row[column];
            // Row numbers end in one column; words begin in one.
            let _ = match column {
                0 => write!(text, " {cell:>width$} "),
                _ => write!(text, " {cell:<width$} "),
            };
        }
        let _ = writeln!(list, "{}", format!("{text} {}", row[3]).trim_end());
    }
    if problems.len() > MOST_LINES {
        let _ = writeln!(list, "    and {} more", problems.len() - MOST_LINES);
    }
    let _ = writeln!(list, "    help: {}", first.fault.remedy());
}

fn line(problem: &DataProblem) -> [String; 4] {
    let cut = |text: &str| shortened(text, LONGEST_CELL);
    let cell = problem.cell.as_deref().map(cut).unwrap_or_default();
    [
        problem.row.map(|row| row.to_string()).unwrap_or_default(),
        problem.column.as_deref().map(cut).unwrap_or_default(),
        cell,
        printable(&problem.message()),
    ]
}
