//! The answer as a figure: pairs, groups, occasions, series.

use attune_analysis::words;
use attune_report::{
    Format,
    plots::{
        AnswerShares, Coefficient, CoefficientForest, DotGroup, GroupDots, Heading, Interval,
        Limit, PairedChange, SeriesPoint, TimeSeries, svg_file,
    },
};
use attune_statistics::{
    control_charts::{RunChart, ShewhartChart},
    descriptives::{mean, standard_deviation},
    distributions::student_t_quantile,
    effect_size::EffectSize,
    interrupted_series::SegmentedFit,
};

/// A mean with its t interval; the mean alone for one value.
fn mean_of(values: &[f64], level: f64) -> Interval {
    let (estimate, n) = (mean(values), values.len() as f64);
    let reach = match values.len() {
        0 | 1 => 0.0,
        _ => student_t_quantile(0.5 + level / 2.0, n - 1.0) * standard_deviation(values) / n.sqrt(),
    };
    Interval {
        estimate,
        lower: estimate - reach,
        upper: estimate + reach,
    }
}

fn heading(title: String, what: &str, n: usize, level: f64, message: &str) -> Heading {
    let interval = words::level(level);
    Heading {
        subtitle: format!(
            "{}, {what}; means with {interval} intervals",
            words::count_of(n, "row", "rows")
        ),
        description: message.to_owned(),
        title,
        note: String::new(),
    }
}

fn told(interval: Interval, level: f64) -> String {
    words::estimate_with_interval(interval.estimate, level, interval.lower, interval.upper)
}

/// A line per person from before to after.
pub fn pairs((pre, post): (&str, &str), pairs: Vec<(f64, f64)>, level: f64) -> String {
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let changes: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    let change = mean_of(&changes, level);
    let message = format!("Mean change {}.", told(change, level));
    svg_file(
        &PairedChange {
            heading: heading(
                format!("From {pre} to {post}"),
                "one line each",
                pairs.len(),
                level,
                &message,
            ),
            value: format!("{pre}, {post}"),
            occasions: [pre.to_owned(), post.to_owned()],
            means: [mean_of(&before, level), mean_of(&after, level)],
            pairs,
            change,
        },
        Format::Wide,
    )
}

/// Dots of groups or occasions side by side.
pub fn groups(value: &str, grouping: &str, groups: Vec<(String, Vec<f64>)>, level: f64) -> String {
    let n = groups.iter().map(|(_, values)| values.len()).sum();
    let groups: Vec<DotGroup> = groups
        .into_iter()
        .map(|(label, values)| DotGroup {
            detail: format!("n = {}", values.len()),
            mean: mean_of(&values, level),
            label,
            values,
        })
        .collect();
    let means: Vec<String> = groups
        .iter()
        .map(|group| format!("{}: mean {}", group.label, told(group.mean, level)))
        .collect();
    let title = match grouping {
        "" => value.to_owned(),
        grouping => format!("{value} by {grouping}"),
    };
    svg_file(
        &GroupDots {
            heading: heading(
                title,
                "one dot each",
                n,
                level,
                &format!("{}.", means.join("; ")),
            ),
            value: value.to_owned(),
            grouping: grouping.to_owned(),
            groups,
            with_zero: false,
        },
        Format::Wide,
    )
}

/// The standardised difference of each of several values.
pub fn differences(
    groups: &[String; 2],
    effects: &[(Option<String>, EffectSize)],
    level: f64,
) -> Option<String> {
    let mut rows: Vec<Coefficient> = Vec::new();
    for (of, effect) in effects {
        let label = of.clone()?;
        // The first effect size of each value is the standardised difference of means.
        if rows.iter().all(|row| row.label != label) {
            let interval = Interval {
                estimate: effect.estimate,
                lower: effect.ci_lower,
                upper: effect.ci_upper,
            };
            rows.push(Coefficient {
                label,
                detail: effect.kind.name().to_owned(),
                interval,
            });
        }
    }
    let [first, second] = groups;
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{}: {}", row.label, told(row.interval, level)))
        .collect();
    let forest = CoefficientForest {
        heading: Heading {
            title: format!("{first} minus {second}"),
            subtitle: format!(
                "{}, standardised differences with {} intervals",
                words::count_of(rows.len(), "value", "values"),
                words::level(level)
            ),
            description: format!("{}.", told.join("; ")),
            note: String::new(),
        },
        axis: "in standard deviations".to_owned(),
        rows,
    };
    Some(svg_file(&forest, Format::Wide))
}

