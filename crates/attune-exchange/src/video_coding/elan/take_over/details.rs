//! Details of annotations: what stands in the one-to-one tiers below a tier.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{Modifier, Modifiers};

use super::{
    super::tier::{Annotation, Tier, Times},
    COMMENT, is_modifier, modifier_set,
};

/// What hangs on each annotation of a tier: the set and the value, one for each tier below.
pub(super) struct Details<'a> {
    values: BTreeMap<&'a str, Vec<(Arc<str>, String)>>,
    /// The annotations that they are.
    pub used: Vec<&'a str>,
}

/// One-to-one tiers below a tier, also below each other.
pub(super) fn details_below<'a>(tier: &Tier<'a>, tiers: &[Tier<'a>]) -> Details<'a> {
    let mut values: BTreeMap<&str, Vec<(Arc<str>, String)>> = BTreeMap::new();
    let mut used = Vec::new();
    // From each annotation to the one of the tier itself.
    let mut owners: BTreeMap<&str, &str> = tier
        .annotations
        .iter()
        .map(|one| (one.id, one.id))
        .collect();
    let mut parents = vec![tier.id];
    // Each tier is looked at once, however they refer to each other.
    let mut left: Vec<&Tier<'_>> = tiers.iter().filter(|other| is_modifier(other)).collect();
    while let Some(parent) = parents.pop() {
        let (below, others): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|other| other.parent == Some(parent));
        left = others;
        for child in below {
            let set: Arc<str> = Arc::from(modifier_set(child));
            // Of several below one the last counts.
            let mut last: BTreeMap<&'a str, (&'a str, &str)> = BTreeMap::new();
            for annotation in &child.annotations {
                if let Times::Of(above) = annotation.times
                    && let Some(owner) = owners.get(above).copied()
                {
                    owners.insert(annotation.id, owner);
                    last.insert(owner, (annotation.id, &annotation.value));
                }
            }
            for (owner, (id, value)) in last {
                used.push(id);
                let of_owner = values.entry(owner).or_default();
                of_owner.push((Arc::clone(&set), value.to_owned()));
            }
            parents.push(child.id);
        }
    }
    Details { values, used }
}

impl Details<'_> {
    /// Modifiers and comment of an annotation.
    pub fn of(&self, annotation: &Annotation<'_>) -> (Modifiers, Option<Arc<str>>) {
        let (mut modifiers, mut comment) = (Vec::new(), None);
        for (set, value) in self.values.get(annotation.id).into_iter().flatten() {
            let value: Arc<str> = Arc::from(value.as_str());
            if **set == *COMMENT {
                comment = Some(value);
            } else {
                modifiers.push(Modifier {
                    set: Arc::clone(set),
                    values: vec![value],
                });
            }
        }
        (Modifiers::new(modifiers), comment)
    }
}
