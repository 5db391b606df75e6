//! What to do about a singular fit: the commands, ready to be run.

use attune_statistics::linear_mixed_model::LinearMixedModel;
use serde_json::json;

use super::{Df, Fit, result::Section};

/// The commands that a statistician would run next; nothing for a fit that is not singular.
pub fn section(fit: &Fit, model: &LinearMixedModel) -> Option<Section> {
    if !model.singular {
        return None;
    }
    let groups = model.n_groups.iter().map(|(group, _)| group);
    let simpler: Vec<String> = groups
        .filter_map(|group| model.formula.with_random_intercept_only(group))
        .collect();
    let command = |formula: &str, more: &str| {
        format!(
            "attune fit {}{}{more}",
            quoted(&fit.data.display().to_string()),
            rest(fit, formula)
        )
    };
    let mut steps = Vec::new();
    if fit.df() == Df::Satterthwaite && !fit.model.ml {
        steps.push((
            "degrees of freedom that do not depend on the parametrisation",
            command(&fit.formula, " --df kenward-roger"),
        ));
    }
    for formula in &simpler {
        steps.push((
            "whether the slopes are needed at all",
            command(&fit.formula, &format!(" --compare {}", quoted(formula))),
        ));
        steps.push(("the simpler model", command(formula, "")));
    }
    steps.push((
        "what standard deviations and correlations the data allow",
        command(&fit.formula, " --profile"),
    ));
    steps.push((
        "the same without trust in large samples",
        command(&fit.formula, " --bootstrap 500 --seed 1"),
    ));
    let lines: Vec<String> = steps
        .iter()
        .map(|(why, command)| format!("  {why}:\n    {command}\n"))
        .collect();
    Some(Section {
        key: "next_steps",
        json: steps
            .iter()
            .map(|(why, command)| json!({ "why": why, "command": command }))
            .collect(),
        text: format!("What next, as the fit is singular\n{}", lines.concat()),
    })
}

/// The formula and the options that change how the file is read and the model fitted.
fn rest(fit: &Fit, formula: &str) -> String {
    let mut text = format!(" {}", quoted(formula));
    let columns = &fit.columns;
    let named = [("factor", &columns.factor), ("numeric", &columns.numeric)];
    for (option, values) in named {
        for value in values {
            text += &format!(" --{option} {}", quoted(value));
        }
    }
    let single = [("sheet", &columns.sheet), ("weights", &fit.model.weights)];
    for (option, value) in single {
        if let Some(value) = value {
            text += &format!(" --{option} {}", quoted(value));
        }
    }
    if fit.model.ml {
        text += " --ml";
    }
    text
}

/// As a shell wants it.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./=,".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
