//! The clinic as a whole: who turned to whom, phase by phase, and what that amounts to with the session as
//! the unit. The sentence first, then the drawing, the sessions, the table, and what it cannot show.

mod agreement;
mod sociogram;

use attune_analysis::{
    findings::{Room, RoomComparison, RoomGroup},
    words,
};

pub use self::sociogram::sociogram;
use self::{agreement::agreement_table, sociogram::sociogram_figure};
use super::context::{Context, anchor, interval_of, mean_cell, p_cell, short_interval};
use crate::{
    ArmMark, Block, Column, Drawing, Figure, Row, Section, Table, Text,
    plots::{Heading, Interval, SessionDots, SessionDotsPanel},
};

/// Properties that are drawn session by session.
const DRAWN: [&str; 3] = ["across-family-share", "acts-per-minute", "to-infants-share"];

pub fn section(context: &Context<'_>) -> Section {
    let rooms = &context.findings.description.rooms;
    let mut section = Section::new("room", "The clinic as a whole");
    match rooms.as_slice() {
        [] => return Section::default(),
        [room] => fill(context, room, &mut section),
        rooms => {
            for room in rooms {
                let mut inner = Section::new(anchor("room", &room.scheme), Text::own(&room.title));
                fill(context, room, &mut inner);
                section.sections.push(inner);
            }
        }
    }
    section
}

fn fill(context: &Context<'_>, room: &Room, section: &mut Section) {
    section.say(what_was_coded(room));
    section.push(Block::Answer(room.answer.clone()));
    let sociogram = sociogram(room, context.is_simulated());
    section.push(Block::Figure(Box::new(sociogram_figure(
        context, room, sociogram,
    ))));
    section.blocks.extend(
        sessions_figure(context, room)
            .map(Box::new)
            .map(Block::Figure),
    );
    section.push(Block::Table(table(context, room)));
    section
        .blocks
        .extend(agreement_table(room).map(Block::Table));
    section.push(Block::Subheading("What this cannot show".into()));
    section.push(Block::List {
        ordered: false,
        items: room
            .cannot_show
            .iter()
            .map(|one| Text::from(one.clone()))
            .collect(),
    });
    let methods = methods(room);
    if !methods.is_empty() {
        section.push(Block::Details {
            summary: "How the differences were estimated".into(),
            blocks: vec![Block::List {
                ordered: false,
                items: methods,
            }],
        });
    }
}

fn what_was_coded(room: &Room) -> Text {
    let by = match room.coders.len() {
        0 => String::new(),
        n => format!(" by {}", words::count_of(n, "coder", "coders")),
    };
    let twice = match room.n_coded_twice {
        0 => String::new(),
        n => format!(", {} of them by more than one", words::count(n)),
    };
    Text::from(format!(
        "{} were coded from film{by}{twice}, by the scheme “",
        words::count_of(room.n_sessions, "session", "sessions")
    ))
    .and_own(&room.title)
    .and(
        "”. Every act has an actor and somebody to whom it is directed. What follows takes the session as the unit: acts \
         within one session depend on one another, so they are counted within it and never pooled. ",
    )
    .and_see(anchor("sociogram", &room.scheme))
    .and(" shows who turned to whom, ")
    .and_see(anchor("room-table", &room.scheme))
    .and(" what it amounts to.")
}

fn sessions_figure(context: &Context<'_>, room: &Room) -> Option<Figure> {
    let drawn: Vec<&RoomComparison> = DRAWN
        .iter()
        .filter_map(|id| room.comparisons.iter().find(|one| one.measure == *id))
        .filter(|one| one.groups.iter().any(|group| group.n > 1))
        .collect();
    if drawn.is_empty() {
        return None;
    }
    let id = anchor("room-sessions", &room.scheme);
    let panel = |one: &RoomComparison| SessionDotsPanel {
        label: one.label.clone(),
        unit: one.unit.clone(),
        from_zero: true,
        phases: one
            .groups
            .iter()
            .map(|group| {
                let weeks = group
                    .sessions
                    .iter()
                    .map(|(days, value)| (days / 7.0, *value));
                let mean = group
                    .mean
                    .zip(group.ci)
                    .map(|(estimate, (lower, upper))| Interval {
                        estimate,
                        lower,
                        upper,
                    });
                (weeks.collect(), mean)
            })
            .collect(),
    };
    let drawing = SessionDots {
        heading: Heading::default(),
        time: "Weeks since the first session".to_owned(),
        phases: room
            .groups
            .iter()
            .map(|group| mark(context, group))
            .collect(),
        panels: drawn.iter().map(|one| panel(one)).collect(),
    };
    let mut data = Table::new(
        format!("{id}-data"),
        "The coded sessions one by one",
        vec![
            Column::words("Property"),
            Column::words("Phase"),
            Column::numbers("Weeks"),
            Column::numbers("Value"),
        ],
    );
    for one in &drawn {
        for (group, values) in room.groups.iter().zip(&one.groups) {
            for (days, value) in &values.sessions {
                data.rows.push(Row::of(vec![
                    Text::from(one.label.clone()),
                    Text::own(&group.label),
                    Text::number((days / 7.0 * 1000.0).round() / 1000.0, 1),
                    Text::number((value * 1e5).round() / 1e5, 3),
                ]));
            }
        }
    }
    Some(Figure {
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: "Session by session: did cohesion, interaction and communication with infants change?".into(),
        caption: "A dot is one session by its first coding; lines are the means of the phases, bands the 95 % interval of \
                  each mean. The interval of the difference stands in the table."
            .into(),
        description: room.answer.clone(),
        data,
        shown_in: None,
        drawing: Drawing::SessionDots(drawing),
        id,
    })
}

