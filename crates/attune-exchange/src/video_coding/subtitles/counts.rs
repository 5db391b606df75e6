//! What `attune inspect` counts in captions.

use attune_records::observation::Micros;
use serde_json::{Map, Value, json};

use super::{Subtitles, write::clock};

impl Subtitles {
    /// Counts in the documented keys.
    pub fn counts(&self) -> Map<String, Value> {
        let whole = |time: Micros| time.0.div_euclid(1_000_000);
        let total: i64 = self
            .cues()
            .map(|cue| whole(cue.stop) - whole(cue.start))
            .sum();
        let exact: Micros = self.cues().map(|cue| cue.stop - cue.start).sum();
        let first = self.cues().next().map(|cue| clock(cue.start, '.'));
        let last = self.cues().last().map(|cue| clock(cue.stop, '.'));
        [
            ("n_cues", json!(self.cues().count())),
            ("first_start", json!(first)),
            ("last_end", json!(last)),
            ("total_duration_s", json!(total)),
            ("cue_time_s", json!(exact.seconds())),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}
