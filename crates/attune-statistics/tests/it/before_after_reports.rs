//! The reports that answer more than one test's question: arms with the value before,
//! occasions, clusters, trends, equivalence.

use attune_statistics::before_after::contingency::CountTable;
use attune_statistics::before_after::report::arms::arms_report;
use attune_statistics::before_after::report::clusters::clusters_report;
use attune_statistics::before_after::report::repeated::repeated_report;
use attune_statistics::before_after::report::{paired_report, table_report};
use attune_statistics::permutation::PermutationSettings;

const PRE: [f64; 10] = [12.0, 15.0, 9.0, 11.0, 14.0, 10.0, 13.0, 16.0, 8.0, 12.0];
const POST: [f64; 10] = [14.0, 18.0, 12.0, 12.0, 18.0, 10.0, 12.0, 17.0, 9.0, 11.0];

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn groups(n_first: usize, n: usize) -> Vec<Option<String>> {
    let name = |i: usize| if i < n_first { "programme" } else { "usual" };
    (0..n).map(|i| Some(name(i).to_owned())).collect()
}

fn close(value: Option<f64>, expected: f64) {
    let value = value.expect("a value");
    assert!(
        (value - expected).abs() < 1e-9 * expected.abs(),
        "{value} {expected}"
    );
}

#[test]
fn arms_agree_with_r_with_plain_and_hc3_errors() {
    let report = arms_report(&some(&PRE), &some(&POST), &groups(5, 10), 0.95).unwrap();
    let results = &report.report.results;
    // tests/reference/arms.R: R 4.2.2, sandwich 3.0-2.
    close(results[0].estimate, 2.577_181_208_053_69);
    close(results[0].se, 0.719_781_057_653_133_6);
    close(results[0].p, 0.008_970_085_312_605_63);
    close(results[0].ci_lower, 0.875_169_463_289_986_2);
    close(results[1].se, 0.868_967_197_141_370_4);
    close(results[1].p, 0.020_932_131_410_508_14);
    close(results[2].statistic, 3.833_490_860_027_327_5);
    close(results[2].p, 0.005_154_308_432_069_51);
    close(
        Some(report.report.effect_sizes[0].estimate),
        0.852_338_028_958_531,
    );
    assert_eq!(report.arms, ["programme", "usual"]);
}

#[test]
fn people_without_both_values_are_left_out_and_counted() {
    let mut pre = some(&PRE);
    pre[3] = None;
    let report = arms_report(&pre, &some(&POST), &groups(5, 10), 0.95)
        .unwrap()
        .report;
    assert_eq!((report.n, report.n_dropped), (9, 1));
    assert_eq!(report.described[0].n, 4);
}

#[test]
fn occasions_are_compared_together_and_in_pairs() {
    let third: Vec<f64> = POST.iter().zip(PRE).map(|(b, a)| b + a / 4.0).collect();
    let names = ["w1", "w2", "w3"].map(str::to_owned);
    let occasions = [some(&PRE), some(&POST), some(&third)];
    let report = repeated_report(&names, &occasions, 0.95).unwrap();
    assert_eq!(report.results.len(), 5);
    assert!(report.results[2].variant.starts_with("w2 minus w1"));
    let largest_raw = paired_report(&some(&PRE), &some(&POST), 0.95).unwrap();
    let raw = largest_raw
        .results
        .iter()
        .find(|result| result.test == "wilcoxon-signed-rank");
    // Holm never lowers a p value.
    assert!(report.results[2].p >= raw.and_then(|raw| raw.p));
    assert!(repeated_report(&names[..2], &occasions[..2], 0.95).is_err());
}

#[test]
fn clusters_are_compared_as_a_whole() {
    let values: Vec<f64> = (0..24)
        .map(|i| f64::from(i % 5) + f64::from(i / 12) * 2.0)
        .collect();
    let sites: Vec<Option<String>> = (0..24).map(|i| Some(format!("S{}", i / 3))).collect();
    let settings = PermutationSettings::default();
    let report = clusters_report(&some(&values), &groups(12, 24), &sites, 0.95, &settings).unwrap();
    assert_eq!(report.n_clusters, [4, 4]);
    assert_eq!(report.permutation.n_assignments, 70);
    assert_eq!(
        report.report.results[0].p,
        Some(report.permutation.p_two_sided)
    );
    assert!(
        report.report.warnings[0].contains("0.0286"),
        "{:?}",
        report.report.warnings
    );
    let shared: Vec<Option<String>> = (0..24).map(|i| Some(format!("S{}", i % 4))).collect();
    let problem = clusters_report(&some(&values), &groups(12, 24), &shared, 0.95, &settings);
    assert!(
        problem
            .unwrap_err()
            .to_string()
            .contains("the cluster \"S0\" belongs to both groups")
    );
}

#[test]
fn equivalence_asks_the_first_test() {
    let mut report = paired_report(&some(&PRE), &some(&POST), 0.95).unwrap();
    report.add_equivalence(4.0, 0.05).unwrap();
    let last = report.results.last().unwrap();
    assert_eq!(last.test, "two-one-sided-tests");
    assert!(last.variant.ends_with("equivalent"), "{}", last.variant);
    assert_eq!(last.estimate, report.results[0].estimate);
    assert!(report.add_equivalence(-1.0, 0.05).is_err());
}

#[test]
fn a_trend_needs_two_answers_on_one_side() {
    let rows = [vec![3, 17], vec![6, 14], vec![11, 9]];
    let mut report = table_report(&rows, 0.95).unwrap();
    report
        .add_trend(&CountTable::new(&rows).unwrap(), None)
        .unwrap();
    let trend = report.results.last().unwrap();
    assert_eq!(trend.test, "proportion-trend");
    let turned = [vec![3, 6, 11], vec![17, 14, 9]];
    let mut other = table_report(&turned, 0.95).unwrap();
    other
        .add_trend(&CountTable::new(&turned).unwrap(), None)
        .unwrap();
    assert_eq!(other.results.last().unwrap().p, trend.p);
    let square = [vec![3, 6, 11], vec![17, 14, 9], vec![1, 2, 3]];
    assert!(
        report
            .add_trend(&CountTable::new(&square).unwrap(), None)
            .is_err()
    );
}
