//! `/studies/{study}/families`: the families of a study by study code, and a way to find one by name for
//! those who may open names. A name that is looked for is compared as a blind index and written nowhere.

use askama::Template;
use attune_store::{
    command::DyadEvent, dyads::Dyad, schedule::PlannedStanding, vault::Identifying,
};

use axum::extract::Query;
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show},
    arm_course,
    failure::Failure,
    family::{age_in_words, change, new_key},
    flow,
    forms::SentFields,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "families.html")]
struct FamiliesPage {
    layout: Layout,
    study: String,
    rows: Vec<Row>,
    n_all: usize,
    may_enrol: bool,
    may_find: bool,
    /// A name was looked for.
    looked_for: bool,
    /// What the families that are shown have in common.
    chosen: Option<String>,
}

struct Row {
    code: String,
    site: String,
    age: String,
    state: &'static str,
    takes_part: bool,
    n_due: usize,
    n_overdue: usize,
}

/// Which families: those behind a number of the study's home.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Which {
    #[serde(default)]
    site: String,
    /// Where the family is seen now; `site` is where it was enrolled.
    #[serde(default)]
    now: String,
    #[serde(default)]
    arm: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    wave: String,
    #[serde(default)]
    at: String,
}

/// `GET /studies/{study}/families`.
pub async fn page(visit: Visit, Query(which): Query<Which>) -> Answer {
    let (only, words) = behind_a_number(&visit, &which).await?;
    let mut page = families(&visit, only).await?;
    page.looked_for = false;
    page.chosen = words;
    show(&page)
}

/// Codes of the families that fit, and the conditions in words; none when there is no condition.
async fn behind_a_number(
    visit: &Visit,
    which: &Which,
) -> Result<(Option<Vec<String>>, Option<String>), Failure> {
    let is_all = [
        &which.site,
        &which.now,
        &which.arm,
        &which.state,
        &which.wave,
    ]
    .iter()
    .all(|one| one.is_empty());
    if is_all {
        return Ok((None, None));
    }
    let (store, study) = (visit.app.store(), &visit.study()?.id);
    let sight = visit.sight(Action::SeeFamilies)?;
    if !which.arm.is_empty() && !sight.arms {
        return Err(Failure::Blind);
    }
    let protocol = visit.protocol().await?;
    let arms = store.arms(study, &sight).await?;
    let flow = match which.wave.is_empty() {
        true => Vec::new(),
        false => store.flow(study, &sight, visit.at.date()).await?,
    };
    let mut codes = Vec::new();
    for dyad in store.dyads(study, &sight).await? {
        let first_site = store.stays(dyad.key).await?.into_iter().next();
        let site = first_site.map_or_else(|| dyad.site.clone(), |stay| stay.site);
        // Flow is counted where a family was enrolled, recruitment where it is now.
        let at_site = (which.site.is_empty() || site.as_str() == which.site)
            && (which.now.is_empty() || dyad.site.as_str() == which.now);
        let recorded = arms.get(&dyad.key).map_or(&[][..], Vec::as_slice);
        let own = arm_course::arms(recorded);
        let arm = arm_course::arm_of_analysis(&protocol, &own, &site, dyad.enrolled);
        let in_arm = match which.arm.as_str() {
            "" => true,
            "none" => arm.is_none(),
            wanted => arm.is_some_and(|arm| arm.as_str() == wanted),
        };
        let in_state = match which.state.as_str() {
            "" => true,
            "enrolled" => dyad.enrolled.is_some() || dyad.last_event.is_some_and(is_in),
            "taking-part" => dyad.takes_part(),
            "withdrew" => dyad.withdrawal.is_some(),
            "left" => dyad.withdrawal.is_none() && !dyad.takes_part(),
            _ => false,
        };
        let at_wave = which.wave.is_empty()
            || flow.iter().any(|family| {
                let mut waves = family.waves.iter();
                family.dyad == dyad.key
                    && waves.any(|(wave, standing)| {
                        wave.as_str() == which.wave && flow::words(standing).1 == which.at
                    })
            });
        if at_site && in_arm && in_state && at_wave {
            codes.push(dyad.code.to_string());
        }
    }
    let site = protocol
        .sites
        .iter()
        .find(|site| site.id.as_str() == which.site || site.id.as_str() == which.now);
    let arm = protocol
        .arms
        .iter()
        .find(|arm| arm.id.as_str() == which.arm);
    let wave = protocol
        .waves
        .iter()
        .find(|wave| wave.id.as_str() == which.wave);
    let standing = flow::STANDINGS
        .iter()
        .find(|one| flow::words(one).1 == which.at);
    let mut words: Vec<String> = Vec::new();
    words.extend(site.map(|site| site.label.clone()));
    words.extend(arm.map(|arm| arm.label.clone()));
    words.extend((!which.state.is_empty()).then(|| which.state.replace('-', " ")));
    words.extend(
        wave.zip(standing)
            .map(|(wave, standing)| format!("{} at {}", flow::words(standing).0, wave.label)),
    );
    Ok((Some(codes), Some(words.join(", "))))
}

