//! `attune agree DATA --start … --end …`: coders who mark stretches of a recording or text
//! themselves.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use attune_analysis::words;
use attune_statistics::{
    agreement::{
        AgreementReport,
        unitising::{
            Continuum, Stretch,
            report::{UnitisingSettings, unitising_report},
        },
    },
    resampling::bootstrap::BootstrapSettings,
};
use clap::Args;

use super::text;
use crate::data_file::DataFile;

/// One row per stretch.
#[derive(Debug, Args)]
#[command(next_help_heading = "Stretches that coders marked themselves (with --coder)")]
pub struct Stretches {
    /// Column where each stretch starts
    #[arg(long, value_name = "COLUMN", requires_all = ["end", "code", "coder"])]
    pub start: Option<String>,
    /// Column where it ends
    #[arg(long, value_name = "COLUMN", requires = "start")]
    pub end: Option<String>,
    /// Column of its code
    #[arg(long, value_name = "COLUMN", requires = "start")]
    pub code: Option<String>,
    /// Column of recordings or texts; one without it
    #[arg(long, value_name = "COLUMN", requires = "start")]
    pub recording: Option<String>,
    /// Length of a recording: a number or a column; up to the last end without it
    #[arg(long, value_name = "LENGTH", requires = "start")]
    pub length: Option<String>,
}

/// What a recording holds while it is read.
#[derive(Default)]
struct Recording {
    by_coder: BTreeMap<usize, Vec<(u32, Stretch)>>,
    length: f64,
    last_end: f64,
    cluster: String,
}

/// The recordings of a table, each checked.
pub struct Marked {
    /// Coders in the order of the continua's.
    pub coders: Vec<String>,
    /// Names and what was marked.
    pub recordings: Vec<(String, Continuum)>,
    /// Cluster of each recording.
    clusters: Option<Vec<usize>>,
}

/// Reads the stretches of a table.
pub fn marked(
    data: &DataFile,
    stretches: &Stretches,
    (coder, cluster): (&str, Option<&str>),
) -> Result<Marked> {
    let (coders, recordings) = read(data, stretches, coder, cluster)?;
    if coders.len() < 2 {
        bail!(
            "{}, column {coder}: agreement needs at least two coders, and there {}",
            data.file(),
            match coders.first() {
                Some(only) => format!("is one ({only})"),
                None => "are none".to_owned(),
            }
        );
    }
    let mut clusters: Vec<&String> = recordings.values().map(|one| &one.cluster).collect();
    clusters.sort();
    clusters.dedup();
    let place = |cluster: &String| clusters.iter().position(|known| *known == cluster);
    let clusters = cluster.map(|_| {
        let recordings = recordings.values();
        recordings.filter_map(|one| place(&one.cluster)).collect()
    });
    let recordings = recordings
        .iter()
        .map(|(name, recording)| Ok((name.clone(), recording.continuum(data, name, &coders)?)))
        .collect::<Result<_>>()?;
    Ok(Marked {
        coders,
        recordings,
        clusters,
    })
}

/// The unitising alphas of what was marked.
pub fn report(
    data: &DataFile,
    stretches: &Stretches,
    marked: &Marked,
    confidence: f64,
    bootstrap: Option<BootstrapSettings>,
) -> Result<AgreementReport> {
    let settings = UnitisingSettings {
        confidence,
        bootstrap,
        clusters: marked.clusters.clone(),
    };
    let continua: Vec<Continuum> = marked
        .recordings
        .iter()
        .map(|(_, continuum)| continuum.clone())
        .collect();
    let mut report =
        unitising_report(&continua, &settings).with_context(|| data.file().to_owned())?;
    if stretches.length.is_none() {
        report.warnings.push(
            "no --length was given: each recording was taken to end with its last stretch, and what follows unmarked does not count as agreement"
                .to_owned(),
        );
    }
    Ok(report)
}

