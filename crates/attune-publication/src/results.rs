//! What a page shows of the findings: each question of the plan with its answer, the primary one with its
//! figure and table. Every number comes from the report that the same findings give, so that page and report
//! cannot disagree. Single families are neither drawn nor listed, and means of few are left out.

use askama::Template;
use attune_analysis::{
    Findings,
    findings::{Finding, FittedLine},
    words,
};
use attune_protocol::{Protocol, plan::OutcomeRole};
use attune_report::{
    Block, Drawing, Figure, Format, Report, Section, Table, compose, draw, table_html,
};

use crate::links::{Links, figure_path};

/// Observed means of fewer units than this are left out of figures and their files.
pub const FEWEST: usize = 5;

/// What a page shows, and the files that belong to it.
pub struct Results {
    /// HTML.
    pub html: String,
    /// Files by their path within the publication.
    pub files: Vec<(String, Vec<u8>)>,
}

#[derive(Template)]
#[template(path = "results.html")]
struct Part<'a> {
    primary: Vec<Primary<'a>>,
    others: Vec<Other<'a>>,
    cannot_show: &'a [String],
    engine: &'a str,
    protocol: &'a str,
    data: &'a str,
}

struct Primary<'a> {
    id: String,
    outcome: &'a str,
    question: &'a str,
    answer: &'a str,
    doubts: &'a [String],
    figure: Option<ShownFigure>,
    table: String,
}

struct ShownFigure {
    id: String,
    title: String,
    caption: String,
    wide: String,
    narrow: String,
    csv: String,
    svg_address: String,
    csv_address: String,
}

struct Other<'a> {
    role: &'static str,
    outcome: &'a str,
    question: &'a str,
    answer: &'a str,
}

/// The results of a study whose results are released.
pub fn results(protocol: &Protocol, findings: &Findings, links: &Links) -> Results {
    let report = compose(protocol, findings);
    let study = &findings.study;
    let of_role = |is_primary: bool| {
        let findings = findings.findings.iter();
        findings.filter(move |f| (f.outcome.role == OutcomeRole::Primary) == is_primary)
    };
    let primary: Vec<Primary<'_>> = of_role(true)
        .map(|finding| one(&report, findings, finding, links))
        .collect();
    let mut files = Vec::new();
    for figure in primary.iter().filter_map(|one| one.figure.as_ref()) {
        let path = |ending| figure_path(study, &figure.id, ending);
        files.push((path("svg"), figure.wide.clone().into_bytes()));
        files.push((path("csv"), figure.csv.clone().into_bytes()));
    }
    let part = Part {
        primary,
        others: of_role(false).map(other).collect(),
        cannot_show: &findings.cannot_show,
        engine: &findings.engine,
        protocol: short(&findings.protocol_fingerprint),
        data: short(&findings.data_fingerprint),
    };
    Results {
        html: part
            .render()
            .expect("templates only write to a string, which never fails"),
        files,
    }
}

/// The beginning of a fingerprint, enough to compare by eye.
fn short(fingerprint: &str) -> &str {
    fingerprint.get(..12).unwrap_or(fingerprint)
}

fn one<'a>(
    report: &Report,
    findings: &Findings,
    finding: &'a Finding,
    links: &Links,
) -> Primary<'a> {
    let id = anchor("finding", &finding.id);
    let section = find_section(&report.sections, &id);
    let blocks = section.map_or(&[][..], |section| section.blocks.as_slice());
    let figure = blocks.iter().find_map(|block| match block {
        Block::Figure(figure) => shown(findings, finding, figure, links),
        _ => None,
    });
    let contrasts = anchor("contrasts", &finding.id);
    let table = blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.id == contrasts => Some(table.clone()),
        _ => None,
    });
    let table = table.or_else(|| ends_of_lines(finding));
    Primary {
        id,
        outcome: &finding.outcome.label,
        question: &finding.question,
        answer: &finding.answer,
        doubts: &finding.warnings,
        figure,
        table: table.map_or_else(String::new, |table| {
            table_html(
                report,
                &Table {
                    number: None,
                    ..table
                },
            )
        }),
    }
}

fn other(finding: &Finding) -> Other<'_> {
    Other {
        role: match finding.outcome.role {
            OutcomeRole::Primary => "Primary",
            OutcomeRole::Secondary => "Secondary",
            OutcomeRole::Exploratory => "Exploratory",
        },
        outcome: &finding.outcome.label,
        question: &finding.question,
        answer: &finding.answer,
    }
}

fn find_section<'a>(sections: &'a [Section], id: &str) -> Option<&'a Section> {
    sections.iter().find_map(|section| match section.id == id {
        true => Some(section),
        false => find_section(&section.sections, id),
    })
}

