//! From small studies and their files to the long table.

use std::fmt::Write as _;

use attune_measures::Measures;

use crate::study::measures;

/// A hostel with the clinic and one that gets it later, two waves.
const HOSTELS: &str = r#"
format = 1
[study]
id = "hostels"
title = "Hostels"
allocation = "site"
status = "completed"
[[arm]]
id = "comparison"
label = "Comparison"
[[arm]]
id = "intervention"
label = "Clinic"
receives-programme = true
[[site]]
id = "a"
label = "A"
arm = "intervention"
[[site]]
id = "b"
label = "B"
arms = [{ arm = "comparison" }, { arm = "intervention", from = 2024-06-01 }]
[[site]]
id = "c"
label = "C"
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
about = "carer"
minimum = 12
maximum = 60
[[instrument]]
id = "index"
library = "developmental-index"
answered-by = "assessor"
about = "infant"
[[outcome]]
id = "mental"
label = "Mental development"
measure = "index.mental"
role = "primary"
better = "higher"
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "code", site = "site", enrolled = "enrolled", born = "born", due = "due", left = "left", withdrew = "withdrew" }
attributes = { mother_age = "age" }
[[data]]
file = "index.csv"
kind = "assessments"
instrument = "index"
columns = { dyad = "code", wave = "wave", date = "date" }
items = { mental = "mdi", motor = "pdi" }
missing = { "-99" = "refused" }
"#;

const DYAD_HEADINGS: &str = "code,site,enrolled,born,due,left,withdrew,age\n";
const INDEX_HEADINGS: &str = "code,wave,date,mdi,pdi\n";

/// The measures of the hostels with these rows of dyads and visits.
fn hostels(dyads: &str, index: &str) -> Measures {
    let dyads = format!("{DYAD_HEADINGS}{dyads}");
    let index = format!("{INDEX_HEADINGS}{index}");
    measures(HOSTELS, &[("dyads.csv", &dyads), ("index.csv", &index)])
}

/// Some columns of the long table.
fn shown(measures: &Measures, columns: &[&str]) -> String {
    let mut table = measures.table();
    let headings = table.next().expect("headings");
    let place = |column: &&str| {
        headings
            .iter()
            .position(|one| one == column)
            .expect("a column")
    };
    let places: Vec<usize> = columns.iter().map(place).collect();
    let mut text = columns.join(" | ") + "\n";
    for record in table {
        let cells: Vec<&str> = places.iter().map(|&place| record[place].as_str()).collect();
        let _ = writeln!(text, "{}", cells.join(" | "));
    }
    text
}

#[test]
fn the_long_table_has_these_columns() {
    let table = hostels(
        "D1,a,2024-01-10,2023-12-01,,,,24\n",
        "D1,baseline,2024-01-12,98,-99\n",
    );
    let records: Vec<_> = table.table().map(|record| record.join(",")).collect();
    insta::assert_snapshot!(records.join("\n"));
}

#[test]
fn the_corrected_age_of_a_preterm_infant_counts_from_the_due_date() {
    // Born 2023-12-01, due 2024-01-12: 42 days early. On 2024-07-10 it is 222 days old, corrected 180.
    let table = hostels(
        "early,a,2024-01-10,2023-12-01,2024-01-12,,,\nlate,a,2024-01-10,2023-12-08,2023-12-01,,,\nunknown,a,2024-01-10,2023-12-01,,,,\n",
        "early,six-months,2024-07-10,98,\nlate,six-months,2024-07-10,98,\nunknown,six-months,2024-07-10,98,\n",
    );
    let early: Vec<Option<f64>> = table.units.iter().map(|unit| unit.days_early).collect();
    assert_eq!(early, [Some(42.0), Some(-7.0), None]);
    insta::assert_snapshot!(shown(
        &table,
        &[
            "unit",
            "wave",
            "measure",
            "days",
            "age_days",
            "corrected_age_days"
        ]
    ));
}

#[test]
fn twins_are_two_dyads() {
    let table = hostels(
        "D1a,a,2024-01-10,2023-12-01,,,,24\nD1b,a,2024-01-10,2023-12-01,,,,24\n",
        "D1a,baseline,2024-01-12,98,99\nD1b,baseline,2024-01-12,90,91\n",
    );
    assert_eq!(table.units.len(), 2);
    insta::assert_snapshot!(shown(
        &table,
        &["unit", "measure", "wave", "value", "missing"]
    ));
}

