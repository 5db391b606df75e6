//! What the questions "did it change?", "do the groups differ?" and "are these two
//! answers related?" are answered with: a short list of tests, effect sizes and doubts.
//!
//! These are the shapes that `attune test --json` prints.

pub mod arms;
pub mod clusters;
pub mod repeated;
pub mod trend;

use serde::Serialize;

use super::contingency::{Continuity, CountTable, chi_squared};
use super::fisher::{Alternative, FisherSettings, fisher_any_size, fisher_two_by_two};
use super::mann_whitney::mann_whitney;
use super::mcnemar::{McNemarMethod, PairedAnswers, mcnemar};
use super::sign_test::sign_test;
use super::signed_rank::{Zeros, wilcoxon_signed_rank};
use super::t_test::{Variances, paired_t, two_sample_t};
use super::{PValueMethod, RankTestSettings};
use crate::data_problem::DataProblem;
use crate::descriptives::{mean, median, standard_deviation};
use crate::distributions::ln_binomial_coefficient;
use crate::effect_size::{
    EffectSize, EffectSizeSettings, GroupSummary, PairedStandardiser, PairedSummary,
    TwoGroupStandardiser, TwoProportions, cliffs_delta, odds_ratio, paired_difference,
    rank_biserial_of_pairs, risk_difference, risk_ratio, two_group_difference,
};
use crate::test_result::TestResult;

/// Answers to one question about one table of data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestReport {
    /// Rows used.
    pub n: usize,
    /// Rows left out because a value was missing.
    pub n_dropped: usize,
    /// Tests, the usual one first.
    pub results: Vec<TestResult>,
    /// Effect sizes with their intervals.
    pub effect_sizes: Vec<EffectSize>,
    /// Groups or occasions described.
    pub described: Vec<Described>,
    /// What to keep in mind, and what could not be computed and why.
    pub warnings: Vec<String>,
}

/// A group or occasion in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Number of values.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation; `None` for one value.
    pub sd: Option<f64>,
    /// Median.
    pub median: f64,
}

impl TestReport {
    fn new(n: usize, n_dropped: usize) -> Self {
        let warnings = match n_dropped {
            0 => Vec::new(),
            1 => vec!["1 row was left out because a value is missing".to_owned()],
            _ => vec![format!(
                "{n_dropped} rows were left out because a value is missing"
            )],
        };
        TestReport {
            n,
            n_dropped,
            results: Vec::new(),
            effect_sizes: Vec::new(),
            described: Vec::new(),
            warnings,
        }
    }

    /// Gives what was described other names.
    pub fn rename(&mut self, names: &[(&str, &str)]) {
        for described in &mut self.described {
            if let Some((_, new)) = names.iter().find(|(old, _)| *old == described.name) {
                (*new).clone_into(&mut described.name);
            }
        }
    }

    fn describe(&mut self, name: String, values: &[f64]) {
        self.described.push(Described {
            name,
            n: values.len(),
            mean: mean(values),
            sd: (values.len() > 1).then(|| standard_deviation(values)),
            median: median(values),
        });
    }

    fn add(&mut self, name: &str, result: Result<TestResult, DataProblem>) {
        match result {
            Ok(result) => self.results.push(result),
            Err(problem) => self.refuse(name, &problem),
        }
    }

    fn add_effect(&mut self, name: &str, result: Result<EffectSize, DataProblem>) {
        match result {
            Ok(result) => self.effect_sizes.push(result),
            Err(problem) => self.refuse(name, &problem),
        }
    }

    /// Says once why there is no such test.
    fn refuse(&mut self, name: &str, problem: &DataProblem) {
        let reason = format!("{name} is not defined here: {problem}");
        if !self.warnings.contains(&reason) {
            self.warnings.push(reason);
        }
    }
}

