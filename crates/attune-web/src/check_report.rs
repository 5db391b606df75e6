//! The check report of a study folder as a page shows it: each problem with its file, line, the line itself
//! with the piece that is meant, and the remedy; the same that the terminal prints.

use attune_exchange::{DataProblem, DataProblems};
use attune_protocol::problem::{Place, Problem, Severity, Style, render};
use attune_records::record_problem::Severity as RecordSeverity;

/// Problems that a page shows one by one; more are only counted.
const SHOWN_AT_MOST: usize = 100;

/// Everything that the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// The first problems.
    pub told: Vec<Told>,
    /// How many there are in all.
    pub n: usize,
    /// The same as the terminal prints it.
    pub text: String,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether it keeps the study from being loaded.
    pub is_error: bool,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: ToldPlace,
    /// Another place that belongs to it, with what is there.
    pub second: Option<(String, ToldPlace)>,
    /// How to mend it.
    pub remedy: Option<String>,
}

/// A place: in words, and the line with the piece that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldPlace {
    /// `study.toml, line 5, column 9`.
    pub words: String,
    /// Number of the line, and what stands before, at and behind the piece.
    pub excerpt: Option<(usize, [String; 3])>,
}

impl CheckReport {
    /// What reading the study file and its files found.
    pub fn of_study(problems: &[Problem]) -> Self {
        Self {
            told: problems
                .iter()
                .take(SHOWN_AT_MOST)
                .map(of_problem)
                .collect(),
            n: problems.len(),
            text: match problems.is_empty() {
                true => String::new(),
                false => render(problems, Style::Plain),
            },
        }
    }

    /// What reading the records found.
    pub fn of_records(problems: &DataProblems) -> Self {
        Self {
            told: problems
                .problems
                .iter()
                .take(SHOWN_AT_MOST)
                .map(of_record)
                .collect(),
            n: problems.problems.len(),
            text: problems.rendered(),
        }
    }

    /// Both, one behind the other.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.told.extend(other.told);
        self.n += other.n;
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&other.text);
        self
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// How many are not shown one by one.
    pub fn n_more(&self) -> usize {
        self.n - self.told.len()
    }
}

fn of_problem(problem: &Problem) -> Told {
    Told {
        is_error: problem.severity == Severity::Error,
        message: problem.message.clone(),
        at: place(&problem.place),
        second: problem
            .second
            .as_ref()
            .map(|second| (second.label.clone(), place(&second.place))),
        remedy: problem.remedy.clone(),
    }
}

fn place(place: &Place) -> ToldPlace {
    let Some(spot) = &place.spot else {
        return ToldPlace {
            words: place.file.clone(),
            excerpt: None,
        };
    };
    let letters: Vec<char> = spot.line_text.chars().collect();
    let from = spot
        .column
        .saturating_sub(spot.line_text_from)
        .min(letters.len());
    let until = (from + spot.length).min(letters.len());
    let piece = |letters: &[char]| letters.iter().collect::<String>();
    ToldPlace {
        words: format!("{}, line {}, column {}", place.file, spot.line, spot.column),
        excerpt: Some((
            spot.line,
            [
                piece(&letters[..from]),
                piece(&letters[from..until]),
                piece(&letters[until..]),
            ],
        )),
    }
}

fn of_record(problem: &DataProblem) -> Told {
    let mut words = problem.file.to_string();
    if let Some(sheet) = &problem.sheet {
        words += &format!(", sheet {sheet}");
    }
    if let Some(row) = problem.row {
        words += &format!(", row {row}");
    }
    if let Some(column) = &problem.column {
        words += &format!(", column {column}");
    }
    let cell = problem.cell.clone().filter(|cell| !cell.is_empty());
    Told {
        is_error: problem.severity() == RecordSeverity::Error,
        message: problem.message(),
        at: ToldPlace {
            words,
            excerpt: cell.map(|cell| {
                let row = problem.row.unwrap_or_default() as usize;
                (row, [String::new(), cell, String::new()])
            }),
        },
        second: None,
        remedy: Some(problem.fault.remedy().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::{Protocol, StudyFolder};

    use super::CheckReport;

    #[test]
    fn a_problem_has_its_line_with_the_piece_that_is_meant() {
        let study = "format = 1\n[study]\nid = \"s\"\ntitel = \"Grüße\"\nallocation = \"none\"\n";
        let folder = StudyFolder::from_files([("study.toml", study)]);
        let problems = Protocol::read_folder(&folder).expect_err("a wrong key");
        let report = CheckReport::of_study(problems.as_slice());
        assert_eq!(report.n, problems.as_slice().len());
        let told = report
            .told
            .iter()
            .find(|told| told.at.words.contains("line 4"))
            .expect("told at its line");
        let (line, [before, piece, after]) = told.at.excerpt.clone().expect("an excerpt");
        assert_eq!((line, &*before, &*piece), (4, "", "titel"));
        assert!(after.contains("Grüße") && told.remedy.is_some());
        assert!(report.text.contains("titel"));
    }
}
