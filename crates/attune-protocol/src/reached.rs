//! Whom an act reaches, by the words of a coding: a person whom it names, somebody of a kind, or everybody.
//!
//! A coder presses "own infant" or "another infant". The first is a person as soon as the actor has a
//! number; the second is one only where the recording holds no other infant.

use crate::scheme::{ActTarget, Scheme, Subject, SubjectKind};

/// Whom an act reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// A person, by the name under which the coding knows them.
    Person(String),
    /// Somebody whom the coding does not name.
    Somebody {
        /// What kind of person.
        kind: SubjectKind,
        /// Whether they are of the actor's own family.
        of_own_family: bool,
    },
    /// Everybody.
    Everybody,
}

impl ActTarget {
    /// Every target.
    pub const ALL: [Self; 6] = [
        Self::OwnInfant,
        Self::OtherInfant,
        Self::OwnParent,
        Self::OtherParent,
        Self::Staff,
        Self::Group,
    ];

    /// The word under which it is coded.
    pub fn code(self) -> &'static str {
        match self {
            Self::OwnInfant => "own-infant",
            Self::OtherInfant => "other-infant",
            Self::OwnParent => "own-parent",
            Self::OtherParent => "other-parent",
            Self::Staff => "staff",
            Self::Group => "group",
        }
    }

    /// The target that a word stands for.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.code() == code)
    }
}

impl Scheme {
    /// Whom an act of `actor` to `target` reaches; `None` where the scheme knows neither word nor person.
    pub fn reached(&self, actor: &str, target: &str) -> Option<Reached> {
        if let Some(word) = ActTarget::of_code(target) {
            return Some(self.reached_by_word(actor, word));
        }
        let (subject, _) = self.subject_named(target)?;
        Some(match subject.kind {
            SubjectKind::Group => Reached::Everybody,
            _ => Reached::Person(target.to_owned()),
        })
    }

    /// What a person is to the actor of an act; `None` for whoever is no person of the scheme.
    pub fn relation(&self, actor: &str, person: &str) -> Option<ActTarget> {
        let (from, own_family) = self.subject_named(actor)?;
        let (to, family) = self.subject_named(person)?;
        // Staff belong to no family, whatever their numbers are.
        let is_own = from.kind != SubjectKind::StaffMember && own_family == family;
        Some(match to.kind {
            SubjectKind::Infant if is_own && from.kind != SubjectKind::Infant => {
                ActTarget::OwnInfant
            }
            SubjectKind::Infant => ActTarget::OtherInfant,
            SubjectKind::Carer if is_own && from.kind == SubjectKind::Infant => {
                ActTarget::OwnParent
            }
            SubjectKind::Carer => ActTarget::OtherParent,
            SubjectKind::StaffMember => ActTarget::Staff,
            SubjectKind::Group => ActTarget::Group,
        })
    }

    fn reached_by_word(&self, actor: &str, word: ActTarget) -> Reached {
        let (kind, of_own_family) = match word {
            ActTarget::Group => return Reached::Everybody,
            ActTarget::OwnInfant => (SubjectKind::Infant, true),
            ActTarget::OtherInfant => (SubjectKind::Infant, false),
            ActTarget::OwnParent => (SubjectKind::Carer, true),
            ActTarget::OtherParent => (SubjectKind::Carer, false),
            ActTarget::Staff => (SubjectKind::StaffMember, false),
        };
        let somebody = Reached::Somebody {
            kind,
            of_own_family,
        };
        let of_kind: Vec<&Subject> = self
            .subjects
            .iter()
            .filter(|subject| subject.kind == kind)
            .collect();
        let [only] = of_kind.as_slice() else {
            return somebody;
        };
        let name = match (only.many, of_own_family) {
            (false, _) => only.id.clone(),
            (true, true) => match self.number_of(actor) {
                Some(number) => format!("{}{number}", only.id),
                None => return somebody,
            },
            (true, false) => return somebody,
        };
        match name != actor && self.relation(actor, &name) == Some(word) {
            true => Reached::Person(name),
            false => somebody,
        }
    }

