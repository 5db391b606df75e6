//! The first page of the crate: what is in it, how to use it, how to run it again.

use super::{
    crate_files::{Parts, no_licence},
    tables::joined,
};

/// `README.md`.
pub fn readme(parts: &Parts<'_>) -> String {
    let study = &parts.protocol.study;
    let disclosure = parts.disclosure;
    let simulated = match disclosure.simulated {
        true => {
            "**Simulated data.** The records behind this crate were made up by a program and describe no family.\n\n"
        }
        false => "",
    };
    let no_licence = match study.licence {
        Some(_) => String::new(),
        None => format!("{}\n\n", no_licence(parts.protocol)),
    };
    let statement = study
        .data_statement
        .as_ref()
        .map(|text| format!("{text}\n\n"))
        .unwrap_or_default();
    let people = joined(parts.protocol.team.iter().map(|member| &member.name), ", ");
    let people = if people.is_empty() {
        String::new()
    } else {
        format!("{people}\n\n")
    };
    let comparison = &disclosure.comparison;
    let differing = comparison
        .parts
        .iter()
        .filter(|part| part.same < part.numbers);
    let differing = joined(
        differing.map(|part| {
            format!(
                "- {}: {} of {}\n",
                part.name,
                part.numbers - part.same,
                part.numbers
            )
        }),
        "",
    );
    let differing = match differing.is_empty() {
        true => "Holding back changed none of them.\n".to_owned(),
        false => format!(
            "Where they differ, something was held back; how many numbers of each part:\n\n{differing}"
        ),
    };
    format!(
        "# {title}\n\n{simulated}{people}{statement}{no_licence}## What is here\n\n\
         | file | what it is |\n|---|---|\n\
         | `data/units.csv`, `data/measures.csv` | de-identified data, described by `datapackage.json` and `codebook.md` |\n\
         | `protocol/` | the study file and the texts that it names |\n\
         | `plan.md` | the plan in words, with its seal |\n\
         | `findings.json`, `report.html` | what the plan gives on these data |\n\
         | `refit.R` | the primary model again, in R |\n\
         | `disclosure-log.csv`, `disclosure.json` | what was held back, and why |\n\
         | `LICENCE.md` | who may use it for what |\n\
         | `manifest-sha256.txt` | checksums |\n\n\
         ## To run it again\n\n    sha256sum -c manifest-sha256.txt\n    attune reproduce .\n    Rscript refit.R\n\n\
         Made by {engine} with seed {seed}. The same program gives every file again, byte for byte.\n\n\
         ## What was held back\n\n\
         No date, code or name of a family is here. Levels and reasons that fewer than {smallest} have are held back, and \
         combinations of site, arm and levels that fewer than {alike} share are broken up. Whether families agreed that \
         data go into an archive is for the team to answer; the program cannot know it.\n\n\
         Of the {numbers} numbers that the plan gives on the study's own data or on these, {same} are the same. {differing}",
        title = study.title,
        engine = disclosure.engine,
        seed = disclosure.seed,
        smallest = disclosure.rules.smallest_group,
        alike = disclosure.rules.fewest_alike,
        numbers = comparison.numbers,
        same = comparison.same,
    )
}
