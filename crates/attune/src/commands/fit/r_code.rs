//! `--r`: the R code that gives the same numbers.

use serde_json::json;

use super::{
    Fit,
    options::{Adjust, Df, Family},
    reading::{ColumnRead, Kind},
    result::Section,
};
use crate::data_file::DataFile;

/// The code as a part of the output.
pub fn section(fit: &Fit, columns: &[ColumnRead]) -> Section {
    let code = code(fit, columns);
    let indented: String = code.lines().map(|line| format!("  {line}\n")).collect();
    Section {
        key: "r",
        json: json!(code),
        text: format!("In R\n{indented}"),
    }
}

fn code(fit: &Fit, columns: &[ColumnRead]) -> String {
    let has_random = columns
        .iter()
        .any(|column| matches!(column.kind, Kind::Groups(_)));
    let mut lines = vec![read(fit)];
    for column in columns {
        let name = backticked(&column.name);
        match &column.kind {
            Kind::Groups(_) => lines.push(format!("d${name} <- factor(d${name})")),
            Kind::Factor(levels) if levels.len() <= 20 => {
                let levels: Vec<String> = levels.iter().map(|level| string(level)).collect();
                lines.push(format!(
                    "d${name} <- factor(d${name}, levels = c({}))",
                    levels.join(", ")
                ));
            }
            Kind::Factor(_) => lines.push(format!("d${name} <- factor(d${name})")),
            Kind::Numbers(_) => {}
        }
    }
    let (library, call) = call(fit, has_random);
    if let Some(library) = library {
        lines.insert(0, format!("library({library})"));
    }
    lines.push(format!("m <- {call}"));
    lines.push(
        match (fit.df(), has_random && fit.model.family == Family::Gaussian) {
            (Df::KenwardRoger, true) => "summary(m, ddf = \"Kenward-Roger\")".to_owned(),
            (Df::Normal, true) => "summary(m, ddf = \"lme4\")".to_owned(),
            _ => "summary(m)".to_owned(),
        },
    );
    lines.extend(means(fit));
    if fit.means.blups && has_random {
        lines.push("ranef(m)".to_owned());
    }
    lines.join("\n")
}

fn read(fit: &Fit) -> String {
    let file = string(&fit.data.display().to_string());
    let ending = fit
        .data
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    let mut missing = vec!["".to_owned(), "NA".to_owned()];
    missing.extend(fit.columns.missing.iter().cloned());
    let missing: Vec<String> = missing.iter().map(|code| string(code)).collect();
    let missing = missing.join(", ");
    let data = DataFile::read(&fit.data, fit.columns.sheet.as_deref());
    let has_decimal_comma = data.is_ok_and(|data| data.has_decimal_comma());
    match ending.to_lowercase().as_str() {
        "xlsx" => {
            let sheet = fit
                .columns
                .sheet
                .as_ref()
                .map(|sheet| format!(", sheet = {}", string(sheet)));
            format!(
                "d <- as.data.frame(readxl::read_excel({file}{}, na = c({missing})))",
                sheet.unwrap_or_default()
            )
        }
        "tsv" | "tab" => {
            format!("d <- read.delim({file}, na.strings = c({missing}), check.names = FALSE)")
        }
        _ if has_decimal_comma => {
            format!("d <- read.csv2({file}, na.strings = c({missing}), check.names = FALSE)")
        }
        _ => format!("d <- read.csv({file}, na.strings = c({missing}), check.names = FALSE)"),
    }
}

