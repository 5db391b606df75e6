//! The layouts of assessments, the other tables, and what the study file may say about cells.

use crate::study::{DATA, files, protocol, protocol_of, read, shown, told};

const DYADS: (&str, &str) = (
    "dyads.csv",
    "code,hostel,enrolled,born\nD1,hostel-a,2024-01-10,2023-12-01\nD2,hostel-b,2024-02-01,2024-01-05\n",
);
const DYADS_DATA: &str = r#"
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "code", site = "hostel", enrolled = "enrolled", born = "born" }
"#;

/// Records of one more table beside the dyads, without the attributes that no file has.
fn assessments(data: &str, text: &str) -> String {
    let protocol = protocol(&format!("{DYADS_DATA}{data}"));
    let (records, warnings) = match read(&protocol, &[DYADS, ("index.csv", text)]) {
        Ok(read) => read,
        Err(problems) => panic!("{problems}"),
    };
    let warnings = warnings.rendered();
    let mut shown: String = shown(&records)
        .lines()
        .skip(2)
        .map(|line| format!("{line}\n"))
        .collect();
    if !warnings.is_empty() {
        shown += &format!("\n{warnings}");
    }
    shown
}

const VISITS: &str = r#"
[[data]]
file = "index.csv"
kind = "assessments"
instrument = "index"
columns = { dyad = "code", wave = "wave", date = "date" }
items = { mental = "mdi", motor = "pdi" }
missing = { "-99" = "refused" }
"#;

const VALUES: &str = r#"
[[data]]
file = "index.csv"
kind = "assessments"
instrument = "index"
layout = "values"
columns = { dyad = "code", wave = "wave", date = "date", item = "test", value = "score" }
missing = { "-99" = "refused" }
"#;

const WIDE: &str = r#"
[[data]]
file = "index.csv"
kind = "assessments"
instrument = "index"
layout = "wide"
columns = { dyad = "code" }
missing = { "-99" = "refused" }
[[data.wave]]
wave = "baseline"
date = "date_0"
items = { mental = "mdi_0", motor = "pdi_0" }
[[data.wave]]
wave = "six-months"
date = "date_6"
items = { mental = "mdi_6", motor = "pdi_6" }
"#;

#[test]
fn the_three_layouts_give_the_same_assessments() {
    let visits = assessments(
        VISITS,
        "code,wave,date,mdi,pdi\n\
         D2,baseline,2024-02-01,90,-99\n\
         D1,six-months,2024-07-10,102,\n\
         D1,baseline,2024-01-10,98,101\n",
    );
    let values = assessments(
        VALUES,
        "code,wave,date,test,score\n\
         D1,baseline,2024-01-10,mental,98\n\
         D1,six-months,2024-07-10,motor,\n\
         D1,baseline,2024-01-10,motor,101\n\
         D1,six-months,2024-07-10,mental,102\n\
         D2,baseline,2024-02-01,motor,-99\n\
         D2,baseline,2024-02-01,mental,90\n",
    );
    let wide = assessments(
        WIDE,
        "code,date_0,mdi_0,pdi_0,date_6,mdi_6,pdi_6\n\
         D1,2024-01-10,98,101,2024-07-10,102,\n\
         D2,2024-02-01,90,-99,,,\n",
    );
    insta::assert_snapshot!(visits);
    assert_eq!(values, visits);
    assert_eq!(wide, visits);
}

#[test]
fn the_wave_is_found_from_the_date() {
    let without_wave = VISITS.replace("wave = \"wave\", ", "");
    let found = assessments(
        &without_wave,
        "code,date,mdi,pdi\nD1,2024-01-02,98,101\nD1,2024-07-30,99,100\n",
    );
    assert!(
        found.contains("baseline") && found.contains("six-months"),
        "{found}"
    );
}

#[test]
fn time_since_enrolment_may_stand_for_dates() {
    let by_time = VISITS.replace(
        "wave = \"wave\", date = \"date\"",
        "time = { column = \"months\", unit = \"months\" }",
    );
    let found = assessments(
        &by_time,
        "code,months,mdi,pdi\nD1,0,98,101\nD1,6.5,99,100\n",
    );
    insta::assert_snapshot!(found);
}

#[test]
fn empty_cells_mean_what_the_study_file_says() {
    let declared = WIDE.replace("\"-99\" = \"refused\"", "\"\" = \"not done\"");
    insta::assert_snapshot!(assessments(
        &declared,
        "code,date_0,mdi_0,pdi_0,date_6,mdi_6,pdi_6\nD1,2024-01-10,98,101,,,\n",
    ));
}

#[test]
fn cells_may_stand_for_ids_and_values() {
    let data = VISITS.replace(
        "missing =",
        "recode = { wave = { \"0\" = \"baseline\", \"6\" = \"six-months\" }, mental = { floor = \"40\" } }\nmissing =",
    );
    insta::assert_snapshot!(assessments(
        &data,
        "code,wave,date,mdi,pdi\nD1,0,2024-01-10,floor,101\nD1,6,2024-07-10,99,100\n",
    ));
}

