//! Writes the documents of the tests' fixture study into a folder, to look at them:
//! `cargo run -p attune-document --example fixture_documents -- FOLDER`.

use std::{error::Error, fs, path::PathBuf};

#[path = "../../attune-report/tests/it/fixture.rs"]
mod fixture;

use attune_document::{DocumentSettings, pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    fs::create_dir_all(&folder)?;
    for (name, study) in fixture::all() {
        let report = attune_report::compose(&study.protocol, &study.findings);
        let settings = DocumentSettings::default();
        fs::write(
            folder.join(format!("{name}.pdf")),
            pdf(&report, settings)?.bytes,
        )?;
    }
    Ok(())
}
