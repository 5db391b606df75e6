//! Oracle cases of the family "scale".

use attune_statistics::descriptives::{mean, standard_deviation};
use attune_statistics::reliable_change::{
    Better, Change, ReliableChangeSettings, cut_offs, jacobson_truax,
};

use crate::oracle::{Oracle, OracleData};

#[test]
fn reliable_change() {
    let oracle = Oracle::read("reliable_change");
    let data = OracleData::read("epds_like.csv");
    let (pre, post) = (data.numbers("pre"), data.numbers("post"));
    let clinical = (mean(&pre), standard_deviation(&pre));
    let cuts = cut_offs(
        clinical,
        (
            oracle.number("functional_mean"),
            oracle.number("functional_sd"),
        ),
    );
    let settings = ReliableChangeSettings {
        reliability: oracle.number("reliability"),
        standard_deviation: None,
        better: Better::Lower,
        alpha: 0.05,
        cut_off: Some(cuts.c),
    };
    let result = jacobson_truax(&pre, &post, &settings).unwrap();
    oracle.agrees("sem", result.standard_error_of_measurement.unwrap(), 1e-12);
    oracle.agrees("s_diff", result.standard_error_of_difference, 1e-12);
    oracle.agrees("reliable_difference", result.reliable_difference, 1e-12);
    oracle.all_agree("rci", &result.indices, 1e-12);
    for (name, cut) in [("a", cuts.a), ("b", cuts.b), ("c", cuts.c)] {
        oracle.agrees(&format!("cutoffs/{name}"), cut, 1e-12);
    }
    let names: Vec<&str> = result
        .changes
        .iter()
        .map(|change| match change {
            Change::Recovered => "recovered",
            Change::Improved => "improved",
            Change::Unchanged => "unchanged",
            Change::Deteriorated => "deteriorated",
        })
        .collect();
    let expected: Vec<&str> = oracle
        .value("class")
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|v| v.as_str())
        .collect();
    assert_eq!(names, expected);
    oracle.agrees("counts/recovered", result.counts.recovered as f64, 0.0);
    oracle.agrees(
        "counts/deteriorated",
        result.counts.deteriorated as f64,
        0.0,
    );
}
