//! Files of consents: what is read, and what is told.

use attune_records::records::ConsentAnswer;

use crate::study::{DATA, files, protocol, read, told};

const CONSENTS: &str = r#"
[[data]]
file = "consents.csv"
kind = "consents"
columns = { dyad = "code", purpose = "what", answer = "said", date = "day", version = "text" }
recode = { answer = { yes = "given", no = "refused" } }

[[consent]]
id = "participation"
label = "Taking part"
needed-to-take-part = true
withdrawal = { records = "leave-out", media = "delete" }
[[consent.text]]
version = "1"
file = "taking-part.md"

[[consent]]
id = "video"
label = "Being filmed"
withdrawal = { records = "keep", media = "delete" }
[[consent.text]]
version = "1"
file = "video.md"
"#;

const SOUND: &str = "code,what,said,day,text\n\
     D1,participation,yes,2024-01-10,1\n\
     D1,video,yes,2024-01-10,1\n\
     D1,video,withdrawn,2024-03-01,\n\
     D2,participation,yes,2024-02-01,\n\
     D2,video,no,2024-02-01,1\n\
     D3,participation,yes,,0.9\n\
     D3,video,,,\n";

fn with(consents: &str) -> Vec<(&str, &str)> {
    let mut all: Vec<(&str, &str)> = files();
    all.push(("consents.csv", consents));
    all
}

#[test]
fn answers_are_read_in_the_order_in_which_they_were_given() {
    let protocol = protocol(&format!("{DATA}{CONSENTS}"));
    let (records, warnings) = read(&protocol, &with(SOUND)).unwrap_or_else(|p| panic!("{p}"));
    assert!(warnings.is_empty(), "{}", warnings.rendered());
    let told: Vec<String> = records
        .consents
        .iter()
        .map(|one| {
            let day = one.date.map_or_else(String::new, |day| day.to_string());
            format!(
                "{} {} {:?} {day} {}",
                one.dyad,
                one.purpose,
                one.answer,
                one.version.as_deref().unwrap_or("?")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "D1 participation Given 2024-01-10 1",
            "D1 video Given 2024-01-10 1",
            "D1 video Withdrawn 2024-03-01 ?",
            "D2 participation Given 2024-02-01 ?",
            "D2 video Refused 2024-02-01 1",
            "D3 participation Given  0.9",
        ]
    );
    // Video is no condition of taking part: the family stays.
    assert!(records.dyads[0].left.is_none());
}

#[test]
fn whoever_takes_back_taking_part_has_left_also_where_the_file_of_dyads_does_not_say_so() {
    let protocol = protocol(&format!("{DATA}{CONSENTS}"));
    let text = format!("{SOUND}D1,participation,withdrawn,2024-08-01,\n");
    let (records, _) = read(&protocol, &with(&text)).unwrap_or_else(|p| panic!("{p}"));
    let left = records.dyads[0].left.as_ref().expect("has left");
    assert!(left.withdrew_consent);
    assert_eq!(left.date, Some(jiff::civil::date(2024, 8, 1)));
    // Asked again, the family came back.
    let text = format!("{text}D1,participation,yes,2024-09-01,1\n");
    let (records, _) = read(&protocol, &with(&text)).unwrap_or_else(|p| panic!("{p}"));
    assert!(records.dyads[0].left.is_none());
    assert_eq!(records.consents[1].answer, ConsentAnswer::Withdrawn);
}

#[test]
fn wrong_answers_are_told_all_at_once() {
    let protocol = protocol(&format!("{DATA}{CONSENTS}"));
    let text = "code,what,said,day,text\n\
         D1,participation,no,2024-01-10,1\n\
         D1,film,yes,2024-01-10,1\n\
         D1,video,perhaps,2024-01-10,1\n\
         D1,video,withdrawn,,1\n\
         D2,participation,yes,2024-02-01,1\n\
         D2,participation,yes,2024-02-01,1\n\
         D9,participation,yes,2024-02-01,1\n";
    insta::assert_snapshot!("consents", told(read(&protocol, &with(text))));
}
