//! How far the coders of one session agree on what the sessions are compared by.

use attune_analysis::{findings::Room, words};

use super::DRAWN;
use crate::{Column, Row, Table, Text, compose::context::anchor};

/// How far the coders of one session agree on what the table above compares.
pub(super) fn agreement_table(room: &Room) -> Option<Table> {
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