/// The anchor that the report gives a finding's parts.
fn anchor(prefix: &str, id: &str) -> String {
    let id: String = id
        .chars()
        .map(|letter| match letter.is_ascii_alphanumeric() {
            true => letter.to_ascii_lowercase(),
            false => '-',
        })
        .collect();
    format!("{prefix}-{id}")
}

/// The report's figure without single families; none where nothing else is in it.
fn shown(
    findings: &Findings,
    finding: &Finding,
    figure: &Figure,
    links: &Links,
) -> Option<ShownFigure> {
    let Drawing::Trajectories(trajectories) = &figure.drawing else {
        return None;
    };
    let mut trajectories = trajectories.clone();
    let few = means_of_few(findings, finding);
    for arm in &mut trajectories.arms {
        arm.dyads.clear();
        arm.means.retain(|(_, mean)| !few.contains(mean));
    }
    trajectories.arms.retain(|arm| arm.fitted.len() > 1);
    if trajectories.arms.is_empty() {
        return None;
    }
    let level = trajectories.level.clone();
    let means: Vec<(String, f64, f64)> = trajectories
        .arms
        .iter()
        .flat_map(|arm| {
            arm.means
                .iter()
                .map(|(time, mean)| (arm.label.clone(), *time, *mean))
        })
        .collect();
    let mut caption = format!(
        "Lines are what the planned model gives for each arm, bands their {level} confidence interval."
    );
    if !means.is_empty() {
        caption += " Dots are observed means.";
    }
    caption += " Single families are not drawn, so that none can be recognised.";
    let title = format!("{}: how did each arm change?", finding.outcome.label);
    let drawn = Figure {
        title: title.clone().into(),
        drawing: Drawing::Trajectories(trajectories),
        ..figure.clone()
    };
    let study = &findings.study;
    Some(ShownFigure {
        title,
        caption,
        wide: draw(&drawn, Format::Wide),
        narrow: draw(&drawn, Format::Narrow),
        csv: csv(findings, finding, &means),
        svg_address: links.file(&figure_path(study, &figure.id, "svg")),
        csv_address: links.file(&figure_path(study, &figure.id, "csv")),
        id: figure.id.clone(),
    })
}

fn means_of_few(findings: &Findings, finding: &Finding) -> Vec<f64> {
    let cells = findings.description.outcomes.iter();
    cells
        .filter(|cell| cell.outcome == finding.outcome.id && cell.n < FEWEST)
        .filter_map(|cell| cell.mean)
        .collect()
}

/// The numbers behind the figure: fitted lines with their limits, then observed means.
fn csv(findings: &Findings, finding: &Finding, means: &[(String, f64, f64)]) -> String {
    let mut text = String::from("kind,arm,time,value,lower,upper\r\n");
    for line in &finding.figure.fitted {
        let arm = quoted(arm_label(findings, line));
        for (time, value, lower, upper) in &line.points {
            text += &format!("fitted,{arm},{time},{value},{lower},{upper}\r\n");
        }
    }
    for (arm, time, mean) in means {
        text += &format!("observed mean,{},{time},{mean},,\r\n", quoted(arm));
    }
    text
}

fn arm_label<'a>(findings: &'a Findings, line: &'a FittedLine) -> &'a str {
    let Some(id) = line.arm.as_deref() else {
        return "all";
    };
    let description = &findings.description;
    let known = description.arms.iter().chain(&description.phases);
    let mut labels = known.filter(|(arm, _)| arm == id);
    labels.next().map_or(id, |(_, label)| label)
}

fn quoted(words: &str) -> String {
    match words.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", words.replace('"', "\"\"")),
        false => words.to_owned(),
    }
}

/// Where the plan names no times: the fitted lines at their beginning and end.
fn ends_of_lines(finding: &Finding) -> Option<Table> {
    use attune_report::{Column, Row, Text};
    let figure = &finding.figure;
    let mut table = Table::new(
        anchor("ends", &finding.id),
        Text::from("What the model gives at the beginning and at the end: ")
            .and_own(&finding.outcome.label),
        vec![
            Column::words("Arm"),
            Column::numbers(Text::own(&figure.time_label)),
            Column::numbers(format!(
                "Mean ({} CI)",
                words::level(finding.estimate.level)
            )),
        ],
    );
    for line in &figure.fitted {
        let ends = line.points.first().into_iter().chain(line.points.last());
        for (time, value, lower, upper) in ends {
            let decimals = words::decimals_for(*lower, *upper);
            table.rows.push(Row::of(vec![
                Text::own(line.arm.as_deref().unwrap_or("all")),
                words::short(*time, 2).into(),
                format!(
                    "{} ({} to {})",
                    words::fixed(*value, decimals),
                    words::fixed(*lower, decimals),
                    words::fixed(*upper, decimals)
                )
                .into(),
            ]));
        }
    }
    (!table.rows.is_empty()).then_some(table)
}
