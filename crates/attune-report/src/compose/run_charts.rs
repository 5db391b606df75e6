//! What every session of the clinic counted, along time: a run chart each, about the median of the time
//! before.

use attune_analysis::{findings::RunChart, words};

use super::context::{Context, anchor};
use crate::{
    Block, Column, Drawing, Figure, Row, Section, Table, Text,
    plots::{Heading, Limit, SeriesPoint, TimeSeries},
    text::Inline,
};

pub fn section(context: &Context<'_>) -> Section {
    let charts = &context.findings.description.run_charts;
    if charts.is_empty() {
        return Section::default();
    }
    let mut section = Section::new("run-charts", "The clinic week by week");
    section.say(
        Text::from(
            "Every session counts a few things whoever comes. A run chart shows them in their order about a median; its two \
             rules see more than chance where points stay on one side of the median for too long, or cross it too seldom (",
        )
        .and(Inline::Citation("anhoj-2014"))
        .and("). They notice change and say nothing of its cause."),
    );
    for chart in charts {
        section.push(Block::Answer(chart.answer.clone()));
        section.push(Block::Figure(Box::new(figure(context, chart))));
    }
    section
}

fn figure(context: &Context<'_>, chart: &RunChart) -> Figure {
    let place = chart.site.as_deref().unwrap_or_default();
    let id = anchor("run-chart", &format!("{}-{place}", chart.measure));
    let value = match &chart.unit {
        Some(unit) if !chart.label.to_lowercase().contains(&unit.to_lowercase()) => {
            format!("{}, {unit}", chart.label)
        }
        _ => chart.label.clone(),
    };
    let weeks = |days: f64| days / 7.0;
    let signal = |position: usize| {
        let mut shifts = chart.shifts.iter();
        shifts.any(|(first, last)| (*first..=*last).contains(&position))
    };
    let ends = [0, chart.points.len() - 1].map(|place| weeks(chart.points[place].days));
    let drawing = TimeSeries {
        heading: Heading::default(),
        time: "Weeks since the first session".to_owned(),
        value,
        points: chart
            .points
            .iter()
            .enumerate()
            .map(|(position, point)| SeriesPoint {
                time: weeks(point.days),
                value: point.value,
                is_signal: chart.signals && point.value != chart.median && signal(position),
            })
            .collect(),
        segments: Vec::new(),
        counterfactual: Vec::new(),
        limits: vec![Limit {
            label: "median".to_owned(),
            line: ends.map(|time| (time, chart.median)).to_vec(),
            is_centre: true,
        }],
        events: chart
            .changes
            .iter()
            .map(|(days, name)| (weeks(*days), name.clone()))
            .collect(),
    };
    let mut data = Table::new(
        format!("{id}-data"),
        Text::own(&chart.label).and(", session by session"),
        vec![
            Column::words("Day"),
            Column::words("Phase"),
            Column::numbers("Value"),
        ],
    );
    for point in &chart.points {
        data.rows.push(Row::of(vec![
            Text::from(point.date.clone()),
            point
                .phase
                .as_deref()
                .map_or_else(Text::default, |id| Text::own(context.arm(id).1)),
            Text::number(point.value, 2),
        ]));
    }
    let missing = match chart.n_missing {
        0 => String::new(),
        n => format!(
            " {} without a value; the rules go over the gap.",
            words::capitalised(&words::count_of(n, "session is", "sessions are"))
        ),
    };
    let mut title = Text::own(&chart.label);
    if let Some(site) = &chart.site {
        title = title.and(" at ").and_own(site);
    }
    Figure {
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: title.and(", session by session"),
        caption: Text::from(format!(
            "The line is the median of {}. Diamonds are runs of six or more on one side, where the series as a whole \
             signals more than chance.{missing}",
            chart.baseline
        )),
        description: chart.answer.clone(),
        data,
        shown_in: None,
        drawing: Drawing::TimeSeries(drawing),
        id,
    }
}
