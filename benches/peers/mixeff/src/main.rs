//! mixeff-rs on the benchmarks' data: reads lines `run N` from standard input, fits N times, and answers
//! with the CPU seconds of one fit and its restricted log-likelihood.

use std::{error::Error, fs, io::stdin};

use mixeff_rs::model::{FitOptions, LinearMixedModelBuilder};
use mixeff_rs::prelude::{DataFrame, MixedModelFit, parse_formula};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("name the file")?;
    let formula = match arguments.next().as_deref() {
        Some("growth") => "score ~ age * arm + (age | child)",
        Some("crossed") => "score ~ age * arm + (1 | child) + (1 | assessor)",
        _ => return Err("name the design".into()),
    };
    let data = read(&file)?;
    println!("ready\tmixeff-rs 1.0.0-rc.5");
    for line in stdin().lines() {
        let line = line?;
        let n: u32 = line.trim_start_matches("run ").parse()?;
        let mut value = f64::NAN;
        let start = cpu_seconds();
        for _ in 0..n {
            let model = LinearMixedModelBuilder::new(parse_formula(formula)?, &data)
                .fit(FitOptions::reml())?;
            value = model.loglikelihood();
        }
        println!("{}\t{value:?}", (cpu_seconds() - start) / f64::from(n));
    }
    Ok(())
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn read(file: &str) -> Result<DataFrame, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let column = |place: usize| {
        text.lines()
            .skip(1)
            .map(move |line| line.split(',').nth(place).unwrap_or_default())
    };
    let words = |place: usize| column(place).map(str::to_owned).collect();
    let numbers = |place: usize| column(place).map(str::parse).collect::<Result<Vec<f64>, _>>();
    let mut data = DataFrame::new();
    data.add_categorical("child", words(0))?;
    data.add_categorical("arm", words(2))?;
    data.add_numeric("age", numbers(3)?)?;
    data.add_categorical("assessor", words(4))?;
    data.add_numeric("score", numbers(5)?)?;
    Ok(data)
}
