//! Every kind of wrong input with the message that people get. Each case changes one file of the
//! study; the snapshots show the change and what is told.

use crate::study::{DATA, files, protocol, read_bytes, told};

/// One case: its name, the file, what is replaced in it, and by what.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// All files with one change.
fn changed((name, file, from, to): &Case) -> Vec<(&'static str, Vec<u8>)> {
    let files = files().into_iter().map(|(one, text)| {
        if one != *file {
            return (one, text.as_bytes().to_vec());
        }
        assert!(text.contains(from), "{name}: {from} is not in {file}");
        (one, text.replacen(from, to, 1).into_bytes())
    });
    files.collect()
}

fn check(group: &str, data: &str, cases: &[Case]) {
    let protocol = protocol(data);
    let mut text = String::new();
    for case in cases {
        let (name, file, from, to) = case;
        let told = told(read_bytes(&protocol, changed(case)));
        text += &format!("## {name}\n{file}: {from:?} -> {to:?}\n\n{told}\n\n");
    }
    insta::assert_snapshot!(group, text);
}

#[test]
fn files_without_a_fault_are_read_in_silence() {
    let all = files()
        .into_iter()
        .map(|(name, text)| (name, text.as_bytes().to_vec()));
    assert_eq!(told(read_bytes(&protocol(DATA), all)), "nothing to say");
}

#[test]
fn faults_of_columns_are_told() {
    check(
        "columns",
        DATA,
        &[
            ("a heading with a slip", "index.csv", "mdi", "mid"),
            (
                "two missing columns at once",
                "dyads.csv",
                "code,hostel",
                "id,house",
            ),
            ("a heading twice", "index.csv", "by,mdi", "mdi,mdi"),
            (
                "columns that nobody mentions",
                "mood.csv",
                "q4\n",
                "q4,notes,\n",
            ),
            ("too many cells", "index.csv", "98,101", "98,101,7"),
            ("too few cells", "index.csv", "anna,98,101", "anna,98"),
            (
                "an open quotation mark",
                "index.csv",
                "anna,98",
                "\"anna,98",
            ),
        ],
    );
}

#[test]
fn faults_of_numbers_are_told() {
    check(
        "numbers",
        DATA,
        &[
            (
                "out of the instrument's range",
                "index.csv",
                "98,101",
                "198,101",
            ),
            ("not one of the options", "mood.csv", "0,1,2,3", "0,1,2,4"),
            ("text", "index.csv", "98,101", "ninety,101"),
            (
                "quoted decimal comma",
                "index.csv",
                "98,101",
                "\"98,5\",101",
            ),
            ("too many decimals", "index.csv", "98,101", "98.25,101"),
            ("an undeclared code", "index.csv", "98,101", "-77,101"),
            ("an undeclared word", "index.csv", "98,101", "n/a,101"),
            ("a code among options", "mood.csv", "0,1,2,3", "0,1,2,9"),
            ("a code without bounds", "dyads.csv", "2900", "9999"),
            ("a failed formula", "index.csv", "98,101", "#DIV/0!,101"),
            ("a date", "index.csv", "98,101", "2024-01-02,101"),
            (
                "out of the attribute's range",
                "dyads.csv",
                "24,2900",
                "240,2900",
            ),
            ("negative minutes", "attendance.csv", "60", "-60"),
            (
                "half a family",
                "sessions.csv",
                "hostel-a,7",
                "hostel-a,7.5",
            ),
        ],
    );
}

#[test]
fn faults_of_dates_are_told() {
    check(
        "dates",
        DATA,
        &[
            (
                "a day that does not exist",
                "index.csv",
                "2024-01-12",
                "2024-02-30",
            ),
            ("a year far away", "index.csv", "2024-01-12", "0204-01-12"),
            ("ambiguous", "index.csv", "2024-01-12", "12/01/2024"),
            (
                "day first, as another cell shows",
                "attendance.csv",
                "2024-01-17,60\nD1,2024-01-24",
                "17/01/2024,60\nD1,24/01/2024",
            ),
            (
                "both orders",
                "attendance.csv",
                "2024-01-17,60\nD1,2024-01-24",
                "17/01/2024,60\nD1,01/24/2024",
            ),
            (
                "two digits for the year",
                "index.csv",
                "2024-01-12",
                "12/01/24",
            ),
            ("words", "index.csv", "2024-01-12", "in January"),
            ("an undeclared code", "index.csv", "2024-01-12", "-88"),
            ("no date", "index.csv", "2024-01-12", ""),
            ("no date of a session", "sessions.csv", "2024-01-17", ""),
        ],
    );
}

