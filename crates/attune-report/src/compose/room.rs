//! The clinic as a whole: who turned to whom, phase by phase, and what that amounts to with the session as
//! the unit. The sentence first, then the drawing, the sessions, the table, and what it cannot show.

use attune_analysis::{
    findings::{Room, RoomComparison, RoomGroup},
    words,
};

use super::context::{Context, anchor, interval_of, mean_cell, p_cell, short_interval};
use crate::{
    ArmMark, Block, Column, Drawing, Figure, Row, Section, Table, Text,
    plots::{
        Heading, Interval, SessionDots, SessionDotsPanel, Sociogram, SociogramPanel,
        SociogramPerson,
    },
};

/// Properties that are drawn session by session.
const DRAWN: [&str; 3] = ["across-family-share", "acts-per-minute", "to-infants-share"];
/// Places that were taken in a smaller share of the sessions of every phase are not drawn.
const RARELY_TAKEN: f64 = 0.2;
/// Arrows of fewer acts per session are not drawn.
const WEAKEST_DRAWN: f64 = 0.2;

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

/// The drawing of a room; also what `attune observe sociogram --plot` draws.
pub fn sociogram(room: &Room, simulated: bool) -> Sociogram {
    let taken = |group: &RoomGroup, place: usize| match group.n_sessions {
        0 => 0.0,
        n => group.present[place] as f64 / n as f64,
    };
    let drawn: Vec<usize> = (0..room.people.len())
        .filter(|place| {
            room.groups
                .iter()
                .any(|group| taken(group, *place) >= RARELY_TAKEN)
        })
        .collect();
    let seat = |place: usize| drawn.iter().position(|one| *one == place);
    let panel = |(position, group): (usize, &RoomGroup)| SociogramPanel {
        label: group.label.clone(),
        remarks: remarks(room, position, group),
        presence: drawn.iter().map(|place| taken(group, *place)).collect(),
        arrows: group
            .arrows
            .iter()
            .filter_map(|arrow| Some((seat(arrow.from)?, seat(arrow.to)?, arrow.per_session)))
            .collect(),
    };
    let with_sessions = room
        .groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.n_sessions > 0);
    Sociogram {
        heading: Heading {
            title: "Who turned to whom?".to_owned(),
            subtitle:
                "Mean acts per session between places in the room; the same place in every panel"
                    .to_owned(),
            description: description(room),
            note: match simulated {
                true => "Simulated data: they describe no family.".to_owned(),
                false => String::new(),
            },
        },
        people: drawn
            .iter()
            .map(|place| {
                let person = &room.people[*place];
                SociogramPerson {
                    label: person.name.clone(),
                    is_infant: person.kind == "infant",
                    family: person.family.clone(),
                }
            })
            .collect(),
        panels: with_sessions.map(panel).collect(),
        measure: "acts per session".to_owned(),
        weakest_drawn: WEAKEST_DRAWN,
    }
}

/// "25 sessions" and what they amount to, beneath a panel.
fn remarks(room: &Room, position: usize, group: &RoomGroup) -> Vec<String> {
    let mean = |id: &str| {
        let found = room.comparisons.iter().find(|one| one.measure == id)?;
        found.groups.get(position)?.mean
    };
    let mut remarks = vec![words::count_of(group.n_sessions, "session", "sessions")];
    let shares: Vec<String> = [
        ("across-family-share", "between families"),
        ("to-infants-share", "to infants"),
    ]
    .into_iter()
    .filter_map(|(id, words)| Some(format!("{} {words}", words::percent(mean(id)?))))
    .collect();
    if !shares.is_empty() {
        remarks.push(shares.join(", "));
    }
    if let Some(density) = mean("density") {
        remarks.push(format!("density {}", words::fixed(density, 2)));
    }
    remarks
}

/// The message of the drawing in words.
fn description(room: &Room) -> String {
    let mut sentences = vec!["Sociogram, one circle for each phase.".to_owned()];
    for (position, group) in room.groups.iter().enumerate() {
        let remarks = remarks(room, position, group).join("; ");
        sentences.push(format!("{}: {remarks}.", group.label));
    }
    sentences.push(room.answer.clone());
    sentences.join(" ")
}

