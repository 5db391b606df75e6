//! Writes the shared cases of the scorers as JSON to standard output: every shipped instrument, and one
//! made for this that has a score of each rule. The browser's tests read them.

use std::path::Path;

use attune_protocol::{
    instrument::{Instrument, WorkedExample},
    instrument_file::read_examples,
    instrument_library,
};
use attune_web::forms::cases;

/// Drawn answer sets for each instrument.
const DRAWN: usize = 400;

fn main() {
    let all_rules = Instrument::read("all-rules.toml", include_str!("all-rules.toml"))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let forms: Vec<_> = instrument_library::all()
        .iter()
        .chain([&all_rules])
        .zip(1_u64..)
        .map(|(instrument, seed)| cases::of(instrument, &examples(instrument), DRAWN, seed))
        .collect();
    println!("{}", serde_json::Value::from(forms));
}

/// The worked examples that lie beside the shipped definitions.
fn examples(instrument: &Instrument) -> Vec<WorkedExample> {
    let file = format!("{}.toml", instrument.id);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../instruments/examples");
    match std::fs::read_to_string(folder.join(&file)) {
        Ok(text) => {
            read_examples(instrument, &file, &text).unwrap_or_else(|problems| panic!("{problems}"))
        }
        Err(_) => instrument.examples.clone(),
    }
}