fn mark(context: &Context<'_>, group: &RoomGroup) -> (ArmMark, String) {
    match group.id.as_str() {
        "all" => (ArmMark(crate::ArmKind::Programme), group.label.clone()),
        id => context.arm(id),
    }
}

fn table(context: &Context<'_>, room: &Room) -> Table {
    let mut columns = vec![Column::words("Property of a session")];
    let in_groups: Vec<Text> = room
        .groups
        .iter()
        .map(|group| {
            let (mark, label) = mark(context, group);
            Text(vec![crate::Inline::Arm(mark), crate::Inline::Own(label)]).and(format!(
                " ({})",
                words::count_of(group.n_sessions, "session", "sessions")
            ))
        })
        .collect();
    for group in &in_groups {
        columns.push(Column::numbers("Mean (SD)").under(group.clone()));
    }
    let compares = room.groups.len() > 1;
    if compares {
        columns.push(Column::numbers("Difference (95 % CI)"));
        columns.push(Column::numbers("p"));
        columns.push(Column::numbers("p").under("Sessions permuted".into()));
        columns.push(Column::numbers("95 % CI").under("Sessions permuted".into()));
    }
    let mut table = Table::new(
        anchor("room-table", &room.scheme),
        "What the sessions amount to, phase by phase",
        columns,
    );
    for one in &room.comparisons {
        if one.groups.iter().all(|group| group.n == 0) {
            continue;
        }
        let mut cells = vec![Text::from(format!("{}, {}", one.label, one.unit))];
        cells.extend(
            one.groups
                .iter()
                .map(|group| mean_cell(group.mean, group.sd)),
        );
        if compares {
            cells.push(match interval_of(&one.difference) {
                Some((estimate, lower, upper)) => short_interval(estimate, lower, upper).into(),
                None => "–".into(),
            });
            cells.push(p_cell(one.difference.p));
            let permuted = one.permutation.as_ref();
            cells.push(p_cell(permuted.map(|result| result.p)));
            cells.push(match permuted.and_then(|result| result.ci) {
                Some((lower, upper)) => {
                    let decimals = words::decimals_for(lower, upper);
                    let [lower, upper] = [lower, upper].map(|end| words::fixed(end, decimals));
                    format!("{lower} to {upper}").into()
                }
                None => "–".into(),
            });
        }
        let row = Row::of(cells);
        table
            .rows
            .push(match DRAWN.contains(&one.measure.as_str()) {
                true => row.set(crate::RowKind::Emphasised),
                false => row,
            });
    }
    if compares {
        let exact = room
            .comparisons
            .iter()
            .filter_map(|one| one.permutation.as_ref());
        let how = match exact.clone().all(|result| result.exact) {
            true => "over all assignments",
            false => "over a seeded sample of assignments",
        };
        table.notes.push(
            Text::from(format!(
                "Difference: the second phase less the first, by the model told below. Permuted: whole sessions over the \
                 phases, {how}. p values of this table are not adjusted for their number; those of the plan are in "
            ))
            .and_see("findings")
            .and("."),
        );
        table.notes.push(
            "Density, reciprocity and centralisation are those of arrows between people, whatever their number of acts. \
             A property that a session does not have (no act among families, say) is missing there, not zero."
                .into(),
        );
    }
    table
}

/// What was done and what to doubt, each once.
fn methods(room: &Room) -> Vec<Text> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for one in &room.comparisons {
        let how = one
            .warnings
            .iter()
            .fold(one.method.clone(), |all, warning| {
                let warning = words::capitalised(warning);
                format!("{all} {warning}.").trim_start().to_owned()
            });
        if how.is_empty() {
            continue;
        }
        match said.iter_mut().find(|(known, _)| *known == how) {
            Some((_, labels)) => labels.push(&one.label),
            None => said.push((how, vec![&one.label])),
        }
    }
    said.into_iter()
        .map(|(how, labels)| Text::from(format!("{}: {how}", words::list(&labels))))
        .collect()
}
