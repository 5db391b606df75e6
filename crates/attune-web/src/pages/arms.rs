//! `/studies/{study}/arms` and `/studies/{study}/families/{family}/arm`: which arm each family is in, from
//! which day on, and the recording of it where families have arms of their own. Only for those who may know;
//! the routes refuse whoever is blind. A change needs a reason and stays in the log.

use askama::Template;
use attune_protocol::{Protocol, id::ArmId};
use attune_store::{Command, Sight, dyads::Dyad};
use axum::extract::Path;
use jiff::civil::Date;

use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    arm_course,
    failure::Failure,
    family::{change, find_for, new_key, sent_key},
    forms::SentFields,
    layout::Layout,
    pages::{families::state, family_changes::past_day},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "arms.html")]
struct ArmsPage {
    layout: Layout,
    study: String,
    by_family: bool,
    sites: Vec<SiteRow>,
    rows: Vec<Row>,
    n_without: usize,
}

/// What holds at a site, from days on.
struct SiteRow {
    label: String,
    arms: Vec<Held>,
    phases: Vec<Held>,
}

/// An arm or phase from a day on.
pub struct Held {
    /// First day; from the beginning when there is none.
    pub from: Option<Date>,
    /// Its name.
    pub label: String,
}

struct Row {
    code: String,
    site: String,
    arms: Vec<Held>,
    state: &'static str,
    takes_part: bool,
}

/// `GET /studies/{study}/arms`.
pub async fn page(visit: Visit) -> Answer {
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let sight = visit.sight(Action::AssignArms)?;
    let protocol = visit.protocol().await?;
    let own = store.arms(&study, &sight).await?;
    let mut rows = Vec::new();
    for dyad in store.dyads(&study, &sight).await? {
        let recorded = own.get(&dyad.key).map_or(&[][..], Vec::as_slice);
        rows.push(Row {
            code: dyad.code.to_string(),
            site: site_label(&protocol, &dyad.site),
            arms: held_arms(&protocol, &dyad, recorded),
            state: state(&dyad),
            takes_part: dyad.takes_part(),
        });
    }
    let by_family = protocol.study.allocation.is_by_dyad();
    let sites = protocol
        .sites
        .iter()
        .filter(|site| sight.sites.hold(&site.id))
        .map(|site| SiteRow {
            label: site.label.clone(),
            arms: site
                .arms
                .iter()
                .map(|span| held_arm(&protocol, span.from, &span.what))
                .collect(),
            phases: site
                .phases
                .iter()
                .map(|span| held_phase(&protocol, span.from, &span.what))
                .collect(),
        })
        .collect();
    show(&ArmsPage {
        layout: Layout::of(&visit, "Arms"),
        study: study.to_string(),
        n_without: rows.iter().filter(|row| row.arms.is_empty()).count(),
        by_family,
        sites,
        rows,
    })
}

#[derive(Template)]
#[template(path = "family_arm.html")]
struct FamilyArmPage {
    layout: Layout,
    study: String,
    code: String,
    key: String,
    site: String,
    by_family: bool,
    options: Vec<(String, String)>,
    course: Course,
    today: String,
    problems: Vec<String>,
    sent: SentFields,
}

/// Arms and phases of a family over time.
pub struct Course {
    /// Its arms; the first is that of the analysis.
    pub arms: Vec<Held>,
    /// The phases of its sites.
    pub phases: Vec<Held>,
    /// Whether it has an arm of its own, not only that of its site.
    pub is_own: bool,
}

/// Arms and phases of a family, for somebody who may know them; otherwise none.
pub async fn course(visit: &Visit, sight: &Sight, dyad: &Dyad) -> Result<Option<Course>, Failure> {
    if !sight.arms {
        return Ok(None);
    }
    let (store, study) = (visit.app.store(), &visit.study()?.id);
    let protocol = visit.protocol().await?;
    let recorded = store
        .arms(study, sight)
        .await?
        .remove(&dyad.key)
        .unwrap_or_default();
    let stays = store.stays(dyad.key).await?;
    Ok(Some(Course {
        arms: held_arms(&protocol, dyad, &recorded),
        phases: arm_course::phases(&protocol, &stays)
            .iter()
            .map(|(from, phase)| held_phase(&protocol, *from, phase))
            .collect(),
        is_own: !recorded.is_empty(),
    }))
}