    /// What follows a subject's id in the name of one of many: its mark and number, such as `-3`.
    fn number_of<'a>(&self, name: &'a str) -> Option<&'a str> {
        let (subject, number) = self.subject_named(name)?;
        number.and_then(|_| name.strip_prefix(subject.id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::{ActTarget, Reached};
    use crate::scheme::{Scheme, Subject, SubjectKind};

    fn scheme(many: bool) -> Scheme {
        let subject = |id: &str, kind, many| Subject {
            id: id.to_owned(),
            label: id.to_owned(),
            kind,
            key: None,
            many,
        };
        Scheme {
            id: "room".into(),
            title: "Room".to_owned(),
            version: 1,
            about: crate::plan::About::Session,
            sampling: Vec::new(),
            subjects: vec![
                subject("carer", SubjectKind::Carer, many),
                subject("infant", SubjectKind::Infant, many),
                subject("visitor", SubjectKind::StaffMember, false),
            ],
            states: Vec::new(),
            points: Vec::new(),
            acts: Vec::new(),
            ratings: Vec::new(),
            composites: Vec::new(),
            measures: Vec::new(),
            spans: Vec::new(),
            blind_to: Vec::new(),
            double_coded_share: None,
            earlier: Vec::new(),
        }
    }

    fn person(name: &str) -> Option<Reached> {
        Some(Reached::Person(name.to_owned()))
    }

    fn somebody(kind: SubjectKind, of_own_family: bool) -> Option<Reached> {
        Some(Reached::Somebody {
            kind,
            of_own_family,
        })
    }

    #[test]
    fn ones_own_infant_is_the_one_with_the_same_number() {
        let room = scheme(true);
        assert_eq!(room.reached("carer-3", "own-infant"), person("infant-3"));
        assert_eq!(room.reached("carer 3", "own-infant"), person("infant 3"));
        assert_eq!(room.reached("infant-2", "own-parent"), person("carer-2"));
        assert_eq!(
            room.reached("carer", "own-infant"),
            somebody(SubjectKind::Infant, true),
            "a carer without a number"
        );
    }

    #[test]
    fn another_one_of_many_is_somebody_until_named() {
        let room = scheme(true);
        let other = room.reached("carer-1", "other-infant");
        assert_eq!(other, somebody(SubjectKind::Infant, false));
        assert_eq!(room.reached("carer-1", "infant-2"), person("infant-2"));
        assert_eq!(room.reached("carer-1", "staff"), person("visitor"));
        assert_eq!(
            room.reached("visitor", "staff"),
            somebody(SubjectKind::StaffMember, false)
        );
        assert_eq!(room.reached("carer-1", "group"), Some(Reached::Everybody));
        assert_eq!(room.reached("carer-1", "neighbour"), None);
    }

    #[test]
    fn in_a_dyad_everybody_is_named() {
        let dyad = scheme(false);
        assert_eq!(dyad.reached("carer", "own-infant"), person("infant"));
        assert_eq!(dyad.reached("visitor", "other-infant"), person("infant"));
        assert_eq!(
            dyad.reached("carer", "other-infant"),
            somebody(SubjectKind::Infant, false),
            "the only infant is the carer's own"
        );
    }

    #[test]
    fn a_person_is_own_or_another_by_the_number() {
        let room = scheme(true);
        let relation = |actor, person| room.relation(actor, person);
        assert_eq!(relation("carer-1", "infant-1"), Some(ActTarget::OwnInfant));
        assert_eq!(
            relation("carer-1", "infant-2"),
            Some(ActTarget::OtherInfant)
        );
        assert_eq!(
            relation("visitor", "infant-2"),
            Some(ActTarget::OtherInfant)
        );
        assert_eq!(relation("carer-1", "carer-2"), Some(ActTarget::OtherParent));
        assert_eq!(relation("infant-1", "carer-1"), Some(ActTarget::OwnParent));
        assert_eq!(relation("carer-1", "nobody"), None);
    }
}
