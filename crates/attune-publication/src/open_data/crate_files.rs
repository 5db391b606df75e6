//! All files of a crate. Everything behind the two CSV files is made from them, so that a crate made again from
//! its own files is the same crate.

use std::fmt;

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::Measures;
use attune_protocol::Protocol;
use sha2::{Digest, Sha256};

use super::{
    codebook::codebook,
    compare::Comparison,
    data_package::data_package,
    deidentify::deidentify,
    disclosure::{Disclosure, Rules},
    plan_page::plan_page,
    r_script::r_script,
    readme::readme,
    ro_crate::ro_crate,
    tables::{self, MEASURES, UNITS, hexadecimal},
};
use crate::publication::Files;

/// The findings of the open data.
pub const CRATE_FINDINGS: &str = "findings.json";
/// The log of what was held back, for programs.
pub const DISCLOSURE: &str = "disclosure.json";
/// Checksums of all other files.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Folder of the study file and the texts that it names.
pub const PROTOCOL: &str = "protocol/";

/// Numbers of the open data and of the study's own count as the same up to the last digits, which depend on the
/// order of the rows.
const LAST_DIGITS: f64 = 1e-9;

/// Why a study cannot be handed on: each reason with its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOpen(pub Vec<(String, String)>);

impl fmt::Display for NotOpen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (reason, remedy)) in self.0.iter().enumerate() {
            let between = if position == 0 { "" } else { "\n" };
            write!(formatter, "{between}problem: {reason}\n = help: {remedy}\n")?;
        }
        Ok(())
    }
}

impl std::error::Error for NotOpen {}

/// The crate of a study: its files by their path.
///
/// `protocol_files` are the study file and the texts that it names; the data files never come in.
///
/// # Errors
///
/// The study does not say enough to be handed on, or has nothing to hand on.
pub fn open_crate(
    protocol: &Protocol,
    protocol_files: &[(String, Vec<u8>)],
    measures: &Measures,
    settings: &Settings,
) -> Result<Files, NotOpen> {
    may_be_handed_on(protocol, measures)?;
    let rules = Rules::of(protocol.sharing);
    let (open, log) = deidentify(protocol, measures, rules);
    let (units, rows) = tables::write(protocol, &open);
    let simulated = measures.simulated || protocol.study.simulated;
    let again = read_back(protocol, &units, &rows, simulated);
    let ours = analyse(protocol, measures, settings);
    let theirs = analyse(protocol, &again, settings);
    let comparison = Comparison::of(&json(&ours), &json(&theirs), LAST_DIGITS);
    let disclosure = Disclosure {
        engine: settings.engine.clone(),
        seed: settings.seed,
        simulated,
        rules,
        log,
        comparison,
    };
    Ok(Parts {
        protocol,
        protocol_files,
        units: &units,
        rows: &rows,
        measures: &again,
        findings: &theirs,
        disclosure: &disclosure,
    }
    .files())
}

fn may_be_handed_on(protocol: &Protocol, measures: &Measures) -> Result<(), NotOpen> {
    let study = &protocol.study;
    let mut reasons = Vec::new();
    let mut add = |reason: &str, remedy: &str| reasons.push((reason.to_owned(), remedy.to_owned()));
    if measures.rows.is_empty() {
        add(
            "the study has no measures to hand on",
            "name its data files as [[data]], or make the public page alone with `attune publish`",
        );
    }
    if study.last_changed.is_none() {
        add(
            "the study does not say from which day its texts and numbers are",
            "write under [study]: last-changed = the day, such as 2026-01-31",
        );
    }
    if study.results_released && !study.status.is_over() {
        add(
            "families are still measured, and open data would tell assessors who must not know",
            "write status = \"completed\" (or \"stopped\") under [study] when all data are in",
        );
    }
    if !study.results_released {
        add(
            "the results of the study are not released",
            "write results-released = true under [study] when the team has decided to",
        );
    }
    match reasons.is_empty() {
        true => Ok(()),
        false => Err(NotOpen(reasons)),
    }
}

