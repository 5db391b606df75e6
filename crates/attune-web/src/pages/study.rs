//! `/studies/{study}`: the study's home for its members, and its public page for everybody else. Four numbers that
//! matter, recruitment against plan, the flow of families by site and wave, completeness by instrument and wave, what
//! is due, open queries. Every number leads to its rows. Arms are on it only for those who may know them.

use askama::Template;
use attune_protocol::{
    Protocol,
    id::{ArmId, InstrumentId},
    instrument::AnsweredBy,
};
use attune_store::{
    Sight,
    counts::{AtWave, Completeness, FamilyFlow, Recruitment},
    forms::QueryState,
    schedule::{Planned, PlannedStanding},
    studies::StudyRow,
};
use axum::http::HeaderMap;

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show},
    arm_course,
    failure::Failure,
    flow::{Flow, Group, STANDINGS},
    layout::Layout,
    pages::public,
    recruitment_plot::Recruited,
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
    recruited: Recruited,
    enrolled: u32,
    planned: Option<u32>,
    taking_part: u32,
    flow: Flow,
    flow_by_arm: Option<Flow>,
    heat: Heat,
    n_expected: u32,
    share: Option<usize>,
    due: Vec<DueRow>,
    n_due: usize,
    n_overdue: usize,
    n_queries: usize,
    n_alerts: usize,
    may_see_families: bool,
    may_enrol: bool,
    may_change: bool,
    may_see_findings: bool,
    may_raise: bool,
    may_see_backups: bool,
    may_assess: bool,
    /// Of the clips that are assigned to a coder: how many are finished, and how many there are.
    clips: Option<(usize, usize)>,
    has_public_page: bool,
    backup: Option<String>,
    backup_is_old: bool,
}

struct Site {
    recruitment: Recruitment,
    arm: Option<String>,
}

struct DueRow {
    planned: Planned,
    instrument: String,
    wave: String,
}

/// Completeness of instruments (rows) at waves (columns).
struct Heat {
    waves: Vec<String>,
    rows: Vec<(String, Vec<Option<Cell>>)>,
}

struct Cell {
    counts: Completeness,
    percent: Option<usize>,
}

impl Cell {
    /// How dark it is, in five steps; the number stands in it.
    fn step(&self) -> usize {
        self.percent.map_or(0, |percent| percent.min(99) / 20 + 1)
    }
}

/// Due assessments that the page lists; the rest are on the page of the schedule.
const MOST_DUE: usize = 12;