fn is_in(event: DyadEvent) -> bool {
    !matches!(event, DyadEvent::Approached | DyadEvent::Declined)
}

/// `POST /studies/{study}/families/find`.
pub async fn find(visit: Visit, sent: SentFields) -> Answer {
    sent.refuse_others(|name| name == "name")?;
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let wanted = Identifying::new(sent.get("name"));
    let people = store.find_people(&study, &wanted).await?;
    let sight = visit.sight(Action::OpenIdentifiers)?;
    let mut codes = Vec::new();
    for person in people {
        let dyads = store.dyads_of_person(&study, &sight, person).await?;
        codes.extend(dyads.into_iter().map(|dyad| dyad.code.to_string()));
    }
    // That somebody looked is noted; for whom is not.
    let note = attune_store::Command::Note {
        what: "find-by-name".to_owned(),
        subject: None,
        facts: [("found".to_owned(), codes.len().to_string())].into(),
    };
    change(
        &visit,
        Action::OpenIdentifiers,
        &new_key(),
        vec![note],
        "",
        Vec::new(),
    )
    .await?;
    show(&families(&visit, Some(codes)).await?)
}

async fn families(visit: &Visit, only: Option<Vec<String>>) -> Result<FamiliesPage, Failure> {
    let (store, study, today) = (
        visit.app.store(),
        visit.study()?.id.clone(),
        visit.at.date(),
    );
    let sight = visit.sight(Action::SeeFamilies)?;
    let protocol = visit.protocol().await?;
    let dyads = store.dyads(&study, &sight).await?;
    let schedule = store.schedule(&study, &sight, today).await?;
    let n_all = dyads.len();
    let mut rows = Vec::new();
    for dyad in dyads {
        let code = dyad.code.to_string();
        if only.as_ref().is_some_and(|codes| !codes.contains(&code)) {
            continue;
        }
        let count = |standing: PlannedStanding| {
            let here = schedule.iter().filter(|one| one.dyad == dyad.key);
            here.filter(|one| one.standing == standing).count()
        };
        let age = store.age_on(dyad.infant, today).await?;
        rows.push(Row {
            site: protocol
                .site(&dyad.site)
                .map_or_else(|| dyad.site.to_string(), |site| site.label.clone()),
            age: age
                .filter(|_| dyad.last_event != Some(DyadEvent::InfantDied))
                .map(|age| age_in_words(age.days))
                .unwrap_or_default(),
            state: state(&dyad),
            takes_part: dyad.takes_part(),
            n_due: count(PlannedStanding::Due) + count(PlannedStanding::Begun),
            n_overdue: count(PlannedStanding::Overdue),
            code,
        });
    }
    Ok(FamiliesPage {
        layout: Layout::of(visit, "Families"),
        study: study.to_string(),
        rows,
        n_all,
        may_enrol: visit.has_right(Action::EnrolFamilies),
        may_find: visit.has_right(Action::OpenIdentifiers),
        looked_for: only.is_some(),
        chosen: None,
    })
}

/// Where a family stands, in words.
pub fn state(dyad: &Dyad) -> &'static str {
    match dyad.last_event {
        _ if dyad.withdrawal.is_some() => DyadEvent::Withdrew.words(),
        Some(DyadEvent::Enrolled | DyadEvent::Returned) => "takes part",
        Some(event) => event.words(),
        None => "registered",
    }
}
