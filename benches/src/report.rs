//! From a study folder to its full report in every format: how long each step takes alone, how long all of it takes side
//! by side as `attune report --to html,pdf,docx,crate` does it, and how much memory that needs. Nothing is asserted.

use std::{path::Path, time::Instant};

use anyhow::{Result, anyhow};
use attune_analysis::{Settings, analyse};
use attune_document::{DocumentSettings, docx, pdf};
use attune_measures::measure;
use attune_protocol::{Protocol, StudyFolder};
use attune_publication::open_data::open_crate;
use attune_report::{compose, html};
use rayon::prelude::*;

use crate::analyse::peak_memory_mb;

/// What is made of one report.
#[derive(Clone, Copy)]
enum Part {
    Html,
    Pdf,
    Docx,
    Crate,
}

/// Measures the way of one study, first step by step, then as a whole.
pub fn run(study: &str) -> Result<()> {
    let folder = Path::new(study);
    let start = Instant::now();
    let (protocol, _) = Protocol::read(folder).map_err(|problems| anyhow!("{problems}"))?;
    let (records, _) = attune_exchange::read_records(&protocol, folder)
        .map_err(|problems| anyhow!("{problems}"))?;
    let measures = measure(&protocol, &records);
    let findings = analyse(&protocol, &measures, &Settings::default());
    let report = compose(&protocol, &findings);
    let before = start.elapsed().as_secs_f64();
    println!("{study}\n  read, measure, analyse, compose  {before:.2} s");
    let files = StudyFolder::on_disk(folder).map_err(|problems| anyhow!("{problems}"))?;
    let files = files.protocol_files();
    let make = |part: Part| -> Result<usize> {
        Ok(match part {
            Part::Html => html(&report).len(),
            Part::Pdf => pdf(&report, DocumentSettings::default())?.bytes.len(),
            Part::Docx => docx(&report, DocumentSettings::default())?.len(),
            Part::Crate => {
                let made = open_crate(&protocol, &files, &measures, &Settings::default())?;
                made.values().map(Vec::len).sum()
            }
        })
    };
    let parts = [
        (Part::Html, "HTML"),
        (Part::Pdf, "PDF"),
        (Part::Docx, "DOCX"),
        (Part::Crate, "crate"),
    ];
    for (part, name) in parts {
        let start = Instant::now();
        let bytes = make(part)?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "  {name:<6} alone {seconds:>20.2} s  {:>6} kB",
            bytes / 1000
        );
    }
    let start = Instant::now();
    parts
        .into_par_iter()
        .map(|(part, _)| make(part))
        .collect::<Result<Vec<usize>>>()?;
    let whole = before + start.elapsed().as_secs_f64();
    println!("  the whole way, side by side      {whole:.2} s");
    if let Some(peak) = peak_memory_mb() {
        println!("  peak memory                      {peak:.0} MB");
    }
    Ok(())
}
