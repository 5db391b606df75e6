//! What must change nothing, or change in a known way.

use attune_statistics::generalised_mixed_model::{
    Family, GeneralisedMixedModel, GeneralisedSettings,
};
use attune_statistics::marginal_means::{MarginalMeans, marginal_means};
use attune_statistics::mean_contrasts::pairwise;
use attune_statistics::table::{Column, Factor};

use super::cases::{cbpp, close, mixed, ordinal, ticks, wine};

#[test]
fn a_proportion_with_trials_as_weights_is_cbind() {
    let binomial = GeneralisedSettings::new(Family::Binomial);
    let counts = mixed(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)",
        &cbpp(),
        &binomial,
    );
    let weighted = GeneralisedSettings {
        weights: Some("size".into()),
        ..binomial
    };
    let shares = mixed("share ~ period + (1 | herd)", &cbpp(), &weighted);
    close(
        "coefficients",
        &shares.coefficients,
        &counts.coefficients,
        1e-10,
    );
    close(
        "logLik",
        &[shares.log_likelihood],
        &[counts.log_likelihood],
        1e-12,
    );
}

#[test]
fn successes_and_failures_exchanged_change_the_signs() {
    let settings = GeneralisedSettings {
        nodes: 7,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let one = mixed(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)",
        &cbpp(),
        &settings,
    );
    let other = mixed(
        "cbind(size - incidence, incidence) ~ period + (1 | herd)",
        &cbpp(),
        &settings,
    );
    let negated: Vec<f64> = other.coefficients.iter().map(|value| -value).collect();
    close("coefficients", &negated, &one.coefficients, 1e-9);
    close(
        "theta",
        &[other.theta[0].value],
        &[one.theta[0].value],
        1e-9,
    );
    close("se", other.vcov.values(), one.vcov.values(), 1e-8);
}

#[test]
fn rows_in_another_order_and_groups_by_other_names_change_nothing() {
    let table = ticks();
    let order: Vec<usize> = (0..table.n_rows())
        .map(|row| (row * 101 + 17) % table.n_rows())
        .collect();
    let mut renamed = table.rows(&order);
    let Some(Column::Factor(broods)) = renamed.column("BROOD").cloned() else {
        panic!("a factor")
    };
    let labels: Vec<Option<String>> = broods
        .codes
        .iter()
        .map(|code| code.map(|code| format!("b{:03}", (code * 37 + 5) % 211)))
        .collect();
    renamed
        .push("nest", Column::Factor(Factor::from_labels(&labels)))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::Poisson);
    let before = mixed(
        "TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | LOCATION)",
        &table,
        &settings,
    );
    let after = mixed(
        "TICKS ~ YEAR + cHEIGHT + (1 | nest) + (1 | LOCATION)",
        &renamed,
        &settings,
    );
    close(
        "coefficients",
        &after.coefficients,
        &before.coefficients,
        1e-9,
    );
    close(
        "logLik",
        &[after.log_likelihood],
        &[before.log_likelihood],
        1e-12,
    );
    close("vcov", after.vcov.values(), before.vcov.values(), 1e-8);
}

#[test]
fn another_origin_and_unit_of_a_random_slope_change_only_its_scale() {
    let mut table = ticks();
    let Some(Column::Numbers(height)) = table.column("cHEIGHT").cloned() else {
        panic!("numbers")
    };
    let moved = height.iter().map(|height| 0.01 * height + 20.0).collect();
    table
        .push("altitude", Column::Numbers(moved))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::NegativeBinomial);
    let one = mixed("TICKS ~ cHEIGHT + (cHEIGHT | LOCATION)", &table, &settings);
    let other = mixed(
        "TICKS ~ altitude + (altitude | LOCATION)",
        &table,
        &settings,
    );
    close(
        "logLik",
        &[other.log_likelihood],
        &[one.log_likelihood],
        1e-10,
    );
    close(
        "slope",
        &[0.01 * other.coefficients[1]],
        &[one.coefficients[1]],
        1e-7,
    );
    close(
        "se",
        &[0.01 * other.vcov[(1, 1)].sqrt()],
        &[one.vcov[(1, 1)].sqrt()],
        1e-6,
    );
    let slope_sd = |model: &GeneralisedMixedModel| model.random[1].standardised;
    close(
        "sd of slopes",
        &[0.01 * slope_sd(&other)],
        &[slope_sd(&one)],
        1e-6,
    );
}