/// A family's own arms in the order of days, or that of its site.
fn held_arms(protocol: &Protocol, dyad: &Dyad, recorded: &[(Option<Date>, ArmId)]) -> Vec<Held> {
    let own = arm_course::arms(recorded);
    if own.is_empty() {
        let arm = arm_course::arm_of_analysis(protocol, &own, &dyad.site, dyad.enrolled);
        return arm
            .map(|arm| held_arm(protocol, dyad.enrolled, arm))
            .into_iter()
            .collect();
    }
    own.iter()
        .map(|(from, arm)| held_arm(protocol, *from, arm))
        .collect()
}

fn held_arm(protocol: &Protocol, from: Option<Date>, arm: &ArmId) -> Held {
    let label = protocol
        .arm(arm)
        .map_or_else(|| arm.to_string(), |arm| arm.label.clone());
    Held { from, label }
}

fn held_phase(
    protocol: &Protocol,
    from: Option<Date>,
    phase: &attune_protocol::id::PhaseId,
) -> Held {
    let found = protocol.phases.iter().find(|one| one.id == *phase);
    let label = found.map_or_else(|| phase.to_string(), |phase| phase.label.clone());
    Held { from, label }
}

fn site_label(protocol: &Protocol, site: &attune_protocol::id::SiteId) -> String {
    protocol
        .site(site)
        .map_or_else(|| site.to_string(), |site| site.label.clone())
}

/// `GET /studies/{study}/families/{family}/arm`.
pub async fn family_page(visit: Visit, Path((_, code)): Path<(String, String)>) -> Answer {
    let dyad = find_for(&visit, &code, Action::AssignArms).await?;
    let empty = SentFields::default();
    show(&family_arm(&visit, &dyad, new_key(), Vec::new(), &empty).await?)
}

async fn family_arm(
    visit: &Visit,
    dyad: &Dyad,
    key: String,
    problems: Vec<String>,
    sent: &SentFields,
) -> Result<FamilyArmPage, Failure> {
    let protocol = visit.protocol().await?;
    let sight = visit.sight(Action::AssignArms)?;
    let course = course(visit, &sight, dyad).await?.ok_or(Failure::Blind)?;
    Ok(FamilyArmPage {
        layout: Layout::of(visit, format!("Arm of family {}", dyad.code)),
        study: visit.study()?.id.to_string(),
        code: dyad.code.to_string(),
        key,
        site: site_label(&protocol, &dyad.site),
        by_family: protocol.study.allocation.is_by_dyad(),
        options: protocol
            .arms
            .iter()
            .map(|arm| (arm.id.to_string(), arm.label.clone()))
            .collect(),
        course,
        today: visit.at.date().to_string(),
        problems,
        sent: sent.clone(),
    })
}

/// `POST /studies/{study}/families/{family}/arm`.
pub async fn assign(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "arm", "from", "why"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::AssignArms).await?;
    let key = sent_key(&sent)?;
    let protocol = visit.protocol().await?;
    if !protocol.study.allocation.is_by_dyad() {
        return Err(Failure::Conflict {
            reason: "In this study whole sites have an arm, or there is none to compare: arms of sites stand in the study file.".to_owned(),
        });
    }
    let mut problems = Vec::new();
    let arm = protocol
        .arms
        .iter()
        .find(|arm| arm.id.as_str() == sent.get("arm"));
    if arm.is_none() {
        problems.push("Choose an arm of the study.".to_owned());
    }
    let from = past_day(&visit, sent.get("from"), &mut problems);
    let sight = visit.sight(Action::AssignArms)?;
    let is_change = course(&visit, &sight, &dyad)
        .await?
        .is_some_and(|course| course.is_own);
    if is_change && !sent.has("why") {
        problems.push("Say why the arm is recorded again: a correction, or a change.".to_owned());
    }
    let (Some(arm), Some(from), true) = (arm, from, problems.is_empty()) else {
        return page_to_correct(&family_arm(&visit, &dyad, key, problems, &sent).await?);
    };
    let command = Command::AssignArm {
        dyad: dyad.key,
        arm: arm.id.clone(),
        from: Some(from),
        why: None,
    };
    change(
        &visit,
        Action::AssignArms,
        &key,
        vec![command],
        sent.get("why"),
        Vec::new(),
    )
    .await?;
    Ok(see(&format!(
        "/studies/{}/families/{code}/arm",
        visit.study()?.id
    )))
}
