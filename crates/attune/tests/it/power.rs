//! `attune power`: of a study's plan and of a plain design, as it is printed, and what is told when the options do
//! not go together.

use std::fs;

use serde_json::Value;

use crate::support::{example, run, succeed};

fn json(folder: &std::path::Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&succeed(folder, arguments)).expect("one JSON document")
}

#[test]
fn the_power_of_a_plan_is_printed_with_what_it_assumes_and_cannot_show() {
    let study = example("hostel-clinic");
    let arguments = ["power", ".", "--trials", "20", "--dyads", "1x,2x"];
    let text = succeed(&study, &arguments);
    for said in [
        "from SIMULATED records",
        "59 (29 + 30)",
        "118 (58 + 60)",
        "after Holm",
        "No effect is assumed here",
        "change per month −0.2 (Comparison hostels) and 0.5 (Hostel with the clinic)",
        "There is only one site with the programme (Hostel A)",
        "conditional on these sites",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    assert!(!text.contains("Mind"), "{text}");
}

#[test]
fn the_power_of_a_plain_design_is_printed() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let plain = |more: &[&str]| {
        let mut arguments = vec!["power", "--trials", "60"];
        arguments.extend(more);
        succeed(here.path(), &arguments)
    };
    let texts = [
        plain(&["--dyads", "20,40", "--effect", "0.6"]),
        plain(&[
            "--dyads",
            "24",
            "--effect",
            "0.06",
            "--per",
            "month",
            "--sd-slope",
            "0.05",
            "--correlation",
            "-0.2",
            "--sites",
            "3,1",
            "--sites-icc",
            "0.05",
            "--site-size-cv",
            "0.4",
            "--dropout",
            "0.2",
        ]),
        plain(&[
            "--design",
            "before-after",
            "--visits",
            "0,6",
            "--effect",
            "0.6",
            "--target",
            "0.8",
        ]),
    ];
    for said in [
        "score ~ months * arm + (1 | dyad) · months:armintervention",
        "80 (40 + 40)",
        "score ~ months * arm + (months | dyad) · ",
        "Sites: 3 and 1 (comparison and intervention), of unequal size",
        "An arm has a single site",
        "with a single site in an arm the model cannot have a term for them",
        "20 % of the dyads are lost",
        "score ~ after + (1 | dyad)",
        "80 % power needs ",
    ] {
        assert!(texts.join("").contains(said), "{said}:\n{}", texts.join(""));
    }
}

#[test]
fn the_same_seed_gives_the_same_numbers_and_json_has_them() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let power = |seed: &str| {
        let arguments = [
            "power", "--dyads", "30", "--effect", "0.5", "--trials", "50", "--json", "--seed", seed,
        ];
        json(here.path(), &arguments)
    };
    let first = power("3");
    assert_eq!(first, power("3"));
    assert_ne!(first, power("4"));
    assert_eq!(first["simulated"], true);
    let point = &first["questions"][0]["points"][0];
    assert_eq!(point["dyads"]["intervention"], 30);
    let share = point["n_rejected"].as_f64().expect("a count") / 50.0;
    assert_eq!(point["power"].as_f64(), Some(share));
    let truth = point["true_value"].as_f64().expect("a number");
    assert!((truth - 0.5 / 12.0).abs() < 1e-12);
    assert_eq!(first["questions"][0]["points"][1]["true_value"], 0.0);
}

#[test]
fn a_search_says_what_it_found_and_how_sure_it_is() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let arguments = [
        "power",
        "--design",
        "last-visit",
        "--visits",
        "12",
        "--effect",
        "1",
        "--target",
        "0.8",
        "--trials",
        "600",
        "--json",
    ];
    let found = &json(here.path(), &arguments)["questions"][0]["sample_size"];
    assert_eq!(found["outcome"], "found");
    // R 4.2.2: power.t.test(delta = 1, power = 0.8)$n = 16.71.
    let n = found["dyads_per_arm"].as_f64().expect("a number");
    assert!((15.0..=19.0).contains(&n), "{found}");
    let confirmed = found["confirmation"]["power"].as_f64().expect("a share");
    assert!((confirmed - 0.8).abs() < 0.06, "{found}");
}

