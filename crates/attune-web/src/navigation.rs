//! Where one can go: the places of the application and of a study, in reading order and in groups by
//! the work that they belong to. A place is offered to those whose role carries its right; the guard
//! decides again when they come.

use crate::{
    access::{Action, Scope},
    visit::Visit,
};

/// A link of the navigation.
#[derive(Debug, Clone)]
pub struct Place {
    /// Address.
    pub path: String,
    /// Words.
    pub label: &'static str,
    /// Whether it is the page that is shown.
    pub here: bool,
}

/// Places that belong to the same work.
#[derive(Debug, Clone)]
pub struct Group {
    /// What they have in common; nothing for the study's own page.
    pub label: &'static str,
    /// The places.
    pub places: Vec<Place>,
}

/// Places of the application: label, path, right. Without a right it is for whoever is signed in.
const APPLICATION: &[(&str, &str, Option<Action>)] = &[
    ("Studies", "/", None),
    ("People", "/people", Some(Action::ManagePeople)),
    ("Audit trail", "/audit", Some(Action::ReadAudit)),
    ("Public pages", "/visits", Some(Action::ChangeStudies)),
    ("Backups", "/backups", Some(Action::SeeBackups)),
];

/// Places of a study: group, label, what follows `/studies/{study}`, right. Rows of one group stand
/// together.
const STUDY: &[(&str, &str, &str, Action)] = &[
    ("", "Overview", "", Action::SeeStudy),
    ("Clinic", "Families", "/families", Action::SeeFamilies),
    ("Clinic", "Who is due", "/schedule", Action::SeeFamilies),
    ("Clinic", "Arms", "/arms", Action::AssignArms),
    ("Clinic", "Queries", "/queries", Action::RaiseQueries),
    ("Clinic", "Alerts", "/alerts", Action::AcknowledgeAlerts),
    ("Film", "Recordings", "/clips", Action::LeadCoding),
    ("Film", "Agreement", "/reliability", Action::LeadCoding),
    ("Film", "Coding", "/coding", Action::CodeVideo),
    ("Evidence", "Measures", "/measures", Action::SeeMeasures),
    ("Evidence", "Findings", "/findings", Action::SeeFindings),
    ("Evidence", "Reports", "/reports", Action::SeeFindings),
    ("Evidence", "Plan", "/plan", Action::SeeFindings),
    ("Records", "Export", "/export", Action::Export),
    ("Records", "Audit trail", "/audit", Action::ReadAudit),
];

/// Places of the application for this visitor; none before they are signed in.
pub fn of_application(visit: &Visit) -> Vec<Place> {
    let Some(person) = &visit.person else {
        return Vec::new();
    };
    let may_go = |right: &Option<Action>| {
        right.is_none_or(|action| person.has_right(action, Scope::Installation))
    };
    APPLICATION
        .iter()
        .filter(|(.., right)| may_go(right))
        .map(|(label, path, _)| Place {
            here: visit.path == *path,
            path: (*path).to_owned(),
            label,
        })
        .collect()
}

/// Places of a study for this visitor, in their groups.
pub fn of_study(visit: &Visit, study: &str) -> Vec<Group> {
    let Some(person) = &visit.person else {
        return Vec::new();
    };
    let mut groups: Vec<Group> = Vec::new();
    for (group, label, rest, action) in STUDY {
        if !person.has_right(*action, Scope::Study(study)) {
            continue;
        }
        let path = format!("/studies/{study}{rest}");
        let place = Place {
            here: visit.path == path
                || (!rest.is_empty() && visit.path.starts_with(&format!("{path}/"))),
            path,
            label,
        };
        match groups.last_mut().filter(|last| last.label == *group) {
            Some(last) => last.places.push(place),
            None => groups.push(Group {
                label: group,
                places: vec![place],
            }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;
    use crate::{route::Needs, routes};

    #[test]
    fn every_place_is_a_page_and_asks_for_the_right_that_the_page_asks_for() {
        let table = routes::table();
        let page = |path: &str| {
            table
                .iter()
                .find(|route| route.method == Method::GET && route.path == path)
                .unwrap_or_else(|| panic!("no page at {path}"))
        };
        for (_, path, right) in APPLICATION {
            let needs = page(path).needs;
            if let Some(action) = right {
                assert_eq!(needs, Needs::May(*action), "{path}");
            }
        }
        for (_, _, rest, action) in STUDY {
            let needs = page(&format!("/studies/{{study}}{rest}")).needs;
            let asks = [Needs::May(*action), Needs::MayOrAnybody(*action)];
            assert!(asks.contains(&needs), "{rest}: {needs:?}");
        }
    }

    #[test]
    fn places_of_one_group_stand_together() {
        let mut groups: Vec<&str> = STUDY.iter().map(|(group, ..)| *group).collect();
        groups.dedup();
        let all = groups.len();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!(groups.len(), all);
    }
}
