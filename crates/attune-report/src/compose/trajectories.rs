//! The figure of a finding: each dyad's course and the fitted lines.

use attune_analysis::{findings::Finding, words};

use super::context::{Context, anchor};
use crate::{
    ArmTrajectories, Column, Drawing, Figure, Row, Table, Text, Trajectories,
    figures::axis::is_of_names,
};

/// More dyads than this are not told apart in a drawing; a regular sample of each arm is drawn.
const MOST_DYADS: usize = 240;

/// The figure; none where the finding has neither values nor lines.
pub fn figure(context: &Context<'_>, finding: &Finding) -> Option<Figure> {
    let arms = arms(context, finding);
    let is_empty = arms
        .iter()
        .all(|arm| arm.dyads.is_empty() && arm.fitted.is_empty());
    if is_empty {
        return None;
    }
    let id = anchor("courses", &finding.id);
    Some(Figure {
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: title(finding, &arms),
        caption: caption(finding, &arms),
        description: description(finding, &arms),
        data: data(finding, &id),
        shown_in: None,
        drawing: Drawing::Trajectories(Trajectories {
            time_label: finding.figure.time_label.clone(),
            time_name: None,
            time_ticks: finding.figure.time_ticks.clone(),
            value_label: value_label(finding),
            level: words::level(finding.estimate.level),
            measured_on: words::unit_nouns(finding.outcome.about),
            arms,
        }),
        id,
    })
}

/// The same without single dyads, for readers who ask about the groups.
pub fn figure_of_groups(context: &Context<'_>, finding: &Finding) -> Option<Figure> {
    let mut figure = figure(context, finding)?;
    let Drawing::Trajectories(drawing) = &mut figure.drawing else {
        return None;
    };
    for arm in &mut drawing.arms {
        arm.dyads.clear();
    }
    drawing.arms.retain(|arm| arm.fitted.len() > 1);
    if drawing.arms.is_empty() {
        return None;
    }
    let words = crate::result_words::ResultWords::english();
    let is_of_names = is_of_names(&drawing.time_label, &drawing.time_ticks);
    let how = match is_of_names {
        true => &words.figure_bars,
        false => &words.figure_lines,
    };
    let mut caption = how.replace("{level}", &drawing.level);
    if !is_of_names && drawing.arms.iter().any(|arm| !arm.means.is_empty()) {
        caption = format!("{caption} {}", words.figure_dots);
    }
    figure.title = match drawing.arms.len() {
        1 => Text::own(&finding.outcome.label).and(": before and after"),
        _ => Text::own(&finding.outcome.label).and(": how did each group change?"),
    };
    figure.caption = caption.into();
    figure
        .data
        .rows
        .retain(|row| row.cells.first() == Some(&Text::from("fitted")));
    Some(figure)
}

fn title(finding: &Finding, arms: &[ArmTrajectories]) -> Text {
    let (one, many) = words::unit_nouns(finding.outcome.about);
    let label = Text::own(&finding.outcome.label);
    match (arms.len(), is_seen_once(finding)) {
        (1, true) => label.and(format!(": each {one}, and what the model gives")),
        (1, false) => label.and(format!(
            ": how did single {many} change, and all on the whole?"
        )),
        (_, true) => label.and(format!(": each {one}, and each arm on the whole")),
        (_, false) => label.and(format!(
            ": how did single {many} change, and each arm on the whole?"
        )),
    }
}

/// Whether nothing was measured more than once, so that there are no courses.
fn is_seen_once(finding: &Finding) -> bool {
    finding
        .figure
        .dyads
        .iter()
        .all(|dyad| dyad.points.len() < 2)
}

fn value_label(finding: &Finding) -> String {
    match &finding.outcome.unit {
        Some(unit) => format!("{}, {unit}", finding.outcome.label),
        None => finding.outcome.label.clone(),
    }
}

