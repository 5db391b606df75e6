//! What a whole team coded, from one file or many: every observation with the recording that it is of and who
//! coded it, as far as the files say so, and by what they say it. Nothing is decided here: whoever leads the
//! coding sees the proposal and corrects it.

mod name_parts;
mod second_coder;
mod together;

use attune_records::observation::{CodingProject, Observation};

use self::{name_parts::coders_in_names, second_coder::split};
use super::{CodingFault, CodingFaults, CodingFile, NotTakenOver, limits::unpack_zip};

/// Words by which a variable tells who coded, in the languages of the tools' users.
const CODER_WORDS: [&str; 18] = [
    "coder",
    "observer",
    "rater",
    "annotator",
    "scorer",
    "coded by",
    "codeur",
    "codeuse",
    "observateur",
    "observatrice",
    "kodierer",
    "kodiererin",
    "beobachter",
    "beobachterin",
    "codificador",
    "observador",
    "codificatore",
    "osservatore",
];
/// Most observations of all files.
const MOST_OBSERVATIONS: usize = 2_000;

/// What a team's files hold.
#[derive(Debug, Clone)]
pub struct TeamProject {
    /// One scheme for all files, and the observations; of equal names those of later files say their file.
    pub project: CodingProject,
    /// What is known of each observation, in their order.
    pub origins: Vec<Origin>,
    /// Names of the files that were read.
    pub files: Vec<String>,
    /// What the files hold and observations do not, with the file.
    pub not_taken_over: Vec<(String, NotTakenOver)>,
    /// What was assumed or looks doubtful, with the file.
    pub warnings: Vec<(String, String)>,
}

/// Where an observation comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// The recording: two codings of one recording have the same.
    pub recording: String,
    /// Who coded; `None` where nothing tells.
    pub coder: Option<String>,
    /// What tells who coded.
    pub coder_by: ToldBy,
}

/// What tells who coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToldBy {
    /// A variable of the observation, or who is named as annotator.
    TheFile(String),
    /// A column or tier that repeats another one for a second coder.
    ASecondColumn,
    /// A part of its name.
    ItsName,
    /// The name of its file.
    TheNameOfItsFile,
    /// Nothing.
    Nothing,
}

impl ToldBy {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::TheFile(what) => what.clone(),
            Self::ASecondColumn => "a second column of the same name".to_owned(),
            Self::ItsName => "a part of the observation's name".to_owned(),
            Self::TheNameOfItsFile => "the name of the file".to_owned(),
            Self::Nothing => "nothing in the file".to_owned(),
        }
    }
}

/// A file that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFaults {
    /// Its name.
    pub file: String,
    /// Why.
    pub faults: CodingFaults,
}

/// Reads files of coding tools, also such as are packed in a `.zip`.
///
/// # Errors
///
/// One of them cannot be read; all that are so are told.
pub fn read_team(files: Vec<(String, Vec<u8>)>) -> Result<TeamProject, Vec<FileFaults>> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    let mut beside = Vec::new();
    for (name, bytes) in files {
        if !name.to_lowercase().ends_with(".zip") {
            all.push((name, bytes));
            continue;
        }
        match unpack_zip(&bytes) {
            Ok(parts) => {
                for (part, bytes) in parts.into_iter().filter(|(part, _)| is_meant(part)) {
                    match is_known(&part) {
                        true => all.push((part, bytes)),
                        false => beside.push((name.clone(), not_of_a_tool(&part))),
                    }
                }
            }
            Err(fault) => wrong.push(FileFaults {
                file: name,
                faults: fault.into(),
            }),
        }
    }
    let mut read = Vec::new();
    for (name, bytes) in all {
        let stem = stem(&name).to_owned();
        match CodingFile::read(&name, &bytes).and_then(|file| file.to_project(&stem)) {
            Ok(one) => read.push((name, one)),
            Err(faults) => wrong.push(FileFaults { file: name, faults }),
        }
    }
    let n: usize = read
        .iter()
        .map(|(_, one)| one.project.observations().len())
        .sum();
    if wrong.is_empty() && n > MOST_OBSERVATIONS {
        let fault = CodingFault::of_file(
            format!("there are {n} observations, more than {MOST_OBSERVATIONS}"),
            "send them in parts",
        );
        wrong.push(FileFaults {
            file: "all files".to_owned(),
            faults: fault.into(),
        });
    }
    match wrong.is_empty() {
        true => Ok(put_together(read, beside)),
        false => Err(wrong),
    }
}

fn put_together(
    read: Vec<(String, super::CodingRead)>,
    beside: Vec<(String, NotTakenOver)>,
) -> TeamProject {
    let files: Vec<String> = read.iter().map(|(name, _)| name.clone()).collect();
    let (mut not_taken_over, mut warnings) = (beside, Vec::new());
    let mut schemes = Vec::new();
    let mut parts: Vec<(Observation, Origin)> = Vec::new();
    for (name, one) in read {
        not_taken_over.extend(
            one.not_taken_over
                .into_iter()
                .map(|left| (name.clone(), left)),
        );
        warnings.extend(
            one.warnings
                .into_iter()
                .map(|warning| (name.clone(), warning)),
        );
        schemes.push((name.clone(), one.project.scheme.clone()));
        for observation in one.project.observations() {
            for (part, is_second) in split(observation) {
                let origin = origin(&name, &part, is_second);
                parts.push((part, origin));
            }
        }
    }
    tell_coders_by_names(&mut parts, files.len());
    name_apart(&mut parts);
    let (mut scheme, doubts) = together::schemes(schemes);
    warnings.extend(doubts);
    second_coder::forget_second_names(&mut scheme, parts.iter().map(|(part, _)| part));
    let mut project = CodingProject::default();
    project.name = match files.as_slice() {
        [only] => stem(only).to_owned(),
        _ => "Projects of a team".to_owned(),
    };
    project.scheme = scheme;
    let (observations, origins): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let project = project
        .with_observations(observations)
        .expect("observations were named apart");
    TeamProject {
        project,
        origins,
        files,
        not_taken_over,
        warnings,
    }
}