fn read_back(protocol: &Protocol, units: &[u8], rows: &[u8], simulated: bool) -> Measures {
    let mut measures = tables::read(protocol, units, rows)
        .unwrap_or_else(|problems| panic!("our own tables can be read: {problems:?}"));
    measures.simulated = simulated;
    measures
}

/// Findings as the JSON value that is written.
pub fn json(findings: &Findings) -> serde_json::Value {
    serde_json::to_value(findings).expect("findings are plain values")
}

/// Everything from which a crate is made.
pub struct Parts<'a> {
    pub protocol: &'a Protocol,
    pub protocol_files: &'a [(String, Vec<u8>)],
    pub units: &'a [u8],
    pub rows: &'a [u8],
    pub measures: &'a Measures,
    pub findings: &'a Findings,
    pub disclosure: &'a Disclosure,
}

impl Parts<'_> {
    /// The files of the crate.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        for (name, bytes) in self.protocol_files {
            files.insert(format!("{PROTOCOL}{name}"), bytes.clone());
        }
        files.insert(UNITS.to_owned(), self.units.to_vec());
        files.insert(MEASURES.to_owned(), self.rows.to_vec());
        let report = attune_report::compose(self.protocol, self.findings);
        let mut add = |path: &str, bytes: Vec<u8>| files.insert(path.to_owned(), bytes);
        add(CRATE_FINDINGS, pretty(self.findings));
        add(DISCLOSURE, pretty(self.disclosure));
        add("disclosure-log.csv", self.disclosure.csv());
        add("report.html", attune_report::html(&report).into_bytes());
        add(
            "codebook.md",
            codebook(self.protocol, self.measures).into_bytes(),
        );
        add("plan.md", plan_page(self.protocol).into_bytes());
        add("datapackage.json", pretty(&data_package(self)));
        add("LICENCE.md", licence(self.protocol).into_bytes());
        add("README.md", readme(self).into_bytes());
        if let Some(script) = r_script(self.protocol, self.findings) {
            add("refit.R", script.into_bytes());
        }
        let metadata = pretty(&ro_crate(self, &files));
        files.insert("ro-crate-metadata.json".to_owned(), metadata);
        files.insert(MANIFEST.to_owned(), manifest(&files));
        files
    }
}

/// JSON for people and programs, with a line end at its end.
pub fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("plain values can be written");
    text.push(b'\n');
    text
}

/// Checksums as `sha256sum -c` reads them.
pub fn manifest(files: &Files) -> Vec<u8> {
    let line = |(path, bytes): (&String, &Vec<u8>)| format!("{}  {path}\n", checksum(bytes));
    files
        .iter()
        .filter(|(path, _)| *path != MANIFEST)
        .map(line)
        .collect::<String>()
        .into_bytes()
}

/// SHA-256 in lower-case hexadecimal.
pub fn checksum(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn licence(protocol: &Protocol) -> String {
    let Some(licence) = &protocol.study.licence else {
        return format!("# Licence\n\n{}\n", no_licence(protocol));
    };
    let address = crate::json_ld::licence_address(licence);
    let at = if address == *licence {
        String::new()
    } else {
        format!("\nIts text is at {address}.\n")
    };
    format!(
        "# Licence\n\nThe data and texts in this crate may be used under: {licence}\n{at}\nInstruments of others that the \
         study used are named only; their texts are not part of it.\n"
    )
}

/// What holds where the team has chosen no licence. RO-Crate asks that a crate says how it may be used, not that
/// others may use it.
pub fn no_licence(protocol: &Protocol) -> String {
    let whom = match &protocol.study.contact {
        Some(contact) => format!(" Ask: {contact}."),
        None => String::new(),
    };
    format!(
        "No licence has been chosen: all rights are reserved. Whoever wants to use, copy or hand on the data or texts in \
         this crate asks the team first, beyond what the law allows without asking.{whom}"
    )
}
