//! Who changed by more than the instrument's error?

use anyhow::{Context, Result, bail};
use attune_statistics::{
    before_after::proportion::wilson_interval,
    reliable_change::{
        Better, Change, ReliableChange, ReliableChangeSettings, jacobson_truax, regression_based,
    },
    resampling::{
        bootstrap::{BootstrapInterval, BootstrapSettings},
        rows::bootstrap_rows,
    },
    test_result::TestResult,
};
use serde_json::json;

use super::{
    Test,
    answer::{Answer, Row},
    plot,
    question::{Direction, two},
};
use crate::data_file::DataFile;

/// People with both scores, and who of them is the norm.
struct People {
    pre: Vec<f64>,
    post: Vec<f64>,
    is_norm: Vec<bool>,
    row_numbers: Vec<u32>,
    n_dropped: usize,
}

const VERDICTS: [(Change, &str); 4] = [
    (Change::Recovered, "recovered"),
    (Change::Improved, "improved"),
    (Change::Unchanged, "unchanged"),
    (Change::Deteriorated, "deteriorated"),
];

/// Shares of people by verdict.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let question = &test.question;
    let [pre, post] = two("--reliable-change", &question.reliable_change)?;
    let people = People::read(data, test, &pre, &post)?;
    let settings = settings(test)?;
    let everybody: Vec<usize> = (0..people.pre.len()).collect();
    let change = people
        .changes(&everybody, &settings, question.norm.is_some())
        .with_context(|| format!("{}, {post} minus {pre}", data.file()))?;
    let mut answer = Answer::to(format!("Who changed reliably from {pre} to {post}?"));
    answer.n = people.pre.len();
    answer.n_dropped = people.n_dropped;
    answer.rows = shares(test, &people, &settings, &change)?;
    let form = match question.norm {
        Some(_) => "regression-based (McSweeny and others 1993)",
        None => "Jacobson and Truax (1991)",
    };
    answer.details_text = format!(
        "\n{form}: a difference of {:.3} is reliable (standard error of a difference {:.3})\n",
        change.reliable_difference, change.standard_error_of_difference
    );
    if test.plot.is_some() {
        let pairs = people.pre.iter().copied().zip(people.post.iter().copied());
        answer.plot = Some(plot::pairs((&pre, &post), pairs.collect(), test.level));
    }
    let each: Vec<_> = (0..people.pre.len())
        .map(|i| {
            json!({ "row": people.row_numbers[i], "index": change.indices[i], "change": change.changes[i] })
        })
        .collect();
    for (key, told) in [
        ("form", json!(form)),
        ("counts", json!(change.counts)),
        ("reliable_difference", json!(change.reliable_difference)),
        (
            "standard_error_of_measurement",
            json!(change.standard_error_of_measurement),
        ),
        (
            "standard_error_of_difference",
            json!(change.standard_error_of_difference),
        ),
        ("people", json!(each)),
    ] {
        answer.details.insert(key.to_owned(), told);
    }
    answer.warnings.push(
        "counts of reliable change describe people; they are no test of a programme".to_owned(),
    );
    Ok(answer)
}

fn settings(test: &Test) -> Result<ReliableChangeSettings> {
    let question = &test.question;
    let reliability = match (question.reliability, &question.norm) {
        (Some(reliability), _) => reliability,
        // The regression-based form takes the error from the norm group.
        (None, Some(_)) => 0.5,
        (None, None) => bail!(
            "--reliable-change needs --reliability (of a retest over a like interval), or --norm COLUMN=LEVEL for the regression-based form"
        ),
    };
    Ok(ReliableChangeSettings {
        reliability,
        standard_deviation: question.sd,
        better: match question.better {
            Some(Direction::Lower) => Better::Lower,
            Some(Direction::Higher) => Better::Higher,
            None => bail!("--reliable-change needs --better higher or --better lower"),
        },
        alpha: 1.0 - test.level,
        cut_off: question.cut_off,
    })
}

