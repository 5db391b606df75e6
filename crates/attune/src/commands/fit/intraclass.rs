//! Shares of the variance, of models whose random effects are intercepts.

use anyhow::Result;
use attune_analysis::words;
use attune_statistics::{
    intraclass_correlation::{IntraclassCorrelation, intraclass_correlations},
    linear_mixed_model::LinearMixedModel,
};
use serde_json::{Value, json};

use super::result::{Section, number};

/// The intraclass correlation of each grouping factor; nothing where a slope is random.
pub fn section(model: &LinearMixedModel, level: f64) -> Result<Option<Section>> {
    let shares = intraclass_correlations(model, level)?;
    if shares.is_empty() {
        return Ok(None);
    }
    let line = |share: &IntraclassCorrelation| {
        let mut line = format!(
            "{}: {}",
            share.group,
            words::estimate_with_interval(share.estimate, level, share.lower, share.upper)
        );
        if let Some(exact) = share.exact {
            line += &format!(
                "; exact by F {}",
                words::estimate_with_interval(exact.estimate, level, exact.lower, exact.upper)
            );
        }
        line
    };
    let lines: Vec<String> = shares.iter().map(line).collect();
    Ok(Some(Section {
        key: "icc",
        json: shares.iter().map(json_of).collect(),
        text: format!(
            "Share of the variance between groups (intraclass correlation), profile interval\n{}\n",
            lines.join("\n")
        ),
    }))
}

fn json_of(share: &IntraclassCorrelation) -> Value {
    json!({
        "group": share.group,
        "estimate": number(share.estimate),
        "lower": number(share.lower),
        "upper": number(share.upper),
        "reaches_zero": share.reaches_zero,
        "exact": share.exact.map(|exact| json!({
            "estimate": number(exact.estimate),
            "lower": number(exact.lower),
            "upper": number(exact.upper),
        })),
    })
}
