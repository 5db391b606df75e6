//! Ids: which there are, which stand twice, and which are referred to and do not exist. All of it
//! follows from the description of the format, so a new table needs nothing here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    near_miss::{listed, nearest},
    problem::Problem,
    shape::{Kind, Thing},
    written::{At, Node, Reading, TextAt, Value, Written},
};

/// The ids of a study.
#[derive(Debug, Default)]
pub(crate) struct Index {
    ids: BTreeMap<(Scope, Thing), Ids>,
    /// Kinds of which at least one could not be read: nobody knows then what does not exist.
    unsure: BTreeSet<Thing>,
}

/// Ids of one kind within one scope.
#[derive(Debug, Default)]
struct Ids {
    /// In the order written.
    order: Vec<String>,
    places: BTreeMap<String, At>,
}

/// Within what an id is unique: the study, or one scheme, codebook, attribute or behaviour, told by
/// its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Scope(Option<At>);

/// Where a walk is.
#[derive(Clone, Copy)]
struct Within {
    scheme: Scope,
    parent: Scope,
}

impl Within {
    fn scope(self, thing: Thing) -> Scope {
        match thing {
            Thing::Modifier | Thing::Level => self.parent,
            Thing::Subject
            | Thing::Behaviour
            | Thing::StateSet
            | Thing::Rating
            | Thing::Composite
            | Thing::SchemeMeasure
            | Thing::Code => self.scheme,
            _ => Scope(None),
        }
    }

    /// Within the tables below `table`.
    fn inside(self, table: &Written) -> Self {
        let here = Scope(Some(table.at));
        match table.shape.heading {
            "[[scheme]]" | "[[codebook]]" => Self {
                scheme: here,
                parent: here,
            },
            _ => Self {
                scheme: self.scheme,
                parent: here,
            },
        }
    }
}

impl Index {
    /// Collects the ids below `root`; reports those that stand twice and references that lead
    /// nowhere.
    pub fn of(reading: &mut Reading, root: &Written) -> Self {
        let mut index = Self::default();
        let outside = Within {
            scheme: Scope(None),
            parent: Scope(None),
        };
        index.collect(reading, root, outside);
        index.follow(reading, root, outside);
        index
    }

    /// Ids of this kind in the study, in the order written.
    pub fn all(&self, thing: Thing) -> impl Iterator<Item = &str> {
        let ids = self.ids.get(&(Scope(None), thing));
        ids.into_iter()
            .flat_map(|ids| &ids.order)
            .map(String::as_str)
    }

    /// Whether there is an id of this kind in the study.
    pub fn has(&self, thing: Thing, id: &str) -> bool {
        let ids = self.ids.get(&(Scope(None), thing));
        ids.is_some_and(|ids| ids.places.contains_key(id))
    }

    /// Whether all of this kind could be read.
    pub fn is_sure(&self, thing: Thing) -> bool {
        !self.unsure.contains(&thing)
    }

    fn collect(&mut self, reading: &mut Reading, table: &Written, within: Within) {
        for key in table.shape.keys {
            match (&key.kind, table.entry(key.name)) {
                (Kind::Id(thing), _) => match table.text_at(key.name) {
                    Some(id) => self.define(reading, *thing, id, within.scope(*thing)),
                    // A missing or wrong id has been reported.
                    None => {
                        self.unsure.insert(*thing);
                    }
                },
                (kind, Some(entry)) if entry.node.is_none() => self.doubt_all_in(kind),
                _ => {}
            }
        }
        for below in tables_in(table) {
            self.collect(reading, below, within.inside(table));
        }
    }

    /// Everything that the tables of this kind would have defined is in doubt.
    fn doubt_all_in(&mut self, kind: &'static Kind) {
        let Some(table) = kind.table() else { return };
        for table in table.with_all_below() {
            for key in table.keys {
                if let Kind::Id(thing) = key.kind {
                    self.unsure.insert(thing);
                }
            }
        }
    }

    fn define(&mut self, reading: &mut Reading, thing: Thing, id: TextAt<'_>, scope: Scope) {
        let twin = shares_names_with(thing).iter().find_map(|other| {
            let at = self.ids.get(&(scope, *other))?.places.get(id.text)?;
            Some((*other, *at))
        });
        if let Some((other, first)) = twin {
            let message = if other == thing {
                format!("there are two {} with the id '{}'", thing.plural(), id.text)
            } else {
                format!(
                    "'{}' is the id of {} already",
                    id.text,
                    other.with_article()
                )
            };
            let first = reading.place(first);
            let problem = Problem::error(reading.place(id.at), message)
                .with_remedy("choose another id for one of them")
                .with_second(first, "first used here");
            reading.problems.push(problem);
            // The one that is meant to have another id may well be referred to.
            self.unsure.insert(thing);
            return;
        }
        let ids = self.ids.entry((scope, thing)).or_default();
        ids.order.push(id.text.to_owned());
        ids.places.insert(id.text.to_owned(), id.at);
    }

