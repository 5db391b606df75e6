//! `attune observe convert IN OUT`: from one coding tool to another, and what is lost on the way.

mod team;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use attune_exchange::video_coding::{CodingFile, CodingRead, Target, Written, write_project};
use attune_records::observation::{CodingProject, Observation};
use clap::Args;

use crate::{commands::inspect::name_of, output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe convert project.boris bouts.csv
  attune observe convert project.boris play.eaf --observation \"clip 7, Ann\"
  attune observe convert project.boris out/play.TextGrid --each
  attune observe convert play.eaf project.boris
  attune observe convert team.boris --write-list list.csv
  attune observe convert ann.boris codings.csv --with ben.boris --list list.csv

Written by the ending of OUT: .boris, .boris.gz, .eaf, .TextGrid, .vtt, .srt, .opf, .datavyu.csv,
.sds (GSEQ), .csv (one row per bout), .xlsx (bouts, and one row per observation). What the other
format cannot hold is listed on standard error; a file of the same kind is written as it was.")]
pub struct Convert {
    /// File to read
    input: PathBuf,
    /// File to write
    #[arg(required_unless_present = "write_list")]
    output: Option<PathBuf>,
    /// One more file of the same team; a .zip holds several
    #[arg(long, value_name = "FILE", conflicts_with_all = ["observation", "each"])]
    with: Vec<PathBuf>,
    /// Which observation is of which recording and by whom, as --write-list wrote it and you corrected it
    #[arg(long, value_name = "LIST", conflicts_with_all = ["observation", "each"])]
    list: Option<PathBuf>,
    /// Write that list as the files tell it, as .csv
    #[arg(long, value_name = "LIST", conflicts_with_all = ["observation", "each", "list"])]
    write_list: Option<PathBuf>,
    /// Only this observation
    #[arg(long, value_name = "ID", conflicts_with = "each")]
    observation: Option<String>,
    /// One file per observation, each named OUT with the observation's id before the ending
    #[arg(long)]
    each: bool,
}

impl Convert {
    pub fn run(&self) -> Result<()> {
        if let Some(list) = &self.write_list {
            let team = team::read(&self.inputs())?;
            output::write_file(list, &team::list(&team)?)?;
            let n = team.origins.len();
            eprintln!(
                "{}: {n} observations; correct it and give it with --list",
                list.display()
            );
        }
        match &self.output {
            Some(output) => self.convert(output),
            None => Ok(()),
        }
    }

    fn inputs(&self) -> Vec<&PathBuf> {
        [&self.input].into_iter().chain(&self.with).collect()
    }

    fn is_of_a_team(&self) -> bool {
        let is_archive = |path: &Path| file_name(path).to_lowercase().ends_with(".zip");
        let is_listed = self.list.is_some() || self.write_list.is_some();
        !self.with.is_empty() || is_listed || is_archive(&self.input)
    }

    fn convert(&self, output: &Path) -> Result<()> {
        let target = Target::of_name(&file_name(output))?;
        if self.inputs().iter().any(|input| same_file(input, output)) {
            bail!("IN and OUT are the same file; give OUT another name");
        }
        if self.is_of_a_team() {
            let project = team::put_together(team::read(&self.inputs())?, self.list.as_deref())?;
            return write(&project, target, output);
        }
        let file =
            CodingFile::open(&self.input).with_context(|| self.input.display().to_string())?;
        let takes_all = self.observation.is_none() && !self.each;
        if let Some(bytes) = file.copy_as(target).filter(|_| takes_all) {
            output::write_file(output, &bytes)?;
            eprintln!(
                "{}: the same kind of file, nothing is lost",
                output.display()
            );
            return Ok(());
        }
        let read = file.to_project(&name_of(&self.input))?;
        tell_what_was_left(&read);
        if let Some(id) = &self.observation {
            let one = read
                .project
                .observation(id)
                .ok_or_else(|| unknown(id, &read.project))?;
            return write(&with_only(&read.project, one), target, output);
        }
        if self.each {
            return write_each(&read.project, target, output);
        }
        let several = read.project.observations().len() > 1;
        write(&read.project, target, output).map_err(|error| {
            if several && target.holds_one_observation() {
                anyhow!("{error}\nwith --observation ID, or write all of them with --each")
            } else {
                error
            }
        })
    }
}

/// Every file is made before the first is written; an observation that the format has no file for is told
/// and left out, unless there is no other.
fn write_each(project: &CodingProject, target: Target, output: &Path) -> Result<()> {
    let paths = paths_of_each(project, output)?;
    let (mut made, mut impossible) = (Vec::new(), Vec::new());
    for (one, path) in project.observations().iter().zip(paths) {
        let only = with_only(project, one);
        match write_project(&only, target) {
            Ok(written) => made.push((only, written, path)),
            Err(fault) => impossible.push(format!("{}: {fault}", one.id)),
        }
    }
    if made.is_empty() {
        bail!("nothing was written\n{}", impossible.join("\n"));
    }
    for why in impossible {
        eprintln!("not written: {why}");
    }
    for (only, written, path) in made {
        save(&only, &written, &path)?;
    }
    Ok(())
}

/// `out/play.eaf` becomes `out/play.clip_7.eaf`; two ids must not give one name.
fn paths_of_each(project: &CodingProject, output: &Path) -> Result<Vec<PathBuf>> {
    let name = file_name(output);
    let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
    let mut paths: Vec<PathBuf> = Vec::new();
    for one in project.observations() {
        let plain = |c: char| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        };
        let id: String = one.id.chars().map(plain).collect();
        let path = output.with_file_name(format!("{stem}.{id}.{ending}"));
        if paths.contains(&path) {
            bail!(
                "two observations would be written to {}; choose them by --observation",
                path.display()
            );
        }
        paths.push(path);
    }
    Ok(paths)
}

fn write(project: &CodingProject, target: Target, path: &Path) -> Result<()> {
    save(project, &write_project(project, target)?, path)
}

fn save(project: &CodingProject, written: &Written, path: &Path) -> Result<()> {
    for lost in &written.not_held {
        eprintln!("{}: not held: {} ({})", path.display(), lost.what, lost.why);
    }
    output::write_file(path, &written.bytes)?;
    let (n, n_events) = (project.observations().len(), project.events().count());
    let word = if n == 1 {
        "observation"
    } else {
        "observations"
    };
    eprintln!("{}: {n} {word}, {n_events} events", path.display());
    Ok(())
}

fn tell_what_was_left(read: &CodingRead) {
    for left in &read.not_taken_over {
        let place = if left.place.is_empty() {
            String::new()
        } else {
            format!(" ({})", left.place)
        };
        eprintln!("not taken over: {}{place}: {}", left.what, left.why);
    }
    for warning in &read.warnings {
        eprintln!("warning: {warning}");
    }
}

fn with_only(project: &CodingProject, one: &Observation) -> CodingProject {
    let mut only = CodingProject::default();
    only.name.clone_from(&project.name);
    only.description.clone_from(&project.description);
    only.date.clone_from(&project.date);
    only.scheme = project.scheme.clone();
    only.with_observations(vec![one.clone()])
        .expect("one name cannot be there twice")
}

fn unknown(id: &str, project: &CodingProject) -> anyhow::Error {
    let ids = project.observations().iter().map(|one| &*one.id);
    let meant = attune_exchange::nearest_name(id, ids.clone())
        .map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
    let ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    anyhow!(
        "there is no observation `{id}`{meant} There are: {}",
        ids.join(", ")
    )
}

fn same_file(input: &Path, output: &Path) -> bool {
    match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
