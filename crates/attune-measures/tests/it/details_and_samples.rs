//! Measures of details and of samples of time, worked by hand, and sessions that were filmed in two clips.

use attune_measures::Measures;
use attune_protocol::missing::Missing;
use proptest::prelude::*;

use crate::study;

const STUDY: &str = r#"
format = 1
[study]
id = "room"
title = "The room"
allocation = "none"
status = "completed"
[[site]]
id = "clinic"
label = "Clinic"
[[outcome]]
id = "held"
label = "Held"
measure = "room.held-share"
role = "primary"
better = "higher"
[[scheme]]
id = "room"
title = "The room"
version = 1
about = "session"
sampling = [SAMPLING]
subject = [{ id = "carer", label = "Carer", kind = "carer", many = true }, { id = "infant", label = "Infant", kind = "infant", many = true }]
act = [{ id = "speaks", label = "Speaks", definition = "Words.", from = ["carer"], to = ["own-infant", "other-infant", "group"], modifiers = [{ id = "tone", label = "Tone", one-of = ["warm", "flat"] }, { id = "loudness", label = "Loudness", minimum = 0, maximum = 5 }] }]
states = [{ id = "place", label = "Place", state = [{ id = "held", label = "Held", definition = "In arms.", subjects = ["infant"] }, { id = "floor", label = "On the floor", definition = "On the mat.", subjects = ["infant"] }] }]
measure = [MEASURES]
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date" }
[[data]]
file = "room.csv"
kind = "codings"
scheme = "room"
columns = { session = "session", recording = "clip", recording-begins = "at", coder = "coder", length = "length", COLUMNSsubject = "who", behaviour = "what", target = "whom", start = "start", stop = "stop" }
modifiers = { tone = "tone", loudness = "loudness" }
"#;

const HEADINGS: &str =
    "session,clip,at,coder,length,sample,who,what,whom,start,stop,tone,loudness\n";

fn measures(sampling: &str, declared: &str, rows: &str) -> Measures {
    let is_sampled = sampling.contains("seconds");
    let columns = if is_sampled {
        "sample = \"sample\", "
    } else {
        ""
    };
    let study = STUDY
        .replace("SAMPLING", sampling)
        .replace("MEASURES", declared)
        .replace("COLUMNS", columns);
    let rows = format!("{HEADINGS}{rows}");
    let sessions = "session,date\nS1,2024-01-17\n";
    study::measures(&study, &[("sessions.csv", sessions), ("room.csv", &rows)])
}

fn value(table: &Measures, measure: &str) -> Result<f64, Missing> {
    let name = format!("room.{measure}");
    let mut rows = table.rows.iter().filter(|row| *row.measure == *name);
    rows.next().unwrap_or_else(|| panic!("no {measure}")).value
}

const BY_DETAIL: &str = r#"{ id = "warm", label = "Warm words", kind = "rate", behaviour = "speaks", with = { tone = "warm" } }, { id = "loud", label = "Loud words", kind = "count", behaviour = "speaks", with = { loudness = "3 to 5" } }"#;

#[test]
fn a_declared_measure_may_ask_for_a_detail() {
    let rows = "S1,,,ann,60,,carer 1,speaks,infant 1,1,,warm,3\n\
                S1,,,ann,60,,carer 1,speaks,infant 1,2,,flat,5\n\
                S1,,,ann,60,,carer 2,speaks,group,3,,warm,2.5\n";
    let table = measures("\"continuous\"", BY_DETAIL, rows);
    assert_eq!(value(&table, "warm"), Ok(2.0));
    assert_eq!(value(&table, "loud"), Ok(2.0));
    assert_eq!(value(&table, "speaks-per-minute"), Ok(3.0));
}

#[test]
fn where_a_detail_was_not_said_the_measure_is_not_known() {
    let rows = "S1,,,ann,60,,carer 1,speaks,infant 1,1,,warm,3\n\
                S1,,,ann,60,,carer 1,speaks,infant 1,2,,flat,\n";
    let table = measures("\"continuous\"", BY_DETAIL, rows);
    assert_eq!(value(&table, "warm"), Ok(1.0));
    assert_eq!(value(&table, "loud"), Err(Missing::NotRecorded));
}

const SCAN: &str = "{ kind = \"scan\", seconds = 10 }";

