//! Looks for data that the engine does not stand: `attune-fuzz [--minutes N] [--seed N]`, or shows one
//! case with its answer: `attune-fuzz show fit|agree SEED`; or damages the files of one kind or of all:
//! `attune-fuzz damaged [READER] [--seeds N]`.
//!
//! Seeds are tried one after another; a case that fails, panics or takes long is written to the corpus,
//! where the ordinary tests will find it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use attune_fuzz::{
    agree, case::Case, coding_files, coding_files::Outcome, corpus, files, fit, formulas,
    messy::Dice, study_codings,
};

/// A case that takes longer is worth a look.
const LONG: Duration = Duration::from_secs(5);

fn main() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [show, kind, seed] = words.as_slice()
        && show == "show"
    {
        show_case(kind, seed.parse()?);
        return Ok(ExitCode::SUCCESS);
    }
    if words.first().is_some_and(|word| word == "damaged") {
        return damaged(&words[1..]);
    }
    let (minutes, first) = arguments()?;
    let protocol = study_codings::protocol();
    let end = Instant::now() + Duration::from_secs_f64(60.0 * minutes);
    let (mut seed, mut n_failed) = (first, 0);
    while Instant::now() < end {
        let fits = fit::case(seed);
        n_failed += usize::from(!survives("fit", seed, &fits, || {
            fit::check(&fits).map(drop)
        })?);
        let ratings = agree::case(seed);
        n_failed += usize::from(!survives("agree", seed, &ratings, || {
            agree::check(&ratings).map(drop)
        })?);
        let text = formulas::text(&mut Dice::new(seed));
        n_failed += usize::from(!endures(&format!("formula `{text}`"), || {
            formulas::check(&text)
        }));
        let (ending, bytes) = files::bytes(seed);
        n_failed += usize::from(!endures(&format!("file of seed {seed}"), || {
            files::check(ending, &bytes)
        }));
        for (place, reader) in coding_files::readers().enumerate() {
            let (name, bytes) = coding_files::bytes(place, seed);
            n_failed += usize::from(!endures(&format!("{reader} of seed {seed}"), || {
                coding_files::check(&name, &bytes).map(drop)
            }));
        }
        n_failed += usize::from(!endures(&format!("codings of seed {seed}"), || {
            study_codings::check(&protocol, study_codings::files(seed)).map(drop)
        }));
        seed += 1;
    }
    println!("seeds {first} to {}: {n_failed} failures", seed - 1);
    Ok(if n_failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Damages files of the readers whose names hold a word, and says what became of them.
fn damaged(words: &[String]) -> Result<ExitCode> {
    let (mut wanted, mut n_seeds) = (String::new(), 1000);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seeds" => n_seeds = words.next().context("--seeds needs a number")?.parse()?,
            _ => wanted.clone_from(word),
        }
    }
    println!(
        "{:<18} {:>7} {:>8} {:>7}",
        "reader", "read", "refused", "failed"
    );
    let mut n_failed = 0;
    let mut tell = |reader: &str, outcomes: Vec<Option<bool>>| {
        let n = |outcome| outcomes.iter().filter(|one| **one == outcome).count();
        let (read, refused, failed) = (n(Some(true)), n(Some(false)), n(None));
        println!("{reader:<18} {read:>7} {refused:>8} {failed:>7}");
        n_failed += failed;
    };
    let readers: Vec<_> = coding_files::readers().enumerate().collect();
    for (place, reader) in readers.into_iter().filter(|one| one.1.contains(&wanted)) {
        let outcome = |seed| {
            let (name, bytes) = coding_files::bytes(place, seed);
            let mut outcome = None;
            let fine = endures(&format!("{reader} of seed {seed}"), || {
                outcome = Some(coding_files::check(&name, &bytes)? == Outcome::Read);
                Ok(())
            });
            outcome.filter(|_| fine)
        };
        tell(reader, (0..n_seeds).map(outcome).collect());
    }
    if "codings of a study".contains(&wanted) {
        let protocol = study_codings::protocol();
        let outcome = |seed| {
            let mut outcome = None;
            let fine = endures(&format!("codings of seed {seed}"), || {
                outcome = Some(study_codings::check(&protocol, study_codings::files(seed))?);
                Ok(())
            });
            outcome.filter(|_| fine)
        };
        tell("codings of a study", (0..n_seeds).map(outcome).collect());
    }
    Ok(if n_failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn show_case(kind: &str, seed: u64) {
    let (case, answer) = match kind {
        "agree" => {
            let case = agree::case(seed);
            let answer = agree::check(&case);
            (case, answer)
        }
        _ => {
            let case = fit::case(seed);
            let answer = fit::check(&case);
            (case, answer)
        }
    };
    print!("{}", case.text());
    match answer {
        Ok(answer) => println!(
            "{}: {:?} {}",
            answer.kind, answer.log_likelihood, answer.words
        ),
        Err(problem) => println!("wrong: {problem}"),
    }
}

fn arguments() -> Result<(f64, u64)> {
    let (mut minutes, mut seed) = (5.0, 1_000_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{argument} needs a number"))?;
        match argument.as_str() {
            "--minutes" => minutes = value.parse()?,
            "--seed" => seed = value.parse()?,
            _ => bail!("`{argument}` is not known here; there are --minutes N and --seed N"),
        }
    }
    Ok((minutes, seed))
}

/// Runs a check; a failing case is kept.
fn survives(
    kind: &str,
    seed: u64,
    case: &Case,
    check: impl FnOnce() -> Result<(), String>,
) -> Result<bool> {
    let fine = endures(&format!("{kind}, seed {seed}"), check);
    if !fine {
        println!(
            "  kept as {}",
            corpus::keep(kind, &format!("seed-{seed}"), case)?.display()
        );
    }
    Ok(fine)
}

fn endures(name: &str, check: impl FnOnce() -> Result<(), String>) -> bool {
    let start = Instant::now();
    let outcome =
        catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err("a panic".to_owned()));
    let outcome = match start.elapsed() {
        long if long > LONG => outcome.and(Err(format!("{:.1} s", long.as_secs_f64()))),
        _ => outcome,
    };
    if let Err(problem) = &outcome {
        println!("{name}: {problem}");
    }
    outcome.is_ok()
}
