//! A study folder of any size: two arms, three visits, random intercept and slope per dyad. The
//! data are made up and are written where the build keeps its files.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

const STUDY: &str = r#"format = 1

[study]
id = "growth"
title = "Growth of a measure in many dyads (made up for speed tests)"
allocation = "dyad"
simulated = true

[[arm]]
id = "comparison"
label = "Comparison"

[[arm]]
id = "intervention"
label = "Intervention"
receives-programme = true

[[site]]
id = "everywhere"
label = "All sites"

[[wave]]
id = "enrolment"
label = "Enrolment"
when = "at enrolment"

[[wave]]
id = "six"
label = "6 months"
when = "6 months after enrolment"

[[wave]]
id = "twelve"
label = "12 months"
when = "12 months after enrolment"

[[instrument]]
id = "developmental-index"
library = "developmental-index"
answered-by = "assessor"
about = "infant"

[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "dyad", arm = "arm" }

[[data]]
file = "visits.csv"
kind = "assessments"
instrument = "developmental-index"
columns = { dyad = "dyad", wave = "wave", time = { column = "months", unit = "months" } }
items = { mental = "mental" }

[[outcome]]
id = "mental"
label = "Mental development"
unit = "index points"
measure = "developmental-index.mental"
role = "primary"
better = "higher"

[[analysis]]
id = "mental-over-time"
question = "Did mental development change differently?"
model = "mental ~ months * arm + (months | dyad)"
answers = "months:arm[intervention]"
inference = "satterthwaite"
contrasts-at-months = [12]
"#;

/// Writes the folder and returns its path.
pub fn write(n_dyads: usize) -> Result<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/benches/growth-{n_dyads}"));
    fs::create_dir_all(&folder)?;
    let mut random = ChaCha8Rng::seed_from_u64(20_261_122);
    let normal = Normal::new(0.0, 1.0)?;
    let mut draw = || -> f64 { normal.sample(&mut random) };
    let (mut dyads, mut visits) = (
        "dyad,arm\n".to_owned(),
        "dyad,wave,months,mental\n".to_owned(),
    );
    for dyad in 1..=n_dyads {
        let arm = if dyad % 2 == 0 {
            "intervention"
        } else {
            "comparison"
        };
        writeln!(dyads, "D{dyad:06},{arm}")?;
        let (intercept, slope) = (draw() * 9.0, draw() * 0.4);
        for (wave, planned) in [("enrolment", 0.0), ("six", 6.0), ("twelve", 12.0)] {
            let months = planned + (draw() * 0.3).clamp(-0.9, 0.9).max(-planned);
            let gain = if dyad % 2 == 0 { 0.3 } else { 0.0 };
            let mental = 95.0 + intercept + (slope + gain) * months + draw() * 7.0;
            writeln!(
                visits,
                "D{dyad:06},{wave},{months:.3},{:.2}",
                mental.clamp(45.0, 155.0)
            )?;
        }
    }
    fs::write(folder.join("study.toml"), STUDY)?;
    fs::write(folder.join("dyads.csv"), dyads)?;
    fs::write(folder.join("visits.csv"), visits)?;
    Ok(folder)
}