/// What the file itself says of an observation.
fn origin(file: &str, one: &Observation, is_second: bool) -> Origin {
    let by_variable = one.variables.iter().find(|(name, value)| {
        let name = name.trim().to_lowercase();
        let name = name.replace(['_', '-'], " ");
        let says = |word: &str| name == word || name.starts_with(&format!("{word} "));
        !value.trim().is_empty() && CODER_WORDS.iter().any(|word| says(word))
    });
    let (coder, coder_by) = match (&one.coder, by_variable) {
        (_, _) if is_second => (Some("second coder".to_owned()), ToldBy::ASecondColumn),
        (_, Some((name, value))) => (
            Some(value.trim().to_owned()),
            ToldBy::TheFile(format!("the variable “{name}”")),
        ),
        (Some(coder), None) => (
            Some(coder.trim().to_owned()),
            ToldBy::TheFile("who is named in the file".to_owned()),
        ),
        (None, None) => (None, ToldBy::Nothing),
    };
    Origin {
        file: file.to_owned(),
        recording: recording(file, one),
        coder,
        coder_by,
    }
}

/// The films of an observation by their names, else what the file calls its recording, else its own name.
fn recording(file: &str, one: &Observation) -> String {
    let mut films: Vec<&str> = one
        .media
        .iter()
        .map(|media| stem(&media.file))
        .filter(|name| !name.is_empty())
        .collect();
    films.dedup();
    if !films.is_empty() {
        return films.join(" + ");
    }
    let told = one.recording.as_deref().map(str::trim);
    let told = told.filter(|name| !name.is_empty() && *name != stem(file));
    told.map_or_else(|| one.id.to_string(), |name| stem(name).to_owned())
}

/// Who coded, for observations of which nothing else tells: by a part of their names, or by their files.
fn tell_coders_by_names(parts: &mut [(Observation, Origin)], n_files: usize) {
    let is_told = |origin: &Origin| origin.coder.is_some();
    if parts.iter().any(|(_, origin)| is_told(origin)) {
        return;
    }
    let has_film = |one: &Observation| one.media.iter().any(|media| !media.file.is_empty());
    let names: Vec<(&str, Option<&str>)> = parts
        .iter()
        .map(|(one, origin)| (&*one.id, has_film(one).then_some(origin.recording.as_str())))
        .collect();
    if let Some(found) = coders_in_names(&names) {
        for ((one, origin), (rest, coder)) in parts.iter_mut().zip(found) {
            origin.coder = Some(coder);
            origin.coder_by = ToldBy::ItsName;
            if !has_film(one) {
                origin.recording = rest;
            }
        }
        return;
    }
    // Copies of one project, one for each coder, have the same recordings.
    let recur = parts.iter().any(|(_, origin)| {
        let mut others = parts.iter().map(|(_, other)| other);
        others.any(|other| other.file != origin.file && other.recording == origin.recording)
    });
    if n_files > 1 && recur {
        for (_, origin) in parts {
            origin.coder = Some(stem(&origin.file).to_owned());
            origin.coder_by = ToldBy::TheNameOfItsFile;
        }
    }
}

/// Observations of one name say their file, and should that not do, their place.
fn name_apart(parts: &mut [(Observation, Origin)]) {
    let mut seen = std::collections::BTreeSet::new();
    for (one, origin) in parts {
        if !seen.insert(one.id.to_string()) {
            let longer = format!("{} ({})", one.id, stem(&origin.file));
            let mut name = longer.clone();
            let mut n = 2;
            while !seen.insert(name.clone()) {
                name = format!("{longer} {n}");
                n += 1;
            }
            one.id = name.into();
        }
    }
}

/// A name without its folders and its last ending.
fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 8 && !ending.contains(' ') => {
            stem
        }
        _ => name,
    }
}

/// Whether a part of an archive was put there by a person.
fn is_meant(part: &str) -> bool {
    let last = part.rsplit('/').next().unwrap_or(part);
    !part.starts_with("__MACOSX") && !last.starts_with('.') && !last.starts_with('~')
}

fn is_known(part: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        ".boris",
        ".boris.gz",
        ".eaf",
        ".opf",
        ".textgrid",
        ".vtt",
        ".srt",
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".etf",
    ];
    let lower = part.to_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

fn not_of_a_tool(part: &str) -> NotTakenOver {
    NotTakenOver::new(
        format!("the file `{part}`"),
        "the archive",
        "it has an ending of no coding tool; a recording is sent as such",
    )
}

#[cfg(test)]
mod tests;
