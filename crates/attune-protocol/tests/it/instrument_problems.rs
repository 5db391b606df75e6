//! What somebody who writes a definition is told when it is wrong.

use attune_protocol::instrument::Instrument;

/// A sound definition with one item, into which each case puts something wrong.
const SOUND: &str = r#"format = 1
id = "calm"
version = 1
title = "Calm"
short-title = "Calm"
language = "en"
respondents = ["parent"]
citation = "The team (2026)"

[licence]
holds = "slots"
terms = "Our own."
evidence = "Written by the team."

[[scale]]
id = "often"
options = [{ code = 0 }, { code = 1 }, { code = 2 }]

[[item]]
id = "first"
scale = "often"

[[item]]
id = "second"
scale = "often"

[[score]]
id = "total"
label = "Total"
rule = "sum"
items = ["first", "second"]
better = "higher"
"#;

fn problems(changes: &[(&str, &str)]) -> String {
    let mut text = SOUND.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the definition holds {from}");
        text = text.replacen(from, to, 1);
    }
    match Instrument::read("calm.toml", &text) {
        Ok(_) => "no problem".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

macro_rules! told {
    ($($name:ident: $changes:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(problems(&$changes));
        }
    )*};
}

told! {
    a_question_depends_on_a_later_one: [("id = \"first\"\nscale = \"often\"", "id = \"first\"\nscale = \"often\"\nonly-if = { item = \"second\", at-least = 1 }")];
    a_question_depends_on_a_code_that_is_none: [("id = \"second\"\nscale = \"often\"", "id = \"second\"\nscale = \"often\"\nonly-if = { item = \"first\", one-of = [7] }")];
    a_condition_says_too_much: [("id = \"second\"\nscale = \"often\"", "id = \"second\"\nscale = \"often\"\nonly-if = { item = \"first\", one-of = [1], at-least = 1 }")];
    a_question_that_depends_on_an_earlier_one_is_sound: [("id = \"second\"\nscale = \"often\"", "id = \"second\"\nscale = \"often\"\nonly-if = { item = \"first\", one-of = [1, 2] }")];
    options_have_no_usual_range: [("id = \"first\"", "id = \"first\"\nusual-to = 1")];
    a_key_or_word_that_nobody_knows: [("better = \"higher\"", "betterr = \"higher\""), ("rule = \"sum\"", "rule = \"summ\"")];
    a_scale_that_is_not_there: [("scale = \"often\"\n\n[[item]]", "scale = \"oftn\"\n\n[[item]]")];
    an_item_that_is_not_there: [("items = [\"first\", \"second\"]", "items = [\"first\", \"secnd\"]")];
    a_text_in_a_definition_of_slots: [("id = \"first\"", "id = \"first\"\ntext = \"How calm?\""), ("{ code = 1 }", "{ code = 1, label = \"often\" }")];
    an_item_without_text_in_a_definition_of_texts: [("\"slots\"", "\"texts\"")];
    two_items_with_one_id: [("id = \"second\"", "id = \"first\"")];
    an_id_that_is_a_number: [("id = \"second\"", "id = \"2\""), ("\"first\", \"second\"", "\"first\", \"2\"")];
    two_options_with_one_code: [("{ code = 2 }", "{ code = 1 }")];
    a_scale_of_two_kinds: [("id = \"often\"", "id = \"often\"\nminimum = 0\nmaximum = 3")];
    an_order_that_leaves_an_item_out: [("[[score]]", "[[item-order]]\nid = \"short\"\nsource = \"a form\"\nitems = [\"first\"]\n\n[[score]]")];
    a_first_order_that_is_not_that_of_the_file: [("[[score]]", "[[item-order]]\nid = \"other\"\nsource = \"a form\"\nitems = [\"second\", \"first\"]\n\n[[score]]")];
    a_rule_without_its_keys: [("rule = \"sum\"", "rule = \"lookup\"")];
    a_score_of_a_score_below_it: [("rule = \"sum\"\nitems = [\"first\", \"second\"]", "rule = \"sum-of-scores\"\nscores = [\"later\"]")];
    a_sum_of_fewer_answers: [("better", "minimum-answered = 1\nbetter")];
    more_answers_than_items: [("better", "minimum-answered = 3\nbetter")];
    prorating_with_every_item_needed: [("better", "prorate = true\nbetter")];
    a_reversed_item_that_does_not_count: [("items = [\"first\", \"second\"]", "items = [\"first\"]\nreversed = [\"second\"]")];
    a_table_with_a_gap: [("better = \"higher\"\n", "better = \"higher\"\n\n[[score]]\nid = \"t\"\nlabel = \"T\"\nrule = \"lookup\"\nof = \"total\"\ntable = [[0, 1], [1, 2], [3, 4], [4, 5]]\nbetter = \"higher\"\n")];
    a_table_with_rows_that_fall: [("better = \"higher\"\n", "better = \"higher\"\n\n[[score]]\nid = \"t\"\nlabel = \"T\"\nrule = \"lookup\"\nof = \"total\"\ntable = [[0, 1], [2, 2], [1, 3], [3, 4], [4]]\nbetter = \"higher\"\n")];
    bands_that_overlap_or_leave_the_range: [("better", "bands = [{ from = 0, to = 2, label = \"low\" }, { from = 2, to = 5, label = \"high\" }]\nbetter")];
    a_cut_off_outside_the_range_or_of_both_kinds: [("better", "cut-offs = [{ label = \"a\", at-or-above = 9, source = \"s\" }, { label = \"b\", at-or-above = 1, at-or-below = 2, source = \"s\" }]\nbetter")];
    an_alert_that_nobody_can_raise: [("[[score]]", "[[alert]]\nid = \"a\"\nmessage = \"Please look.\"\nitem = \"first\"\nat-least = 3\n\n[[score]]")];
    a_score_for_not_applicable_that_the_item_cannot_have: [("scale = \"often\"\n\n[[item]]", "scale = \"often\"\nnot-applicable = 7\n\n[[item]]")];
    an_example_that_forgets_a_score: [("[[score]]", "[[example]]\nshows = \"nothing\"\nanswers = { frist = 1 }\nalerts = [\"a\"]\n\n[[score]]")];
    a_newer_format: [("format = 1", "format = 2")];
    a_file_that_is_not_toml: [("id = \"calm\"", "id = calm")];
}

#[test]
fn a_sound_definition_has_no_problem() {
    assert_eq!(problems(&[]), "no problem");
}
