//! Every worked example of the shipped instruments. The expected numbers come from
//! `instruments/examples/generate.py`, which states each published rule a second time; one test per
//! instrument says by name which examples fail.

use std::{fs, path::PathBuf};

use attune_measures::scoring::{AnswerProblem, Scores, score_answers};
use attune_protocol::{
    id::{ItemId, ScoreId},
    instrument::{Instrument, WorkedExample},
    instrument_file::read_examples,
    instrument_library,
    missing::Missing,
};

macro_rules! instruments {
    ($($test:ident: $id:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            check($id);
        })*

        #[test]
        fn every_shipped_instrument_is_tested() {
            assert_eq!(instrument_library::ids(), [$($id),*]);
        }
    };
}

instruments! {
    examples_of_cognitive_index: "cognitive-index",
    examples_of_core_10: "core-10",
    examples_of_developmental_index: "developmental-index",
    examples_of_epds: "epds",
    examples_of_gad_7: "gad-7",
    examples_of_interaction_ratings: "interaction-ratings",
    examples_of_kpcs: "kpcs",
    examples_of_pbq: "pbq",
    examples_of_phq_4: "phq-4",
    examples_of_phq_9: "phq-9",
    examples_of_rosenberg: "rosenberg",
    examples_of_rosenberg_coded_1_to_4: "rosenberg-1-4",
    examples_of_swemwbs: "swemwbs",
    examples_of_wemwbs: "wemwbs",
    examples_of_who_5: "who-5",
}

/// Prorated sums are rounded once, in the last place, by whoever makes them.
const TOLERANCE: f64 = 1e-12;

fn check(id: &str) {
    let instrument = instrument_library::find(id, None).expect("the library has it");
    let file = format!("../../instruments/examples/{id}.toml");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&file);
    let text = fs::read_to_string(path).expect("there is a file of examples");
    let examples = read_examples(instrument, &file, &text).unwrap_or_else(|e| panic!("{e}"));
    assert!(examples.len() >= 20, "{id} has {} examples", examples.len());

    let failed = failures(instrument, &examples);
    assert!(failed.is_empty(), "examples of {id} fail:\n{failed}");
}

/// The examples of the format page, whose definitions hold their own.
#[test]
fn examples_of_the_format_page() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/instrument.md");
    let page = fs::read_to_string(path).expect("the page is there");
    let blocks = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|block| block.split("```").next());
    let all: String = blocks.collect();
    let mut n_examples = 0;
    for file in all.split("format = 1").skip(1) {
        let text = format!("format = 1{file}");
        let instrument = Instrument::read("page.toml", &text).unwrap_or_else(|e| panic!("{e}"));
        let failed = failures(&instrument, &instrument.examples);
        assert!(
            failed.is_empty(),
            "examples of {} fail:\n{failed}",
            instrument.id
        );
        n_examples += instrument.examples.len();
    }
    assert_eq!(n_examples, 3);
}

/// A changed rule is told example by example, so that one sees what it does.
#[test]
fn a_wrong_rule_is_told_by_the_names_of_its_examples() {
    let text = instrument_library::definition_text("gad-7", None).expect("it is shipped");
    let wrong = text.replace("minimum-answered = 5", "minimum-answered = 6");
    let wrong = Instrument::read("gad-7.toml", &wrong).unwrap_or_else(|e| panic!("{e}"));
    let examples = include_str!("../../../../instruments/examples/gad-7.toml");
    let examples = read_examples(&wrong, "gad-7.toml", examples).unwrap_or_else(|e| panic!("{e}"));
    insta::assert_snapshot!(failures(&wrong, &examples));
}

/// The examples that fail, by name; empty when none does.
fn failures(instrument: &Instrument, examples: &[WorkedExample]) -> String {
    let fault = |example: &WorkedExample| {
        let lines = differences(instrument, example)?;
        Some(format!("\"{}\":\n    {lines}\n", example.shows))
    };
    examples.iter().filter_map(fault).collect()
}

/// What differs between an example and what the scorer makes of its answers.
fn differences(instrument: &Instrument, example: &WorkedExample) -> Option<String> {
    let order = example.item_order.as_deref();
    let found = score_answers(instrument, order, &example.answers);
    let mut lines = Vec::new();
    for (id, expected) in &example.scores {
        let score = found
            .score(id)
            .expect("every score of the definition is made");
        if !agree(score.value, *expected) {
            let (value, expected) = (words(score.value), words(*expected));
            lines.push(format!("{id} is {value}, expected {expected}"));
        }
    }
    let mut compare = |what: &str, found: Vec<String>, expected: Vec<String>| {
        if found != expected {
            lines.push(format!("{what} are {found:?}, expected {expected:?}"));
        }
    };
    compare("bands", bands(&found), pairs(&example.bands));
    compare("reached cut-offs", reached(&found), pairs(&example.reached));
    let alerts = found.alerts.iter().map(|alert| alert.id.clone()).collect();
    compare("alerts", alerts, example.alerts.clone());
    let expected = example.invalid.iter().map(ToString::to_string).collect();
    compare("invalid answers", invalid(&found), expected);
    (!lines.is_empty()).then(|| lines.join("\n    "))
}

fn agree(found: Result<f64, Missing>, expected: Result<f64, Missing>) -> bool {
    match (found, expected) {
        (Ok(found), Ok(expected)) => (found - expected).abs() <= TOLERANCE,
        (found, expected) => found == expected,
    }
}

fn words(value: Result<f64, Missing>) -> String {
    value.map_or_else(
        |reason| reason.words().to_owned(),
        |value| value.to_string(),
    )
}

fn bands(scores: &Scores) -> Vec<String> {
    let with_band = scores.scores.iter();
    let named = with_band.filter_map(|s| Some(format!("{}: {}", s.score, s.band.as_ref()?)));
    named.collect()
}

fn reached(scores: &Scores) -> Vec<String> {
    let label = |score: &ScoreId, label: &String| format!("{score}: {label}");
    let of_score = scores.scores.iter();
    of_score
        .flat_map(|s| s.reached.iter().map(move |text| label(&s.score, text)))
        .collect()
}

fn pairs(expected: &[(ScoreId, String)]) -> Vec<String> {
    expected
        .iter()
        .map(|(id, label)| format!("{id}: {label}"))
        .collect()
}

fn invalid(scores: &Scores) -> Vec<String> {
    let items = scores.problems.iter().filter_map(|problem| match problem {
        AnswerProblem::NotPossible { item, .. } => Some(ItemId::to_string(item)),
        _ => None,
    });
    items.collect()
}
