//! The way of a number, step by step, for the commands: plan, records, measures, findings, report.
//! Problems come back as one error that shows all of them; warnings go to standard error.

use std::path::Path;

use anyhow::Result;
use attune_analysis::{Findings, Settings, analyse};
use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, problem};
use attune_records::Records;
use attune_report::{Profile, Quotation, Report};

use crate::{output::AsItIs, problems, progress};

/// Reads and checks the study folder. Warnings are printed.
pub fn protocol(study: &Path) -> Result<Protocol> {
    let (protocol, warnings) =
        Protocol::read(study).map_err(|problems| AsItIs(problems.render(problems::style())))?;
    if !warnings.is_empty() {
        eprintln!("{}", problem::render(&warnings, problems::style()));
    }
    Ok(protocol)
}

/// Reads and checks the data files that the protocol names, from `folder`. Warnings are printed.
pub fn records(protocol: &Protocol, folder: &Path) -> Result<Records> {
    let read = || attune_exchange::read_records(protocol, folder);
    let (records, warnings) = progress::during("Reading records", read)
        .map_err(|problems| AsItIs(problems.rendered()))?;
    if !warnings.is_empty() {
        eprintln!("{warnings}\n");
    }
    Ok(records)
}

/// From the folder to the long table.
pub fn measures(study: &Path, data: Option<&Path>) -> Result<(Protocol, Measures)> {
    let protocol = protocol(study)?;
    let records = records(&protocol, data.unwrap_or(study))?;
    let measures = measure(&protocol, &records);
    Ok((protocol, measures))
}

/// From the folder to the findings.
pub fn findings(study: &Path, data: Option<&Path>, seed: u64) -> Result<(Protocol, Findings)> {
    let (protocol, measures) = measures(study, data)?;
    let findings = analysed(&protocol, &measures, seed);
    Ok((protocol, findings))
}

/// From the long table to the findings.
pub fn analysed(protocol: &Protocol, measures: &Measures, seed: u64) -> Findings {
    let settings = Settings {
        seed,
        ..Settings::default()
    };
    progress::during("Running the plan", || {
        analyse(protocol, measures, &settings)
    })
}

/// The findings of a study that has been read already.
pub fn findings_of(protocol: &Protocol, data: &Path, seed: u64) -> Result<Findings> {
    let records = records(protocol, data)?;
    Ok(analysed(protocol, &measure(protocol, &records), seed))
}

/// From the findings to the report for these readers.
pub fn report(
    protocol: &Protocol,
    findings: &Findings,
    profile: Profile,
    quotations: &[Quotation],
) -> Report {
    progress::during("Composing the report", || {
        attune_report::compose_for(protocol, findings, profile, quotations)
    })
}