/// `GET /studies/{study}`.
pub async fn page(visit: Visit, headers: HeaderMap) -> Answer {
    if let Some(refusal) = visit.outside.clone() {
        return public::instead(&visit, &headers, refusal).await;
    }
    let (store, study) = (visit.app.store(), visit.study()?.clone());
    let protocol = visit.protocol().await?;
    let sight = visit.sight(Action::SeeStudy)?;
    let today = visit.at.date();
    let may_see_families = visit.has_right(Action::SeeFamilies);
    let sites = sites(&visit, &protocol, &sight).await?;
    let total = |number: fn(&Recruitment) -> u32| {
        sites
            .iter()
            .map(|site| number(&site.recruitment))
            .sum::<u32>()
    };
    let planned: Option<u32> = sites.iter().map(|site| site.recruitment.planned).sum();
    let planned = planned.filter(|planned| *planned > 0);
    // What observers rate is no work of whoever is blind, and not in their lists.
    let is_theirs = |instrument: &InstrumentId| {
        let planned = protocol.instrument(instrument);
        !visit.is_blind() || planned.is_none_or(|one| one.answered_by != AnsweredBy::Observer)
    };
    let mut completeness = store.completeness(&study.id, &sight, today).await?;
    completeness.retain(|counts| is_theirs(&counts.instrument));
    let over_all = |number: fn(&Completeness) -> u32| completeness.iter().map(number).sum::<u32>();
    let n_expected = over_all(|counts| counts.n_expected);
    let n_done = over_all(|counts| counts.n_done);
    let mut schedule = store.schedule(&study.id, &sight, today).await?;
    schedule.retain(|planned| is_theirs(&planned.instrument));
    let standing = |wanted| {
        schedule
            .iter()
            .filter(move |one: &&Planned| one.standing == wanted)
    };
    let due = standing(PlannedStanding::Overdue).chain(standing(PlannedStanding::Due));
    let queries = store.queries(&study.id, &sight, None).await?;
    let alerts = match visit.has_right(Action::AcknowledgeAlerts) {
        true => store.alerts(&study.id, &sight).await?,
        false => Vec::new(),
    };
    let last_backup = store.last_verified_backup().await?.map(|backup| backup.at);
    let families = store.flow(&study.id, &sight, today).await?;
    let mut days: Vec<_> = families.iter().map(|family| family.enrolled).collect();
    // Where nothing is planned for families, the flow knows none of them.
    let unplanned = store.dyads(&study.id, &sight).await?.into_iter();
    days.extend(
        unplanned
            .filter(|dyad| families.iter().all(|family| family.dyad != dyad.key))
            .filter_map(|dyad| dyad.enrolled)
            .map(Some),
    );
    let period = protocol.study.started.zip(protocol.study.recruiting_until);
    show(&Home {
        knows_arms: sight.arms
            && !protocol.arms.is_empty()
            && protocol.study.allocation.is_by_site(),
        recruited: Recruited::of(&days, planned, period, today),
        enrolled: total(|site| site.enrolled),
        taking_part: total(|site| site.taking_part),
        planned,
        flow: flow_by_site(&protocol, &sight, &families),
        flow_by_arm: match sight.arms && !protocol.arms.is_empty() {
            true => Some(flow_by_arm(&visit, &protocol, &sight, &families).await?),
            false => None,
        },
        share: percent(n_done as usize, n_expected as usize),
        n_expected,
        heat: heat(&protocol, &completeness),
        n_due: standing(PlannedStanding::Due).count(),
        n_overdue: standing(PlannedStanding::Overdue).count(),
        due: match may_see_families {
            true => due
                .take(MOST_DUE)
                .map(|planned| due_row(&protocol, planned))
                .collect(),
            false => Vec::new(),
        },
        n_queries: queries
            .iter()
            .filter(|query| query.state != QueryState::Closed)
            .count(),
        n_alerts: alerts
            .iter()
            .filter(|alert| alert.acknowledged.is_none())
            .count(),
        may_see_families,
        may_enrol: visit.has_right(Action::EnrolFamilies),
        may_change: visit.has_right(Action::ChangeStudies),
        may_see_findings: visit.has_right(Action::SeeFindings),
        may_raise: visit.has_right(Action::RaiseQueries),
        may_see_backups: visit
            .person()?
            .has_right(Action::SeeBackups, Scope::Installation),
        may_assess: visit.has_right(Action::EnterAssessments),
        clips: clips_to_code(&visit).await?,
        has_public_page: !protocol.study.pages.is_empty(),
        backup_is_old: last_backup.is_none_or(|at| visit.at.seconds_since(at) > 2 * 24 * 60 * 60),
        backup: last_backup.map(|at| crate::words::moment(&at)),
        layout: Layout::of(&visit, "Overview"),
        study,
        sites,
    })
}

/// Finished and assigned clips of whoever codes here and does not lead the coding.
async fn clips_to_code(visit: &Visit) -> Result<Option<(usize, usize)>, Failure> {
    if !visit.has_right(Action::CodeVideo) || !visit.is_blind() {
        return Ok(None);
    }
    let (study, coder) = (&visit.study()?.id, visit.person()?.id);
    let mut codings = visit.app.store().own_codings(study, coder).await?;
    codings.retain(|coding| !coding.is_own);
    let finished = codings.iter().filter(|coding| coding.finished).count();
    Ok(Some((finished, codings.len())))
}

async fn sites(visit: &Visit, protocol: &Protocol, sight: &Sight) -> Result<Vec<Site>, Failure> {
    let (store, study, today) = (visit.app.store(), &visit.study()?.id, visit.at.date());
    let arms = store.sites(study, sight, today).await?;
    let label_of_arm = |site: &str| {
        let seen = arms.iter().find(|one| one.id.as_str() == site)?;
        let arm = protocol.arm(seen.arm.as_ref()?)?;
        Some(arm.label.clone())
    };
    let recruitment = store.recruitment(study, sight, today).await?;
    let with_arm = recruitment.into_iter().map(|recruitment| Site {
        arm: label_of_arm(&recruitment.site),
        recruitment,
    });
    Ok(with_arm.collect())
}

