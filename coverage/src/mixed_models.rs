//! Intervals for the fixed effects of linear mixed models: few children, three visits, some lost.

use attune_statistics::{
    formula::Formula,
    inference::{DegreesOfFreedom, coefficient_tests},
    linear_mixed_model::{FitSettings, Refitted, fit},
    parametric_bootstrap::{ParametricBootstrapSettings, parametric_bootstrap_of},
    profile::profile_intervals,
    table::{Column, Factor, Table},
};

use crate::{draws::Draws, scenario::Scenario};

/// What a child's scores are made of.
#[derive(Clone, Copy)]
struct Growth {
    n_children: usize,
    slope_sd: f64,
    lost: f64,
}

const INTERCEPTS: &str = "score ~ age * arm + (1 | child)";
const SLOPES: &str = "score ~ age * arm + (age | child)";
/// The arms' difference in slope.
const EFFECT: f64 = 2.0;

pub fn scenarios() -> Vec<Scenario> {
    let mut scenarios = of_coefficients();
    scenarios.extend(of_likelihood());
    scenarios
}

fn of_coefficients() -> Vec<Scenario> {
    let few = Growth {
        n_children: 12,
        slope_sd: 0.0,
        lost: 0.0,
    };
    let lost = Growth {
        n_children: 16,
        slope_sd: 0.0,
        lost: 0.25,
    };
    let slopes = Growth {
        n_children: 20,
        slope_sd: 3.0,
        lost: 0.15,
    };
    let kenward_roger = DegreesOfFreedom::KenwardRoger;
    let satterthwaite = DegreesOfFreedom::Satterthwaite;
    vec![
        of(
            "[Satterthwaite](satterthwaite.md)",
            "slope by arm, 12 children × 3",
            few,
            INTERCEPTS,
            satterthwaite,
            0.95,
        ),
        of(
            "[Kenward–Roger](kenward-roger.md)",
            "slope by arm, 12 children × 3",
            few,
            INTERCEPTS,
            kenward_roger,
            0.95,
        ),
        of(
            "[Satterthwaite](satterthwaite.md)",
            "the same, 16 children, a quarter of visits lost",
            lost,
            INTERCEPTS,
            satterthwaite,
            0.94,
        ),
        of(
            "[Kenward–Roger](kenward-roger.md)",
            "the same, 16 children, a quarter of visits lost",
            lost,
            INTERCEPTS,
            kenward_roger,
            0.94,
        ),
        of(
            "[Satterthwaite](satterthwaite.md)",
            "random slopes, 20 children, 15 % lost",
            slopes,
            SLOPES,
            satterthwaite,
            0.93,
        ),
        of(
            "[Kenward–Roger](kenward-roger.md)",
            "random slopes, 20 children, 15 % lost",
            slopes,
            SLOPES,
            kenward_roger,
            0.94,
        ),
    ]
}

fn of(
    method: &'static str,
    design: &'static str,
    growth: Growth,
    formula: &'static str,
    df: DegreesOfFreedom,
    least: f64,
) -> Scenario {
    let interval = move |draws: &mut Draws| {
        let table = growth.table(draws)?;
        let model = fit(
            &Formula::parse(formula).ok()?,
            &table,
            &FitSettings::default(),
        )
        .ok()?;
        let inference = model.inference(df).ok()?;
        let test = coefficient_tests(&inference, 0.95).pop()?;
        Some((test.ci_lower, test.ci_upper))
    };
    // Where variances are estimated as zero, intervals are too wide.
    let band = (least, 0.965);
    Scenario {
        method,
        design,
        truth: EFFECT,
        band,
        n_replicates: 6_000,
        interval: Box::new(interval),
    }
}

/// The profile likelihood and the parametric bootstrap, which differ from t intervals with few children.
fn of_likelihood() -> Vec<Scenario> {
    let growth = Growth {
        n_children: 40,
        slope_sd: 0.0,
        lost: 0.15,
    };
    let model = move |draws: &mut Draws| {
        let formula = Formula::parse(INTERCEPTS).ok()?;
        fit(&formula, &growth.table(draws)?, &FitSettings::default()).ok()
    };
    let profiled = move |draws: &mut Draws, parameter: &str| {
        let intervals = profile_intervals(&model(draws)?, 0.95).ok()?;
        let found = intervals
            .iter()
            .find(|interval| interval.parameter == parameter)?;
        Some((found.lower, found.upper))
    };
    let resampled = move |draws: &mut Draws| {
        let settings = ParametricBootstrapSettings {
            n_replicates: 399,
            seed: draws.seed(),
            ..ParametricBootstrapSettings::default()
        };
        let model = model(draws)?;
        let last = model.coefficients.len() - 1;
        let function = move |fitted: &Refitted| fitted.coefficients[last];
        let result = parametric_bootstrap_of(&model, "slope", &function, &settings).ok()?;
        Some((result.quantities[0].ci_lower, result.quantities[0].ci_upper))
    };
    let design = "40 children, 15 % of visits lost";
    let scenario = |method, truth, interval| Scenario {
        method,
        design,
        truth,
        band: (0.935, 0.96),
        n_replicates: 1_000,
        interval,
    };
    vec![
        scenario(
            "[Profile](profile-intervals.md), slope by arm",
            EFFECT,
            Box::new(move |draws: &mut Draws| profiled(draws, "age:arm1")),
        ),
        scenario(
            "[Profile](profile-intervals.md), SD between children",
            9.0,
            Box::new(move |draws: &mut Draws| profiled(draws, "sd_(Intercept)|child")),
        ),
        scenario(
            "[Parametric bootstrap](parametric-bootstrap.md), slope by arm",
            EFFECT,
            Box::new(resampled),
        ),
    ]
}

impl Growth {
    /// Visits at 0, 0.5 and 1 years; every other child is treated.
    fn table(&self, draws: &mut Draws) -> Option<Table> {
        let mut columns: [Vec<f64>; 4] = Default::default();
        for child in 0..self.n_children {
            let treated = (child % 2) as f64;
            let (level, slope) = (9.0 * draws.normal(), self.slope_sd * draws.normal());
            for age in [0.0, 0.5, 1.0] {
                let score = 100.0 + level + (slope + EFFECT * treated) * age + 6.0 * draws.normal();
                if !draws.happens(self.lost) {
                    let row = [child as f64, treated, age, score];
                    columns
                        .iter_mut()
                        .zip(row)
                        .for_each(|(column, value)| column.push(value));
                }
            }
        }
        let [child, arm, age, score] = columns;
        Table::new()
            .with("child", Column::Factor(Factor::from_numbers(&child)))
            .and_then(|table| table.with("arm", Column::Factor(Factor::from_numbers(&arm))))
            .and_then(|table| table.with("age", Column::Numbers(age)))
            .and_then(|table| table.with("score", Column::Numbers(score)))
            .ok()
    }
}
