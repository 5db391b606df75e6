//! What each column of an export holds, for people (`codebook.csv`) and for R (`read.R`).

use std::fmt::Write as _;

use attune_protocol::{
    Protocol, id::MeasureId, missing::Missing, plan::AttributeKind, sharing::SharedTimes,
};

use super::{
    Rules,
    tables::{Tables, WITHHELD},
    title,
};

/// The codebook: file, column, label, type, unit, smallest, largest, codes.
pub fn codebook(protocol: &Protocol, made: &Tables, rules: Rules) -> Vec<Vec<String>> {
    let mut book = vec![
        [
            "file", "column", "label", "type", "unit", "minimum", "maximum", "codes",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let mut add = |file: &str,
                   column: &str,
                   label: &str,
                   kind: &str,
                   unit: &str,
                   range: Option<(f64, f64)>,
                   codes: &str| {
        let end = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        book.push(vec![
            file.to_owned(),
            column.to_owned(),
            label.to_owned(),
            kind.to_owned(),
            unit.to_owned(),
            end(range.map(|range| range.0)),
            end(range.map(|range| range.1)),
            codes.to_owned(),
        ]);
    };
    let sites = codes(
        protocol
            .sites
            .iter()
            .map(|site| (site.id.to_string(), site.label.clone())),
    ) + &format!("; {WITHHELD} = too few families to be told");
    let waves = codes(
        protocol
            .waves
            .iter()
            .map(|wave| (wave.id.to_string(), wave.label.clone())),
    );
    let times = match rules.times {
        SharedTimes::Days => "days",
        SharedTimes::Months | SharedTimes::Waves => "months",
    };
    let reasons = Missing::ALL.map(Missing::words).join("; ");
    for file in ["long.csv", "wide.csv", "visits.csv"] {
        add(file, "site", "Site", "category", "", None, &sites);
        if rules.arms {
            let arms = codes(
                protocol
                    .arms
                    .iter()
                    .map(|arm| (arm.id.to_string(), arm.label.clone())),
            );
            add(file, "arm", "Arm", "category", "", None, &arms);
            if file != "wide.csv" {
                let phases = codes(
                    protocol
                        .phases
                        .iter()
                        .map(|phase| (phase.id.to_string(), phase.label.clone())),
                );
                add(file, "phase", "Phase", "category", "", None, &phases);
            }
        }
        if file != "wide.csv" {
            add(file, "wave", "Wave", "category", "", None, &waves);
            for (what, label) in [
                ("time", "Time since enrolment"),
                ("age_time", "Infant’s age"),
                (
                    "corrected_age_time",
                    "Infant’s age counted from the due date",
                ),
            ] {
                if let Some(column) = rules.heading(what) {
                    add(file, &column, label, "number", times, None, "");
                }
            }
        }
    }
    for (file, column) in [
        ("long.csv", "unit"),
        ("wide.csv", "dyad"),
        ("visits.csv", "dyad"),
        ("items.csv", "unit"),
    ] {
        add(file, column, "Study code", "text", "", None, "");
    }
    add(
        "long.csv",
        "kind",
        "What kind of unit it is",
        "category",
        "",
        None,
        "",
    );
    add(
        "long.csv",
        "measure",
        "Measure: instrument and score",
        "category",
        "",
        None,
        "",
    );
    add("long.csv", "value", "Value", "number", "", None, "");
    add(
        "long.csv",
        "missing",
        "Why there is no value",
        "category",
        "",
        None,
        &reasons,
    );
    for (column, label) in [
        ("instrument", "Instrument"),
        ("wave", "Wave"),
        ("item", "Item"),
    ] {
        add("items.csv", column, label, "category", "", None, "");
    }
    add(
        "items.csv",
        "value",
        "Code of the answer, not reversed",
        "number",
        "",
        None,
        "",
    );
    add(
        "items.csv",
        "missing",
        "Why there is no answer",
        "category",
        "",
        None,
        &reasons,
    );
    if let Some(column) = rules.heading("age_at_enrolment_time") {
        let label = "Infant’s age at enrolment";
        add("wide.csv", &column, label, "number", times, None, "");
        let label = "Weeks by which the infant was born before the due date";
        add(
            "wide.csv",
            "weeks_early",
            label,
            "number",
            "weeks",
            None,
            "",
        );
    }
    add(
        "wide.csv",
        "left",
        "Left before the end",
        "category",
        "",
        None,
        "yes; no",
    );
    add(
        "wide.csv",
        "sessions_attended",
        "Sessions attended since enrolment",
        "number",
        "sessions",
        None,
        "",
    );
    for attribute in &protocol.attributes {
        let id = attribute.id.as_str();
        match &attribute.kind {
            AttributeKind::Number { unit, .. } => {
                add(
                    "wide.csv",
                    id,
                    &attribute.label,
                    "number",
                    unit.as_deref().unwrap_or_default(),
                    None,
                    "",
                );
            }
            AttributeKind::Levels(levels) => {
                let levels = codes(
                    levels
                        .iter()
                        .map(|level| (level.id.clone(), level.label.clone())),
                );
                add(
                    "wide.csv",
                    id,
                    &attribute.label,
                    "category",
                    "",
                    None,
                    &format!("{levels}; {WITHHELD} = too few families to be told"),
                );
            }
            AttributeKind::Date => {}
        }
    }
    for name in &made.measures {
        let score = protocol.score(&MeasureId::from(name.as_str()));
        let label = score.map_or_else(
            || name.clone(),
            |(planned, score)| format!("{}: {}", planned.definition.short_title, score.label),
        );
        let range = score.map(|(_, score)| (score.minimum, score.maximum));
        let unit = score
            .and_then(|(_, score)| score.unit.as_deref())
            .unwrap_or_default();
        add("visits.csv", name, &label, "number", unit, range, "");
        add(
            "visits.csv",
            &format!("{name}.missing"),
            &format!("{label}: why there is none"),
            "category",
            "",
            None,
            &reasons,
        );
        for wave in &protocol.waves {
            add(
                "wide.csv",
                &format!("{name}.{}", wave.id),
                &format!("{label}, {}", wave.label),
                "number",
                unit,
                range,
                "",
            );
        }
    }
    book
}

fn codes(pairs: impl Iterator<Item = (String, String)>) -> String {
    let told: Vec<String> = pairs.map(|(id, label)| format!("{id} = {label}")).collect();
    told.join("; ")
}

/// A script that reads the tables with base R, and makes categories of what are categories.
pub fn r_script(protocol: &Protocol, made: &Tables, rules: Rules) -> String {
    let mut script = format!(
        "# Reads the export of \"{}\".\n# Run it in the folder of the files: source(\"read.R\")\n\n",
        title(protocol, rules).replace('\n', " ")
    );
    script.push_str(
        "read_table <- function(file) {\n  read.csv(file, na.strings = \"\", check.names = FALSE, encoding = \"UTF-8\", stringsAsFactors = FALSE)\n}\n\
         long <- read_table(\"long.csv\")\nwide <- read_table(\"wide.csv\")\nvisits <- read_table(\"visits.csv\")\nitems <- read_table(\"items.csv\")\ncodebook <- read_table(\"codebook.csv\")\n\n",
    );
    let mut factor = |tables: &[&str], column: &str, ids: &[String], labels: &[String]| {
        if ids.is_empty() {
            return;
        }
        for table in tables {
            let _ = writeln!(
                script,
                "{table}[[\"{column}\"]] <- factor({table}[[\"{column}\"]], levels = c({}), labels = c({}))",
                listed(ids),
                listed(labels)
            );
        }
    };
    let with_withheld = |ids: Vec<String>| -> Vec<String> {
        ids.into_iter().chain([WITHHELD.to_owned()]).collect()
    };
    let sites = with_withheld(
        protocol
            .sites
            .iter()
            .map(|site| site.id.to_string())
            .collect(),
    );
    let site_labels = with_withheld(
        protocol
            .sites
            .iter()
            .map(|site| site.label.clone())
            .collect(),
    );
    factor(&["long", "wide", "visits"], "site", &sites, &site_labels);
    let waves: Vec<String> = protocol
        .waves
        .iter()
        .map(|wave| wave.id.to_string())
        .collect();
    let wave_labels: Vec<String> = protocol
        .waves
        .iter()
        .map(|wave| wave.label.clone())
        .collect();
    factor(&["long", "visits"], "wave", &waves, &wave_labels);
    if rules.arms {
        let arms: Vec<String> = protocol.arms.iter().map(|arm| arm.id.to_string()).collect();
        let arm_labels: Vec<String> = protocol.arms.iter().map(|arm| arm.label.clone()).collect();
        factor(&["long", "wide", "visits"], "arm", &arms, &arm_labels);
    }
    for attribute in &protocol.attributes {
        if let AttributeKind::Levels(levels) = &attribute.kind {
            let ids = with_withheld(levels.iter().map(|level| level.id.clone()).collect());
            let labels = with_withheld(levels.iter().map(|level| level.label.clone()).collect());
            factor(&["wide"], &attribute.id, &ids, &labels);
        }
    }
    let _ = write!(
        script,
        "\nstopifnot(nrow(wide) == {}, nrow(long) == {}, nrow(visits) == {}, nrow(items) == {})\n\
         cat(nrow(wide), \"families,\", nrow(visits), \"visits,\", nrow(long), \"values read\\n\")\n",
        made.wide.len() - 1,
        made.long.len() - 1,
        made.visits.len() - 1,
        made.items.len() - 1
    );
    script
}

fn listed(texts: &[String]) -> String {
    let quoted: Vec<String> = texts
        .iter()
        .map(|text| {
            format!(
                "\"{}\"",
                text.replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', " ")
            )
        })
        .collect();
    quoted.join(", ")
}
