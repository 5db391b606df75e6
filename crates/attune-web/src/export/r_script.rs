//! `read.R` of an export: reads its tables with base R.

use std::fmt::Write as _;

use attune_protocol::{Protocol, plan::AttributeKind};

use super::{
    Rules,
    tables::{Tables, WITHHELD},
    title,
};

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
