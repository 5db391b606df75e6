//! `/studies/{study}`: the study's home. Four numbers that matter, then recruitment by site, then what is
//! complete and what is due, then open queries. Arms are on it only for those who may know them.

use askama::Template;
use attune_store::{
    counts::{Completeness, Recruitment},
    forms::QueryState,
    schedule::{Planned, PlannedStanding},
    studies::StudyRow,
};

use crate::{
    access::Action,
    answer::{Answer, page as show},
    layout::Layout,
    visit::Visit,
    words::percent,
};

#[derive(Template)]
#[template(path = "study.html")]
struct Home {
    layout: Layout,
    study: StudyRow,
    sites: Vec<Site>,
    knows_arms: bool,
    enrolled: u32,
    planned: Option<u32>,
    taking_part: u32,
    completeness: Vec<Complete>,
    n_expected: u32,
    share: Option<usize>,
    due: Vec<Planned>,
    n_due: usize,
    n_overdue: usize,
    n_queries: usize,
    may_see_families: bool,
    may_see_findings: bool,
    backup: Option<String>,
    backup_is_old: bool,
}

struct Site {
    recruitment: Recruitment,
    arm: Option<String>,
}

struct Complete {
    label: String,
    wave: String,
    counts: Completeness,
    percent: Option<usize>,
}

/// Due assessments that the page lists; the rest are on the page of the schedule.
const MOST_DUE: usize = 12;

/// `GET /studies/{study}`.
pub async fn page(visit: Visit) -> Answer {
    let (store, study) = (visit.app.store(), visit.study()?.clone());
    let protocol = visit.protocol().await?;
    let sight = visit.sight(Action::SeeStudy)?;
    let today = visit.at.date();
    let arms = store.sites(&study.id, &sight, today).await?;
    let label_of_arm = |site: &str| {
        let seen = arms.iter().find(|one| one.id.as_str() == site)?;
        let arm = protocol.arm(seen.arm.as_ref()?)?;
        Some(arm.label.clone())
    };
    let sites: Vec<Site> = store
        .recruitment(&study.id, &sight, today)
        .await?
        .into_iter()
        .map(|recruitment| Site {
            arm: label_of_arm(&recruitment.site),
            recruitment,
        })
        .collect();
    let completeness: Vec<Complete> = store
        .completeness(&study.id, &sight, today)
        .await?
        .into_iter()
        .map(|counts| Complete {
            label: protocol
                .instrument(&counts.instrument)
                .map_or(counts.instrument.to_string(), |planned| {
                    planned.definition.title.clone()
                }),
            wave: protocol
                .wave(&counts.wave)
                .map_or(counts.wave.to_string(), |wave| wave.label.clone()),
            percent: percent(counts.n_done as usize, counts.n_expected as usize),
            counts,
        })
        .collect();
    let schedule = store.schedule(&study.id, &sight, today).await?;
    let standing = |wanted| {
        schedule
            .iter()
            .filter(move |one: &&Planned| one.standing == wanted)
    };
    let may_see_families = visit.has_right(Action::SeeFamilies);
    let due = standing(PlannedStanding::Overdue).chain(standing(PlannedStanding::Due));
    let queries = store.queries(&study.id, &sight, None).await?;
    let total = |number: fn(&Recruitment) -> u32| {
        sites
            .iter()
            .map(|site| number(&site.recruitment))
            .sum::<u32>()
    };
    let planned: Option<u32> = sites.iter().map(|site| site.recruitment.planned).sum();
    let over_all = |number: fn(&Completeness) -> u32| {
        completeness
            .iter()
            .map(|one| number(&one.counts))
            .sum::<u32>()
    };
    let n_expected = over_all(|counts| counts.n_expected);
    let n_done = over_all(|counts| counts.n_done);
    let last_backup = store.last_verified_backup().await?.map(|backup| backup.at);
    show(&Home {
        knows_arms: sight.arms
            && !protocol.arms.is_empty()
            && protocol.study.allocation.is_by_site(),
        enrolled: total(|site| site.enrolled),
        taking_part: total(|site| site.taking_part),
        planned: planned.filter(|planned| *planned > 0),
        share: percent(n_done as usize, n_expected as usize),
        n_expected,
        n_due: standing(PlannedStanding::Due).count(),
        n_overdue: standing(PlannedStanding::Overdue).count(),
        due: match may_see_families {
            true => due.take(MOST_DUE).cloned().collect(),
            false => Vec::new(),
        },
        n_queries: queries
            .iter()
            .filter(|query| query.state != QueryState::Closed)
            .count(),
        may_see_families,
        may_see_findings: visit.has_right(Action::SeeFindings),
        backup_is_old: last_backup.is_none_or(|at| visit.at.seconds_since(at) > 2 * 24 * 60 * 60),
        backup: last_backup.map(|at| crate::words::moment(&at)),
        layout: Layout::of(&visit, "Overview"),
        study,
        sites,
        completeness,
    })
}