#[test]
fn shares_of_samples_count_answered_samples_alone() {
    // 65 seconds: six scans; the third could not be coded, the sixth nobody answered.
    let rows = "S1,,,ann,65,1,infant 1,held,,,,,\n\
                S1,,,ann,65,1,infant 2,floor,,,,,\n\
                S1,,,ann,65,2,infant 1,held,,,,,\n\
                S1,,,ann,65,2,carer 1,speaks,infant 1,,,warm,3\n\
                S1,,,ann,65,3,,not-codable,,,,,\n\
                S1,,,ann,65,4,,,,,,,\n\
                S1,,,ann,65,5,infant 2,held,,,,,\n";
    let table = measures(SCAN, "", rows);
    // Of two infants and four scans each: 2 of 4 and 1 of 4.
    assert_eq!(value(&table, "held-sample-share"), Ok(3.0 / 8.0));
    assert_eq!(value(&table, "held-share"), Ok(3.0 / 8.0));
    assert_eq!(value(&table, "speaks-sample-share"), Ok(1.0 / 4.0));
    assert_eq!(
        value(&table, "acts-per-minute"),
        Err(Missing::NotApplicable)
    );
    assert!(
        table
            .rows
            .iter()
            .all(|row| &*row.measure != "room.speaks-per-minute")
    );
}

#[test]
fn whoever_could_not_be_seen_is_missing_in_that_sample_and_nobody_else_is() {
    let rows = "S1,,,ann,40,1,infant 1,held,,,,,\n\
                S1,,,ann,40,1,infant 2,not-codable,,,,,\n\
                S1,,,ann,40,2,infant 1,held,,,,,\n\
                S1,,,ann,40,2,infant 2,held,,,,,\n\
                S1,,,ann,40,3,infant 2,,,,,,\n\
                S1,,,ann,40,4,infant 2,not-codable,,,,,\n";
    let table = measures(SCAN, "", rows);
    // Infant 1 in 2 of 4, infant 2 in 1 of the 2 in which it was seen.
    assert_eq!(value(&table, "held-sample-share"), Ok(0.5));
    let all_rows = rows.replace("infant 2,not-codable", "infant 2,");
    let as_nothing = measures(SCAN, "", &all_rows);
    assert_eq!(value(&as_nothing, "held-sample-share"), Ok(3.0 / 8.0));
    let as_nobody = rows.replace("infant 2,not-codable", ",not-codable");
    let as_nobody = as_nobody.replace("1,infant 1,held,,,,,\nS1,,,ann,40,1", "1");
    let as_nobody = measures(SCAN, "", &as_nobody);
    assert_eq!(
        value(&as_nobody, "held-sample-share"),
        Ok(0.5),
        "two samples, two infants, held in two of four"
    );
}

#[test]
fn who_was_seen_in_no_sample_has_no_share_and_leaves_the_sociogram_unknown() {
    let rows = "S1,,,ann,20,1,infant 1,held,,,,,\n\
                S1,,,ann,20,1,infant 2,not-codable,,,,,\n\
                S1,,,ann,20,1,carer 1,speaks,infant 1,,,warm,3\n\
                S1,,,ann,20,2,infant 2,not-codable,,,,,\n";
    let table = measures(SCAN, "", rows);
    assert_eq!(value(&table, "held-sample-share"), Ok(0.5));
    assert_eq!(value(&table, "isolates"), Err(Missing::NotRecorded));
    let seen_once = format!("{rows}S1,,,ann,30,3,infant 2,,,,,,\n").replace("ann,20", "ann,30");
    let table = measures(SCAN, "", &seen_once);
    assert_eq!(value(&table, "isolates"), Ok(1.0), "infant 2, who was seen");
}

#[test]
fn what_lasted_whole_intervals_has_a_share_of_its_own() {
    let whole =
        "{ kind = \"interval\", seconds = 10 }, { kind = \"whole-interval\", seconds = 10 }";
    let declared = r#"{ id = "held-all-along", label = "Held all along", kind = "whole-interval-share", behaviour = "held", until-seconds = 20 }"#;
    let rows = "S1,,,ann,40,interval 1,infant 1,held,,,,,\n\
                S1,,,ann,40,interval 2,infant 1,held,,,,,\n\
                S1,,,ann,40,interval 3,infant 1,held,,,,,\n\
                S1,,,ann,40,interval 4,infant 1,,,,,,\n\
                S1,,,ann,40,whole-interval 1,infant 1,,,,,,\n\
                S1,,,ann,40,whole-interval 2,infant 1,held,,,,,\n\
                S1,,,ann,40,whole-interval 3,infant 1,,,,,,\n\
                S1,,,ann,40,whole-interval 4,infant 1,,,,,,\n";
    let table = measures(whole, declared, rows);
    assert_eq!(value(&table, "held-sample-share"), Ok(0.75));
    assert_eq!(value(&table, "held-whole-interval-share"), Ok(0.25));
    assert_eq!(value(&table, "held-share"), Ok(0.75));
    assert_eq!(value(&table, "held-all-along"), Ok(0.5));
    let names: Vec<&str> = table.rows.iter().map(|row| &*row.measure).collect();
    assert!(!names.contains(&"room.speaks-whole-interval-share"));
}

