//! Run and control charts with what they signal.

use anyhow::{Context, Result, bail};
use attune_statistics::{
    control_charts::{Rule, RunChart, ShewhartChart, p_chart, run_chart, u_chart, xmr_chart},
    test_result::TestResult,
};
use serde_json::{Value, json};

use super::{
    Test,
    answer::{Answer, Row},
    plot,
    question::Chart,
};
use crate::{
    data_file::DataFile,
    text_table::{Align, TextTable},
};

/// Limits from fewer points are not yet limits.
const FEWEST_POINTS: usize = 12;

/// A series of complete points with where they stand in the file.
struct Series {
    name: String,
    values: Vec<f64>,
    sizes: Vec<f64>,
    labels: Vec<String>,
    n_dropped: usize,
}

/// The chart that was asked for.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let question = &test.question;
    let Some(chart) = question.chart else {
        bail!("--chart needs a kind");
    };
    let series = Series::read(data, test, chart)?;
    let complaint = || format!("{}, {}", data.file(), series.name);
    let n_baseline = question.points;
    let mut answer = Answer::to(format!("Does {} vary by more than chance?", series.name));
    answer.n = series.values.len();
    answer.n_dropped = series.n_dropped;
    match chart {
        Chart::Run => {
            let chart = run_chart(&series.values, n_baseline).with_context(complaint)?;
            add_run(&mut answer, &series, &chart);
        }
        Chart::Xmr => {
            let chart = xmr_chart(&series.values, n_baseline).with_context(complaint)?;
            add_shewhart(&mut answer, &series, &chart, "xmr-chart");
        }
        Chart::P => {
            let (events, totals) = (
                counts(&series.values, &series)?,
                counts(&series.sizes, &series)?,
            );
            let chart = p_chart(&events, &totals, n_baseline).with_context(complaint)?;
            add_shewhart(&mut answer, &series, &chart, "p-chart");
        }
        Chart::U => {
            let events = counts(&series.values, &series)?;
            let chart = u_chart(&events, &series.sizes, n_baseline).with_context(complaint)?;
            add_shewhart(&mut answer, &series, &chart, "u-chart");
        }
    }
    if chart != Chart::Run && n_baseline.unwrap_or(answer.n) < FEWEST_POINTS {
        answer.warnings.push(format!(
            "limits from fewer than {FEWEST_POINTS} points are rough: they will move as points come in"
        ));
    }
    if series.n_dropped > 0 {
        answer.warnings.push(format!(
            "{} points without a value were left out; runs go over the gap",
            series.n_dropped
        ));
    }
    Ok(answer)
}

impl Series {
    fn read(data: &DataFile, test: &Test, chart: Chart) -> Result<Self> {
        let question = &test.question;
        let [name] = &question.value[..] else {
            bail!("--chart draws one --value");
        };
        let values = data.numbers(name)?;
        let sizes = match (chart, &question.of) {
            (Chart::P | Chart::U, Some(of)) => data.numbers(of)?,
            (Chart::P, None) => bail!("--chart p needs --of: the column of group sizes"),
            (Chart::U, None) => {
                bail!("--chart u needs --of: the column of exposures (sessions, hours)")
            }
            (_, Some(_)) => bail!("--of belongs to --chart p and u"),
            _ => vec![Some(1.0); values.len()],
        };
        let labels: Vec<String> = match &question.time {
            Some(time) => {
                let labels = data.labels(time)?.into_iter();
                labels
                    .map(|label| label.unwrap_or("–").to_owned())
                    .collect()
            }
            None => (0..values.len())
                .map(|row| format!("row {}", data.row_number(row)))
                .collect(),
        };
        let mut series = Self {
            name: match &question.of {
                Some(of) => format!("{name} of {of}"),
                None => name.clone(),
            },
            values: Vec::new(),
            sizes: Vec::new(),
            labels: Vec::new(),
            n_dropped: 0,
        };
        for ((value, size), label) in values.into_iter().zip(sizes).zip(labels) {
            let (Some(value), Some(size)) = (value, size) else {
                series.n_dropped += 1;
                continue;
            };
            series.values.push(value);
            series.sizes.push(size);
            series.labels.push(label);
        }
        Ok(series)
    }
}

