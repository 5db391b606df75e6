//! Files of coding tools, and which part of them is asked for.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use attune_exchange::video_coding::{CodingFile, CodingRead};
use attune_observation::from_project::Chosen;
use attune_records::observation::{CodingProject, Observation};
use clap::{Args, ValueEnum};

use crate::output::AsItIs;

/// Which subjects and behaviours.
#[derive(Debug, Args)]
pub struct Choice {
    /// Only these subjects
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    subject: Vec<String>,
    /// Only these behaviours
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    behaviour: Vec<String>,
    /// Look at the details of a behaviour (its modifiers, its target) too
    #[arg(long)]
    modifiers: bool,
}

impl Choice {
    /// What is chosen, once it is known that the files have it.
    pub fn among(&self, projects: &[&CodingProject]) -> Result<Chosen> {
        let behaviours = projects
            .iter()
            .flat_map(|project| &project.scheme.behaviours);
        let codes: Vec<&str> = behaviours.map(|behaviour| &*behaviour.code).collect();
        let subjects: Vec<&str> = projects
            .iter()
            .flat_map(|project| project.events())
            .map(|(_, event)| {
                event
                    .subject
                    .as_deref()
                    .unwrap_or(attune_observation::from_project::NO_SUBJECT)
            })
            .collect();
        known("behaviour", &self.behaviour, &codes)?;
        let in_scheme = projects.iter().flat_map(|project| &project.scheme.subjects);
        let names = in_scheme.map(|subject| &*subject.name).chain(subjects);
        let all: Vec<&str> = names
            .chain([attune_observation::from_project::NO_SUBJECT])
            .collect();
        known("subject", &self.subject, &all)?;
        Ok(Chosen {
            subjects: self.subject.clone(),
            behaviours: self.behaviour.clone(),
            modifiers: self.modifiers,
        })
    }
}

/// All names that are asked for must be there.
fn known(what: &str, asked: &[String], there: &[&str]) -> Result<()> {
    let unknown: Vec<String> = asked
        .iter()
        .filter(|name| !there.contains(&name.as_str()))
        .map(
            |name| match attune_exchange::nearest_name(name, there.iter().copied()) {
                Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
                None => format!("there is no {what} `{name}`"),
            },
        )
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let mut names = there.to_vec();
    names.sort_unstable();
    names.dedup();
    bail!(
        "{}\nhelp: there are {}",
        unknown.join("\n"),
        names.join(", ")
    )
}

/// Other programs whose rules can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compat {
    /// BORIS 9
    Boris,
}

/// Reads a file of a coding tool.
pub fn read(path: &Path) -> Result<CodingRead> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let file = CodingFile::open(path).and_then(|file| file.to_project(&name));
    file.map_err(|faults| AsItIs(format!("{}: {faults}", path.display())).into())
}

/// Reads several.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<CodingRead>> {
    paths.iter().map(|path| read(path)).collect()
}

/// An observation by its id.
pub fn observation<'a>(project: &'a CodingProject, id: &str) -> Result<&'a Observation> {
    project.observation(id).with_context(|| {
        let ids: Vec<&str> = project.observations().iter().map(|one| &*one.id).collect();
        let near = attune_exchange::nearest_name(id, ids.iter().copied());
        match near {
            Some(near) => format!("there is no observation `{id}`; did you mean `{near}`?"),
            None => format!(
                "there is no observation `{id}`; there are {}",
                attune_exchange::first_few(&ids, 12)
            ),
        }
    })
}
