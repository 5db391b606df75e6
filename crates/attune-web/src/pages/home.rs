//! The first page: the studies in which one has a part, and in a demonstration what to try.

use askama::Template;
use attune_store::studies::StudyRow;

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show},
    layout::Layout,
    settings::Demonstration,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    layout: Layout,
    studies: Vec<Card>,
    may_add: bool,
    name: String,
    demonstration: Option<Demonstration>,
}

struct Card {
    study: StudyRow,
    roles: String,
}

/// `GET /`.
pub async fn page(visit: Visit) -> Answer {
    let person = visit.person()?;
    let mut studies = Vec::new();
    for mut study in visit.app.store().studies().await? {
        if !person.has_right(Action::SeeStudy, Scope::Study(&study.id)) {
            continue;
        }
        if person.is_blind_in(&study.id, study.unblinded.is_some()) {
            let protocol = visit.app.store().protocol(&study.id).await?;
            protocol.title_for_the_blind().clone_into(&mut study.title);
        }
        let mut roles: Vec<&str> = person
            .roles_in(&study.id)
            .map(attune_store::Role::words)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        studies.push(Card {
            roles: roles.join(", "),
            study,
        });
    }
    show(&Home {
        layout: Layout::of(&visit, "Your studies"),
        studies,
        may_add: person.has_right(Action::ChangeStudies, Scope::Installation),
        name: person.name.clone(),
        demonstration: visit.app.settings().demonstration.clone(),
    })
}
