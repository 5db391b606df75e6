//! Several questions at once: adjusted p values of the first test of each.

use anyhow::{Result, bail};
use attune_statistics::multiplicity::{
    Adjustment, adjust as adjusted, fixed_sequence, gatekeeping,
};
use clap::ValueEnum;
use serde_json::json;

use super::answer::Answer;

/// How to adjust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    Bonferroni,
    Holm,
    Hochberg,
    Hommel,
    /// Benjamini and Hochberg's false discovery rate
    Bh,
    /// Benjamini and Yekutieli's
    By,
    /// In the order given, each only after the one before
    FixedSequence,
    /// The first value is the gate; the others, after Holm, count only behind it
    Gatekeeping,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Bonferroni => "Bonferroni",
            Self::Holm => "Holm",
            Self::Hochberg => "Hochberg",
            Self::Hommel => "Hommel",
            Self::Bh => "Benjamini-Hochberg",
            Self::By => "Benjamini-Yekutieli",
            Self::FixedSequence => "fixed sequence",
            Self::Gatekeeping => "serial gatekeeping, Holm behind the gate",
        }
    }
}

/// Adjusts the first p value of each value asked for.
pub fn adjust(answer: &mut Answer, method: Method) -> Result<()> {
    let mut firsts: Vec<usize> = Vec::new();
    for (place, row) in answer.rows.iter().enumerate() {
        let is_new = firsts.iter().all(|first| answer.rows[*first].of != row.of);
        if is_new && row.result.p.is_some_and(|p| !p.is_nan()) {
            firsts.push(place);
        }
    }
    if firsts.len() < 2 {
        bail!(
            "--adjust needs several questions: give --paired several times, or several columns to --value"
        );
    }
    let p_values: Vec<f64> = firsts
        .iter()
        .filter_map(|place| answer.rows[*place].result.p)
        .collect();
    let values = match method {
        Method::Bonferroni => adjusted(&p_values, Adjustment::Bonferroni)?,
        Method::Holm => adjusted(&p_values, Adjustment::Holm)?,
        Method::Hochberg => adjusted(&p_values, Adjustment::Hochberg)?,
        Method::Hommel => adjusted(&p_values, Adjustment::Hommel)?,
        Method::Bh => adjusted(&p_values, Adjustment::BenjaminiHochberg)?,
        Method::By => adjusted(&p_values, Adjustment::BenjaminiYekutieli)?,
        Method::FixedSequence => fixed_sequence(&p_values)?,
        Method::Gatekeeping => {
            let families = [p_values[..1].to_vec(), p_values[1..].to_vec()];
            gatekeeping(&families, Adjustment::Holm)?.concat()
        }
    };
    for (place, p) in firsts.into_iter().zip(values) {
        answer.rows[place].p_adjusted = Some(p);
    }
    let told = json!({ "method": method.name(), "n": p_values.len() });
    answer.details.insert("adjustment".to_owned(), told);
    answer.details_text += &format!(
        "\np adjusted for {} questions: {}\n",
        p_values.len(),
        method.name()
    );
    Ok(())
}