/// Arms in the order of the protocol, then arms that only the figure knows.
fn arms(context: &Context<'_>, finding: &Finding) -> Vec<ArmTrajectories> {
    let figure = &finding.figure;
    let mut ids: Vec<Option<&str>> = Vec::new();
    let known = context
        .findings
        .description
        .arms
        .iter()
        .map(|(id, _)| Some(id.as_str()));
    let seen = figure.dyads.iter().map(|dyad| dyad.arm.as_deref());
    let fitted = figure.fitted.iter().map(|line| line.arm.as_deref());
    for id in known.chain(seen).chain(fitted) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.iter()
        .map(|id| one_arm(context, finding, *id))
        .filter(|arm| !arm.dyads.is_empty() || !arm.fitted.is_empty())
        .collect()
}

fn one_arm(context: &Context<'_>, finding: &Finding, id: Option<&str>) -> ArmTrajectories {
    let figure = &finding.figure;
    let (mark, label) = match id {
        Some(id) => context.arm(id),
        None => (crate::ArmMark(crate::ArmKind::Further), "All".to_owned()),
    };
    let every = figure.dyads.len().div_ceil(MOST_DYADS).max(1);
    ArmTrajectories {
        mark,
        label,
        dyads: figure
            .dyads
            .iter()
            .filter(|dyad| dyad.arm.as_deref() == id)
            .step_by(every)
            .map(|dyad| dyad.points.clone())
            .collect(),
        fitted: figure
            .fitted
            .iter()
            .find(|line| line.arm.as_deref() == id)
            .map(|line| thinned(&line.points))
            .unwrap_or_default(),
        means: means(context, finding, id),
    }
}

/// A smooth line needs no more than a dozen points or so; the first and the last stay.
fn thinned(points: &[(f64, f64, f64, f64)]) -> Vec<(f64, f64, f64, f64)> {
    let every = points.len().div_ceil(16).max(1);
    let last = points.len().saturating_sub(1);
    let kept = points.iter().enumerate();
    kept.filter(|(place, _)| place % every == 0 || *place == last)
        .map(|(_, point)| *point)
        .collect()
}

/// Observed means by wave, where the axis counts time since enrolment.
fn means(context: &Context<'_>, finding: &Finding, arm: Option<&str>) -> Vec<(f64, f64)> {
    let Some(per_month) = units_per_month(&finding.figure.time_label) else {
        return Vec::new();
    };
    let cells = &context.findings.description.outcomes;
    cells
        .iter()
        .filter(|cell| cell.outcome == finding.outcome.id && cell.arm.as_deref() == arm)
        .filter_map(|cell| Some((cell.months? * per_month, cell.mean?)))
        .collect()
}

fn units_per_month(time_label: &str) -> Option<f64> {
    let label = time_label.to_lowercase();
    if !label.contains("since enrolment") {
        return None;
    }
    [
        ("month", 1.0),
        ("year", 1.0 / 12.0),
        ("day", attune_protocol::design::DAYS_PER_MONTH),
    ]
    .into_iter()
    .find(|(unit, _)| label.contains(unit))
    .map(|(_, factor)| factor)
}

fn caption(finding: &Finding, arms: &[ArmTrajectories]) -> Text {
    let drawn: usize = arms.iter().map(|arm| arm.dyads.len()).sum();
    let all = finding.figure.n_dyads;
    let (one, _) = words::unit_nouns(finding.outcome.about);
    let shape = match is_seen_once(finding) {
        true => format!("A small dot is one {one}"),
        false => format!("A thin line is one {one}"),
    };
    let dyads = match (drawn < all, is_seen_once(finding)) {
        (true, _) => format!(
            "{shape}; a regular sample of {} of {} is drawn.",
            words::count(drawn),
            finding.units(all)
        ),
        (false, true) => format!("{shape}."),
        (false, false) => format!("{shape}, a small dot one of its values."),
    };
    let mut text = Text::from(dyads);
    let is_of_names = is_seen_once(finding)
        && is_of_names(&finding.figure.time_label, &finding.figure.time_ticks);
    if is_of_names && arms.iter().any(|arm| !arm.fitted.is_empty()) {
        text = text.and(format!(
            " Large marks are the means that the planned model gives, bars their {} confidence interval.",
            words::level(finding.estimate.level)
        ));
    } else if arms.iter().any(|arm| !arm.fitted.is_empty()) {
        text = text.and(format!(
            " Thick lines are what the planned model gives for each arm, bands its {} confidence \
             interval.",
            words::level(finding.estimate.level)
        ));
    }
    // One arm alone has no panel of fitted means.
    if arms.len() > 1 && arms.iter().any(|arm| !arm.means.is_empty()) {
        text = text.and(" In the last panel, which has its own scale, large dots are observed means at each wave.");
    }
    text
}

