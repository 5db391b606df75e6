//! Who may do what: the one place where it is decided.
//!
//! [`may`] is asked by the guard before every handler, and by a handler again where a single row (a
//! dyad of another site) decides. [`Action::roles`] is the whole table of rights. A right is held
//! through a grant: a role in a study, at all its sites or at some, or a role in the whole
//! installation. Blindness is no right but the opposite: whoever assesses or observes in a study
//! does not learn arms there, whatever else they may do.

mod action;

use std::collections::BTreeSet;

use attune_protocol::id::StudyId;
pub use attune_store::{Role, Sites};
use attune_store::{Sight, ids::AccountId};

pub use self::action::Action;

/// A person who is signed in, as far as rights go.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account.
    pub id: AccountId,
    /// Name as colleagues know it.
    pub name: String,
    /// Roles that hold today.
    pub grants: Vec<Grant>,
    /// How this session began.
    pub proof: Proof,
}

/// How well the person has shown who they are in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// A second factor was given.
    pub second_factor: bool,
    /// Password or second factor were given within the last minutes.
    pub fresh: bool,
}

/// A role, and where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where.
    pub within: Within,
}

/// Where a role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// In the whole installation and every study.
    Installation,
    /// In one study.
    Study {
        /// Id of the study.
        study: StudyId,
        /// At which of its sites.
        sites: Sites,
    },
}

/// Where something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// In the installation.
    Installation,
    /// In a study, at whatever sites the person has.
    Study(&'a str),
    /// At one site of a study.
    Site(&'a str, &'a str),
}

impl<'a> Scope<'a> {
    fn study(self) -> Option<&'a str> {
        match self {
            Self::Installation => None,
            Self::Study(study) | Self::Site(study, _) => Some(study),
        }
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No role of theirs reaches there; they are not told that it exists.
    NoPartInIt,
    /// They have a part in it, but not this one.
    NotThisRole,
    /// Their role would do, with a second factor.
    SecondFactor,
    /// Their role would do, with a fresh sign-in.
    Stale,
}

/// Whether the person may do this there.
///
/// # Errors
///
/// Why not.
pub fn may(person: &Person, action: Action, scope: Scope<'_>) -> Result<(), Refusal> {
    let reaches = |grant: &&Grant| grant.reaches(scope);
    if !person.grants.iter().any(|grant| reaches(&grant)) {
        return Err(match scope {
            Scope::Installation => Refusal::NotThisRole,
            Scope::Study(_) | Scope::Site(..) => Refusal::NoPartInIt,
        });
    }
    let carried = person
        .grants
        .iter()
        .filter(reaches)
        .filter(|grant| grant.within == Within::Installation || !action.is_of_installation())
        .any(|grant| action.roles().contains(&grant.role));
    if !carried {
        return Err(Refusal::NotThisRole);
    }
    if action.needs_second_factor() && !person.proof.second_factor {
        return Err(Refusal::SecondFactor);
    }
    if action.needs_fresh_sign_in() && !person.proof.fresh {
        return Err(Refusal::Stale);
    }
    Ok(())
}

impl Person {
    /// Whether a role of theirs carries this right there, whatever the session has shown so far: links
    /// to such pages are offered, and the page asks for the rest.
    pub fn has_right(&self, action: Action, scope: Scope<'_>) -> bool {
        !matches!(
            may(self, action, scope),
            Err(Refusal::NoPartInIt | Refusal::NotThisRole)
        )
    }

    /// The sites of a study at which they may do this.
    pub fn sites_for(&self, action: Action, study: &str) -> Sites {
        let mut found = BTreeSet::new();
        for grant in &self.grants {
            if !grant.reaches(Scope::Study(study)) || !action.roles().contains(&grant.role) {
                continue;
            }
            match &grant.within {
                Within::Installation
                | Within::Study {
                    sites: Sites::All, ..
                } => {
                    return Sites::All;
                }
                Within::Study {
                    sites: Sites::Only(sites),
                    ..
                } => found.extend(sites.iter().cloned()),
            }
        }
        Sites::Only(found)
    }

    /// Whether they must not learn arms, phases and hypotheses of this study, whose arms were `revealed`
    /// to the analysis or not. One role that is blind for good is enough.
    pub fn is_blind_in(&self, study: &str, revealed: bool) -> bool {
        let roles: Vec<Role> = self.roles_in(study).collect();
        let blind_for_good = |role: &Role| matches!(role, Role::Assessor | Role::Observer);
        let knows = |role: &Role| knows_arms(*role) || (revealed && *role == Role::Statistician);
        roles.iter().any(blind_for_good) || !roles.iter().any(knows)
    }

    /// Whether a role of theirs is blind for good: in this study, or in any where none is given.
    pub fn is_blind_for_good(&self, study: Option<&str>) -> bool {
        let mut grants = self.grants.iter();
        grants.any(|grant| {
            matches!(grant.role, Role::Assessor | Role::Observer)
                && study.is_none_or(|study| grant.reaches(Scope::Study(study)))
        })
    }

    /// What they may see of a study when they do this: their sites, and arms or none.
    pub fn sight(&self, action: Action, study: &str, revealed: bool) -> Sight {
        Sight {
            sites: self.sites_for(action, study),
            arms: !self.is_blind_in(study, revealed),
        }
    }

    /// Their roles that reach into a study.
    pub fn roles_in<'a>(&'a self, study: &'a str) -> impl Iterator<Item = Role> + 'a {
        self.grants
            .iter()
            .filter(move |grant| grant.reaches(Scope::Study(study)))
            .map(|grant| grant.role)
    }

