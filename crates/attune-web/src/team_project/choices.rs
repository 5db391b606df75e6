//! What whoever leads the coding chose: which scheme, who coded, which recording is which, what names mean.
//! It comes from a form with a row for each of them.

use std::collections::{BTreeMap, BTreeSet};

use attune_store::{
    command::video::CodingPurpose,
    ids::{AccountId, ClipId},
};

use crate::failure::Failure;

/// Stands for a scheme made from the project.
pub const NEW_SCHEME: &str = ":new";
/// Stands for a coder who has left.
pub const LEFT: &str = ":left";
/// Stands for something that is left out.
pub const OUT: &str = ":out";

/// Everything that is chosen. Rows are kept by name, since their order changes with what is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The scheme by which it was coded: its id, or [`NEW_SCHEME`].
    pub scheme: String,
    /// What a new scheme is called.
    pub title: String,
    /// Whether bouts with one end are left out; otherwise their codings stay open.
    pub without_unpaired: bool,
    /// Whether comments are left out.
    pub without_comments: bool,
    /// Purpose of consent that covers recordings of families.
    pub purpose: String,
    /// Whose coding counts where several coded a recording.
    pub first: String,
    /// Who each coder is.
    pub coders: BTreeMap<String, CoderChoice>,
    /// What each recording is.
    pub recordings: BTreeMap<String, RecordingChoice>,
    /// What each observation is, in the order of the project.
    pub observations: Vec<ObservationChoice>,
    /// What each behaviour means: its id in the scheme, or [`OUT`].
    pub behaviours: BTreeMap<String, String>,
    /// Who each subject is: in a scheme of the study its name there or [`OUT`], in a new one its new name.
    pub subjects: BTreeMap<String, String>,
}

/// Who a coder is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoderChoice {
    /// An account, [`LEFT`], [`OUT`], or nothing yet.
    pub who: String,
    /// Training or a standard; empty for codings of the study.
    pub purpose: String,
}

impl CoderChoice {
    /// The account.
    pub fn account(&self) -> Option<AccountId> {
        self.who.parse().ok()
    }

    /// What for, where it is not for the study.
    pub fn purpose(&self) -> Option<CodingPurpose> {
        match self.purpose.as_str() {
            "gold" => Some(CodingPurpose::Gold),
            "training" => Some(CodingPurpose::Training),
            _ => None,
        }
    }
}

/// What a recording is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordingChoice {
    /// The recording of the study; a new one without film where there is none.
    pub clip: String,
    /// Session of the clinic.
    pub session: String,
    /// Study codes of the families in it.
    pub families: String,
    /// Wave.
    pub wave: String,
    /// Day.
    pub day: String,
    /// Stratum.
    pub stratum: String,
}

impl RecordingChoice {
    /// The recording of the study.
    pub fn clip(&self) -> Option<ClipId> {
        self.clip.parse().ok()
    }

    /// Study codes, one by one.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.families
            .split([' ', ',', ';'])
            .filter(|code| !code.is_empty())
    }
}

/// What an observation is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObservationChoice {
    /// Name of the recording, as in the files.
    pub recording: String,
    /// Name of the coder, as in the files.
    pub coder: String,
    /// Whether it is left out.
    pub out: bool,
}

impl ObservationChoice {
    /// Whether it is taken and nobody knows who coded it.
    pub fn is_untold(&self) -> bool {
        !self.out && self.coder.is_empty()
    }
}

/// What a form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Another look.
    Look,
    /// That it be brought.
    Bring,
    /// That it be forgotten.
    Forget,
}

/// Names of rows, by which the numbers of the form are understood.
pub struct Rows<'a> {
    /// Observations of the project.
    pub n_observations: usize,
    /// Behaviours in their order.
    pub behaviours: &'a [String],
    /// Subjects in their order.
    pub subjects: &'a [String],
}