/// How the answers to one question divide within each answer to another.
pub fn shares(
    (row_question, rows): (&str, &[&str]),
    (column_question, columns): (&str, &[&str]),
    counts: &[Vec<usize>],
) -> String {
    let owned = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
    let n: usize = counts.iter().flatten().sum();
    let of_row = |(row, counts): (&&str, &Vec<usize>)| {
        let parts: Vec<String> = columns
            .iter()
            .zip(counts)
            .map(|(column, count)| format!("{count} {column}"))
            .collect();
        format!("{row}: {}", parts.join(", "))
    };
    let told: Vec<String> = rows.iter().zip(counts).map(of_row).collect();
    svg_file(
        &AnswerShares {
            heading: Heading {
                title: format!("{column_question} by {row_question}"),
                subtitle: format!(
                    "{}; counts and shares of each row",
                    words::count_of(n, "row of data", "rows of data")
                ),
                description: format!("{}.", told.join("; ")),
                note: String::new(),
            },
            row_question: row_question.to_owned(),
            column_question: column_question.to_owned(),
            rows: owned(rows),
            columns: owned(columns),
            counts: counts.to_vec(),
        },
        Format::Wide,
    )
}

/// The series with its fitted lines and what it would have led to.
pub fn segments(
    (time, value): (&str, &str),
    (times, values): (&[f64], &[f64]),
    fit: &SegmentedFit,
    from: f64,
) -> String {
    let exact = |value: f64| Interval {
        estimate: value,
        lower: value,
        upper: value,
    };
    let line = |places: std::ops::Range<usize>| -> Vec<(f64, Interval)> {
        places.map(|i| (times[i], exact(fit.fitted[i]))).collect()
    };
    let n = times.len();
    let points = (0..n).map(|i| SeriesPoint {
        time: times[i],
        value: values[i],
        is_signal: false,
    });
    svg_file(
        &TimeSeries {
            heading: Heading {
                title: format!("{value} before and after {time} {from}"),
                subtitle: format!(
                    "{} points before, {} after; fitted lines, and the line before continued",
                    fit.n_before, fit.n_after
                ),
                description: format!(
                    "Change of level {:.3}, change of slope {:.3}.",
                    fit.level_change.estimate, fit.slope_change.estimate
                ),
                note: String::new(),
            },
            time: time.to_owned(),
            value: value.to_owned(),
            points: points.collect(),
            segments: vec![line(0..fit.n_before), line(fit.n_before..n)],
            counterfactual: (fit.n_before..n)
                .map(|i| (times[i], fit.counterfactual[i]))
                .collect(),
            limits: Vec::new(),
            events: vec![(from, format!("{time} {from}"))],
        },
        Format::Wide,
    )
}

/// A chart's points with its centre and limits.
fn chart(value: &str, points: Vec<SeriesPoint>, limits: Vec<Limit>, message: String) -> String {
    svg_file(
        &TimeSeries {
            heading: Heading {
                title: value.to_owned(),
                subtitle: format!(
                    "{}; points that a rule points at are marked",
                    words::count_of(points.len(), "point", "points")
                ),
                description: message,
                note: String::new(),
            },
            time: "point".to_owned(),
            value: value.to_owned(),
            points,
            segments: Vec::new(),
            counterfactual: Vec::new(),
            limits,
            events: Vec::new(),
        },
        Format::Wide,
    )
}

/// A run chart: shifts and trends are marked.
pub fn run(value: &str, values: &[f64], run: &RunChart) -> String {
    let marked = |place: usize| {
        let stretches = run.shifts.iter().chain(&run.trends);
        stretches
            .into_iter()
            .any(|(first, last)| (*first..=*last).contains(&place))
    };
    let points = values.iter().enumerate().map(|(place, value)| SeriesPoint {
        time: place as f64 + 1.0,
        value: *value,
        is_signal: marked(place),
    });
    let median = Limit {
        label: "median".to_owned(),
        line: vec![(1.0, run.median), (values.len() as f64, run.median)],
        is_centre: true,
    };
    let message = format!(
        "Longest run {}, {} crossings of the median {:.3}.",
        run.longest_run, run.n_crossings, run.median
    );
    chart(value, points.collect(), vec![median], message)
}

/// A control chart: points with signals are marked.
pub fn shewhart(value: &str, shewhart: &ShewhartChart) -> String {
    let points = &shewhart.points;
    let at = |place: usize| place as f64 + 1.0;
    let line = |label: &str, of: &dyn Fn(usize) -> f64, is_centre| Limit {
        label: label.to_owned(),
        line: (0..points.len())
            .map(|place| (at(place), of(place)))
            .collect(),
        is_centre,
    };
    let limits = vec![
        line("centre", &|_| shewhart.centre, true),
        line("lower limit", &|place| points[place].lower, false),
        line("upper limit", &|place| points[place].upper, false),
    ];
    let drawn = (0..points.len()).map(|place| SeriesPoint {
        time: at(place),
        value: points[place].value,
        is_signal: !points[place].signals.is_empty(),
    });
    let n_signals = points
        .iter()
        .filter(|point| !point.signals.is_empty())
        .count();
    let message = format!(
        "{n_signals} of {} points signal; centre {:.3}.",
        points.len(),
        shewhart.centre
    );
    chart(value, drawn.collect(), limits, message)
}
