//! The drawing of a room, phase by phase, with its description in words and the arrows as a table.

use attune_analysis::{
    findings::{Room, RoomGroup},
    words,
};

use crate::{
    Column, Drawing, Figure, Row, Table, Text,
    compose::context::{Context, anchor},
    plots::{Heading, Sociogram, SociogramPanel, SociogramPerson},
};

/// Places that were taken in a smaller share of the sessions of every phase are not drawn.
const RARELY_TAKEN: f64 = 0.2;
/// Arrows of fewer acts per session are not drawn.
const WEAKEST_DRAWN: f64 = 0.2;

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

pub(super) fn sociogram_figure(context: &Context<'_>, room: &Room, drawing: Sociogram) -> Figure {
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
