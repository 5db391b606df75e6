//! A problem of a file of records: where it is and what is wrong.

use std::{fmt, sync::Arc};

use attune_records::record_problem::Severity;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{data_fault::DataFault, problem_list::list_problems};

/// One problem.
#[derive(Debug, Clone, PartialEq)]
pub struct DataProblem {
    /// File as the study file names it.
    pub file: Arc<str>,
    /// Sheet of a workbook, where the study file names one.
    pub sheet: Option<Arc<str>>,
    /// Row as a spreadsheet counts it.
    pub row: Option<u32>,
    /// Heading of the column.
    pub column: Option<Arc<str>>,
    /// The cell as it stands in the file.
    pub cell: Option<String>,
    /// What is wrong.
    pub fault: DataFault,
    /// What was probably meant.
    pub did_you_mean: Option<String>,
}

impl DataProblem {
    /// A problem of a whole file.
    pub fn of_file(file: Arc<str>, sheet: Option<Arc<str>>, fault: DataFault) -> Self {
        Self {
            file,
            sheet,
            row: None,
            column: None,
            cell: None,
            fault,
            did_you_mean: None,
        }
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.fault.severity()
    }

    /// What is wrong, with what was probably meant.
    pub fn message(&self) -> String {
        match &self.did_you_mean {
            Some(meant) => format!("{}; did you mean {meant}?", self.fault),
            None => self.fault.to_string(),
        }
    }
}

/// The document that `--json` prints: place, kind, message and remedy of each problem.
impl Serialize for DataProblem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("DataProblem", 10)?;
        map.serialize_field("severity", &self.severity())?;
        map.serialize_field("kind", self.fault.title())?;
        map.serialize_field("file", &self.file)?;
        map.serialize_field("sheet", &self.sheet)?;
        map.serialize_field("row", &self.row)?;
        map.serialize_field("column", &self.column)?;
        map.serialize_field("cell", &self.cell)?;
        map.serialize_field("message", &self.message())?;
        map.serialize_field("did_you_mean", &self.did_you_mean)?;
        map.serialize_field("remedy", self.fault.remedy())?;
        map.end()
    }
}

/// Problems of a study's files, in the order of the study file, then by row.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct DataProblems {
    /// Errors, warnings and notes.
    pub problems: Vec<DataProblem>,
}

impl DataProblems {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.any(|problem| problem.severity() == Severity::Error)
    }

    /// The list for people, without its last line end.
    pub fn rendered(&self) -> String {
        list_problems(&self.problems).trim_end().to_owned()
    }
}

impl fmt::Display for DataProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rendered())
    }
}

impl std::error::Error for DataProblems {}