#[test]
fn an_offset_that_is_constant_moves_the_intercept_alone() {
    let mut table = ticks();
    table
        .push("two", Column::Numbers(vec![2.0; table.n_rows()]))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::Poisson);
    let plain = mixed("TICKS ~ cHEIGHT + (1 | BROOD)", &table, &settings);
    let offset = mixed(
        "TICKS ~ cHEIGHT + offset(two) + (1 | BROOD)",
        &table,
        &settings,
    );
    close(
        "coefficients",
        &[offset.coefficients[0] + 2.0, offset.coefficients[1]],
        &plain.coefficients,
        1e-9,
    );
}

#[test]
fn a_row_of_weight_two_is_two_rows() {
    let table = ticks();
    let twice: Vec<usize> = (0..table.n_rows())
        .flat_map(|row| vec![row; 1 + row % 2])
        .collect();
    let mut weighted = table.clone();
    let weights = (0..table.n_rows())
        .map(|row| 1.0 + (row % 2) as f64)
        .collect();
    weighted
        .push("weight", Column::Numbers(weights))
        .expect("a new column");
    let settings = GeneralisedSettings::new(Family::NegativeBinomial);
    let repeated = mixed(
        "TICKS ~ cHEIGHT + (1 | BROOD)",
        &table.rows(&twice),
        &settings,
    );
    let settings = GeneralisedSettings {
        weights: Some("weight".into()),
        ..settings
    };
    let model = mixed("TICKS ~ cHEIGHT + (1 | BROOD)", &weighted, &settings);
    close(
        "coefficients",
        &model.coefficients,
        &repeated.coefficients,
        1e-9,
    );
    close(
        "logLik",
        &[model.log_likelihood],
        &[repeated.log_likelihood],
        1e-11,
    );
}

#[test]
fn categories_in_reverse_change_the_signs() {
    let up = ordinal("rating ~ temp + contact + (1 | judge)", &wine(), 11);
    let down = ordinal("reversed ~ temp + contact + (1 | judge)", &wine(), 11);
    let negated: Vec<f64> = down.coefficients[4..].iter().map(|value| -value).collect();
    close("coefficients", &negated, &up.coefficients[4..], 1e-9);
    let reversed: Vec<f64> = down.thresholds().iter().rev().map(|value| -value).collect();
    close("thresholds", &reversed, up.thresholds(), 1e-9);
}

#[test]
fn two_categories_are_a_logistic_model() {
    let mut table = wine();
    let Some(Column::Numbers(rating)) = table.column("rating").cloned() else {
        panic!("numbers")
    };
    let high = rating
        .iter()
        .map(|rating| f64::from(u8::from(*rating > 2.0)))
        .collect();
    table
        .push("high", Column::Numbers(high))
        .expect("a new column");
    let settings = GeneralisedSettings {
        nodes: 9,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let logistic = mixed("high ~ temp + contact + (1 | judge)", &table, &settings);
    let two = ordinal("high ~ temp + contact + (1 | judge)", &table, 9);
    close(
        "threshold",
        &[-two.coefficients[0]],
        &[logistic.coefficients[0]],
        1e-9,
    );
    close(
        "coefficients",
        &two.coefficients[1..],
        &logistic.coefficients[1..],
        1e-9,
    );
    close(
        "logLik",
        &[two.log_likelihood],
        &[logistic.log_likelihood],
        1e-11,
    );
    let probabilities = two.fitted_probabilities();
    close("fitted", &probabilities.column(1), &logistic.fitted(), 1e-8);
}

#[test]
fn marginal_means_are_on_the_scale_of_the_link() {
    let settings = GeneralisedSettings::new(Family::Binomial);
    let model = mixed(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)",
        &cbpp(),
        &settings,
    );
    let inference = model.inference().expect("inference");
    let wanted = MarginalMeans {
        over: vec!["period".into()],
        at: Vec::new(),
    };
    let means = marginal_means(&inference, &wanted, 0.95).expect("means");
    close(
        "mean",
        &[means[1].estimate.estimate],
        &[model.coefficients[0] + model.coefficients[1]],
        1e-14,
    );
    let model = ordinal("rating ~ temp + contact + (1 | judge)", &wine(), 1);
    let inference = model.latent_inference().expect("inference");
    let wanted = MarginalMeans {
        over: vec!["temp".into()],
        at: Vec::new(),
    };
    let means = marginal_means(&inference, &wanted, 0.95).expect("means");
    let difference = &pairwise(&inference, &means, &[], 0.95)[0].test;
    close(
        "difference",
        &[difference.estimate],
        &[model.coefficients[4]],
        1e-13,
    );
    close("se", &[difference.se], &[model.vcov[(4, 4)].sqrt()], 1e-12);
}
