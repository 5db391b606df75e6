//! A script that fits the primary model again in R, with lme4, and says whether it comes to the same.

use attune_analysis::{Findings, findings::Finding};
use attune_protocol::{
    Protocol,
    design::{DAYS_PER_MONTH, DAYS_PER_YEAR},
    id::WaveId,
    plan::{Analysis, AttributeKind, Estimator, Inference, OutcomeRole},
};

use super::tables::joined;

/// `refit.R`; none where the primary question has no estimate.
pub fn r_script(protocol: &Protocol, findings: &Findings) -> Option<String> {
    let finding = findings
        .findings
        .iter()
        .find(|finding| finding.outcome.role == OutcomeRole::Primary)?;
    let analysis = protocol
        .analyses
        .iter()
        .find(|analysis| *analysis.id == *finding.id)?;
    let (estimate, se) = (finding.estimate.estimate?, finding.estimate.se?);
    let mut script = head(protocol, analysis, finding);
    script += &columns(protocol, analysis);
    script += &fit(analysis);
    script += &comparison(analysis, estimate, se);
    Some(script)
}

fn head(protocol: &Protocol, analysis: &Analysis, finding: &Finding) -> String {
    let simulated = match protocol.study.simulated {
        true => "# Simulated data: the records were made up by a program.\n",
        false => "",
    };
    format!(
        "# {title}\n# {question}\n{simulated}#\n\
         # Fits the planned model again with lme4 and compares. Run it in the folder of the crate: Rscript refit.R\n\
         # Needs the packages lme4, lmerTest and, for Kenward-Roger, pbkrtest.\n\n\
         units <- read.csv(\"data/units.csv\", na.strings = \"\", colClasses = c(unit = \"character\"))\n\
         measures <- read.csv(\"data/measures.csv\", na.strings = \"\", colClasses = c(unit = \"character\"))\n\n\
         d <- measures[measures$measure == {measure} & !is.na(measures$value), ]\n\
         facts <- units[match(d$unit, units$unit), ]\n\
         d${outcome} <- d$value\n",
        title = one_line(&protocol.study.title),
        question = one_line(&analysis.question),
        measure = quoted(&finding.outcome.measure),
        outcome = analysis.outcome,
    )
}

/// A column for every name of the model.
fn columns(protocol: &Protocol, analysis: &Analysis) -> String {
    let names = names(&analysis.model);
    let has = |name: &str| names.iter().any(|other| other == name);
    let mut text = String::new();
    let mut used = vec![analysis.outcome.to_string()];
    let mut column = |name: &str, code: String| {
        if has(name) {
            text += &format!("d${name} <- {code}\n");
            used.push(name.to_owned());
        }
    };
    column("months", format!("d$days / {DAYS_PER_MONTH}"));
    column("years", format!("d$days / {DAYS_PER_YEAR}"));
    column("age_months", format!("d$age_days / {DAYS_PER_MONTH}"));
    column(
        "corrected_age_months",
        format!("d$corrected_age_days / {DAYS_PER_MONTH}"),
    );
    for name in ["days", "age_days", "corrected_age_days"] {
        if has(name) {
            column(name, format!("d${name}"));
        }
    }
    column("dyad", "factor(d$unit)".to_owned());
    let factor = |of: &str, ids: Vec<String>| {
        format!(
            "factor({of}, levels = c({}))",
            joined(ids.iter().map(|id| quoted(id)), ", ")
        )
    };
    let ids = |list: Vec<String>| list;
    column(
        "arm",
        factor(
            "d$arm",
            ids(protocol.arms.iter().map(|arm| arm.id.to_string()).collect()),
        ),
    );
    column(
        "site",
        factor(
            "d$site",
            ids(protocol
                .sites
                .iter()
                .map(|site| site.id.to_string())
                .collect()),
        ),
    );
    column(
        "phase",
        factor(
            "d$phase",
            ids(protocol
                .phases
                .iter()
                .map(|phase| phase.id.to_string())
                .collect()),
        ),
    );
    column(
        "wave",
        factor(
            "d$wave",
            ids(protocol
                .waves
                .iter()
                .map(|wave| wave.id.to_string())
                .collect()),
        ),
    );
    for attribute in &protocol.attributes {
        let id = attribute.id.as_str();
        match &attribute.kind {
            AttributeKind::Levels(levels) => {
                let levels = levels.iter().map(|level| level.id.clone()).collect();
                column(id, factor(&format!("facts${id}"), levels));
            }
            _ => column(id, format!("facts${id}")),
        }
    }
    if has("baseline") {
        used.push("baseline".to_owned());
        let first = first_wave(protocol, analysis);
        text += &format!(
            "first <- d[which(d$wave == {first}), ]\n\
             d$baseline <- first$value[match(d$unit, first$unit)]\n\
             d <- d[is.na(d$wave) | d$wave != {first}, ]\n",
            first = quoted(&first)
        );
    }
    let used = joined(used.iter().map(|name| quoted(name)), ", ");
    text + &format!("d <- droplevels(d[complete.cases(d[, c({used})]), ])\n\n")
}

