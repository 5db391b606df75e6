//! Codings that are made up: of sessions and of dyads, with details, samples of time, parts of the recording, ratings and
//! second coders. Their files are read back without a problem, as the codings that they were made from.

use attune_protocol::{Protocol, StudyFolder};
use attune_records::{observation::Event, records::SessionCoding};
use attune_simulation::simulate_records;

use crate::reading_back::check_reading_back;

const STUDY: &str = r#"
format = 1
[study]
id = "coded"
title = "Coded films"
allocation = "none"
status = "completed"
simulated = true
[[phase]]
id = "before"
label = "Before"
[[site]]
id = "clinic"
label = "Clinic"
phases = [{ phase = "before" }]
[[wave]]
id = "first"
label = "First visit"
when = "at enrolment"
window = "20 days before to 20 days after"
[[wave]]
id = "second"
label = "Second visit"
when = "3 months after enrolment"
window = "40 days before to 40 days after"

[[scheme]]
id = "play"
title = "Play"
version = 1
about = "dyad"
sampling = ["continuous", { kind = "interval", seconds = 30 }, { kind = "whole-interval", seconds = 5 }]
double-coded-share = 0.5
subject = [{ id = "infant", label = "Infant", kind = "infant" }, { id = "carer", label = "Carer", kind = "carer" }]
span = [{ id = "free", label = "Free", definition = "Free play." }, { id = "still", label = "Still", definition = "Still face." }]
rating = [{ id = "warmth", label = "Warmth", definition = "Warm.", minimum = 1, maximum = 5, step = 0.5, may-be-not-codable = true }, { id = "haste", label = "Haste", definition = "Quick.", minimum = 1, maximum = 5 }]
composite = [{ id = "calm", label = "Calm", of = ["warmth", "haste"], reversed = ["haste"], minimum-codable = 1 }]
point = [{ id = "calls", label = "Calls", definition = "Any sound.", subjects = ["infant"], modifiers = [{ id = "tone", label = "Tone", one-of = ["content", "fussing"], required = true }, { id = "loudness", label = "Loudness", minimum = 0, maximum = 5 }] }]
act = [{ id = "shows", label = "Shows", definition = "Shows a thing.", from = ["carer"], to = ["own-infant"], has-duration = true, modifiers = [{ id = "things", label = "Things", several-of = ["toy", "book", "hand"] }] }]
states = [{ id = "gaze", label = "Gaze", exhaustive = true, state = [{ id = "face", label = "Face", definition = "At the face.", subjects = ["infant"] }, { id = "away", label = "Away", definition = "Elsewhere.", subjects = ["infant"] }] }]

[[scheme]]
id = "scan"
title = "The room by scans"
version = 2
about = "session"
sampling = [{ kind = "scan", seconds = 60 }]
double-coded-share = 0.5
subject = [{ id = "infant", label = "Infant", kind = "infant", many = true }, { id = "carer", label = "Carer", kind = "carer", many = true }]
states = [{ id = "place", label = "Place", state = [{ id = "held", label = "Held", definition = "In arms.", subjects = ["infant"] }, { id = "floor", label = "Floor", definition = "On the mat.", subjects = ["infant"] }] }]
rating = [{ id = "together", label = "Together", definition = "One circle.", minimum = 1, maximum = 5, step = 0.5, may-be-not-codable = true }]

[[scheme]]
id = "mood"
title = "The mood of the room"
version = 1
about = "session"
double-coded-share = 0.5
rating = [{ id = "calm", label = "Calm", definition = "Quiet.", minimum = 1, maximum = 5 }, { id = "hurry", label = "Hurry", definition = "Rush.", minimum = 1, maximum = 5 }]
composite = [{ id = "ease", label = "Ease", of = ["calm", "hurry"], reversed = ["hurry"], minimum-codable = 2 }]

[[outcome]]
id = "calm"
label = "Calm"
measure = "play.calm"
role = "primary"
better = "higher"

[[data]]
file = "families.csv"
kind = "dyads"
columns = { dyad = "family", enrolled = "enrolled", born = "born" }
[[data]]
file = "sessions.csv"
kind = "sessions"
columns = { session = "session", date = "date", families = "families" }
[[data]]
file = "play.csv"
kind = "codings"
scheme = "play"
columns = { dyad = "family", wave = "wave", date = "date", coder = "coder", length = "length", sample = "sample", subject = "who", behaviour = "what", target = "whom", start = "start", stop = "stop", value = "value" }
modifiers = { tone = "modifier: tone", loudness = "modifier: loudness", things = "modifier: things" }
[[data]]
file = "scan.csv"
kind = "codings"
scheme = "scan"
columns = { session = "session", coder = "coder", length = "length", sample = "sample", subject = "who", behaviour = "what", value = "value" }
[[data]]
file = "mood.csv"
kind = "codings"
scheme = "mood"
columns = { session = "session", coder = "coder", behaviour = "what", value = "value" }

