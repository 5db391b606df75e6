//! `/studies/{study}/plan`: the analysis plan as it stands, its seal, and the revealing of arms.

use std::sync::Arc;

use askama::Template;
use attune_protocol::Protocol;
use attune_store::{
    Command, Request,
    studies::{StudyRow, StudyVersion, Unblinding},
};
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    parts::{Field, FieldKind, FormPage, Problems},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "plan.html")]
struct Plan {
    layout: Layout,
    study: StudyRow,
    protocol: Arc<Protocol>,
    versions: Vec<StudyVersion>,
    unblindings: Vec<(Unblinding, String)>,
    changed_since_seal: bool,
    may_seal: bool,
    may_unblind: bool,
    tells_arms: bool,
}

/// What is sealed: the protocol that the page showed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    fingerprint: String,
}

/// Why arms are revealed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    reason: String,
}

/// `GET /studies/{study}/plan`.
pub async fn page(visit: Visit) -> Answer {
    let (store, study) = (visit.app.store(), visit.study()?.clone());
    let mut unblindings = Vec::new();
    for unblinding in store.unblindings(&study.id).await? {
        let who = visit.app.name_of(&unblinding.actor).await?;
        unblindings.push((unblinding, who));
    }
    show(&Plan {
        protocol: visit.protocol().await?,
        versions: store.study_versions(&study.id).await?,
        unblindings,
        changed_since_seal: study
            .sealed
            .as_ref()
            .is_some_and(|(sealed, _)| *sealed != study.fingerprint),
        may_seal: study.sealed.is_none() && visit.has_right(Action::SealPlan),
        may_unblind: study.sealed.is_some()
            && study.unblinded.is_none()
            && visit.has_right(Action::Unblind),
        tells_arms: !visit.is_blind(),
        layout: Layout::of(&visit, "Plan"),
        study,
    })
}

/// `POST /studies/{study}/plan/seal`.
pub async fn seal(visit: Visit, Form(sealed): Form<Seal>) -> Answer {
    let study = visit.study()?;
    if sealed.fingerprint != study.fingerprint {
        return Err(Failure::Conflict {
            reason: "The study was loaded again after you opened the page, so the plan may be another one.".to_owned(),
        });
    }
    let command = Command::SealPlan {
        fingerprint: sealed.fingerprint,
    };
    let request = Request::new(Some(study.id.clone()), command, visit.at);
    let actor = visit.actor(Action::SealPlan)?;
    visit.app.store().execute(&actor, request).await?;
    Ok(see(&format!("/studies/{}/plan", study.id)))
}

/// `GET /studies/{study}/plan/unblind`.
pub async fn unblind_page(visit: Visit) -> Answer {
    let study = visit.study()?;
    if study.sealed.is_none() {
        return Err(Failure::Conflict {
            reason: "The plan is not sealed yet. Seal it first, so that nobody can say it was fitted to the result.".to_owned(),
        });
    }
    unblind_form(&visit, Problems::default())
}

fn unblind_form(visit: &Visit, problems: Problems) -> Answer {
    let id = &visit.study()?.id;
    FormPage::new(
        Layout::of(visit, "Reveal the arms"),
        format!("/studies/{id}/plan/unblind"),
        "Reveal the arms now",
    )
    .lead("From now on the findings of this study are made from its real arms, and statisticians see them. Assessors and observers stay blind.")
    .lead("This cannot be taken back: it stays in the audit trail and in the report, with your name, the time and your reason.")
    .field(
        Field::text("reason", "Why now?")
            .of_kind(FieldKind::Long)
            .hint("Such as: all data of wave 12 months are in and locked."),
    )
    .other_way(format!("/studies/{id}/plan"), "Not yet")
    .show(problems)
}

/// `POST /studies/{study}/plan/unblind`.
pub async fn unblind(visit: Visit, Form(typed): Form<Reveal>) -> Answer {
    let study = visit.study()?;
    let reason = typed.reason.trim();
    if reason.chars().count() < 5 {
        let mut problems = Problems::default();
        problems.add("reason", "Say in a few words why arms are revealed now.");
        return unblind_form(&visit, problems);
    }
    let command = Command::Unblind { dyad: None };
    let request = Request::new(Some(study.id.clone()), command, visit.at).because(reason);
    let actor = visit.actor(Action::Unblind)?;
    visit.app.store().execute(&actor, request).await?;
    Ok(see(&format!("/studies/{}/findings", study.id)))
}
