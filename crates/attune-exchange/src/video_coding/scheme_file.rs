//! The scheme of a coding tool as a scheme file of a study: a start that people complete, since no tool
//! keeps the rules by which a behaviour is coded.

use std::collections::BTreeSet;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierKind, ModifierSet, SchemeAsRead,
};

use super::{
    not_held::{Losses, NotHeld},
    scheme_sets::{Set, exclusions_outside, state_sets},
};

/// What stands where a tool has no definition.
const NO_DEFINITION: &str =
    "Not defined in the file that this scheme was taken from: write the rule here.";

/// The text of a scheme file, and what it cannot hold or had to assume.
pub fn scheme_file(scheme: &SchemeAsRead, title: &str) -> (String, Vec<NotHeld>) {
    let mut writing = Writing::default();
    writing.line(&format!("title = {}", quoted(&label_in_scheme(title))));
    writing.line("version = 1\nabout = \"dyad\"\nsampling = [\"continuous\"]");
    let subjects: Vec<(String, &CodedSubject)> = scheme
        .subjects
        .iter()
        .map(|subject| (writing.new_id(&subject.name), subject))
        .collect();
    for (id, subject) in &subjects {
        writing.subject(id, subject);
    }
    if subjects.is_empty() {
        writing.line("\n[[subject]]\nid = \"everybody\"\nlabel = \"Everybody\"\nkind = \"group\"");
    }
    let sets = state_sets(scheme);
    for (place, set) in sets.iter().enumerate() {
        writing.state_set(place, set);
    }
    for (header, kind) in [
        ("point", BehaviourKind::Point),
        ("span", BehaviourKind::Phase),
    ] {
        for behaviour in scheme
            .behaviours
            .iter()
            .filter(|behaviour| behaviour.kind == kind)
        {
            writing.behaviour(header, behaviour);
        }
    }
    let losses = writing.losses(scheme, exclusions_outside(scheme, &sets));
    (writing.text, losses)
}

#[derive(Default)]
struct Writing {
    text: String,
    ids: BTreeSet<String>,
    keys: BTreeSet<char>,
    n_keys_left: usize,
    n_undefined: usize,
    n_sets_left: usize,
    n_bounds_assumed: usize,
    n_kinds_assumed: usize,
}

impl Writing {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Lower-case letters, digits and `-`, a letter first, no two the same.
    fn new_id(&mut self, name: &str) -> String {
        free_id(&mut self.ids, &id_of(name))
    }

    /// One key of the keyboard means one thing in a scheme.
    fn key(&mut self, key: &str) {
        let mut characters = key.chars();
        match (characters.next(), characters.next()) {
            (Some(key), None) if !key.is_whitespace() && self.keys.insert(key) => {
                self.line(&format!("key = {}", quoted(&key.to_string())));
            }
            (None, _) => {}
            _ => self.n_keys_left += 1,
        }
    }

    fn subject(&mut self, id: &str, subject: &CodedSubject) {
        self.line(&format!(
            "\n[[subject]]\nid = \"{id}\"\nlabel = {}",
            quoted(&label_in_scheme(&subject.name))
        ));
        self.line(&format!(
            "kind = \"{}\" # assumed from the name",
            kind_of(&subject.name)
        ));
        self.n_kinds_assumed += 1;
        self.key(&subject.key);
    }

    fn state_set(&mut self, place: usize, set: &Set<'_>) {
        let label = if set.label.trim().is_empty() {
            format!("States {}", place + 1)
        } else {
            set.label.clone()
        };
        let id = self.new_id(&format!("set {label}"));
        self.line(&format!(
            "\n[[states]]\nid = \"{id}\"\nlabel = {}",
            quoted(&label)
        ));
        self.line(&format!("exclusive = {}", set.exclusive));
        for state in &set.states {
            self.behaviour("states.state", state);
        }
    }

