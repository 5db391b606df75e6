//! `attune inspect FILE`: what a file of another tool holds, and what of it cannot be taken over.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use attune_exchange::video_coding::{CodingFile, CodingRead, NotTakenOver};
use attune_records::observation::CodingProject;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::{
    output,
    text_table::{Align, TextTable},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune inspect project.boris
  attune inspect play.eaf --json
  attune inspect events.tsv

Reads .boris, .boris.gz, .eaf, .etf, .ecv, .opf, .TextGrid, .vtt, .srt, and tables as .csv, .tsv or
.xlsx: those that BORIS, Datavyu or `attune observe convert` wrote with their events, any other by
its rows and columns. Nothing is changed, nothing is fetched.")]
pub struct Inspect {
    /// The file
    file: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub fn run(&self) -> Result<()> {
        let file = CodingFile::open(&self.file).with_context(|| self.file.display().to_string())?;
        let read = read(&file, &self.file)?;
        if self.json {
            return output::print_json(&document(&file, &read));
        }
        output::print_text(&text(&file, &read))
    }
}

/// Observations with what is left; a file without events says so.
fn read(file: &CodingFile, path: &Path) -> Result<CodingRead> {
    match file.to_project(&name_of(path)) {
        Ok(read) => Ok(read),
        Err(faults) if holds_no_events(file) => {
            let not_taken_over = faults.as_slice().iter().map(|fault| {
                NotTakenOver::new("the file", fault.place.as_str(), fault.to_string())
            });
            Ok(CodingRead {
                project: CodingProject::default(),
                not_taken_over: not_taken_over.collect(),
                warnings: Vec::new(),
            })
        }
        Err(faults) => Err(faults.into()),
    }
}

/// A file that is recognised, but not as one of events.
fn holds_no_events(file: &CodingFile) -> bool {
    match file {
        CodingFile::Unread(..) => true,
        CodingFile::Table(table, _) => !table.holds_events(),
        _ => false,
    }
}

/// The name that a file gives to an observation whose file names none.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split_once('.').map_or(&*name, |(stem, _)| stem);
    if stem.is_empty() {
        name.into_owned()
    } else {
        stem.to_owned()
    }
}

fn document(file: &CodingFile, read: &CodingRead) -> Value {
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!(file.kind().name()));
    document.extend(file.counts());
    document.insert("not_taken_over".to_owned(), json!(read.not_taken_over));
    document.insert("warnings".to_owned(), json!(read.warnings));
    Value::Object(document)
}

fn text(file: &CodingFile, read: &CodingRead) -> String {
    let mut text = format!("kind: {}\n", file.kind().name());
    for (key, value) in file.counts() {
        match value {
            Value::Number(_) | Value::Bool(_) => text.push_str(&format!("{key}: {value}\n")),
            Value::String(value) => text.push_str(&format!("{key}: {value}\n")),
            _ => {}
        }
    }
    let project = &read.project;
    let names = |names: Vec<&str>| names.join(", ");
    if !project.scheme.subjects.is_empty() {
        let subjects = project.scheme.subjects.iter().map(|subject| &*subject.name);
        text.push_str(&format!("subjects: {}\n", names(subjects.collect())));
    }
    if !project.observations().is_empty() {
        text.push_str(&format!("\n{}", observations(project)));
    }
    for left in &read.not_taken_over {
        let place = if left.place.is_empty() {
            String::new()
        } else {
            format!(" ({})", left.place)
        };
        text.push_str(&format!(
            "\nnot taken over: {}{place}: {}",
            left.what, left.why
        ));
    }
    for warning in &read.warnings {
        text.push_str(&format!("\nwarning: {warning}"));
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn observations(project: &CodingProject) -> String {
    let heading = [
        "observation",
        "coder",
        "coded s",
        "bouts",
        "points",
        "one end",
        "behaviours",
        "first s",
        "last s",
    ];
    let mut table = TextTable::new(&heading);
    let right = [Align::Right; 7];
    table.align(&[&[Align::Left, Align::Left][..], &right].concat());
    for one in project.observations() {
        let count = |of: fn(attune_records::observation::Span) -> bool| {
            one.events()
                .iter()
                .filter(|event| of(event.span))
                .count()
                .to_string()
        };
        let mut codes: Vec<&str> = one.events().iter().map(|event| &*event.behaviour).collect();
        codes.sort_unstable();
        codes.dedup();
        let known = |time: Option<String>| time.unwrap_or_else(|| "–".to_owned());
        table.row([
            one.id.to_string(),
            one.coder.as_deref().unwrap_or("–").to_owned(),
            known(one.coded_window().map(|window| window.length().to_string())),
            count(|span| span.interval().is_some()),
            count(attune_records::observation::Span::is_point),
            count(attune_records::observation::Span::is_unpaired),
            codes.len().to_string(),
            known(one.extent().map(|extent| extent.start().to_string())),
            known(one.extent().map(|extent| extent.stop().to_string())),
        ]);
    }
    table.text()
}
