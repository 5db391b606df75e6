//! Exact tests against plain enumeration, and laws of tests and effect sizes.

use attune_statistics::agreement::Ratings;
use attune_statistics::agreement::bland_altman::bland_altman;
use attune_statistics::agreement::chance_corrected::{Chance, chance_corrected};
use attune_statistics::agreement::cohen_kappa::cohen_kappa;
use attune_statistics::agreement::intraclass::{IccForm, intraclass};
use attune_statistics::agreement::weights::Weights;
use attune_statistics::before_after::contingency::CountTable;
use attune_statistics::before_after::fisher::{
    Alternative, FisherSettings, fisher_any_size, fisher_two_by_two,
};
use attune_statistics::before_after::mcnemar::{McNemarMethod, PairedAnswers, mcnemar};
use attune_statistics::before_after::sign_test::sign_test;
use attune_statistics::before_after::signed_rank::{Zeros, wilcoxon_signed_rank};
use attune_statistics::before_after::t_test::{Variances, paired_t, two_sample_t};
use attune_statistics::before_after::{PValueMethod, RankTestSettings};
use attune_statistics::effect_size::{
    EffectSizeSettings, GroupSummary, TwoGroupStandardiser, two_group_difference,
};
use attune_statistics::permutation::{PermutationSettings, permute_cluster_means};
use attune_statistics::ranks::mean_ranks;
use proptest::prelude::*;

const EXACT: RankTestSettings = RankTestSettings {
    method: PValueMethod::Exact,
    level: 0.95,
};

/// Small whole numbers: ties and zeros are common.
fn small(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-3..4_i32).prop_map(f64::from), n)
}

/// Share of sign patterns whose sum of signed ranks is as far from zero as that of the changes.
fn signs_enumerated(changes: &[f64], zeros: Zeros) -> f64 {
    let kept: Vec<f64> = match zeros {
        Zeros::Dropped => changes
            .iter()
            .copied()
            .filter(|change| *change != 0.0)
            .collect(),
        Zeros::Pratt => changes.to_vec(),
    };
    let sizes: Vec<f64> = kept.iter().map(|change| change.abs()).collect();
    let ranks: Vec<f64> = mean_ranks(&sizes)
        .into_iter()
        .zip(&kept)
        .filter(|(_, change)| **change != 0.0)
        .map(|(rank, _)| rank)
        .collect();
    let signs: Vec<f64> = kept
        .iter()
        .filter(|change| **change != 0.0)
        .map(|change| change.signum())
        .collect();
    let observed: f64 = ranks
        .iter()
        .zip(&signs)
        .map(|(rank, sign)| rank * sign)
        .sum();
    let n_patterns = 1_u32 << ranks.len();
    let extreme = (0..n_patterns)
        .filter(|pattern| {
            let sum: f64 = ranks
                .iter()
                .enumerate()
                .map(|(place, rank)| {
                    if pattern >> place & 1 == 1 {
                        *rank
                    } else {
                        -rank
                    }
                })
                .sum();
            sum.abs() >= observed.abs() - 1e-9
        })
        .count();
    extreme as f64 / f64::from(n_patterns)
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// Probability of a table given its margins.
fn probability(rows: &[Vec<usize>]) -> f64 {
    let table = CountTable::new(rows).expect("a table");
    let margins = table.row_sums().into_iter().chain(table.column_sums());
    let cells: f64 = rows.iter().flatten().map(|cell| factorial(*cell)).product();
    margins.map(factorial).product::<f64>() / (factorial(table.n()) * cells)
}

/// Every table of two rows with these margins.
fn tables_with(first_row: usize, columns: &[usize]) -> Vec<Vec<Vec<usize>>> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for column in columns {
        rows = rows
            .iter()
            .flat_map(|row| (0..=*column).map(|cell| [row.as_slice(), &[cell]].concat()))
            .collect();
    }
    rows.into_iter()
        .filter(|row| row.iter().sum::<usize>() == first_row)
        .map(|row| {
            let second = columns
                .iter()
                .zip(&row)
                .map(|(column, cell)| column - cell)
                .collect();
            vec![row, second]
        })
        .collect()
}

/// Sum of the probabilities of all tables that are no more likely than the observed one.
fn fisher_enumerated(rows: &[Vec<usize>]) -> f64 {
    let table = CountTable::new(rows).expect("a table");
    let observed = probability(rows);
    tables_with(table.row_sums()[0], &table.column_sums())
        .iter()
        .map(|candidate| probability(candidate))
        .filter(|p| *p <= observed * (1.0 + 1e-7))
        .sum()
}