    /// The role in which they do this there: the first that carries the right.
    pub fn role_for(&self, action: Action, scope: Scope<'_>) -> Option<Role> {
        self.grants
            .iter()
            .filter(|grant| grant.reaches(scope))
            .map(|grant| grant.role)
            .find(|role| action.roles().contains(role))
    }
}

/// Roles that meet families by arm, or answer for the data.
fn knows_arms(role: Role) -> bool {
    matches!(
        role,
        Role::DataManager
            | Role::LeadEvaluator
            | Role::Facilitator
            | Role::HealthVisitor
            | Role::Auditor
    )
}

impl Grant {
    fn reaches(&self, scope: Scope<'_>) -> bool {
        match (&self.within, scope) {
            (Within::Installation, _) => true,
            (Within::Study { .. }, Scope::Installation) => false,
            (Within::Study { study, sites }, scope) => {
                let same_study = scope.study() == Some(study.as_str());
                let same_site = match scope {
                    Scope::Site(_, site) => sites.hold(site),
                    Scope::Study(_) | Scope::Installation => true,
                };
                same_study && same_site
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::id::SiteId;

    use super::*;

    fn person(grants: Vec<Grant>, second_factor: bool, fresh: bool) -> Person {
        Person {
            id: AccountId::new(),
            name: "Somebody".to_owned(),
            grants,
            proof: Proof {
                second_factor,
                fresh,
            },
        }
    }

    fn at(role: Role, study: &str, sites: &[&str]) -> Grant {
        let sites = match sites {
            [] => Sites::All,
            some => Sites::Only(some.iter().map(|site| SiteId::from(*site)).collect()),
        };
        Grant {
            role,
            within: Within::Study {
                study: study.into(),
                sites,
            },
        }
    }

    #[test]
    fn asvs_8_2_1_every_right_is_carried_by_its_roles_and_no_other() {
        for action in Action::ALL {
            for role in Role::ALL {
                let grant = Grant {
                    role,
                    within: Within::Installation,
                };
                let allowed = may(
                    &person(vec![grant], true, true),
                    action,
                    Scope::Site("a", "x"),
                );
                assert_eq!(
                    allowed.is_ok(),
                    action.roles().contains(&role),
                    "{action:?} as {role:?}"
                );
            }
        }
    }

    #[test]
    fn asvs_8_2_2_a_role_at_one_site_does_not_reach_another() {
        let assessor = person(vec![at(Role::Assessor, "a", &["x"])], true, true);
        assert!(may(&assessor, Action::EnterAssessments, Scope::Site("a", "x")).is_ok());
        assert_eq!(
            may(&assessor, Action::EnterAssessments, Scope::Site("a", "y")),
            Err(Refusal::NoPartInIt)
        );
        assert_eq!(
            may(&assessor, Action::SeeStudy, Scope::Study("b")),
            Err(Refusal::NoPartInIt)
        );
    }

    #[test]
    fn asvs_6_3_3_export_identifiers_unblinding_and_administration_need_a_second_factor() {
        for action in [
            Action::Export,
            Action::OpenIdentifiers,
            Action::Unblind,
            Action::ManagePeople,
        ] {
            let role = action.roles()[0];
            let grant = Grant {
                role,
                within: Within::Installation,
            };
            let somebody = person(vec![grant], false, true);
            assert_eq!(
                may(&somebody, action, Scope::Study("a")),
                Err(Refusal::SecondFactor)
            );
        }
    }

    #[test]
    fn asvs_7_5_1_unblinding_and_changes_of_roles_need_a_fresh_sign_in() {
        for action in [Action::Unblind, Action::ManagePeople] {
            let grant = Grant {
                role: action.roles()[0],
                within: Within::Installation,
            };
            let somebody = person(vec![grant], true, false);
            assert_eq!(
                may(&somebody, action, Scope::Study("a")),
                Err(Refusal::Stale)
            );
        }
    }

    #[test]
    fn a_data_manager_of_one_study_manages_no_people() {
        let manager = person(vec![at(Role::DataManager, "a", &[])], true, true);
        assert_eq!(
            may(&manager, Action::ManagePeople, Scope::Installation),
            Err(Refusal::NotThisRole)
        );
        assert!(may(&manager, Action::Export, Scope::Study("a")).is_ok());
    }

    #[test]
    fn blindness_outweighs_every_other_role() {
        let both = person(
            vec![
                at(Role::DataManager, "a", &[]),
                at(Role::Assessor, "a", &["x"]),
            ],
            true,
            true,
        );
        assert!(both.is_blind_in("a", true));
        let manager = person(vec![at(Role::DataManager, "a", &[])], true, true);
        assert!(!manager.is_blind_in("a", false));
        assert!(
            manager.is_blind_in("b", true),
            "who has no part in it knows nothing"
        );
    }

    #[test]
    fn a_statistician_is_blind_until_arms_are_revealed() {
        let statistician = person(vec![at(Role::Statistician, "a", &[])], true, true);
        assert!(statistician.is_blind_in("a", false));
        assert!(!statistician.is_blind_in("a", true));
    }

    #[test]
    fn whoever_has_no_role_may_do_nothing() {
        let nobody = person(Vec::new(), true, true);
        for action in Action::ALL {
            assert!(may(&nobody, action, Scope::Installation).is_err());
            assert!(may(&nobody, action, Scope::Study("a")).is_err());
        }
    }
}
