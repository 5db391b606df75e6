//! `--compat boris` against BORIS 9.12.3's own results: all of them where the reference file is at
//! hand, a few copied cases everywhere.

use std::path::{Path, PathBuf};
use std::{env, fs, process::Command};

use attune_exchange::video_coding::CodingFile;
use attune_observation::boris::behavioural_sequences::{sequence, transitions};
use attune_observation::boris::time_budget::{Budget, synthetic_budget, time_budget};
use attune_observation::boris::time_unit_kappa::agreement;
use attune_observation::boris::{BorisObservation, BorisSettings, plugin_kappas, three_decimals};
use attune_observation::from_project::boris_observation;
use attune_records::observation::{BehaviourKind, CodingProject};
use serde_json::{Map, Value, json};

/// The folder of samples beside the checkout, or the one that ATTUNE_SAMPLES names.
fn samples() -> Option<PathBuf> {
    let named = env::var_os("ATTUNE_SAMPLES").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = ["../shared/samples", "../../shared/samples"].map(|path| root.join(path));
    let mut all = named.into_iter().chain(beside);
    all.find_map(|folder| {
        let folder = folder.join("video-coding");
        folder
            .join("boris-reference.json")
            .is_file()
            .then_some(folder)
    })
}

fn project(samples: &Path, name: &str, scratch: &Path) -> Option<CodingProject> {
    let path = match name {
        "test-multi-behaviors.boris" => {
            samples.join("benlansdell__ethome/tests__data__boris__test-multi-behaviors.boris")
        }
        _ if name.starts_with("make_large_project.py") => {
            let out = scratch.join("six.boris");
            let made = Command::new("python3")
                .arg(samples.join("make_large_project.py"))
                .arg(&out)
                .args(["--clips", "6", "--rows", "300", "--length", "600"])
                .status();
            if !made.is_ok_and(|status| status.success()) {
                return None;
            }
            out
        }
        _ => samples.join(format!("olivierfriard__BORIS/tests__files__{name}")),
    };
    let read = CodingFile::open(&path).ok()?.to_project(name).ok()?;
    Some(read.project)
}

