//! An event as one text, for formats that have only labels.

use attune_records::observation::Event;

/// Behaviour, then modifiers set by set after `|`, several of one set with commas.
pub(super) fn label(event: &Event) -> String {
    let mut label = event.behaviour.to_string();
    for modifier in event.modifiers.as_slice() {
        label.push('|');
        label.push_str(&modifier.values.join(","));
    }
    // A text with zero bytes would look like a binary file.
    label.replace('\0', "\u{fffd}")
}
