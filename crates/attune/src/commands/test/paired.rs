//! Did it change?

use anyhow::{Context, Result, bail};
use attune_statistics::before_after::report::paired_report;

use super::{Test, answer::Answer, plot, question::two};
use crate::data_file::DataFile;

/// One pair of columns or several.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let asked = &test.question.paired;
    let mut answer = Answer::to(String::new());
    let mut questions = Vec::new();
    for pair in asked {
        let columns: Vec<String> = pair.split(',').map(str::to_owned).collect();
        let [pre, post] = two("--paired", &columns)?;
        data.require(&[&pre, &post])?;
        let question = format!("{post} minus {pre}");
        let (before, after) = (data.numbers(&pre)?, data.numbers(&post)?);
        if before
            .iter()
            .zip(&after)
            .all(|(a, b)| a.is_none() || b.is_none())
        {
            bail!("{}: no row has both {pre} and {post}", data.file());
        }
        let mut report = paired_report(&before, &after, test.level)
            .with_context(|| format!("{}, {question}", data.file()))?;
        report.rename(&[("before", &pre), ("after", &post)]);
        if let Some(margin) = test.equivalence {
            report.add_equivalence(margin, (1.0 - test.level).min(0.49))?;
        }
        if test.plot.is_some() && asked.len() == 1 {
            let pairs = before.into_iter().zip(after);
            let pairs = pairs.filter_map(|(before, after)| Some((before?, after?)));
            answer.plot = Some(plot::pairs((&pre, &post), pairs.collect(), test.level));
        }
        answer.take(report, (asked.len() > 1).then_some(question.as_str()));
        questions.push(question);
    }
    answer.question = format!("Did it change? {}", questions.join("; "));
    Ok(answer)
}
