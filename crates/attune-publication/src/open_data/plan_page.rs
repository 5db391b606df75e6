//! The plan in words, with its seal: the fingerprint of the study file and the texts that it names.

use attune_protocol::{
    Protocol,
    plan::{Analysis, Estimator, Inference},
};

use super::tables::joined;

/// `plan.md`.
pub fn plan_page(protocol: &Protocol) -> String {
    let mut page = format!("# The plan: {}\n\n", protocol.study.title);
    page += &format!(
        "Seal (SHA-256 over the study file and the texts that it names, in `protocol/`):\n\n    {}\n\nAnother seal means \
         another plan. `attune reproduce` makes the seal again and compares.\n\n",
        protocol.fingerprint
    );
    page += "## Outcomes\n\n";
    for outcome in &protocol.outcomes {
        let role = match outcome.role {
            attune_protocol::plan::OutcomeRole::Primary => "primary",
            attune_protocol::plan::OutcomeRole::Secondary => "secondary",
            attune_protocol::plan::OutcomeRole::Exploratory => "exploratory",
        };
        page += &format!(
            "- `{}` {} ({role}), from `{}`\n",
            outcome.id, outcome.label, outcome.measure
        );
    }
    for analysis in &protocol.analyses {
        page += &one(analysis);
    }
    if let Some(multiplicity) = &protocol.multiplicity {
        let family = joined(multiplicity.family.iter(), ", ");
        let how = match multiplicity.method {
            attune_protocol::plan::MultiplicityMethod::Holm => "adjusted by Holm's method",
            attune_protocol::plan::MultiplicityMethod::None => "not adjusted",
        };
        page += &format!("\n## Read together\n\nThe p values of {family} are {how}.\n");
    }
    if !protocol.deviations.is_empty() {
        page += "\n## Departures from the plan, as the team tells them\n\n";
        for deviation in &protocol.deviations {
            page += &format!(
                "- {}: {} Why: {}\n",
                deviation.date, deviation.what, deviation.why
            );
        }
    }
    page
}

fn one(analysis: &Analysis) -> String {
    let estimator = match analysis.estimator {
        Estimator::Reml => "REML",
        Estimator::Ml => "ML",
    };
    let inference = match analysis.inference {
        Inference::KenwardRoger => "Kenward–Roger",
        Inference::Satterthwaite => "Satterthwaite",
        Inference::Normal => "the standard normal distribution",
    };
    let mut text = format!(
        "\n## {}\n\n{}\n\n- Model: `{}`\n- Answered by: `{}`\n- Estimator: {estimator}; degrees of freedom: {inference}\n",
        analysis.id, analysis.question, analysis.model, analysis.answers.text
    );
    if !analysis.contrasts_at_months.is_empty() {
        text += &format!(
            "- Compared at months: {}\n",
            joined(analysis.contrasts_at_months.iter(), ", ")
        );
    }
    if let Some(estimand) = &analysis.estimand {
        for (name, words) in [
            ("Population", &estimand.population),
            ("Treatment", &estimand.treatment),
            ("Variable", &estimand.variable),
            ("Intercurrent events", &estimand.intercurrent_events),
            ("Summary", &estimand.summary),
        ] {
            text += &format!("- {name}: {words}\n");
        }
    }
    if !analysis.sensitivity.is_empty() {
        let names = analysis
            .sensitivity
            .iter()
            .filter_map(|kind| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned));
        text += &format!("- Asked in other ways: {}\n", joined(names, ", "));
    }
    text
}
