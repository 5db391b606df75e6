//! What every session counted, along time: one run chart for each measure of the files of sessions and
//! each site, about the median of the first phase (of all points where there is one phase or none).

use std::collections::BTreeMap;

use attune_measures::measures::Measure;
use attune_statistics::control_charts::run_chart;
use jiff::civil::Date;

use crate::{
    findings::{RunChart, RunChartPoint},
    long_table::LongTable,
    words,
};

/// The charts, measures in alphabetical order; series of fewer than ten points have none.
pub fn run_charts(long: &LongTable<'_>) -> Vec<RunChart> {
    let mut series: BTreeMap<(&str, &str), Vec<&Measure>> = BTreeMap::new();
    for row in &long.measures.rows {
        if row.measure.starts_with("sessions.") {
            series
                .entry((row.measure.as_str(), row.site.as_str()))
                .or_default()
                .push(row);
        }
    }
    let charts = series.into_iter();
    charts
        .filter_map(|((measure, site), rows)| chart(long, measure, site, rows))
        .collect()
}

fn chart(
    long: &LongTable<'_>,
    measure: &str,
    site: &str,
    mut rows: Vec<&Measure>,
) -> Option<RunChart> {
    rows.retain(|row| row.date.is_some());
    rows.sort_by_key(|row| row.date);
    let dated: Vec<(Date, f64, Option<String>)> = rows
        .iter()
        .filter_map(|row| {
            let phase = row.phase.as_ref().map(ToString::to_string);
            Some((row.date?, row.value.ok()?, phase))
        })
        .collect();
    let first_day = dated.first()?.0;
    let days = |date: Date| {
        date.since(first_day)
            .map_or(0.0, |span| f64::from(span.get_days()))
    };
    let points: Vec<RunChartPoint> = dated
        .iter()
        .map(|(date, value, phase)| RunChartPoint {
            days: days(*date),
            date: date.to_string(),
            phase: phase.clone(),
            value: *value,
        })
        .collect();
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let phase_label = |id: &str| {
        let known = long.protocol.phases.iter().find(|phase| *phase.id == *id);
        known.map_or_else(|| id.to_owned(), |phase| phase.label.clone())
    };
    let changes: Vec<(f64, String)> = points
        .windows(2)
        .filter(|pair| pair[0].phase != pair[1].phase)
        .filter_map(|pair| {
            let label = phase_label(pair[1].phase.as_deref()?);
            Some((f64::midpoint(pair[0].days, pair[1].days), label))
        })
        .collect();
    let n_first = points
        .iter()
        .take_while(|point| point.phase == points[0].phase)
        .count();
    // A median of fewer points says too little of the time before.
    let by_phase = !changes.is_empty() && n_first >= 8;
    let n_baseline = if by_phase { n_first } else { points.len() };
    let found = run_chart(&values, by_phase.then_some(n_first)).ok()?;
    let outcome = long
        .protocol
        .outcomes
        .iter()
        .find(|outcome| *outcome.measure == *measure);
    let site_label = (long.protocol.sites.len() > 1)
        .then(|| long.protocol.sites.iter().find(|one| *one.id == *site))
        .flatten()
        .map(|site| site.label.clone());
    let baseline = match by_phase {
        true => format!(
            "the {} sessions of “{}”",
            words::count(n_first),
            phase_label(points[0].phase.as_deref().unwrap_or_default())
        ),
        false => format!("all {} sessions", words::count(points.len())),
    };
    let mut chart = RunChart {
        measure: measure.to_owned(),
        label: outcome.map_or_else(
            || words::capitalised(&words::id_words(measure.trim_start_matches("sessions."))),
            |outcome| outcome.label.clone(),
        ),
        unit: outcome.and_then(|outcome| outcome.unit.clone()),
        site: site_label,
        n_missing: rows.len() - points.len(),
        median: found.median,
        n_baseline,
        baseline,
        n_useful: found.n_useful,
        longest_run: (found.longest_run, found.longest_run_limit),
        crossings: (found.n_crossings, found.crossings_limit),
        signals: found.signals_change(),
        shifts: found.shifts,
        points,
        changes,
        answer: String::new(),
    };
    chart.answer = answer(&chart);
    Some(chart)
}

