//! `/studies/{study}/families/new`: a family is enrolled. Infant and carers are persons; what identifies
//! them is sealed before it is stored. A twin, or a later baby of the same carer, is a second dyad with
//! the same carer.

use attune_protocol::id::SiteId;
use attune_store::{
    Command, Secret, Sites,
    command::{Being, DyadEvent, PartInDyad},
    ids::{DyadKey, EventId, PartId, PersonId},
    vault::Identifier,
};
use axum::extract::RawQuery;
use jiff::civil::Date;

use crate::{
    access::{Action, Scope},
    answer::{Answer, see},
    failure::Failure,
    family::{change, find_for, new_key, new_person, sent_key},
    forms::SentFields,
    layout::Layout,
    parts::{Field, FieldKind, FormPage, Problems},
    visit::Visit,
};

const FIELDS: [&str; 14] = [
    "key",
    "carer-of",
    "site",
    "on",
    "baby-given",
    "baby-family",
    "born",
    "due",
    "carer-given",
    "carer-family",
    "phone",
    "second-given",
    "second-family",
    "responsibility",
];

const RESPONSIBILITY: [(&str, &str); 4] = [
    ("birth", "the mother, by birth"),
    (
        "agreement",
        "this carer, by agreement, marriage or registration",
    ),
    ("court-order", "this carer, by a court’s order"),
    ("care-order", "a local authority, by a care order"),
];

/// `GET /studies/{study}/families/new`, with `?carer-of=CODE` for another baby of a carer.
pub async fn page(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let asked = SentFields::read(query.unwrap_or_default().as_bytes())?;
    form(&visit, &asked, &new_key(), Problems::default()).await
}

async fn form(visit: &Visit, sent: &SentFields, key: &str, problems: Problems) -> Answer {
    let study = visit.study()?.id.clone();
    let protocol = visit.protocol().await?;
    let sites = visit.person()?.sites_for(Action::EnrolFamilies, &study);
    let in_sight = |site: &&attune_protocol::design::Site| match &sites {
        Sites::All => true,
        only @ Sites::Only(_) => only.hold(&site.id),
    };
    let sites: Vec<(String, String)> = protocol
        .sites
        .iter()
        .filter(in_sight)
        .map(|site| (site.id.to_string(), site.label.clone()))
        .collect();
    let typed =
        |name: &'static str, label: &'static str| Field::text(name, label).value(sent.get(name));
    let other = sent.get("carer-of").to_owned();
    let today = visit.at.date().to_string();
    let on = if sent.has("on") {
        sent.get("on")
    } else {
        &today
    };
    let mut page = FormPage::new(
        Layout::of(visit, if other.is_empty() { "Enrol a family" } else { "Enrol another baby of this carer" }),
        format!("/studies/{study}/families/new"),
        "Enrol",
    )
    .lead("The family gets a study code that says nothing about them. Names, contacts and dates are sealed as you send them; only people who may open names see them again, and each opening is noted.")
    .hidden("key", key)
    .field(typed("site", "Where the family is seen").of_kind(FieldKind::OneOf(sites)))
    .field(typed("on", "Day of enrolment").of_kind(FieldKind::Day).value(on))
    .field(typed("baby-given", "Baby’s given names"))
    .field(typed("baby-family", "Baby’s family name"))
    .field(typed("born", "Baby’s day of birth").of_kind(FieldKind::Day))
    .field(typed("due", "Day on which the birth was due").of_kind(FieldKind::Day).hint("From the notes, where it is known: ages are then also corrected for an early birth. Empty when it is not known."));
    if other.is_empty() {
        let holders = RESPONSIBILITY.map(|(value, words)| (value.to_owned(), words.to_owned()));
        page =
            page.field(typed("carer-given", "Carer’s given names").hint(
                "The carer whom the study follows with the baby: mother, father or another.",
            ))
            .field(typed("carer-family", "Carer’s family name"))
            .field(typed("phone", "Telephone").hint("May be left empty."))
            .field(
                typed("responsibility", "Who has parental responsibility")
                    .of_kind(FieldKind::OneOf(holders.to_vec())),
            )
            .field(
                typed("second-given", "A second carer’s given names")
                    .hint("Empty when there is none."),
            )
            .field(typed("second-family", "The second carer’s family name"));
    } else {
        page = page
            .lead(format!("The carer is that of family {other}. For twins, enrol each of them; each is a dyad of its own."))
            .hidden("carer-of", other);
    }
    page.other_way(format!("/studies/{study}/families"), "Leave it")
        .show(problems)
}

/// `POST /studies/{study}/families/new`.
pub async fn enrol(visit: Visit, sent: SentFields) -> Answer {
    sent.refuse_others(|name| FIELDS.contains(&name))?;
    let key = sent_key(&sent)?;
    let mut problems = Problems::default();
    let today = visit.at.date();
    let study = visit.study()?.id.clone();
    let site = sent.get("site").to_owned();
    if visit.protocol().await?.site(&SiteId::new(&site)).is_none() {
        problems.add("site", "Choose a site of the list.");
    }
    let on = day(&sent, "on", &mut problems).unwrap_or(today);
    let born = day(&sent, "born", &mut problems);
    let due = day(&sent, "due", &mut problems);
    check_dates(on, born, due, today, &mut problems);
    let another = !sent.get("carer-of").is_empty();
    for (name, what) in [("baby-given", "the baby"), ("carer-given", "the carer")] {
        let is_known_already = another && name == "carer-given";
        if !sent.has(name) && !is_known_already {
            problems.add(
                name,
                format!("Write down {what}’s name, so that the right family is met again."),
            );
        }
    }
    let authority = sent.get("responsibility");
    if !another && !RESPONSIBILITY.iter().any(|(value, _)| *value == authority) {
        problems.add("responsibility", "Choose who has parental responsibility.");
    }
    if !problems.is_empty() {
        return form(&visit, &sent, &key, problems).await;
    }
    visit.may(Action::EnrolFamilies, Scope::Site(&study, &site))?;
    let enrolment = Enrolment {
        key: &key,
        sent: &sent,
        site: SiteId::new(&site),
        on,
    };
    let (commands, secrets) = enrolment.commands(&visit).await?;
    let receipt = change(&visit, Action::EnrolFamilies, &key, commands, "", secrets).await?;
    let code = receipt
        .outcomes
        .into_iter()
        .find_map(|outcome| outcome.code);
    match code {
        Some(code) => Ok(see(&format!("/studies/{study}/families/{code}"))),
        None => Ok(see(&format!("/studies/{study}/families"))),
    }
}