#[test]
fn faults_of_ids_are_told() {
    check(
        "ids",
        DATA,
        &[
            ("unknown dyad", "index.csv", "D1,six", "X9,six"),
            (
                "a code with other letters",
                "index.csv",
                "D1,six",
                "d-1,six",
            ),
            ("no code", "index.csv", "D1,six", ",six"),
            ("unknown site", "dyads.csv", "hostel-b", "hostel-x"),
            ("a site by its label", "dyads.csv", "hostel-b", "Hostel B"),
            ("no site", "dyads.csv", "hostel-b", ""),
            ("unknown wave", "index.csv", "six-months", "six-month"),
            ("quite another wave", "index.csv", "six-months", "final"),
            ("unknown level", "dyads.csv", "girl", "Girl"),
            ("unknown dyad in attendance", "attendance.csv", "D2", "D9"),
            ("duplicate dyad", "dyads.csv", "D2", "D1"),
            (
                "duplicate visit",
                "index.csv",
                "D1,six-months,2024-07-10",
                "D1,baseline,2024-01-13",
            ),
            ("duplicate session", "sessions.csv", "S2", "S1"),
            (
                "duplicate attendance",
                "attendance.csv",
                "2024-01-24",
                "2024-01-17",
            ),
        ],
    );
}

#[test]
fn faults_of_time_are_told() {
    check(
        "times",
        DATA,
        &[
            (
                "visit before birth",
                "index.csv",
                "2024-01-12",
                "2023-11-30",
            ),
            (
                "visit before enrolment",
                "index.csv",
                "2024-01-12",
                "2023-12-12",
            ),
            (
                "outside its window",
                "index.csv",
                "2024-07-10",
                "2024-09-10",
            ),
            (
                "after leaving",
                "index.csv",
                "D2,baseline,2024-02-01",
                "D2,six-months,2024-08-01",
            ),
            (
                "after withdrawing consent",
                "index.csv",
                "D3,baseline,2024-01-20",
                "D3,six-months,2024-07-20",
            ),
            (
                "attendance after leaving",
                "attendance.csv",
                "D2,2024-02-07",
                "D2,2024-06-07",
            ),
            (
                "outside the study",
                "sessions.csv",
                "2024-01-24",
                "2034-01-24",
            ),
            (
                "no wave to be found",
                "mood.csv",
                "D1,2024-01-12",
                "D1,2024-03-20",
            ),
            ("neither wave nor date", "mood.csv", "D1,2024-01-12", "D1,"),
            (
                "a visit that was not planned",
                "index.csv",
                "D1,six-months",
                "D1,",
            ),
            ("born far from due", "dyads.csv", "2023-12-20", "2024-12-20"),
            (
                "left before enrolment",
                "dyads.csv",
                "2024-05-01",
                "2023-05-01",
            ),
        ],
    );
}

#[test]
fn an_instrument_at_a_wave_where_it_is_not_planned_is_told() {
    let data = DATA.replace(
        "columns = { dyad = \"code\", date = \"date\" }",
        "columns = { dyad = \"code\", wave = \"wave\", date = \"date\" }",
    );
    let mood = (
        "mood.csv",
        "code,wave,date,q1,q2,q3,q4\nD1,six-months,2024-07-10,0,0,0,0\n",
    );
    let mut files: Vec<_> = files()
        .into_iter()
        .filter(|(name, _)| *name != "mood.csv")
        .collect();
    files.push(mood);
    let files = files
        .into_iter()
        .map(|(name, text)| (name, text.as_bytes().to_vec()));
    insta::assert_snapshot!(told(read_bytes(&protocol(&data), files)));
}