fn read(
    data: &DataFile,
    stretches: &Stretches,
    coder: &str,
    cluster: Option<&str>,
) -> Result<(Vec<String>, BTreeMap<String, Recording>)> {
    let name = |column: &Option<String>| column.clone().unwrap_or_default();
    let (start, end) = (name(&stretches.start), name(&stretches.end));
    let (starts, ends) = (data.numbers(&start)?, data.numbers(&end)?);
    let all = |column: &str| Ok::<_, anyhow::Error>(data.names(Some(column))?.unwrap_or_default());
    let (codes, by_row) = (all(&name(&stretches.code))?, all(coder)?);
    let mut coders = by_row.clone();
    coders.sort();
    coders.dedup();
    let recordings = data.names(stretches.recording.as_deref())?;
    let clusters = data.names(cluster)?;
    let lengths = lengths(data, stretches.length.as_deref())?;
    let mut found: BTreeMap<String, Recording> = BTreeMap::new();
    for row in 0..data.n_rows() {
        let at = data.row_number(row);
        let (Some(from), Some(to)) = (starts[row], ends[row]) else {
            bail!(
                "{}, row {at}: a stretch needs its start and its end; fill them in or leave the row out",
                data.file()
            );
        };
        let recording = recordings
            .as_ref()
            .map_or(String::new(), |all| all[row].clone());
        let entry = found.entry(recording).or_default();
        if let Some(clusters) = &clusters {
            entry.cluster.clone_from(&clusters[row]);
        }
        entry.length = lengths[row].unwrap_or(0.0);
        entry.last_end = entry.last_end.max(to);
        let place = coders.binary_search(&by_row[row]).unwrap_or(0);
        let stretch = Stretch {
            start: from,
            end: to,
            code: codes[row].clone(),
        };
        entry.by_coder.entry(place).or_default().push((at, stretch));
    }
    Ok((coders, found))
}

/// The length that each row tells of its recording.
fn lengths(data: &DataFile, length: Option<&str>) -> Result<Vec<Option<f64>>> {
    let n = data.n_rows();
    match length {
        None => Ok(vec![None; n]),
        Some(column) if data.headings().contains(&column) => data.numbers(column),
        Some(number) => match number.parse::<f64>() {
            Ok(number) if number > 0.0 && number.is_finite() => Ok(vec![Some(number); n]),
            _ => bail!(
                "--length {number} is neither a column of {} nor a positive number",
                data.file()
            ),
        },
    }
}

impl Recording {
    /// Stretches by coder, each checked with its row.
    fn continuum(&self, data: &DataFile, name: &str, coders: &[String]) -> Result<Continuum> {
        let length = if self.length > 0.0 {
            self.length
        } else {
            self.last_end
        };
        let mut all = vec![Vec::new(); coders.len()];
        for (place, stretches) in &self.by_coder {
            let mut sorted = stretches.clone();
            sorted.sort_by(|a, b| a.1.start.total_cmp(&b.1.start));
            let mut reached: Option<(u32, f64)> = None;
            for (row, stretch) in sorted {
                let Stretch { start, end, .. } = stretch;
                let told = |what: String| {
                    let recording = if name.is_empty() {
                        String::new()
                    } else {
                        format!("{name}, ")
                    };
                    format!(
                        "{}, row {row}: {recording}{}: {what}",
                        data.file(),
                        coders[*place]
                    )
                };
                if start < 0.0 || end <= start || end > length {
                    bail!(
                        "{}",
                        told(format!(
                            "the stretch from {start} to {end} must have a length and lie between 0 and {length}"
                        ))
                    );
                }
                if let Some((before, end)) = reached.filter(|(_, end)| start < *end) {
                    bail!(
                        "{}",
                        told(format!(
                            "the stretch starts at {start}, before the one of row {before} ends ({end}); code what may overlap in tables of their own"
                        ))
                    );
                }
                reached = Some((row, end));
                all[*place].push(stretch);
            }
        }
        Ok(Continuum {
            coders: all,
            length,
        })
    }
}

/// The alphas and what they mean.
pub fn text(report: &AgreementReport, confidence: f64) -> String {
    let mut text = format!(
        "{} · {}\n\n",
        words::count_of(report.n_coders, "coder", "coders"),
        words::count_of(report.n_units, "recording", "recordings"),
    );
    text += &text::results(&report.results, confidence);
    text += "\nCoverage (what cu-alpha and (k)u-alpha rest on)\n";
    for result in report.results.iter().skip(2) {
        let coverage = result.details.get("coverage").copied().unwrap_or(f64::NAN);
        text += &format!("  {}: {}\n", result.variant, words::percent(coverage));
    }
    text += &text::definitions(&report.results);
    for warning in &report.warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}
