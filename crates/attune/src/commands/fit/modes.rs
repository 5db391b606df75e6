//! Conditional modes (BLUPs) of the random effects, `--blups`.

use attune_analysis::words;
use attune_statistics::linear_mixed_model::ConditionalModes;
use serde_json::{Value, json};

use super::{
    Fit,
    result::{Section, object, rows},
};
use crate::text_table::TextTable;

/// The modes of each grouping factor, where they were asked for and there are any.
pub fn asked_modes(fit: &Fit, modes: impl FnOnce() -> Vec<ConditionalModes>) -> Vec<Section> {
    if !fit.means.blups {
        return Vec::new();
    }
    let modes = modes();
    if modes.is_empty() {
        return Vec::new();
    }
    let texts: Vec<String> = modes
        .iter()
        .map(|modes| format!("Conditional modes of {}\n{}", modes.group, table(modes)))
        .collect();
    vec![Section {
        key: "blups",
        json: object(modes.iter().map(|modes| (&modes.group, modes_json(modes)))),
        text: texts.join("\n"),
    }]
}

fn modes_json(modes: &ConditionalModes) -> Value {
    json!({
        "columns": modes.columns,
        "levels": modes.levels,
        "values": rows(&modes.values),
        "se": rows(&modes.standard_errors),
    })
}

fn table(modes: &ConditionalModes) -> String {
    let heading: Vec<String> = std::iter::once("level".to_owned())
        .chain(
            modes
                .columns
                .iter()
                .flat_map(|column| [column.clone(), "SE".to_owned()]),
        )
        .collect();
    let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
    let mut table = TextTable::new(&heading);
    for (i, level) in modes.levels.iter().enumerate() {
        let pairs = modes.values.row(i).iter().zip(modes.standard_errors.row(i));
        let cells = pairs.flat_map(|(value, se)| [words::fixed(*value, 3), words::fixed(*se, 3)]);
        table.row(std::iter::once(level.clone()).chain(cells));
    }
    table.text()
}
