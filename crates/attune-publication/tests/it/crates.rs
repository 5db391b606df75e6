//! The open-data crate of the example studies: nobody can be recognised, and everything comes out again.

use std::{collections::BTreeMap, path::PathBuf};

use attune_analysis::Settings;
use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, StudyFolder};
use attune_publication::{
    Files,
    open_data::{CRATE_FINDINGS, Disclosure, open_crate, reproduce},
};

fn study(id: &str) -> (Protocol, Measures, Vec<(String, Vec<u8>)>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../studies")
        .join(id);
    let on_disk = StudyFolder::on_disk(&folder).expect("the folder is there");
    let (protocol, _) = Protocol::read_folder(&on_disk).expect("the study is in order");
    let (records, _) = attune_exchange::read_records(&protocol, &folder)
        .unwrap_or_else(|problems| panic!("{}", problems.rendered()));
    let measures = measure(&protocol, &records);
    (protocol, measures, on_disk.protocol_files())
}

pub fn crate_of(id: &str) -> Files {
    let (protocol, measures, files) = study(id);
    open_crate(&protocol, &files, &measures, &Settings::default()).expect("it may be handed on")
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    let bytes = files
        .get(path)
        .unwrap_or_else(|| panic!("there is no {path}"));
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn records(files: &Files, path: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files[path].as_slice());
    reader
        .deserialize()
        .map(|record| record.expect("a record"))
        .collect()
}

fn disclosure(files: &Files) -> Disclosure {
    serde_json::from_str(text(files, "disclosure.json")).expect("JSON")
}

#[test]
fn a_crate_that_nobody_changed_comes_out_byte_for_byte() {
    for id in ["hostel-clinic", "early-intervention", "community-clinic"] {
        let files = crate_of(id);
        let again =
            reproduce(&files, "attune test").unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(again.other_bytes, Vec::<String>::new(), "{id}");
        assert!(again.is_same_to_the_byte(), "{id}: {again:?}");
        assert!(
            again.numbers.numbers > 200,
            "{id}: {}",
            again.numbers.numbers
        );
    }
}

#[test]
fn the_same_study_gives_the_same_crate() {
    assert_eq!(
        crate_of("early-intervention"),
        crate_of("early-intervention")
    );
}

#[test]
fn no_date_code_or_file_of_a_family_is_in_the_crate() {
    let (_, measures, _) = study("hostel-clinic");
    let files = crate_of("hostel-clinic");
    for path in [
        "data/units.csv",
        "data/measures.csv",
        CRATE_FINDINGS,
        "report.html",
    ] {
        let file = text(&files, path);
        for unit in &measures.units {
            assert!(
                !file.contains(&*unit.id),
                "{path} holds the code {}",
                unit.id
            );
        }
        let year = measures.units[0].enrolled.expect("it has dates").year();
        assert!(!file.contains(&format!("{year}-0")), "{path} holds a date");
    }
    assert!(!text(&files, "data/measures.csv").contains("development.csv"));
}

#[test]
fn codes_and_order_do_not_follow_the_old_ones() {
    let (_, measures, _) = study("hostel-clinic");
    let sites: Vec<String> = measures
        .units
        .iter()
        .map(|unit| unit.site.to_string())
        .collect();
    let open: Vec<String> = records(&crate_of("hostel-clinic"), "data/units.csv")
        .iter()
        .map(|unit| unit["site"].clone())
        .collect();
    assert_eq!(sites.len(), open.len());
    assert_ne!(sites, open);
}

#[test]
fn rare_levels_reasons_and_combinations_are_held_back_and_logged() {
    let files = crate_of("hostel-clinic");
    let rules = disclosure(&files).rules;
    let mut levels: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut combinations: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let names = ["infant_sex", "first_child", "carer_age_group"];
    let units = records(&files, "data/units.csv");
    for unit in &units {
        for name in names {
            *levels
                .entry((name.to_owned(), unit[name].clone()))
                .or_default() += 1;
        }
        let mut key = vec![unit["site"].clone()];
        key.extend(names.map(|name| unit[name].clone()));
        *combinations.entry(key).or_default() += 1;
        *reasons.entry(unit["left_reason"].clone()).or_default() += 1;
    }
    for ((name, level), n) in levels {
        // Breaking up combinations may make a level rarer, never a combination.
        assert!(
            n >= rules.fewest_alike || level.is_empty(),
            "{name} {level}: {n}"
        );
    }
    for (key, n) in combinations {
        let is_open = key.iter().skip(1).any(|level| !level.is_empty());
        assert!(n >= rules.fewest_alike || !is_open, "{key:?}: {n}");
    }
    for (reason, n) in reasons {
        assert!(
            n >= rules.smallest_group || reason == "other" || reason.is_empty(),
            "{reason}: {n}"
        );
    }
    let log = disclosure(&files).log;
    for rule in ["dates", "codes", "ages", "numbers", "rare combinations"] {
        assert!(
            log.iter().any(|step| step.rule == rule),
            "{rule} is not logged: {log:?}"
        );
    }
}

#[test]
fn the_planned_estimates_are_those_of_the_study_s_own_data() {
    for id in ["hostel-clinic", "early-intervention", "community-clinic"] {
        let (protocol, ..) = study(id);
        let comparison = disclosure(&crate_of(id)).comparison;
        for analysis in &protocol.analyses {
            let part = comparison
                .parts
                .iter()
                .find(|part| part.name == *analysis.id);
            let part = part.expect("every question has numbers");
            assert_eq!(part.same, part.numbers, "{id}: {part:?}");
        }
    }
}

