//! `attune observe sociogram STUDY`: who addressed whom, phase by phase.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_measures::measure::sociogram;
use attune_measures::observation::sociogram::{PersonKind, SociogramMeasures};
use attune_protocol::Protocol;
use attune_records::{Records, records::SessionCoding};
use attune_report::Format;
use attune_report::plots::{Heading, Sociogram, SociogramPanel, SociogramPerson, svg_file};
use clap::Args;
use serde::Serialize;

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
    /// Draw the phases side by side to this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The sessions of one phase.
/// Where each person stands: by dyad, kind and name.
type Places = BTreeMap<(u32, PersonKind, String), usize>;

#[derive(Debug, Serialize)]
struct PhaseSociogram {
    phase: String,
    label: String,
    n_sessions: usize,
    /// Mean acts per session between places in the room.
    arrows: Vec<Arrow>,
    sessions: Vec<SessionSociogram>,
}

#[derive(Debug, Serialize)]
struct Arrow {
    from: String,
    to: String,
    acts_per_session: f64,
}

#[derive(Debug, Serialize)]
struct SessionSociogram {
    session: Arc<str>,
    coder: Option<Arc<str>>,
    #[serde(flatten)]
    measures: SociogramMeasures,
}

impl SociogramCommand {
    pub fn run(&self) -> Result<()> {
        let protocol = run::protocol(&self.study)?;
        let records = run::records(&protocol, self.data.as_deref().unwrap_or(&self.study))?;
        let (phases, people) = self.phases(&protocol, &records)?;
        let simulated = records.simulated() || protocol.study.simulated;
        if let Some(path) = &self.plot {
            let figure = figure(&phases, people, simulated);
            output::write_file(path, svg_file(&figure, Format::Wide).as_bytes())?;
        }
        if self.json {
            return output::print_json(
                &serde_json::json!({ "simulated": simulated, "phases": phases }),
            );
        }
        output::print_text(&text(&phases, simulated))
    }

    /// Each phase with its sessions, and everybody's place: carers, infants, staff, by number.
    fn phases(
        &self,
        protocol: &Protocol,
        records: &Records,
    ) -> Result<(Vec<PhaseSociogram>, Places)> {
        let with_codings: Vec<_> = protocol
            .schemes
            .iter()
            .filter(|scheme| {
                records
                    .codings
                    .iter()
                    .any(|coding| coding.scheme == scheme.id)
            })
            .filter(|scheme| {
                self.scheme
                    .as_ref()
                    .is_none_or(|wanted| *scheme.id == **wanted)
            })
            .collect();
        let [scheme] = with_codings.as_slice() else {
            match with_codings.as_slice() {
                [] => bail!(
                    "the study has no codings of sessions\nhelp: add [[data]] with kind = \"codings\""
                ),
                _ => {
                    bail!("the study has codings by several schemes\nhelp: name one with --scheme")
                }
            }
        };
        let mut first: BTreeMap<&str, &SessionCoding> = BTreeMap::new();
        for coding in records
            .codings
            .iter()
            .filter(|coding| coding.scheme == scheme.id)
        {
            first.entry(&coding.session).or_insert(coding);
        }
        let mut phases: Vec<PhaseSociogram> = Vec::new();
        let mut places: Places = BTreeMap::new();
        let mut sums: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for session in &records.sessions {
            let Some(coding) = first.get(&*session.id) else {
                continue;
            };
            let site = protocol.site(&session.site);
            let phase = site.and_then(|site| site.phase_on(Some(session.date)));
            let label = phase
                .and_then(|id| protocol.phases.iter().find(|phase| phase.id == *id))
                .map_or_else(|| "All sessions".to_owned(), |phase| phase.label.clone());
            let phase = phase.map_or_else(|| "all".to_owned(), ToString::to_string);
            let drawn = sociogram(scheme, coding);
            for person in &drawn.people {
                let number = person
                    .family
                    .as_deref()
                    .and_then(|family| family.parse().ok())
                    .unwrap_or(u32::MAX);
                places.insert((number, person.kind, person.name.clone()), 0);
            }
            for ((from, to), n) in &drawn.acts {
                let names = [from, to].map(|person| drawn.people[*person].name.clone());
                let [from, to] = names;
                *sums.entry((phase.clone(), from, to)).or_default() += n;
            }
            let of_session = SessionSociogram {
                session: session.id.clone(),
                coder: coding.coder.clone(),
                measures: drawn.measures(),
            };
            match phases.iter_mut().find(|one| one.phase == phase) {
                Some(one) => one.sessions.push(of_session),
                None => phases.push(PhaseSociogram {
                    phase,
                    label,
                    n_sessions: 0,
                    arrows: Vec::new(),
                    sessions: vec![of_session],
                }),
            }
        }
        for one in &mut phases {
            one.n_sessions = one.sessions.len();
            let of_phase = sums.iter().filter(|((phase, ..), _)| *phase == one.phase);
            one.arrows = of_phase
                .map(|((_, from, to), n)| Arrow {
                    from: from.clone(),
                    to: to.clone(),
                    acts_per_session: *n as f64 / one.n_sessions as f64,
                })
                .collect();
        }
        for (place, seat) in places.values_mut().enumerate() {
            *seat = place;
        }
        Ok((phases, places))
    }
}

