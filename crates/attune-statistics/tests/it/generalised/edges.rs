//! What happens at the edges: no variance, no dispersion, separation, responses that do not belong.

use attune_statistics::formula::Formula;
use attune_statistics::generalised_linear_model::generalised_linear_model;
use attune_statistics::generalised_mixed_model::{
    self, Family, GeneralisedFitError, GeneralisedSettings,
};
use attune_statistics::linear_mixed_model::WarningKind;
use attune_statistics::ordinal_mixed_model::{self, OrdinalSettings};
use attune_statistics::table::{Column, Factor, Table};

use crate::oracle::OracleData;

use super::cases::{alike, close, factor, glm, mixed, ticks};

#[test]
fn groups_that_do_not_differ_have_a_variance_of_exactly_zero() {
    let settings = GeneralisedSettings {
        nodes: 5,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let model = mixed("yes ~ x + (1 | group)", &alike(), &settings);
    assert_eq!((model.theta[0].value, model.singular), (0.0, true));
    assert_eq!(model.boundary, ["group.(Intercept)"]);
    let plain = glm("yes ~ x", &alike(), Family::Binomial);
    close(
        "coefficients",
        &model.coefficients,
        &plain.coefficients,
        1e-10,
    );
    close("vcov", model.vcov.values(), plain.vcov.values(), 1e-8);
    insta::assert_snapshot!(model.warnings[0].to_string(), @"the levels of `group` do not differ beyond chance: the variance is estimated as exactly zero; the fixed effects are those of a model without it; that is no proof that the levels are alike, only that 10 of them cannot show a difference; keep the term if the design demands it");
}

#[test]
fn counts_that_vary_less_than_poisson_have_no_dispersion() {
    let model = glm("count ~ x", &alike(), Family::NegativeBinomial);
    assert_eq!(model.size, Some(f64::INFINITY));
    assert!(
        model
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::Dispersion)
    );
    let poisson = glm("count ~ x", &alike(), Family::Poisson);
    close(
        "coefficients",
        &model.coefficients,
        &poisson.coefficients,
        1e-10,
    );
    close(
        "logLik",
        &[model.log_likelihood],
        &[poisson.log_likelihood],
        1e-13,
    );
}

#[test]
fn more_variation_than_poisson_is_said() {
    let model = glm("TICKS ~ YEAR + cHEIGHT", &ticks(), Family::Poisson);
    let said: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @"the response varies 12.5 times as much as a Poisson response with these means (Pearson's statistic over its degrees of freedom); standard errors and p values are too small; use the negative binomial family, or add a random intercept for each row");
}

fn refusal(formula: &str, table: &Table, family: Family) -> GeneralisedFitError {
    let formula = Formula::parse(formula).expect("a good formula");
    let settings = GeneralisedSettings::new(family);
    if formula.random.is_empty() {
        generalised_linear_model(&formula, table, &settings).expect_err("a refusal")
    } else {
        generalised_mixed_model::fit(&formula, table, &settings).expect_err("a refusal")
    }
}

/// In arm B everybody is secure, and all who are older than 9 months are.
fn separated() -> Table {
    let arm: Vec<Option<&str>> = (0..24)
        .map(|row| Some(if row % 3 == 0 { "B" } else { "A" }))
        .collect();
    let age: Vec<f64> = (0..24).map(|row| f64::from(6 + row % 8)).collect();
    let in_b = |row: usize| row.is_multiple_of(3);
    let secure = (0..24)
        .map(|row| f64::from(u8::from(in_b(row) || row % 2 == 0)))
        .collect();
    let old = age
        .iter()
        .map(|age| f64::from(u8::from(*age > 9.0)))
        .collect();
    let falls = (0..24)
        .map(|row| {
            if in_b(row) {
                0.0
            } else {
                f64::from(u8::try_from(row % 4).unwrap_or(0))
            }
        })
        .collect();
    let ease = (0..24)
        .map(|row| {
            if in_b(row) {
                3.0
            } else {
                f64::from(u8::try_from(row % 4).unwrap_or(0))
            }
        })
        .collect();
    Table::new()
        .with("arm", Column::Factor(Factor::from_labels(&arm)))
        .and_then(|table| table.with("age", Column::Numbers(age)))
        .and_then(|table| table.with("secure", Column::Numbers(secure)))
        .and_then(|table| table.with("old", Column::Numbers(old)))
        .and_then(|table| table.with("falls", Column::Numbers(falls)))
        .and_then(|table| table.with("ease", Column::Numbers(ease)))
        .and_then(|table| table.with("all", Column::Numbers(vec![1.0; 24])))
        .and_then(|table| {
            table.with(
                "dyad",
                Column::Factor(Factor::from_numbers(
                    &(0..24).map(|row| f64::from(row / 4)).collect::<Vec<_>>(),
                )),
            )
        })
        .expect("a table")
}

