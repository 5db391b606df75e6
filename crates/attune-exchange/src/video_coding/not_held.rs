//! What a file of another format cannot hold.

use attune_records::observation::Event;
use serde::Serialize;

/// Something of the observations that the written file lacks or changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotHeld {
    /// What it is, with its number.
    pub what: String,
    /// Why, and what became of it.
    pub why: String,
}

/// A list of it, in which nothing that is not there is told.
#[derive(Debug, Default)]
pub(super) struct Losses(Vec<NotHeld>);

impl Losses {
    /// Tells that `n` of something are lost, unless there are none.
    pub fn tell(&mut self, n: usize, what: &str, why: &str) {
        if n > 0 {
            self.0.push(NotHeld {
                what: format!("{what}: {n}"),
                why: why.to_owned(),
            });
        }
    }

    /// Tells how many events something is true of.
    pub fn tell_events<'a>(
        &mut self,
        events: impl IntoIterator<Item = &'a Event>,
        is_lost: impl Fn(&Event) -> bool,
        what: &str,
        why: &str,
    ) {
        let n = events.into_iter().filter(|event| is_lost(event)).count();
        self.tell(n, what, why);
    }

    /// The list.
    pub fn into_list(self) -> Vec<NotHeld> {
        self.0
    }
}
