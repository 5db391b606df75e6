//! `attune new DIR`: a commented study folder to start from.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::output;

#[derive(Debug, Args)]
pub struct New {
    /// Folder to write; it must be new or empty
    dir: PathBuf,
}

impl New {
    pub fn run(&self) -> Result<()> {
        let occupied = self.dir.exists()
            && (!self.dir.is_dir() || std::fs::read_dir(&self.dir)?.next().is_some());
        if occupied {
            bail!(
                "{} exists already and is not an empty folder; name another",
                self.dir.display()
            );
        }
        for (name, text) in attune_protocol::template() {
            output::write_file(&self.dir.join(name), text.as_bytes())?;
        }
        let dir = self.dir.display();
        output::print_text(&format!(
            "Wrote a study folder to {dir}. Its data are made up.\n\n\
             Next:\n  \
             attune check {dir}     what is right and wrong with it\n  \
             attune analyse {dir}   run its plan\n  \
             attune report {dir}    write its report\n\n\
             Then change {dir}/study.toml: each table says what it is for.\n"
        ))
    }
}
