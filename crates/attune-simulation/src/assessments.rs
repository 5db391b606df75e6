//! Assessments: every planned instrument at every visit, with answers around the value of its
//! course on that day.

use std::sync::Arc;

use attune_protocol::{
    design::DAYS_PER_MONTH,
    id::{ArmId, ItemId, PhaseId, SiteId, WaveId},
    instrument::{AnsweredBy, Answers, Item, PlannedInstrument},
    missing::Missing,
    plan::About,
};
use attune_records::records::{Answer, Assessment, When};
use jiff::civil::Date;

use crate::{
    answers::{answers_at_random, answers_for_score},
    calendar::days_between,
    courses::{Occasion, OwnCourse},
    draws::whole_between,
    families::Family,
    gaps::leave_gaps,
    item_plans::ItemPlan,
    rehearsal::Rehearsal,
    streams::Purpose,
    visits::Visit,
};

/// Assessors and observers of a study, who take turns at random.
const ASSESSORS: i64 = 2;

/// The assessments of all families, by dyad, instrument and wave.
pub fn assess_families(rehearsal: &Rehearsal<'_>, families: &[Family]) -> Vec<Assessment> {
    let mut assessments = Vec::new();
    for family in families {
        let unit = MeasuredUnit {
            key: &family.key,
            code: Arc::from(family.dyad.id.as_str()),
            site: &family.dyad.site,
            arm: family.arm.as_ref(),
            since: family.enrolled,
        };
        for (planned, plan) in rehearsal
            .protocol
            .instruments
            .iter()
            .zip(&rehearsal.item_plans)
        {
            if !matches!(planned.about, About::Dyad | About::Infant | About::Carer) {
                continue;
            }
            // A family may be enrolled before the birth; an infant is assessed after it.
            let is_born = |visit: &&Visit| {
                planned.about != About::Infant
                    || family.dyad.born.is_none_or(|born| born <= visit.date)
            };
            let visits: Vec<Visit> = family.visits.iter().filter(is_born).copied().collect();
            assessments.extend(assess_unit(rehearsal, planned, plan, &unit, &visits));
        }
    }
    assessments
}

/// A unit that is assessed.
#[derive(Debug, Clone)]
pub struct MeasuredUnit<'a> {
    /// Names its random streams.
    pub key: &'a str,
    /// Its study code.
    pub code: Arc<str>,
    /// Its site.
    pub site: &'a SiteId,
    /// Its arm.
    pub arm: Option<&'a ArmId>,
    /// The day from which months are counted.
    pub since: Date,
}

/// The assessments of one unit by one instrument: one at each visit at which it is planned.
pub fn assess_unit(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
    unit: &MeasuredUnit<'_>,
    visits: &[Visit],
) -> Vec<Assessment> {
    let own = own_courses(rehearsal, plan, unit);
    let assess = |visit: &Visit| {
        let wave = &rehearsal.protocol.waves[visit.wave].id;
        let in_wave = planned.waves.is_empty() || planned.waves.contains(wave);
        let day = AssessmentDay {
            name: wave,
            wave: Some(wave),
            date: visit.date,
        };
        in_wave.then(|| assess_once(rehearsal, planned, plan, unit, &own, &day))?
    };
    visits.iter().filter_map(assess).collect()
}

/// What is the unit's own, in the order of the plan's deciding scores.
pub fn own_courses(
    rehearsal: &Rehearsal<'_>,
    plan: &ItemPlan,
    unit: &MeasuredUnit<'_>,
) -> Vec<OwnCourse> {
    let courses = rehearsal.courses();
    let deciding = plan.deciding.iter();
    deciding
        .map(|score| courses.own_course(score.course, unit.key, unit.site))
        .collect()
}

/// When an assessment is.
#[derive(Debug, Clone, Copy)]
pub struct AssessmentDay<'a> {
    /// Names the day among those of the unit.
    pub name: &'a str,
    /// The planned wave, where it belongs to one.
    pub wave: Option<&'a WaveId>,
    /// The day.
    pub date: Date,
}

/// One assessment; `None` when the instrument is not planned in the phase of that day.
pub fn assess_once(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
    unit: &MeasuredUnit<'_>,
    own: &[OwnCourse],
    day: &AssessmentDay<'_>,
) -> Option<Assessment> {
    let site = rehearsal.site(unit.site);
    let phase = site.and_then(|site| site.phase_on(Some(day.date)));
    if !is_planned_in(planned, phase) {
        return None;
    }
    let occasion = Occasion {
        name: day.name,
        arm: unit.arm,
        phase,
        months: days_between(unit.since, day.date) as f64 / DAYS_PER_MONTH,
    };
    let codes = codes(rehearsal, planned, plan, unit.key, own, occasion);
    let answer = |item: &Item| Answer {
        item: item.id.clone(),
        value: codes
            .iter()
            .find(|(known, _)| *known == item.id)
            .map_or(Err(Missing::NotRecorded), |(_, code)| Ok(*code)),
        source: rehearsal.source.clone(),
    };
    let is_scored = |item: &&Item| item.answers != Answers::Text;
    let items = planned.definition.items.iter().filter(is_scored);
    let mut answers: Vec<Answer> = items.map(answer).collect();
    leave_gaps(rehearsal, planned, &mut answers, unit.key, day.name);
    Some(Assessment {
        instrument: planned.id.clone(),
        unit: unit.code.clone(),
        wave: day.wave.cloned(),
        when: When::On(day.date),
        assessor: assessor(rehearsal, planned, unit.key, day.name),
        answers,
        source: rehearsal.source.clone(),
    })
}

fn is_planned_in(planned: &PlannedInstrument, phase: Option<&PhaseId>) -> bool {
    planned.phases.is_empty() || phase.is_some_and(|phase| planned.phases.contains(phase))
}

fn codes(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
    key: &str,
    own: &[OwnCourse],
    occasion: Occasion<'_>,
) -> Vec<(ItemId, f64)> {
    let courses = rehearsal.courses();
    let mut codes = Vec::new();
    for (score, own) in plan.deciding.iter().zip(own) {
        let intended = courses.value(score.course, *own, key, occasion);
        let sd_item = rehearsal.assumptions.courses[score.course].sd_item;
        let of = [key, score.measure.as_str(), occasion.name];
        let mut stream = rehearsal.streams.stream(Purpose::Items, &of);
        codes.extend(answers_for_score(
            &planned.definition,
            &score.form,
            intended,
            sd_item,
            &mut stream,
        ));
    }
    for (item, answers) in &plan.at_random {
        let of = [key, planned.id.as_str(), item.as_str(), occasion.name];
        let mut stream = rehearsal.streams.stream(Purpose::Items, &of);
        let code = answers_at_random(answers, &mut stream);
        codes.extend(code.map(|code| (item.clone(), code)));
    }
    codes
}

/// A code for whoever assessed or coded; none where people answer for themselves.
fn assessor(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    key: &str,
    occasion: &str,
) -> Option<Arc<str>> {
    let letter = match planned.answered_by {
        AnsweredBy::Assessor => 'A',
        AnsweredBy::Observer => 'O',
        AnsweredBy::Clinician => 'C',
        AnsweredBy::Parent | AnsweredBy::Staff => return None,
    };
    let of = [key, planned.id.as_str(), occasion];
    let mut stream = rehearsal.streams.stream(Purpose::Assessor, &of);
    let number = whole_between(&mut stream, 1, ASSESSORS);
    Some(Arc::from(format!("{letter}{number}")))
}