/// Did it change? Paired t, Wilcoxon signed-rank, sign test; McNemar in their place
/// when all values are 0 or 1.
///
/// # Errors
///
/// When the lists differ in length or no complete pair is left.
pub fn paired_report(
    pre: &[Option<f64>],
    post: &[Option<f64>],
    level: f64,
) -> Result<TestReport, DataProblem> {
    crate::data_problem::require_same_length(
        ("the values before", pre.len()),
        ("the values after", post.len()),
    )?;
    crate::data_problem::require_level(level)?;
    let complete = pre
        .iter()
        .zip(post)
        .filter_map(|(before, after)| Some(((*before)?, (*after)?)));
    let (pre_complete, post_complete): (Vec<f64>, Vec<f64>) = complete.unzip();
    crate::data_problem::require("the complete pairs", &pre_complete, 1)?;
    let mut report = TestReport::new(pre_complete.len(), pre.len() - pre_complete.len());
    let changes: Vec<f64> = pre_complete
        .iter()
        .zip(&post_complete)
        .map(|(before, after)| after - before)
        .collect();
    report.describe("before".to_owned(), &pre_complete);
    report.describe("after".to_owned(), &post_complete);
    report.describe("change".to_owned(), &changes);
    let yes_or_no = |value: &f64| *value == 0.0 || *value == 1.0;
    if pre_complete.iter().chain(&post_complete).all(yes_or_no) {
        add_yes_or_no(&mut report, &pre_complete, &post_complete, level);
    } else {
        add_paired(&mut report, &pre_complete, &post_complete, level);
    }
    Ok(report)
}

fn add_yes_or_no(report: &mut TestReport, pre: &[f64], post: &[f64], level: f64) {
    let yes = |values: &[f64]| {
        values
            .iter()
            .map(|value| *value == 1.0)
            .collect::<Vec<bool>>()
    };
    let answers = PairedAnswers::count(&yes(pre), &yes(post));
    for method in [
        McNemarMethod::Exact,
        McNemarMethod::MidP,
        McNemarMethod::ChiSquared,
        McNemarMethod::ChiSquaredCorrected,
    ] {
        report.add(
            "McNemar's test",
            answers
                .clone()
                .and_then(|answers| mcnemar(answers, method, level)),
        );
    }
}

fn add_paired(report: &mut TestReport, pre: &[f64], post: &[f64], level: f64) {
    report.add("the paired t test", paired_t(pre, post, level));
    let has_zeros = pre.iter().zip(post).any(|(before, after)| before == after);
    for method in [PValueMethod::Automatic, PValueMethod::Normal] {
        let settings = RankTestSettings { method, level };
        let signed_rank = wilcoxon_signed_rank(pre, post, Zeros::Dropped, &settings);
        report.add("the signed-rank test", signed_rank);
        if has_zeros {
            let pratt = wilcoxon_signed_rank(pre, post, Zeros::Pratt, &settings);
            report.add("the signed-rank test with Pratt's zeros", pratt);
        }
    }
    report.results.dedup();
    // All Walsh averages together miss the true value with probability 2 / 2^n.
    warn_of_short_interval(report, 1.0 - libm::exp2(1.0 - pre.len() as f64), level);
    report.add("the sign test", sign_test(pre, post, level));
    let settings = EffectSizeSettings {
        level,
        ..EffectSizeSettings::default()
    };
    let summary = PairedSummary::of(pre, post);
    for (name, standardiser) in [
        ("d_av", PairedStandardiser::Average),
        ("d_z", PairedStandardiser::Changes),
        ("d_rm", PairedStandardiser::RepeatedMeasures),
        ("the change in baseline SDs", PairedStandardiser::Before),
    ] {
        let effect = summary
            .clone()
            .and_then(|summary| paired_difference(summary, standardiser, &settings));
        report.add_effect(name, effect);
    }
    report.add_effect(
        "the rank-biserial correlation",
        rank_biserial_of_pairs(pre, post, level),
    );
    if has_zeros {
        let n_zeros = pre
            .iter()
            .zip(post)
            .filter(|(before, after)| before == after)
            .count();
        report.warnings.push(format!(
            "{n_zeros} of {} pairs did not change; \"zeros dropped\" and \"Pratt\" treat them differently",
            pre.len()
        ));
    }
}

/// Few values cannot support a rank interval of the level asked for.
fn warn_of_short_interval(report: &mut TestReport, highest_level: f64, level: f64) {
    if highest_level < level {
        report.warnings.push(format!(
            "with so few values the rank interval holds at {:.1} % at most, not {:.0} %",
            100.0 * highest_level,
            100.0 * level
        ));
    }
}

/// Do the groups differ? t tests, Mann–Whitney and effect sizes of the first group
/// minus the second. Groups are given by label and come in the order of first mention.
///
/// # Errors
///
/// When the lists differ in length, or there are not exactly two groups with values.
pub fn two_group_report(
    values: &[Option<f64>],
    groups: &[Option<String>],
    level: f64,
) -> Result<(TestReport, [String; 2]), DataProblem> {
    crate::data_problem::require_same_length(
        ("the values", values.len()),
        ("the groups", groups.len()),
    )?;
    crate::data_problem::require_level(level)?;
    let [(first_label, first), (second_label, second)] = by_group(values, groups)?;
    let n = first.len() + second.len();
    let mut report = TestReport::new(n, values.len() - n);
    report.describe(first_label.clone(), &first);
    report.describe(second_label.clone(), &second);
    add_two_groups(&mut report, &first, &second, level);
    Ok((report, [first_label, second_label]))
}

