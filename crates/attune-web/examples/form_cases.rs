//! Writes the shared cases of the scorers as JSON to standard output: every shipped instrument, and one
//! made for this that has a score of each rule. The browser's tests read them.

use attune_protocol::{instrument::Instrument, instrument_library};
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
        .map(|(instrument, seed)| cases::of(instrument, DRAWN, seed))
        .collect();
    println!("{}", serde_json::Value::from(forms));
}
