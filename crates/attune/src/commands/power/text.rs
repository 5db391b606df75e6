//! Power as a text: what was simulated, a table for each question, what was assumed, what no number of
//! dyads changes.

use attune_analysis::words;
use attune_statistics::power::{SampleSize, SearchOutcome};

use super::result::{Point, PowerResult, Question};
use crate::text_table::TextTable;

/// Everything that was asked for.
pub fn whole(result: &PowerResult) -> String {
    let what = if result.is_study {
        "Power of a plan, from SIMULATED records"
    } else {
        "Power of a design, from SIMULATED data"
    };
    let mut text = format!(
        "{what}: what it would find if the assumptions held.\n\n{}\n{} at each point · seed {}\n",
        result.title,
        words::count_of(result.n_trials, "trial", "trials"),
        result.seed
    );
    for question in &result.questions {
        text += &one(question, result);
    }
    text += &listed("Assumed", &result.assumed);
    text += &listed("What no number of dyads changes", &result.cannot_show);
    text += &listed("Mind", &result.warnings);
    text
}

fn one(question: &Question, result: &PowerResult) -> String {
    let id = question
        .id
        .as_ref()
        .map_or(String::new(), |id| format!("{id}: "));
    let mut text = format!(
        "\n{id}{}\n{} · {} · {} · two-sided α {}\n\n",
        question.question,
        question.model,
        question.term,
        question.method,
        words::short(question.alpha, 4)
    );
    text += &table(question);
    if let Some(point) = question.points.iter().find(|point| !point.is_null()) {
        text += &format!("\n{}\n", reading(point));
    }
    text += &doubts(question);
    if let (Some(search), Some(target)) = (&question.search, result.target) {
        text += &format!("\n{}\n", found(search, target));
    }
    text
}

fn table(question: &Question) -> String {
    let has_adjusted = question.points.iter().any(|point| point.adjusted.is_some());
    let has_truth = question
        .points
        .iter()
        .any(|point| point.power.coverage.is_some());
    let mut heading = vec![
        "dyads",
        question.effect_name.as_str(),
        "power",
        "95 % MC interval",
    ];
    if has_adjusted {
        heading.push("after Holm");
    }
    if has_truth {
        heading.push("truth");
    }
    heading.extend(["mean estimate", "SD", "mean SE"]);
    if has_truth {
        heading.push("coverage");
    }
    heading.push("singular");
    let mut table = TextTable::new(&heading);
    for point in &question.points {
        table.row(row(point, has_adjusted, has_truth));
    }
    table.text()
}

fn row(point: &Point, has_adjusted: bool, has_truth: bool) -> Vec<String> {
    let power = &point.power;
    let digits = words::decimals_of(power.sd_estimate, 2) + 1;
    let effect = match point.is_null() {
        true => "none".to_owned(),
        false => words::short(point.effect, 4),
    };
    let mut row = vec![
        dyads(point),
        effect,
        words::percent(power.power),
        format!(
            "{} to {}",
            bare_percent(power.ci_lower),
            words::percent(power.ci_upper)
        ),
    ];
    if has_adjusted {
        let share = point.adjusted.map(|share| words::percent(share.share));
        row.push(share.unwrap_or_default());
    }
    let absent = || "not known".to_owned();
    if has_truth {
        row.push(
            power
                .true_value
                .map_or_else(absent, |truth| words::fixed(truth, digits)),
        );
    }
    row.extend(
        [power.mean_estimate, power.sd_estimate, power.mean_se].map(|x| words::fixed(x, digits)),
    );
    if has_truth {
        let share = power
            .coverage
            .map(|coverage| words::percent(coverage.share));
        row.push(share.unwrap_or_else(absent));
    }
    row.push(words::percent(
        power.n_singular as f64 / power.n_trials as f64,
    ));
    row
}

