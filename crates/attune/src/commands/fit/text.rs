//! A fit as a readable table.

use attune_analysis::words;
use attune_statistics::{inference::CoefficientTest, marginal_means::CellValue};

use super::{
    Df, clusters,
    emmeans::{Compared, Emmeans},
    interpretation,
    reading::{self, ColumnRead},
    result::FitResult,
};
use crate::text_table::{Align, TextTable};

/// Everything that was asked for.
pub fn whole(fit: &FitResult, columns: &[ColumnRead]) -> String {
    let read = reading::line(columns);
    let mut text = format!("{}\n{}\n{read}\n\n", fit.formula, heading(fit));
    text += &tests(&fit.fixed, fit.level, "term", |test| test.term.clone());
    if let Some(hint) = interpretation::hint(fit, columns) {
        text += &format!("{hint}\n");
    }
    if !fit.random.is_empty() {
        text += &format!("\nRandom effects\n{}", random(fit));
    }
    text += &likelihood(fit);
    if let Some(emmeans) = &fit.emmeans {
        text += &means(emmeans, fit.level);
    }
    for section in &fit.sections {
        text += &format!("\n{}", section.text);
    }
    for warning in &fit.warnings {
        text += &format!("\nMind: {warning}\n");
    }
    if let Some(next_steps) = &fit.next_steps {
        text += &format!("\n{}", next_steps.text);
    }
    text
}

fn heading(fit: &FitResult) -> String {
    let groups: Vec<String> = fit
        .n_groups
        .iter()
        .map(|(name, n)| format!("{} {name}", words::count(*n)))
        .collect();
    let has = |key: &str| fit.sections.iter().any(|section| section.key == key);
    let df = match fit.df {
        _ if has("imputation") => "t with Barnard–Rubin degrees of freedom",
        _ if has(clusters::KEY) => "t between clusters",
        _ if fit.family == "gaussian" && fit.random.is_empty() => {
            "t with the residual degrees of freedom"
        }
        Df::Satterthwaite => "t with Satterthwaite degrees of freedom",
        Df::KenwardRoger => "t with Kenward–Roger degrees of freedom and standard errors",
        Df::Normal => "z",
    };
    let mut parts = vec![
        fit.estimator.clone(),
        words::count_of(fit.n_observations, "row", "rows"),
    ];
    if fit.family != "gaussian" {
        parts.insert(0, fit.family.to_owned());
    }
    if fit.n_dropped > 0 {
        parts.push(format!(
            "{} left out for missing values",
            words::count(fit.n_dropped)
        ));
    }
    parts.extend(groups);
    parts.push(df.to_owned());
    parts.join(" · ")
}

fn tests<T>(rows: &[T], level: f64, first: &str, name: impl Fn(&T) -> String) -> String
where
    T: AsTest,
{
    let interval = format!("{} CI", words::level(level));
    let is_normal = rows.iter().all(|row| row.as_test().df.is_infinite());
    let statistic = if is_normal { "z" } else { "t" };
    let mut table = TextTable::new(&[first, "estimate", "SE", &interval, "df", statistic, "p"]);
    for row in rows {
        let test = row.as_test();
        let decimals = words::decimals_for(test.ci_lower, test.ci_upper) + 1;
        table.row([
            name(row),
            words::fixed(test.estimate, decimals),
            words::fixed(test.se, decimals),
            format!(
                "{} to {}",
                words::fixed(test.ci_lower, decimals),
                words::fixed(test.ci_upper, decimals)
            ),
            if test.df.is_finite() {
                words::fixed(test.df, 1)
            } else {
                "∞".to_owned()
            },
            words::fixed(test.statistic, 2),
            words::p_value(test.p)
                .trim_start_matches("p = ")
                .trim_start_matches("p ")
                .to_owned(),
        ]);
    }
    table.text()
}

/// What has a test to print.
trait AsTest {
    fn as_test(&self) -> &CoefficientTest;
}

impl AsTest for CoefficientTest {
    fn as_test(&self) -> &CoefficientTest {
        self
    }
}

impl AsTest for attune_statistics::marginal_means::MarginalMean {
    fn as_test(&self) -> &CoefficientTest {
        &self.estimate
    }
}

impl AsTest for attune_statistics::mean_contrasts::MeanContrast {
    fn as_test(&self) -> &CoefficientTest {
        &self.test
    }
}

fn random(fit: &FitResult) -> String {
    let mut table = TextTable::new(&["group", "effect", "with", "variance", "SD"]);
    table.align(&[
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
    ]);
    for component in &fit.random {
        let with = component.with.clone().unwrap_or_default();
        let root = match component.with {
            Some(_) => format!("correlation {}", words::fixed(component.standardised, 3)),
            None => significant(component.standardised),
        };
        let variance = significant(component.value);
        table.row([
            component.group.clone(),
            component.term.clone(),
            with,
            variance,
            root,
        ]);
    }
    table.text()
}

fn likelihood(fit: &FitResult) -> String {
    let size = match fit.size {
        Some(size) if size.is_infinite() => "size ∞ · ".to_owned(),
        Some(size) => format!("size {} · ", significant(size)),
        None => String::new(),
    };
    if fit.log_likelihood.is_nan() {
        // Pooled models have no likelihood of their own.
        return String::new();
    }
    format!(
        "\n{size}log-likelihood {} · AIC {} · BIC {} · {} parameters{}\n",
        words::fixed(fit.log_likelihood, 3),
        words::fixed(fit.aic, 2),
        words::fixed(fit.bic, 2),
        fit.n_parameters,
        if fit.converged {
            ""
        } else {
            " · NOT CONVERGED"
        },
    )
}

fn means(emmeans: &Emmeans, level: f64) -> String {
    let means = emmeans.means.as_ref();
    let means = means.map(|means| compared("Marginal means", "marginal means", means, level));
    let slopes = emmeans.slopes.as_ref();
    let slopes = slopes.map(|slopes| compared("Slopes", "slopes", slopes, level));
    means.into_iter().chain(slopes).collect()
}

/// Means or slopes, and their contrasts where there are any.
fn compared(heading: &str, plural: &str, compared: &Compared, level: f64) -> String {
    let cell = |cell: &[(String, CellValue)]| {
        let part = |(name, value): &(String, CellValue)| match value {
            CellValue::Level(level) => format!("{name} {level}"),
            CellValue::Number(number) => format!("{name} {}", words::short(*number, 4)),
        };
        cell.iter().map(part).collect::<Vec<_>>().join(", ")
    };
    let rows = tests(&compared.rows, level, "at", |mean| {
        match mean.cell.as_slice() {
            [] => "overall".to_owned(),
            values => cell(values),
        }
    });
    if compared.contrasts.is_empty() {
        return format!("\n{heading}\n{rows}");
    }
    let contrasts = tests(
        &compared.contrasts,
        level,
        "difference",
        |contrast| match cell(&contrast.cell) {
            at if at.is_empty() => contrast.test.term.clone(),
            at => format!("{} ({at})", contrast.test.term),
        },
    );
    format!(
        "\n{heading}\n{rows}\nDifferences of {plural}{}\n{contrasts}",
        compared.how()
    )
}

/// Five significant digits.
fn significant(value: f64) -> String {
    words::fixed(value, words::decimals_of(value, 5))
}