#[test]
fn a_family_that_left_has_rows_that_say_why_there_is_no_value() {
    let table = hostels(
        "left,a,2024-01-10,2023-12-01,,2024-03-01,,\n\
         stayed,a,2024-01-10,2023-12-01,,,,\n\
         withdrew,a,2024-01-10,2023-12-01,,,2024-03-01,\n\
         withdrew-later,a,2024-01-10,2023-12-01,,,2024-12-01,\n",
        "left,baseline,2024-01-12,98,\nstayed,baseline,2024-01-12,98,\nwithdrew,baseline,2024-01-12,98,-99\n",
    );
    insta::assert_snapshot!(shown(
        &table,
        &[
            "unit", "measure", "wave", "date", "days", "value", "missing", "file", "row", "column"
        ]
    ));
}

#[test]
fn of_a_family_that_withdrew_nothing_is_analysed_where_the_study_promised_so() {
    let study = format!(
        "{HOSTELS}\n[[consent]]\nid = \"part\"\nlabel = \"Taking part\"\nneeded-to-take-part = true\n\
         withdrawal = {{ records = \"leave-out\", media = \"delete\" }}\n\
         [[consent.text]]\nversion = \"1\"\nfile = \"part.md\"\n"
    );
    let dyads = format!("{DYAD_HEADINGS}W,a,2024-01-10,2023-12-01,2023-12-10,,2024-03-01,24\n");
    let index = format!("{INDEX_HEADINGS}W,baseline,2024-01-12,98,99\n");
    let files = [
        ("dyads.csv", &*dyads),
        ("index.csv", &*index),
        ("part.md", "May we?"),
    ];
    let table = measures(&study, &files);
    insta::assert_snapshot!(shown(
        &table,
        &["unit", "wave", "value", "missing", "age_days"]
    ));
    let unit = &table.units[0];
    assert!(unit.attributes.iter().all(|(_, value)| value.is_err()));
    assert_eq!((unit.age_at_enrolment_days, unit.days_early), (None, None));
    assert!(
        unit.left.is_some() && unit.enrolled.is_some(),
        "that it took part is kept"
    );
}

#[test]
fn a_site_that_changes_its_arm_gives_each_row_the_arm_of_its_day() {
    let table = hostels(
        "D1,b,2024-01-10,2023-12-01,,,,\nD2,b,2024-05-20,2024-05-01,,,,\nD3,b,2024-06-02,2024-05-01,,,,\n",
        "D1,baseline,2024-01-12,98,99\nD1,six-months,2024-07-10,98,99\nD2,baseline,2024-05-31,98,99\n",
    );
    let arms: Vec<&str> = table
        .units
        .iter()
        .filter_map(|unit| unit.arm.as_deref())
        .collect();
    assert_eq!(
        arms,
        ["comparison", "comparison", "intervention"],
        "arms on the day of enrolment"
    );
    insta::assert_snapshot!(shown(
        &table,
        &["unit", "measure", "wave", "date", "arm", "value"]
    ));
}

#[test]
fn what_is_not_yet_due_in_a_running_study_has_no_row() {
    let running = HOSTELS.replace("status = \"completed\"", "status = \"follow-up\"");
    let dyads = format!("{DYAD_HEADINGS}D1,a,2024-01-10,,,,,\nD2,a,2024-07-01,,,,,\n");
    let index =
        format!("{INDEX_HEADINGS}D1,baseline,2024-01-12,98,99\nD2,baseline,2024-09-01,98,99\n");
    let table = measures(&running, &[("dyads.csv", &dyads), ("index.csv", &index)]);
    // The records reach to 2024-09-01: the six months of D1 have passed, those of D2 have not.
    insta::assert_snapshot!(shown(&table, &["unit", "measure", "wave", "missing"]));
}

