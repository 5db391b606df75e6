//! Laws of multiple imputation: what holds for every incomplete table, what happens at the edges, and that the
//! intervals cover what they should.

use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};
use attune_statistics::least_squares::least_squares;
use attune_statistics::linear_mixed_model::{FitSettings, fit};
use attune_statistics::multiple_imputation::{
    ChainedEquations, DerivedColumn, ImputationMethod, ImputationProblem, Imputations, JointNormal,
    ReferenceBased, ReferenceRule, Shift, impute_by_chained_equations, impute_by_reference,
    impute_jointly, pool_least_squares, pool_linear_mixed_model, shift_imputed, tipping_grid,
    tipping_path, to_wide,
};
use attune_statistics::table::{Column, Factor, Table};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// Children of two arms with a baseline and two later waves, correlated; nothing missing.
fn children(n: usize, seed: u64, effect: f64) -> Table {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let (mut first, mut second, mut third, mut age) = (vec![], vec![], vec![], vec![]);
    for child in 0..n {
        let level = 8.0 * normal();
        age.push(30.0 + 5.0 * normal());
        first.push(100.0 + level + 6.0 * normal());
        second.push(99.0 + level + 6.0 * normal());
        third.push(98.0 + level + effect * (child % 2) as f64 + 6.0 * normal());
    }
    let arms: Vec<Option<&str>> = (0..n)
        .map(|child| Some(["usual", "groups"][child % 2]))
        .collect();
    Table::new()
        .with(
            "arm",
            Column::Factor(Factor::with_levels(&arms, &["usual", "groups"])),
        )
        .and_then(|table| table.with("age", Column::Numbers(age)))
        .and_then(|table| table.with("y0", Column::Numbers(first)))
        .and_then(|table| table.with("y1", Column::Numbers(second)))
        .and_then(|table| table.with("y2", Column::Numbers(third)))
        .unwrap()
}