struct Enrolment<'a> {
    key: &'a str,
    sent: &'a SentFields,
    site: SiteId,
    on: Date,
}

impl Enrolment<'_> {
    async fn commands(&self, visit: &Visit) -> Result<(Vec<Command>, Vec<Secret>), Failure> {
        let (key, sent, on) = (self.key, self.sent, self.on);
        let infant = PersonId::of_request(key, 1);
        let (mut commands, secret) = new_person(
            visit,
            infant,
            Being::Infant,
            &[
                (Identifier::GivenName, sent.get("baby-given")),
                (Identifier::FamilyName, sent.get("baby-family")),
                (Identifier::BirthDate, sent.get("born")),
                (Identifier::DueDate, sent.get("due")),
            ],
        )?;
        let mut secrets = vec![secret];
        let dyad = DyadKey::of_request(key, 1);
        let mut known = None;
        if sent.has("carer-of") {
            known = Some(find_for(visit, sent.get("carer-of"), Action::EnrolFamilies).await?);
        }
        let carer = match &known {
            Some(known) => known.carer,
            None => {
                let carer = PersonId::of_request(key, 2);
                let (more, secret) = new_person(
                    visit,
                    carer,
                    Being::Carer,
                    &[
                        (Identifier::GivenName, sent.get("carer-given")),
                        (Identifier::FamilyName, sent.get("carer-family")),
                        (Identifier::Phone, sent.get("phone")),
                    ],
                )?;
                commands.extend(more);
                secrets.push(secret);
                carer
            }
        };
        commands.push(Command::RegisterDyad {
            dyad,
            infant,
            carer,
            site: self.site.clone(),
            code: None,
            on: Some(on),
        });
        if sent.has("second-given") {
            let second = PersonId::of_request(key, 3);
            let (more, secret) = new_person(
                visit,
                second,
                Being::Carer,
                &[
                    (Identifier::GivenName, sent.get("second-given")),
                    (Identifier::FamilyName, sent.get("second-family")),
                ],
            )?;
            commands.extend(more);
            secrets.push(secret);
            commands.push(Command::AddPart {
                part: PartId::of_request(key, 3),
                dyad,
                person: second,
                role: PartInDyad::OtherCarer,
                from: Some(on),
            });
        }
        commands.push(
            self.responsibility(visit, infant, carer, known.map(|dyad| dyad.infant))
                .await?,
        );
        commands.push(Command::RecordEvent {
            event: EventId::of_request(key, 1),
            dyad,
            what: DyadEvent::Enrolled,
            on: Some(on),
            why: None,
        });
        Ok((commands, secrets))
    }

    /// Parental responsibility as it was said, or as it is for the other baby of the carer.
    async fn responsibility(
        &self,
        visit: &Visit,
        infant: PersonId,
        carer: PersonId,
        sibling: Option<PersonId>,
    ) -> Result<Command, Failure> {
        let mut holder = Some(carer);
        let mut authority = self.sent.get("responsibility").to_owned();
        if let Some(sibling) = sibling
            && let Some(last) = visit.app.store().responsibility(sibling).await?.pop()
        {
            (holder, authority) = (last.holder, last.authority);
        }
        if authority.is_empty() {
            "birth".clone_into(&mut authority);
        }
        if authority == "care-order" {
            holder = None;
        }
        Ok(Command::SetResponsibility {
            infant,
            holder,
            authority,
            from: self.on,
        })
    }
}

/// The day of a field; a problem where it is no day.
pub fn day(sent: &SentFields, name: &'static str, problems: &mut Problems) -> Option<Date> {
    let text = sent.get(name);
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        problems.add(name, "Give a day, such as 2026-11-26.");
    }
    day
}

fn check_dates(
    on: Date,
    born: Option<Date>,
    due: Option<Date>,
    today: Date,
    problems: &mut Problems,
) {
    if on > today {
        problems.add(
            "on",
            "This day is still to come. Enrol on the day on which the family agrees.",
        );
    }
    let Some(born) = born else {
        if problems.of("born").is_none() {
            problems.add(
                "born",
                "Give the day of birth: ages and visits are counted from it.",
            );
        }
        return;
    };
    if born > today {
        problems.add("born", "This day is still to come. Check the year.");
    } else if (on - born).get_days() > 731 {
        problems.add(
            "born",
            "The baby would be older than two years at enrolment. Check the year.",
        );
    }
    if let Some(due) = due
        && (due - born).get_days().abs() > 126
    {
        problems.add(
            "due",
            "The due date is more than 18 weeks from the birth. Check both.",
        );
    }
}
