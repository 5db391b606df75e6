//! Names in the order of their first appearance.

use std::collections::BTreeSet;

/// Each name once, however often it comes.
pub(super) fn each_once<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known = BTreeSet::new();
    names
        .into_iter()
        .filter(|name| known.insert(*name))
        .collect()
}
