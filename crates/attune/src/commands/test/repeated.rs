//! Do three or more occasions differ?

use anyhow::{Context, Result};
use attune_statistics::before_after::report::repeated::repeated_report;

use super::{Test, answer::Answer, plot};
use crate::data_file::DataFile;

/// Friedman's test of the columns, and their pairs.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let columns = data.columns(&test.question.repeated)?;
    let occasions = columns
        .iter()
        .map(|column| data.numbers(column))
        .collect::<Result<Vec<_>>>()?;
    let report = repeated_report(&columns, &occasions, test.level)
        .with_context(|| format!("{}, {}", data.file(), columns.join(", ")))?;
    let mut answer = Answer::to(format!("Do the occasions differ? {}", columns.join(", ")));
    answer.take(report, None);
    if test.plot.is_some() {
        let values = |occasion: &Vec<Option<f64>>| occasion.iter().flatten().copied().collect();
        let groups = columns.iter().cloned().zip(occasions.iter().map(values));
        answer.plot = Some(plot::groups(
            "value",
            "occasion",
            groups.collect(),
            test.level,
        ));
    }
    Ok(answer)
}
