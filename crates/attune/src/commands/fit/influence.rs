//! What the result would be without each level of a grouping factor, `--influence GROUP`.

use anyhow::Result;
use attune_analysis::words;
use attune_statistics::{
    influence::{GroupInfluence, VarianceInfluence, influence, influence_on_variances},
    linear_mixed_model::LinearMixedModel,
};
use serde_json::{Value, json};

use super::result::{Section, number};
use crate::text_table::TextTable;

/// How many levels are printed; the JSON document has all.
const PRINTED: usize = 10;
/// Levels times rows up to which the change of the variances is computed, too.
const AFFORDABLE: usize = 20_000_000;

/// The levels, the most influential first.
pub fn section(model: &LinearMixedModel, group: &str) -> Result<Section> {
    let levels = influence(model, group)?;
    let variances = if levels.len() * model.n_observations <= AFFORDABLE {
        influence_on_variances(model, group)?
    } else {
        Vec::new()
    };
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by(|&a, &b| {
        let distance = |level: usize| {
            let distance = levels[level].cooks_distance;
            // What cannot be estimated without a level depends on it most of all.
            if distance.is_nan() {
                f64::INFINITY
            } else {
                distance
            }
        };
        distance(b).total_cmp(&distance(a))
    });
    let text = text(model, group, &levels, &variances, &order);
    let all = order
        .iter()
        .map(|&at| json_of(model, &levels[at], variances.get(at)))
        .collect();
    Ok(Section {
        key: "influence",
        json: json!({ "group": group, "levels": Value::Array(all) }),
        text,
    })
}

fn text(
    model: &LinearMixedModel,
    group: &str,
    levels: &[GroupInfluence],
    variances: &[VarianceInfluence],
    order: &[usize],
) -> String {
    let deviations = deviations(model);
    let mut heading = vec![
        group.to_owned(),
        "rows".to_owned(),
        "Cook's D".to_owned(),
        "MDFFITS".to_owned(),
        "COVRATIO".to_owned(),
        "moves most".to_owned(),
        "by SE".to_owned(),
    ];
    if !variances.is_empty() {
        heading.extend(deviations.iter().map(|(_, name)| name.clone()));
    }
    let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
    let mut table = TextTable::new(&heading);
    for &at in order.iter().take(PRINTED) {
        let level = &levels[at];
        let (term, by) = most_moved(model, level);
        let mut cells = vec![
            level.level.clone(),
            words::count(level.n_rows),
            words::fixed(level.cooks_distance, 3),
            words::fixed(level.mdffits, 3),
            words::fixed(level.covariance_ratio, 2),
            term,
            words::fixed(by, 2),
        ];
        if let Some(without) = variances.get(at) {
            let root = |&(place, _): &(usize, String)| without.variances[place].max(0.0).sqrt();
            cells.extend(deviations.iter().map(|one| words::fixed(root(one), 3)));
        }
        table.row(cells);
    }
    let shown = if levels.len() > PRINTED {
        format!(
            ", the {PRINTED} most influential of {}",
            words::count(levels.len())
        )
    } else {
        String::new()
    };
    let variances = if variances.is_empty() {
        "Standard deviations are held as estimated."
    } else {
        "Fixed effects with the standard deviations held; standard deviations after one step without the level."
    };
    format!(
        "Without each level of {group}{shown}\n{}{variances}\nA level that moves a coefficient by more than half a standard error deserves a fit without it.\n",
        table.text()
    )
}

/// The components that are variances, with a heading for their standard deviations.
fn deviations(model: &LinearMixedModel) -> Vec<(usize, String)> {
    let components = model.random.iter().enumerate();
    components
        .filter(|(_, component)| component.with.is_none())
        .map(|(place, component)| {
            let name = match component.group.as_str() {
                "Residual" => "SD residual".to_owned(),
                group => format!("SD {}|{group}", component.term),
            };
            (place, name)
        })
        .collect()
}

/// The coefficient that moves most, and by how many standard errors.
fn most_moved(model: &LinearMixedModel, level: &GroupInfluence) -> (String, f64) {
    let by = |place: usize| level.change[place] / model.vcov[(place, place)].sqrt();
    let most = (0..level.change.len()).max_by(|&a, &b| by(a).abs().total_cmp(&by(b).abs()));
    most.map_or((String::new(), f64::NAN), |place| {
        (model.terms[place].clone(), by(place))
    })
}

fn json_of(
    model: &LinearMixedModel,
    level: &GroupInfluence,
    variances: Option<&VarianceInfluence>,
) -> Value {
    let by_term = |values: &[f64]| -> Value {
        let pairs = model.terms.iter().zip(values);
        Value::Object(
            pairs
                .map(|(term, value)| (term.clone(), number(*value)))
                .collect(),
        )
    };
    json!({
        "level": level.level,
        "n_rows": level.n_rows,
        "coefficients": by_term(&level.coefficients),
        "change": by_term(&level.change),
        "cooks_distance": number(level.cooks_distance),
        "mdffits": number(level.mdffits),
        "covariance_ratio": number(level.covariance_ratio),
        "variances": variances.map(|without| {
            without.variances.iter().copied().map(number).collect::<Vec<_>>()
        }),
    })
}