fn description(finding: &Finding, arms: &[ArmTrajectories]) -> String {
    let lines: Vec<String> = arms
        .iter()
        .filter_map(|arm| {
            let (first, last) = (arm.fitted.first()?, arm.fitted.last()?);
            Some(format!(
                "{}: fitted from {} at {} to {} at {}.",
                arm.label,
                words::fixed(first.1, 1),
                words::short(first.0, 1),
                words::fixed(last.1, 1),
                words::short(last.0, 1)
            ))
        })
        .collect();
    // The first sentence is the message; the others stand in the text above the figure.
    let message = finding
        .answer
        .split_inclusive(". ")
        .next()
        .unwrap_or_default();
    format!(
        "{} Line chart of {} by {}. {}",
        message.trim_end(),
        finding.outcome.label,
        finding.figure.time_label,
        lines.join(" ")
    )
}

fn data(finding: &Finding, figure: &str) -> Table {
    let drawn = &finding.figure;
    let (one, _) = words::unit_nouns(finding.outcome.about);
    // Where there is no time, places on the axis are named: phases, say.
    let is_of_names = is_of_names(&drawn.time_label, &drawn.time_ticks);
    let has_arms = drawn.fitted.iter().any(|line| line.arm.is_some())
        || drawn.dyads.iter().any(|dyad| dyad.arm.is_some());
    let time_label = Text::own(&drawn.time_label);
    let mut columns = vec![Column::words("What")];
    columns.extend(has_arms.then(|| Column::words("Arm")));
    columns.extend([
        Column::words(words::capitalised(one)),
        match is_of_names {
            true => Column::words(time_label),
            false => Column::numbers(time_label),
        },
        Column::numbers("Value"),
        Column::numbers("Lower"),
        Column::numbers("Upper"),
    ]);
    let mut table = Table::new(
        format!("{figure}-data"),
        Text::from("Values and fitted lines: ").and_own(&finding.outcome.label),
        columns,
    );
    let name = |arm: Option<&str>| has_arms.then(|| Text::own(arm.unwrap_or("all")));
    // A figure's data need not have more digits than an eye can use many times over.
    let number = |value: f64, decimals: i32| {
        let scale = 10_f64.powi(decimals);
        Text::number((value * scale).round() / scale, 2)
    };
    let when = |time: f64| {
        let mut named = drawn.time_ticks.iter().filter(|_| is_of_names);
        match named.find(|(at, _)| (at - time).abs() < 1e-9) {
            Some((_, name)) => Text::own(name),
            None => number(time, 3),
        }
    };
    for line in &drawn.fitted {
        for (time, value, lower, upper) in &line.points {
            let mut cells = vec!["fitted".into()];
            cells.extend(name(line.arm.as_deref()));
            cells.extend([
                Text::default(),
                when(*time),
                number(*value, 5),
                number(*lower, 5),
                number(*upper, 5),
            ]);
            table.rows.push(Row::of(cells));
        }
    }
    let every = drawn.dyads.len().div_ceil(MOST_DYADS).max(1);
    for dyad in drawn.dyads.iter().step_by(every) {
        for (time, value) in &dyad.points {
            let mut cells = vec!["observed".into()];
            cells.extend(name(dyad.arm.as_deref()));
            cells.extend([
                Text::own(&dyad.dyad),
                when(*time),
                number(*value, 5),
                Text::default(),
                Text::default(),
            ]);
            table.rows.push(Row::of(cells));
        }
    }
    table
}
