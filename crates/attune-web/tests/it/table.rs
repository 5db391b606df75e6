//! Rules that every row of the table of routes keeps.

use std::collections::BTreeSet;

use attune_web::{
    access::Action,
    route::{Arms, Needs},
    routes,
};
use axum::http::Method;

/// What anybody may ask for, with the reason. A new public address must be put here by hand.
const PUBLIC: &[(&str, &str)] = &[
    (
        "/healthz",
        "monitoring asks without an account; it tells only whether the store can be written",
    ),
    (
        "/assets/{fingerprint}/{file}",
        "styles and scripts, the same for everybody",
    ),
    ("/design", "how things look, without any data"),
    ("/studies", "the list of studies that have a public page"),
    (
        "/studies/cookies.html",
        "what is kept on a device, and the form to choose; it changes nothing but the visitor's own cookie",
    ),
    (
        "/studies/about.html",
        "what happens with visitors' data, and how accessible the pages are",
    ),
    ("/studies/publication.css", "their stylesheet"),
    ("/studies/icon.svg", "their icon"),
    (
        "/studies/choice.js",
        "what loads an owner's analytics tool after a visitor's yes",
    ),
    (
        "/studies/{study}/{page}",
        "texts that a team wrote for all, and results that it released; without results for blind members",
    ),
    (
        "/studies/{study}/figures/{file}",
        "figures of released results, without single families; refused to blind members",
    ),
    (
        "/first-run",
        "asks for the code that only the operator has, and only while there is no account",
    ),
    ("/sign-in", "the way in"),
    (
        "/sign-in/code",
        "asks for the ticket that a right password gave",
    ),
    (
        "/sign-out",
        "ends the session of the cookie, if there is one",
    ),
    ("/welcome", "asks for a one-time code"),
];

#[test]
fn asvs_8_1_1_only_listed_addresses_are_open_to_anybody() {
    let listed: BTreeSet<&str> = PUBLIC.iter().map(|(path, _)| *path).collect();
    let open: BTreeSet<&str> = routes::table()
        .iter()
        .filter(|route| route.needs == Needs::Nothing)
        .map(|route| route.path)
        .collect();
    assert_eq!(open, listed);
}

#[test]
fn asvs_3_5_3_there_are_only_gets_and_posts_and_each_pair_once() {
    let mut seen = BTreeSet::new();
    for route in routes::table() {
        assert!(
            route.method == Method::GET || route.method == Method::POST,
            "{}",
            route.path
        );
        assert!(
            seen.insert((route.method.to_string(), route.path)),
            "{} {} stands twice",
            route.method,
            route.path
        );
    }
}

#[test]
fn what_belongs_to_a_study_is_asked_for_in_a_study() {
    let open: BTreeSet<&str> = PUBLIC.iter().map(|(path, _)| *path).collect();
    for route in routes::table() {
        let of_study = route.path.contains("{study}");
        if let Needs::May(action) = route.needs {
            assert!(
                !(of_study && action.is_of_installation()),
                "{}: {action:?} is a right in the installation",
                route.path
            );
            let anywhere = [Action::ReadAudit, Action::ChangeStudies];
            assert!(
                of_study || action.is_of_installation() || anywhere.contains(&action),
                "{}: {action:?} needs a study",
                route.path
            );
        }
        assert!(
            !of_study
                || matches!(route.needs, Needs::May(_) | Needs::MayOrAnybody(_))
                || open.contains(route.path),
            "{} is in a study and names no right",
            route.path
        );
        assert!(
            [Arms::Untold, Arms::ToThePublic].contains(&route.arms) || of_study,
            "{}: arms are of studies",
            route.path
        );
    }
}
