//! Oracle cases of the family "permutation".

use attune_statistics::before_after::t_test::{Variances, two_sample_t};
use attune_statistics::permutation::{PermutationSettings, exact_interval, permute_cluster_means};

use crate::oracle::{Oracle, OracleData};

/// Mean change per site over children seen at both times, with who was treated.
fn site_means() -> (Vec<f64>, Vec<bool>) {
    let data = OracleData::read("sites_did.csv");
    let (sites, groups, children) = (data.text("site"), data.text("group"), data.text("child"));
    let (times, scores) = (data.numbers("time"), data.optional_numbers("score"));
    let score_at = |child: &str, time: f64| {
        (0..scores.len())
            .find(|row| children[*row] == child && times[*row] == time)
            .and_then(|row| scores[row])
    };
    let (mut means, mut treated) = (Vec::new(), Vec::new());
    for site in ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"] {
        let rows: Vec<usize> = (0..scores.len())
            .filter(|row| sites[*row] == site && times[*row] == 0.0)
            .collect();
        let changes: Vec<f64> = rows
            .iter()
            .filter_map(|row| {
                Some(score_at(&children[*row], 1.0)? - score_at(&children[*row], 0.0)?)
            })
            .collect();
        means.push(changes.iter().sum::<f64>() / changes.len() as f64);
        treated.push(groups[rows[0]] == "programme");
    }
    (means, treated)
}

#[test]
fn cluster_permutation_exact() {
    let oracle = Oracle::read("cluster_permutation_exact");
    let (means, treated) = site_means();
    for (place, mean) in means.iter().enumerate() {
        oracle.agrees(&format!("site_means/{place}/ch"), *mean, 1e-12);
    }
    let settings = PermutationSettings::default();
    let result = permute_cluster_means(&means, &treated, &settings).unwrap();
    assert!(result.exact);
    oracle.agrees("difference", result.statistic, 1e-12);
    oracle.agrees("n_assignments", result.n_assignments as f64, 0.0);
    oracle.agrees("p_two_sided", result.p_two_sided, 1e-12);
    oracle.agrees("p_greater", result.p_greater, 1e-12);
    oracle.agrees("p_less", result.p_less, 1e-12);
    assert_eq!(result.smallest_reachable_p, 2.0 / 70.0);
    // The reference found its limits by bisection to 1e-11.
    let (lower, upper) = exact_interval(&means, &treated, 0.95, &settings).unwrap();
    oracle.agrees("ci95_by_inversion/0", lower, 1e-10);
    oracle.agrees("ci95_by_inversion/1", upper, 1e-10);
    let side = |wanted| -> Vec<f64> {
        means
            .iter()
            .zip(&treated)
            .filter(|(_, t)| **t == wanted)
            .map(|(mean, _)| *mean)
            .collect()
    };
    for (name, variances) in [
        ("t_pooled", Variances::Pooled),
        ("t_welch", Variances::Separate),
    ] {
        let t = two_sample_t(&side(true), &side(false), variances, 0.95).unwrap();
        oracle.agrees(&format!("{name}/t"), t.statistic.unwrap(), 1e-10);
        oracle.agrees(&format!("{name}/df"), t.df.unwrap(), 1e-10);
        oracle.agrees(&format!("{name}/p"), t.p.unwrap(), 1e-9);
        oracle.all_agree(
            &format!("{name}/ci"),
            &[t.ci_lower.unwrap(), t.ci_upper.unwrap()],
            1e-10,
        );
    }
}