fn figure(phases: &[PhaseSociogram], places: Places, simulated: bool) -> Sociogram {
    let seat = |name: &str| {
        places
            .iter()
            .find(|((_, _, known), _)| known == name)
            .map(|(_, seat)| *seat)
    };
    let panel = |phase: &PhaseSociogram| SociogramPanel {
        label: phase.label.clone(),
        remark: words::count_of(phase.n_sessions, "session", "sessions"),
        arrows: phase
            .arrows
            .iter()
            .filter_map(|arrow| {
                Some((seat(&arrow.from)?, seat(&arrow.to)?, arrow.acts_per_session))
            })
            .collect(),
    };
    let panels = phases.iter().map(panel).collect();
    Sociogram {
        heading: Heading {
            title: "Who turned to whom".to_owned(),
            subtitle: "Mean acts per session between the places in the room; the same place in every panel, families side \
                       by side"
                .to_owned(),
            description: phases
                .iter()
                .map(|phase| format!("{}: {} arrows in {} sessions. ", phase.label, phase.arrows.len(), phase.n_sessions))
                .collect(),
            note: if simulated { "Simulated data: they describe no family.".to_owned() } else { String::new() },
        },
        people: places
            .into_keys()
            .map(|(_, kind, label)| SociogramPerson {
                label,
                is_infant: kind == PersonKind::Infant,
            })
            .collect(),
        panels,
        measure: "acts per session".to_owned(),
    }
}

fn text(phases: &[PhaseSociogram], simulated: bool) -> String {
    let mut table = TextTable::new(&[
        "phase",
        "sessions",
        "people",
        "acts",
        "density",
        "reciprocity",
        "centralisation",
        "isolates",
        "across families",
        "to infants",
        "infants addressed",
    ]);
    for phase in phases {
        let mean = |pick: &dyn Fn(&SociogramMeasures) -> Option<f64>| {
            let values: Vec<f64> = phase
                .sessions
                .iter()
                .filter_map(|one| pick(&one.measures))
                .collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        table.row([
            phase.label.clone(),
            phase.n_sessions.to_string(),
            fixed(mean(&|one| Some(one.n_people as f64)), 1),
            fixed(mean(&|one| Some(one.n_acts as f64)), 1),
            fixed(mean(&|one| one.density), 3),
            fixed(mean(&|one| one.reciprocity), 3),
            fixed(mean(&|one| one.centralisation), 3),
            fixed(mean(&|one| one.isolates), 2),
            fixed(mean(&|one| one.across_family_share), 3),
            fixed(mean(&|one| one.to_infants_share), 3),
            fixed(mean(&|one| one.infants_addressed), 3),
        ]);
    }
    let note = if simulated {
        "These data are simulated and describe no family.\n"
    } else {
        ""
    };
    format!(
        "Means of the sessions of each phase; the session is the unit (tests: attune analyse)\n\n{}{note}",
        table.text()
    )
}
