//! Writes one plot of each kind, wide and narrow, into a folder:
//! `cargo run -p attune-report --example plots -- FOLDER`.

use std::{error::Error, fs, path::PathBuf};

use attune_report::Format;

#[path = "../tests/it/plot_samples.rs"]
mod plot_samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("give a folder to write to")?;
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    for format in [Format::Wide, Format::Narrow] {
        for (name, svg) in plot_samples::all(format) {
            fs::write(folder.join(format!("{name}-{}.svg", format.word())), svg)?;
        }
    }
    Ok(())
}