#[test]
fn what_was_to_come_after_the_end_of_a_study_has_no_row_and_what_was_due_before_has_one() {
    // D2 enrolled so late that the study ended before its window opened; D1 missed the visit.
    let dyads = format!("{DYAD_HEADINGS}D1,a,2024-01-10,,,,,\nD2,a,2024-07-01,,,,,\n");
    let index =
        format!("{INDEX_HEADINGS}D1,baseline,2024-01-12,98,99\nD2,baseline,2024-07-01,98,99\n");
    let of = |study: &str| {
        let table = measures(study, &[("dyads.csv", &dyads), ("index.csv", &index)]);
        let rows = table.rows.iter();
        let later = rows.filter(|row| row.wave.as_deref() == Some("six-months"));
        later
            .filter(|row| *row.measure == *"index.mental")
            .map(|row| table.unit(row).id.to_string())
            .collect::<Vec<_>>()
    };
    let ended = |on: &str| {
        let words = format!("status = \"completed\"\nended = {on}");
        of(&HOSTELS.replace("status = \"completed\"", &words))
    };
    assert_eq!(ended("2024-10-31"), ["D1"]);
    // The window opens 30 days before 31 December.
    assert_eq!(ended("2024-12-01"), ["D1", "D2"]);
    assert_eq!(of(HOSTELS), ["D1", "D2"], "nobody knows when it ended");
}

#[test]
fn the_planned_time_stands_for_a_time_that_is_not_said() {
    let table = hostels("D1,a,2024-01-10,2023-12-01,,,,\n", "D1,six-months,,98,99\n");
    insta::assert_snapshot!(shown(
        &table,
        &["wave", "measure", "date", "days", "months", "age_days"]
    ));
}

#[test]
fn an_unplanned_visit_stands_among_the_others_by_its_time() {
    let table = hostels(
        "D1,a,2024-01-10,2023-12-01,,,,\n",
        "D1,six-months,2024-07-10,98,99\nD1,,2024-03-10,97,98\nD1,baseline,2024-01-12,96,97\n",
    );
    insta::assert_snapshot!(shown(&table, &["measure", "wave", "date", "value"]));
}

const MOOD: &str = r#"
[[instrument]]
id = "mood"
library = "phq-9"
answered-by = "parent"
about = "carer"
waves = ["baseline"]
[[data]]
file = "mood.csv"
kind = "assessments"
instrument = "mood"
columns = { dyad = "code", wave = "wave", date = "date" }
items = { q1 = "1", q2 = "2", q3 = "3", q4 = "4", q5 = "5", q6 = "6", q7 = "7", q8 = "8", q9 = "9" }
missing = { "-99" = "refused" }
"#;

#[test]
fn scores_are_made_from_items_and_a_missing_score_has_a_reason() {
    let dyads = "all,a,2024-01-10,,,,,\nmost,a,2024-01-10,,,,,\nfew,a,2024-01-10,,,,,\nrefused,a,2024-01-10,,,,,\n";
    let dyads = format!("{DYAD_HEADINGS}{dyads}");
    let mood = "code,wave,date,1,2,3,4,5,6,7,8,9\n\
                all,baseline,2024-01-10,1,1,1,1,1,1,1,1,1\n\
                most,baseline,2024-01-10,1,1,1,1,1,1,1,,-99\n\
                few,baseline,2024-01-10,1,1,1,1,,,,,-99\n\
                refused,baseline,2024-01-10,-99,-99,-99,-99,-99,-99,-99,-99,-99\n";
    let files = [
        ("dyads.csv", &*dyads),
        ("index.csv", INDEX_HEADINGS),
        ("mood.csv", mood),
    ];
    let table = measures(&format!("{HOSTELS}{MOOD}"), &files);
    let text = shown(
        &table,
        &["unit", "measure", "value", "missing", "row", "column"],
    );
    let sums: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("mood.total"))
        .collect();
    insta::assert_snapshot!(sums.join("\n"));
}

const ATTENDANCE: &str = r#"
[[data]]
file = "attendance.csv"
kind = "attendance"
columns = { dyad = "code", date = "date", minutes = "minutes" }
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date", site = "site", families = "families" }
measures = { weighed = "weighed" }
"#;