#[test]
fn separation_is_said_with_the_columns_responsible() {
    let table = separated();
    let ordinal_refusal = {
        let formula = Formula::parse("ease ~ arm + age").expect("a good formula");
        ordinal_mixed_model::fit(&formula, &table, &OrdinalSettings::default())
            .expect_err("a refusal")
    };
    let said = [
        refusal("secure ~ arm + age + (1 | dyad)", &table, Family::Binomial),
        refusal("old ~ age", &table, Family::Binomial),
        refusal("old ~ arm * age", &table, Family::Binomial),
        refusal("falls ~ arm + age", &table, Family::Poisson),
        refusal(
            "falls ~ arm + age + (1 | dyad)",
            &table,
            Family::NegativeBinomial,
        ),
        ordinal_refusal,
        refusal("all ~ age", &table, Family::Binomial),
    ];
    insta::assert_snapshot!(said.map(|error| error.to_string()).join("\n"), @r"
    quasi-complete separation: `armB` predicts `secure` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    complete separation: `age` predicts `old` perfectly in all rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    complete separation: `age` predicts `old` perfectly in all rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    quasi-complete separation: `armB` predicts `falls` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    quasi-complete separation: `armB` predicts `falls` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    quasi-complete separation: `armB` predicts `ease` perfectly in 8 of 24 rows, so the best estimate is infinite and no standard error exists; leave the column(s) out, merge categories, or compare the groups by an exact test
    `all` has the same outcome in all 24 rows, so its logarithm of odds or rate is infinite: there is nothing to model
    ");
}

#[test]
fn a_response_that_does_not_belong_is_named_with_its_row() {
    let (table, ticks) = (separated(), ticks());
    let ordinal = |formula: &str| {
        let formula = Formula::parse(formula).expect("a good formula");
        ordinal_mixed_model::fit(&formula, &table, &OrdinalSettings::default())
            .expect_err("a refusal")
    };
    let quadrature = {
        let formula =
            Formula::parse("TICKS ~ 1 + (1 | BROOD) + (1 | LOCATION)").expect("a good formula");
        let settings = GeneralisedSettings {
            nodes: 5,
            ..GeneralisedSettings::new(Family::Poisson)
        };
        generalised_mixed_model::fit(&formula, &ticks, &settings).expect_err("a refusal")
    };
    let said = [
        refusal("age ~ arm", &table, Family::Binomial),
        refusal("cHEIGHT ~ YEAR", &ticks, Family::Poisson),
        refusal("YEAR ~ cHEIGHT", &ticks, Family::Binomial),
        refusal("YEAR ~ cHEIGHT", &ticks, Family::Poisson),
        refusal("cbind(falls, age) ~ arm", &table, Family::Poisson),
        refusal("secure ~ (1 | all)", &table, Family::Binomial),
        ordinal("all ~ age"),
        ordinal("ease ~ 0 + age"),
        quadrature,
    ];
    insta::assert_snapshot!(said.map(|error| error.to_string()).join("\n"), @r"
    `age` is 6 in row 1, but a binomial response is 0 or 1, a proportion, or `cbind(successes, failures)`
    `cHEIGHT` is 2.75930521091811 in row 1, but a count is a whole number from 0; for rates use counts and an offset
    `YEAR` has 3 category(ies) in the rows used, but a binomial response has two: use an ordinal model, or say which category counts
    `YEAR` has 3 category(ies) in the rows used, but a count is a number: use a numeric column, or a binomial or ordinal model
    `cbind(successes, failures)` is a binomial response: use that family, or a single column
    grouping factor `all` has only 1 level(s) in the 24 rows used: at least 2 are needed
    `all` has 1 category(ies) in the rows used, but an ordinal response has at least two: there is nothing to model
    an ordinal model has thresholds in place of an intercept: leave `0 +` and `- 1` out of the formula
    adaptive quadrature needs a single random intercept or slope, as in `(1 | group)`; this model has 2 random effects per row: use Laplace (1 node)
    ");
}

#[test]
fn laplace_with_few_yes_or_no_answers_per_child_is_doubted() {
    let data = OracleData::read("secure_binary.csv");
    let table = Table::new()
        .with("id", factor(&data, "id"))
        .and_then(|table| {
            table.with(
                "secure",
                Column::Numbers(
                    data.optional_numbers("secure")
                        .into_iter()
                        .map(|v| v.unwrap_or(f64::NAN))
                        .collect(),
                ),
            )
        })
        .expect("a table");
    let laplace = mixed(
        "secure ~ 1 + (1 | id)",
        &table,
        &GeneralisedSettings::new(Family::Binomial),
    );
    assert!(
        laplace
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::Approximation)
    );
    let settings = GeneralisedSettings {
        nodes: 15,
        ..GeneralisedSettings::new(Family::Binomial)
    };
    let quadrature = mixed("secure ~ 1 + (1 | id)", &table, &settings);
    assert!(quadrature.warnings.is_empty());
    assert!(quadrature.theta[0].value > 1.1 * laplace.theta[0].value);
}
