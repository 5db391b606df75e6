//! The same seeds each time: this must stay fast. `cargo xtask fuzz` tries new ones.

use attune_fuzz::{
    agree, coding_files, coding_files::Outcome, files, fit, formulas, messy::Dice, study_codings,
};

/// Collects what is wrong, so that one run shows all of it.
fn no_problems(n_seeds: u64, mut check: impl FnMut(u64) -> Result<(), String>) {
    let problems: Vec<String> = (0..n_seeds)
        .filter_map(|seed| {
            check(seed)
                .err()
                .map(|problem| format!("seed {seed}: {problem}"))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn fits_of_messy_data_end_in_a_result_or_a_reason() {
    no_problems(400, |seed| fit::check(&fit::case(seed)).map(drop));
}

#[test]
fn messy_fits_are_not_all_of_one_kind() {
    let mut seen: Vec<&str> = (0..100)
        .filter_map(|seed| fit::check(&fit::case(seed)).ok())
        .map(|answer| answer.kind)
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["fits", "refuses", "warns"]);
}

#[test]
fn agreement_of_messy_ratings_ends_in_a_result_or_a_reason() {
    no_problems(400, |seed| agree::check(&agree::case(seed)).map(drop));
}

#[test]
fn random_text_is_a_formula_or_not() {
    no_problems(4000, |seed| {
        formulas::check(&formulas::text(&mut Dice::new(seed)))
    });
}

#[test]
fn a_name_with_a_blank_is_written_out_in_backticks() {
    assert_eq!(
        formulas::check("`the score` ~ `a b`:x + (`a b` | `c d`/e)"),
        Ok(())
    );
}

#[test]
fn damaged_files_are_tables_or_not() {
    no_problems(300, |seed| {
        let (ending, bytes) = files::bytes(seed);
        files::check(ending, &bytes)
    });
}

#[test]
fn every_reader_reads_some_of_the_damaged_files_and_refuses_others() {
    for (place, reader) in coding_files::readers().enumerate() {
        let mut outcomes = Vec::new();
        no_problems(80, |seed| {
            let (name, bytes) = coding_files::bytes(place, seed);
            let outcome = coding_files::check(&name, &bytes);
            outcomes.extend(outcome.clone().ok());
            outcome
                .map(drop)
                .map_err(|problem| format!("{reader}: {problem}"))
        });
        for outcome in [Outcome::Read, Outcome::Refused] {
            assert!(outcomes.contains(&outcome), "{reader}: never {outcome:?}");
        }
    }
}

#[test]
fn damaged_codings_of_a_study_are_records_or_problems() {
    let protocol = study_codings::protocol();
    no_problems(400, |seed| {
        study_codings::check(&protocol, study_codings::files(seed)).map(drop)
    });
    let read: Vec<_> = (0..100)
        .filter_map(|seed| study_codings::check(&protocol, study_codings::files(seed)).ok())
        .collect();
    assert!(read.contains(&true) && read.contains(&false));
}