/// Share of all assignments of the treated clusters with as large a difference in means.
fn assignments_enumerated(means: &[f64], treated: &[bool]) -> f64 {
    let difference = |chosen: &dyn Fn(usize) -> bool| {
        let mean = |wanted: bool| {
            let values: Vec<f64> = (0..means.len())
                .filter(|place| chosen(*place) == wanted)
                .map(|place| means[place])
                .collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        mean(true) - mean(false)
    };
    let observed = difference(&|place| treated[place]).abs();
    let n_treated = treated.iter().filter(|treated| **treated).count() as u32;
    let assignments: Vec<u32> = (0..1_u32 << means.len())
        .filter(|pattern| pattern.count_ones() == n_treated)
        .collect();
    let extreme = assignments
        .iter()
        .filter(|pattern| difference(&|place| *pattern >> place & 1 == 1).abs() >= observed - 1e-9)
        .count();
    extreme as f64 / assignments.len() as f64
}

fn binomial_two_sided(k: usize, n: usize) -> f64 {
    let p = |k: usize| factorial(n) / (factorial(k) * factorial(n - k)) / 2_f64.powi(n as i32);
    (0..=n)
        .map(p)
        .filter(|candidate| *candidate <= p(k) * (1.0 + 1e-7))
        .sum()
}

fn ratings(rows: &[Vec<f64>]) -> Ratings {
    let coders: Vec<String> = (0..rows[0].len())
        .map(|coder| format!("coder {coder}"))
        .collect();
    let cells: Vec<Vec<Option<f64>>> = rows
        .iter()
        .map(|row| row.iter().copied().map(Some).collect())
        .collect();
    Ratings::from_numbers(&coders, &cells).expect("ratings")
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn exact_signed_ranks_are_an_enumeration_of_signs(changes in small(1..11)) {
        prop_assume!(changes.iter().any(|change| *change != 0.0));
        let before = vec![0.0; changes.len()];
        for zeros in [Zeros::Dropped, Zeros::Pratt] {
            let result = wilcoxon_signed_rank(&before, &changes, zeros, &EXACT).unwrap();
            let expected = signs_enumerated(&changes, zeros);
            prop_assert!((result.p.unwrap() - expected).abs() < 1e-12, "{zeros:?} {result:?} {expected}");
        }
    }

    #[test]
    fn fishers_test_is_an_enumeration_of_tables(
        two in prop::collection::vec(prop::collection::vec(0..6_usize, 2), 2),
        three in prop::collection::vec(prop::collection::vec(0..4_usize, 3), 2),
    ) {
        for rows in [two, three] {
            let sums = |rows: &[Vec<usize>]| {
                let table = CountTable::new(rows).ok()?;
                Some(table.row_sums().into_iter().chain(table.column_sums()).collect::<Vec<_>>())
            };
            prop_assume!(sums(&rows).is_some_and(|sums| sums.iter().all(|sum| *sum > 0)));
            let table = CountTable::new(&rows).unwrap();
            let expected = fisher_enumerated(&rows);
            let any = fisher_any_size(&table, &FisherSettings::default()).p.unwrap();
            prop_assert!((any - expected).abs() < 1e-12, "{rows:?} {any} {expected}");
            if rows[0].len() == 2 {
                let p = fisher_two_by_two(&table, Alternative::TwoSided, 0.95).unwrap().p.unwrap();
                prop_assert!((p - expected).abs() < 1e-12, "{rows:?} {p} {expected}");
            }
        }
    }

    #[test]
    fn permutation_of_clusters_is_an_enumeration_of_assignments(
        clusters in prop::collection::vec(((-4..5_i32).prop_map(f64::from), any::<bool>()), 3..9),
    ) {
        let (means, treated): (Vec<f64>, Vec<bool>) = clusters.into_iter().unzip();
        prop_assume!(treated.iter().any(|t| *t) && treated.iter().any(|t| !*t));
        let result = permute_cluster_means(&means, &treated, &PermutationSettings::default()).unwrap();
        let expected = assignments_enumerated(&means, &treated);
        prop_assert!(result.exact && (result.p_two_sided - expected).abs() < 1e-12, "{result:?} {expected}");
        prop_assert!(result.p_two_sided >= result.smallest_reachable_p - 1e-12);
    }

    #[test]
    fn sign_and_mcnemar_tests_are_binomial(answers in prop::collection::vec((any::<bool>(), any::<bool>()), 1..30)) {
        let (before, after): (Vec<bool>, Vec<bool>) = answers.iter().copied().unzip();
        let changed = answers.iter().filter(|(b, a)| b != a).count();
        let gained = answers.iter().filter(|(b, a)| !b && *a).count();
        prop_assume!(changed > 0);
        let expected = binomial_two_sided(gained, changed);
        let counts = PairedAnswers::count(&before, &after).unwrap();
        let exact = mcnemar(counts, McNemarMethod::Exact, 0.95).unwrap().p.unwrap();
        prop_assert!((exact - expected).abs() < 1e-12, "{exact} {expected}");
        let numbers = |answers: &[bool]| answers.iter().map(|yes| f64::from(u8::from(*yes))).collect::<Vec<f64>>();
        let sign = sign_test(&numbers(&before), &numbers(&after), 0.95).unwrap().p.unwrap();
        prop_assert!((sign - expected).abs() < 1e-12, "{sign} {expected}");
    }

    #[test]
    fn unit_and_origin_of_the_scale_change_no_test_and_no_standardised_effect(
        first in prop::collection::vec(-50.0..50.0_f64, 3..9),
        second in prop::collection::vec(-50.0..50.0_f64, 3..9),
        unit in 1e-3..1e3_f64,
        origin in -1e3..1e3_f64,
    ) {
        let moved = |values: &[f64]| values.iter().map(|value| unit * (value + origin)).collect::<Vec<f64>>();
        let (new_first, new_second) = (moved(&first), moved(&second));
        for variances in [Variances::Pooled, Variances::Separate] {
            let before = two_sample_t(&first, &second, variances, 0.95).unwrap();
            let after = two_sample_t(&new_first, &new_second, variances, 0.95).unwrap();
            prop_assert!((after.p.unwrap() - before.p.unwrap()).abs() < 1e-7);
            prop_assert!((after.estimate.unwrap() / unit - before.estimate.unwrap()).abs() < 1e-7);
            // The groups exchanged.
            let turned = two_sample_t(&second, &first, variances, 0.95).unwrap();
            prop_assert!(close(turned.p.unwrap(), before.p.unwrap()));
            prop_assert!(close(turned.ci_lower.unwrap(), -before.ci_upper.unwrap()));
        }
        let g = |first: &[f64], second: &[f64]| {
            let (first, second) = (GroupSummary::of(first).unwrap(), GroupSummary::of(second).unwrap());
            two_group_difference(first, second, TwoGroupStandardiser::Pooled, &EffectSizeSettings::default()).unwrap()
        };
        let (before, after) = (g(&first, &second), g(&new_first, &new_second));
        prop_assert!((after.estimate - before.estimate).abs() < 1e-6 * (1.0 + before.estimate.abs()));
        prop_assert!((after.ci_lower - before.ci_lower).abs() < 1e-5 * (1.0 + before.ci_lower.abs()));
    }

    #[test]
    fn a_paired_test_is_a_test_of_its_changes_in_any_order(
        pairs in prop::collection::vec((-50.0..50.0_f64, -50.0..50.0_f64), 3..12),
        shift in -100.0..100.0_f64,
    ) {
        let (before, after): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let plain = paired_t(&before, &after, 0.95).unwrap();
        // Persons in reverse, each with a level of his or her own.
        let level = |place: usize| shift * place as f64;
        let moved = |values: &[f64]| values.iter().enumerate().map(|(i, v)| v + level(i)).rev().collect::<Vec<f64>>();
        let changed = paired_t(&moved(&before), &moved(&after), 0.95).unwrap();
        prop_assert!((plain.p.unwrap() - changed.p.unwrap()).abs() < 1e-7);
        prop_assert!((plain.estimate.unwrap() - changed.estimate.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn coders_exchanged_agree_as_much(rows in prop::collection::vec(prop::collection::vec((0..4_i32).prop_map(f64::from), 3), 4..14)) {
        let turned: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().rev().copied().collect()).collect();
        let (original, turned) = (ratings(&rows), ratings(&turned));
        prop_assume!(original.categories().len() > 1);
        for weights in [Weights::Identity, Weights::Linear, Weights::Quadratic] {
            let kappas = [(&original, 0, 2), (&turned, 0, 2)].map(|(of, a, b)| cohen_kappa(&of.pair(a, b), weights, 0.95));
            if let [Ok(first), Ok(second)] = kappas {
                prop_assert!(close(first.estimate, second.estimate) && close(first.standard_error, second.standard_error));
            }
            for chance in [Chance::Gwet, Chance::Fleiss, Chance::Conger, Chance::BrennanPrediger, Chance::Krippendorff] {
                let both = [&original, &turned].map(|of| chance_corrected(of, chance, weights, 0.95));
                if let [Ok(first), Ok(second)] = both {
                    prop_assert!(close(first.estimate, second.estimate), "{chance:?} {weights:?}");
                    prop_assert!(close(first.standard_error, second.standard_error), "{chance:?} {weights:?}");
                }
            }
        }
        for form in [IccForm::OneWaySingle, IccForm::AgreementSingle, IccForm::ConsistencySingle] {
            let both = [&original, &turned].map(|of| intraclass(of, form, 0.95));
            if let [Ok(first), Ok(second)] = both {
                prop_assert!((first.estimate - second.estimate).abs() < 1e-9);
            }
        }
        let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<f64>>();
        let limits = [(0, 1), (1, 0)].map(|(a, b)| bland_altman(&column(a), &column(b), 0.95));
        if let [Ok(first), Ok(second)] = limits {
            prop_assert!(close(first.bias.estimate, -second.bias.estimate));
            prop_assert!(close(first.upper_limit.ci_upper, -second.lower_limit.ci_lower));
        }
    }
}