/// "59 (29 + 30)"; one number where the arms are equal or there is one group.
fn dyads(point: &Point) -> String {
    let each: Vec<String> = point.dyads.iter().map(|(_, n)| words::count(*n)).collect();
    match each.as_slice() {
        [one] => one.clone(),
        several => format!(
            "{} ({})",
            words::count(point.n_dyads()),
            several.join(" + ")
        ),
    }
}

fn bare_percent(share: f64) -> String {
    words::percent(share).trim_end_matches(" %").to_owned()
}

/// The first point in a sentence.
fn reading(point: &Point) -> String {
    let power = &point.power;
    if power.true_value == Some(0.0) {
        return format!(
            "No effect is assumed here: {} of the trials find one all the same.",
            words::percent(power.power)
        );
    }
    let mut text = format!(
        "With {} dyads, about {} of 100 such studies would find it (p < {}).",
        words::count(point.n_dyads()),
        (power.power * 100.0).round(),
        words::short(power.alpha, 4)
    );
    if let (Some(exaggeration), true) = (power.exaggeration, power.power < 0.6)
        && exaggeration.is_finite()
        && exaggeration > 1.1
    {
        text += &format!(
            " Those that do would report it {} times as large as it is, on average.",
            words::short(exaggeration, 1)
        );
    }
    text
}

/// Trials that say less than the others: how many, and how they count.
fn doubts(question: &Question) -> String {
    let sum = |count: fn(&Point) -> usize| question.points.iter().map(count).sum::<usize>();
    let trials = sum(|point| point.power.n_trials);
    let mut text = String::new();
    let singular = sum(|point| point.power.n_singular);
    if singular > 0 {
        text += &format!(
            "{} of {} fits were singular; they count as they are, as they would in the study.\n",
            words::count(singular),
            words::count(trials)
        );
    }
    for (n, what) in [
        (sum(|point| point.power.n_not_converged), "did not converge"),
        (sum(|point| point.power.n_not_fitted), "could not be fitted"),
    ] {
        if n > 0 {
            text += &format!(
                "{} of {} trials {what}; they count as not having found the effect.\n",
                words::count(n),
                words::count(trials)
            );
        }
    }
    let reasons = question
        .points
        .iter()
        .find_map(|point| point.power.why_not_fitted.clone());
    if let Some(reason) = reasons {
        text += &format!("The first that could not be fitted: {reason}\n");
    }
    text
}

fn found(search: &SampleSize, target: f64) -> String {
    let target = words::percent(target);
    let sizes: Vec<String> = search
        .tried
        .iter()
        .map(|tried| words::count(tried.n))
        .collect();
    let tried = format!("Tried: {} dyads in each arm.", words::list(&sizes));
    let outcome = match &search.outcome {
        SearchOutcome::Found {
            n,
            n_lower,
            n_upper,
            confirmation,
        } => format!(
            "{target} power needs {} dyads in each arm (95 % interval {} to {}). Confirmed with {} fresh \
             trials: {} (95 % MC interval {} to {}).",
            words::count(*n),
            words::fixed(n_lower.floor(), 0),
            words::fixed(n_upper.ceil(), 0),
            words::count(confirmation.n_trials),
            words::percent(confirmation.power),
            bare_percent(confirmation.ci_lower),
            words::percent(confirmation.ci_upper)
        ),
        SearchOutcome::NotReached { n, power } => format!(
            "{target} power is not reached: with {} dyads in each arm it is {}. Where sites are few and \
             differ, more dyads at the same sites do not help; more sites, or a larger effect, would.",
            words::count(*n),
            words::percent(power.power)
        ),
        SearchOutcome::SmallestIsEnough { n, power } => format!(
            "{} dyads in each arm, the fewest that this design can have, reach {target} already: {}.",
            words::count(*n),
            words::percent(power.power)
        ),
    };
    format!("{outcome}\n{tried}")
}

fn listed(heading: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let lines: String = sentences
        .iter()
        .map(|sentence| format!("  – {sentence}\n"))
        .collect();
    format!("\n{heading}\n{lines}")
}
