//! The methods, written from what was really run: design and questions from the protocol, models,
//! inference, software and numbers left out from the findings. Works are cited for the methods that
//! were used, and for no others.

mod analysis;

use attune_analysis::words;
use attune_protocol::{
    design::Timing,
    instrument::{AnsweredBy, BlindTo},
    plan::{Better, Estimand, Outcome},
};

use self::analysis::analysis;
use super::{
    context::{Context, role_words},
    front::{allocation_words, dates},
};
use crate::{Block, Column, Row, Section, Table, Text};

/// The section, and the keys of the works that the report cites.
pub struct Methods {
    pub section: Section,
    pub cited: Vec<&'static str>,
}

pub fn section(context: &Context<'_>) -> Methods {
    let mut section = Section::new("methods", "Methods");
    section.sections.push(questions(context));
    section.sections.push(design(context));
    section.sections.push(outcomes(context));
    let mut cited = Vec::new();
    if context.findings.description.arms.len() > 1
        && !context.findings.description.baseline.is_empty()
    {
        cited.push("austin-2009");
    }
    section.sections.push(analysis(context, &mut cited));
    section.sections.extend(estimands(context));
    Methods { section, cited }
}

fn questions(context: &Context<'_>) -> Section {
    let mut section = Section::new("methods-questions", "Aims and questions");
    let aims = &context.protocol.study.aims;
    if !aims.is_empty() {
        section.say("The evaluation wants to find out about:");
        section.push(Block::List {
            ordered: false,
            items: aims.iter().map(Text::own).collect(),
        });
    }
    match context.protocol.analyses.is_empty() {
        true => section.say("The plan names no analysis."),
        false => {
            section.say("The plan asks:");
            section.push(Block::List {
                ordered: true,
                items: context
                    .protocol
                    .analyses
                    .iter()
                    .map(|analysis| Text::own(&analysis.question))
                    .collect(),
            });
        }
    }
    section
}

const BEFORE_AND_AFTER: &str = "One service is compared with itself, before and after. Whatever else changed at the same \
     time cannot be told apart from the programme. Which units are analysed stands with each outcome.";

fn design(context: &Context<'_>) -> Section {
    let protocol = context.protocol;
    let mut section = Section::new("methods-design", "Design");
    let mut text = if context.is_before_and_after() {
        Text::from(BEFORE_AND_AFTER)
    } else {
        Text::from(format!(
            "{}. The unit of assignment is the {}; the smallest unit analysed is the visit of a dyad (a \
         carer and an infant).",
            words::capitalised(allocation_words(protocol.study.allocation)),
            if protocol.study.allocation.is_by_site() {
                "site"
            } else {
                "dyad"
            },
        ))
    };
    if let Some(dates) = dates(&protocol.study) {
        text = text.and(format!(" Dates of the study: {dates}."));
    }
    section.say(text);
    if !protocol.arms.is_empty() {
        section.push(Block::Facts(arms(context)));
    } else if protocol
        .phases
        .iter()
        .any(|phase| phase.description.is_some())
    {
        section.push(Block::Facts(phases(context)));
    }
    if !protocol.sites.is_empty() {
        section.push(Block::Facts(vec![("Sites".into(), sites(context))]));
    }
    if !protocol.waves.is_empty() {
        section.push(Block::Table(waves(context)));
    }
    section
}

fn arms(context: &Context<'_>) -> Vec<(Text, Text)> {
    context
        .protocol
        .arms
        .iter()
        .map(|arm| {
            (
                context.arm_cell(Some(&arm.id)),
                described(arm.description.as_deref()),
            )
        })
        .collect()
}

fn phases(context: &Context<'_>) -> Vec<(Text, Text)> {
    let phases = context.protocol.phases.iter();
    phases
        .map(|phase| {
            (
                Text::own(&phase.label),
                described(phase.description.as_deref()),
            )
        })
        .collect()
}

fn described(description: Option<&str>) -> Text {
    match description {
        Some(description) => Text::own(description),
        None => "not described in the study file".into(),
    }
}

fn sites(context: &Context<'_>) -> Text {
    let mut text = Text::default();
    for site in &context.protocol.sites {
        if !text.is_empty() {
            text = text.and("; ");
        }
        text = text.and_own(&site.label);
        if let Some(kind) = &site.kind {
            text = text.and(" (").and_own(kind).and(")");
        }
        if let Some(planned) = site.planned_dyads {
            text = text.and(format!(
                ", {} dyads planned",
                words::count(planned as usize)
            ));
        }
    }
    text
}

