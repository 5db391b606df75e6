//! What a statistician takes home: tables without anything that identifies a family, a codebook, and an R
//! script that reads them. Plain functions; who may have it and that it is noted is the page's part.
//!
//! Rules, which the study file may make stricter (`[sharing]`). No date leaves: times since enrolment and
//! ages are told as the study says, in months with one decimal, in days, or not at all. A level of an
//! attribute, and a site, that fewer families than the smallest group have is not told. Free text is left
//! out. Of what was withdrawn nothing is there. Arms are there only for somebody who may know them.

mod codebook;
mod r_script;
mod tables;

use std::io::{Cursor, Write as _};

use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    sharing::{SharedTimes, Sharing},
};
use attune_records::Records;
use sha2::{Digest, Sha256};

/// What is decided before an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether arms and phases go with it.
    pub arms: bool,
    /// Fewest families that a level or site must have to be told.
    pub smallest_group: usize,
    /// How exactly times and ages are told.
    pub times: SharedTimes,
}

impl Rules {
    /// The rules of a study, for somebody who may know arms or not.
    pub fn of(sharing: Sharing, arms: bool) -> Self {
        Self {
            arms,
            smallest_group: sharing.smallest_group as usize,
            times: sharing.times,
        }
    }

    /// The heading of a time or an age in these rules; none where it is not told.
    pub fn heading(self, what: &str) -> Option<String> {
        match self.times {
            SharedTimes::Months => Some(what.replace("time", "months")),
            SharedTimes::Days => Some(what.replace("time", "days")),
            SharedTimes::Waves => None,
        }
    }

    /// How exactly times are told, in words.
    pub fn times_in_words(self) -> &'static str {
        match self.times {
            SharedTimes::Months => "times and ages are in months with one decimal",
            SharedTimes::Days => "times and ages are in whole days",
            SharedTimes::Waves => "times and ages are not told, the wave alone is",
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its files.
    pub files: Vec<ExportFile>,
    /// Families in it.
    pub n_dyads: usize,
    /// Families that are not in it because they took their consent back.
    pub n_withdrawn: usize,
    /// Cells that are withheld because their group is small.
    pub n_withheld: usize,
}

/// Makes an export.
pub fn export(
    protocol: &Protocol,
    records: &Records,
    measures: &Measures,
    rules: Rules,
    head: &str,
) -> Export {
    let made = tables::tables(protocol, records, measures, rules);
    let mut files = vec![
        ExportFile {
            name: "long.csv",
            text: csv(&made.long),
        },
        ExportFile {
            name: "wide.csv",
            text: csv(&made.wide),
        },
        ExportFile {
            name: "visits.csv",
            text: csv(&made.visits),
        },
        ExportFile {
            name: "items.csv",
            text: csv(&made.items),
        },
    ];
    let book = codebook::codebook(protocol, &made, rules);
    files.push(ExportFile {
        name: "codebook.csv",
        text: csv(&book),
    });
    files.push(ExportFile {
        name: "read.R",
        text: r_script::r_script(protocol, &made, rules),
    });
    files.push(ExportFile {
        name: "README.txt",
        text: readme(protocol, &made, rules, head),
    });
    Export {
        files,
        n_dyads: made.n_dyads,
        n_withdrawn: made.n_withdrawn,
        n_withheld: made.n_withheld,
    }
}

/// The title, or for whoever must not know arms the one that names none.
fn title(protocol: &Protocol, rules: Rules) -> &str {
    match rules.arms {
        true => &protocol.study.title,
        false => protocol.title_for_the_blind(),
    }
}

fn readme(protocol: &Protocol, made: &tables::Tables, rules: Rules, head: &str) -> String {
    let simulated = match protocol.study.simulated {
        true => "SIMULATED DATA: the records are made up and describe no family.\r\n\r\n",
        false => "",
    };
    let arms = match rules.arms {
        true => "Arms and phases are in the tables.",
        false => {
            "Arms and phases are not in the tables: they are not revealed to whoever exported."
        }
    };
    format!(
        "{simulated}{}\r\n\r\nlong.csv    one row per unit, time and measure\r\nwide.csv    one row per family\r\n\
         visits.csv  one row per family and wave\r\nitems.csv   one row per answer\r\n\
         codebook.csv what each column holds\r\nread.R      reads all of it into R\r\n\r\n\
         Families: {}. Left out because consent was taken back: {}.\r\n\
         Dates do not leave: {}. Levels and sites with fewer than \
         {} families are written as withheld ({} cells). Free text is left out. {arms}\r\n\
         An empty cell has its reason in the column beside it or in long.csv; missing is never zero.\r\n\r\n\
         Protocol {}\r\nRecords  {head}\r\n",
        title(protocol, rules),
        made.n_dyads,
        made.n_withdrawn,
        rules.times_in_words(),
        rules.smallest_group,
        made.n_withheld,
        protocol.fingerprint,
    )
}

/// A table as RFC 4180 writes it. A text that a spreadsheet would take for a formula gets an apostrophe
/// before it; numbers stay numbers.
pub fn csv(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(cell: &str) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

/// The files as one ZIP archive, the same bytes for the same files, and its SHA-256.
///
/// # Errors
///
/// The archive is too large for its format.
pub fn zip(files: &[ExportFile]) -> Result<(Vec<u8>, String), zip::result::ZipError> {
    let named = files.iter().map(|file| (file.name, file.text.as_bytes()));
    archive(named)
}

/// Any files as one ZIP archive.
///
/// # Errors
///
/// The archive is too large for its format.
pub fn archive<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<(Vec<u8>, String), zip::result::ZipError> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        writer.start_file(name, options)?;
        writer.write_all(bytes)?;
    }
    let bytes = writer.finish()?.into_inner();
    let hash = Sha256::digest(&bytes);
    let hex = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, hex))
}

#[cfg(test)]
mod tests {
    use super::csv;

    #[test]
    fn a_cell_is_no_formula_for_a_spreadsheet_and_a_number_stays_one() {
        let row = ["=1+1", "-3.5", "+44", "a,b", "@x", "say \"no\""]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            csv(&[row]),
            "'=1+1,-3.5,+44,\"a,b\",'@x,\"say \"\"no\"\"\"\r\n"
        );
    }
}
