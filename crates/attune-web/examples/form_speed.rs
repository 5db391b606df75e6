//! How long the server needs to render a form of 100 questions with 11 answers each, half of them
//! answered, with its scores:
//!
//!     cargo run --release -p attune-web --example form_speed [FILE]
//!
//! Prints the median, the 99th percentile and the longest of 2,000 renderings; nothing is asserted. With
//! FILE the rendered questions are written there, to be opened in a browser.

use std::{collections::BTreeMap, fmt::Write as _, hint::black_box, time::Instant};

use askama::Template;
use attune_protocol::{id::ItemId, instrument::Instrument};
use attune_store::command::AnswerValue;
use attune_web::forms::{
    Filled, FormDefinition,
    outcome::{lines, scores},
    questions::Questions,
};

const QUESTIONS: usize = 100;
const RENDERINGS: usize = 2_000;

fn main() {
    let instrument = Instrument::read("long.toml", &long_instrument())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let answers: BTreeMap<ItemId, AnswerValue> = (1..=QUESTIONS / 2)
        .map(|n| {
            #[expect(clippy::cast_precision_loss, reason = "codes are small")]
            let code = (n % 11) as f64;
            (ItemId::new(format!("q{n}")), AnswerValue::Number(code))
        })
        .collect();
    let render = || {
        let definition = FormDefinition::of(&instrument, None);
        let filled = Filled::saved(&answers, &definition);
        let scores = lines(&instrument, &scores(&instrument, &answers));
        let questions = Questions {
            definition: &definition,
            filled: &filled,
            scores: &scores,
        };
        questions.render().expect("the template has no holes")
    };
    let html = render();
    let mut milliseconds: Vec<f64> = (0..RENDERINGS)
        .map(|_| {
            let start = Instant::now();
            black_box(render());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    println!(
        "{QUESTIONS} questions, {} kB: median {:.2} ms, 99th percentile {:.2} ms, longest {:.2} ms of {RENDERINGS}",
        html.len() / 1000,
        milliseconds[RENDERINGS / 2],
        milliseconds[RENDERINGS * 99 / 100],
        milliseconds[RENDERINGS - 1],
    );
    if let Some(file) = std::env::args().nth(1) {
        std::fs::write(&file, html).unwrap_or_else(|error| panic!("cannot write {file}: {error}"));
    }
}

/// A questionnaire of 100 questions with one sum.
fn long_instrument() -> String {
    let items: Vec<String> = (1..=QUESTIONS).map(|n| format!("\"q{n}\"")).collect();
    let codes: Vec<String> = (0..=10)
        .map(|code| format!("{{ code = {code} }}"))
        .collect();
    let mut text = format!(
        "format = 1\nid = \"long\"\nversion = 1\ntitle = \"A hundred questions\"\nshort-title = \"Hundred\"\n\
         language = \"en\"\nrespondents = [\"parent\"]\ncitation = \"None: made for measuring\"\n\
         score = [{{ id = \"sum\", label = \"Sum\", better = \"higher\", rule = \"sum\", items = [{}], minimum-answered = 1, prorate = true }}]\n\n\
         [licence]\nholds = \"slots\"\nterms = \"Our own.\"\nevidence = \"Made for measuring.\"\n\n\
         [[scale]]\nid = \"eleven\"\noptions = [{}]\n",
        items.join(", "),
        codes.join(", ")
    );
    for n in 1..=QUESTIONS {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n[[item]]\nid = \"q{n}\"\nscale = \"eleven\"\n");
    }
    text
}