fn waves(context: &Context<'_>) -> Table {
    let mut table = Table::new(
        "waves-table",
        "When was measured",
        vec![
            Column::words("Wave"),
            Column::words("Planned"),
            Column::words("On time"),
        ],
    );
    for wave in &context.protocol.waves {
        let planned = match &wave.timing {
            Timing::After { words, .. } => Text::own(words),
            Timing::During(phase) => Text::from("any time during ").and_own(phase.as_str()),
        };
        let window = wave.window.map_or_else(
            || "no window".to_owned(),
            |window| {
                let before = words::count_of(window.days_before as usize, "day", "days");
                let after = words::count_of(window.days_after as usize, "day", "days");
                match window.days_before {
                    0 => format!("up to {after} after"),
                    _ => format!("{before} before to {after} after"),
                }
            },
        );
        table.rows.push(Row::of(vec![
            Text::own(&wave.label),
            planned,
            window.into(),
        ]));
    }
    table
}

fn outcomes(context: &Context<'_>) -> Section {
    let mut section = Section::new("methods-outcomes", "Outcomes and measures");
    let mut table = Table::new(
        "measures-table",
        "Outcomes, and how they were measured",
        vec![
            Column::words("Outcome"),
            Column::words("Role"),
            Column::words("Measured by"),
            Column::words("Given by"),
            Column::words("Blind to"),
            Column::words("Better"),
            Column::numbers("Smallest difference that matters"),
        ],
    );
    let outcomes = context.protocol.outcomes.iter();
    table.rows = outcomes
        .map(|outcome| outcome_row(context, outcome))
        .collect();
    if table.rows.is_empty() {
        section.say("The study file names no outcome.");
    } else {
        section.push(Block::Table(table));
    }
    let citations: Vec<Text> = context
        .protocol
        .instruments
        .iter()
        .filter(|planned| !planned.definition.citation.is_empty())
        .map(|planned| {
            Text::own(&planned.definition.title)
                .and(": ")
                .and_own(&planned.definition.citation)
        })
        .collect();
    if !citations.is_empty() {
        section.say("Instruments:");
        section.push(Block::List {
            ordered: false,
            items: citations,
        });
    }
    section
}

fn outcome_row(context: &Context<'_>, outcome: &Outcome) -> Row {
    let score = context.protocol.score(&outcome.measure);
    let dash = || Text::from("–");
    let measured = match score {
        Some((instrument, score)) => Text::own(&instrument.definition.short_title)
            .and(": ")
            .and_own(&score.label),
        None => Text::code(outcome.measure.as_str()),
    };
    let scheme = context.protocol.scheme_of(&outcome.measure);
    let by_whom = match (score, scheme) {
        (Some((instrument, _)), _) => Some((instrument.answered_by, &instrument.blind_to)),
        (None, Some(scheme)) => Some((AnsweredBy::Observer, &scheme.blind_to)),
        (None, None) => None,
    };
    let given = by_whom.map_or_else(dash, |(who, _)| answered_by_words(who).into());
    let blind = by_whom.map_or_else(dash, |(_, blind_to)| match blind_to.as_slice() {
        [] => "nobody asked to be".into(),
        to => words::list(&to.iter().map(|to| blind_words(*to)).collect::<Vec<_>>()).into(),
    });
    let better = match outcome.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither",
    };
    Row::of(vec![
        Text::own(&outcome.label),
        role_words(outcome.role).into(),
        measured,
        given,
        blind,
        better.into(),
        outcome.smallest_difference_that_matters.map_or_else(
            || "not declared".into(),
            |value| words::short(value, 3).into(),
        ),
    ])
}

fn answered_by_words(who: AnsweredBy) -> &'static str {
    match who {
        AnsweredBy::Parent => "parent",
        AnsweredBy::Staff => "staff",
        AnsweredBy::Assessor => "assessor",
        AnsweredBy::Clinician => "clinician",
        AnsweredBy::Observer => "coder of recordings",
    }
}

fn blind_words(to: BlindTo) -> &'static str {
    match to {
        BlindTo::Arm => "arm",
        BlindTo::Wave => "wave",
        BlindTo::Phase => "phase",
        BlindTo::Site => "site",
    }
}

/// The exact quantity that each question asks for, where the team wrote it.
fn estimands(context: &Context<'_>) -> Option<Section> {
    let mut section = Section::new("methods-estimands", "What exactly is asked");
    for analysis in &context.protocol.analyses {
        if let Some(estimand) = &analysis.estimand {
            section.push(Block::Subheading(Text::own(&analysis.question)));
            section.push(Block::Facts(estimand_facts(estimand)));
        }
    }
    (!section.is_empty()).then_some(section)
}

fn estimand_facts(estimand: &Estimand) -> Vec<(Text, Text)> {
    [
        ("Population", &estimand.population),
        ("Compared", &estimand.treatment),
        ("Variable", &estimand.variable),
        ("What may happen in between", &estimand.intercurrent_events),
        ("Summary", &estimand.summary),
    ]
    .into_iter()
    .map(|(name, words)| (name.into(), Text::own(words)))
    .collect()
}