#[test]
fn whatever_is_changed_in_a_crate_is_found() {
    let sound = crate_of("early-intervention");
    let with = |path: &str, from: &str, to: &str| {
        let mut files = sound.clone();
        let text = text(&files, path).replacen(from, to, 1);
        assert_ne!(text.as_bytes(), files[path], "{path} holds {from}");
        files.insert(path.to_owned(), text.into_bytes());
        reproduce(&files, "attune test").unwrap_or_else(|problems| panic!("{problems:?}"))
    };
    let data = with(
        "data/measures.csv",
        ",age-12,182.625,all,",
        ",age-12,181.625,all,",
    );
    assert_eq!(data.changed, ["data/measures.csv"]);
    assert!(!data.data_have_their_seal && !data.numbers.is_same());
    let plan = with("protocol/study.toml", "kenward-roger", "satterthwaite");
    assert!(!plan.plan_has_its_seal && !plan.is_same());
    let number = with(CRATE_FINDINGS, "\"n_units\": 103", "\"n_units\": 104");
    assert!(!number.numbers.is_same() && number.numbers.numbers - number.numbers.same == 1);
    let report = with("report.html", "</h1>", "!</h1>");
    assert!(report.numbers.is_same() && !report.is_same());
}

#[test]
fn a_broken_crate_is_told_in_full_with_places() {
    let mut files = crate_of("early-intervention");
    let rows = text(&files, "data/measures.csv").replacen("D001", "D999", 1);
    files.insert("data/measures.csv".to_owned(), rows.into_bytes());
    let units = text(&files, "data/units.csv").replacen("dyad", "dyda", 1);
    files.insert("data/units.csv".to_owned(), units.into_bytes());
    let problems = reproduce(&files, "attune test").expect_err("it is broken");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
    let nothing = reproduce(&Files::new(), "attune test").expect_err("it is empty");
    assert_eq!(nothing.len(), 6);
}

#[test]
fn a_study_that_may_not_be_handed_on_is_told_why() {
    let (mut protocol, measures, files) = study("early-intervention");
    protocol.study.licence = None;
    protocol.study.last_changed = None;
    protocol.study.results_released = false;
    let refused = open_crate(
        &protocol,
        &files,
        &Measures::default(),
        &Settings::default(),
    );
    insta::assert_snapshot!(refused.expect_err("it is refused").to_string());
    assert!(open_crate(&protocol, &files, &measures, &Settings::default()).is_err());
}

#[test]
fn a_study_without_a_licence_is_handed_on_with_all_rights_reserved() {
    let (mut protocol, measures, files) = study("early-intervention");
    protocol.study.licence = None;
    protocol.study.contact = Some("team@example.org".to_owned());
    let files = open_crate(&protocol, &files, &measures, &Settings::default());
    let files = files.expect("RO-Crate does not ask for a licence that lets others use the data");
    for page in ["LICENCE.md", "README.md"] {
        let words = text(&files, page);
        assert!(words.contains("all rights are reserved"), "{page}: {words}");
        assert!(words.contains("Ask: team@example.org."), "{page}: {words}");
    }
    let metadata = text(&files, "ro-crate-metadata.json");
    let metadata: serde_json::Value = serde_json::from_str(metadata).expect("JSON");
    let graph = metadata["@graph"].as_array().expect("a graph");
    let root = graph.iter().find(|entity| entity["@id"] == "./");
    assert_eq!(root.expect("a root")["license"]["@id"], "LICENCE.md");
    assert!(graph.iter().any(|entity| entity["@id"] == "LICENCE.md"));
    let package: serde_json::Value =
        serde_json::from_str(text(&files, "datapackage.json")).expect("JSON");
    assert!(package.get("licenses").is_none());
}

#[test]
fn the_log_reads() {
    insta::assert_snapshot!(
        text(&crate_of("hostel-clinic"), "disclosure-log.csv").replace('\r', "")
    );
}

#[test]
fn the_first_page_and_the_script_read() {
    let files = crate_of("early-intervention");
    insta::assert_snapshot!(text(&files, "README.md"));
    insta::assert_snapshot!(text(&files, "refit.R"));
}

#[test]
fn the_metadata_describes_every_file() {
    let files = crate_of("hostel-clinic");
    let metadata: serde_json::Value =
        serde_json::from_str(text(&files, "ro-crate-metadata.json")).expect("JSON");
    let graph = metadata["@graph"].as_array().expect("a graph");
    let described = |id: &str| graph.iter().filter(|entity| entity["@id"] == id).count();
    for path in files.keys() {
        let is_about_all =
            ["manifest-sha256.txt", "ro-crate-metadata.json"].contains(&path.as_str());
        assert_eq!(
            described(path),
            usize::from(!is_about_all || path.ends_with(".json")),
            "{path}"
        );
    }
    assert_eq!(described("./"), 1);
    // Every reference leads to an entity of the graph or out into the web.
    let text = metadata.to_string();
    for reference in text.split("{\"@id\":\"").skip(1) {
        let id = reference.split('"').next().unwrap_or_default();
        assert!(described(id) == 1 || id.starts_with("https://"), "{id}");
    }
}