/// Files that are broken as a whole.
#[test]
fn faults_of_whole_files_are_told() {
    let protocol = protocol(DATA);
    let mut text = String::new();
    for (name, file, bytes) in [
        ("missing file", "index.csv", None),
        (
            "missing file of dyads, and nothing about unknown dyads",
            "dyads.csv",
            None,
        ),
        ("empty", "index.csv", Some(b"".to_vec())),
        (
            "white space alone",
            "index.csv",
            Some(b" \r\n\r\n".to_vec()),
        ),
        (
            "headings alone",
            "attendance.csv",
            Some(b"code,date,minutes\n".to_vec()),
        ),
        (
            "not a text",
            "index.csv",
            Some(vec![0xFF, 0x00, 0x01, 0x02, 0x00, 0x00]),
        ),
        (
            "a workbook named .csv",
            "index.csv",
            Some(b"PK\x03\x04....".to_vec()),
        ),
        (
            "an old workbook",
            "index.csv",
            Some(vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]),
        ),
        (
            "Windows-1252",
            "index.csv",
            Some(b"code,wave,date,by,mdi,pdi\nD1,baseline,2024-01-12,Zo\xEB,98,101\n".to_vec()),
        ),
    ] {
        let files = files()
            .into_iter()
            .filter_map(|(one, text)| match (one == file, &bytes) {
                (false, _) => Some((one, text.as_bytes().to_vec())),
                (true, bytes) => Some((one, bytes.clone()?)),
            });
        let told = told(read_bytes(&protocol, files));
        text += &format!("## {name}\n{file}\n\n{told}\n\n");
    }
    insta::assert_snapshot!("whole_files", text);
}

#[test]
fn many_problems_come_at_once_and_a_long_list_is_cut() {
    let mut index = String::from("code,wave,date,by,mdi,pdi\n");
    for number in 1..=70 {
        index += &format!("X{number},baseline,2024-01-12,anna,98,900\n");
    }
    let files = files().into_iter().map(|(name, text)| match name {
        "index.csv" => (name, index.clone().into_bytes()),
        "mood.csv" => (name, text.replace(",3\n", ",5\n").into_bytes()),
        _ => (name, text.as_bytes().to_vec()),
    });
    let problems = read_bytes(&protocol(DATA), files).expect_err("wrong");
    insta::assert_snapshot!(problems.rendered());
    assert_eq!(
        problems.problems.len(),
        70 + 70 + 1,
        "none is left out of the JSON form"
    );
}

#[test]
fn the_json_form_has_place_kind_message_and_remedy() {
    let case = ("", "index.csv", "D1,six", "d1,six");
    let problems = read_bytes(&protocol(DATA), changed(&case)).expect_err("wrong");
    insta::assert_snapshot!(serde_json::to_string_pretty(&problems).expect("JSON"));
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let case = ("", "index.csv", "98,101", "\"\u{1b}[31m9\n8\",101");
    let told = told(read_bytes(&protocol(DATA), changed(&case)));
    assert!(
        told.contains("�[31m9␣8") && !told.contains('\u{1b}'),
        "{told}"
    );
}

#[test]
fn records_that_the_study_promised_to_erase_are_told() {
    let consent = "[[consent]]\nid = \"part\"\nlabel = \"Taking part\"\nneeded-to-take-part = true\n\
                   withdrawal = { records = \"erase\", media = \"delete\" }\n\
                   [[consent.text]]\nversion = \"1\"\nfile = \"part.md\"\n";
    let protocol = protocol(&format!("{DATA}{consent}"));
    let files = files()
        .into_iter()
        .map(|(name, text)| (name, text.as_bytes().to_vec()));
    insta::assert_snapshot!(told(read_bytes(&protocol, files)));
}

#[test]
fn random_damage_of_a_text_never_stops_the_program() {
    let protocol = protocol(DATA);
    // A fixed walk over the bytes: the same damage in every run.
    let mut state = 1_u64;
    for _ in 0..150 {
        let damaged = files().into_iter().map(|(name, text)| {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let place = (state >> 33) as usize % bytes.len();
                bytes[place] = (state >> 25) as u8;
            }
            (name, bytes)
        });
        let damaged: Vec<_> = damaged.collect();
        let _ = told(read_bytes(&protocol, damaged));
    }
}