fn first_wave(protocol: &Protocol, analysis: &Analysis) -> String {
    let outcome = protocol.outcome(&analysis.outcome);
    let planned = outcome.and_then(|outcome| protocol.score(&outcome.measure));
    let planned: &[WaveId] = planned.map_or(&[], |(instrument, _)| &instrument.waves);
    let is_planned = |id: &WaveId| planned.is_empty() || planned.contains(id);
    let mut waves = protocol.waves.iter().filter(|wave| is_planned(&wave.id));
    waves
        .next()
        .map(|wave| wave.id.to_string())
        .unwrap_or_default()
}

fn fit(analysis: &Analysis) -> String {
    let model = one_line(&analysis.model);
    if !model.contains('|') {
        return format!(
            "model <- lm({model}, data = d)\ncoefficients <- summary(model)$coefficients\nprint(coefficients)\n\n"
        );
    }
    let reml = match analysis.estimator {
        Estimator::Reml => "TRUE",
        Estimator::Ml => "FALSE",
    };
    let ddf = match analysis.inference {
        Inference::KenwardRoger => "Kenward-Roger",
        Inference::Satterthwaite | Inference::Normal => "Satterthwaite",
    };
    format!(
        "model <- lmerTest::lmer({model}, data = d, REML = {reml})\n\
         coefficients <- summary(model, ddf = \"{ddf}\")$coefficients\nprint(coefficients)\n\n"
    )
}

/// The term in R's spelling: a level stands right behind its variable. Variables may come in either order.
fn comparison(analysis: &Analysis, estimate: f64, se: f64) -> String {
    let parts: Vec<String> = analysis
        .answers
        .parts
        .iter()
        .map(|part| format!("{}{}", part.variable, part.level.as_deref().unwrap_or("")))
        .collect();
    let parts = joined(parts.iter().map(|part| quoted(part)), ", ");
    format!(
        "# The term that answers the question, whatever the order of its variables.\n\
         wanted <- sort(c({parts}))\n\
         is_wanted <- function(name) identical(sort(strsplit(name, \":\", fixed = TRUE)[[1]]), wanted)\n\
         here <- coefficients[vapply(rownames(coefficients), is_wanted, logical(1)), , drop = FALSE]\n\
         stopifnot(nrow(here) == 1)\n\n\
         attune <- c(estimate = {estimate}, se = {se})\n\
         r <- c(estimate = here[1, \"Estimate\"], se = here[1, \"Std. Error\"])\n\
         print(rbind(attune, r))\n\
         # Two optimisers agree to many digits, seldom to all.\n\
         off <- abs(attune - r) / attune[\"se\"]\n\
         if (any(off > 1e-3)) stop(\"R comes to another result\")\n\
         cat(\"R comes to the same result; the largest difference is\", format(max(off), digits = 2), \"standard errors\\n\")\n"
    )
}

fn names(model: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let words = model.split(|letter| !is_part(letter));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text in R's quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
