//! Damaged files of coding tools: for each reader one whole file, then bytes changed, cut, repeated or put in from
//! elsewhere; of packed files sometimes what is inside. Readers must answer with a file or a reason, and what was
//! read must be countable, become observations or a reason, and be written to every other kind.

mod packed;
mod whole;

use std::sync::LazyLock;

use attune_exchange::video_coding::{CodingFaults, CodingFile, Target, write_project};

use crate::messy::Dice;
use packed::{damage_inside_archive, damage_inside_gzip};
use whole::{READERS, Whole};

/// Pieces that mean something in one of the formats.
const PIECES: [&[u8]; 14] = [
    b"\"",
    b"<",
    b">",
    b"&x;",
    b"<!DOCTYPE a>",
    b"[",
    b"{",
    b"\n\n",
    b"\0",
    b"\xff\xfe",
    b"\\",
    b"NaN",
    b"-99999999999999999999",
    b",",
];

/// The whole files of the readers, in their order.
static WHOLE_FILES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| READERS.iter().map(|(.., whole)| whole.bytes()).collect());

/// The names of the readers, each of which every run drives.
pub fn readers() -> impl Iterator<Item = &'static str> {
    READERS.iter().map(|(name, ..)| *name)
}

/// The name and the bytes of a file for the reader of this place, by a seed.
pub fn bytes(reader: usize, seed: u64) -> (String, Vec<u8>) {
    let reader = reader % READERS.len();
    let (_, ending, whole) = &READERS[reader];
    let mut dice = Dice::new(seed);
    let bytes = WHOLE_FILES[reader].clone();
    // Half of the damage to a packed file is inside, where its checksums do not catch it.
    let is_inside = dice.once_in(2);
    let bytes = match whole {
        Whole::Gzip if is_inside => damage_inside_gzip(&bytes, |part| damage(&mut dice, part)),
        Whole::Archive | Whole::Workbook if is_inside => {
            damage_inside_archive(&bytes, seed, |part| damage(&mut dice, part))
        }
        _ => damage(&mut dice, bytes),
    };
    (format!("file.{ending}"), bytes)
}

/// Bytes with up to four places changed.
pub(crate) fn damage(dice: &mut Dice, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..dice.below(5) {
        if bytes.is_empty() {
            break;
        }
        let place = dice.below(bytes.len());
        let end = (place + 1 + dice.below(60)).min(bytes.len());
        match dice.below(6) {
            0 => bytes[place] = dice.below(256) as u8,
            1 => bytes.truncate(place),
            2 => drop(bytes.drain(place..end)),
            3 => drop(bytes.splice(place..place, dice.one_of(&PIECES).iter().copied())),
            4 => {
                let repeated = bytes[place..end].to_vec();
                bytes.splice(place..place, repeated);
            }
            _ => {
                let other = &WHOLE_FILES[dice.below(READERS.len())];
                let from = dice.below(other.len() + 1);
                let piece = other[from..(from + 40).min(other.len())].to_vec();
                bytes.splice(place..end, piece);
            }
        }
    }
    bytes
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was read, became observations and was written as every other kind.
    Read,
    /// It was refused with a reason.
    Refused,
}

/// Everything that is done with a file.
///
/// # Errors
/// A fault without words or remedy, or a file that its own reader refuses after it was written.
pub fn check(name: &str, bytes: &[u8]) -> Result<Outcome, String> {
    let file = match CodingFile::read(name, bytes) {
        Ok(file) => file,
        Err(faults) => return refused(&faults),
    };
    file.counts();
    let read = match file.to_project("file") {
        Ok(read) => read,
        Err(faults) => return refused(&faults),
    };
    for (target, ending) in [
        (Target::Boris, "boris"),
        (Target::BorisGz, "boris.gz"),
        (Target::Elan, "eaf"),
        (Target::TextGrid, "TextGrid"),
        (Target::WebVtt, "vtt"),
        (Target::SubRip, "srt"),
        (Target::Datavyu, "opf"),
        (Target::DatavyuCsv, "csv"),
        (Target::Csv, "csv"),
        (Target::Xlsx, "xlsx"),
    ] {
        if let Some(copy) = file.copy_as(target) {
            reads(ending, &copy)?;
        }
        if let Ok(written) = write_project(&read.project, target) {
            reads(ending, &written.bytes)?;
        }
    }
    // What GSEQ reads is only written.
    drop(write_project(&read.project, Target::Sdis));
    Ok(Outcome::Read)
}

/// Each fault says what is wrong and what would help, in words and not in the whole of a damaged file.
fn refused(faults: &CodingFaults) -> Result<Outcome, String> {
    const LONGEST: usize = 600;
    for fault in faults.as_slice() {
        if fault.what.is_empty() || fault.remedy.is_empty() {
            return Err(format!("a fault without words: {fault:?}"));
        }
        if fault.to_string().chars().count() > LONGEST {
            return Err(format!("a fault of too many words: {fault}"));
        }
    }
    Ok(Outcome::Refused)
}

fn reads(ending: &str, bytes: &[u8]) -> Result<(), String> {
    let name = format!("written.{ending}");
    let file = CodingFile::read(&name, bytes).map_err(|faults| format!("{name}: {faults}"))?;
    file.to_project("written")
        .map(drop)
        .map_err(|faults| format!("{name}: {faults}"))
}