[simulation]
enrolment = { from = 2024-01-08, to = 2024-06-28 }
dyads = { clinic = 12 }
age-at-enrolment-days = { mean = 90, sd = 20, minimum = 30, maximum = 150 }
[[simulation.course]]
measure = "play.calm"
start = 4
per-month = 0
sd-between = 0.2
sd-within = 0.2
[[simulation.course]]
measure = "scan.together"
start = 4
per-month = 0
sd-between = 0.1
sd-within = 0.1
[[simulation.course]]
measure = "mood.ease"
start = 2
per-month = 0
sd-between = 0.1
sd-within = 0.1
[[simulation.course]]
measure = "play.calls-per-minute"
start = 5
per-month = 0
sd-between = 0.3
sd-within = 0.3
"#;

fn protocol() -> Protocol {
    let folder = StudyFolder::from_files([("study.toml", STUDY)]);
    let read = Protocol::read_folder(&folder);
    read.unwrap_or_else(|problems| panic!("{problems}")).0
}

/// A coding without the place of its rows.
fn told(coding: &SessionCoding) -> String {
    let mut coding = coding.clone();
    coding.source.row = 0;
    coding.source.file = "".into();
    coding.people.sort();
    coding.samples.sort_unstable();
    coding.not_seen.sort_unstable();
    let event = |event: &mut Event| event.row = 0;
    coding.events.iter_mut().for_each(event);
    coding.events.sort_by_key(|event| {
        (
            event.span.begin(),
            event.subject.clone(),
            event.behaviour.clone(),
        )
    });
    format!("{coding:?}")
}

#[test]
fn codings_are_read_back_as_they_were_made_up() {
    let protocol = protocol();
    let assumptions = protocol.assumptions.as_ref().expect("assumed");
    for seed in 1..4 {
        let in_files = check_reading_back(&protocol, assumptions, seed);
        let simulated = simulate_records(&protocol, assumptions, seed).expect("made up");
        let in_memory = simulated.records;
        assert_eq!(
            simulated
                .notes
                .iter()
                .filter(|note| note.contains("play."))
                .count(),
            0
        );
        for (read, made) in in_files.codings.iter().zip(&in_memory.codings) {
            assert_eq!(told(read), told(made));
        }
        assert_eq!(in_files.codings.len(), in_memory.codings.len());
        for (read, made) in in_files.dyad_codings.iter().zip(&in_memory.dyad_codings) {
            assert_eq!(told(&read.coding), told(&made.coding));
            assert_eq!((&read.wave, read.when), (&made.wave, made.when));
        }
        assert_eq!(in_files.dyad_codings.len(), in_memory.dyad_codings.len());
        let doubled = in_memory.dyad_codings.iter();
        let n = doubled
            .filter(|one| one.coding.coder.as_deref() == Some("coder-2"))
            .count();
        assert!(
            n > 2 && n < in_memory.dyad_codings.len() / 2,
            "{n} second codings"
        );
        let has = |holds: fn(&SessionCoding) -> bool| {
            let mut all = in_memory.dyad_codings.iter();
            all.any(|one| holds(&one.coding))
        };
        assert!(has(|coding| coding
            .events
            .iter()
            .any(|event| event.sampled.is_some())));
        assert!(has(|coding| !coding.not_seen.is_empty()));
        assert!(has(|coding| coding.events.iter().any(|event| {
            event.sampled.is_some_and(|one| one.way.is_whole())
        })));
        assert!(has(|coding| coding
            .events
            .iter()
            .any(|event| !event.modifiers.is_empty())));
        let ratings_of = |coder: &str| {
            let all = in_memory.codings.iter();
            let own = all.filter(|one| one.coder.as_deref() == Some(coder));
            own.map(|one| one.ratings.len()).sum::<usize>()
        };
        let (first, second) = (ratings_of("coder-1"), ratings_of("coder-2"));
        assert!(second > 10 && second < first, "{first} and {second}");
        let scans = in_memory.codings.iter().flat_map(|coding| &coding.events);
        assert!(scans.clone().count() > 10, "states are seen in scans");
        assert!(scans.into_iter().all(|event| event.sampled.is_some()));
    }
}

#[test]
fn ratings_follow_the_course_of_their_composite_and_rates_theirs() {
    let protocol = protocol();
    let assumptions = protocol.assumptions.as_ref().expect("assumed");
    let records = simulate_records(&protocol, assumptions, 5)
        .expect("made up")
        .records;
    let measures = attune_measures::measure(&protocol, &records);
    let mean = |name: &str| {
        let values = measures.rows.iter().filter(|row| *row.measure == *name);
        let values: Vec<f64> = values.filter_map(|row| row.value.ok()).collect();
        assert!(values.len() > 15, "{name}: {}", values.len());
        values.iter().sum::<f64>() / values.len() as f64
    };
    let (together, ease) = (mean("scan.together"), mean("mood.ease"));
    assert!((together - 4.0).abs() < 0.3, "{together}");
    assert!((ease - 2.0).abs() < 0.3, "{ease}");
    let (calm, calls) = (mean("play.calm"), mean("play.calls-per-minute"));
    assert!((calm - 4.0).abs() < 0.3, "{calm}");
    assert!((calls - 5.0).abs() < 0.5, "{calls}");
    let share = mean("play.face-share") + mean("play.away-share");
    assert!(
        (share - 1.0).abs() < 1e-9,
        "one of the two always holds: {share}"
    );
}
