//! The summary as readable tables.

use attune_analysis::words;
use attune_observation::budget::Budget;

use super::sequences::{AskedContingency, StreamTransitions};
use crate::text_table::{Align, TextTable};

pub fn budgets(budgets: &[Budget]) -> String {
    let mut text = String::new();
    for budget in budgets {
        let length = match (budget.duration_s, budget.codable_s) {
            (Some(all), Some(codable)) if (all - codable).abs() > 1e-9 => {
                format!("{all:.1} s, of which {codable:.1} s codable")
            }
            (Some(all), _) => format!("{all:.1} s"),
            (None, _) => "length not known".to_owned(),
        };
        let coder = budget
            .coder
            .as_deref()
            .map_or(String::new(), |coder| format!(" · coder {coder}"));
        text += &format!("{} · {length}{coder}\n", budget.id);
        if budget.behaviours.is_empty() {
            text += "no events\n\n";
            continue;
        }
        let mut table = TextTable::new(&[
            "subject",
            "behaviour",
            "details",
            "n",
            "per min",
            "total s",
            "union s",
            "share",
            "mean s",
            "SD",
            "gap s",
            "first at s",
        ]);
        let mut sides = vec![Align::Left; 3];
        sides.resize(12, Align::Right);
        table.align(&sides);
        for row in &budget.behaviours {
            let amounts = &row.amounts;
            // Without time that could be coded nobody knows whether it ever was.
            let latency = match amounts.latency_s {
                Some(_) if amounts.latency_censored => "never".to_owned(),
                latency => fixed(latency, 1),
            };
            let n = match amounts.n_open {
                0 => amounts.n.to_string(),
                open => format!("{} ({open} open)", amounts.n),
            };
            table.row([
                row.subject.clone(),
                row.behaviour.clone(),
                row.modifiers.clone(),
                n,
                fixed(amounts.rate_per_minute, 2),
                fixed(amounts.total_s, 1),
                fixed(amounts.union_s, 1),
                fixed(amounts.share, 3),
                fixed(amounts.mean_s, 2),
                fixed(amounts.sd_s, 2),
                fixed(amounts.gap_mean_s, 2),
                latency,
            ]);
        }
        text += &table.text();
        text += "\n";
    }
    text
}

pub fn transitions(streams: &[StreamTransitions]) -> String {
    let mut text = String::new();
    for stream in streams {
        text += &format!(
            "What follows what · {} · lag {} · {} · shuffled {} times within each, seed {}\n",
            stream.subject,
            stream.lag,
            words::count_of(stream.n_sessions, "observation", "observations"),
            stream.n_random,
            stream.seed
        );
        let mut table = TextTable::new(&[
            "first",
            "then",
            "n",
            "share",
            "expected",
            "adj. residual",
            "Yule's Q",
            "log odds",
            "p",
        ]);
        let mut sides = vec![Align::Left; 2];
        sides.resize(9, Align::Right);
        table.align(&sides);
        for one in &stream.transitions {
            let numbers = &one.numbers;
            table.row([
                one.first.clone(),
                one.then.clone(),
                numbers.n.to_string(),
                fixed(numbers.probability, 3),
                fixed(Some(numbers.expected), 1),
                fixed(numbers.adjusted_residual, 2),
                fixed(numbers.yule_q, 2),
                fixed(Some(numbers.log_odds), 2),
                fixed(numbers.permutation_p, 4),
            ]);
        }
        text += &table.text();
        text += "\n";
    }
    text
}

pub fn contingency(asked: &AskedContingency) -> String {
    let found = &asked.found;
    format!(
        "{} answered by {} within {} s: {} of {}; by chance {} ({} shifts, seed {}); p {}\n",
        asked.given,
        asked.answer,
        asked.within_s,
        fixed(found.answered, 3),
        words::count_of(found.n, "begin", "begins"),
        fixed(found.baseline, 3),
        found.n_shifts,
        asked.seed,
        fixed(found.p, 4),
    )
}

pub fn fixed(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
}
