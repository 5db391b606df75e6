//! The answer as readable tables.

use attune_analysis::words;
use attune_statistics::{before_after::report::Described, effect_size::EffectSize};

use super::answer::{Answer, Row};
use crate::text_table::{Align, TextTable};

/// Who was compared, the tests, the effect sizes, and what to mind.
pub fn whole(answer: &Answer, level: f64) -> String {
    let mut text = format!("{}\n{}\n", answer.question, heading(answer));
    if !answer.described.is_empty() {
        text += &format!("\n{}", described(&answer.described));
    }
    if !answer.rows.is_empty() {
        text += &format!("\n{}", tests(&answer.rows, level));
    }
    if !answer.effect_sizes.is_empty() {
        text += &format!("\nEffect sizes\n{}", effects(&answer.effect_sizes, level));
    }
    text += &answer.details_text;
    for warning in &answer.warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}

fn heading(answer: &Answer) -> String {
    let rows = words::count_of(answer.n, "row", "rows");
    match answer.n_dropped {
        0 => rows,
        n => format!("{rows} · {} left out for missing values", words::count(n)),
    }
}

fn described(all: &[Described]) -> String {
    let mut table = TextTable::new(&["", "n", "mean", "SD", "median"]);
    for one in all {
        let number = |value: f64| match value.is_finite() {
            true => fixed(value, words::decimals_of(value, 4)),
            false => "–".to_owned(),
        };
        table.row([
            one.name.clone(),
            words::count(one.n),
            number(one.mean),
            number(one.sd.unwrap_or(f64::NAN)),
            number(one.median),
        ]);
    }
    table.text()
}

fn tests(rows: &[Row], level: f64) -> String {
    let several = rows.iter().any(|row| row.of.is_some());
    let adjusted = rows.iter().any(|row| row.p_adjusted.is_some());
    let interval = format!("{} CI", words::level(level));
    let mut heading = vec![
        "test",
        "which",
        "estimate",
        interval.as_str(),
        "statistic",
        "df",
        "p",
    ];
    let mut sides = vec![Align::Left; 2];
    sides.extend([Align::Right; 5]);
    if several {
        heading.insert(0, "of");
        sides.insert(0, Align::Left);
    }
    if adjusted {
        heading.push("adjusted p");
        sides.push(Align::Right);
    }
    let mut table = TextTable::new(&heading);
    table.align(&sides);
    for row in rows {
        let mut cells = cells(row).to_vec();
        if several {
            cells.insert(0, row.of.clone().unwrap_or_default());
        }
        if adjusted {
            cells.push(row.p_adjusted.map_or(String::new(), bare_p));
        }
        table.row(cells);
    }
    table.text()
}

fn cells(row: &Row) -> [String; 7] {
    let result = &row.result;
    let (lower, upper) = (
        result.ci_lower.unwrap_or(f64::NAN),
        result.ci_upper.unwrap_or(f64::NAN),
    );
    let decimals = words::decimals_for(lower, upper) + 1;
    let df = match (result.df, result.df_denominator) {
        (Some(df), Some(denominator)) => format!("{}, {}", degrees(df), degrees(denominator)),
        (Some(df), None) => degrees(df),
        _ => String::new(),
    };
    [
        result.test.to_owned(),
        result.variant.clone(),
        result
            .estimate
            .map_or(String::new(), |estimate| fixed(estimate, decimals)),
        limits(result.ci_lower, result.ci_upper, decimals),
        result.statistic.map_or(String::new(), |statistic| {
            // Rank sums and counts are whole numbers.
            let is_count = result.df.is_none() && statistic.fract() == 0.0;
            fixed(statistic, if is_count { 0 } else { 2 })
        }),
        df,
        result.p.map_or(String::new(), bare_p),
    ]
}

fn degrees(df: f64) -> String {
    match df {
        df if df.is_infinite() => "∞".to_owned(),
        df if df.fract() == 0.0 => words::fixed(df, 0),
        df => words::fixed(df, 1),
    }
}

fn fixed(value: f64, decimals: usize) -> String {
    match value {
        value if value.is_nan() => "–".to_owned(),
        f64::INFINITY => "∞".to_owned(),
        f64::NEG_INFINITY => "−∞".to_owned(),
        value if value.abs() >= 1e9 => format!("{value:.3e}"),
        value => words::fixed(value, decimals),
    }
}

fn limits(lower: Option<f64>, upper: Option<f64>, decimals: usize) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) if !lower.is_nan() && !upper.is_nan() => {
            format!("{} to {}", fixed(lower, decimals), fixed(upper, decimals))
        }
        _ => String::new(),
    }
}

fn bare_p(p: f64) -> String {
    if p.is_nan() {
        return String::new();
    }
    let words = words::p_value(p);
    let bare = words.trim_start_matches("p = ").trim_start_matches("p ");
    bare.to_owned()
}

fn effects(effects: &[(Option<String>, EffectSize)], level: f64) -> String {
    let interval = format!("{} CI", words::level(level));
    let mut table = TextTable::new(&["effect size", "estimate", &interval, "interval by"]);
    table.align(&[Align::Left, Align::Right, Align::Right, Align::Left]);
    for (of, effect) in effects {
        let decimals = words::decimals_for(effect.ci_lower, effect.ci_upper) + 1;
        let name = effect.kind.name();
        table.row([
            of.as_ref()
                .map_or(name.to_owned(), |of| format!("{of}: {name}")),
            fixed(effect.estimate, decimals),
            limits(Some(effect.ci_lower), Some(effect.ci_upper), decimals),
            effect.interval.name().to_owned(),
        ]);
    }
    table.text()
}