#[test]
fn one_analysis_can_be_asked_for_alone() {
    let arguments = [
        "power",
        ".",
        "--analysis",
        "motor-over-time",
        "--effect",
        "0,1",
        "--trials",
        "10",
        "--json",
    ];
    let power = json(&example("hostel-clinic"), &arguments);
    let questions = power["questions"].as_array().expect("questions");
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0]["id"], "motor-over-time");
    // No effect is assumed for the motor index.
    assert_eq!(questions[0]["points"][1]["true_value"], 0.0);
    assert!(questions[0]["points"][1]["power_adjusted"].is_null());
}

#[test]
fn a_curve_is_written_as_one_svg_file() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let arguments = [
        "power",
        "--dyads",
        "20,40,60",
        "--effect",
        "0.3,0.6",
        "--trials",
        "40",
        "--plot",
        "power.svg",
    ];
    succeed(here.path(), &arguments);
    let svg = fs::read_to_string(here.path().join("power.svg")).expect("the figure");
    assert!(svg.starts_with("<svg ") && svg.contains("Dyads in each arm"));
    assert!(svg.contains("effect 0.6") && svg.contains("Simulated under declared assumptions"));
    let many = [
        "power",
        "--dyads",
        "20,40",
        "--effect",
        "1,2,3,4,5",
        "--trials",
        "10",
        "--plot",
        "many.svg",
    ];
    let said = run(here.path(), &many);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("a figure holds 4 curves"), "{}", said.err);
    assert!(!here.path().join("many.svg").exists());
}

#[test]
fn options_that_do_not_go_together_are_told() {
    const EXPECTED: [&str; 15] = [
        "--effect is missing",
        "say how many dyads each arm has",
        "a multiple of a study's plan",
        "6 sites in an arm need at least 6 dyads",
        "--sites-icc needs --sites",
        "cluster sizes is 3",
        "increasing order",
        "at least two --visits",
        "two --visits",
        "a share between 0 and 1",
        "belong to gaussian outcomes",
        "have normal tests",
        "--effect is 0",
        "give a single --effect",
        "did you mean 'mental-over-time'?",
    ];
    let here = tempfile::tempdir().expect("a temporary folder");
    let hostel = example("hostel-clinic");
    let hostel = hostel.to_str().expect("a Unicode path");
    let told = |arguments: &[&str]| {
        let mut all = vec!["power", "--trials", "10"];
        all.extend(arguments);
        let said = run(here.path(), &all);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
        said.err
    };
    let cases = [
        told(&["--dyads", "60"]),
        told(&["--effect", "0.5"]),
        told(&["--dyads", "1.5x", "--effect", "0.5"]),
        told(&["--dyads", "4", "--effect", "0.5", "--sites", "6"]),
        told(&["--dyads", "40", "--effect", "0.5", "--sites-icc", "0.1"]),
        told(&[
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--sites",
            "2",
            "--site-size-cv",
            "3",
        ]),
        told(&["--dyads", "40", "--effect", "0.5", "--visits", "12,6"]),
        told(&["--dyads", "40", "--effect", "0.5", "--visits", "12"]),
        told(&[
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--design",
            "before-after",
            "--visits",
            "0,6,12",
        ]),
        told(&[
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--outcome",
            "binomial",
            "--start",
            "40",
        ]),
        told(&[
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--outcome",
            "binomial",
            "--icc",
            "0.4",
        ]),
        told(&[
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--outcome",
            "poisson",
            "--df",
            "kenward-roger",
        ]),
        told(&["--effect", "0", "--target", "0.8"]),
        told(&["--effect", "0.3,0.5", "--target", "0.8"]),
        told(&[hostel, "--analysis", "mental-over-tim"]),
    ];
    for (told, expected) in cases.iter().zip(EXPECTED) {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert_eq!(cases.len(), EXPECTED.len());
    for wrong in [
        &["power", hostel, "--visits", "0,6"][..],
        &[
            "power",
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--dropout",
            "20",
        ],
        &["power", "--dyads", "many", "--effect", "0.5"],
        &["power", "--dyads", "40", "--effect", "0.5", "--sd", "0"],
        &[
            "power",
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--correlation",
            "0.3",
        ],
        &[
            "power",
            "--dyads",
            "40",
            "--effect",
            "0.5",
            "--analysis",
            "x",
        ],
    ] {
        assert_eq!(run(here.path(), wrong).code, 2, "{wrong:?}");
    }
}
