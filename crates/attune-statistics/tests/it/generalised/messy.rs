//! Whatever the data, a fit ends.

use attune_statistics::formula::Formula;
use attune_statistics::generalised_mixed_model::{self, Family, GeneralisedSettings};
use attune_statistics::ordinal_mixed_model::{self, OrdinalSettings};
use attune_statistics::table::{Column, Factor, Table};
use proptest::prelude::*;

/// Rows of a small messy table: group, covariate and counts, each sometimes missing or extreme.
fn messy_rows() -> impl Strategy<Value = Vec<(Option<u32>, f64, f64)>> {
    let x =
        prop_oneof![4 => -3.0..3.0_f64, 1 => Just(0.0), 1 => Just(f64::NAN), 1 => -1e8..1e8_f64];
    let y = prop_oneof![6 => (0..4_u32).prop_map(f64::from), 1 => Just(f64::NAN), 1 => (0..900_u32).prop_map(f64::from)];
    proptest::collection::vec((proptest::option::weighted(0.9, 0..4_u32), x, y), 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the data, a fit ends, and it ends with finite numbers, with a doubt, or with a refusal.
    #[test]
    fn messy_data_never_panic(rows in messy_rows(), nodes in 1..4_usize) {
        let groups = Factor { levels: (0..4).map(|level| format!("g{level}")).collect(), codes: rows.iter().map(|row| row.0).collect() };
        let table = Table::new()
            .with("group", Column::Factor(groups))
            .and_then(|table| table.with("x", Column::Numbers(rows.iter().map(|row| row.1).collect())))
            .and_then(|table| table.with("y", Column::Numbers(rows.iter().map(|row| row.2).collect())))
            .and_then(|table| table.with("b", Column::Numbers(rows.iter().map(|row| row.2.min(1.0)).collect())))
            .expect("a table");
        for (formula, family) in [
            ("b ~ x + (1 | group)", Family::Binomial),
            ("y ~ x + (1 | group)", Family::Poisson),
            ("y ~ x + (1 | group)", Family::NegativeBinomial),
            ("y ~ group + (x | group)", Family::Poisson),
        ] {
            let formula = Formula::parse(formula).expect("a good formula");
            let nodes = if formula.text.contains("(x") { 1 } else { nodes };
            let settings = GeneralisedSettings { nodes, max_iterations: 30, ..GeneralisedSettings::new(family) };
            if let Ok(model) = generalised_mixed_model::fit(&formula, &table, &settings) {
                let finite = model.coefficients.iter().all(|value| value.is_finite()) && model.log_likelihood.is_finite();
                prop_assert!(finite || !model.converged);
                prop_assert!(model.converged || !model.warnings.is_empty());
            }
        }
        let formula = Formula::parse("y ~ x + (1 | group)").expect("a good formula");
        let settings = OrdinalSettings { nodes, max_iterations: 30, ..OrdinalSettings::default() };
        if let Ok(model) = ordinal_mixed_model::fit(&formula, &table, &settings) {
            prop_assert!(model.coefficients.iter().all(|value| value.is_finite()) || !model.converged);
            prop_assert!(!model.converged || model.thresholds().windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
