//! `/studies/{study}/families`: the families of a study by study code, and a way to find one by name for
//! those who may open names. A name that is looked for is compared as a blind index and written nowhere.

use askama::Template;
use attune_store::{
    command::DyadEvent, dyads::Dyad, schedule::PlannedStanding, vault::Identifying,
};

use crate::{
    access::Action,
    answer::{Answer, page as show},
    failure::Failure,
    family::{age_in_words, change, new_key},
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

/// `GET /studies/{study}/families`.
pub async fn page(visit: Visit) -> Answer {
    show(&families(&visit, None).await?)
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
            age: age.map(|age| age_in_words(age.days)).unwrap_or_default(),
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
