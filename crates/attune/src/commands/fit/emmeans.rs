//! Marginal means, slopes and contrasts as asked for on the command line: `--emmeans 'arm at months=6,12'`,
//! `--trends months --by arm`, `--contrasts`, `--adjust`.

use anyhow::{Context, Result, bail};
use attune_statistics::{
    distributions::LatticeSettings,
    inference::Inference,
    marginal_means::{CellValue, MarginalMean, MarginalMeans, marginal_means, trends},
    mean_contrasts::{Comparison, CustomContrast, MeanContrast, mean_contrasts},
    simultaneous::{Correction, corrected},
};
use serde_json::{Map, Value, json};

use super::{options::MeansOptions, result};

/// What was asked for: means, slopes, or both.
pub struct Emmeans {
    pub means: Option<Compared>,
    pub slopes: Option<Compared>,
}

/// Means or slopes with their contrasts.
#[derive(Clone)]
pub struct Compared {
    pub rows: Vec<MarginalMean>,
    pub contrasts: Vec<MeanContrast>,
    pub correction: Correction,
    /// The largest number of contrasts corrected together.
    pub family: usize,
}

/// Computes what the options ask for; `None` when they ask for nothing.
pub fn run(
    inference: &Inference<'_>,
    options: &MeansOptions,
    level: f64,
) -> Result<Option<Emmeans>> {
    if options.emmeans.is_none() && options.trends.is_none() {
        return Ok(None);
    }
    let comparison = comparison(&options.contrasts)?;
    let compare = |rows: Vec<MarginalMean>, by: &[&str]| {
        compared(inference, rows, by, &comparison, options, level)
    };
    let means = match &options.emmeans {
        Some(spec) => {
            let asked = parse(spec)?;
            let by: Vec<&str> = asked.at.iter().map(|(name, _)| name.as_str()).collect();
            Some(compare(marginal_means(inference, &asked, level)?, &by)?)
        }
        None => None,
    };
    let slopes = match &options.trends {
        Some(covariate) => {
            let asked = MarginalMeans {
                over: options.by.clone(),
                at: Vec::new(),
            };
            Some(compare(trends(inference, covariate, &asked, level)?, &[])?)
        }
        None => None,
    };
    Ok(Some(Emmeans { means, slopes }))
}

fn compared(
    inference: &Inference<'_>,
    rows: Vec<MarginalMean>,
    by: &[&str],
    comparison: &Comparison,
    options: &MeansOptions,
    level: f64,
) -> Result<Compared> {
    let plain = mean_contrasts(inference, &rows, by, comparison, level)?;
    let family = plain
        .iter()
        .map(|one| plain.iter().filter(|other| other.cell == one.cell).count())
        .max()
        .unwrap_or(0);
    let correction = match options.adjust {
        Some(adjust) => adjust.into(),
        None => suitable(comparison),
    };
    let lattice = LatticeSettings::default();
    let contrasts = corrected(inference, &plain, comparison, correction, level, &lattice)?;
    Ok(Compared {
        rows,
        contrasts,
        correction,
        family,
    })
}

/// The correction made for a comparison, as emmeans chooses it.
fn suitable(comparison: &Comparison) -> Correction {
    match comparison {
        Comparison::AllPairs => Correction::Tukey,
        Comparison::WithReference(_) => Correction::Dunnett,
        _ => Correction::MultivariateT,
    }
}

/// `pairs`, `reference[=LEVEL]`, `average`, `consecutive`, or weights: `NAME: W1,W2,…[; NAME: …]`.
fn comparison(text: &str) -> Result<Comparison> {
    let text = text.trim();
    Ok(match text {
        "pairs" => Comparison::AllPairs,
        "reference" => Comparison::WithReference(None),
        "average" => Comparison::WithAverage,
        "consecutive" => Comparison::Consecutive,
        _ => match text.strip_prefix("reference=") {
            Some(level) => Comparison::WithReference(Some(level.trim().to_owned())),
            None => Comparison::Custom(
                text.split(';')
                    .filter(|part| !part.trim().is_empty())
                    .map(custom)
                    .collect::<Result<_>>()?,
            ),
        },
    })
}

fn custom(part: &str) -> Result<CustomContrast> {
    let form = || {
        format!(
            "--contrasts `{}`: write pairs, reference, reference=LEVEL, average, consecutive, or weights such as 'late: -1,0,1'",
            part.trim()
        )
    };
    let (name, weights) = part.rsplit_once(':').with_context(form)?;
    let weights = weights
        .split(',')
        .map(|weight| weight.trim().parse().with_context(form))
        .collect::<Result<_>>()?;
    Ok(CustomContrast {
        name: name.trim().to_owned(),
        weights,
    })
}

/// `FACTOR[, FACTOR…] [at NAME=NUMBER[,NUMBER…][; NAME=…]]`
fn parse(spec: &str) -> Result<MarginalMeans> {
    let (factors, at) = spec.split_once(" at ").unwrap_or((spec, ""));
    let over: Vec<String> = factors
        .split(',')
        .map(|name| name.trim().trim_matches('`').to_owned())
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
    Ok((name.trim().trim_matches('`').to_owned(), numbers))
}

impl Emmeans {
    /// Adds what there is to the document.
    pub fn add_to(&self, document: &mut Value) {
        if let Some(means) = &self.means {
            document["emmeans"] = means.rows_json();
            document["contrasts"] = means.contrasts_json();
            document["adjustment"] = json!(name(means.correction));
        }
        if let Some(slopes) = &self.slopes {
            document["trends"] = slopes.rows_json();
            document["trend_contrasts"] = slopes.contrasts_json();
            document["trend_adjustment"] = json!(name(slopes.correction));
        }
    }
}

impl Compared {
    fn rows_json(&self) -> Value {
        self.rows
            .iter()
            .map(|mean| with_cell(&mean.cell, result::test(&mean.estimate)))
            .collect()
    }

    fn contrasts_json(&self) -> Value {
        let contrast = |contrast: &MeanContrast| {
            let mut value = with_cell(&contrast.cell, result::test(&contrast.test));
            value["contrast"] = json!(contrast.test.term);
            value
        };
        self.contrasts.iter().map(contrast).collect()
    }

    /// How the contrasts were corrected, for a heading; empty where there was nothing to correct.
    pub fn how(&self) -> String {
        let words = match self.correction {
            _ if self.family < 2 => return String::new(),
            Correction::None => {
                return format!(
                    " (each for itself, not corrected for being {})",
                    self.family
                );
            }
            Correction::Bonferroni => "Bonferroni",
            Correction::Sidak => "Šidák",
            Correction::Holm => "Holm; intervals by Bonferroni",
            Correction::Tukey => "Tukey",
            Correction::Dunnett => "Dunnett",
            Correction::MultivariateT => "multivariate t",
        };
        format!(" (p and intervals for {} at once: {words})", self.family)
    }
}

fn name(correction: Correction) -> &'static str {
    match correction {
        Correction::None => "none",
        Correction::Bonferroni => "bonferroni",
        Correction::Sidak => "sidak",
        Correction::Holm => "holm",
        Correction::Tukey => "tukey",
        Correction::Dunnett => "dunnett",
        Correction::MultivariateT => "mvt",
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
