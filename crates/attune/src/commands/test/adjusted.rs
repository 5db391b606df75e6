//! Do two groups differ once they are made alike in what was measured?

use anyhow::{Context, Result};
use attune_analysis::words;
use attune_report::{
    Format,
    plots::{BalanceRow, CovariateBalance, Heading, svg_file},
};
use attune_statistics::{
    confounding::{
        AdjustedDifference, AdjustmentSettings, Balance, CovariateBalance as BalanceOfOne, EValue,
        Measure, OutcomeModel, Target, adjusted_difference, balance, e_value,
        e_value_for_mean_difference,
    },
    formula::Formula,
    table::{Column, Factor, Table},
    test_result::TestResult,
};
use clap::ValueEnum;
use serde_json::{Value, json};

use super::{
    Test,
    answer::{Answer, Row},
    groups::Groups,
};
use crate::{
    data_file::DataFile,
    text_table::{Align, TextTable},
};

/// Whom the comparison is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum About {
    /// Those who might have been in either group
    Overlap,
    /// Everybody (average effect)
    Everybody,
    /// The first group (effect on the treated)
    First,
    /// The second group
    Second,
    /// As matching one to one
    Matching,
}

impl From<About> for Target {
    fn from(about: About) -> Self {
        match about {
            About::Overlap => Self::Overlap,
            About::Everybody => Self::Everybody,
            About::First => Self::Treated,
            About::Second => Self::Comparison,
            About::Matching => Self::Matching,
        }
    }
}

impl About {
    fn words(self) -> &'static str {
        match self {
            Self::Overlap => "overlap weights",
            Self::Everybody => "inverse probability weights",
            Self::First => "weights for the first group",
            Self::Second => "weights for the second group",
            Self::Matching => "matching weights",
        }
    }
}

/// Compares the groups of `--by`, adjusted for the columns of `--adjust-for`.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let question = &test.question;
    let groups = Groups::read(data, question.by.as_deref().unwrap_or_default())?;
    let values = data.columns(&question.value)?;
    let covariates = data.columns(&question.adjust_for)?;
    let mut answer = Answer::to(String::new());
    let mut names = [String::new(), String::new()];
    for value in &values {
        let one = One::of(test, data, &groups, value, &covariates)
            .with_context(|| format!("{}, {value} by {}", data.file(), groups.column))?;
        let of = (values.len() > 1).then_some(value.as_str());
        let [second, first] = one.adjusted.score.arms.clone();
        names = [first, second];
        one.tell(&mut answer, of, test);
    }
    if groups.n_of_others > 0 {
        answer.warnings.push(format!(
            "{} of other groups are not compared",
            words::count_of(groups.n_of_others, "row", "rows")
        ));
    }
    let [first, second] = names;
    answer.question = format!(
        "Do groups differ? {}: {first} minus {second}, by {}, adjusted for {}",
        values.join(", "),
        groups.column,
        words::list(&covariates)
    );
    let groups = json!([first, second]);
    answer.details.insert("groups".to_owned(), groups);
    Ok(answer)
}

/// One value, compared.
struct One {
    value: String,
    adjusted: AdjustedDifference,
    balance: Balance,
    e_value: Option<EValue>,
    model: OutcomeModel,
}

impl One {
    fn of(
        test: &Test,
        data: &DataFile,
        groups: &Groups,
        value: &str,
        covariates: &[String],
    ) -> Result<Self> {
        let question = &test.question;
        let table = table(test, data, groups, value, covariates)?;
        let named: Vec<String> = covariates.iter().map(|name| format!("`{name}`")).collect();
        let formula = Formula::parse(&format!("`{value}` ~ {}", named.join(" + ")))?;
        let is_binary = data
            .numbers(value)?
            .iter()
            .flatten()
            .all(|value| *value == 0.0 || *value == 1.0);
        let model = match (question.doubly_robust, is_binary) {
            (false, _) => OutcomeModel::None,
            (true, true) => OutcomeModel::Logistic,
            (true, false) => OutcomeModel::Linear,
        };
        let settings = AdjustmentSettings {
            target: question.about.into(),
            truncate_at: question.truncate,
            outcome_model: model,
            cluster: question.cluster.clone(),
            level: test.level,
        };
        let adjusted = adjusted_difference(&groups.column, &formula, &table, &settings)?;
        let balance = balance(&adjusted.score, &adjusted.weights, &formula, &table);
        Ok(Self {
            value: value.to_owned(),
            e_value: e_value_of(&adjusted),
            adjusted,
            balance,
            model,
        })
    }