impl People {
    fn read(data: &DataFile, test: &Test, pre: &str, post: &str) -> Result<Self> {
        data.require(&[pre, post])?;
        let (before, after) = (data.numbers(pre)?, data.numbers(post)?);
        let is_norm = match &test.question.norm {
            None => vec![true; before.len()],
            Some(norm) => {
                let Some((column, level)) = norm.split_once('=') else {
                    bail!("--norm is written COLUMN=LEVEL, such as --norm arm=usual");
                };
                let labels = data.labels(column)?;
                if !labels.contains(&Some(level)) {
                    bail!("{}, column {column}: no row has `{level}`", data.file());
                }
                labels.iter().map(|label| *label == Some(level)).collect()
            }
        };
        let mut people = Self {
            pre: Vec::new(),
            post: Vec::new(),
            is_norm: Vec::new(),
            row_numbers: Vec::new(),
            n_dropped: 0,
        };
        for (row, pair) in before.into_iter().zip(after).enumerate() {
            let (Some(before), Some(after)) = pair else {
                people.n_dropped += 1;
                continue;
            };
            people.pre.push(before);
            people.post.push(after);
            people.is_norm.push(is_norm[row]);
            people.row_numbers.push(data.row_number(row));
        }
        Ok(people)
    }

    /// Verdicts of some people, errors taken from them alone.
    fn changes(
        &self,
        rows: &[usize],
        settings: &ReliableChangeSettings,
        by_regression: bool,
    ) -> Result<ReliableChange> {
        let pick = |values: &[f64], rows: &[usize]| rows.iter().map(|row| values[*row]).collect();
        let (pre, post): (Vec<f64>, Vec<f64>) = (pick(&self.pre, rows), pick(&self.post, rows));
        if !by_regression {
            return Ok(jacobson_truax(&pre, &post, settings)?);
        }
        let norm: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|row| self.is_norm[*row])
            .collect();
        let reference: (Vec<f64>, Vec<f64>) = (pick(&self.pre, &norm), pick(&self.post, &norm));
        Ok(regression_based(
            &pre,
            &post,
            (&reference.0, &reference.1),
            settings,
        )?)
    }
}

/// Share of people by verdict: Wilson's interval, or the bootstrap's, which also counts that
/// the error of the instrument was estimated.
fn shares(
    test: &Test,
    people: &People,
    settings: &ReliableChangeSettings,
    change: &ReliableChange,
) -> Result<Vec<Row>> {
    let by_regression = test.question.norm.is_some();
    let of = |change: &ReliableChange| -> Vec<f64> {
        let n = change.changes.len() as f64;
        let count = |wanted: Change| change.changes.iter().filter(|one| **one == wanted).count();
        VERDICTS
            .map(|(verdict, _)| count(verdict) as f64 / n)
            .to_vec()
    };
    let mut rows = Vec::new();
    for ((_, name), share) in VERDICTS.iter().zip(of(change)) {
        let n = people.pre.len();
        let events = (share * n as f64).round() as usize;
        let (lower, upper) = wilson_interval(events, n, test.level);
        rows.push(Row {
            of: None,
            p_adjusted: None,
            result: TestResult {
                estimate: Some(share),
                statistic: Some(events as f64),
                ci_lower: Some(lower),
                ci_upper: Some(upper),
                ..TestResult::named("reliable-change", format!("share {name}, Wilson"))
            },
        });
    }
    if let Some(n_resamples) = test.bootstrap {
        let bootstrap = BootstrapSettings {
            n_resamples: n_resamples as usize,
            seed: test.seed,
            level: test.level,
            interval: BootstrapInterval::Percentile,
        };
        let each: Vec<usize> = (0..people.pre.len()).collect();
        let resampled = bootstrap_rows(&each, &bootstrap, |drawn| {
            match people.changes(drawn, settings, by_regression) {
                Ok(change) => of(&change),
                Err(_) => vec![f64::NAN; VERDICTS.len()],
            }
        })?;
        for ((row, resampled), (_, name)) in rows.iter_mut().zip(resampled).zip(VERDICTS) {
            let resampled = resampled?;
            row.result.se = Some(resampled.standard_error);
            row.result.ci_lower = Some(resampled.ci_lower);
            row.result.ci_upper = Some(resampled.ci_upper);
            row.result.variant = format!(
                "share {name}, bootstrap percentile, {n_resamples} resamples, seed {}",
                test.seed
            );
        }
    }
    if settings.cut_off.is_none() {
        rows.remove(0);
    }
    Ok(rows)
}
