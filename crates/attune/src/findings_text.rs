//! Findings for the terminal: the sentence first, then the numbers, then the doubts.

use attune_analysis::{
    findings::{Coefficient, Estimate, Finding, Findings, MultiplicityResult},
    words,
};

use crate::text_table::TextTable;

/// Width of running text.
const WIDTH: usize = 92;

/// All findings, one below the other.
pub fn all(findings: &Findings) -> String {
    let mut text = format!("{}\n", findings.title);
    if findings.simulated {
        text += "SIMULATED DATA: made up to rehearse the plan; they describe no family.\n";
    }
    for finding in &findings.findings {
        text += &one(finding, findings.multiplicity.as_ref());
    }
    text += &list("What this study cannot show", &findings.cannot_show);
    text += &list("Mind", &findings.warnings);
    text += &format!(
        "\n{} · seed {} · protocol {} · data {}\n",
        findings.engine,
        findings.seed,
        short(&findings.protocol_fingerprint),
        short(&findings.data_fingerprint),
    );
    text
}

fn one(finding: &Finding, family: Option<&MultiplicityResult>) -> String {
    let mut text = format!(
        "\n── {} {}\n",
        finding.id,
        "─".repeat(WIDTH.saturating_sub(finding.id.chars().count() + 4))
    );
    text += &wrapped(&finding.question, "");
    text += &wrapped(&finding.answer, "");
    text += &format!("\n{}\n", coefficients(&finding.model.fixed, &finding.term));
    if let (Some(p), Some(family)) = (finding.p_adjusted, family) {
        text += &format!(
            "Adjusted for the {} asked together (Holm): {}.\n",
            words::count_of(family.members.len(), "question", "questions"),
            words::p_value(p)
        );
    }
    if let Some(effect) = &finding.effect_size {
        let interval = words::estimate_with_interval(
            effect.estimate,
            finding.estimate.level,
            effect.ci_lower,
            effect.ci_upper,
        );
        text += &wrapped(
            &format!("{}: {interval}; {}", effect.kind, effect.definition),
            "",
        );
    }
    text += &wrapped(&finding.method, "");
    if !finding.sensitivity.is_empty() {
        text += &format!("\nAsked in other ways\n{}\n", sensitivity(finding));
    }
    text += &list("Mind", &finding.warnings);
    text += &list("This finding cannot show", &finding.cannot_show);
    text
}

fn coefficients(fixed: &[Coefficient], answer: &str) -> String {
    let mut table = TextTable::new(&["term", "estimate", "SE", "95 % CI", "df", "p"]);
    for coefficient in fixed {
        let mark = if coefficient.term == answer {
            " ◂"
        } else {
            ""
        };
        let name = format!("{}{mark}", coefficient.term);
        table.row(std::iter::once(name).chain(numbers(&coefficient.estimate)));
    }
    table.text()
}

fn sensitivity(planned: &Finding) -> String {
    let (_, units) = words::unit_nouns(planned.outcome.about);
    let mut table = TextTable::new(&["analysis", "estimate", "SE", "95 % CI", "df", "p", units]);
    let mut notes = String::new();
    for finding in &planned.sensitivity {
        let n = words::count(finding.n_units);
        let numbers = numbers(&finding.estimate).into_iter();
        // What cannot stand on one axis with the planned estimate says what its unit is.
        let label = match finding.comparable || finding.estimate.estimate.is_none() {
            true => finding.label.clone(),
            false => format!("{}: {}", finding.label, finding.estimate_unit),
        };
        table.row(std::iter::once(label).chain(numbers).chain([n]));
        for warning in &finding.warnings {
            notes += &wrapped(&format!("– {}: {warning}", finding.label), "  ");
        }
    }
    table.text() + &notes
}

fn numbers(estimate: &Estimate) -> [String; 5] {
    let none = || "–".to_owned();
    let (lower, upper) = (
        estimate.ci_lower.unwrap_or(f64::NAN),
        estimate.ci_upper.unwrap_or(f64::NAN),
    );
    let decimals = words::decimals_for(lower, upper);
    let number =
        |value: Option<f64>| value.map_or_else(none, |value| words::fixed(value, decimals));
    let interval = match (estimate.ci_lower, estimate.ci_upper) {
        (Some(_), Some(_)) => format!(
            "{} to {}",
            number(estimate.ci_lower),
            number(estimate.ci_upper)
        ),
        _ => none(),
    };
    let df = estimate.df.map_or_else(none, |df| words::fixed(df, 1));
    let p = estimate.p.map_or_else(none, |p| {
        words::p_value(p)
            .trim_start_matches("p = ")
            .trim_start_matches("p ")
            .to_owned()
    });
    [
        number(estimate.estimate),
        number(estimate.se),
        interval,
        df,
        p,
    ]
}

fn list(title: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items
        .iter()
        .map(|item| wrapped(&format!("– {item}"), "  "))
        .collect();
    format!("\n{title}\n{items}")
}

/// Text broken at spaces into lines of at most [`WIDTH`] characters, later ones indented.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let too_long = line.chars().count() + 1 + word.chars().count() > WIDTH;
        if too_long && !line.trim().is_empty() {
            lines += &format!("{line}\n");
            line = format!("{indent}{word}");
        } else if line.is_empty() {
            line = word.to_owned();
        } else {
            line += &format!(" {word}");
        }
    }
    lines + &line + "\n"
}

fn short(fingerprint: &str) -> &str {
    fingerprint.get(..12).unwrap_or(fingerprint)
}