/// "Families who came: the median of … was 5. Afterwards 20 of 25 sessions lie above it and 2 below. …"
fn answer(chart: &RunChart) -> String {
    let number = |value: f64| words::short(value, 2);
    let mut text = format!(
        "{}: the median of {} is {}.",
        chart.label,
        chart.baseline,
        number(chart.median)
    );
    let later = &chart.points[chart.n_baseline..];
    if !later.is_empty() {
        let above = later
            .iter()
            .filter(|point| point.value > chart.median)
            .count();
        let below = later
            .iter()
            .filter(|point| point.value < chart.median)
            .count();
        text += &format!(
            " Of the {} afterwards {} lie above it and {} below.",
            words::count_of(later.len(), "session", "sessions"),
            words::count(above),
            words::count(below)
        );
    }
    let (run, most) = chart.longest_run;
    let (crossings, fewest) = chart.crossings;
    text += &match chart.signals {
        true => format!(
            " That is more than a steady process shows by chance: the longest run on one side has {} (signal: more than \
             {most}), and the series crosses the median {} (signal: fewer than {fewest}).",
            words::count_of(run, "session", "sessions"),
            times(crossings)
        ),
        false => format!(
            " Nothing in it differs from what a steady process shows by chance: the longest run on one side has {} (signal: \
             more than {most}), and the series crosses the median {} (signal: fewer than {fewest}).",
            words::count_of(run, "session", "sessions"),
            times(crossings)
        ),
    };
    text
}

fn times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{} times", words::count(n)),
    }
}

#[cfg(test)]
mod tests {
    use attune_statistics::control_charts::run_chart;

    use super::answer;
    use crate::findings::{RunChart, RunChartPoint};

    /// Counts of which the first `n_baseline` belong to the first phase.
    fn told(values: &[f64], n_baseline: usize) -> String {
        let found = run_chart(values, Some(n_baseline)).expect("enough points");
        let point = |(week, value): (usize, &f64)| RunChartPoint {
            days: 7.0 * week as f64,
            date: String::new(),
            phase: None,
            value: *value,
        };
        answer(&RunChart {
            measure: "sessions.families".to_owned(),
            label: "Families who came".to_owned(),
            unit: None,
            site: None,
            points: values.iter().enumerate().map(point).collect(),
            n_missing: 0,
            median: found.median,
            n_baseline,
            baseline: "the sessions before".to_owned(),
            n_useful: found.n_useful,
            longest_run: (found.longest_run, found.longest_run_limit),
            crossings: (found.n_crossings, found.crossings_limit),
            signals: found.signals_change(),
            shifts: found.shifts,
            changes: Vec::new(),
            answer: String::new(),
        })
    }

    #[test]
    fn a_change_that_lasts_is_told_with_what_shows_it() {
        let values = [
            4.0, 6.0, 4.0, 6.0, 5.0, 4.0, 6.0, 4.0, 6.0, 5.0, 9.0, 8.0, 9.0, 9.0, 8.0, 9.0, 8.0,
            9.0, 9.0, 8.0,
        ];
        insta::assert_snapshot!(told(&values, 10));
    }

    #[test]
    fn a_series_that_goes_up_and_down_shows_nothing() {
        let values = [
            4.0, 6.0, 4.0, 6.0, 5.0, 4.0, 6.0, 4.0, 6.0, 5.0, 4.0, 6.0, 6.0, 4.0, 6.0, 4.0, 4.0,
            6.0, 4.0, 6.0,
        ];
        insta::assert_snapshot!(told(&values, 10));
    }
}
