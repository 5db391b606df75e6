//! A small study, its files, and the one place where tests call the reader.

use attune_exchange::{DataProblems, RecordFiles, read_records_from};
use attune_protocol::{Protocol, StudyFolder};
use attune_records::Records;

/// Two hostels, two waves, three attributes, an index that is typed in and a questionnaire.
const STUDY: &str = r#"
format = 1

[study]
id = "example"
title = "An example"
allocation = "site"
status = "completed"
started = 2023-01-01
ended = 2025-12-31

[[arm]]
id = "comparison"
label = "Comparison"
[[arm]]
id = "intervention"
label = "Clinic"
receives-programme = true

[[site]]
id = "hostel-a"
label = "Hostel A"
arm = "intervention"
[[site]]
id = "hostel-b"
label = "Hostel B"
arm = "comparison"

[[wave]]
id = "baseline"
label = "Enrolment"
when = "at enrolment"
window = "14 days before to 14 days after"
[[wave]]
id = "six-months"
label = "Six months"
when = "6 months after enrolment"
window = "30 days before to 30 days after"

[[attribute]]
id = "mother_age"
label = "Mother's age"
kind = "number"
unit = "years"
minimum = 12
maximum = 60
about = "carer"
[[attribute]]
id = "birth_weight"
label = "Birth weight"
kind = "number"
unit = "g"
[[attribute]]
id = "infant_sex"
label = "Infant's sex"
kind = "levels"
levels = [{ id = "girl", label = "Girl" }, { id = "boy", label = "Boy" }]

[[instrument]]
id = "index"
library = "developmental-index"
answered-by = "assessor"
about = "infant"
[[instrument]]
id = "mood"
library = "phq-4"
answered-by = "parent"
about = "carer"
waves = ["baseline"]

[[outcome]]
id = "mental"
label = "Mental development"
measure = "index.mental"
role = "primary"
better = "higher"
"#;

/// `[[data]]` tables of the files in [`files`].
pub const DATA: &str = r#"
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "code", site = "hostel", enrolled = "enrolled", born = "born", due = "due", left = "left", left-reason = "why", withdrew = "withdrew" }
attributes = { mother_age = "age", birth_weight = "weight", infant_sex = "sex" }
missing = { "-99" = "refused" }

[[data]]
file = "index.csv"
kind = "assessments"
instrument = "index"
columns = { dyad = "code", wave = "wave", date = "date", assessor = "by" }
items = { mental = "mdi", motor = "pdi" }
missing = { "-99" = "refused" }

[[data]]
file = "mood.csv"
kind = "assessments"
instrument = "mood"
columns = { dyad = "code", date = "date" }
items = { nervous = "q1", worrying = "q2", interest = "q3", down = "q4" }

[[data]]
file = "attendance.csv"
kind = "attendance"
columns = { dyad = "code", date = "date", minutes = "minutes" }

[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date", site = "hostel", families = "families" }
measures = { weighed = "weighed" }
"#;

/// Files without a fault.
pub fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "dyads.csv",
            "code,hostel,enrolled,born,due,left,why,withdrew,age,weight,sex\n\
             D1,hostel-a,2024-01-10,2023-12-01,2023-12-20,,,,24,2900,girl\n\
             D2,hostel-a,2024-02-01,2024-01-05,,2024-05-01,moved away,,31,-99,boy\n\
             D3,hostel-b,2024-01-20,2023-11-11,2023-11-11,,,2024-06-01,,3400,girl\n",
        ),
        (
            "index.csv",
            "code,wave,date,by,mdi,pdi\n\
             D1,baseline,2024-01-12,anna,98,101\n\
             D1,six-months,2024-07-10,ben,102,-99\n\
             D2,baseline,2024-02-01,anna,90,88\n\
             D3,baseline,2024-01-20,ben,105,\n",
        ),
        (
            "mood.csv",
            "code,date,q1,q2,q3,q4\nD1,2024-01-12,0,1,2,3\nD2,2024-02-05,0,0,0,0\n",
        ),
        (
            "attendance.csv",
            "code,date,minutes\nD1,2024-01-17,60\nD1,2024-01-24,45\nD2,2024-02-07,\n",
        ),
        (
            "sessions.csv",
            "session,date,hostel,families,weighed\nS1,2024-01-17,hostel-a,7,3\nS2,2024-01-24,hostel-a,9,4\n",
        ),
    ]
}

/// The protocol of the study with these `[[data]]` tables.
pub fn protocol(data: &str) -> Protocol {
    protocol_of(&format!("{STUDY}{data}"))
}

/// The protocol of a study file; its data files count as being there.
pub fn protocol_of(study: &str) -> Protocol {
    let names = study
        .lines()
        .filter_map(|line| line.strip_prefix("file = \"")?.split('"').next());
    let others = names.map(|name| (name.to_owned(), b"text".to_vec()));
    let folder = StudyFolder::from_files(others.chain([("study.toml".to_owned(), study.into())]));
    match Protocol::read_folder(&folder) {
        Ok((protocol, _)) => protocol,
        Err(problems) => panic!("{problems}"),
    }
}

/// Reads files of text.
pub fn read(
    protocol: &Protocol,
    files: &[(&str, &str)],
) -> Result<(Records, DataProblems), DataProblems> {
    read_bytes(
        protocol,
        files
            .iter()
            .map(|(name, text)| (*name, text.as_bytes().to_vec())),
    )
}

/// Reads files of bytes.
pub fn read_bytes<'a>(
    protocol: &Protocol,
    files: impl IntoIterator<Item = (&'a str, Vec<u8>)>,
) -> Result<(Records, DataProblems), DataProblems> {
    let files = files
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes));
    read_records_from(protocol, &RecordFiles::from_files(files))
}

/// The problems of files, or the warnings that come with the records, as people see them.
pub fn told(read: Result<(Records, DataProblems), DataProblems>) -> String {
    match read {
        Ok((_, warnings)) if warnings.is_empty() => "nothing to say".to_owned(),
        Ok((_, warnings)) => warnings.rendered(),
        Err(problems) => problems.rendered(),
    }
}

/// Records as text, without their sources where `with_sources` is false.
pub fn shown(records: &Records) -> String {
    let mut text = String::new();
    for dyad in &records.dyads {
        text += &format!(
            "{} {} arm {:?} enrolled {:?} born {:?} due {:?} age {:?} left {:?} {:?}\n",
            dyad.id,
            dyad.site,
            dyad.arm,
            dyad.enrolled,
            dyad.born,
            dyad.due,
            dyad.age_at_enrolment_days,
            dyad.left,
            dyad.attributes,
        );
    }
    for one in &records.assessments {
        let mut answers: Vec<_> = one.answers.iter().map(|a| (&a.item, &a.value)).collect();
        answers.sort_by_key(|(item, _)| (*item).clone());
        text += &format!(
            "{} {} {:?} {:?} by {:?} {:?}\n",
            one.instrument, one.unit, one.wave, one.when, one.assessor, answers,
        );
    }
    for session in &records.sessions {
        let measures: Vec<_> = session
            .measures
            .iter()
            .map(|(id, value, _)| (id, value))
            .collect();
        text += &format!(
            "{} {} {} families {:?} {:?}\n",
            session.id, session.date, session.site, session.families, measures,
        );
    }
    for row in &records.attendance {
        text += &format!("{} {} {} {:?}\n", row.dyad, row.date, row.site, row.minutes);
    }
    text
}
