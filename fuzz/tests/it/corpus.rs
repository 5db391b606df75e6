//! The corpus, replayed: each case ends as it says.

use attune_fuzz::{agree, case::Case, corpus, fit, fit::Answer};

fn replay(kind: &str, check: impl Fn(&Case) -> Result<Answer, String>) {
    let cases = corpus::cases(kind).expect("the corpus can be read");
    assert!(!cases.is_empty(), "no case of {kind}");
    let problems: Vec<String> = cases
        .iter()
        .filter_map(|(name, case)| {
            let outcome = check(case).and_then(|answer| corpus::compare(case, &answer));
            outcome
                .err()
                .map(|problem| format!("{kind}/{name}: {problem}"))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_fit_of_the_corpus_ends_as_it_says() {
    replay("fit", fit::check);
}

#[test]
fn every_agreement_of_the_corpus_ends_as_it_says() {
    replay("agree", agree::check);
}

#[test]
fn a_case_is_what_its_text_says() {
    for seed in 0..20 {
        let case = fit::case(seed);
        assert_eq!(Case::of_text(&case.text()).text(), case.text());
    }
}