impl Choices {
    /// What a form says. A scheme other than before forgets what names meant.
    ///
    /// # Errors
    ///
    /// It is no form of ours: an unknown field, one twice, a row without a name.
    pub fn of_form(fields: &[(String, String)], rows: &Rows<'_>) -> Result<(Self, Asked), Failure> {
        let mut seen = BTreeSet::new();
        let mut named: BTreeMap<(String, usize), String> = BTreeMap::new();
        for (name, value) in fields {
            if !seen.insert(name.as_str()) {
                return Err(not_ours(name));
            }
            if let Some((kind @ ("coder-name" | "recording-name"), row)) = row_of(name) {
                named.insert((kind.to_owned(), row), value.trim().to_owned());
            }
        }
        let mut choices = Self {
            observations: vec![ObservationChoice::default(); rows.n_observations],
            ..Self::default()
        };
        let (mut asked, mut meant_for, mut by_rest) = (Asked::Look, String::new(), String::new());
        for (name, value) in fields {
            let value = value.trim().to_owned();
            let Some((kind, row)) = row_of(name) else {
                match name.as_str() {
                    "scheme" => choices.scheme = value,
                    "title" => choices.title = value,
                    "unpaired" => choices.without_unpaired = value == OUT,
                    "comments" => choices.without_comments = value == OUT,
                    "purpose" => choices.purpose = value,
                    "first" => choices.first = value,
                    "meant-for" => meant_for = value,
                    "by-rest" => by_rest = value,
                    "do" => {
                        asked = match value.as_str() {
                            "bring" => Asked::Bring,
                            "forget" => Asked::Forget,
                            _ => Asked::Look,
                        }
                    }
                    _ => return Err(not_ours(name)),
                }
                continue;
            };
            let of = |kind: &str| {
                let found = named.get(&(kind.to_owned(), row)).cloned();
                found.ok_or_else(|| not_ours(name))
            };
            match kind {
                "coder-name" | "recording-name" => {}
                "coder-is" => choices.coders.entry(of("coder-name")?).or_default().who = value,
                "coder-for" => choices.coders.entry(of("coder-name")?).or_default().purpose = value,
                "clip" | "session" | "families" | "wave" | "day" | "stratum" => {
                    let one = choices.recordings.entry(of("recording-name")?).or_default();
                    *match kind {
                        "clip" => &mut one.clip,
                        "session" => &mut one.session,
                        "families" => &mut one.families,
                        "wave" => &mut one.wave,
                        "day" => &mut one.day,
                        _ => &mut one.stratum,
                    } = value;
                }
                "of" | "by" | "out" => {
                    let one = choices
                        .observations
                        .get_mut(row)
                        .ok_or_else(|| not_ours(name))?;
                    match kind {
                        "of" => one.recording = value,
                        "by" => one.coder = value,
                        _ => one.out = true,
                    }
                }
                "means" => {
                    let own = rows.behaviours.get(row).ok_or_else(|| not_ours(name))?;
                    choices.behaviours.insert(own.clone(), value);
                }
                "who" => {
                    let own = rows.subjects.get(row).ok_or_else(|| not_ours(name))?;
                    choices.subjects.insert(own.clone(), value);
                }
                _ => return Err(not_ours(name)),
            }
        }
        let untold = choices.observations.iter_mut();
        for one in untold.filter(|one| one.is_untold()) {
            one.coder.clone_from(&by_rest);
        }
        if meant_for != choices.scheme {
            choices.behaviours.clear();
            choices.subjects.clear();
        }
        Ok((choices, asked))
    }
}

/// `coder-is.4`: the field and the row.
fn row_of(name: &str) -> Option<(&str, usize)> {
    let (kind, row) = name.rsplit_once('.')?;
    Some((kind, row.parse().ok()?))
}

fn not_ours(name: &str) -> Failure {
    Failure::Unreadable {
        reason: format!("the form has no field {name}, or has it twice"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Choices, NEW_SCHEME, Rows};

    fn read(fields: &[(&str, &str)]) -> Result<(Choices, Asked), crate::failure::Failure> {
        let rows = Rows {
            n_observations: 2,
            behaviours: &["face".to_owned()],
            subjects: &[],
        };
        let fields = fields
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Choices::of_form(&fields.collect::<Vec<_>>(), &rows)
    }

    #[test]
    fn rows_are_kept_by_their_names() {
        let (choices, asked) = read(&[
            ("scheme", "play"),
            ("meant-for", "play"),
            ("coder-name.0", "Ann"),
            ("coder-is.0", ":left"),
            ("recording-name.3", "clip 7"),
            ("families.3", "H-001 H-002"),
            ("of.1", "clip 7"),
            ("out.0", "yes"),
            ("means.0", "at-face"),
            ("do", "bring"),
        ])
        .expect("ours");
        assert_eq!(asked, Asked::Bring);
        assert_eq!(choices.coders["Ann"].who, ":left");
        let codes: Vec<&str> = choices.recordings["clip 7"].codes().collect();
        assert_eq!(codes, ["H-001", "H-002"]);
        assert_eq!(choices.observations[1].recording, "clip 7");
        assert!(choices.observations[0].out);
        assert_eq!(choices.behaviours["face"], "at-face");
    }

    #[test]
    fn one_name_stands_for_whoever_coded_the_rest() {
        let (choices, _) =
            read(&[("by.0", "Ann"), ("by.1", ""), ("by-rest", "Ben")]).expect("ours");
        let coders = choices.observations.iter().map(|one| one.coder.as_str());
        assert_eq!(coders.collect::<Vec<_>>(), ["Ann", "Ben"]);
        let (choices, _) = read(&[("out.1", "yes"), ("by-rest", "Ben")]).expect("ours");
        assert_eq!(choices.observations[1].coder, "");
    }

    #[test]
    fn another_scheme_forgets_what_names_meant() {
        let (choices, _) = read(&[
            ("scheme", NEW_SCHEME),
            ("meant-for", "play"),
            ("means.0", "at-face"),
        ])
        .expect("ours");
        assert!(choices.behaviours.is_empty());
    }

    #[test]
    fn unknown_fields_rows_without_a_name_and_fields_that_come_twice_are_refused() {
        for fields in [
            &[("colour", "red")][..],
            &[("coder-is.0", ":left")],
            &[("of.7", "clip")],
            &[("scheme", "a"), ("scheme", "b")],
        ] {
            assert!(read(fields).is_err(), "{fields:?}");
        }
    }
}