fn numbers(table: &Table, name: &str) -> Vec<f64> {
    match table.column(name) {
        Some(Column::Numbers(values)) => values.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

/// The table with one column changed.
fn with_column(table: &Table, name: &str, column: &Column) -> Table {
    table.names().iter().fold(Table::new(), |changed, known| {
        let old = table.column(known).unwrap();
        changed
            .with(known, if known == name { column } else { old }.clone())
            .unwrap()
    })
}

fn without(table: &Table, name: &str, is_lost: impl Fn(usize) -> bool) -> Table {
    let mut values = numbers(table, name);
    (0..values.len())
        .filter(|&row| is_lost(row))
        .for_each(|row| values[row] = f64::NAN);
    with_column(table, name, &Column::Numbers(values))
}

/// Loss of the last wave that hangs on the wave before, and a few lost values in the middle.
fn incomplete(n: usize, seed: u64, effect: f64) -> Table {
    let table = children(n, seed, effect);
    let middle = numbers(&table, "y1");
    let table = without(&table, "y2", |row| middle[row] < 95.0 || row % 11 == 3);
    without(&table, "y1", |row| row % 7 == 2)
}

fn by_arm(m: usize, seed: u64) -> ChainedEquations {
    ChainedEquations {
        within: Some("arm".to_owned()),
        ..ChainedEquations::new(m, seed)
    }
}

fn reference_based(rule: ReferenceRule, m: usize) -> ReferenceBased {
    ReferenceBased {
        n_imputations: m,
        n_iterations: 100,
        seed: 5,
        waves: ["y0", "y1", "y2"].map(str::to_owned).to_vec(),
        arm: "arm".to_owned(),
        reference: "usual".to_owned(),
        rule,
        left_out: Vec::new(),
    }
}

fn formula(text: &str) -> Formula {
    Formula::parse(text).unwrap()
}

/// Every observed cell is in every completed table to the bit, and nothing is missing there.
fn observed_values_stay(table: &Table, imputations: &Imputations) {
    for completed in &imputations.completed {
        for name in table.names() {
            match (table.column(name), completed.column(name)) {
                (Some(Column::Numbers(before)), Some(Column::Numbers(after))) => {
                    for (old, new) in before.iter().zip(after) {
                        assert!(new.is_finite(), "{name}");
                        assert!(
                            old.is_nan() || old.to_bits() == new.to_bits(),
                            "{name}: {old} {new}"
                        );
                    }
                }
                (Some(Column::Factor(before)), Some(Column::Factor(after))) => {
                    assert_eq!(before.levels, after.levels);
                    for (old, new) in before.codes.iter().zip(&after.codes) {
                        assert!(new.is_some() && (old.is_none() || old == new), "{name}");
                    }
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn with_nothing_missing_the_pooled_result_is_that_of_complete_data() {
    let table = children(40, 1, 3.0);
    let model = least_squares(&formula("y2 ~ y0 + arm"), &table).unwrap();
    let complete = coefficient_tests(&model.inference(DegreesOfFreedom::Satterthwaite), 0.95);
    let engines = [
        impute_by_chained_equations(&table, &by_arm(7, 1)).unwrap(),
        impute_jointly(&table, &JointNormal::new(7, 1)).unwrap(),
        impute_by_reference(&table, &reference_based(ReferenceRule::JumpToReference, 7)).unwrap(),
    ];
    for imputations in engines {
        assert_eq!(imputations.n_missing(), 0);
        let pooled = pool_least_squares(&imputations, &formula("y2 ~ y0 + arm"), 0.95).unwrap();
        assert_eq!(pooled.tests(), complete);
        assert_eq!(pooled.largest_missing_information(), 0.0);
    }
    let long = long_form(&table);
    let mixed = formula("y ~ wave * arm + (1 | child)");
    let model = fit(&mixed, &long, &FitSettings::default()).unwrap();
    let df = DegreesOfFreedom::KenwardRoger;
    let complete = coefficient_tests(&model.inference(df).unwrap(), 0.95);
    let imputations = impute_jointly(&long, &JointNormal::new(4, 1)).unwrap();
    let pooled =
        pool_linear_mixed_model(&imputations, &mixed, &FitSettings::default(), df, 0.95).unwrap();
    assert_eq!(pooled.tests(), complete);
}

/// One row per child and wave.
fn long_form(table: &Table) -> Table {
    let n = table.n_rows();
    let rows: Vec<usize> = (0..3 * n).map(|row| row / 3).collect();
    let values: Vec<Vec<f64>> = ["y0", "y1", "y2"].map(|name| numbers(table, name)).to_vec();
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("no arm")
    };
    let child: Vec<f64> = rows.iter().map(|&row| row as f64).collect();
    Table::new()
        .with("child", Column::Factor(Factor::from_numbers(&child)))
        .and_then(|long| {
            long.with(
                "wave",
                Column::Numbers((0..3 * n).map(|row| (row % 3) as f64).collect()),
            )
        })
        .and_then(|long| {
            long.with(
                "arm",
                Column::Factor(Factor {
                    levels: arm.levels.clone(),
                    codes: rows.iter().map(|&row| arm.codes[row]).collect(),
                }),
            )
        })
        .and_then(|long| {
            long.with(
                "y",
                Column::Numbers((0..3 * n).map(|row| values[row % 3][row / 3]).collect()),
            )
        })
        .unwrap()
}

#[test]
fn the_numbers_do_not_depend_on_the_number_of_threads() {
    let table = incomplete(60, 2, 3.0);
    let all = || {
        (
            impute_by_chained_equations(&table, &by_arm(6, 9))
                .unwrap()
                .completed,
            impute_jointly(&table, &JointNormal::new(6, 9))
                .unwrap()
                .completed,
            impute_by_reference(&table, &reference_based(ReferenceRule::CopyIncrements, 6))
                .unwrap()
                .completed,
        )
    };
    let with_threads = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap();
        pool.install(all)
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(3));
    assert_ne!(
        one.0,
        impute_by_chained_equations(&table, &by_arm(6, 10))
            .unwrap()
            .completed
    );
    // More imputations begin with the same ones.
    let more = impute_by_chained_equations(&table, &by_arm(8, 9))
        .unwrap()
        .completed;
    assert_eq!(one.0[..], more[..6]);
}

#[test]
fn what_was_not_imputed_stays_whatever_the_engine() {
    let table = incomplete(60, 3, 3.0);
    observed_values_stay(
        &table,
        &impute_by_chained_equations(&table, &by_arm(3, 1)).unwrap(),
    );
    observed_values_stay(
        &table,
        &impute_jointly(&table, &JointNormal::new(3, 1)).unwrap(),
    );
    for rule in [
        ReferenceRule::OwnArm,
        ReferenceRule::JumpToReference,
        ReferenceRule::CopyReference,
        ReferenceRule::CopyIncrements,
        ReferenceRule::LastMeanCarriedForward,
    ] {
        let imputations = impute_by_reference(&table, &reference_based(rule, 3)).unwrap();
        observed_values_stay(&table, &imputations);
    }
}

#[test]
fn matching_gives_only_values_that_were_observed() {
    let table = incomplete(60, 4, 3.0);
    let observed = numbers(&table, "y2");
    let imputations = impute_by_chained_equations(&table, &ChainedEquations::new(3, 1)).unwrap();
    for completed in &imputations.completed {
        for value in numbers(completed, "y2") {
            assert!(
                observed
                    .iter()
                    .any(|known| known.to_bits() == value.to_bits())
            );
        }
    }
}

#[test]
fn each_arm_learns_from_itself_alone() {
    // Where the other arm is moved by a thousand, imputations of this one stay.
    let table = incomplete(60, 5, 3.0);
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("no arm")
    };
    let is_groups = |row: usize| arm.codes[row] == Some(1);
    let mut moved = numbers(&table, "y2");
    (0..60)
        .filter(|&row| is_groups(row))
        .for_each(|row| moved[row] += 1000.0);
    let other = with_column(&table, "y2", &Column::Numbers(moved));
    let joint = JointNormal {
        within: Some("arm".to_owned()),
        ..JointNormal::new(2, 1)
    };
    for (first, second) in [
        (
            impute_by_chained_equations(&table, &by_arm(2, 1)).unwrap(),
            impute_by_chained_equations(&other, &by_arm(2, 1)).unwrap(),
        ),
        (
            impute_jointly(&table, &joint).unwrap(),
            impute_jointly(&other, &joint).unwrap(),
        ),
    ] {
        let (a, b) = (
            numbers(&first.completed[1], "y2"),
            numbers(&second.completed[1], "y2"),
        );
        assert!(
            (0..60)
                .filter(|&row| !is_groups(row))
                .all(|row| a[row] == b[row])
        );
        assert!(
            (0..60)
                .filter(|&row| is_groups(row))
                .all(|row| b[row] > 900.0)
        );
    }
}

#[test]
fn a_derived_column_follows_what_it_is_made_of() {
    let table = incomplete(60, 6, 3.0);
    let settings = ChainedEquations {
        derived: vec![DerivedColumn {
            name: "change".to_owned(),
            of: formula("(y2 - y0) ~ 1").response,
        }],
        ..ChainedEquations::new(2, 1)
    };
    let imputations = impute_by_chained_equations(&table, &settings).unwrap();
    for completed in &imputations.completed {
        let (y0, y2) = (numbers(completed, "y0"), numbers(completed, "y2"));
        for (row, change) in numbers(completed, "change").iter().enumerate() {
            assert_eq!(*change, y2[row] - y0[row]);
        }
    }
}

/// The mean over imputations of the mean of y2 among those of the second arm whose y2 was imputed.
fn imputed_mean(table: &Table, imputations: &Imputations) -> f64 {
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("no arm")
    };
    let lost = numbers(table, "y2");
    let rows: Vec<usize> = (0..lost.len())
        .filter(|&row| lost[row].is_nan() && arm.codes[row] == Some(1))
        .collect();
    let mean = |completed: &Table| {
        let values = numbers(completed, "y2");
        rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64
    };
    imputations.completed.iter().map(mean).sum::<f64>() / imputations.n_imputations() as f64
}

#[test]
fn a_shift_moves_what_was_imputed_by_just_so_much() {
    let table = incomplete(80, 7, 3.0);
    let imputations = impute_by_chained_equations(&table, &by_arm(4, 1)).unwrap();
    let shift = Shift::of_level("y2", "arm", "groups", -4.5);
    let shifted = shift_imputed(&imputations, &table, &[shift]).unwrap();
    observed_values_stay(&table, &shifted);
    let (before, after) = (
        imputed_mean(&table, &imputations),
        imputed_mean(&table, &shifted),
    );
    assert!((after - before + 4.5).abs() < 1e-10);
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("no arm")
    };
    for (old, new) in imputations.completed.iter().zip(&shifted.completed) {
        let (old, new) = (numbers(old, "y2"), numbers(new, "y2"));
        assert!(
            (0..80)
                .filter(|&row| arm.codes[row] == Some(0))
                .all(|row| old[row] == new[row])
        );
    }
}

#[test]
fn a_shift_within_the_chain_reaches_what_is_imputed_from_it() {
    // Nobody with a lost y1 has a y2: a shift of y1 must move y2 through its regression on y1.
    let table = children(200, 8, 3.0);
    let table = without(&table, "y1", |row| row % 4 == 1);
    let table = without(&table, "y2", |row| row % 4 == 1);
    let sequential = |by: f64| {
        let settings = ChainedEquations {
            shifts: vec![Shift {
                column: "y1".to_owned(),
                of: None,
                by,
            }],
            methods: ["y1", "y2"]
                .map(|name| (name.to_owned(), ImputationMethod::Normal))
                .to_vec(),
            ..ChainedEquations::new(20, 1)
        };
        imputed_mean(
            &table,
            &impute_by_chained_equations(&table, &settings).unwrap(),
        )
    };
    let moved = sequential(-10.0) - sequential(0.0);
    assert!(moved < -2.0 && moved > -10.0, "{moved}");
}

#[test]
fn the_rules_of_reference_order_the_imputed_means_as_they_should() {
    // The arm "groups" gains 12 at the last wave; those who left it lose that benefit under the rules.
    let table = without(&children(150, 9, 12.0), "y2", |row| row % 5 == 1);
    let mean = |rule| {
        let settings = ReferenceBased {
            n_iterations: 30,
            ..reference_based(rule, 25)
        };
        let imputations = impute_by_reference(&table, &settings).unwrap();
        imputed_mean(&table, &imputations)
    };
    let own = mean(ReferenceRule::OwnArm);
    let jump = mean(ReferenceRule::JumpToReference);
    let copy = mean(ReferenceRule::CopyReference);
    let increments = mean(ReferenceRule::CopyIncrements);
    let last = mean(ReferenceRule::LastMeanCarriedForward);
    assert!((own - jump - 12.0).abs() < 4.0, "{own} {jump}");
    // Before the last wave the arms are alike, so these three agree but for noise.
    assert!(
        (jump - copy).abs() < 3.0 && (jump - increments).abs() < 3.0,
        "{jump} {copy} {increments}"
    );
    assert!((last - jump).abs() < 5.0, "{last} {jump}");
    // With the rule "own arm" this is the joint normal distribution by arm.
    let joint = JointNormal {
        within: Some("arm".to_owned()),
        n_iterations: 30,
        ..JointNormal::new(25, 77)
    };
    let mar = imputed_mean(&table, &impute_jointly(&table, &joint).unwrap());
    assert!((own - mar).abs() < 1.5, "{own} {mar}");
}

#[test]
fn a_tipping_point_lies_where_p_crosses_alpha() {
    let table = incomplete(80, 10, 8.0);
    let imputations = impute_by_chained_equations(&table, &by_arm(10, 1)).unwrap();
    let model = formula("y2 ~ y0 + arm");
    let answer = |groups: f64, usual: f64| {
        let shifts = [
            Shift::of_level("y2", "arm", "groups", groups),
            Shift::of_level("y2", "arm", "usual", usual),
        ];
        let shifted = shift_imputed(&imputations, &table, &shifts)?;
        Ok(pool_least_squares(&shifted, &model, 0.95)?.pooled[2])
    };
    let path = tipping_path(&[0.0, -10.0, -20.0, -30.0], 0.05, |shift| {
        answer(shift, 0.0)
    })
    .unwrap();
    assert!(path.steps[0].pooled.p < 0.05);
    let tip = path.tipping_points[0];
    assert!(
        (answer(tip, 0.0).unwrap().p - 0.05).abs() < 0.005,
        "{path:?}"
    );
    let grid = tipping_grid(&[0.0, tip], &[0.0, tip], 0.05, answer).unwrap();
    assert_eq!((grid.len(), grid[1].first, grid[1].second), (4, tip, 0.0));
    assert!(grid[0].significant);
    // Moving both arms alike brings the difference back.
    assert!(grid[3].pooled.p < 0.05);
}

#[test]
fn the_wide_form_goes_there_and_back() {
    let table = incomplete(20, 11, 3.0);
    let long = long_form(&table);
    let wide = to_wide(&long, "child", "wave", &["y"]).unwrap();
    assert_eq!(wide.table.names(), ["arm", "y.0", "y.1", "y.2"]);
    let back = wide.to_long(&wide.table).unwrap();
    assert_eq!(format!("{back:?}"), format!("{long:?}"));
    // A row that is not there comes back, with what is known of its unit and wave.
    let rows: Vec<usize> = (0..60).filter(|row| *row != 4).collect();
    let wide = to_wide(&long.rows(&rows), "child", "wave", &["y"]).unwrap();
    let back = wide.to_long(&wide.table).unwrap();
    assert_eq!((back.n_rows(), numbers(&back, "wave")[59]), (60, 1.0));
}

#[test]
fn two_levels_keep_the_correlation_within_children() {
    // A third of the values of 120 children, lost at random; the variance between children is 64 of 100.
    let long = without(&long_form(&children(120, 12, 0.0)), "y", |row| {
        (row * 7) % 3 == 1 && row % 2 == 0
    });
    let share = |cluster: Option<&str>| {
        let settings = JointNormal {
            cluster: cluster.map(str::to_owned),
            left_out: if cluster.is_none() {
                vec!["child".to_owned()]
            } else {
                Vec::new()
            },
            ..JointNormal::new(10, 3)
        };
        let imputations = impute_jointly(&long, &settings).unwrap();
        observed_values_stay(&long, &imputations);
        let model = formula("y ~ wave * arm + (1 | child)");
        let shares = imputations.completed.iter().map(|completed| {
            let fitted = fit(&model, completed, &FitSettings::default()).unwrap();
            fitted.intraclass_correlation().unwrap()
        });
        shares.sum::<f64>() / 10.0
    };
    let complete = fit(
        &formula("y ~ wave * arm + (1 | child)"),
        &long,
        &FitSettings::default(),
    )
    .unwrap();
    let known = complete.intraclass_correlation().unwrap();
    let (with, without) = (share(Some("child")), share(None));
    assert!((with - known).abs() < 0.05, "{with} {known}");
    assert!(without < known - 0.1, "{without} {known}");
}

#[test]
fn intervals_cover_the_truth_when_loss_hangs_on_what_was_seen() {
    // 120 data sets of 80 children: 95 % intervals for an effect of 5 at the last wave. With 120 of them, four
    // standard errors are 8 points.
    let n_covered = |impute: &dyn Fn(&Table, u64) -> Imputations| {
        (0..120)
            .filter(|&seed| {
                let table = incomplete(80, 1000 + seed, 5.0);
                let pooled =
                    pool_least_squares(&impute(&table, seed), &formula("y2 ~ y0 + arm"), 0.95)
                        .unwrap();
                let effect = pooled.pooled[2];
                effect.ci_lower < 5.0 && 5.0 < effect.ci_upper
            })
            .count()
    };
    let chained = n_covered(&|table, seed| {
        let settings = ChainedEquations {
            n_iterations: 5,
            ..by_arm(8, seed)
        };
        impute_by_chained_equations(table, &settings).unwrap()
    });
    let joint = n_covered(&|table, seed| {
        let settings = JointNormal {
            n_iterations: 30,
            ..JointNormal::new(8, seed)
        };
        impute_jointly(table, &settings).unwrap()
    });
    assert!((105..=120).contains(&chained), "{chained}");
    assert!((105..=120).contains(&joint), "{joint}");
}

#[test]
fn what_cannot_be_imputed_is_refused_with_the_reason() {
    let table = incomplete(40, 13, 3.0);
    let chained = |change: &dyn Fn(&mut ChainedEquations), table: &Table| {
        let mut settings = ChainedEquations::new(2, 1);
        change(&mut settings);
        impute_by_chained_equations(table, &settings)
            .unwrap_err()
            .to_string()
    };
    let mut messages = vec![
        chained(
            &|settings| settings.left_out = vec!["id".to_owned()],
            &table,
        ),
        chained(&|settings| settings.n_imputations = 0, &table),
        chained(
            &|settings| settings.methods = vec![("y2".to_owned(), ImputationMethod::Logistic)],
            &table,
        ),
        chained(&|settings| settings.within = Some("y1".to_owned()), &table),
        chained(
            &|settings| settings.shifts = vec![Shift::of_level("y2", "arm", "other", 1.0)],
            &table,
        ),
        chained(&|_| (), &without(&table, "age", |_| true)),
        // Six children in each arm, one of which is lost, cannot carry a model with four coefficients.
        chained(
            &|settings| settings.within = Some("arm".to_owned()),
            &incomplete(12, 14, 3.0),
        ),
    ];
    let joint = |table: &Table, settings: &JointNormal| {
        impute_jointly(table, settings).unwrap_err().to_string()
    };
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("no arm")
    };
    let mut codes = arm.codes.clone();
    codes[5] = None;
    let levels = arm.levels.clone();
    let unknown_arm = with_column(&table, "arm", &Column::Factor(Factor { levels, codes }));
    let twice = table
        .clone()
        .with("again", table.column("y2").unwrap().clone())
        .unwrap();
    messages.extend([
        joint(&unknown_arm, &JointNormal::new(2, 1)),
        joint(
            &unknown_arm,
            &JointNormal {
                within: Some("arm".to_owned()),
                ..JointNormal::new(2, 1)
            },
        ),
        joint(&twice, &JointNormal::new(2, 1)),
        joint(&incomplete(8, 14, 3.0), &JointNormal::new(2, 1)),
    ]);
    let other = ReferenceBased {
        reference: "other".to_owned(),
        ..reference_based(ReferenceRule::CopyReference, 2)
    };
    messages.push(impute_by_reference(&table, &other).unwrap_err().to_string());
    let long = long_form(&table);
    messages.push(
        to_wide(&long, "arm", "wave", &["y"])
            .unwrap_err()
            .to_string(),
    );
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn a_failing_analysis_names_the_data_set() {
    let table = incomplete(40, 15, 3.0);
    let imputations = impute_by_chained_equations(&table, &ChainedEquations::new(2, 1)).unwrap();
    let problem = pool_least_squares(&imputations, &formula("y2 ~ height"), 0.95).unwrap_err();
    assert!(
        matches!(problem, ImputationProblem::Analysis { imputation: 1, .. }),
        "{problem}"
    );
}

#[test]
fn degenerate_columns_give_values_and_warnings() {
    let table = children(30, 16, 0.0);
    let constant = without(
        &with_column(&table, "age", &Column::Numbers(vec![4.0; 30])),
        "age",
        |row| row < 5,
    );
    let imputations = impute_by_chained_equations(&constant, &ChainedEquations::new(2, 1)).unwrap();
    assert_eq!(numbers(&imputations.completed[1], "age"), vec![4.0; 30]);
    assert!(
        imputations.warnings[0].contains("equal"),
        "{:?}",
        imputations.warnings
    );
    // Perfect prediction: the arm tells the category, and the augmented likelihood keeps it finite.
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("no arm")
    };
    let codes = (0..30)
        .map(|row| if row < 6 { None } else { arm.codes[row] })
        .collect();
    let same = Factor {
        levels: vec!["no".to_owned(), "yes".to_owned()],
        codes,
    };
    let separated = table.clone().with("same", Column::Factor(same)).unwrap();
    let imputations =
        impute_by_chained_equations(&separated, &ChainedEquations::new(20, 1)).unwrap();
    let agreeing: usize = imputations
        .completed
        .iter()
        .map(|completed| {
            let Some(Column::Factor(same)) = completed.column("same") else {
                panic!("no factor")
            };
            (0..6)
                .filter(|&row| same.codes[row] == arm.codes[row])
                .count()
        })
        .sum();
    assert!(agreeing > 90, "{agreeing} of 120");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_gaps_never_change_what_was_observed(
        lost in prop::collection::vec(0_u8..16, 40),
        scale in prop::sample::select(vec![1e-6, 1.0, 1e8]),
    ) {
        let table = children(40, 21, 2.0);
        let scaled: Vec<f64> = numbers(&table, "y1").iter().map(|value| value * scale).collect();
        let table = with_column(&table, "y1", &Column::Numbers(scaled));
        let table = without(&table, "y1", |row| lost[row] & 3 == 0);
        let table = without(&table, "y2", |row| lost[row] & 12 == 0);
        let settings = ChainedEquations { n_iterations: 3, ..ChainedEquations::new(2, 1) };
        observed_values_stay(&table, &impute_by_chained_equations(&table, &settings).unwrap());
        let settings = JointNormal { n_iterations: 10, ..JointNormal::new(2, 1) };
        observed_values_stay(&table, &impute_jointly(&table, &settings).unwrap());
    }

    #[test]
    fn imputations_scale_and_shift_with_the_data(factor in 0.01_f64..100.0, shift in -50.0_f64..50.0) {
        let table = incomplete(40, 22, 2.0);
        let moved: Vec<f64> = numbers(&table, "y2").iter().map(|value| factor * value + shift).collect();
        let other = with_column(&table, "y2", &Column::Numbers(moved));
        let settings = ChainedEquations {
            methods: vec![("y2".to_owned(), ImputationMethod::Normal)],
            n_iterations: 3,
            ..ChainedEquations::new(2, 1)
        };
        let first = impute_by_chained_equations(&table, &settings).unwrap();
        let second = impute_by_chained_equations(&other, &settings).unwrap();
        for (a, b) in numbers(&first.completed[1], "y2").iter().zip(numbers(&second.completed[1], "y2")) {
            prop_assert!((factor * a + shift - b).abs() <= 1e-7 * (b.abs() + 100.0), "{a} {b}");
        }
    }
}
