//! Coding schemes for video.

use std::collections::BTreeMap;

use super::Checking;
use crate::{
    id::{SchemeId, ScoreId},
    problem::Problem,
    scheme::{
        Behaviour, Composite, DirectedAct, Modifier, ModifierValues, OF_ACTS, Rating, Sampling,
        Scheme, StateSet, Subject,
    },
    written::{At, TextAt, Written},
};

impl Checking<'_> {
    pub(super) fn schemes(&mut self, root: &Written) -> Vec<Scheme> {
        let mut schemes = Vec::new();
        for table in root.tables("scheme") {
            let sampling = self.sampling(table);
            self.check_keys_of_keyboard(table);
            self.check_something_to_code(table);
            let states = table
                .tables("states")
                .filter_map(|set| self.state_set(set))
                .collect();
            let points = self.behaviours(table, "point");
            let spans = self.behaviours(table, "span");
            let acts = table
                .tables("act")
                .filter_map(|act| self.act(act))
                .collect();
            let ratings = table
                .tables("rating")
                .filter_map(|r| self.rating(r))
                .collect();
            let composites = table
                .tables("composite")
                .filter_map(|c| self.composite(c))
                .collect();
            let measures = self.scheme_measures(table);
            self.check_names_of_measures(table);
            let parts = (
                table.text("id"),
                table.string("title"),
                table.count("version"),
                table.word_or_default("about"),
            );
            if let (Some(id), Some(title), Some(version), Some(about)) = parts {
                let id = SchemeId::new(id);
                let earlier = self.earlier(table, (&id, version));
                schemes.push(Scheme {
                    id,
                    earlier,
                    title,
                    version,
                    about,
                    sampling,
                    subjects: table.tables("subject").filter_map(subject).collect(),
                    states,
                    points,
                    acts,
                    ratings,
                    composites,
                    measures,
                    spans,
                    blind_to: table.words("blind-to"),
                    double_coded_share: table.number("double-coded-share"),
                });
            }
        }
        schemes
    }

    fn sampling(&mut self, scheme: &Written) -> Vec<Sampling> {
        let has_behaviours = ["states", "point", "act"].iter().any(|key| scheme.has(key));
        let says_nothing = match scheme.entry("sampling") {
            None => has_behaviours,
            Some(_) => scheme.is_empty_at("sampling"),
        };
        if says_nothing {
            self.reading.error(
                scheme.at_key("sampling"),
                "the scheme does not say how time is sampled",
                "write sampling = [\"continuous\"], or another way",
            );
        }
        let mut ways = Vec::new();
        for table in scheme.tables("sampling") {
            let seconds = table.number("seconds");
            let Some(kind) = table.text("kind") else {
                continue;
            };
            let way = match (kind, seconds) {
                ("continuous", None) => Sampling::Continuous,
                ("interval", Some(seconds)) => Sampling::Interval { seconds },
                ("whole-interval", Some(seconds)) => Sampling::WholeInterval { seconds },
                ("momentary", Some(seconds)) => Sampling::Momentary { seconds },
                ("scan", Some(seconds)) => Sampling::Scan { seconds },
                ("continuous", Some(_)) => {
                    self.reading.error(
                        table.at_key("seconds"),
                        "continuous sampling has no interval",
                        "remove 'seconds', or correct 'kind'",
                    );
                    continue;
                }
                _ if table.has("seconds") => continue,
                _ => {
                    self.reading.error(
                        table.at,
                        format!("'{kind}' does not say how often"),
                        format!("write {{ kind = \"{kind}\", seconds = 10 }}"),
                    );
                    continue;
                }
            };
            let is_same =
                |known: &Sampling| std::mem::discriminant(known) == std::mem::discriminant(&way);
            if ways.iter().any(is_same) {
                self.reading.error(
                    table.at,
                    format!("time is sampled by '{kind}' twice"),
                    "keep one of them: samples are told apart by their way and number",
                );
                continue;
            }
            ways.push(way);
        }
        self.check_lasting(scheme, &ways);
        ways
    }

    /// What has one time cannot last an interval, and would never be coded where nothing else is asked.
    fn check_lasting(&mut self, scheme: &Written, ways: &[Sampling]) {
        let is_whole = |way: &Sampling| matches!(way, Sampling::WholeInterval { .. });
        if ways.is_empty() || !ways.iter().all(is_whole) {
            return;
        }
        let acts = scheme.tables("act");
        let short = acts.filter(|act| !act.yes_no_or_default("has-duration"));
        let without_length = scheme.tables("point").chain(short);
        for id in without_length.filter_map(|one| one.text_at("id")) {
            self.reading.error(
                id.at,
                format!(
                    "'{}' has one time and never lasts a whole interval",
                    id.text
                ),
                "make it a state, give an act has-duration = true, or add another way to 'sampling'",
            );
        }
    }

    /// One key of the keyboard means one thing in a scheme.
    fn check_keys_of_keyboard(&mut self, scheme: &Written) {
        let states = scheme.tables("states").flat_map(|set| set.tables("state"));
        let others = ["subject", "point", "act", "span"]
            .into_iter()
            .flat_map(|key| scheme.tables(key));
        let keys: Vec<TextAt<'_>> = states
            .chain(others)
            .filter_map(|b| b.text_at("key"))
            .collect();
        let mut seen: BTreeMap<&str, At> = BTreeMap::new();
        for key in keys {
            if let Some(first) = seen.get(key.text) {
                let first = self.reading.place(*first);
                let problem = Problem::error(
                    self.reading.place(key.at),
                    format!("the key '{}' has two meanings in this scheme", key.text),
                )
                .with_remedy("choose another key for one of them")
                .with_second(first, "first used here");
                self.reading.problems.push(problem);
            } else {
                seen.insert(key.text, key.at);
            }
        }
    }

    /// A declared measure may not be called as one that a behaviour yields by itself.
    fn check_names_of_measures(&mut self, scheme: &Written) {
        let states = scheme.tables("states").flat_map(|set| set.tables("state"));
        let points = scheme.tables("point").chain(scheme.tables("act"));
        let named =
            |suffix: &'static str| move |b: &Written| Some(format!("{}{suffix}", b.text("id")?));
        let mut taken: Vec<String> = states.filter_map(named("-share")).collect();
        for (suffix, kinds) in [
            ("-sample-share", &["interval", "momentary", "scan"][..]),
            ("-whole-interval-share", &["whole-interval"]),
        ] {
            let is_one = |way: &Written| way.text("kind").is_some_and(|kind| kinds.contains(&kind));
            if scheme.tables("sampling").any(is_one) {
                let states = scheme.tables("states").flat_map(|set| set.tables("state"));
                let points = scheme.tables("point").chain(scheme.tables("act"));
                taken.extend(states.chain(points).filter_map(named(suffix)));
            }
        }
        taken.extend(points.filter_map(named("-per-minute")));
        taken.extend(OF_ACTS.map(str::to_owned));
        for id in scheme.tables("measure").filter_map(|m| m.text_at("id")) {
            if taken.iter().any(|name| name == id.text) {
                self.reading.error(
                    id.at,
                    format!("the scheme yields '{}' by itself", id.text),
                    "choose another id, or name that one as the outcome's measure",
                );
            }
        }
    }

    fn check_something_to_code(&mut self, scheme: &Written) {
        let kinds = ["states", "point", "act", "rating", "span"];
        if kinds.iter().all(|key| !scheme.has(key)) {
            self.reading.error(
                scheme.at,
                "this scheme has nothing to code",
                "add [[scheme.states]], [[scheme.point]], [[scheme.act]] or [[scheme.rating]]",
            );
        }
        let needs_subjects = ["states", "point", "act"].iter().any(|key| scheme.has(key));
        if needs_subjects && !scheme.has("subject") {
            self.reading.error(
                scheme.at,
                "this scheme has behaviours and nobody who shows them",
                "add [[scheme.subject]]",
            );
        }
    }

    fn state_set(&mut self, table: &Written) -> Option<StateSet> {
        Some(StateSet {
            id: table.string("id")?,
            label: table.string("label")?,
            exclusive: table.yes_no_or_default("exclusive"),
            exhaustive: table.yes_no_or_default("exhaustive"),
            states: self.behaviours(table, "state"),
        })
    }

    fn behaviours(&mut self, table: &Written, key: &str) -> Vec<Behaviour> {
        table
            .tables(key)
            .filter_map(|b| self.behaviour(b))
            .collect()
    }

    fn behaviour(&mut self, table: &Written) -> Option<Behaviour> {
        let modifiers = table
            .tables("modifiers")
            .filter_map(|m| self.modifier(m))
            .collect();
        Some(Behaviour {
            id: table.string("id")?,
            label: table.string("label")?,
            definition: table.string("definition")?,
            key: keyboard_key(table),
            subjects: strings(table, "subjects"),
            modifiers,
        })
    }

    fn act(&mut self, table: &Written) -> Option<DirectedAct> {
        for key in ["from", "to"] {
            if table.is_empty_at(key) {
                self.reading.error(
                    table.at_key(key),
                    format!("'{key}' names nobody"),
                    "name at least one",
                );
            }
        }
        Some(DirectedAct {
            behaviour: self.behaviour(table)?,
            from: strings(table, "from"),
            to: table.words("to"),
            has_duration: table.yes_no_or_default("has-duration"),
        })
    }

    fn modifier(&mut self, table: &Written) -> Option<Modifier> {
        let is_number = table.has("minimum") || table.has("maximum");
        let ways = [table.has("one-of"), table.has("several-of"), is_number];
        if ways.iter().filter(|way| **way).count() != 1 {
            self.reading.error(
                table.at,
                "a modifier is one of some words, several of them, or a number",
                "give 'one-of', or 'several-of', or 'minimum' and 'maximum'",
            );
            return None;
        }
        let values = if table.has("one-of") {
            ModifierValues::One(self.choices(table, "one-of")?)
        } else if table.has("several-of") {
            ModifierValues::Several(self.choices(table, "several-of")?)
        } else {
            self.check_bounds(table);
            let (Some(minimum), Some(maximum)) = (table.number("minimum"), table.number("maximum"))
            else {
                if !(table.has("minimum") && table.has("maximum")) {
                    self.reading.error(
                        table.at,
                        "a number has 'minimum' and 'maximum'",
                        "add the one that is missing",
                    );
                }
                return None;
            };
            ModifierValues::Number { minimum, maximum }
        };
        Some(Modifier {
            id: table.string("id")?,
            label: table.string("label")?,
            values,
            required: table.yes_no_or_default("required"),
        })
    }

    fn choices(&mut self, table: &Written, key: &str) -> Option<Vec<String>> {
        table.node(key)?;
        let words = strings(table, key);
        if table.is_empty_at(key) {
            self.reading.error(
                table.at_key(key),
                format!("'{key}' names no words"),
                "name at least one",
            );
        }
        Some(words)
    }

    fn rating(&mut self, table: &Written) -> Option<Rating> {
        self.check_bounds(table);
        let (minimum, maximum) = (table.number("minimum")?, table.number("maximum")?);
        let step = table.number_or_default("step");
        let has_bounds = minimum < maximum;
        let has_scale = has_bounds && is_on_scale(maximum, minimum, step);
        if has_bounds && !has_scale {
            self.reading.error(
                table.at_key("step"),
                format!("steps of {step} from {minimum} do not reach {maximum}"),
                "correct 'step', 'minimum' or 'maximum'",
            );
        }
        let mut anchors = Vec::new();
        for (key, words) in table.map("anchors") {
            let (Some(value), Some(words)) = (key.text_at(), words.text_at()) else {
                continue;
            };
            let number = value.text.trim().parse::<f64>().ok();
            let on_scale =
                |n: &f64| (minimum..=maximum).contains(n) && is_on_scale(*n, minimum, step);
            match number.filter(on_scale) {
                Some(number) => anchors.push((number, words.text.to_owned())),
                // Without a scale nothing is on it, and that has been reported.
                None if !has_scale => {}
                None => self.reading.error(
                    value.at,
                    format!("'{}' is no rating of this scale", value.text),
                    format!("ratings run from {minimum} to {maximum} in steps of {step}"),
                ),
            }
        }
        anchors.sort_by(|a, b| a.0.total_cmp(&b.0));
        Some(Rating {
            id: ScoreId::new(table.text("id")?),
            label: table.string("label")?,
            definition: table.string("definition")?,
            minimum,
            maximum,
            step,
            anchors,
            may_be_not_codable: table.yes_no_or_default("may-be-not-codable"),
        })
    }

    fn composite(&mut self, table: &Written) -> Option<Composite> {
        let of = score_ids(table, "of");
        if table.is_empty_at("of") {
            self.reading.error(
                table.at_key("of"),
                "a composite is made of ratings, and this names none",
                "name the ratings",
            );
        }
        for reversed in table.texts("reversed") {
            if !of.iter().any(|id| **id == *reversed.text) {
                self.reading.error(
                    reversed.at,
                    format!(
                        "'{}' is reversed and is not part of the composite",
                        reversed.text
                    ),
                    "add it to 'of', or remove it here",
                );
            }
        }
        let minimum = table.count("minimum-codable");
        let minimum_codable = minimum.map_or(of.len(), |n| usize::try_from(n).unwrap_or(of.len()));
        if minimum_codable > of.len() && table.is_whole_at("of") {
            self.reading.error(
                table.at_key("minimum-codable"),
                format!("the composite is made of fewer ratings: {}", of.len()),
                "correct the number",
            );
        }
        Some(Composite {
            id: ScoreId::new(table.text("id")?),
            label: table.string("label")?,
            of,
            reversed: score_ids(table, "reversed"),
            summed: table.text("kind") == Some("sum"),
            minimum_codable,
        })
    }
}

/// Whether `value` is a whole number of steps from `minimum`.
fn is_on_scale(value: f64, minimum: f64, step: f64) -> bool {
    let steps = (value - minimum) / step;
    (steps - steps.round()).abs() < 1e-9
}

fn subject(table: &Written) -> Option<Subject> {
    Some(Subject {
        id: table.string("id")?,
        label: table.string("label")?,
        kind: table.word("kind")?,
        key: keyboard_key(table),
        many: table.yes_no_or_default("many"),
    })
}

fn keyboard_key(table: &Written) -> Option<char> {
    table.text("key")?.chars().next()
}

fn strings(table: &Written, key: &str) -> Vec<String> {
    table.texts(key).map(|text| text.text.to_owned()).collect()
}

fn score_ids(table: &Written, key: &str) -> Vec<ScoreId> {
    table
        .texts(key)
        .map(|text| ScoreId::new(text.text))
        .collect()
}
