//! Two pages for those who pay for a programme or decide about it: whom it reached, who came, what it
//! was compared with, what changed, what cannot be said, and what those who took part say of it.

use attune_analysis::{findings::Finding, words};
use attune_protocol::{page::PagePart, plan::OutcomeRole};

use super::{
    context::Context, front::allocation_words, lay, participants, plain, quotations, summary,
    trajectories,
};
use crate::{Block, Column, Row, RowKind, Section, Table, Text, text::Inline};

/// More limits than this do not fit on two pages; the full report has them all.
const MOST_LIMITS: usize = 5;
/// More letters than this of the team's summary do not fit.
const MOST_LETTERS_OF_SUMMARY: usize = 700;
/// More lines than this in the table of who came do not fit.
const MOST_ROWS: usize = 14;

pub fn sections(context: &Context<'_>) -> Vec<Section> {
    vec![
        in_short(context),
        reach(context),
        compared_with(context),
        who_came(context),
        what_changed(context),
        what_cannot_be_said(context),
        quotations::section(context),
    ]
}

/// The team's own summary, as much of it as fits.
fn in_short(context: &Context<'_>) -> Section {
    let mut section = lay::of_page(context, PagePart::Summary, "in-short", "In short");
    let mut letters = 0;
    section.blocks.retain(|block| {
        if let Block::OwnParagraph(text) = block {
            letters += text.words(&str::to_owned).chars().count();
        }
        letters <= MOST_LETTERS_OF_SUMMARY
    });
    section.sections.clear();
    section
}

fn reach(context: &Context<'_>) -> Section {
    let mut section = Section::new("reach", "Whom it reached");
    if context.findings.description.flow.is_empty() {
        section.say("No participant is recorded.");
        return section;
    }
    if context.is_before_and_after() {
        section.push(Block::Paragraph(came(context, reached_by_phase(context))));
        return section;
    }
    let mut text = Text::default();
    let planned: Option<u32> = context
        .findings
        .description
        .sites
        .iter()
        .map(|site| site.planned)
        .sum();
    let enrolled = context.enrolled();
    text = text.and(match planned.filter(|planned| *planned > 0) {
        Some(planned) => format!(
            "{} of {} planned families (a carer and an infant) were enrolled at {}. ",
            words::count(enrolled),
            words::count(planned as usize),
            words::count_of(context.n_sites(), "site", "sites"),
        ),
        None => format!(
            "{} (a carer and an infant each) {} enrolled at {}. ",
            words::count_of(enrolled, "family", "families"),
            if enrolled == 1 { "was" } else { "were" },
            words::count_of(context.n_sites(), "site", "sites"),
        ),
    });
    if let Some((wave, measured)) = participants::measured_last(context) {
        text = text
            .and(format!(
                "{} were still measured at the last planned time (",
                words::count_of(measured, "of them", "of them")
            ))
            .and_own(wave)
            .and("). ");
    }
    section.push(Block::Paragraph(came(context, text)));
    section
}

/// Families by the phase in which they came first.
pub fn reached_by_phase(context: &Context<'_>) -> Text {
    let enrolled = context.enrolled();
    let mut text = Text::from(format!(
        "{} (a carer and an infant each) came for the first time at {}",
        words::count_of(enrolled, "family", "families"),
        words::count_of(context.n_sites(), "site", "sites"),
    ));
    let baseline = context.findings.description.baseline.first();
    for (place, phase) in context.protocol.phases.iter().enumerate() {
        let cell = baseline.and_then(|row| row.arms.get(place));
        if let Some(cell) = cell {
            let between = if place == 0 { ": " } else { ", " };
            text = text
                .and(format!(
                    "{between}{} in “",
                    words::count(cell.n + cell.missing)
                ))
                .and_own(&phase.label)
                .and("”");
        }
    }
    text.and(". ")
}

/// How often families came, where it is recorded.
fn came(context: &Context<'_>, text: Text) -> Text {
    let attendance = context.findings.description.attendance.iter();
    attendance.fold(text, |text, arm| {
        let text = text
            .and("In ")
            .and_own(format!("“{}”", context.arm(&arm.arm).1))
            .and(format!(
                " {} of {} families came at least once",
                words::count(arm.came),
                words::count(arm.dyads)
            ));
        match arm.median {
            Some(median) => text.and(format!(
                "; half of them came {} times or more. ",
                words::short(median, 1)
            )),
            None => text.and(". "),
        }
    })
}

fn compared_with(context: &Context<'_>) -> Section {
    let mut section = Section::new("compared", "Compared with what");
    let arms = &context.protocol.arms;
    if context.is_before_and_after() {
        section.say(
            "With itself: the same service before and after. Whoever came later need not be who came before.",
        );
        section.blocks.extend(phases(context).map(Block::Table));
        return section;
    }
    if arms.len() < 2 && context.protocol.phases.len() < 2 {
        section.say("The study file names no groups and no phases to compare.");
        return section;
    }
    for arm in arms {
        let mut text = context.arm_cell(Some(&arm.id));
        if let Some(n) = context.enrolled_in(&arm.id) {
            text = text.and(format!(" ({})", words::count_of(n, "family", "families")));
        }
        if let Some(description) = &arm.description {
            text = text.and(": ").and_own(description);
        }
        section.push(Block::Paragraph(text));
    }
    section.say(format!(
        "{}.",
        words::capitalised(allocation_words(context.protocol.study.allocation))
    ));
    section
}

