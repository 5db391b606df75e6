//! `attune observe agree` of a study: ratings, composites and the measures of its plan, and the page.

use serde_json::{Value, json};

use crate::support::{example, folder, json as answer, run, succeed, told};

const STUDY: &str = r#"
format = 1
[study]
id = "play"
title = "Play"
allocation = "none"
status = "completed"
[[site]]
id = "home"
label = "At home"
[[wave]]
id = "first"
label = "First visit"
when = "at enrolment"
[[scheme]]
id = "form"
title = "Five minutes of play"
version = 1
about = "dyad"
[[scheme.rating]]
id = "warmth"
label = "Warmth"
definition = "Overall."
minimum = 1
maximum = 5
may-be-not-codable = true
[[scheme.rating]]
id = "pushing"
label = "Pushing"
definition = "Overall."
minimum = 1
maximum = 5
[[scheme.composite]]
id = "care"
label = "Care"
of = ["warmth", "pushing"]
reversed = ["pushing"]
[[data]]
file = "dyads.csv"
kind = "dyads"
columns = { dyad = "dyad", enrolled = "enrolled" }
[[data]]
file = "form.csv"
kind = "codings"
scheme = "form"
columns = { dyad = "dyad", wave = "visit", coder = "coder", behaviour = "what", value = "rating" }
[[outcome]]
id = "care"
label = "Care"
measure = "form.care"
role = "primary"
better = "higher"
"#;

/// Five dyads; anna and bea rate warmth 1, 2, 4, 5 and 2, 4, 4, 4, and one dyad bea cannot rate.
fn study() -> tempfile::TempDir {
    let mut dyads = "dyad,enrolled\n".to_owned();
    let mut rows = "dyad,visit,coder,what,rating\n".to_owned();
    for (dyad, anna, bea) in [
        (1, "1", "2"),
        (2, "2", "4"),
        (3, "4", "4"),
        (4, "5", "4"),
        (5, "3", ""),
    ] {
        dyads += &format!("D{dyad},2024-01-0{dyad}\n");
        for (coder, warmth) in [("anna", anna), ("bea", bea)] {
            rows += &format!("D{dyad},first,{coder},warmth,{warmth}\n");
            rows += &format!("D{dyad},first,{coder},pushing,3\n");
        }
    }
    folder(&[
        ("study.toml", STUDY),
        ("dyads.csv", &dyads),
        ("form.csv", &rows),
    ])
}

fn named<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let mut all = list.as_array().expect("a list").iter();
    let found = all.find(|one| one[key] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn ratings_of_a_study_have_their_coefficients_and_intervals_by_clip() {
    let here = study();
    let document = answer(here.path(), &["observe", "agree", "."]);
    let pair = &document["pairs"][0];
    assert_eq!(pair["coders"], json!(["anna", "bea"]));
    let warmth = named(&pair["ratings"], "scale", "warmth");
    assert_eq!(
        (&warmth["n_clips"], &warmth["n_not_rated"]),
        (&json!(4), &json!(1))
    );
    // Mean squares: clips 3.5, residual 5/6, coders 1/2; Σ(a − b)² = 6 of 56/4 between all.
    for (name, expected) in [
        ("icc-c1", 8.0 / 13.0),
        ("icc-a1", 0.64),
        ("weighted-kappa-quadratic", 4.0 / 7.0),
        ("same-rating", 0.25),
        ("within-one-point", 0.75),
    ] {
        let found = named(&warmth["measures"], "measure", name);
        let estimate = found["estimate"].as_f64().expect("a number");
        assert!((estimate - expected).abs() < 1e-12, "{found}");
        assert!(
            found["bootstrap_lower"].as_f64() < found["bootstrap_upper"].as_f64(),
            "{found}"
        );
    }
    assert_eq!(warmth["by_clip"][0]["clip"], "D2 first");
    let pushing = named(&pair["ratings"], "scale", "pushing");
    let icc = named(&pushing["measures"], "measure", "icc-a1");
    assert!(icc["estimate"].is_null() && icc["undefined"].is_string());
    // Care is the mean of warmth and of 6 − 3, and needs both.
    let care = named(&pair["measures"], "measure", "form.care");
    assert_eq!(
        (&care["n_clips"], &care["first_mean"]),
        (&json!(4), &json!(3.0))
    );
    let text = succeed(here.path(), &["observe", "agree", "."]);
    assert!(
        text.contains("Ratings, clip by clip") && text.contains("0.640"),
        "{text}"
    );
    assert!(
        text.contains("Drift over weeks: not known; no clip"),
        "files of a study do not say when somebody coded: {text}"
    );
}

#[test]
fn the_measures_of_the_plan_are_compared_session_by_session() {
    let study = example("community-clinic");
    let document = answer(&study, &["observe", "agree", ".", "--bootstrap", "100"]);
    let pair = &document["pairs"][0];
    let cohesion = named(&pair["measures"], "measure", "room.across-family-share");
    let icc = named(&cohesion["measures"], "measure", "icc-a1");
    assert!(icc["bootstrap_lower"].is_f64() && icc["ci_lower"].is_f64());
    assert_eq!(cohesion["n_clips"], pair["n_clips"]);
    assert!(
        document["warnings"][0]
            .as_str()
            .unwrap()
            .contains("simulated")
    );
}

#[test]
fn the_page_has_the_lowest_first_and_is_written_whole_or_not_at_all() {
    let here = study();
    let said = run(here.path(), &["observe", "agree", ".", "--out", "a.html"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    let page = std::fs::read_to_string(here.path().join("a.html")).expect("a page");
    assert!(page.contains("href=\"#pair-0\"") && page.contains("id=\"pair-0\""));
    let complaint = told(here.path(), &["observe", "agree", ".", "--out", "a.doc"]);
    assert!(complaint.contains(".html"), "{complaint}");
    assert!(!here.path().join("a.doc").exists());
}

#[test]
fn what_a_study_does_not_have_is_told() {
    let here = study();
    let complaint = told(here.path(), &["observe", "agree", ".", "--scheme", "rom"]);
    assert!(
        complaint.contains("`rom`") && complaint.contains("form"),
        "{complaint}"
    );
    let complaint = told(
        here.path(),
        &["observe", "agree", "form.csv", "--scheme", "form"],
    );
    assert!(complaint.contains("--scheme"), "{complaint}");
    let no_codings = example("early-intervention");
    let complaint = told(&no_codings, &["observe", "agree", "."]);
    assert!(complaint.contains("have no codings"), "{complaint}");
    let complaint = told(here.path(), &["observe", "agree", ".", "--gold", "clara"]);
    assert!(
        complaint.contains("there is no coder `clara`"),
        "{complaint}"
    );
}
