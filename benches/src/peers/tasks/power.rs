//! Trials of 120 children with three visits, growth compared between arms, Satterthwaite's degrees of freedom.

use anyhow::{Result, anyhow};
use attune_statistics::{
    formula::Formula,
    inference::DegreesOfFreedom,
    matrix::Matrix,
    power::{Analysis, Design, Method, PowerSettings, Scenario, TrueResponse, Truth, power},
    table::{Column, Factor, Table},
};

use super::{GROWTH, Program, Task, against};

/// One measurement is 100 trials, so that both sides take turns often; the ratio is that of 1,000.
pub fn task() -> Result<Task> {
    shares(1)?;
    let peer = against("lmerTest", Program::R, &["power"], Some(200.0));
    let ours = || shares(100).map_or(f64::NAN, |shares| shares[0]);
    Ok(Task {
        ours: Box::new(ours),
        value: "share with p < 0.05",
        against: vec![peer],
    })
}

/// Power, mean and standard deviation of the estimates.
pub fn shares(n_trials: usize) -> Result<Vec<f64>> {
    let children: Vec<f64> = (0..360).map(|row| f64::from(row / 3)).collect();
    let ages: Vec<f64> = (0..360).map(|row| f64::from(row % 3) * 0.5).collect();
    let arm = Factor {
        levels: vec!["C".to_owned(), "P".to_owned()],
        codes: (0..360).map(|row| Some(row / 3 % 2)).collect(),
    };
    let table = Table::new()
        .with("child", Column::Factor(Factor::from_numbers(&children)))?
        .with("arm", Column::Factor(arm))?
        .with("age", Column::Numbers(ages))?;
    let formula = Formula::parse(GROWTH).map_err(|problem| anyhow!("{problem}"))?;
    let coefficients = [("(Intercept)", 100.0), ("age", -2.0), ("age:armP", 3.0)];
    let scenario = Scenario {
        design: Design::Same(table),
        truth: Truth {
            formula: formula.clone(),
            coefficients: coefficients
                .map(|(term, value)| (term.to_owned(), value))
                .to_vec(),
            random: vec![Matrix::from_function(2, 2, |i, j| {
                [[81.0, 0.0], [0.0, 9.0]][i][j]
            })],
            response: TrueResponse::Normal { sd: 6.0 },
        },
        analysis: Analysis {
            formula,
            method: Method::linear(DegreesOfFreedom::Satterthwaite),
            tested: vec![("age:armP".to_owned(), 1.0)],
        },
        true_value: Some(3.0),
    };
    let settings = PowerSettings {
        n_trials,
        ..PowerSettings::default()
    };
    let power = power(&scenario, &settings)?;
    Ok(vec![power.power, power.mean_estimate, power.sd_estimate])
}