/// Every outcome in each phase, with how many values it rests on.
pub fn phases(context: &Context<'_>) -> Option<Table> {
    let phases = &context.protocol.phases;
    if phases.len() < 2 {
        return None;
    }
    let cells = &context.findings.description.outcomes;
    let mut columns = vec![Column::words("What was measured")];
    for phase in phases {
        let (mark, label) = context.arm(phase.id.as_str());
        let heading = crate::table::arm_heading(mark, &label);
        columns.push(Column::numbers("Mean").under(heading.clone()));
        columns.push(Column::numbers("n").under(heading));
    }
    let mut table = Table::new("phases", "What was measured before and after", columns);
    for outcome in &context.protocol.outcomes {
        let mut name = Text::own(&outcome.label);
        if let Some(unit) = &outcome.unit {
            name = name.and(", ").and_own(unit);
        }
        let mut row = vec![name];
        for phase in phases {
            let cell = cells.iter().find(|cell| {
                cell.outcome == outcome.id.as_str()
                    && cell.phase.as_deref() == Some(phase.id.as_str())
            });
            let mean = cell.and_then(|cell| cell.mean);
            row.push(mean.map_or_else(|| "–".into(), |mean| Text::from(words::two_digits(mean))));
            row.push(Text::count(cell.map_or(0, |cell| cell.n)));
        }
        table.rows.push(Row::of(row));
    }
    (!table.rows.is_empty()).then_some(table)
}

/// The characteristics of families, without the outcomes at the start and without medians.
fn who_came(context: &Context<'_>) -> Section {
    let mut section = Section::new("who", "Who came");
    let description = &context.findings.description;
    let attributes = &context.protocol.attributes;
    let rows: Vec<_> = description
        .baseline
        .iter()
        .filter(|row| {
            attributes
                .iter()
                .any(|attribute| attribute.label == row.label)
        })
        .collect();
    if rows.is_empty() {
        return Section::default();
    }
    let mut columns = vec![Column::words("At enrolment")];
    for (arm, _) in &description.baseline_groups {
        columns.push(Column::numbers(participants::group_with_n(context, arm)));
    }
    let mut table = Table::new("who-came", "Families at enrolment", columns);
    let mut open = "";
    for row in rows.iter().take(MOST_ROWS) {
        let mut name = Text::own(&row.label);
        let cells: Vec<Text> = row
            .arms
            .iter()
            .map(|cell| match (cell.count, cell.share, cell.mean) {
                (Some(count), Some(share), _) => {
                    format!("{} ({})", words::count(count), words::percent(share)).into()
                }
                (_, _, Some(mean)) => words::short(mean, 1).into(),
                _ => "–".into(),
            })
            .collect();
        if let Some(level) = &row.level {
            // Of two levels one says it all.
            let levels = rows.iter().filter(|other| other.label == row.label).count();
            if levels == 2 && open == row.label {
                continue;
            }
            name = name.and(": ").and_own(level);
        } else if let Some(unit) = &row.unit {
            name = name.and(", mean in ").and_own(unit);
        } else {
            name = name.and(", mean");
        }
        open = &row.label;
        let mut all = vec![name];
        all.extend(cells);
        table.rows.push(Row::of(all).set(RowKind::Plain));
    }
    section.push(Block::Table(table));
    section
}

fn what_changed(context: &Context<'_>) -> Section {
    let mut section = Section::new("changed", "What changed");
    let findings = &context.findings.findings;
    if findings.is_empty() {
        section.say("The plan names no analysis, so nothing is said here.");
        return section;
    }
    section.push(Block::List {
        ordered: false,
        items: findings
            .iter()
            .map(|finding| item(context, finding))
            .collect(),
    });
    let primary = findings
        .iter()
        .find(|finding| finding.outcome.role == OutcomeRole::Primary);
    let courses = primary.and_then(|finding| trajectories::figure_of_groups(context, finding));
    let forest = summary::all_outcomes(context, None);
    let figures = forest.into_iter().chain(courses);
    section
        .blocks
        .extend(figures.map(Box::new).map(Block::Figure));
    section
}

fn item(context: &Context<'_>, finding: &Finding) -> Text {
    let said = plain::sentences(context, finding);
    // The name of the outcome stands out where the sentence begins with it.
    match said.strip_prefix(finding.outcome.label.as_str()) {
        Some(rest) => Text::from(Inline::Strong(finding.outcome.label.clone())).and_own(rest),
        None => Text::own(said),
    }
}

/// What the design leaves open in plain words; where it leaves nothing open, what the findings say.
fn what_cannot_be_said(context: &Context<'_>) -> Section {
    let mut section = Section::new("limits", "What cannot be said");
    let mut items = lay::limits(context);
    if items.is_empty() {
        let limits = context.findings.cannot_show.iter();
        items = limits.take(MOST_LIMITS).map(Text::own).collect();
    }
    if items.is_empty() {
        section.say("The program knows of no limit that follows from this design alone.");
    } else {
        section.push(Block::List {
            ordered: false,
            items,
        });
    }
    let n_departures = context.findings.deviations.len();
    if n_departures > 0 {
        section.say(format!(
            "The full report has all limits in detail, and {} from the plan with the reasons.",
            words::count_of(n_departures, "departure", "departures")
        ));
    }
    section
}