    fn behaviour(&mut self, header: &str, behaviour: &CodedBehaviour) {
        let id = self.new_id(&behaviour.code);
        self.line(&format!(
            "\n[[{header}]]\nid = \"{id}\"\nlabel = {}",
            quoted(&label_in_scheme(&behaviour.code))
        ));
        let definition = match behaviour.description.trim() {
            "" => {
                self.n_undefined += 1;
                NO_DEFINITION
            }
            description => description,
        };
        self.line(&format!("definition = {}", quoted(definition)));
        self.key(&behaviour.key);
        let mut ids = BTreeSet::new();
        let sets: Vec<String> = behaviour
            .modifiers
            .iter()
            .filter_map(|set| modifier(set, &mut ids))
            .collect();
        self.n_sets_left += behaviour.modifiers.len() - sets.len();
        let is_number = |set: &&ModifierSet| set.kind == ModifierKind::Number;
        self.n_bounds_assumed += behaviour.modifiers.iter().filter(is_number).count();
        if !sets.is_empty() {
            self.line(&format!("modifiers = [\n    {},\n]", sets.join(",\n    ")));
        }
    }

    fn losses(&self, scheme: &SchemeAsRead, exclusions: usize) -> Vec<NotHeld> {
        let mut losses = Losses::default();
        losses.tell(
            self.n_undefined,
            "behaviours without a definition",
            "write the rule by which each is coded",
        );
        losses.tell(
            self.n_kinds_assumed,
            "kinds of subjects",
            "assumed from their names: look whether they are right",
        );
        losses.tell(
            self.n_keys_left,
            "keys",
            "used before in this scheme, or longer than one character; left out",
        );
        losses.tell(
            self.n_sets_left,
            "sets of modifiers",
            "without a choice, of free text or of data from elsewhere; add them by hand",
        );
        losses.tell(
            self.n_bounds_assumed,
            "bounds of numbers",
            "assumed so wide that every number fits: write the true ones",
        );
        losses.tell(
            exclusions,
            "pairs of states that exclude each other outside a set",
            "a set is of states that all exclude each other: look how they can be parted into sets",
        );
        let points = scheme
            .behaviours
            .iter()
            .filter(|one| one.kind != BehaviourKind::State && !one.category.trim().is_empty());
        losses.tell(
            points.count(),
            "categories of points and phases",
            "left out: a scheme groups states alone",
        );
        let at_stop = scheme.behaviours.iter().flat_map(|one| &one.modifiers);
        losses.tell(
            at_stop.filter(|set| set.asked_at_stop).count(),
            "modifiers that are asked when a state ends",
            "asked when it begins; they can be changed until the coding is finished",
        );
        let coloured = scheme
            .behaviours
            .iter()
            .filter(|behaviour| !behaviour.colour.is_empty());
        losses.tell(coloured.count(), "colours", "a scheme has none");
        losses.tell(
            scheme.variables.len(),
            "variables",
            "they belong to the study, not to its scheme",
        );
        losses.into_list()
    }
}

/// A number fits these bounds; a tool that has none gets them, to be mended by hand.
const WIDEST: (i64, i64) = (-1_000_000, 1_000_000);

fn modifier(set: &ModifierSet, ids: &mut BTreeSet<String>) -> Option<String> {
    let values = match set.kind {
        ModifierKind::One => format!("one-of = [{}]", choices(set)?),
        ModifierKind::Several => format!("several-of = [{}]", choices(set)?),
        ModifierKind::Number => format!("minimum = {}, maximum = {}", WIDEST.0, WIDEST.1),
        ModifierKind::External | ModifierKind::Text => return None,
    };
    let name = if set.name.trim().is_empty() {
        "Detail"
    } else {
        &set.name
    };
    let id = free_id(ids, &id_of(name));
    Some(format!(
        "{{ id = \"{id}\", label = {}, {values} }}",
        quoted(name)
    ))
}

