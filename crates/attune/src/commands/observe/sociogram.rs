//! `attune observe sociogram STUDY`: who addressed whom, phase by phase, and what changed with the
//! session as the unit. The same numbers and the same drawing as in the report.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use attune_analysis::{findings::Room, rooms, words};
use attune_measures::{Measures, measure::measure, observation::sociogram::SociogramMeasures};
use attune_report::{Format, plots::svg_file, sociogram};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::summary::fixed;
use crate::{output, run, text_table::TextTable};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe sociogram studies/community-clinic
  attune observe sociogram studies/community-clinic --plot room.svg
  attune observe sociogram studies/community-clinic --json")]
pub struct SociogramCommand {
    /// Study folder whose data have codings of sessions
    study: PathBuf,
    /// Folder with the data files, when it is not the study folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The scheme, where the study has several
    #[arg(long, value_name = "ID")]
    scheme: Option<String>,
    /// Seed of the permutations, where there are too many to enumerate
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Draw the phases side by side to this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A coding of a session.
#[derive(Debug, Serialize)]
struct SessionSociogram<'a> {
    session: &'a str,
    coder: Option<&'a Arc<str>>,
    #[serde(flatten)]
    measures: SociogramMeasures,
}

impl SociogramCommand {
    pub fn run(&self) -> Result<()> {
        let protocol = run::protocol(&self.study)?;
        let records = run::records(&protocol, self.data.as_deref().unwrap_or(&self.study))?;
        let measures = measure(&protocol, &records);
        let rooms = rooms(&protocol, &measures, self.seed);
        let wanted = |room: &&Room| self.scheme.as_ref().is_none_or(|id| room.scheme == *id);
        let found: Vec<&Room> = rooms.iter().filter(wanted).collect();
        let room = match found.as_slice() {
            [room] => *room,
            [] => bail!(
                "the study has no codings of sessions\nhelp: add [[data]] with kind = \"codings\", of a scheme with acts"
            ),
            _ => bail!("the study has codings by several schemes\nhelp: name one with --scheme"),
        };
        let simulated = measures.simulated;
        if let Some(path) = &self.plot {
            let figure = sociogram(room, simulated);
            output::write_file(path, svg_file(&figure, Format::Wide).as_bytes())?;
        }
        if self.json {
            return output::print_json(&as_json(room, &measures));
        }
        output::print_text(&text(room, simulated))
    }
}

fn as_json(room: &Room, measures: &Measures) -> serde_json::Value {
    let name = |place: usize| &room.people[place].name;
    let phase = |group: &attune_analysis::findings::RoomGroup| {
        let arrows = group.arrows.iter().map(|arrow| {
            json!({
                "from": name(arrow.from),
                "to": name(arrow.to),
                "acts": arrow.acts,
                "acts_per_session": arrow.per_session,
            })
        });
        let of_group = measures.sociograms.iter().filter(|one| {
            let id = one
                .phase
                .as_deref()
                .or(measures.units[one.unit as usize].arm.as_deref());
            *one.scheme == *room.scheme && (group.id == "all" || id == Some(group.id.as_str()))
        });
        let sessions: Vec<SessionSociogram<'_>> = of_group
            .map(|one| SessionSociogram {
                session: &measures.units[one.unit as usize].id,
                coder: one.coder.as_ref(),
                measures: one.sociogram.measures(),
            })
            .collect();
        json!({
            "phase": group.id,
            "label": group.label,
            "n_sessions": group.n_sessions,
            "arrows": arrows.collect::<Vec<_>>(),
            "sessions": sessions,
        })
    };
    json!({
        "simulated": measures.simulated,
        "scheme": room.scheme,
        "coders": room.coders,
        "n_coded_twice": room.n_coded_twice,
        "phases": room.groups.iter().map(phase).collect::<Vec<_>>(),
        "comparisons": room.comparisons,
        "answer": room.answer,
        "cannot_show": room.cannot_show,
    })
}

fn p_value(p: Option<f64>) -> String {
    match p {
        Some(p) if p < 0.0001 => "< 0.0001".to_owned(),
        p => fixed(p, 4),
    }
}

fn text(room: &Room, simulated: bool) -> String {
    let mut heading = vec!["property of a session"];
    heading.extend(room.groups.iter().map(|group| group.label.as_str()));
    let compares = room.groups.len() > 1;
    if compares {
        heading.extend(["difference", "95 % CI", "p", "p, sessions permuted"]);
    }
    let mut table = TextTable::new(&heading);
    for one in &room.comparisons {
        let mut cells = vec![format!("{}, {}", one.label, one.unit)];
        cells.extend(one.groups.iter().map(|group| match (group.mean, group.sd) {
            (Some(mean), Some(sd)) => format!("{} ({})", fixed(Some(mean), 3), fixed(Some(sd), 3)),
            (mean, _) => fixed(mean, 3),
        }));
        if compares {
            let of = &one.difference;
            cells.push(fixed(of.estimate, 3));
            cells.push(match (of.ci_lower, of.ci_upper) {
                (Some(lower), Some(upper)) => {
                    format!("{} to {}", fixed(Some(lower), 3), fixed(Some(upper), 3))
                }
                _ => fixed(None, 3),
            });
            cells.push(p_value(of.p));
            cells.push(p_value(one.permutation.as_ref().map(|result| result.p)));
        }
        table.row(cells);
    }
    let sessions = room.groups.iter().map(|group| {
        format!(
            "{}: {}",
            group.label,
            words::count_of(group.n_sessions, "session", "sessions")
        )
    });
    let sessions: Vec<String> = sessions.collect();
    let limits: String = room
        .cannot_show
        .iter()
        .map(|one| format!("- {one}\n"))
        .collect();
    let note = match simulated {
        true => "These data are simulated and describe no family.\n",
        false => "",
    };
    format!(
        "The clinic as a whole by the scheme {} ({}; {} coded by more than one coder)\nMean (SD) of the sessions: the session \
         is the unit\n\n{}\n{}\n\n{limits}{note}",
        room.scheme,
        sessions.join(", "),
        words::count(room.n_coded_twice),
        table.text(),
        room.answer,
    )
}
