//! `/studies/{study}/families/{family}/names`: the one page on which names, contacts and dates of birth can
//! be opened. It needs the second factor; what is opened, and why, is stored before it is shown.

use std::collections::BTreeMap;

use askama::Template;
use attune_store::{
    Command,
    ids::PersonId,
    people::Person,
    vault::{Identifier, Identifying},
};
use axum::extract::Path;

use crate::{
    access::Action,
    answer::{Answer, page as show, see},
    failure::Failure,
    family::{change, find_for, new_key, sent_key},
    forms::SentFields,
    layout::Layout,
    pages::family::part_words,
    visit::Visit,
    words,
};

#[derive(Template)]
#[template(path = "names.html")]
struct NamesPage {
    layout: Layout,
    study: String,
    code: String,
    key: String,
    people: Vec<Named>,
    may_erase: bool,
}

struct Named {
    person: Person,
    part: &'static str,
    opened: Option<BTreeMap<Identifier, Identifying>>,
}

impl Named {
    fn value(&self, field: &Identifier) -> &str {
        self.opened
            .as_ref()
            .and_then(|opened| opened.get(field))
            .map_or("", Identifying::reveal)
    }

    /// As it is read: a day as days are written on every page.
    fn shown(&self, field: &Identifier) -> String {
        let value = self.value(field);
        let day = is_a_day(field).then(|| value.parse::<jiff::civil::Date>());
        day.and_then(Result::ok)
            .map_or_else(|| value.to_owned(), |day| words::date(&day))
    }
}

/// Whether it is written down as a day.
pub fn is_a_day(field: &Identifier) -> bool {
    matches!(field, Identifier::BirthDate | Identifier::DueDate)
}

/// `GET /studies/{study}/families/{family}/names`.
pub async fn page(visit: Visit, Path((_, code)): Path<(String, String)>) -> Answer {
    names(&visit, &code, None, "").await
}

/// `POST /studies/{study}/families/{family}/names/open`.
pub async fn open(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "person", "why"].contains(&name))?;
    if !sent.has("why") {
        let problems =
            vec!["Say why the names are opened, such as “to arrange the visit”.".to_owned()];
        return Err(Failure::NotRight { problems });
    }
    let person = sent
        .get("person")
        .parse()
        .map_err(|_| Failure::no_such("person"))?;
    names(&visit, &code, Some(person), sent.get("why")).await
}

async fn names(visit: &Visit, code: &str, open: Option<PersonId>, why: &str) -> Answer {
    let dyad = find_for(visit, code, Action::OpenIdentifiers).await?;
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let mut people = Vec::new();
    for part in store.parts(dyad.key).await? {
        let person = store.person(&study, part.person).await?;
        let opened = match open {
            Some(wanted) if wanted == person.id && !person.erased => {
                let actor = visit.actor(Action::OpenIdentifiers)?;
                let fields = &Identifier::OF_PERSONS;
                Some(
                    store
                        .open_identity(&actor, &study, wanted, fields, Some(why), visit.at)
                        .await?,
                )
            }
            _ => None,
        };
        let is_new = people
            .iter()
            .all(|known: &Named| known.person.id != person.id);
        if is_new {
            people.push(Named {
                part: part_words(&part.role),
                person,
                opened,
            });
        }
    }
    show(&NamesPage {
        layout: Layout::of(visit, format!("Names of family {code}")),
        key: new_key(),
        study: study.to_string(),
        code: code.to_owned(),
        people,
        may_erase: visit.has_right(Action::EraseIdentifiers),
    })
}

/// `POST /studies/{study}/families/{family}/names/record`: fields that were filled in are sealed anew.
pub async fn record(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let is_field = |name: &str| {
        Identifier::OF_PERSONS
            .iter()
            .any(|field| field.code() == name)
    };
    sent.refuse_others(|name| ["key", "person"].contains(&name) || is_field(name))?;
    let key = sent_key(&sent)?;
    let person = person_of(&visit, &code, &sent, Action::OpenIdentifiers).await?;
    let mut problems = Vec::new();
    for field in [Identifier::BirthDate, Identifier::DueDate] {
        let text = sent.get(field.code());
        if !text.is_empty() && text.parse::<jiff::civil::Date>().is_err() {
            problems.push(format!(
                "The {} is no day; write it as 2026-11-26.",
                field.words()
            ));
        }
    }
    if !Identifier::OF_PERSONS
        .iter()
        .any(|field| sent.has(field.code()))
    {
        problems
            .push("Fill in what is to be changed; what is left empty stays as it is.".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let seal_with = visit.app.store().person_key(person).await?;
    let fields = Identifier::OF_PERSONS
        .iter()
        .filter(|field| sent.has(field.code()))
        .map(|field| seal_with.seal(*field, &Identifying::new(sent.get(field.code()))))
        .collect::<Result<_, _>>()?;
    let command = Command::RecordIdentity { person, fields };
    change(
        &visit,
        Action::OpenIdentifiers,
        &key,
        vec![command],
        "",
        Vec::new(),
    )
    .await?;
    back(&visit, &code)
}

/// `POST /studies/{study}/families/{family}/names/erase`: for ever.
pub async fn erase(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "person", "why", "sure"].contains(&name))?;
    let key = sent_key(&sent)?;
    let person = person_of(&visit, &code, &sent, Action::EraseIdentifiers).await?;
    let mut problems = Vec::new();
    if sent.get("sure") != "yes" {
        problems.push("Say that you are sure: nobody can bring the names back.".to_owned());
    }
    if !sent.has("why") {
        problems.push("Say why, such as “asked for by the family”.".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let command = Command::EraseIdentity { person };
    change(
        &visit,
        Action::EraseIdentifiers,
        &key,
        vec![command],
        sent.get("why"),
        Vec::new(),
    )
    .await?;
    back(&visit, &code)
}

/// The person that was sent, who must belong to the family of the path.
async fn person_of(
    visit: &Visit,
    code: &str,
    sent: &SentFields,
    action: Action,
) -> Result<PersonId, Failure> {
    let dyad = find_for(visit, code, action).await?;
    let person: PersonId = sent
        .get("person")
        .parse()
        .map_err(|_| Failure::no_such("person"))?;
    let parts = visit.app.store().parts(dyad.key).await?;
    let belongs = parts.iter().any(|part| part.person == person);
    belongs.then_some(person).ok_or(Failure::no_such("person"))
}

fn back(visit: &Visit, code: &str) -> Answer {
    Ok(see(&format!(
        "/studies/{}/families/{code}/names",
        visit.study()?.id
    )))
}
