//! Do two groups differ?

use anyhow::{Context, Result, bail};
use attune_analysis::words;
use attune_statistics::{
    before_after::report::{
        TestReport, arms::arms_report, clusters::clusters_report, two_group_report,
    },
    permutation::PermutationSettings,
};
use serde_json::json;

use super::{Test, answer::Answer, plot};
use crate::data_file::DataFile;

/// The two groups, and the rows that are compared: those of the first group come first, for
/// reports subtract the later group from the one that is mentioned first.
pub struct Groups {
    pub column: String,
    pub labels: Vec<Option<String>>,
    rows: Vec<usize>,
    pub n_of_others: usize,
}

/// One value or several, by people or by clusters, with or without the value before.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let question = &test.question;
    let groups = Groups::read(data, question.by.as_deref().unwrap_or_default())?;
    let values = data.columns(&question.value)?;
    let mut answer = Answer::to(String::new());
    let mut names = [String::new(), String::new()];
    for value in &values {
        let (report, found) = one(test, data, &groups, value, &mut answer)?;
        answer.take(report, (values.len() > 1).then_some(value.as_str()));
        if test.plot.is_some() && values.len() == 1 {
            let by_group = groups.values_of(&data.numbers(value)?, &found);
            answer.plot = Some(plot::groups(value, &groups.column, by_group, test.level));
        }
        names = found;
    }
    if groups.n_of_others > 0 {
        answer.warnings.push(format!(
            "{} of other groups are not compared",
            words::count_of(groups.n_of_others, "row", "rows")
        ));
    }
    if test.plot.is_some() && values.len() > 1 {
        answer.plot = plot::differences(&names, &answer.effect_sizes, test.level);
    }
    let [first, second] = names;
    let adjusted = question
        .baseline
        .as_ref()
        .map_or(String::new(), |baseline| {
            format!(", with {baseline} before")
        });
    answer.question = format!(
        "Do groups differ? {}: {first} minus {second}, by {}{adjusted}",
        values.join(", "),
        groups.column
    );
    answer
        .details
        .insert("groups".to_owned(), json!([first, second]));
    Ok(answer)
}

fn one(
    test: &Test,
    data: &DataFile,
    groups: &Groups,
    value: &str,
    answer: &mut Answer,
) -> Result<(TestReport, [String; 2])> {
    let values = groups.arranged(&data.numbers(value)?);
    let complaint = || format!("{}, {value} by {}", data.file(), groups.column);
    let (mut report, found) = if let Some(baseline) = &test.question.baseline {
        let before = groups.arranged(&data.numbers(baseline)?);
        let arms =
            arms_report(&before, &values, &groups.labels, test.level).with_context(complaint)?;
        answer
            .details
            .insert("adjusted_means".to_owned(), json!(arms.adjusted_means));
        for (arm, mean) in arms.arms.iter().zip(&arms.adjusted_means) {
            answer.details_text += &format!(
                "\nmean of {value} at the overall mean of {baseline}, {arm}: {:.3} ({:.3} to {:.3})",
                mean.mean, mean.ci_lower, mean.ci_upper
            );
        }
        answer.details_text += "\n";
        (arms.report, arms.arms)
    } else if let Some(cluster) = &test.question.cluster {
        let clusters = groups.arranged(&owned(&data.labels(cluster)?));
        let settings = PermutationSettings {
            seed: test.seed,
            n_random: test.bootstrap.map_or(99_999, |n| n as usize),
            ..PermutationSettings::default()
        };
        let result = clusters_report(&values, &groups.labels, &clusters, test.level, &settings)
            .with_context(complaint)?;
        answer
            .details
            .insert("n_clusters".to_owned(), json!(result.n_clusters));
        answer
            .details
            .insert("permutation".to_owned(), json!(result.permutation));
        (result.report, result.groups)
    } else {
        two_group_report(&values, &groups.labels, test.level).with_context(complaint)?
    };
    if let Some(margin) = test.equivalence {
        report.add_equivalence(margin, 1.0 - test.level)?;
    }
    Ok((report, found))
}

impl Groups {
    /// `GROUP` or `GROUP=FIRST,SECOND`.
    pub fn read(data: &DataFile, by: &str) -> Result<Self> {
        let (column, wanted) = match by.split_once('=') {
            Some((column, wanted)) if !data.headings().contains(&by) => (column, Some(wanted)),
            _ => (by, None),
        };
        let all = owned(&data.labels(column)?);
        let mut known: Vec<String> = all.iter().flatten().cloned().collect();
        known.sort();
        known.dedup();
        let pair: Vec<&str> = match wanted {
            Some(wanted) => wanted.split(',').map(str::trim).collect(),
            None if known.len() == 2 => all.iter().flatten().take(1).map(String::as_str).collect(),
            None => bail!(
                "{}, column {column}: a comparison needs two groups, and there {}; choose two, such as --by {column}={}",
                data.file(),
                found(&known),
                match known.len() {
                    0 | 1 => "FIRST,SECOND".to_owned(),
                    _ => known[..2].join(","),
                }
            ),
        };
        if wanted.is_some() && (pair.len() != 2 || pair[0] == pair[1]) {
            bail!("--by {by}: name two groups, the first less the second");
        }
        if let Some(stranger) = pair
            .iter()
            .find(|name| !known.iter().any(|label| label == *name))
        {
            bail!(
                "{}, column {column}: no row has the group `{stranger}`; there {}",
                data.file(),
                found(&known)
            );
        }
        let is_compared = |label: &Option<String>| match label {
            Some(label) => wanted.is_none() || pair.contains(&label.as_str()),
            None => true,
        };
        let mut rows: Vec<usize> = (0..all.len())
            .filter(|row| is_compared(&all[*row]))
            .collect();
        rows.sort_by_key(|row| all[*row].as_deref() != pair.first().copied());
        Ok(Self {
            column: column.to_owned(),
            n_of_others: all.len() - rows.len(),
            labels: rows.iter().map(|row| all[*row].clone()).collect(),
            rows,
        })
    }

    /// The second group's values, which are the reference, then the first's.
    fn values_of(&self, values: &[Option<f64>], names: &[String; 2]) -> Vec<(String, Vec<f64>)> {
        let arranged = self.arranged(values);
        let of = |name: &String| {
            let members = self.labels.iter().zip(&arranged);
            let members = members.filter(|(label, _)| label.as_ref() == Some(name));
            members.filter_map(|(_, value)| *value).collect()
        };
        let [first, second] = names;
        vec![(second.clone(), of(second)), (first.clone(), of(first))]
    }

    /// A column's cells in the order of the rows compared.
    pub fn arranged<T: Clone>(&self, cells: &[T]) -> Vec<T> {
        self.rows.iter().map(|row| cells[*row].clone()).collect()
    }
}

fn found(known: &[String]) -> String {
    match known.len() {
        0 => "are none".to_owned(),
        1 => format!("is one ({})", known[0]),
        n if n > 12 => format!("are {n}"),
        n => format!("are {n} ({})", known.join(", ")),
    }
}

fn owned(labels: &[Option<&str>]) -> Vec<Option<String>> {
    labels
        .iter()
        .map(|label| label.map(str::to_owned))
        .collect()
}
