//! Marginal means as asked for on the command line: `arm`, `arm, site`, `arm at months=6,12`.

use anyhow::{Context, Result, bail};
use attune_statistics::{
    inference::Inference,
    marginal_means::{
        CellValue, MarginalMean, MarginalMeans, PairwiseContrast, marginal_means, pairwise,
    },
};
use serde_json::{Map, Value, json};

use super::result;

/// Means and their pairwise differences.
pub struct Emmeans {
    pub means: Vec<MarginalMean>,
    pub contrasts: Vec<PairwiseContrast>,
}

/// Computes what `spec` asks for.
pub fn run(inference: &Inference<'_>, spec: &str, level: f64) -> Result<Emmeans> {
    let asked = parse(spec)?;
    let means = marginal_means(inference, &asked, level)?;
    let by: Vec<&str> = asked.at.iter().map(|(name, _)| name.as_str()).collect();
    let contrasts = pairwise(inference, &means, &by, level);
    Ok(Emmeans { means, contrasts })
}

/// `FACTOR[, FACTOR…] [at NAME=NUMBER[,NUMBER…][; NAME=…]]`
fn parse(spec: &str) -> Result<MarginalMeans> {
    let (factors, at) = spec.split_once(" at ").unwrap_or((spec, ""));
    let over: Vec<String> = factors
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    if over.iter().any(String::is_empty) {
        bail!("--emmeans `{spec}` names no factor; write it as 'arm' or 'arm at months=6,12'");
    }
    let at = at
        .split(';')
        .filter(|part| !part.trim().is_empty())
        .map(parse_at)
        .collect::<Result<_>>()?;
    Ok(MarginalMeans { over, at })
}

fn parse_at(part: &str) -> Result<(String, Vec<f64>)> {
    let form = || format!("--emmeans `at {part}`: write it as 'at months=6,12'");
    let (name, numbers) = part.split_once('=').with_context(form)?;
    let numbers = numbers
        .split(',')
        .map(|number| number.trim().parse().with_context(form))
        .collect::<Result<_>>()?;
    Ok((name.trim().to_owned(), numbers))
}

impl Emmeans {
    pub fn means_json(&self) -> Value {
        self.means
            .iter()
            .map(|mean| with_cell(&mean.cell, result::test(&mean.estimate)))
            .collect()
    }

    pub fn contrasts_json(&self) -> Value {
        let contrast = |pair: &PairwiseContrast| {
            let mut value = with_cell(&pair.cell, result::test(&pair.test));
            value["contrast"] = json!(pair.test.term);
            value
        };
        self.contrasts.iter().map(contrast).collect()
    }
}

fn with_cell(cell: &[(String, CellValue)], mut test: Value) -> Value {
    let cell = cell.iter().map(|(name, value)| {
        let value = match value {
            CellValue::Level(level) => json!(level),
            CellValue::Number(number) => json!(number),
        };
        (name.clone(), value)
    });
    test["cell"] = Value::Object(cell.collect::<Map<_, _>>());
    test
}