/// The choices of a set, each once; none where there are none.
fn choices(set: &ModifierSet) -> Option<String> {
    let mut values: Vec<String> = Vec::new();
    for choice in &set.choices {
        let value = quoted(&choice.value);
        if !choice.value.trim().is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    (!values.is_empty()).then(|| values.join(", "))
}

/// The id, or with the first number that is free.
fn free_id(ids: &mut BTreeSet<String>, id: &str) -> String {
    let mut free = id.to_owned();
    let mut number = 1;
    while !ids.insert(free.clone()) {
        number += 1;
        free = format!("{id}-{number}");
    }
    free
}

fn id_of(name: &str) -> String {
    const LONGEST: usize = 50;
    let mut id = String::new();
    for character in name.to_lowercase().chars() {
        if character.is_ascii_alphanumeric() {
            id.push(character);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id: String = id.trim_matches('-').chars().take(LONGEST).collect();
    match id.chars().next() {
        Some(first) if first.is_ascii_lowercase() => id.trim_end_matches('-').to_owned(),
        Some(_) => format!("n-{id}"),
        None => "unnamed".to_owned(),
    }
}

/// The kind of subject that a name suggests.
fn kind_of(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["infant", "child", "baby", "chi", "toddler"]) {
        "infant"
    } else if has(&["staff", "worker", "nurse", "therapist", "visitor"]) {
        "staff-member"
    } else if has(&[
        "mother", "father", "parent", "carer", "mum", "dad", "adult", "mot", "fat",
    ]) {
        "carer"
    } else {
        "group"
    }
}

/// What a scheme calls something of this name: a tier or an annotation may be without one.
pub fn label_in_scheme(name: &str) -> String {
    if name.trim().is_empty() {
        "(no name)".to_owned()
    } else {
        name.to_owned()
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.replace(['\n', '\r', '\t', '\0'], " ")).to_string()
}

#[cfg(test)]
mod tests {
    use attune_protocol::{Protocol, StudyFolder};

    use super::scheme_file;
    use crate::video_coding::CodingFile;

    const BORIS: &str = r#"{"project_format_version": "7.0", "observations": {},
        "subjects_conf": {"0": {"key": "i", "name": "Infant 1", "description": ""}, "1": {"key": "m", "name": "Mother", "description": ""}},
        "behaviors_conf": {
            "0": {"type": "State event", "key": "f", "code": "face", "description": "Looks at the \"face\"", "category": "gaze", "excluded": "away", "modifiers": {}},
            "1": {"type": "State event", "key": "a", "code": "away", "description": "", "category": "gaze", "excluded": "face", "modifiers": {}},
            "2": {"type": "State event", "key": "f", "code": "1st talk", "description": "", "category": "", "excluded": "",
                "modifiers": {"0": {"name": "to", "type": 1, "values": ["infant (i)", "staff"]}, "1": {"name": "n", "type": 2, "values": []}}},
            "3": {"type": "Point event", "key": "v", "code": "voice", "description": "Any sound", "category": "", "excluded": "", "modifiers": {}}}}"#;

    fn text() -> (String, Vec<String>) {
        let file = CodingFile::read("play.boris", BORIS.as_bytes()).expect("a project");
        let scheme = file.to_project("play").expect("a scheme").project.scheme;
        let (text, lost) = scheme_file(&scheme, "Play");
        (text, lost.into_iter().map(|lost| lost.what).collect())
    }

    #[test]
    fn an_ethogram_becomes_a_scheme_that_a_study_takes() {
        let (text, lost) = text();
        assert_eq!(
            lost,
            [
                "behaviours without a definition: 2",
                "kinds of subjects: 2",
                "keys: 1",
                "bounds of numbers: 1"
            ]
        );
        let mut files: Vec<(String, Vec<u8>)> = attune_protocol::template()
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        for (name, bytes) in &mut files {
            if name == "study.toml" {
                bytes.extend_from_slice(b"\n[[scheme]]\nid = \"play\"\nfile = \"play.toml\"\n");
            }
        }
        files.push(("play.toml".to_owned(), text.into_bytes()));
        let folder = StudyFolder::from_files(files);
        let (protocol, _) = Protocol::read_folder(&folder).expect("a study that checks");
        let scheme = protocol.schemes.iter().find(|scheme| *scheme.id == *"play");
        let scheme = scheme.expect("the scheme");
        assert_eq!(scheme.states.len(), 2);
        assert!(scheme.states[0].exclusive && !scheme.states[1].exclusive);
        assert_eq!(scheme.states[1].states[0].id, "n-1st-talk");
    }
}