/// The values of the two groups, in the order of first mention; rows without value or group are
/// left out.
fn by_group<T: Clone>(
    values: &[Option<T>],
    groups: &[Option<String>],
) -> Result<[(String, Vec<T>); 2], DataProblem> {
    crate::data_problem::require_same_length(
        ("the values", values.len()),
        ("the groups", groups.len()),
    )?;
    let mut by_group: Vec<(String, Vec<T>)> = Vec::new();
    let complete = values
        .iter()
        .zip(groups)
        .filter_map(|(value, group)| Some((value.as_ref()?, group.as_ref()?)));
    for (value, group) in complete {
        match by_group.iter_mut().find(|(label, _)| label == group) {
            Some((_, members)) => members.push(value.clone()),
            None => by_group.push((group.clone(), vec![value.clone()])),
        }
    }
    by_group
        .try_into()
        .map_err(|found: Vec<(String, Vec<T>)>| DataProblem::OutOfRange {
            what: "the number of groups",
            value: found.len() as f64,
            allowed: "two; name the two groups to compare",
        })
}

fn add_two_groups(report: &mut TestReport, first: &[f64], second: &[f64], level: f64) {
    report.add(
        "Welch's t test",
        two_sample_t(first, second, Variances::Separate, level),
    );
    report.add(
        "the pooled t test",
        two_sample_t(first, second, Variances::Pooled, level),
    );
    for method in [PValueMethod::Automatic, PValueMethod::Normal] {
        let settings = RankTestSettings { method, level };
        report.add(
            "the Mann-Whitney test",
            mann_whitney(first, second, &settings),
        );
    }
    report.results.dedup();
    let (n, k) = (first.len() + second.len(), first.len());
    warn_of_short_interval(
        report,
        1.0 - 2.0 / libm::exp(ln_binomial_coefficient(n as f64, k as f64)),
        level,
    );
    let settings = EffectSizeSettings {
        level,
        ..EffectSizeSettings::default()
    };
    for (name, standardiser) in [
        ("Hedges' g", TwoGroupStandardiser::Pooled),
        ("Glass's delta", TwoGroupStandardiser::Second),
    ] {
        let effect = GroupSummary::of(first).and_then(|first| {
            two_group_difference(first, GroupSummary::of(second)?, standardiser, &settings)
        });
        report.add_effect(name, effect);
    }
    report.add_effect("Cliff's delta", cliffs_delta(first, second, level));
}

/// Are the two answers related? Chi-squared and Fisher's exact test of the table of
/// counts; for two by two also risk difference, risk ratio and odds ratio of the first
/// row against the second, the first column being the event.
///
/// # Errors
///
/// When fewer than two rows or columns hold counts.
pub fn table_report(rows: &[Vec<usize>], level: f64) -> Result<TestReport, DataProblem> {
    crate::data_problem::require_level(level)?;
    let table = CountTable::new(rows)?;
    let mut report = TestReport::new(table.n(), 0);
    report.results.push(chi_squared(&table, Continuity::None));
    if table.is_two_by_two() {
        report.results.push(chi_squared(&table, Continuity::Yates));
        report.add(
            "Fisher's test",
            fisher_two_by_two(&table, Alternative::TwoSided, level),
        );
        add_risks(&mut report, &table, level);
    } else {
        report
            .results
            .push(fisher_any_size(&table, &FisherSettings::default()));
    }
    let smallest = table
        .expected()
        .into_iter()
        .flatten()
        .fold(f64::INFINITY, f64::min);
    if smallest < 5.0 {
        report.warnings.push(format!(
            "the smallest expected count is {smallest:.1}, below 5: read Fisher's exact test rather than chi-squared"
        ));
    }
    Ok(report)
}

fn add_risks(report: &mut TestReport, table: &CountTable, level: f64) {
    let (rows, sums) = (table.rows(), table.row_sums());
    let counts = TwoProportions {
        events_first: rows[0][0],
        n_first: sums[0],
        events_second: rows[1][0],
        n_second: sums[1],
    };
    report.add_effect("the risk difference", risk_difference(counts, level));
    report.add_effect("the risk ratio", risk_ratio(counts, level));
    report.add_effect("the odds ratio", odds_ratio(counts, level));
}