fn due_row(protocol: &Protocol, planned: &Planned) -> DueRow {
    let instrument = protocol.instrument(&planned.instrument);
    let wave = protocol.wave(&planned.wave);
    DueRow {
        instrument: instrument.map_or_else(
            || planned.instrument.to_string(),
            |planned| planned.definition.short_title.clone(),
        ),
        wave: wave.map_or_else(|| planned.wave.to_string(), |wave| wave.label.clone()),
        planned: planned.clone(),
    }
}

fn heat(protocol: &Protocol, completeness: &[Completeness]) -> Heat {
    let waves: Vec<_> = protocol
        .waves
        .iter()
        .filter(|wave| completeness.iter().any(|one| one.wave == wave.id))
        .collect();
    let mut rows: Vec<(String, Vec<Option<Cell>>)> = Vec::new();
    for planned in &protocol.instruments {
        let cells: Vec<Option<Cell>> = waves
            .iter()
            .map(|wave| {
                let here = completeness
                    .iter()
                    .find(|one| one.instrument == planned.id && one.wave == wave.id)?;
                Some(Cell {
                    percent: percent(here.n_done as usize, here.n_expected as usize),
                    counts: here.clone(),
                })
            })
            .collect();
        if cells.iter().any(Option::is_some) {
            rows.push((planned.definition.short_title.clone(), cells));
        }
    }
    Heat {
        waves: waves.iter().map(|wave| wave.label.clone()).collect(),
        rows,
    }
}

/// Waves at which families are measured, with their names.
fn waves_of(protocol: &Protocol, families: &[FamilyFlow]) -> Vec<(String, String)> {
    protocol
        .waves
        .iter()
        .filter(|wave| {
            families
                .iter()
                .any(|family| family.waves.iter().any(|(id, _)| *id == wave.id))
        })
        .map(|wave| (wave.id.to_string(), wave.label.clone()))
        .collect()
}

fn flow_of<'a>(
    waves: Vec<(String, String)>,
    mut groups: Vec<Group>,
    families: impl Iterator<Item = (&'a FamilyFlow, String)>,
) -> Flow {
    for (family, query) in families {
        let standings: Vec<Option<AtWave>> = waves
            .iter()
            .map(|(wave, _)| {
                let found = family.waves.iter().find(|(id, _)| id.as_str() == wave);
                found.map(|(_, standing)| *standing)
            })
            .collect();
        if let Some(group) = groups.iter_mut().find(|group| group.query == query) {
            group.count(standings);
        }
    }
    Flow { waves, groups }
}

fn flow_by_site(protocol: &Protocol, sight: &Sight, families: &[FamilyFlow]) -> Flow {
    let waves = waves_of(protocol, families);
    let groups = protocol
        .sites
        .iter()
        .filter(|site| sight.sites.hold(&site.id))
        .map(|site| Group::new(&site.label, format!("site={}", site.id), waves.len()))
        .collect();
    let with_site = families
        .iter()
        .map(|family| (family, format!("site={}", family.site)));
    flow_of(waves, groups, with_site)
}

async fn flow_by_arm(
    visit: &Visit,
    protocol: &Protocol,
    sight: &Sight,
    families: &[FamilyFlow],
) -> Result<Flow, Failure> {
    let own = visit.app.store().arms(&visit.study()?.id, sight).await?;
    let waves = waves_of(protocol, families);
    let mut groups: Vec<Group> = protocol
        .arms
        .iter()
        .map(|arm| Group::new(&arm.label, format!("arm={}", arm.id), waves.len()))
        .collect();
    groups.push(Group::new("No arm recorded", "arm=none", waves.len()));
    let query = |family: &FamilyFlow| {
        let recorded = own.get(&family.dyad).map_or(&[][..], Vec::as_slice);
        let course = arm_course::arms(recorded);
        let arm: Option<&ArmId> =
            arm_course::arm_of_analysis(protocol, &course, &family.site, family.enrolled);
        format!("arm={}", arm.map_or("none", |arm| arm.as_str()))
    };
    let with_arm: Vec<(&FamilyFlow, String)> = families
        .iter()
        .map(|family| (family, query(family)))
        .collect();
    let mut flow = flow_of(waves, groups, with_arm.into_iter());
    flow.groups
        .retain(|group| group.enrolled > 0 || group.query != "arm=none");
    Ok(flow)
}
