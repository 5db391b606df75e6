//! Likelihood ratio tests of mixed models against R's `anova` of tightened maximum likelihood fits.

use attune_statistics::formula::Formula;
use attune_statistics::likelihood_ratio_test::likelihood_ratio_test;
use attune_statistics::linear_mixed_model::{FitSettings, LinearMixedModel, fit};

use crate::oracle_lmm::{Comparison, list, number, read_json, table};

#[test]
fn early_lrt() {
    let case = read_json("cases/early_lrt.json");
    let table = table(&case);
    // Fitted by REML: the comparison has to refit by maximum likelihood.
    let model = |text: &serde_json::Value| -> LinearMixedModel {
        let formula = Formula::parse(text.as_str().expect("a formula")).expect("a good formula");
        fit(&formula, &table, &FitSettings::default()).expect("a fit")
    };
    let mut compare = Comparison::new("early_lrt");
    for (name, expected) in case["reference"].as_object().expect("comparisons") {
        let (null, alternative) = (model(&expected["null"]), model(&expected["alternative"]));
        let test = likelihood_ratio_test(&null, &alternative).expect("a comparison");
        compare.number(
            name,
            test.log_likelihood_smaller,
            number(&expected["logLik_null"]),
            1e-9,
        );
        compare.number(
            name,
            test.log_likelihood_larger,
            number(&expected["logLik_alternative"]),
            1e-9,
        );
        compare.number(name, test.statistic, number(&expected["chisq"]), 1e-7);
        compare.number(name, test.df, number(&expected["df"]), 0.0);
        compare.number(name, test.p, number(&expected["p"]), 1e-7);
        for (n_parameters, expected) in test.n_parameters.iter().zip(list(&expected["npar"])) {
            compare.number(name, *n_parameters as f64, number(expected), 0.0);
        }
        let mixture = &expected["p_mixture_half_chisq1_half_chisq2"];
        compare.equal(
            name,
            &test.p_boundary_mixture.is_some(),
            &mixture.is_number(),
        );
        if let Some(p) = test.p_boundary_mixture {
            compare.number(name, p, number(mixture), 1e-7);
        }
    }
    compare.finish();
}
