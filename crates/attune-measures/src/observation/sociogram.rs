//! The clinic as a whole: who addressed whom in one session.
//!
//! Nodes are the people who were there, arrows the acts from one to another. An act to everybody
//! ("group") is no arrow but counts among the acts. What needs people or acts that are not there is
//! not defined, which differs from zero.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// What kind of person a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonKind {
    /// An infant.
    Infant,
    /// A parent or other carer.
    Carer,
    /// A member of staff.
    Staff,
}

/// A person who was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Name within the session, without meaning outside it.
    pub name: String,
    /// What kind.
    pub kind: PersonKind,
    /// The family; `None` for staff.
    pub family: Option<String>,
}

/// To whom an act went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActTo {
    /// To a person, by place in the list.
    Person(usize),
    /// To a person whom the coder did not name.
    Somebody {
        /// What kind of person.
        kind: PersonKind,
        /// Whether they are of the actor's own family.
        of_own_family: bool,
    },
    /// To everybody.
    Group,
}

/// The people of a session and the acts among them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sociogram {
    /// Who was there.
    pub people: Vec<Person>,
    /// Number of acts by actor and target.
    pub acts: BTreeMap<(usize, usize), usize>,
    /// Acts to everybody, by actor.
    pub to_group: BTreeMap<usize, usize>,
    /// Acts to people whom the coder did not name, by actor, kind of person and whether they are of the
    /// actor's own family.
    pub to_somebody: BTreeMap<(usize, PersonKind, bool), usize>,
}

/// What a sociogram amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SociogramMeasures {
    /// People.
    pub n_people: usize,
    /// Acts, those to everybody included.
    pub n_acts: usize,
    /// Acts among them to people whom the coder did not name. They are of a known kind, so the shares
    /// count them; what needs to know who it was is then not known.
    pub n_to_somebody: usize,
    /// Share of the possible arrows that occur: L/(N(N − 1)).
    pub density: Option<f64>,
    /// Share of arrows that are answered by an arrow back.
    pub reciprocity: Option<f64>,
    /// How much the arrows run through one person, 0 to 1: Freeman's centralisation of the number
    /// of different people with whom one has an arrow in either direction.
    pub centralisation: Option<f64>,
    /// People with no arrow in either direction.
    pub isolates: Option<f64>,
    /// Share of the acts between members of families that cross families.
    pub across_family_share: Option<f64>,
    /// Share of all acts that go to an infant.
    pub to_infants_share: Option<f64>,
    /// Share of infants that somebody addressed.
    pub infants_addressed: Option<f64>,
}

impl Sociogram {
    /// The sociogram of acts; acts of a person on itself do not count.
    pub fn of(people: Vec<Person>, acts: impl IntoIterator<Item = (usize, ActTo)>) -> Self {
        let mut sociogram = Self {
            people,
            ..Self::default()
        };
        for (actor, target) in acts {
            match target {
                ActTo::Person(target) if target == actor => {}
                ActTo::Person(target) => *sociogram.acts.entry((actor, target)).or_default() += 1,
                ActTo::Group => *sociogram.to_group.entry(actor).or_default() += 1,
                ActTo::Somebody {
                    kind,
                    of_own_family,
                } => {
                    let whom = (actor, kind, of_own_family);
                    *sociogram.to_somebody.entry(whom).or_default() += 1;
                }
            }
        }
        sociogram
    }

    /// What it amounts to.
    pub fn measures(&self) -> SociogramMeasures {
        let n = self.people.len();
        let arrows = self.acts.len();
        let directed: usize = self.acts.values().sum();
        let n_to_somebody: usize = self.to_somebody.values().sum();
        let n_acts = directed + n_to_somebody + self.to_group.values().sum::<usize>();
        let returned = self
            .acts
            .keys()
            .filter(|(a, b)| self.acts.contains_key(&(*b, *a)))
            .count();
        let infants: Vec<usize> = (0..n)
            .filter(|person| self.people[*person].kind == PersonKind::Infant)
            .collect();
        let addressed: BTreeSet<usize> = self.acts.keys().map(|(_, target)| *target).collect();
        let n_addressed = infants
            .iter()
            .filter(|infant| addressed.contains(infant))
            .count();
        let to_infants = self.count(|_, target| target.kind == PersonKind::Infant)
            + self.count_somebody(|_, kind, _| kind == PersonKind::Infant);
        let in_family = |actor: &Person, kind| actor.family.is_some() && kind != PersonKind::Staff;
        let families = self
            .count(|actor, target| actor.family.is_some() && target.family.is_some())
            + self.count_somebody(|actor, kind, _| in_family(actor, kind));
        let across = self.count(|actor, target| {
            actor.family.is_some() && target.family.is_some() && actor.family != target.family
        }) + self
            .count_somebody(|actor, kind, is_own| in_family(actor, kind) && !is_own);
        let all_are_named = n_to_somebody == 0;
        let infants_are_named = self.count_somebody(|_, kind, _| kind == PersonKind::Infant) == 0;
        let isolates = || self.degrees().iter().filter(|degree| **degree == 0).count() as f64;
        SociogramMeasures {
            n_people: n,
            n_acts,
            n_to_somebody,
            density: (all_are_named && n > 1).then(|| arrows as f64 / (n * (n - 1)) as f64),
            reciprocity: (all_are_named && arrows > 0).then(|| returned as f64 / arrows as f64),
            centralisation: self.centralisation().filter(|_| all_are_named),
            isolates: (all_are_named && n > 0).then(isolates),
            across_family_share: share(across, families),
            to_infants_share: share(to_infants, n_acts),
            infants_addressed: share(n_addressed, infants.len()).filter(|_| infants_are_named),
        }
    }

