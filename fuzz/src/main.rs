//! Looks for data that the engine does not stand: `attune-fuzz [--minutes N] [--seed N]`, or shows one
//! case with its answer: `attune-fuzz show fit|agree SEED`.
//!
//! Seeds are tried one after another; a case that fails, panics or takes long is written to the corpus,
//! where the ordinary tests will find it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use attune_fuzz::{agree, case::Case, coding_files, corpus, files, fit, formulas, messy::Dice};

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
    let (minutes, first) = arguments()?;
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
        let (name, bytes) = coding_files::bytes(seed);
        n_failed += usize::from(!endures(&format!("{name} of seed {seed}"), || {
            coding_files::check(&name, &bytes)
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