    fn tell(self, answer: &mut Answer, of: Option<&str>, test: &Test) {
        let adjusted = &self.adjusted;
        let robust = match self.model {
            OutcomeModel::None => "",
            OutcomeModel::Linear => ", doubly robust (linear)",
            OutcomeModel::Logistic => ", doubly robust (logistic)",
        };
        let variant = format!("{}{robust}", test.question.about.words());
        answer.n = answer.n.max(adjusted.score.treated.len());
        answer.n_dropped = answer.n_dropped.max(adjusted.score.n_dropped);
        let results = std::iter::once(&adjusted.difference).chain(&adjusted.risk_ratio);
        answer.rows.extend(results.map(|result| Row {
            of: of.map(str::to_owned),
            result: TestResult {
                variant: variant.clone(),
                ..result.clone()
            },
            p_adjusted: None,
        }));
        let warnings = adjusted.warnings.iter().map(|warning| match of {
            Some(of) => format!("{of}: {warning}"),
            None => warning.clone(),
        });
        answer.warnings.extend(warnings);
        answer.details_text += &self.text();
        match of {
            None => {
                if let Value::Object(details) = self.json() {
                    answer.details.extend(details);
                }
            }
            Some(of) => {
                answer.details.insert(of.to_owned(), self.json());
            }
        }
        if test.plot.is_some() && of.is_none() {
            answer.plot = Some(self.plot(test));
        }
    }

    fn text(&self) -> String {
        let adjusted = &self.adjusted;
        let [comparison, treated] = &adjusted.score.arms;
        let [n_comparison, n_treated] = adjusted.weights.effective_sample_sizes;
        let mut text = format!(
            "\n{}: adjusted mean {} in {treated}, {} in {comparison}; effective sample sizes {} and {}\n",
            self.value,
            short(adjusted.means.treated),
            short(adjusted.means.comparison),
            words::fixed(n_treated, 1),
            words::fixed(n_comparison, 1),
        );
        if adjusted.weights.n_truncated > 0 {
            let n = words::count_of(adjusted.weights.n_truncated, "weight", "weights");
            text += &format!("{n} cut down\n");
        }
        let mut table = TextTable::new(&[
            "balance of",
            treated,
            comparison,
            "difference",
            "after weighting",
            "variance ratio",
            "after",
        ]);
        table.align(&[
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
        ]);
        for line in &self.balance.covariates {
            let ratio = |ratio: Option<f64>| ratio.map_or(String::new(), |r| words::fixed(r, 2));
            table.row([
                name(line),
                short(line.means[1]),
                short(line.means[0]),
                words::fixed(line.standardised_difference, 2),
                words::fixed(line.weighted_standardised_difference, 2),
                ratio(line.variance_ratio),
                ratio(line.weighted_variance_ratio),
            ]);
        }
        text += &format!("\n{}", table.text());
        let positivity = self.balance.positivity;
        let range = |[low, high]: [f64; 2]| {
            format!("{} to {}", words::fixed(low, 2), words::fixed(high, 2))
        };
        text += &format!(
            "Propensity scores: {treated} {}, {comparison} {}; {} outside the range that both share\n",
            range(positivity.treated),
            range(positivity.comparison),
            words::count_of(positivity.n_outside, "person", "people"),
        );
        if let Some(value) = self.e_value {
            text += &format!(
                "E-value {} (end of the interval {}): how strongly, as a ratio of risks, something \
                 unmeasured would have to go with both group and value to explain this\n",
                words::fixed(value.estimate, 2),
                words::fixed(value.limit, 2)
            );
        }
        text
    }