#[test]
fn attendance_counts_from_enrolment_to_each_visit() {
    let dyads = format!(
        "{DYAD_HEADINGS}came,a,2024-01-10,,,,,\nnever,a,2024-01-10,,,,,\nelsewhere,c,2024-01-10,,,,,\n"
    );
    let index = format!(
        "{INDEX_HEADINGS}came,baseline,2024-01-17,98,99\ncame,six-months,2024-07-10,98,99\n"
    );
    // One session before enrolment, one on the day of the first visit, two later, one after the last.
    let attendance = "code,date,minutes\ncame,2024-01-03,30\ncame,2024-01-17,60\ncame,2024-01-24,45\n\
                      came,2024-02-07,\ncame,2024-07-17,30\n";
    let mut sessions = "session,date,site,families,weighed\n".to_owned();
    for (number, day) in ["01-03", "01-17", "01-24", "01-31", "02-07", "07-17"]
        .iter()
        .enumerate()
    {
        let _ = writeln!(sessions, "S{number},2024-{day},a,{},", number + 5);
    }
    let files = [
        ("dyads.csv", &*dyads),
        ("index.csv", &*index),
        ("attendance.csv", attendance),
        ("sessions.csv", &*sessions),
    ];
    let table = measures(&format!("{HOSTELS}{ATTENDANCE}"), &files);
    let attended: Vec<_> = table
        .units
        .iter()
        .map(|unit| unit.sessions_attended)
        .collect();
    assert_eq!(
        attended[..3],
        [Some(4), None, Some(0)],
        "came, elsewhere, never"
    );
    let text = shown(
        &table,
        &[
            "unit", "measure", "wave", "days", "value", "missing", "file", "row",
        ],
    );
    let of_attendance: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("index."))
        .collect();
    insta::assert_snapshot!(of_attendance.join("\n"));
}

#[test]
fn a_study_without_waves_has_attendance_over_the_whole_time() {
    let study = HOSTELS
        .split("[[wave]]")
        .next()
        .expect("a beginning")
        .to_owned()
        + "[[data]]\nfile = \"dyads.csv\"\nkind = \"dyads\"\n\
           columns = { dyad = \"code\", site = \"site\", enrolled = \"enrolled\" }\n\
           [[data]]\nfile = \"attendance.csv\"\nkind = \"attendance\"\n\
           columns = { dyad = \"code\", date = \"date\" }\n";
    let dyads = "code,site,enrolled\nD1,a,2024-01-10\n";
    let attendance = "code,date\nD1,2024-01-03\nD1,2024-01-17\nD1,2024-01-24\n";
    let table = measures(
        &study,
        &[("dyads.csv", dyads), ("attendance.csv", attendance)],
    );
    insta::assert_snapshot!(shown(
        &table,
        &["unit", "measure", "wave", "value", "missing"]
    ));
}