    fn follow(&self, reading: &mut Reading, table: &Written, within: Within) {
        // What a scheme's own keys refer to lies within the scheme.
        let here = within.inside(table);
        for entry in &table.entries {
            let Some((key, node)) = table.shape.key(entry.key).zip(entry.node.as_ref()) else {
                continue;
            };
            self.follow_node(reading, &key.kind, node, here);
        }
        for below in tables_in(table) {
            self.follow(reading, below, here);
        }
    }

    fn follow_node(&self, reading: &mut Reading, kind: &'static Kind, node: &Node, within: Within) {
        match (kind, &node.value) {
            (Kind::Reference(thing), Value::Text(text)) => {
                let reference = TextAt { text, at: node.at };
                self.check_reference(reading, *thing, reference, within.scope(*thing));
            }
            (Kind::List(inner), Value::List(nodes)) => {
                for node in nodes {
                    self.follow_node(reading, inner, node, within);
                }
            }
            (Kind::Map { keys, .. } | Kind::NumberOrMap { keys, .. }, Value::Map(pairs)) => {
                for (key, _) in pairs {
                    self.follow_node(reading, keys, key, within);
                }
            }
            _ => {}
        }
    }

    fn check_reference(
        &self,
        reading: &mut Reading,
        thing: Thing,
        reference: TextAt<'_>,
        scope: Scope,
    ) {
        let ids = self.ids.get(&(scope, thing));
        let is_known = ids.is_some_and(|ids| ids.places.contains_key(reference.text));
        if is_known || !self.is_sure(thing) || reading.is_full() {
            return;
        }
        let known: Vec<_> = ids
            .into_iter()
            .flat_map(|ids| &ids.order)
            .map(String::as_str)
            .collect();
        let remedy = unknown_remedy(thing, reference.text, &known);
        reading.error(
            reference.at,
            format!("there is no {} '{}'", thing.noun(), reference.text),
            remedy,
        );
    }
}

/// What to do about a reference to something that does not exist.
pub(crate) fn unknown_remedy(thing: Thing, written: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(written, known.iter().copied()) {
        return format!("did you mean '{near}'?");
    }
    if known.is_empty() {
        return format!("define it first, with {}", thing.heading());
    }
    format!(
        "the {} are {}; or define another with {}",
        thing.plural(),
        listed(known.iter().copied()),
        thing.heading()
    )
}

/// Kinds whose ids may not be the same, because they are used in the same places.
fn shares_names_with(thing: Thing) -> &'static [Thing] {
    const FORMULA: &[Thing] = &[Thing::Attribute, Thing::Outcome];
    const SOURCE: &[Thing] = &[Thing::Instrument, Thing::Scheme, Thing::Codebook];
    const SCORE: &[Thing] = &[Thing::Rating, Thing::Composite, Thing::SchemeMeasure];
    match thing {
        Thing::Attribute | Thing::Outcome => FORMULA,
        Thing::Instrument | Thing::Scheme | Thing::Codebook => SOURCE,
        Thing::Rating | Thing::Composite | Thing::SchemeMeasure => SCORE,
        Thing::Study => &[Thing::Study],
        Thing::Arm => &[Thing::Arm],
        Thing::Phase => &[Thing::Phase],
        Thing::Site => &[Thing::Site],
        Thing::Wave => &[Thing::Wave],
        Thing::Purpose => &[Thing::Purpose],
        Thing::Analysis => &[Thing::Analysis],
        Thing::Subject => &[Thing::Subject],
        Thing::Behaviour => &[Thing::Behaviour],
        Thing::StateSet => &[Thing::StateSet],
        Thing::Modifier => &[Thing::Modifier],
        Thing::Code => &[Thing::Code],
        Thing::Level => &[Thing::Level],
    }
}

fn tables_in(table: &Written) -> impl Iterator<Item = &Written> {
    table.entries.iter().flat_map(|entry| {
        let nodes = match entry.node.as_ref().map(|node| (&node.value, node)) {
            Some((Value::List(nodes), _)) => nodes.as_slice(),
            Some((Value::Table(_), node)) => std::slice::from_ref(node),
            _ => &[],
        };
        nodes.iter().filter_map(Node::table)
    })
}