fn observation(project: &CodingProject, id: &str) -> BorisObservation {
    boris_observation(
        project
            .observation(id)
            .unwrap_or_else(|| panic!("no observation {id}")),
    )
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn all_results_of_boris_are_reproduced() {
    let Some(samples) = samples() else {
        eprintln!("boris-reference.json is not at hand: only the copied cases are checked");
        return;
    };
    let text = fs::read_to_string(samples.join("boris-reference.json")).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut projects = Map::new();
    let mut read = std::collections::BTreeMap::new();
    for name in reference["projects"].as_object().unwrap().keys() {
        match project(&samples, name, scratch.path()) {
            Some(project) => {
                read.insert(name.clone(), project);
            }
            None => {
                projects.insert(name.clone(), json!("not made"));
            }
        }
    }
    let find = |entry: &Value| read.get(entry["project"].as_str().unwrap());
    let (mut n_observations, mut n_pairs, mut n_plugins) = (0, 0, 0);
    for (name, entry) in reference["observations"].as_object().unwrap() {
        if let Some(project) = find(entry) {
            check_observation(name, entry, project);
            n_observations += 1;
        }
    }
    for entry in reference["pairs"].as_array().unwrap() {
        if let Some(project) = find(entry) {
            check_pair(entry, project);
            n_pairs += 1;
        }
    }
    for entry in reference["plugins"].as_array().unwrap() {
        if let Some(project) = find(entry) {
            check_plugins(entry, project);
            n_plugins += 1;
        }
    }
    eprintln!(
        "{n_observations} observations, {n_pairs} pairs, {n_plugins} plugin sets; {projects:?}"
    );
    if projects.is_empty() {
        assert_eq!((n_observations, n_pairs, n_plugins), (16, 29, 5));
    } else {
        assert!(n_observations >= 8 && n_pairs >= 9 && n_plugins >= 1);
    }
}

fn check_pair(entry: &Value, project: &CodingProject) {
    let ids = texts(&entry["observations"]);
    let settings = BorisSettings {
        subjects: texts(&entry["subjects"]),
        behaviours: texts(&entry["behaviours"]),
        modifiers: entry["include_modifiers"].as_bool().unwrap(),
        step: entry["step_s"].as_i64().unwrap() * 1_000_000,
    };
    let [one, other] = [0, 1].map(|place| observation(project, &ids[place]));
    let found = agreement(&one, &other, &settings).unwrap();
    assert_eq!(
        json!(found.kappa),
        json!(entry["kappa"].as_f64().unwrap()),
        "{entry}"
    );
    if let Some(identity) = entry["needleman_wunsch_identity_pct"].as_f64() {
        assert!(
            (found.needleman_wunsch_identity_pct - identity).abs() < 1e-9,
            "{entry}"
        );
    }
}

fn check_plugins(entry: &Value, project: &CodingProject) {
    let ids = texts(&entry["observations"]);
    let [one, other] = [0, 1].map(|place| observation(project, &ids[place]));
    let off_diagonal = |kind: &str| entry[kind][0]["data"][0][1].as_str().unwrap().to_owned();
    let shown = |kappa: Option<f64>| format!("{:.3}", kappa.unwrap());
    assert_eq!(
        shown(plugin_kappas::unweighted(&one, &other).kappa),
        off_diagonal("unweighted")
    );
    let weighted = plugin_kappas::weighted(&one, &other);
    assert_eq!(shown(weighted.kappa), off_diagonal("weighted"));
    let words = entry["weighted"][1].as_str().unwrap();
    let line = words
        .lines()
        .find(|line| line.starts_with(&format!("{} - {}:", ids[0], ids[1])))
        .unwrap();
    for (key, value) in [
        ("Kappa=", weighted.kappa.unwrap()),
        ("Po=", weighted.observed),
        ("Pe=", weighted.expected),
    ] {
        let printed = line
            .split(key)
            .nth(1)
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap();
        assert!(
            (printed.parse::<f64>().unwrap() - value).abs() < 1e-9,
            "{line} {value}"
        );
    }
}

fn check_observation(name: &str, entry: &Value, project: &CodingProject) {
    let one = observation(project, entry["observation"].as_str().unwrap());
    assert_eq!(
        one.length_s(),
        entry["total_length_s"].as_f64().unwrap(),
        "{name}"
    );
    assert_eq!(
        one.is_paired(),
        entry["state_events_paired"].as_bool().unwrap(),
        "{name}"
    );
    for (key, by_modifiers) in [("time_budget", false), ("time_budget_modifiers", true)] {
        let mut expected: Vec<String> = entry[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| sorted(row).to_string())
            .collect();
        let rows = time_budget(&one, by_modifiers);
        let mut found: Vec<String> = rows
            .iter()
            .map(|row| {
                let mut all = numbers(row.numbers.as_ref());
                all.insert("subject".to_owned(), json!(row.subject));
                all.insert("behavior".to_owned(), json!(row.behaviour));
                all.insert("modifiers".to_owned(), json!(row.modifiers));
                sorted(&Value::Object(all)).to_string()
            })
            .collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{name} {key}");
    }
    let behaviours: Vec<(String, bool)> = project
        .scheme
        .behaviours
        .iter()
        .map(|behaviour| {
            (
                behaviour.code.to_string(),
                behaviour.kind == BehaviourKind::Point,
            )
        })
        .collect();
    for (key, by_modifiers) in [("synthetic", false), ("synthetic_modifiers", true)] {
        let found = synthetic_budget(&one, &behaviours, by_modifiers);
        let Some(expected) = entry[key].get("rows") else {
            assert!(entry[key]["error"].is_string() && found.is_none(), "{name}");
            continue;
        };
        let rows: Map<String, Value> = found.unwrap().iter().map(synthetic_row).collect();
        assert_eq!(
            sorted(&Value::Object(rows)),
            sorted(expected),
            "{name} {key}"
        );
        assert_eq!(
            entry[key]["total_length_s"],
            json!(format!("{:.3}", one.length_s()))
        );
    }
    for (subject, expected) in entry["transitions"].as_object().into_iter().flatten() {
        let found = sequence(&one, subject);
        assert_eq!(
            found.join("|"),
            expected["sequence"].as_str().unwrap(),
            "{name} {subject}"
        );
        let Some(matrix) = transitions(&found) else {
            assert_eq!(expected["number"], json!(false));
            continue;
        };
        let table = |cells: Vec<Vec<String>>| {
            let mut text = format!("\t{}\n", matrix.labels.join("\t"));
            for (label, row) in matrix.labels.iter().zip(cells) {
                text += &format!("{label}\t{}\n", row.join("\t"));
            }
            text
        };
        let whole: Vec<Vec<String>> = matrix
            .counts
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect();
        let shares = |cells: Vec<Vec<f64>>| -> Vec<Vec<String>> {
            cells
                .iter()
                .map(|row| row.iter().map(|share| format!("{share:?}")).collect())
                .collect()
        };
        assert_eq!(table(whole), expected["number"].as_str().unwrap());
        assert_eq!(
            table(shares(matrix.share_of_all())),
            expected["frequency"].as_str().unwrap()
        );
        assert_eq!(
            table(shares(matrix.share_after())),
            expected["frequencies_after_behaviors"].as_str().unwrap()
        );
    }
}

fn numbers(budget: Option<&Budget>) -> Map<String, Value> {
    let keys = [
        "duration",
        "duration_mean",
        "duration_stdev",
        "inter_duration_mean",
        "inter_duration_stdev",
    ];
    let mut all = Map::new();
    let Some(budget) = budget else {
        for key in keys.into_iter().chain(["number"]) {
            all.insert(key.to_owned(), json!("UNPAIRED"));
        }
        return all;
    };
    let values = [
        budget.duration,
        budget.duration_mean,
        budget.duration_stdev,
        budget.inter_duration_mean,
        budget.inter_duration_stdev,
    ];
    for (key, value) in keys.into_iter().zip(values) {
        all.insert(
            key.to_owned(),
            value.map_or(json!("NA"), |value| json!(three_decimals(value))),
        );
    }
    all.insert("number".to_owned(), json!(budget.number));
    all
}

fn synthetic_row(row: &attune_observation::boris::time_budget::SyntheticRow) -> (String, Value) {
    let never = row.number == 0;
    let shown =
        |value: Option<f64>| value.map_or(json!("NA"), |value| json!(format!("{value:.3}")));
    // BORIS writes a state that never occurs as the number 0.
    let zero = |value: Option<f64>| {
        if never && value.is_some() {
            json!(0.0)
        } else {
            shown(value)
        }
    };
    let key = format!("{}|{}|{}", row.subject, row.behaviour, row.modifiers);
    let value = json!({
        "Number of occurrences": row.number,
        "Total duration": zero(row.duration),
        "Duration mean": shown(row.duration_mean),
        "Duration std dev": shown(row.duration_stdev),
        "Proportion of time": zero(row.proportion),
    });
    (key, value)
}

/// The same value with its keys in order, since the order means nothing.
fn sorted(value: &Value) -> Value {
    let Value::Object(map) = value else {
        return value.clone();
    };
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort();
    Value::Object(
        keys.into_iter()
            .map(|key| (key.clone(), sorted(&map[key])))
            .collect(),
    )
}
