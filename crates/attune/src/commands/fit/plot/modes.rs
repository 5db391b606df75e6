//! Conditional modes of the random effects, sorted.

use anyhow::{Context, Result};
use attune_analysis::words;
use attune_report::plots::{Caterpillar, CaterpillarPanel, Heading, Interval, Mode};
use attune_statistics::{distributions::normal_quantile, linear_mixed_model::ConditionalModes};

use super::super::result::FitResult;

/// The modes of the first grouping factor, which has the most levels.
pub fn plot(result: &FitResult, modes: &[ConditionalModes]) -> Result<Caterpillar> {
    let shown = modes.first().context(
        "--plot-kind modes needs random effects: add a term such as (1 | id) to the formula",
    )?;
    let quantile = normal_quantile(0.5 + 0.5 * result.level);
    let panel = |(column, label): (usize, &String)| CaterpillarPanel {
        label: label.clone(),
        modes: shown
            .levels
            .iter()
            .enumerate()
            .map(|(row, level)| {
                let (mode, se) = (
                    shown.values[(row, column)],
                    shown.standard_errors[(row, column)],
                );
                Mode {
                    level: level.clone(),
                    interval: Interval {
                        estimate: mode,
                        lower: mode - quantile * se,
                        upper: mode + quantile * se,
                    },
                }
            })
            .collect(),
    };
    let n = shown.levels.len();
    let others = match modes.len() {
        1 => String::new(),
        _ => " The other grouping factors are printed by --blups.".to_owned(),
    };
    Ok(Caterpillar {
        heading: Heading {
            title: format!("How {} differ", shown.group),
            subtitle: format!(
                "{} · conditional modes with {} intervals",
                super::subtitle(result),
                words::level(result.level)
            ),
            description: format!(
                "Conditional modes of {} levels of {}, sorted by {}.",
                words::count(n),
                shown.group,
                shown
                    .columns
                    .first()
                    .map_or("their intercept", String::as_str)
            ),
            note: format!(
                "Drawn towards zero by what the model knows of all {}.{others}",
                shown.group
            ),
        },
        group: shown.group.clone(),
        panels: shown.columns.iter().enumerate().map(panel).collect(),
    })
}
