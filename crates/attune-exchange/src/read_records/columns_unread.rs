//! Columns that no table of the study file mentions: nothing is passed over in silence.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Key, Tables};
use attune_protocol::near_miss::listed;

use crate::{data_fault::DataFault, data_problem::DataProblem, table::column_letters};

/// Columns that are mentioned, by table.
pub(super) type UsedColumns = BTreeMap<Key, BTreeSet<usize>>;

/// Adds a note for every table that has columns which are not read.
pub(super) fn report_unread(tables: &Tables, used: &UsedColumns, problems: &mut Vec<DataProblem>) {
    for ((file, sheet), table) in tables {
        let of_table = used.get(&(file.clone(), sheet.clone()));
        let is_used = |index: usize| of_table.is_some_and(|used| used.contains(&index));
        let unread: Vec<String> = table
            .headings
            .iter()
            .enumerate()
            .filter(|(index, _)| !is_used(*index))
            .map(|(index, heading)| match &**heading {
                "" => format!("column {} (no heading)", column_letters(index)),
                heading => heading.to_owned(),
            })
            .collect();
        if !unread.is_empty() {
            let headings = listed(unread.iter().map(String::as_str));
            problems.push(DataProblem::of_file(
                Arc::from(file.as_str()),
                sheet.as_deref().map(Arc::from),
                DataFault::ColumnsUnmapped { headings },
            ));
        }
    }
}
