//! Files of a whole team as one: which observation is of which recording and whose, as the files tell it or as a
//! list corrects it. The application proposes the same, on its page of a team's projects.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use attune_exchange::video_coding::{Origin, TeamProject, read_team};
use attune_records::observation::{CodingProject, Observation};

const HEADINGS: [&str; 6] = [
    "observation",
    "recording",
    "coder",
    "leave-out",
    "file",
    "coder-told-by",
];

/// Reads the files; what could not be taken over is told with its file.
pub fn read(paths: &[&PathBuf]) -> Result<TeamProject> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        files.push((name.into_owned(), bytes));
    }
    let team = read_team(files).map_err(|wrong| {
        let told: Vec<String> = wrong
            .iter()
            .map(|one| format!("{}: {}", one.file, one.faults))
            .collect();
        anyhow::anyhow!(told.join("\n"))
    })?;
    if team.origins.is_empty() {
        bail!("there is no observation in these files");
    }
    for (file, left) in &team.not_taken_over {
        eprintln!(
            "{file}: not taken over: {} ({}): {}",
            left.what, left.place, left.why
        );
    }
    for (file, warning) in &team.warnings {
        eprintln!("{file}: warning: {warning}");
    }
    Ok(team)
}

/// The list of observations as the files tell it, to be corrected in a spreadsheet.
pub fn list(team: &TeamProject) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for (one, origin) in team.project.observations().iter().zip(&team.origins) {
        let coder = origin.coder.as_deref().unwrap_or_default();
        let told_by = origin.coder_by.words();
        writer.write_record([
            &*one.id,
            &origin.recording,
            coder,
            "",
            &origin.file,
            &told_by,
        ])?;
    }
    Ok(writer.into_inner()?)
}

/// The project with recording and coder of every observation.
pub fn put_together(team: TeamProject, list: Option<&Path>) -> Result<CodingProject> {
    let corrected = list.map(|path| read_list(path, &team)).transpose()?;
    let mut observations = Vec::new();
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut problems = Vec::new();
    for (one, origin) in team.project.observations().iter().zip(&team.origins) {
        let row = match &corrected {
            Some(rows) => rows.get(&*one.id).cloned().unwrap_or_default(),
            None => Row::of(origin),
        };
        if row.out {
            continue;
        }
        if row.coder.is_empty() || row.recording.is_empty() {
            problems.push(format!(
                "observation `{}`: nothing tells who coded it, or what; write it into a list (--write-list, then --list)",
                one.id
            ));
            continue;
        }
        let key = (row.recording.clone(), row.coder.clone());
        if let Some(first) = seen.insert(key, one.id.to_string()) {
            problems.push(format!(
                "observations `{first}` and `{}` are of the same recording by the same coder; correct one in the list, or leave it out",
                one.id
            ));
        }
        let mut taken: Observation = one.clone();
        taken.recording = Some(row.recording.into());
        taken.coder = Some(row.coder.into());
        observations.push(taken);
    }
    if !problems.is_empty() {
        bail!(first_lines(&problems));
    }
    if observations.is_empty() {
        bail!("the list leaves every observation out");
    }
    let mut project = CodingProject::default();
    project.name.clone_from(&team.project.name);
    project.scheme = team.project.scheme;
    // They are some of those of a project.
    project
        .with_observations(observations)
        .context("two observations have the same name")
}

/// A row of the list.
#[derive(Debug, Clone, Default)]
struct Row {
    recording: String,
    coder: String,
    out: bool,
}

impl Row {
    fn of(origin: &Origin) -> Self {
        Self {
            recording: origin.recording.clone(),
            coder: origin.coder.clone().unwrap_or_default(),
            out: false,
        }
    }
}

/// Rows by observation. An observation without a row, a row without one and unknown headings are all told.
fn read_list(path: &Path, team: &TeamProject) -> Result<BTreeMap<String, Row>> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let text = String::from_utf8(bytes)
        .with_context(|| format!("{shown} is no text in UTF-8; save it as “CSV UTF-8”"))?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b';', b'\t']
        .into_iter()
        .find(|sign| first.contains(char::from(*sign)));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headings = reader.headers()?.clone();
    let mut problems: Vec<String> = headings
        .iter()
        .filter(|one| !one.is_empty() && !HEADINGS.contains(one))
        .map(|one| format!("{shown}: row 1: the list has no column `{one}`; remove it"))
        .collect();
    let place = |name: &str| headings.iter().position(|one| one == name);
    for name in &HEADINGS[..3] {
        if place(name).is_none() {
            problems.push(format!("{shown}: row 1: the column `{name}` is missing"));
        }
    }
    let known: BTreeSet<&str> = team
        .project
        .observations()
        .iter()
        .map(|one| &*one.id)
        .collect();
    let mut rows = BTreeMap::new();
    if problems.is_empty() {
        for (n, record) in reader.records().enumerate() {
            let record = record.with_context(|| format!("{shown}: row {}", n + 2))?;
            let cell = |name: &str| {
                place(name)
                    .and_then(|at| record.get(at))
                    .unwrap_or_default()
            };
            let id = cell("observation").to_owned();
            if !known.contains(id.as_str()) {
                problems.push(format!(
                    "{shown}: row {}: there is no observation `{id}`",
                    n + 2
                ));
            }
            let row = Row {
                recording: cell("recording").to_owned(),
                coder: cell("coder").to_owned(),
                out: !cell("leave-out").is_empty(),
            };
            if rows.insert(id.clone(), row).is_some() {
                problems.push(format!("{shown}: row {}: `{id}` stands twice", n + 2));
            }
        }
        let lacking = known.iter().filter(|id| !rows.contains_key(**id));
        problems.extend(lacking.map(|id| {
            format!("{shown}: observation `{id}` has no row; add it, with yes under leave-out if it is not wanted")
        }));
    }
    match problems.is_empty() {
        true => Ok(rows),
        false => bail!(first_lines(&problems)),
    }
}

/// The first of many problems.
fn first_lines(problems: &[String]) -> String {
    let mut told = problems
        .iter()
        .take(30)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    if problems.len() > 30 {
        told += &format!("\nand {} more of such problems", problems.len() - 30);
    }
    told
}