fn call(fit: &Fit, has_random: bool) -> (Option<&'static str>, String) {
    let formula = &fit.formula;
    let weights = fit.model.weights.as_ref();
    let weights = weights.map_or(String::new(), |name| {
        format!(", weights = {}", backticked(name))
    });
    let nodes = fit
        .model
        .agq
        .map_or(String::new(), |nodes| format!(", nAGQ = {nodes}"));
    let family = match fit.model.family {
        Family::Binomial => "binomial",
        _ => "poisson",
    };
    match (fit.model.family, has_random) {
        (Family::Gaussian, true) => {
            let ml = if fit.model.ml { ", REML = FALSE" } else { "" };
            (
                Some("lmerTest"),
                format!("lmer({formula}, data = d{ml}{weights})"),
            )
        }
        (Family::Gaussian, false) => (None, format!("lm({formula}, data = d{weights})")),
        (Family::Ordinal, true) => (
            Some("ordinal"),
            format!("clmm({formula}, data = d{nodes}{weights})"),
        ),
        (Family::Ordinal, false) => (
            Some("ordinal"),
            format!("clm({formula}, data = d{weights})"),
        ),
        (Family::NegativeBinomial, _) => (
            Some("glmmTMB"),
            format!("glmmTMB({formula}, data = d, family = nbinom2{weights})"),
        ),
        (_, true) => (
            Some("lme4"),
            format!("glmer({formula}, data = d, family = {family}{nodes}{weights})"),
        ),
        (_, false) => (
            None,
            format!("glm({formula}, data = d, family = {family}{weights})"),
        ),
    }
}

/// emmeans and emtrends as asked for.
fn means(fit: &Fit) -> Vec<String> {
    let options = &fit.means;
    let df = match fit.df() {
        Df::KenwardRoger => ", lmer.df = \"kenward-roger\"",
        Df::Satterthwaite => ", lmer.df = \"satterthwaite\"",
        Df::Normal => "",
    };
    let mut lines = Vec::new();
    if let Some(spec) = &options.emmeans {
        let (factors, at) = spec.split_once(" at ").unwrap_or((spec, ""));
        let factors: Vec<&str> = factors.split(',').map(str::trim).collect();
        let values: Vec<(String, String)> = at
            .split(';')
            .filter_map(|part| part.split_once('='))
            .map(|(name, values)| (name.trim().to_owned(), values.trim().to_owned()))
            .collect();
        let by: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
        let given = if by.is_empty() {
            String::new()
        } else {
            format!(" | {}", by.join(" * "))
        };
        let at: Vec<String> = values
            .iter()
            .map(|(name, values)| format!("{name} = c({values})"))
            .collect();
        let at = if at.is_empty() {
            String::new()
        } else {
            format!(", at = list({})", at.join(", "))
        };
        lines.push(format!(
            "g <- emmeans::emmeans(m, ~ {}{given}{at}{df})",
            factors.join(" * ")
        ));
        lines.push(contrast("g", fit));
    }
    if let Some(covariate) = &options.trends {
        let by = if options.by.is_empty() {
            "1".to_owned()
        } else {
            options.by.join(" * ")
        };
        lines.push(format!(
            "s <- emmeans::emtrends(m, ~ {by}, var = {}{df})",
            string(covariate)
        ));
        if !options.by.is_empty() {
            lines.push(contrast("s", fit));
        }
    }
    lines
}

fn contrast(grid: &str, fit: &Fit) -> String {
    let asked = fit.means.contrasts.trim();
    let (method, suitable) = match asked {
        "pairs" => ("\"revpairwise\"".to_owned(), Adjust::Tukey),
        "reference" => ("\"trt.vs.ctrl\"".to_owned(), Adjust::Mvt),
        "average" => ("\"eff\"".to_owned(), Adjust::Mvt),
        "consecutive" => ("\"consec\"".to_owned(), Adjust::Mvt),
        _ => match asked.strip_prefix("reference=") {
            Some(level) => (
                format!("\"trt.vs.ctrl\", ref = {}", string(level)),
                Adjust::Mvt,
            ),
            None => (format!("list({})", custom(asked)), Adjust::Mvt),
        },
    };
    let adjust = match fit.means.adjust.unwrap_or(suitable) {
        Adjust::None => "none",
        Adjust::Tukey => "tukey",
        Adjust::Holm => "holm",
        Adjust::Bonferroni => "bonferroni",
        Adjust::Sidak => "sidak",
        Adjust::Dunnett | Adjust::Mvt => "mvt",
    };
    format!("summary(emmeans::contrast({grid}, {method}), infer = TRUE, adjust = \"{adjust}\")")
}

fn custom(asked: &str) -> String {
    let one = |part: &str| {
        let (name, weights) = part.rsplit_once(':')?;
        Some(format!("`{}` = c({})", name.trim(), weights.trim()))
    };
    asked
        .split(';')
        .filter_map(one)
        .collect::<Vec<_>>()
        .join(", ")
}

fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn backticked(name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.');
    if is_plain {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}
