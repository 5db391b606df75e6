//! F tests of whole terms, `--type-three`.

use attune_analysis::words;
use attune_statistics::{
    inference::Inference,
    type_three::{TermTest, type_three_tests},
};
use serde_json::{Value, json};

use super::result::{Section, number};
use crate::text_table::TextTable;

/// The test of each term.
pub fn section(inference: &Inference<'_>) -> Section {
    let tests = type_three_tests(inference);
    let mut table = TextTable::new(&["term", "F", "df", "denominator df", "p"]);
    for TermTest { term, test, .. } in &tests {
        table.row([
            term.clone(),
            words::fixed(test.statistic, 3),
            words::fixed(test.df_numerator, 0),
            if test.df_denominator.is_infinite() {
                "∞".to_owned()
            } else {
                words::fixed(test.df_denominator, 1)
            },
            words::p_value(test.p)
                .trim_start_matches("p = ")
                .trim_start_matches("p ")
                .to_owned(),
        ]);
    }
    Section {
        key: "type_three",
        json: tests.iter().map(json_of).collect(),
        text: format!("F tests of the terms (type III)\n{}", table.text()),
    }
}

fn json_of(term: &TermTest) -> Value {
    json!({
        "term": term.term,
        "statistic": number(term.test.statistic),
        "df_numerator": number(term.test.df_numerator),
        "df_denominator": number(term.test.df_denominator),
        "scaling": number(term.test.scaling),
        "sum_of_squares": number(term.sum_of_squares),
        "p": number(term.test.p),
    })
}
