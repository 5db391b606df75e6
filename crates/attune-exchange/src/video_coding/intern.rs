//! Each distinct text once: a project of 400,000 rows has few subjects and codes.

use std::{collections::BTreeSet, sync::Arc};

/// Texts seen so far.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: BTreeSet<Arc<str>>,
}

impl Interner {
    /// The shared copy of a text.
    pub fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        self.texts.insert(Arc::clone(&new));
        new
    }
}