#[test]
fn faults_of_single_values_are_told() {
    let protocol = protocol(&format!("{DYADS_DATA}{VALUES}"));
    let text = "code,wave,date,test,score\n\
                D1,baseline,2024-01-10,mental,98\n\
                D1,baseline,2024-01-10,mental,99\n\
                D1,baseline,2024-01-11,motor,99\n\
                D1,baseline,2024-01-10,mentl,99\n\
                D1,baseline,2024-01-10,language,99\n";
    insta::assert_snapshot!(told(read(&protocol, &[DYADS, ("index.csv", text)])));
}

#[test]
fn all_tables_are_read() {
    let (records, _) = read(&protocol(DATA), &files()).expect("readable");
    insta::assert_snapshot!(shown(&records));
    assert_eq!(records.files.len(), 5);
    assert_eq!(records.files[1].n_rows, 4);
    let source = records.assessments[1].answers[1].source.to_string();
    assert_eq!(source, "index.csv, row 3, column pdi");
}

#[test]
fn one_file_may_hold_dyads_and_their_visits() {
    let study = r#"
format = 1
[study]
id = "early"
title = "One long file"
allocation = "dyad"
status = "completed"
[[arm]]
id = "comparison"
label = "Comparison"
[[arm]]
id = "programme"
label = "Programme"
receives-programme = true
[[site]]
id = "all"
label = "All"
[[wave]]
id = "one"
label = "1"
when = "6 months after enrolment"
[[wave]]
id = "two"
label = "2"
when = "12 months after enrolment"
[[instrument]]
id = "cog"
library = "cognitive-index"
answered-by = "assessor"
about = "infant"
[[outcome]]
id = "cog"
label = "Cognition"
measure = "cog.cognitive"
role = "primary"
better = "higher"
[[data]]
file = "long.csv"
kind = "dyads"
columns = { dyad = "id", arm = "trt" }
recode = { arm = { Y = "programme", N = "comparison" } }
[[data]]
file = "long.csv"
kind = "assessments"
instrument = "cog"
columns = { dyad = "id", time = { column = "tos", unit = "years" } }
items = { cognitive = "cog" }
"#;
    let text = "id,trt,tos,cog\n68,Y,0.5,103\n68,Y,1,119\n70,N,0.5,106\n";
    let protocol = protocol_of(study);
    let (records, _) = read(&protocol, &[("long.csv", text)]).expect("readable");
    insta::assert_snapshot!(shown(&records));
    let unknown = text.replace("70,N", "70,Q");
    insta::assert_snapshot!(
        "unknown_arm",
        told(read(&protocol, &[("long.csv", &unknown)]))
    );
    let differing = text.replace("68,Y,1,", "68,N,1,");
    insta::assert_snapshot!(
        "rows_of_a_dyad_differ",
        told(read(&protocol, &[("long.csv", &differing)]))
    );
}

/// An instrument about sessions and one about members of staff, in a clinic before and after.
const CLINIC: &str = r#"
format = 1
[study]
id = "clinic"
title = "A clinic before and after"
allocation = "none"
[[phase]]
id = "before"
label = "Before"
[[phase]]
id = "after"
label = "After"
[[site]]
id = "clinic"
label = "Clinic"
phases = [{ phase = "before" }, { phase = "after", from = 2024-03-01 }]
[[wave]]
id = "before"
label = "Before"
when = "during before"
[[wave]]
id = "after"
label = "After"
when = "during after"
[[instrument]]
id = "room"
library = "interaction-ratings"
answered-by = "observer"
about = "session"
[[instrument]]
id = "strain"
library = "phq-4"
answered-by = "staff"
about = "staff-member"
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date", families = "families" }
[[data]]
file = "room.csv"
kind = "assessments"
instrument = "room"
columns = { unit = "session", date = "date" }
items = { dyadic-reciprocity = "s" }
[[data]]
file = "staff.csv"
kind = "assessments"
instrument = "strain"
columns = { unit = "who", wave = "wave", date = "date" }
items = { nervous = "n", worrying = "w", interest = "i", down = "d" }
"#;

#[test]
fn sessions_and_staff_may_be_measured_too() {
    let protocol = protocol_of(CLINIC);
    let sessions = "session,date,families\nS1,2024-01-10,7\nS2,2024-04-10,9\n";
    let staff =
        "who,wave,date,n,w,i,d\nW1,before,2024-02-01,0,1,0,1\nW1,after,2024-02-20,0,0,0,0\n";
    let room = "session,date,s\nS1,,3\nS2,2024-04-10,4\nS9,2024-04-17,4\n";
    let files = |room| {
        [
            ("sessions.csv", sessions),
            ("room.csv", room),
            ("staff.csv", staff),
        ]
    };
    insta::assert_snapshot!("unknown_session", told(read(&protocol, &files(room))));
    let clinic = CLINIC.replace("about = \"session\"", "about = \"clinic\"");
    let unknown = room
        .replace("S1,", "clinic,2024-01-10")
        .replace("S2", "klinic")
        .replace("S9,2024-04-17,4\n", "");
    insta::assert_snapshot!(
        "unknown_clinic",
        told(read(&protocol_of(&clinic), &files(&unknown)))
    );
    let (records, warnings) = read(&protocol, &files(&room.replace("S9,2024-04-17,4\n", "")))
        .unwrap_or_else(|problems| panic!("{problems}"));
    insta::assert_snapshot!(format!("{}\n{}", shown(&records), warnings.rendered()));
}
