//! Is the change a straight line over the waves? Mean residuals by group and wave show how far the
//! line misses, and a likelihood ratio against waves as categories whether chance could do so.

use attune_statistics::{descriptives::mean, likelihood_ratio_test::likelihood_ratio_test};

use super::{AssumptionCheck, check, doubtful_if};
use crate::{
    formula_edits::{time_variables, with_waves_added},
    meaning::Meaning,
    question::Question,
    run::{Model, Run, run as run_model},
    words,
};

/// Mean residual of a group at a wave, in residual SDs, beyond which the line misses.
const MOST_MISS: f64 = 0.3;
/// Rows that a mean residual needs to count.
const FEWEST_ROWS: usize = 8;

/// Compares the planned time course with waves as categories; nothing where time is not in the
/// model, or fewer than three waves are.
pub fn change_is_a_straight_line(
    question: &Question<'_>,
    run: &Run,
    meaning: &Meaning,
) -> Option<AssumptionCheck> {
    if time_variables(&run.formula).is_empty() {
        return None;
    }
    let name = "change follows the planned line over the waves";
    let worst = worst_miss(question, run)?;
    let groups = meaning
        .comparison
        .as_ref()
        .map(|comparison| comparison.groups.variable());
    let ratio = against_waves(question, run, groups);
    let (test, surprising) = match ratio {
        Ok((words, p)) => (format!(" {words}."), p < 0.05),
        Err(reason) => (
            format!(
                " A likelihood ratio test against waves as categories was not possible: {reason}."
            ),
            true,
        ),
    };
    let large = worst.miss.abs() > MOST_MISS;
    let advice = if large && surprising {
        "The line misses the course; read the contrasts at the waves and the analysis with waves as categories rather than the slope"
    } else if large {
        "The line misses that mean, though chance could do so"
    } else {
        "The line is a fair summary of the course"
    };
    let detail = format!(
        "The largest mean residual is {} residual SD ({}).{test} {advice}.",
        words::fixed(worst.miss, 2),
        worst.place
    );
    Some(check(name, doubtful_if(large && surprising), detail))
}

struct Miss {
    miss: f64,
    place: String,
}

/// The group and wave whose mean lies farthest from the fitted means. Residuals from the fixed part
/// alone are needed here, since the dyads' own lines would absorb part of the miss; they are the
/// model's residuals plus the dyads' parts, so the mean residual is a lower bound.
fn worst_miss(question: &Question<'_>, run: &Run) -> Option<Miss> {
    let protocol = question.long.protocol;
    let rows = &question.long.outcomes[question.outcome];
    let (n_arms, n_waves) = (protocol.arms.len().max(1), protocol.waves.len());
    let mut cells = vec![Vec::new(); n_arms * n_waves];
    for (&position, residual) in run.frame.rows.iter().zip(run.residuals()) {
        if let Some(wave) = rows[position].wave {
            cells[rows[position].arm.unwrap_or(0) * n_waves + wave].push(residual);
        }
    }
    let waves =
        (0..n_waves).filter(|wave| (0..n_arms).any(|arm| !cells[arm * n_waves + wave].is_empty()));
    if waves.count() < 3 {
        return None;
    }
    let sigma = run.sigma();
    let means = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.len() >= FEWEST_ROWS);
    let (place, miss) = means
        .map(|(place, cell)| (place, mean(cell) / sigma))
        .filter(|(_, miss)| miss.is_finite())
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let wave = &protocol.waves[place % n_waves].label;
    let arm = protocol
        .arms
        .get(place / n_waves)
        .filter(|_| protocol.arms.len() > 1);
    Some(Miss {
        miss,
        place: match arm {
            Some(arm) => format!("{}, {wave}", words::id_words(&arm.id)),
            None => wave.clone(),
        },
    })
}

fn against_waves(
    question: &Question<'_>,
    run: &Run,
    groups: Option<&str>,
) -> Result<(String, f64), String> {
    let Model::Mixed(planned) = &run.model else {
        return Err("the model has no random part".to_owned());
    };
    let formula =
        with_waves_added(&run.formula, groups).ok_or("the formula could not be extended")?;
    let larger = run_model(question, formula, |row| row.wave.is_some())
        .map_err(|error| error.to_string())?;
    if larger.n_rows() != run.n_rows() {
        return Err("some visits belong to no planned wave".to_owned());
    }
    let Model::Mixed(larger) = &larger.model else {
        return Err("the model has no random part".to_owned());
    };
    let test = likelihood_ratio_test(planned, larger).map_err(|error| error.to_string())?;
    if !test.p.is_finite() || test.df < 1.0 {
        return Err("waves as categories say no more than the line".to_owned());
    }
    let words = format!(
        "Waves as categories: likelihood ratio χ² = {} on {} df, {}",
        words::fixed(test.statistic, 2),
        words::short(test.df, 0),
        words::p_value(test.p)
    );
    Ok((words, test.p))
}
