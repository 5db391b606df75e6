//! Damaged files of codings of a study: events of a session and of a dyad with details, samples of time and two
//! recordings, and a rating form. Reading them ends in
//! records, which can be measured, or in problems that each have a place and a remedy.

use attune_exchange::{RecordFiles, read_records_from};
use attune_measures::measure;
use attune_protocol::{Protocol, StudyFolder};

use crate::{coding_files::damage, messy::Dice};

const STUDY: &str = r#"
format = 1
[study]
id = "codings"
title = "Codings"
allocation = "none"
status = "completed"
[[phase]]
id = "before"
label = "Before"
[[phase]]
id = "after"
label = "After"
[[site]]
id = "clinic"
label = "Clinic"
phases = [{ phase = "before" }, { phase = "after", from = 2024-07-01 }]
[[wave]]
id = "baseline"
label = "Enrolment"
when = "at enrolment"
window = "14 days before to 14 days after"
[[outcome]]
id = "density"
label = "Density"
measure = "room.density"
role = "primary"
better = "higher"
[[scheme]]
id = "room"
title = "The room"
version = 1
about = "session"
sampling = ["continuous", { kind = "interval", seconds = 10 }, { kind = "scan", seconds = 30 }]
subject = [{ id = "carer", label = "Carer", kind = "carer", many = true }, { id = "infant", label = "Infant", kind = "infant", many = true }]
act = [{ id = "speaks", label = "Speaks", definition = "Words.", from = ["carer"], to = ["own-infant", "other-infant", "other-parent", "group"], modifiers = [{ id = "tone", label = "Tone", one-of = ["warm", "flat"] }, { id = "things", label = "Things", several-of = ["toy", "book"] }, { id = "loudness", label = "Loudness", minimum = 0, maximum = 5 }] }]
measure = [{ id = "warm", label = "Warm words", kind = "rate", behaviour = "speaks", with = { tone = "warm", loudness = "1 to 3" } }]
states = [{ id = "infant-state", label = "State", state = [{ id = "engaged", label = "Engaged", definition = "Looks.", subjects = ["infant"] }] }]
[[scheme]]
id = "play"
title = "Play"
version = 1
about = "dyad"
sampling = ["continuous"]
subject = [{ id = "infant", label = "Infant", kind = "infant" }]
point = [{ id = "voice", label = "Voice", definition = "Any." }]
rating = [{ id = "warmth", label = "Warmth", definition = "Warm.", minimum = 1, maximum = 5, step = 0.5, may-be-not-codable = true }, { id = "pace", label = "Pace", definition = "Quick.", minimum = 1, maximum = 5 }]
composite = [{ id = "both", label = "Both", of = ["warmth", "pace"] }]
measure = [{ id = "first-voice", label = "First voice", kind = "latency", behaviour = "voice", within-seconds = 60 }]
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "code", enrolled = "enrolled", born = "born" }
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date" }
[[data]]
file = "room.csv"
kind = "codings"
scheme = "room"
columns = { session = "session", recording = "clip", recording-begins = "from", coder = "coder", length = "length", sample = "sample", subject = "who", behaviour = "what", target = "whom", start = "start", stop = "stop" }
modifiers = { tone = "tone", things = "things", loudness = "loudness" }
[[data]]
file = "play.csv"
kind = "codings"
scheme = "play"
columns = { dyad = "code", wave = "wave", coder = "coder", length = "length", subject = "who", behaviour = "what", start = "start", stop = "stop", value = "value" }
"#;

const FILES: [(&str, &str); 4] = [
    (
        "dyads.csv",
        "code,enrolled,born\nD1,2024-01-10,2023-12-01\nD2,2024-02-01,2024-01-05\n",
    ),
    (
        "sessions.csv",
        "session,date\nS1,2024-01-17\nS2,2024-08-24\n",
    ),
    (
        "room.csv",
        "session,clip,from,coder,length,sample,who,what,whom,start,stop,tone,things,loudness\nS1,a,0,anna,600,,carer 1,,,,,,,\nS1,a,0,anna,600,,infant 1,,,,,,,\nS1,a,0,anna,600,,carer 1,speaks,infant 1,12.4,,warm,toy; book,2\nS1,a,0,anna,600,,carer 1,speaks,group,13,,flat,,3\nS1,a,0,anna,600,,infant 1,engaged,,13.1,40.5,,,\nS1,a,0,anna,600,interval 1,infant 1,engaged,,,,,,\nS1,a,0,anna,600,interval 2,,,,,,,,\nS1,a,0,anna,600,scan 1,,not-codable,,,,,,\nS1,b,700,anna,60,,infant 1,engaged,,0,10,,,\nS2,,,ben,300.5,,carer 2,speaks,carer 1,0,,warm,–,1\n",
    ),
    (
        "play.csv",
        "code,wave,coder,length,who,what,start,stop,value\nD1,baseline,anna,300,infant,voice,12.4,,\nD1,baseline,anna,300,,warmth,,,4.5\nD1,baseline,anna,300,,pace,,,3\nD2,baseline,ben,300,infant,voice,0,,\nD2,baseline,ben,300,,warmth,,,\n",
    ),
];

/// The protocol of the study.
///
/// # Panics
/// When the study above has a problem.
pub fn protocol() -> Protocol {
    let named = FILES.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let study = [("study.toml".to_owned(), STUDY.as_bytes().to_vec())];
    let folder = StudyFolder::from_files(study.into_iter().chain(named));
    match Protocol::read_folder(&folder) {
        Ok((protocol, _)) => protocol,
        Err(problems) => panic!("{problems}"),
    }
}

/// The files of a seed, one or both files of codings damaged.
pub fn files(seed: u64) -> Vec<(String, Vec<u8>)> {
    let mut dice = Dice::new(seed);
    let mut files = FILES.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    for (name, bytes) in &mut files {
        if matches!(name.as_str(), "room.csv" | "play.csv") {
            *bytes = damage(&mut dice, std::mem::take(bytes));
        }
    }
    files.to_vec()
}

/// Reads the files and measures what was read.
///
/// # Errors
/// A problem without a file, words or a remedy; errors beside records, or none beside a refusal.
pub fn check(protocol: &Protocol, files: Vec<(String, Vec<u8>)>) -> Result<bool, String> {
    let read = read_records_from(protocol, &RecordFiles::from_files(files));
    let (is_read, problems) = match &read {
        Ok((records, problems)) => {
            drop(measure(protocol, records));
            (true, problems)
        }
        Err(problems) => (false, problems),
    };
    if problems.has_errors() == is_read {
        return Err(format!("read: {is_read}, and told: {problems}"));
    }
    for problem in &problems.problems {
        let is_silent = [&*problem.file, &problem.message(), problem.fault.remedy()]
            .iter()
            .any(|words| words.is_empty());
        if is_silent {
            return Err(format!("a problem without words: {problem:?}"));
        }
    }
    Ok(is_read)
}
