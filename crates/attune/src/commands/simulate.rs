//! `attune simulate STUDY`: records made up from the study's declared assumptions.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use attune_simulation::{
    MARKER_FILE, Marker, SimulatedFiles, WritePlan, neutral_assumptions, simulate, write_plan,
};
use clap::Args;

use crate::{output, progress, run};

#[derive(Debug, Args)]
pub struct Simulate {
    /// Study folder
    study: PathBuf,
    /// Seed: the same seed makes the same files
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder to write to instead of the study folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Simulate {
    pub fn run(&self) -> Result<()> {
        let protocol = run::protocol(&self.study)?;
        let assumptions = protocol
            .assumptions
            .clone()
            .unwrap_or_else(|| neutral_assumptions(&protocol));
        let simulated = progress::during("Simulating", || {
            simulate(&protocol, &assumptions, self.seed)
        })?;
        let folder = self.out.as_deref().unwrap_or(&self.study);
        let plan = plan(&simulated, folder)?;
        write(&simulated, &plan, folder)?;
        for note in &simulated.notes {
            eprintln!("note: {note}");
        }
        let mut said = format!("Made up with seed {} in {}:\n", self.seed, folder.display());
        for name in &plan.write {
            said += &format!("  {name}\n");
        }
        said += &format!("{MARKER_FILE} marks them as simulated; they describe no family.\n");
        output::print_text(&said)
    }
}

/// What may be written without losing anything.
fn plan(simulated: &SimulatedFiles, folder: &Path) -> Result<WritePlan> {
    let last = read(&folder.join(MARKER_FILE))?
        .map(|bytes| Marker::read(&String::from_utf8_lossy(&bytes)))
        .transpose()?;
    let of_last = last
        .iter()
        .flat_map(|marker| marker.files.iter().map(|file| file.path.clone()));
    let mut existing = BTreeMap::new();
    for name in simulated.files.keys().cloned().chain(of_last) {
        if let Some(bytes) = read(&folder.join(&name))? {
            existing.insert(name, bytes);
        }
    }
    write_plan(simulated, last.as_ref(), &existing).map_err(|refused| {
        let lines: Vec<String> = refused
            .iter()
            .map(|refusal| format!("  {refusal}"))
            .collect();
        anyhow!(
            "nothing was written to {}:\n{}",
            folder.display(),
            lines.join("\n")
        )
    })
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The marker first: whatever happens in between, no made-up file lies there unmarked.
fn write(simulated: &SimulatedFiles, plan: &WritePlan, folder: &Path) -> Result<()> {
    output::write_file(
        &folder.join(MARKER_FILE),
        simulated.marker.to_toml().as_bytes(),
    )?;
    for name in &plan.write {
        output::write_file(&folder.join(name), &simulated.files[name])?;
    }
    for name in &plan.remove {
        fs::remove_file(folder.join(name)).with_context(|| format!("cannot remove {name}"))?;
    }
    Ok(())
}
