//! Codings of dyads as measures, with numbers worked by hand.

use std::fmt::Write as _;

use attune_measures::Measures;
use attune_protocol::missing::Missing;

use crate::study;

const STUDY: &str = r#"
format = 1
[study]
id = "play"
title = "Play before and after"
allocation = "none"
status = "completed"
[[site]]
id = "home"
label = "At home"
[[wave]]
id = "first"
label = "First visit"
when = "at enrolment"
[[wave]]
id = "second"
label = "Second visit"
when = "6 months after enrolment"
[[scheme]]
id = "play"
title = "Five minutes of play"
version = 1
about = "dyad"
sampling = ["continuous"]
[[scheme.subject]]
id = "infant"
label = "Infant"
kind = "infant"
[[scheme.subject]]
id = "carer"
label = "Carer"
kind = "carer"
[[scheme.states]]
id = "gaze"
label = "Gaze"
exhaustive = true
[[scheme.states.state]]
id = "face"
label = "At the face"
definition = "Looks at the face."
subjects = ["infant"]
[[scheme.states.state]]
id = "away"
label = "Away"
definition = "Looks elsewhere."
subjects = ["infant"]
[[scheme.point]]
id = "vocal"
label = "Vocalises"
definition = "A sound that is no cry."
subjects = ["infant"]
[[scheme.point]]
id = "talk"
label = "Talks"
definition = "An utterance to the infant."
subjects = ["carer"]
[[scheme.span]]
id = "still"
label = "Still face"
definition = "The carer keeps still."
[[scheme.rating]]
id = "warmth"
label = "Warmth"
definition = "Overall."
minimum = 1
maximum = 5
step = 0.5
may-be-not-codable = true
[[scheme.rating]]
id = "intrusion"
label = "Intrusion"
definition = "Overall."
minimum = 1
maximum = 5
[[scheme.composite]]
id = "sensitivity"
label = "Sensitivity"
of = ["warmth", "intrusion"]
reversed = ["intrusion"]
MEASURES
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "dyad", enrolled = "enrolled" }
[[data]]
file = "play.csv"
kind = "codings"
scheme = "play"
columns = { dyad = "dyad", wave = "visit", coder = "coder", length = "s", subject = "who", behaviour = "what", start = "from", stop = "until", value = "rating" }
[[outcome]]
id = "at_face"
label = "Looks at the face"
measure = "play.face-share"
role = "primary"
better = "higher"
"#;

const DECLARED: &str = r#"
[[scheme.measure]]
id = "n-vocal"
label = "Vocalisations"
kind = "count"
behaviour = "vocal"
[[scheme.measure]]
id = "vocal-still"
label = "Vocalisations a minute while the carer keeps still"
kind = "rate"
behaviour = "vocal"
during = "still"
[[scheme.measure]]
id = "vocal-first-half"
label = "Vocalisations in the first half"
kind = "count"
behaviour = "vocal"
until-seconds = 50
[[scheme.measure]]
id = "face-seconds"
label = "Seconds at the face"
kind = "duration"
behaviour = "face"
[[scheme.measure]]
id = "face-length"
label = "Mean length"
kind = "mean-length"
behaviour = "face"
[[scheme.measure]]
id = "face-gap"
label = "Mean gap"
kind = "gap"
behaviour = "face"
[[scheme.measure]]
id = "to-vocal"
label = "Time to the first vocalisation"
kind = "latency"
behaviour = "vocal"
within-seconds = 80
[[scheme.measure]]
id = "talks-soon"
label = "Talks within 20 seconds"
kind = "occurs"
behaviour = "talk"
within-seconds = 20
[[scheme.measure]]
id = "answered"
label = "Vocalisations answered"
kind = "contingency"
behaviour = "vocal"
answer = "talk"
within-seconds = 3
statistic = "answered"
[[scheme.measure]]
id = "contingent"
label = "Vocalisations answered more than by chance"
kind = "contingency"
behaviour = "vocal"
answer = "talk"
within-seconds = 3
[[scheme.measure]]
id = "vocal-then-talk"
label = "Talk follows a vocalisation"
kind = "transition"
behaviour = "vocal"
answer = "talk"
among = ["vocal", "talk"]
statistic = "probability"
[[scheme.measure]]
id = "vocal-then-talk-odds"
label = "Talk follows a vocalisation, log odds"
kind = "transition"
behaviour = "vocal"
answer = "talk"
among = ["vocal", "talk"]
"#;

/// D1 at the first visit: 100 seconds, coded by two; at the second 60 seconds without a sound. D2 once.
const CODINGS: &str = "dyad,visit,coder,s,who,what,from,until,rating\n\
    D1,first,anna,100,infant,face,0,10,\n\
    D1,first,anna,100,infant,away,10,30,\n\
    D1,first,anna,100,infant,face,30,60,\n\
    D1,first,anna,100,infant,away,60,100,\n\
    D1,first,anna,100,infant,vocal,10,,\n\
    D1,first,anna,100,infant,vocal,20,,\n\
    D1,first,anna,100,infant,vocal,60,,\n\
    D1,first,anna,100,carer,talk,12,,\n\
    D1,first,anna,100,carer,talk,61,,\n\
    D1,first,anna,100,carer,talk,90,,\n\
    D1,first,anna,100,carer,still,50,80,\n\
    D1,first,anna,100,,warmth,,,4.5\n\
    D1,first,anna,100,,intrusion,,,2\n\
    D1,first,bea,100,infant,face,0,100,\n\
    D1,second,anna,60,infant,away,0,60,\n\
    D1,second,anna,60,,warmth,,,\n\
    D1,second,anna,60,,intrusion,,,3\n\
    D2,first,anna,100,infant,away,0,100,\n";