proptest! {
    #[test]
    fn whole_intervals_understate_and_partial_ones_overstate_the_share_of_time(
        bouts in proptest::collection::vec((1_i64..40, 1_i64..60), 1..12),
        every in 2_i64..15,
    ) {
        // Bouts in whole seconds of one infant, in so many whole intervals.
        let mut at = 0;
        let mut held = Vec::new();
        for (gap, length) in bouts {
            at += gap;
            held.extend(at..at + length);
            at += length;
        }
        let n = at / every + 1;
        let length = n * every;
        let ways = format!("{{ kind = \"interval\", seconds = {every} }}, {{ kind = \"whole-interval\", seconds = {every} }}");
        let mut rows = String::new();
        for number in 0..n {
            let inside = (number * every..(number + 1) * every).filter(|second| held.contains(second)).count();
            for (way, is_hit) in [("interval", inside > 0), ("whole-interval", inside as i64 == every)] {
                let what = if is_hit { "held" } else { "" };
                rows += &format!("S1,,,ann,{length},{way} {},infant 1,{what},,,,,\n", number + 1);
            }
        }
        let table = measures(&ways, "", &rows);
        let share = held.len() as f64 / length as f64;
        let (partial, whole) = (value(&table, "held-sample-share"), value(&table, "held-whole-interval-share"));
        prop_assert!(whole.is_ok_and(|whole| whole <= share + 1e-9), "{whole:?} {share}");
        prop_assert!(partial.is_ok_and(|partial| partial >= share - 1e-9), "{partial:?} {share}");
    }
}

#[test]
fn what_was_noted_as_it_happened_and_what_was_asked_for_are_two_measures() {
    let rows = "S1,,,ann,40,,infant 1,held,,0,10,,\n\
                S1,,,ann,40,1,infant 1,held,,,,,\n\
                S1,,,ann,40,2,infant 1,held,,,,,\n\
                S1,,,ann,40,3,,,,,,,\n\
                S1,,,ann,40,4,,,,,,,\n\
                S1,,,ann,40,,carer 1,speaks,infant 1,5,,warm,3\n\
                S1,,,ann,40,1,carer 1,speaks,infant 1,,,warm,3\n";
    let table = measures(&format!("\"continuous\", {SCAN}"), "", rows);
    assert_eq!(value(&table, "held-share"), Ok(0.25));
    assert_eq!(value(&table, "held-sample-share"), Ok(0.5));
    assert_eq!(value(&table, "speaks-per-minute"), Ok(1.5));
    assert_eq!(value(&table, "acts-per-minute"), Ok(1.5));
}

const OF_TIME: &str = r#"{ id = "to-words", label = "Time to the first word", kind = "latency", behaviour = "speaks", subjects = ["carer"], within-seconds = 50 }, { id = "gap", label = "Gap", kind = "gap", behaviour = "held" }, { id = "seconds", label = "Seconds held", kind = "duration", behaviour = "held" }, { id = "again", label = "A word follows a word", kind = "transition", behaviour = "speaks", answer = "speaks", among = ["speaks"], statistic = "probability" }, { id = "answered", label = "Words followed by words", kind = "contingency", behaviour = "speaks", answer = "speaks", within-seconds = 5, statistic = "answered" }"#;

#[test]
fn nothing_reaches_over_the_cut_between_two_recordings() {
    let rows = "S1,a,,ann,60,,infant 1,held,,50,60,,\n\
                S1,a,,ann,60,,carer 1,,,,,,\n\
                S1,b,,ann,60,,infant 1,held,,10,20,,\n\
                S1,b,,ann,60,,infant 1,held,,25,30,,\n\
                S1,b,,ann,60,,carer 1,speaks,infant 1,2,,warm,1\n";
    let table = measures("\"continuous\"", OF_TIME, rows);
    assert_eq!(value(&table, "seconds"), Ok(25.0));
    assert_eq!(value(&table, "held-share"), Ok(25.0 / 120.0));
    assert_eq!(value(&table, "speaks-per-minute"), Ok(0.5));
    // From 60 to 10 of the second recording is no gap; 20 to 25 is.
    assert_eq!(value(&table, "gap"), Ok(5.0));
    // Nobody spoke in the 60 seconds of the first recording, so it took at least 50.
    assert_eq!(value(&table, "to-words"), Ok(50.0));
}

