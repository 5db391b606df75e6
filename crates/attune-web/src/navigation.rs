//! Where one can go: the places of the application and of a study, in reading order. A place is
//! offered to those whose role carries its right; the guard decides again when they come.

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

/// Places of the application: label, path, right. Without a right it is for whoever is signed in.
const APPLICATION: &[(&str, &str, Option<Action>)] = &[
    ("Studies", "/", None),
    ("People", "/people", Some(Action::ManagePeople)),
    ("Audit trail", "/audit", Some(Action::ReadAudit)),
    ("Visits", "/visits", Some(Action::ChangeStudies)),
    ("Backups", "/backups", Some(Action::SeeBackups)),
];

/// Places of a study: label, what follows `/studies/{study}`, right.
const STUDY: &[(&str, &str, Action)] = &[
    ("Overview", "", Action::SeeStudy),
    ("Families", "/families", Action::SeeFamilies),
    ("Who is due", "/schedule", Action::SeeFamilies),
    ("Queries", "/queries", Action::RaiseQueries),
    ("Alerts", "/alerts", Action::AcknowledgeAlerts),
    ("Measures", "/measures", Action::SeeMeasures),
    ("Findings", "/findings", Action::SeeFindings),
    ("Plan", "/plan", Action::SeeFindings),
    ("Recordings", "/clips", Action::LeadCoding),
    ("Agreement", "/reliability", Action::LeadCoding),
    ("Coding", "/coding", Action::CodeVideo),
    ("Export", "/export", Action::Export),
    ("Audit trail", "/audit", Action::ReadAudit),
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

/// Places of a study for this visitor.
pub fn of_study(visit: &Visit, study: &str) -> Vec<Place> {
    let Some(person) = &visit.person else {
        return Vec::new();
    };
    STUDY
        .iter()
        .filter(|(.., action)| person.has_right(*action, Scope::Study(study)))
        .map(|(label, rest, _)| {
            let path = format!("/studies/{study}{rest}");
            Place {
                here: visit.path == path
                    || (!rest.is_empty() && visit.path.starts_with(&format!("{path}/"))),
                path,
                label,
            }
        })
        .collect()
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
        for (_, rest, action) in STUDY {
            let needs = page(&format!("/studies/{{study}}{rest}")).needs;
            assert_eq!(needs, Needs::May(*action), "{rest}");
        }
    }
}