    fn count_somebody(&self, holds: impl Fn(&Person, PersonKind, bool) -> bool) -> usize {
        let acts = self.to_somebody.iter();
        acts.filter(|((actor, kind, is_own), _)| holds(&self.people[*actor], *kind, *is_own))
            .map(|(_, n)| n)
            .sum()
    }

    fn count(&self, holds: impl Fn(&Person, &Person) -> bool) -> usize {
        let acts = self.acts.iter();
        acts.filter(|((actor, target), _)| holds(&self.people[*actor], &self.people[*target]))
            .map(|(_, n)| n)
            .sum()
    }

    /// For each person with how many different people an arrow runs, in either direction.
    pub fn degrees(&self) -> Vec<usize> {
        let mut partners: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.people.len()];
        for (actor, target) in self.acts.keys() {
            partners[*actor].insert(*target);
            partners[*target].insert(*actor);
        }
        partners.iter().map(BTreeSet::len).collect()
    }

    /// Σ (largest degree − degree) over its largest possible value, (N − 1)(N − 2) of a star.
    fn centralisation(&self) -> Option<f64> {
        let degrees = self.degrees();
        let n = degrees.len();
        let most = degrees.iter().max().copied()?;
        if n < 3 {
            return None;
        }
        let spread: usize = degrees.iter().map(|degree| most - degree).sum();
        Some(spread as f64 / ((n - 1) * (n - 2)) as f64)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, kind: PersonKind, family: Option<&str>) -> Person {
        Person {
            name: name.to_owned(),
            kind,
            family: family.map(str::to_owned),
        }
    }

    /// Two families and a health visitor.
    fn people() -> Vec<Person> {
        vec![
            person("carer 1", PersonKind::Carer, Some("1")),
            person("infant 1", PersonKind::Infant, Some("1")),
            person("carer 2", PersonKind::Carer, Some("2")),
            person("infant 2", PersonKind::Infant, Some("2")),
            person("staff 1", PersonKind::Staff, None),
        ]
    }

    #[test]
    fn a_star_around_one_person_is_fully_centralised() {
        let acts = [0, 1, 2, 3].map(|person| (4, ActTo::Person(person)));
        let found = Sociogram::of(people(), acts).measures();
        assert_eq!(found.centralisation, Some(1.0));
        assert_eq!(
            (found.density, found.reciprocity),
            (Some(4.0 / 20.0), Some(0.0))
        );
        assert_eq!(
            (found.infants_addressed, found.to_infants_share),
            (Some(1.0), Some(0.5))
        );
        assert_eq!(
            found.across_family_share, None,
            "no act between members of families"
        );
    }

    #[test]
    fn acts_across_families_and_to_everybody_are_told_apart() {
        let acts = [
            (0, ActTo::Person(1)),
            (1, ActTo::Person(0)),
            (0, ActTo::Person(3)),
            (0, ActTo::Person(3)),
            (4, ActTo::Group),
            (2, ActTo::Person(2)),
        ];
        let found = Sociogram::of(people(), acts).measures();
        assert_eq!((found.n_acts, found.across_family_share), (5, Some(0.5)));
        assert_eq!(
            (found.reciprocity, found.isolates),
            (Some(2.0 / 3.0), Some(2.0))
        );
        assert_eq!(found.to_infants_share, Some(3.0 / 5.0));
    }

    #[test]
    fn a_silent_session_is_not_a_session_with_nothing_to_know() {
        let found = Sociogram::of(people(), []).measures();
        assert_eq!((found.density, found.isolates), (Some(0.0), Some(5.0)));
        assert_eq!((found.reciprocity, found.to_infants_share), (None, None));
    }

    #[test]
    fn an_act_to_somebody_without_a_name_counts_where_the_kind_suffices() {
        let person = |name: &str, kind, family: &str| Person {
            name: name.to_owned(),
            kind,
            family: Some(family.to_owned()),
        };
        let people = vec![
            person("carer 1", PersonKind::Carer, "1"),
            person("infant 1", PersonKind::Infant, "1"),
            person("carer 2", PersonKind::Carer, "2"),
        ];
        let somebody = |kind, of_own_family| ActTo::Somebody {
            kind,
            of_own_family,
        };
        let acts = [
            (0, ActTo::Person(1)),
            (0, somebody(PersonKind::Infant, false)),
            (2, somebody(PersonKind::Staff, false)),
            (2, ActTo::Group),
        ];
        let measures = Sociogram::of(people, acts).measures();
        assert_eq!((measures.n_acts, measures.n_to_somebody), (4, 2));
        assert_eq!(measures.to_infants_share, Some(0.5));
        assert_eq!(measures.across_family_share, Some(0.5));
        let unknown = [
            measures.density,
            measures.reciprocity,
            measures.centralisation,
            measures.isolates,
            measures.infants_addressed,
        ];
        assert_eq!(unknown, [None; 5], "who was reached is not known");
    }
}
