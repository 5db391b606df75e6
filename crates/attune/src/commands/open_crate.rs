//! `attune report STUDY --to crate`: the open-data crate as a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use attune_analysis::Settings;
use attune_measures::Measures;
use attune_protocol::{Protocol, StudyFolder};
use attune_publication::{Files, open_data::open_crate};

use crate::{
    output::{self, AsItIs},
    problems, progress,
};

/// Writes the crate of a study to `<study>-crate` in the folder and returns its path.
pub fn write_crate(
    study: &Path,
    protocol: &Protocol,
    measures: &Measures,
    seed: u64,
    folder: &Path,
) -> Result<PathBuf> {
    let on_disk = StudyFolder::on_disk(study)
        .map_err(|problems| AsItIs(problems.render(problems::style())))?;
    let settings = Settings {
        seed,
        ..Settings::default()
    };
    let files = progress::during("Making the open-data crate", || {
        open_crate(protocol, &on_disk.protocol_files(), measures, &settings)
    })
    .map_err(|not_open| AsItIs(not_open.to_string()))?;
    let target = folder.join(format!("{}-crate", protocol.study.id));
    write_folder(&files, &target)?;
    if protocol.study.licence.is_none() {
        eprintln!(
            "note: the study file names no licence, so the crate says that all rights are reserved; to let others use \
             the data, write under [study]: licence = \"CC-BY-4.0\", or another one that the team has agreed on"
        );
    }
    Ok(target)
}

/// Writes a folder whole or not at all: beside its target first, then renamed. A folder that is there already is
/// replaced only if it is a crate.
fn write_folder(files: &Files, target: &Path) -> Result<()> {
    let is_crate = target.join("ro-crate-metadata.json").exists();
    if target.exists() && !is_crate {
        bail!(
            "{} is there already and is no crate; move it away, or choose another folder with --out",
            target.display()
        );
    }
    let parent = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    let cannot = || {
        format!(
            "cannot write {}; is the folder writable and the disk not full?",
            target.display()
        )
    };
    fs::create_dir_all(parent).with_context(cannot)?;
    let beside = tempfile::Builder::new()
        .prefix(".attune-crate-")
        .tempdir_in(parent)
        .with_context(cannot)?;
    let fresh = beside.path().join("new");
    for (path, bytes) in files {
        output::write_file(&fresh.join(path), bytes)?;
    }
    if is_crate {
        fs::rename(target, beside.path().join("old")).with_context(cannot)?;
    }
    fs::rename(&fresh, target).with_context(cannot)
}

/// All files of a folder by their path within it.
pub fn read_folder(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    read_into(folder, "", &mut files).with_context(|| {
        format!(
            "cannot read {}; is it the folder of a crate?",
            folder.display()
        )
    })?;
    Ok(files)
}

fn read_into(folder: &Path, prefix: &str, files: &mut Files) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            read_into(&path, &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}