#[test]
fn a_clinic_before_and_after_is_measured_by_session() {
    let study = r#"
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
id = "first"
label = "Before"
when = "during before"
[[wave]]
id = "second"
label = "After"
when = "during after"
[[instrument]]
id = "room"
library = "interaction-ratings"
answered-by = "observer"
about = "session"
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date", families = "families" }
measures = { weighed = "weighed" }
[[data]]
file = "room.csv"
kind = "assessments"
instrument = "room"
columns = { unit = "session", date = "date" }
items = { dyadic-reciprocity = "r" }
"#;
    let sessions = "session,date,families,weighed\nS2,2024-04-10,9,4\nS1,2024-01-10,,3\n";
    let room = "session,date,r\nS1,2024-01-10,3.5\n";
    let table = measures(study, &[("sessions.csv", sessions), ("room.csv", room)]);
    let columns = [
        "unit", "kind", "phase", "wave", "date", "measure", "value", "missing", "row", "column",
    ];
    let text = shown(&table, &columns);
    let lines = text
        .lines()
        .filter(|line| !line.contains("room.") || line.contains("reciprocity"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn codings_of_sessions_become_measures_of_the_session() {
    let study = r#"
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
[[scheme]]
id = "room"
title = "The room"
version = 1
about = "session"
sampling = ["continuous"]
[[scheme.subject]]
id = "carer"
label = "Carer"
kind = "carer"
many = true
[[scheme.subject]]
id = "infant"
label = "Infant"
kind = "infant"
many = true
[[scheme.act]]
id = "speaks"
label = "Speaks to"
definition = "Words meant for somebody."
from = ["carer"]
to = ["own-infant", "other-infant", "other-parent", "group"]
[[scheme.states]]
id = "state"
label = "State"
[[scheme.states.state]]
id = "engaged"
label = "Engaged"
definition = "With a person."
subjects = ["infant"]
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date" }
[[data]]
file = "room.csv"
kind = "codings"
scheme = "room"
columns = { session = "session", coder = "coder", length = "s", subject = "who", behaviour = "what", target = "to", start = "from", stop = "until" }
[[outcome]]
id = "to_infants"
label = "To infants"
measure = "room.to-infants-share"
role = "primary"
better = "higher"
"#;
    let sessions = "session,date\nS1,2024-01-10\nS2,2024-04-10\n";
    // Two families; anna's coding comes first and counts, bea's is there for agreement. Infant 2 is never engaged.
    let room = "session,coder,s,who,what,to,from,until\n\
        S1,anna,120,infant 2,,,,\n\
        S1,anna,120,carer 1,speaks,infant 1,3,\n\
        S1,anna,120,carer 1,speaks,infant 1,9,\n\
        S1,anna,120,carer 1,speaks,carer 2,30,\n\
        S1,anna,120,carer 2,speaks,group,70,\n\
        S1,anna,120,infant 1,engaged,,10,40\n\
        S1,bea,120,carer 1,speaks,infant 1,3,\n";
    let table = measures(study, &[("sessions.csv", sessions), ("room.csv", room)]);
    let rows = shown(
        &table,
        &["unit", "phase", "measure", "value", "missing", "row"],
    );
    let of = |unit: &str, measure: &str| {
        let named = format!(" | room.{measure} | ");
        let line = rows
            .lines()
            .find(|line| line.starts_with(unit) && line.contains(&named));
        line.unwrap_or_else(|| panic!("no {measure} of {unit} in\n{rows}"))
            .to_owned()
    };
    for (measure, value) in [
        ("density", "0.16666666666666666"),
        ("to-infants-share", "0.5"),
        ("across-family-share", "0.3333333333333333"),
        ("infants-addressed", "0.5"),
        ("isolates", "1"),
        ("acts-per-minute", "2"),
        ("speaks-per-minute", "2"),
        ("engaged-share", "0.125"),
    ] {
        let line = of("S1", measure);
        assert!(line.contains(&format!(" | {value} | ")), "{line}");
        assert!(
            of("S2", measure).contains("not done"),
            "a session that nobody coded is not zero"
        );
    }
}

#[test]
fn a_study_without_dates_is_measured_by_time_since_enrolment() {
    let study = HOSTELS
        .replace("enrolled = \"enrolled\", born = \"born\", due = \"due\", left = \"left\", withdrew = \"withdrew\"", "age-at-enrolment = { column = \"weeks\", unit = \"weeks\" }")
        .replace("attributes = { mother_age = \"age\" }\n", "")
        .replace("wave = \"wave\", date = \"date\"", "time = { column = \"months\", unit = \"months\" }");
    let dyads = "code,site,weeks\nD1,a,8\n";
    let index = "code,months,mdi,pdi\nD1,0,98,99\nD1,6.5,97,98\n";
    let table = measures(&study, &[("dyads.csv", dyads), ("index.csv", index)]);
    insta::assert_snapshot!(shown(
        &table,
        &[
            "measure",
            "wave",
            "date",
            "days",
            "months",
            "age_days",
            "corrected_age_days",
            "value"
        ]
    ));
}

#[test]
fn the_fingerprint_follows_the_data() {
    let of = |score: &str| {
        let index = format!("D1,baseline,2024-01-12,{score},99\n");
        hostels("D1,a,2024-01-10,,,,,\n", &index).data_fingerprint
    };
    assert_eq!(of("98"), of("98"));
    assert_ne!(of("98"), of("97"));
    assert_eq!(of("98").len(), 64);
}

/// A file as large as those of a national programme: 33,000 families with three visits.
#[test]
fn a_hundred_thousand_rows_keep_their_order() {
    let mut dyads = DYAD_HEADINGS.to_owned();
    let mut index = "code,wave,date,mdi\n".to_owned();
    let study = HOSTELS.replace("mental = \"mdi\", motor = \"pdi\"", "mental = \"mdi\"");
    for number in 0..33_000 {
        let code = format!("D{:05}", (number * 7) % 33_000);
        let _ = writeln!(
            dyads,
            "{code},{},2024-01-10,2023-12-01,,,,24",
            ["a", "b", "c"][number % 3]
        );
        for (wave, date) in [("baseline", "2024-01-12"), ("six-months", "2024-07-10")] {
            let _ = writeln!(index, "{code},{wave},{date},{}", 60 + number % 80);
        }
    }
    let table = measures(&study, &[("dyads.csv", &dyads), ("index.csv", &index)]);
    assert_eq!(table.rows.len(), 33_000 * 2 * 2, "two scores at two waves");
    let is_ordered = table.rows.windows(2).all(|pair| {
        let key = |row: &attune_measures::measures::Measure| (row.unit, row.measure.clone());
        key(&pair[0]) < key(&pair[1])
            || (key(&pair[0]) == key(&pair[1]) && pair[0].days < pair[1].days)
    });
    assert!(is_ordered, "unit, measure, time");
}
