//! Are two answers related?

use anyhow::{Context, Result};
use attune_statistics::before_after::{contingency::CountTable, report::table_report};
use serde_json::json;

use super::{Test, answer::Answer, plot, question::two};
use crate::{data_file::DataFile, text_table::TextTable};

/// Counts of two columns' answers with their tests.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let [row_column, column_column] = two("--table", &test.question.table)?;
    data.require(&[&row_column, &column_column])?;
    let (first, second) = (data.labels(&row_column)?, data.labels(&column_column)?);
    let pairs: Vec<(&str, &str)> = first
        .iter()
        .zip(&second)
        .filter_map(|(row, column)| Some(((*row)?, (*column)?)))
        .collect();
    let rows = levels(data, pairs.iter().map(|(row, _)| *row));
    let columns = levels(data, pairs.iter().map(|(_, column)| *column));
    let count = |row: &str, column: &str| {
        let same = |pair: &&(&str, &str)| **pair == (row, column);
        pairs.iter().filter(same).count()
    };
    let counts: Vec<Vec<usize>> = rows
        .iter()
        .map(|row| columns.iter().map(|column| count(row, column)).collect())
        .collect();
    let complaint = || format!("{}, {row_column} by {column_column}", data.file());
    let mut report = table_report(&counts, test.level).with_context(complaint)?;
    report.n_dropped = first.len() - pairs.len();
    if test.question.trend {
        let table = CountTable::new(&counts).with_context(complaint)?;
        report.add_trend(&table, None).with_context(complaint)?;
    }
    let mut answer = Answer::to(format!(
        "Are {row_column} (rows) and {column_column} (columns) related?"
    ));
    answer.take(report, None);
    answer.details_text = text((&row_column, &rows), (&column_column, &columns), &counts);
    if test.plot.is_some() {
        answer.plot = Some(plot::shares(
            (&row_column, &rows),
            (&column_column, &columns),
            &counts,
        ));
    }
    let told = json!({ "rows": rows, "columns": columns, "counts": counts });
    answer.details.insert("table".to_owned(), told);
    Ok(answer)
}

/// The different answers, sorted: as numbers where all are.
fn levels<'a>(data: &DataFile, answers: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut levels: Vec<&str> = answers.collect();
    levels.sort_unstable();
    levels.dedup();
    if let Ok(numbers) = data.all_numbers(&levels) {
        let mut by_number: Vec<(f64, &str)> = numbers.into_iter().zip(levels).collect();
        by_number.sort_by(|a, b| a.0.total_cmp(&b.0));
        levels = by_number.into_iter().map(|(_, level)| level).collect();
    }
    levels
}

fn text(
    (row_column, rows): (&str, &[&str]),
    (column_column, columns): (&str, &[&str]),
    counts: &[Vec<usize>],
) -> String {
    let corner = format!("{row_column} \\ {column_column}");
    let mut heading = vec![corner.as_str()];
    heading.extend(columns);
    heading.push("all");
    let mut table = TextTable::new(&heading);
    for (row, counts) in rows.iter().zip(counts) {
        let all = counts.iter().sum::<usize>().to_string();
        let cells = counts.iter().map(ToString::to_string);
        table.row(std::iter::once((*row).to_owned()).chain(cells).chain([all]));
    }
    format!("\nCounts\n{}", table.text())
}
