//! Each word that the format allows is the name of a value of the checked type, so that none is read
//! as something else.

use attune_protocol::{
    consent::{WithdrawnMedia, WithdrawnRecords},
    instrument::{AnsweredBy, BlindTo},
    missing::Missing,
    plan::{About, Better, Estimator, Inference, MultiplicityMethod, OutcomeRole, Sensitivity},
    scheme::{ActTarget, SubjectKind},
    scheme_measure::{Amount, ContingencyStatistic, TransitionStatistic},
    shape::{Kind, Need, STUDY_TOML, Word},
    sharing::SharedTimes,
    study::{Allocation, StudyStatus},
};
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error};

fn reads_as<T: DeserializeOwned>(word: &str) -> bool {
    let deserializer = IntoDeserializer::<Error>::into_deserializer(word);
    T::deserialize(deserializer).is_ok()
}

/// Whether the word is the name of a value of the type that this key is read as; `None` for keys
/// whose words the checks compare as text.
fn is_read(heading: &str, key: &str, word: &str) -> Option<bool> {
    let reads = match (heading, key) {
        ("[study]", "allocation") => reads_as::<Allocation>,
        ("[study]", "status") => reads_as::<StudyStatus>,
        ("withdrawal = { … }", "records") => reads_as::<WithdrawnRecords>,
        ("withdrawal = { … }", "media") => reads_as::<WithdrawnMedia>,
        (_, "about") => reads_as::<About>,
        (_, "blind-to") => reads_as::<BlindTo>,
        ("[[instrument]]", "answered-by") => reads_as::<AnsweredBy>,
        ("[[scheme.subject]]", "kind") => reads_as::<SubjectKind>,
        ("[[scheme.act]]", "to") => reads_as::<ActTarget>,
        ("[[scheme.measure]]", "kind") => {
            // The kinds that are no amount have keys of their own, which the checks compare as text.
            const OTHER: [&str; 4] = ["latency", "occurs", "transition", "contingency"];
            return Some(reads_as::<Amount>(word) || OTHER.contains(&word));
        }
        ("[[scheme.measure]]", "statistic") => {
            return Some(
                reads_as::<TransitionStatistic>(word) || reads_as::<ContingencyStatistic>(word),
            );
        }
        ("[[outcome]]", "role") => reads_as::<OutcomeRole>,
        ("[[outcome]]", "better") => reads_as::<Better>,
        ("[[analysis]]", "estimator") => reads_as::<Estimator>,
        ("[[analysis]]", "inference") => reads_as::<Inference>,
        ("[[analysis]]", "sensitivity") => reads_as::<Sensitivity>,
        ("[sharing]", "times") => reads_as::<SharedTimes>,
        ("[multiplicity]", "method") => reads_as::<MultiplicityMethod>,
        ("[[data]]", "missing") | ("[[simulation.missing]]", "reasons") => {
            return Some(Missing::from_words(word).is_some());
        }
        ("sampling = [{ … }]" | "[[scheme.composite]]" | "[[attribute]]" | "[[data]]", "kind")
        | ("[[data]]", "layout")
        | (_, "unit") => return None,
        _ => panic!("nobody says how {heading} {key} is read"),
    };
    Some(reads(word))
}

fn words(kind: &Kind) -> Vec<&'static Word> {
    match kind {
        Kind::Word(words) => words.iter().collect(),
        Kind::List(inner) => words(inner),
        Kind::Map { keys, values } => [words(keys), words(values)].concat(),
        _ => Vec::new(),
    }
}

#[test]
fn every_default_is_something_that_its_key_may_hold() {
    let mut n_defaults = 0;
    for table in STUDY_TOML.with_all_below() {
        for key in table.keys {
            let Need::Default(default) = key.need else {
                continue;
            };
            n_defaults += 1;
            let fits = match &key.kind {
                Kind::Word(words) => words.iter().any(|word| word.word == default),
                Kind::YesNo => ["true", "false"].contains(&default),
                Kind::Integer(bounds) | Kind::Number(bounds) => {
                    default.parse().is_ok_and(|value| bounds.allow(value))
                }
                Kind::Language => default == "en",
                _ => false,
            };
            assert!(fits, "{} {} {default}", table.heading, key.name);
        }
    }
    assert!(n_defaults > 20);
}

#[test]
fn every_word_of_the_format_is_read() {
    let mut n_words = 0;
    for table in STUDY_TOML.with_all_below() {
        for key in table.keys {
            for word in words(&key.kind) {
                n_words += 1;
                let read = is_read(table.heading, key.name, word.word);
                assert_ne!(
                    read,
                    Some(false),
                    "{} {} {}",
                    table.heading,
                    key.name,
                    word.word
                );
            }
        }
    }
    assert!(n_words > 80);
}
