//! `/studies/{study}/consent`: who is to be asked. A family whose text has changed since it agreed is to be
//! asked again; one that was not asked yet is to be asked. Each row leads to the family's page of consent.

use askama::Template;
use attune_protocol::id::PurposeId;
use attune_store::{
    command::{Authority, ConsentGiven, EarlierConsent},
    consents::Standing,
    dyads::Responsibility,
};

use crate::{
    access::Action,
    answer::{Answer, page as show},
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "consent_again.html")]
struct AskAgainPage {
    layout: Layout,
    study: String,
    groups: Vec<Group>,
    n_families: usize,
    n_elsewhere: usize,
}

struct Group {
    id: &'static str,
    title: &'static str,
    empty: &'static str,
    rows: Vec<Row>,
}

struct Row {
    code: String,
    site: String,
    purpose: String,
    needed: bool,
    /// Day on which parental responsibility passed to somebody else after the consent.
    passed: Option<jiff::civil::Date>,
    /// Version that the family saw, and the newest one.
    versions: Option<(String, String)>,
}

/// `GET /studies/{study}/consent`.
pub async fn page(visit: Visit) -> Answer {
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let sight = visit.sight(Action::SeeFamilies)?;
    let protocol = visit.protocol().await?;
    let (mut again, mut not_yet, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    let (mut n_families, mut n_elsewhere) = (0, 0);
    for dyad in store.dyads(&study, &sight).await? {
        if !dyad.takes_part() {
            continue;
        }
        n_families += 1;
        let given = store.consents(dyad.key).await?;
        let earlier = store.earlier_consents(dyad.key).await?;
        let kept_elsewhere = dyad.elsewhere && given.is_empty() && earlier.is_empty();
        n_elsewhere += usize::from(kept_elsewhere);
        let responsibility = store.responsibility(dyad.infant).await?;
        for state in store.purposes(&study, dyad.key).await? {
            let planned = protocol
                .consents
                .iter()
                .find(|planned| planned.id == state.purpose);
            let seen = given.iter().rfind(|one| one.purpose == state.purpose);
            let language = match (seen, earlier_of(&earlier, &state.purpose)) {
                (Some(seen), _) => Some(&seen.language),
                (None, before) => before.and_then(|before| before.language.as_ref()),
            };
            let newest = planned.and_then(|planned| {
                let language = language.or(planned.texts.first().map(|text| &text.language))?;
                let mut texts = planned.texts.iter();
                texts.rfind(|text| text.language == *language)
            });
            let read = match (seen, earlier_of(&earlier, &state.purpose)) {
                (Some(seen), _) => Some(seen.version.clone()),
                (None, Some(before)) => before.version.clone(),
                (None, None) => None,
            };
            let row = Row {
                code: dyad.code.to_string(),
                site: protocol
                    .site(&dyad.site)
                    .map_or_else(|| dyad.site.to_string(), |site| site.label.clone()),
                passed: None,
                needed: state.needed_to_take_part,
                versions: read.zip(newest.map(|newest| newest.version.clone())),
                purpose: state.label,
            };
            let changed = seen.and_then(|seen| passed_since(seen, &responsibility));
            if let Some(day) = changed.filter(|_| state.standing == Standing::Given) {
                passed.push(Row {
                    passed: Some(day),
                    ..row
                });
            } else if state.ask_again {
                again.push(row);
            } else if state.standing == Standing::NotAsked && !kept_elsewhere {
                not_yet.push(row);
            }
        }
    }
    show(&AskAgainPage {
        layout: Layout::of(&visit, "Who is to be asked?"),
        study: study.to_string(),
        groups: vec![
            Group {
                id: "again",
                title: "To be asked again",
                empty: "No text has changed since a family agreed to it.",
                rows: again,
            },
            Group {
                id: "passed",
                title: "Somebody else has parental responsibility now",
                empty: "For no baby has parental responsibility passed to somebody else since consent was given.",
                rows: passed,
            },
            Group {
                id: "not-yet",
                title: "Not asked yet",
                empty: "Every family has been asked about everything.",
                rows: not_yet,
            },
        ],
        n_families,
        n_elsewhere,
    })
}

/// The last answer about a purpose from before this application.
fn earlier_of<'a>(
    earlier: &'a [EarlierConsent],
    purpose: &PurposeId,
) -> Option<&'a EarlierConsent> {
    earlier.iter().rfind(|one| one.purpose == *purpose)
}

/// The day on which parental responsibility passed after a consent for the baby, if it did.
pub fn passed_since(
    seen: &ConsentGiven,
    responsibility: &[Responsibility],
) -> Option<jiff::civil::Date> {
    let by_parent = matches!(
        seen.authority,
        Authority::ParentalResponsibility | Authority::ParentUnderSixteen
    );
    let last = responsibility.last()?;
    let is_other = last.holder != Some(seen.by_person);
    (by_parent && is_other && responsibility.len() > 1 && last.from > seen.on).then_some(last.from)
}
