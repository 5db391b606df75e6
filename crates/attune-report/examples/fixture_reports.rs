//! Writes the reports of the tests' fixtures into a folder, to look at them:
//! `cargo run -p attune-report --example fixture_reports -- FOLDER`.

use std::{error::Error, fs, path::PathBuf};

#[path = "../tests/it/fixture.rs"]
mod fixture;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    fs::create_dir_all(&folder)?;
    for (name, study) in fixture::all() {
        let report = attune_report::compose(&study.protocol, &study.findings);
        fs::write(
            folder.join(format!("{name}.html")),
            attune_report::html(&report),
        )?;
        for (file, svg) in attune_report::figures(&report) {
            fs::write(folder.join(format!("{name}-{file}")), svg)?;
        }
    }
    Ok(())
}