#[test]
fn sequences_and_answers_stay_within_a_recording() {
    let rows = "S1,a,,ann,60,,carer 1,speaks,infant 1,10,,warm,1\n\
                S1,a,,ann,60,,carer 1,speaks,infant 1,58,,warm,1\n\
                S1,b,,ann,60,,carer 1,speaks,infant 1,1,,warm,1\n\
                S1,b,,ann,60,,carer 1,speaks,infant 1,3,,warm,1\n";
    let table = measures("\"continuous\"", OF_TIME, rows);
    // 10, 1 and 3 have five seconds left in their recording, 58 has not; only 1 is answered, by 3.
    assert_eq!(value(&table, "answered"), Ok(1.0 / 3.0));
    let whole = "S1,a,,ann,120,,carer 1,speaks,infant 1,10,,warm,1\n\
                 S1,a,,ann,120,,carer 1,speaks,infant 1,58,,warm,1\n\
                 S1,a,,ann,120,,carer 1,speaks,infant 1,61,,warm,1\n\
                 S1,a,,ann,120,,carer 1,speaks,infant 1,63,,warm,1\n";
    let whole = measures("\"continuous\"", OF_TIME, whole);
    assert_eq!(
        value(&whole, "answered"),
        Ok(0.5),
        "as one recording 61 answers 58"
    );
}

#[test]
fn of_a_session_in_two_recordings_the_first_coding_of_each_counts() {
    let rows = "S1,a,0,ann,60,,infant 1,held,,0,60,,\n\
                S1,b,90,ben,60,,infant 1,floor,,0,60,,\n\
                S1,b,90,ann,60,,infant 1,held,,0,60,,\n\
                S1,a,0,ann,60,,carer 1,speaks,infant 1,1,,warm,1\n\
                S1,b,90,ben,60,,carer 1,speaks,infant 1,1,,warm,1\n";
    let table = measures("\"continuous\"", "", rows);
    assert_eq!(value(&table, "held-share"), Ok(0.5));
    let [sociogram] = table.sociograms.as_slice() else {
        panic!("one whole coding, since recording a has no second one");
    };
    assert_eq!(sociogram.coder.as_deref(), Some("ann + ben"));
    assert_eq!(
        (sociogram.minutes, sociogram.sociogram.measures().n_acts),
        (2.0, 2)
    );
}

/// A session with bouts of one infant and words of one carer, in tenths of seconds.
fn rows(clips: &[(&str, i64, i64)], bouts: &[(i64, i64)], words: &[i64]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let s = |tenths: i64| tenths as f64 / 10.0;
    for (clip, from, until) in clips {
        let head = format!("S1,{clip},,ann,{},", s(until - from));
        let _ = writeln!(text, "{head},infant 1,,,,,,\n{head},carer 1,,,,,,");
        for (start, stop) in bouts {
            let (start, stop) = ((*start).max(*from) - from, (*stop).min(*until) - from);
            if start < stop {
                let _ = writeln!(text, "{head},infant 1,held,,{},{},,", s(start), s(stop));
            }
        }
        for at in words.iter().filter(|at| (*from..*until).contains(at)) {
            let _ = writeln!(
                text,
                "{head},carer 1,speaks,infant 1,{},,warm,1",
                s(at - from)
            );
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_session_cut_in_two_has_the_amounts_of_the_whole_one(
        cut in 1_i64..1199,
        lengths in proptest::collection::vec((1_i64..60, 1_i64..60), 0..12),
        words in proptest::collection::vec(0_i64..1200, 0..20),
    ) {
        let mut from = 0;
        let mut bouts = Vec::new();
        for (gap, length) in lengths {
            bouts.push((from + gap, from + gap + length));
            from += gap + length;
        }
        bouts.retain(|(start, _)| *start < 1200);
        let declared = r#"{ id = "seconds", label = "Seconds held", kind = "duration", behaviour = "held" }, { id = "n", label = "Bouts", kind = "count", behaviour = "held" }"#;
        let whole = measures("\"continuous\"", declared, &rows(&[("a", 0, 1200)], &bouts, &words));
        let parts = [("a", 0, cut), ("b", cut, 1200)];
        let parts = measures("\"continuous\"", declared, &rows(&parts, &bouts, &words));
        for name in ["seconds", "held-share", "speaks-per-minute", "acts-per-minute", "density", "to-infants-share"] {
            let (a, b) = (value(&whole, name), value(&parts, name));
            let is_same = match (a, b) {
                (Ok(a), Ok(b)) => (a - b).abs() < 1e-9,
                (a, b) => a == b,
            };
            prop_assert!(is_same, "{name}: {a:?} and {b:?}");
        }
        // A bout that the cut interrupts is two.
        let split = bouts.iter().filter(|(start, stop)| *start < cut && cut < *stop).count() as f64;
        let (a, b) = (value(&whole, "n"), value(&parts, "n"));
        prop_assert_eq!(a.map(|a| a + split), b);
    }
}
