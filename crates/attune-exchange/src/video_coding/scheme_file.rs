//! The scheme of a coding tool as a scheme file of a study: a start that people complete, since no tool
//! keeps the rules by which a behaviour is coded.

use std::collections::BTreeSet;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierKind, ModifierSet, SchemeAsRead,
};

use super::not_held::{Losses, NotHeld};

/// What stands where a tool has no definition.
const NO_DEFINITION: &str =
    "Not defined in the file that this scheme was taken from: write the rule here.";

/// The text of a scheme file, and what it cannot hold or had to assume.
pub fn scheme_file(scheme: &SchemeAsRead, title: &str) -> (String, Vec<NotHeld>) {
    let mut writing = Writing::default();
    writing.line(&format!("title = {}", quoted(title)));
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
    for (place, set) in state_sets(scheme).into_iter().enumerate() {
        writing.state_set(place, &set);
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
    let losses = writing.losses(scheme);
    (writing.text, losses)
}

/// States that exclude each other all, or else the states of one category.
struct Set<'a> {
    label: String,
    exclusive: bool,
    states: Vec<&'a CodedBehaviour>,
}

fn state_sets(scheme: &SchemeAsRead) -> Vec<Set<'_>> {
    let excludes = |a: &CodedBehaviour, b: &CodedBehaviour| {
        a.code != b.code && (a.excludes.contains(&b.code) || b.excludes.contains(&a.code))
    };
    let mut sets: Vec<Set<'_>> = Vec::new();
    for state in scheme
        .behaviours
        .iter()
        .filter(|one| one.kind == BehaviourKind::State)
    {
        let fits =
            |set: &Set<'_>| set.exclusive && set.states.iter().all(|other| excludes(state, other));
        if let Some(set) = sets.iter_mut().find(|set| fits(set)) {
            set.states.push(state);
            continue;
        }
        sets.push(Set {
            label: state.category.clone(),
            exclusive: true,
            states: vec![state],
        });
    }
    // One state alone excludes nothing: such states of a category stand together.
    let (mut exclusive, single): (Vec<_>, Vec<_>) =
        sets.into_iter().partition(|set| set.states.len() > 1);
    let mut others: Vec<Set<'_>> = Vec::new();
    for mut set in single {
        match others.iter_mut().find(|other| other.label == set.label) {
            Some(other) => other.states.append(&mut set.states),
            None => {
                set.exclusive = false;
                others.push(set);
            }
        }
    }
    exclusive.append(&mut others);
    exclusive
}

#[derive(Default)]
struct Writing {
    text: String,
    ids: BTreeSet<String>,
    keys: BTreeSet<char>,
    n_keys_left: usize,
    n_undefined: usize,
    n_sets_left: usize,
    n_kinds_assumed: usize,
}

impl Writing {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Lower-case letters, digits and `-`, a letter first, no two the same.
    fn new_id(&mut self, name: &str) -> String {
        let id = id_of(name);
        let free = (1..).map(|n| {
            if n == 1 {
                id.clone()
            } else {
                format!("{id}-{n}")
            }
        });
        let id = free
            .into_iter()
            .find(|id| !self.ids.contains(id))
            .unwrap_or_default();
        self.ids.insert(id.clone());
        id
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
            quoted(&subject.name)
        ));
        self.line(&format!(
            "kind = \"{}\" # assumed from the name",
            kind_of(&subject.name)
        ));
        self.n_kinds_assumed += 1;
        self.key(&subject.key);
    }

    fn state_set(&mut self, place: usize, set: &Set<'_>) {
        let label = if set.label.is_empty() {
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
            quoted(&behaviour.code)
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
        if !sets.is_empty() {
            self.line(&format!("modifiers = [\n    {},\n]", sets.join(",\n    ")));
        }
    }

    fn losses(&self, scheme: &SchemeAsRead) -> Vec<NotHeld> {
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
            "numbers without bounds, free text or data from elsewhere; add them by hand",
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

fn modifier(set: &ModifierSet, ids: &mut BTreeSet<String>) -> Option<String> {
    let kind = match set.kind {
        ModifierKind::One => "one-of",
        ModifierKind::Several => "several-of",
        ModifierKind::Number | ModifierKind::External | ModifierKind::Text => return None,
    };
    let mut values: Vec<String> = Vec::new();
    for choice in set
        .choices
        .iter()
        .filter(|choice| !choice.value.trim().is_empty())
    {
        let value = quoted(&choice.value);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if values.is_empty() {
        return None;
    }
    let name = if set.name.trim().is_empty() {
        "Detail"
    } else {
        &set.name
    };
    let id = id_of(name);
    let free = (1..).map(|n| {
        if n == 1 {
            id.clone()
        } else {
            format!("{id}-{n}")
        }
    });
    let id = free
        .into_iter()
        .find(|id| !ids.contains(id))
        .unwrap_or_default();
    ids.insert(id.clone());
    Some(format!(
        "{{ id = \"{id}\", label = {}, {kind} = [{}] }}",
        quoted(name),
        values.join(", ")
    ))
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
                "sets of modifiers: 1"
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