    fn json(&self) -> Value {
        let adjusted = &self.adjusted;
        let [comparison, treated] = &adjusted.score.arms;
        let by_arm = |[low, high]: [f64; 2]| json!({ comparison: low, treated: high });
        let line = |line: &BalanceOfOne| {
            json!({
                "covariate": line.covariate,
                "level": line.level,
                "means": by_arm(line.means),
                "weighted_means": by_arm(line.weighted_means),
                "standardised_difference": finite(line.standardised_difference),
                "weighted_standardised_difference": finite(line.weighted_standardised_difference),
                "variance_ratio": line.variance_ratio.and_then(finite),
                "weighted_variance_ratio": line.weighted_variance_ratio.and_then(finite),
                "missing_shares": by_arm(line.missing_shares),
            })
        };
        let positivity = self.balance.positivity;
        json!({
            "adjusted_means": by_arm([adjusted.means.comparison, adjusted.means.treated]),
            "effective_sample_sizes": by_arm(adjusted.weights.effective_sample_sizes),
            "n_truncated": adjusted.weights.n_truncated,
            "n_clusters": adjusted.n_clusters,
            "balance": self.balance.covariates.iter().map(line).collect::<Vec<Value>>(),
            "propensity_scores": {
                comparison: positivity.comparison,
                treated: positivity.treated,
                "n_outside": positivity.n_outside,
            },
            "e_value": self.e_value,
        })
    }

    fn plot(&self, test: &Test) -> String {
        let [comparison, treated] = &self.adjusted.score.arms;
        let rows: Vec<BalanceRow> = self
            .balance
            .covariates
            .iter()
            .map(|line| BalanceRow {
                label: name(line),
                before: line.standardised_difference,
                after: line.weighted_standardised_difference,
            })
            .collect();
        let largest = |of: fn(&BalanceRow) -> f64| {
            let all = rows.iter().map(|row| of(row).abs());
            words::fixed(all.filter(|d| d.is_finite()).fold(0.0, f64::max), 2)
        };
        let description = format!(
            "The largest standardised difference is {} before and {} after weighting.",
            largest(|row| row.before),
            largest(|row| row.after)
        );
        let plot = CovariateBalance {
            heading: Heading {
                title: format!("How alike are {treated} and {comparison}?"),
                subtitle: format!(
                    "{}, {}; dotted: 0.1 either way",
                    words::count_of(self.adjusted.score.treated.len(), "person", "people"),
                    test.question.about.words()
                ),
                description,
                note: "Only what was measured can be made alike.".to_owned(),
            },
            rows,
        };
        svg_file(&plot, Format::Wide)
    }
}

/// The columns that are used, the first group as the treated arm.
fn table(
    test: &Test,
    data: &DataFile,
    groups: &Groups,
    value: &str,
    covariates: &[String],
) -> Result<Table> {
    let first = groups.labels.iter().flatten().next().cloned();
    let second = groups
        .labels
        .iter()
        .flatten()
        .find(|l| Some(*l) != first.as_ref());
    let (first, second) = (
        first.unwrap_or_default(),
        second.cloned().unwrap_or_default(),
    );
    let mut table = Table::new();
    table.push(
        &groups.column,
        Column::Factor(Factor::with_levels(&groups.labels, &[&second, &first])),
    )?;
    let numbers = |values: Vec<Option<f64>>| {
        let values = groups.arranged(&values).into_iter();
        Column::Numbers(values.map(|value| value.unwrap_or(f64::NAN)).collect())
    };
    table.push(value, numbers(data.numbers(value)?))?;
    for name in covariates {
        let column = match data.numbers(name) {
            Ok(values) => numbers(values),
            Err(_) => Column::Factor(Factor::from_labels(&groups.arranged(&data.labels(name)?))),
        };
        table.push(name, column)?;
    }
    if let Some(cluster) = &test.question.cluster
        && table.column(cluster).is_none()
    {
        let labels = groups.arranged(&data.labels(cluster)?);
        table.push(cluster, Column::Factor(Factor::from_labels(&labels)))?;
    }
    Ok(table)
}

/// Of the risk ratio where there is one, otherwise of the standardised difference.
fn e_value_of(adjusted: &AdjustedDifference) -> Option<EValue> {
    let interval = |result: &TestResult, scale: f64| {
        Some((
            result.estimate? / scale,
            (result.ci_lower? / scale, result.ci_upper? / scale),
        ))
    };
    if let Some(ratio) = &adjusted.risk_ratio {
        let (estimate, limits) = interval(ratio, 1.0)?;
        return e_value(Measure::RiskRatio, estimate, limits).ok();
    }
    let (estimate, limits) = interval(&adjusted.difference, adjusted.outcome_sd)?;
    e_value_for_mean_difference(estimate, limits).ok()
}

fn name(line: &BalanceOfOne) -> String {
    match &line.level {
        Some(level) => format!("{}: {level}", line.covariate),
        None => line.covariate.clone(),
    }
}

fn short(value: f64) -> String {
    words::fixed(value, words::decimals_of(value, 4))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
