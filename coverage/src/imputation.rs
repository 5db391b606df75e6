//! Intervals pooled over imputations: outcomes lost depending on what was measured before.

use attune_statistics::{
    formula::Formula,
    multiple_imputation::{
        ChainedEquations, Imputations, JointNormal, impute_by_chained_equations, impute_jointly,
        pool_least_squares,
    },
    table::{Column, Table},
};

use crate::{draws::Draws, scenario::Scenario};

const N: usize = 80;
const EFFECT: f64 = 0.5;

pub fn scenarios() -> Vec<Scenario> {
    let scenario = |method, impute: fn(&Table, u64) -> Option<Imputations>| Scenario {
        method,
        design: "80 people, 3 in 10 lost at random given the baseline, 10 imputations",
        truth: EFFECT,
        band: (0.935, 0.965),
        n_replicates: 1_000,
        interval: Box::new(move |draws: &mut Draws| {
            let imputations = impute(&incomplete(draws)?, draws.seed())?;
            let formula = Formula::parse("after ~ arm + before").ok()?;
            let pooled = pool_least_squares(&imputations, &formula, 0.95).ok()?;
            Some((pooled.pooled[1].ci_lower, pooled.pooled[1].ci_upper))
        }),
    };
    vec![
        scenario(
            "[Chained equations](multiple-imputation.md), pooled",
            |table, seed| impute_by_chained_equations(table, &ChainedEquations::new(10, seed)).ok(),
        ),
        scenario(
            "[Joint normal](multiple-imputation.md), pooled",
            |table, seed| impute_jointly(table, &JointNormal::new(10, seed)).ok(),
        ),
    ]
}

/// People with a low value before come back less often.
fn incomplete(draws: &mut Draws) -> Option<Table> {
    let (mut before, mut arm, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for person in 0..N {
        let (treated, value) = ((person % 2) as f64, draws.normal());
        let outcome = EFFECT * treated + 0.6 * value + 0.8 * draws.normal();
        let lost = draws.happens(if value < 0.0 { 0.45 } else { 0.15 });
        before.push(value);
        arm.push(treated);
        after.push(if lost { f64::NAN } else { outcome });
    }
    let table = Table::new().with("before", Column::Numbers(before)).ok()?;
    let table = table.with("arm", Column::Numbers(arm)).ok()?;
    table.with("after", Column::Numbers(after)).ok()
}
