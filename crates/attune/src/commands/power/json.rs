//! Power as the JSON document of `docs/formats/power.md`.

use attune_statistics::power::{Power, SampleSize, SearchOutcome, Share};
use serde_json::{Map, Value, json};

use super::result::{Point, PowerResult, Question};

/// The document.
pub fn document(result: &PowerResult) -> Value {
    json!({
        "title": result.title,
        "simulated": true,
        "n_trials": result.n_trials,
        "seed": result.seed,
        "target": result.target,
        "questions": result.questions.iter().map(question).collect::<Vec<_>>(),
        "assumed": result.assumed,
        "cannot_show": result.cannot_show,
        "warnings": result.warnings,
    })
}

fn question(question: &Question) -> Value {
    json!({
        "id": question.id,
        "question": question.question,
        "model": question.model,
        "term": question.term,
        "method": question.method,
        "alpha": question.alpha,
        "effect_unit": question.effect_name,
        "points": question.points.iter().map(point).collect::<Vec<_>>(),
        "sample_size": question.search.as_ref().map(search),
    })
}

fn point(point: &Point) -> Value {
    let dyads: Map<String, Value> = point
        .dyads
        .iter()
        .map(|(arm, n)| (arm.clone(), json!(n)))
        .collect();
    let mut value = json!({ "dyads": dyads, "effect": point.effect });
    let Value::Object(of_power) = power(&point.power) else {
        return value;
    };
    for (key, number) in of_power {
        value[key] = number;
    }
    if let Some(adjusted) = point.adjusted {
        value["power_adjusted"] = share(&adjusted);
    }
    value
}

fn power(power: &Power) -> Value {
    json!({
        "power": number(power.power),
        "ci_lower": number(power.ci_lower),
        "ci_upper": number(power.ci_upper),
        "n_trials": power.n_trials,
        "n_rejected": power.n_rejected,
        "true_value": power.true_value.map(number),
        "mean_estimate": number(power.mean_estimate),
        "sd_estimate": number(power.sd_estimate),
        "mean_se": number(power.mean_se),
        "bias": power.bias().map(number),
        "bias_se": power.bias().map(|_| number(power.se_of_mean())),
        "coverage": power.coverage.as_ref().map(share),
        "n_wrong_sign": power.n_wrong_sign,
        "exaggeration": power.exaggeration.map(number),
        "n_singular": power.n_singular,
        "n_not_converged": power.n_not_converged,
        "n_not_fitted": power.n_not_fitted,
        "why_not_fitted": power.why_not_fitted,
    })
}

fn share(share: &Share) -> Value {
    json!({
        "estimate": number(share.share),
        "ci_lower": number(share.ci_lower),
        "ci_upper": number(share.ci_upper),
    })
}

fn search(found: &SampleSize) -> Value {
    let (outcome, n, of_power) = match &found.outcome {
        SearchOutcome::Found {
            n, confirmation, ..
        } => ("found", n, confirmation),
        SearchOutcome::NotReached { n, power } => ("not-reached", n, power),
        SearchOutcome::SmallestIsEnough { n, power } => ("smallest-is-enough", n, power),
    };
    let mut value = json!({ "outcome": outcome, "dyads_per_arm": n });
    if let SearchOutcome::Found {
        n_lower, n_upper, ..
    } = &found.outcome
    {
        value["ci_lower"] = number(*n_lower);
        value["ci_upper"] = number(*n_upper);
    }
    value["confirmation"] = power(of_power);
    let tried = found.tried.iter().map(|tried| {
        json!({ "dyads_per_arm": tried.n, "n_trials": tried.n_trials, "n_rejected": tried.n_rejected })
    });
    value["tried"] = tried.collect();
    value
}

/// A number; what is not defined is `null`.
fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else {
        Value::Null
    }
}