fn sociogram_figure(context: &Context<'_>, room: &Room, drawing: Sociogram) -> Figure {
    let id = anchor("sociogram", &room.scheme);
    let n_left_out = room.people.len() - drawing.people.len();
    let left_out = match n_left_out {
        0 => String::new(),
        n => format!(
            " {} taken in fewer than one session in five of every phase, and not drawn.",
            words::capitalised(&words::count_of(n, "place was", "places were"))
        ),
    };
    Figure {
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: "Who turned to whom, phase by phase".into(),
        caption: Text::from(format!(
            "Circles are infants, squares adults; the larger, the more sessions had somebody in that place. The same \
             place stands in the same spot in every panel. An arrow is as wide as acts are frequent in the sessions that \
             had both places taken; arrows of fewer than one act in five sessions are in the data and not drawn.{left_out}"
        )),
        description: drawing.heading.description.clone(),
        data: arrows_table(room, &id),
        shown_in: None,
        drawing: Drawing::Sociogram(drawing),
        id,
    }
}

fn arrows_table(room: &Room, figure: &str) -> Table {
    let mut table = Table::new(
        format!("{figure}-data"),
        "Acts from place to place",
        vec![
            Column::words("Phase"),
            Column::words("From"),
            Column::words("To"),
            Column::numbers("Acts"),
            Column::numbers("Acts per session with both"),
        ],
    );
    for group in &room.groups {
        for arrow in &group.arrows {
            table.rows.push(Row::of(vec![
                Text::own(&group.label),
                Text::own(&room.people[arrow.from].name),
                Text::own(&room.people[arrow.to].name),
                Text::count(arrow.acts),
                Text::number(arrow.per_session, 2),
            ]));
        }
    }
    table
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

/// How far the coders of one session agree on what the table above compares.
fn agreement_table(room: &Room) -> Option<Table> {
    let agreed: Vec<_> = room
        .comparisons
        .iter()
        .filter_map(|one| Some((one, one.agreement.as_ref()?)))
        .collect();
    let (_, first) = agreed.first()?;
    let same_two = first.measure == "icc-a1";
    let name = match same_two {
        true => "ICC(A,1) (95 % CI)",
        false => "ICC(1) (95 % CI)",
    };
    let mut table = Table::new(
        anchor("room-agreement", &room.scheme),
        "How far two coders of the same session agree",
        vec![
            Column::words("Property of a session"),
            Column::numbers("Sessions"),
            Column::numbers("First coder").under("Mean".into()),
            Column::numbers("Second coder").under("Mean".into()),
            Column::numbers(name),
        ],
    );
    for (one, agreement) in agreed {
        // Two digits of the smaller mean, so that what differs shows.
        let smaller = agreement.means[0].abs().min(agreement.means[1].abs());
        let decimals = words::decimals_of(smaller, 2).min(3);
        let interval = (agreement.estimate, agreement.ci_lower, agreement.ci_upper);
        let row = Row::of(vec![
            Text::from(one.label.clone()),
            Text::count(agreement.n_sessions),
            Text::number(agreement.means[0], decimals),
            Text::number(agreement.means[1], decimals),
            match interval {
                (Some(icc), Some(lower), Some(upper)) => {
                    let [icc, lower, upper] = [icc, lower, upper].map(|end| words::fixed(end, 2));
                    format!("{icc} ({lower} to {upper})").into()
                }
                (Some(icc), ..) => words::fixed(icc, 2).into(),
                _ => "–".into(),
            },
        ]);
        table
            .rows
            .push(match DRAWN.contains(&one.measure.as_str()) {
                true => row.set(crate::RowKind::Emphasised),
                false => row,
            });
    }
    table.notes.push(
        "1 is full agreement on the numbers, 0 none; the session is the unit, and the interval comes from resampling sessions. \
         – : the sessions do not differ, so agreement cannot be seen. It tells how far a number depends on who coded, and \
         nothing about whether the scheme sees what matters."
            .into(),
    );
    Some(table)
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