fn measures(declared: &str, codings: &str) -> Measures {
    let study = STUDY.replace("MEASURES", declared);
    let dyads = "dyad,enrolled\nD1,2024-01-10\nD2,2024-01-10\n";
    study::measures(&study, &[("dyads.csv", dyads), ("play.csv", codings)])
}

/// The value of a measure of a dyad at a wave.
fn value(table: &Measures, unit: &str, wave: &str, measure: &str) -> Result<f64, Missing> {
    let mut rows = table.rows.iter().filter(|row| {
        *table.unit(row).id == *unit
            && row.wave.as_deref() == Some(wave)
            && *row.measure == *format!("play.{measure}")
    });
    let row = rows
        .next()
        .unwrap_or_else(|| panic!("no {measure} of {unit} at {wave}"));
    assert!(
        rows.next().is_none(),
        "{measure} of {unit} at {wave} stands twice"
    );
    row.value
}

#[test]
fn codings_of_dyads_become_measures_at_their_visits() {
    let table = measures("", CODINGS);
    let of = |unit, wave, measure| value(&table, unit, wave, measure);
    assert_eq!(
        of("D1", "first", "face-share"),
        Ok(0.4),
        "anna's coding comes first"
    );
    let rate = of("D1", "first", "vocal-per-minute").expect("three in 100 seconds");
    assert!((rate - 1.8).abs() < 1e-12, "{rate}");
    assert_eq!(of("D1", "second", "face-share"), Ok(0.0));
    assert_eq!(of("D2", "first", "vocal-per-minute"), Ok(0.0));
    assert_eq!(of("D2", "second", "face-share"), Err(Missing::NotDone));
}

#[test]
fn ratings_and_composites_know_what_could_not_be_coded() {
    let table = measures("", CODINGS);
    let of = |unit, wave, measure| value(&table, unit, wave, measure);
    assert_eq!(of("D1", "first", "warmth"), Ok(4.5));
    // (4.5 + (1 + 5 − 2)) / 2.
    assert_eq!(of("D1", "first", "sensitivity"), Ok(4.25));
    assert_eq!(of("D1", "second", "warmth"), Err(Missing::NotApplicable));
    assert_eq!(of("D1", "second", "intrusion"), Ok(3.0));
    assert_eq!(
        of("D1", "second", "sensitivity"),
        Err(Missing::TooFewAnswered)
    );
    assert_eq!(of("D2", "first", "warmth"), Err(Missing::NotRecorded));
}

#[test]
fn declared_measures_come_out_as_worked_by_hand() {
    let table = measures(DECLARED, CODINGS);
    let expected = [
        ("n-vocal", 3.0),
        // One sound in the 30 seconds of the still face.
        ("vocal-still", 2.0),
        ("vocal-first-half", 2.0),
        ("face-seconds", 40.0),
        ("face-length", 20.0),
        ("face-gap", 20.0),
        ("to-vocal", 10.0),
        ("talks-soon", 1.0),
        // Sounds at 10, 20 and 60; answers at 12 and 61.
        ("answered", 2.0 / 3.0),
        // 9 to 12, 58 to 61 and 87 to 90: 9 of 100 seconds lie before an answer.
        ("contingent", 2.0 / 3.0 - 0.09),
        // vocal talk vocal vocal talk talk: of three sounds two are followed by talk.
        ("vocal-then-talk", 2.0 / 3.0),
        // Followers: vocal→talk 2, vocal→vocal 1, talk→talk 1, talk→vocal 1; halves added.
        ("vocal-then-talk-odds", (2.5_f64 * 1.5 / (1.5 * 1.5)).ln()),
    ];
    let mut wrong = String::new();
    for (measure, expected) in expected {
        let found = value(&table, "D1", "first", measure);
        if !found.is_ok_and(|found| (found - expected).abs() < 1e-12) {
            let _ = writeln!(wrong, "{measure}: {found:?}, worked by hand {expected}");
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn what_was_not_watched_long_enough_is_not_known() {
    let table = measures(DECLARED, CODINGS);
    // 100 seconds without a sound: later than 80. 60 seconds without one: not known.
    assert_eq!(value(&table, "D2", "first", "to-vocal"), Ok(80.0));
    assert_eq!(
        value(&table, "D1", "second", "to-vocal"),
        Err(Missing::NotDone)
    );
    assert_eq!(value(&table, "D2", "first", "talks-soon"), Ok(0.0));
    // Nobody kept still, nothing to answer, no bout with a length.
    for measure in ["vocal-still", "answered", "face-length", "vocal-then-talk"] {
        assert_eq!(
            value(&table, "D2", "first", measure),
            Err(Missing::NotApplicable),
            "{measure}"
        );
    }
}