fn counts(values: &[f64], series: &Series) -> Result<Vec<usize>> {
    let whole = |(place, value): (usize, &f64)| match *value {
        value if value >= 0.0 && value.fract() == 0.0 && value < 1e15 => Ok(value as usize),
        value => bail!(
            "{}: {value} is not a count; charts of proportions and rates take whole numbers",
            series.labels[place]
        ),
    };
    values.iter().enumerate().map(whole).collect()
}

fn rule_row(test: &'static str, rule: String, n: usize) -> Row {
    Row {
        of: None,
        p_adjusted: None,
        result: TestResult {
            statistic: Some(n as f64),
            ..TestResult::named(test, rule)
        },
    }
}

fn add_run(answer: &mut Answer, series: &Series, chart: &RunChart) {
    answer.rows = vec![
        rule_row(
            "run-chart",
            format!("longest run (signal above {})", chart.longest_run_limit),
            chart.longest_run,
        ),
        rule_row(
            "run-chart",
            format!("crossings (signal below {})", chart.crossings_limit),
            chart.n_crossings,
        ),
        rule_row(
            "run-chart",
            "shifts of six or more on one side".to_owned(),
            chart.shifts.len(),
        ),
        rule_row(
            "run-chart",
            "trends of five or more".to_owned(),
            chart.trends.len(),
        ),
    ];
    let stretch = |(first, last): &(usize, usize)| {
        format!("{} to {}", series.labels[*first], series.labels[*last])
    };
    let mut text = format!("\nmedian {:.4}\n", chart.median);
    for (name, stretches) in [("shift", &chart.shifts), ("trend", &chart.trends)] {
        for one in stretches {
            text += &format!("{name}: {}\n", stretch(one));
        }
    }
    text += if chart.signals_change() {
        "The series varies by more than chance (Anhøj's rules).\n"
    } else {
        "Nothing beyond chance variation (Anhøj's rules).\n"
    };
    answer.details_text = text;
    answer.plot = Some(plot::run(&series.name, &series.values, chart));
    answer.details.insert("chart".to_owned(), json!(chart));
    answer
        .details
        .insert("signals_change".to_owned(), json!(chart.signals_change()));
}

fn add_shewhart(answer: &mut Answer, series: &Series, chart: &ShewhartChart, test: &'static str) {
    let mut table = TextTable::new(&["at", "value", "limits", "signals"]);
    table.align(&[Align::Left, Align::Right, Align::Right, Align::Left]);
    for rule in Rule::ALL {
        let n = chart
            .points
            .iter()
            .filter(|point| point.signals.contains(&rule))
            .count();
        if test == "xmr-chart" || rule != Rule::LargeStep {
            answer.rows.push(rule_row(test, rule.words().to_owned(), n));
        }
    }
    let mut n_signals = 0;
    for (label, point) in series.labels.iter().zip(&chart.points) {
        if point.signals.is_empty() {
            continue;
        }
        n_signals += 1;
        let rules: Vec<&str> = point.signals.iter().map(|rule| rule.words()).collect();
        table.row([
            label.clone(),
            format!("{:.4}", point.value),
            format!("{:.4} to {:.4}", point.lower, point.upper),
            rules.join("; "),
        ]);
    }
    answer.plot = Some(plot::shewhart(&series.name, chart));
    answer.details_text = format!("\ncentre {:.4}\n", chart.centre);
    answer.details_text += &match n_signals {
        0 => "No point signals more than chance variation.\n".to_owned(),
        _ => format!("\n{}", table.text()),
    };
    let told: Vec<Value> = series
        .labels
        .iter()
        .zip(&chart.points)
        .map(|(label, point)| {
            let mut told = json!(point);
            told["at"] = json!(label);
            told
        })
        .collect();
    answer
        .details
        .insert("centre".to_owned(), json!(chart.centre));
    answer.details.insert("points".to_owned(), json!(told));
}
