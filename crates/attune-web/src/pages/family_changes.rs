//! What changes in a family's life: dated events, a move, other people who care for the baby.

use attune_protocol::id::SiteId;
use attune_store::{
    Command,
    command::{Being, DyadEvent, PartInDyad},
    ids::{EventId, PartId, PersonId},
    vault::Identifier,
};
use axum::extract::Path;
use jiff::civil::Date;

use crate::{
    access::Action,
    answer::{Answer, see},
    failure::Failure,
    family::{change, find_for, new_person, sent_key},
    forms::SentFields,
    pages::family::page_with,
    visit::Visit,
};

/// `POST /studies/{study}/families/{family}/events`.
pub async fn event(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "what", "on", "why"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::EnrolFamilies).await?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let what = match sent.get("what") {
        "left" => Some(DyadEvent::Left),
        "lost" => Some(DyadEvent::Lost),
        "returned" => Some(DyadEvent::Returned),
        "completed" => Some(DyadEvent::Completed),
        "infant-died" => Some(DyadEvent::InfantDied),
        "carer-died" => Some(DyadEvent::CarerDied),
        _ => None,
    };
    if what.is_none() {
        problems.push("Choose what happened.".to_owned());
    }
    let on = past_day(&visit, sent.get("on"), &mut problems);
    let why = sent.has("why").then(|| sent.get("why").to_owned());
    if what == Some(DyadEvent::Left) && why.is_none() {
        problems.push("Say why the family left, or that no reason was given.".to_owned());
    }
    let (Some(what), Some(on), true) = (what, on, problems.is_empty()) else {
        return page_with(&visit, &code, &sent, key, problems).await;
    };
    let command = Command::RecordEvent {
        event: EventId::of_request(&key, 1),
        dyad: dyad.key,
        what,
        on: Some(on),
        why,
    };
    enrolling(&visit, &key, vec![command]).await?;
    back(&visit, &code)
}

/// A change of a family by whoever enrols families, without a reason and without anything sealed.
async fn enrolling(visit: &Visit, key: &str, commands: Vec<Command>) -> Result<(), Failure> {
    change(visit, Action::EnrolFamilies, key, commands, "", Vec::new()).await?;
    Ok(())
}

/// `POST /studies/{study}/families/{family}/move`.
pub async fn move_site(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "site", "moved"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::EnrolFamilies).await?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let site = SiteId::new(sent.get("site"));
    if visit.protocol().await?.site(&site).is_none() || site == dyad.site {
        problems.push("Choose another site of the study.".to_owned());
    }
    let from = past_day(&visit, sent.get("moved"), &mut problems);
    let (Some(from), true) = (from, problems.is_empty()) else {
        return page_with(&visit, &code, &sent, key, problems).await;
    };
    let command = Command::MoveSite {
        dyad: dyad.key,
        site,
        from,
    };
    enrolling(&visit, &key, vec![command]).await?;
    let study = &visit.study()?.id;
    // Whoever has no part at the new site does not see the family any more.
    Ok(see(&format!("/studies/{study}/families")))
}

/// `POST /studies/{study}/families/{family}/people`.
pub async fn add_person(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    const FIELDS: [&str; 7] = [
        "key",
        "role",
        "given",
        "family-name",
        "telephone",
        "since",
        "responsibility",
    ];
    sent.refuse_others(|name| FIELDS.contains(&name))?;
    let dyad = find_for(&visit, &code, Action::EnrolFamilies).await?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let role = match sent.get("role") {
        "other-carer" => Some(PartInDyad::OtherCarer),
        "foster-carer" => Some(PartInDyad::FosterCarer),
        "index-carer" => Some(PartInDyad::IndexCarer),
        "local-authority" => Some(PartInDyad::LocalAuthority),
        _ => None,
    };
    if role.is_none() {
        problems.push("Choose as what this person comes in.".to_owned());
    }
    if !sent.has("given") {
        problems.push("Write down the person’s name.".to_owned());
    }
    let authority = sent.get("responsibility");
    if !["", "agreement", "court-order", "care-order"].contains(&authority) {
        problems.push("Choose what becomes of parental responsibility.".to_owned());
    }
    let from = past_day(&visit, sent.get("since"), &mut problems);
    let (Some(role), Some(from), true) = (role, from, problems.is_empty()) else {
        return page_with(&visit, &code, &sent, key, problems).await;
    };
    let person = PersonId::of_request(&key, 1);
    let (mut commands, secret) = new_person(
        &visit,
        person,
        Being::Carer,
        &[
            (Identifier::GivenName, sent.get("given")),
            (Identifier::FamilyName, sent.get("family-name")),
            (Identifier::Phone, sent.get("telephone")),
        ],
    )?;
    if role == PartInDyad::IndexCarer {
        // The earlier index carer's part ends on the day before.
        let parts = visit.app.store().parts(dyad.key).await?;
        let ends = parts
            .iter()
            .filter(|part| part.role == PartInDyad::IndexCarer && part.until.is_none())
            .map(|part| Command::EndPart {
                part: part.id,
                until: from.yesterday().unwrap_or(from),
            });
        commands.extend(ends);
    }
    commands.push(Command::AddPart {
        part: PartId::of_request(&key, 1),
        dyad: dyad.key,
        person,
        role,
        from: Some(from),
    });
    if !authority.is_empty() {
        commands.push(Command::SetResponsibility {
            infant: dyad.infant,
            holder: (authority != "care-order").then_some(person),
            authority: authority.to_owned(),
            from,
        });
    }
    change(
        &visit,
        Action::EnrolFamilies,
        &key,
        commands,
        "",
        vec![secret],
    )
    .await?;
    back(&visit, &code)
}

/// `POST /studies/{study}/families/{family}/people/end`: somebody's part ends, such as that of a foster carer when
/// the baby goes home.
pub async fn end_part(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "part", "until"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::EnrolFamilies).await?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let parts = visit.app.store().parts(dyad.key).await?;
    let may_end = |role| ![PartInDyad::Infant, PartInDyad::IndexCarer].contains(&role);
    let part = parts.iter().find(|part| {
        part.id.to_string() == sent.get("part") && part.until.is_none() && may_end(part.role)
    });
    if part.is_none() {
        problems.push("Choose whose part ends.".to_owned());
    }
    let until = past_day(&visit, sent.get("until"), &mut problems);
    if let (Some(part), Some(until)) = (part, until)
        && part.from.is_some_and(|from| until < from)
    {
        problems.push("The last day is before the first one.".to_owned());
    }
    let (Some(part), Some(until), true) = (part, until, problems.is_empty()) else {
        return page_with(&visit, &code, &sent, key, problems).await;
    };
    let command = Command::EndPart {
        part: part.id,
        until,
    };
    enrolling(&visit, &key, vec![command]).await?;
    back(&visit, &code)
}

/// `POST /studies/{study}/families/{family}/responsibility`: parental responsibility passes to somebody of the family
/// or to a local authority.
pub async fn responsibility(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "holder", "order", "passes"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::EnrolFamilies).await?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let parts = visit.app.store().parts(dyad.key).await?;
    let to_authority = sent.get("holder") == "authority";
    let holder = parts
        .iter()
        .find(|part| {
            part.person.to_string() == sent.get("holder")
                && part.until.is_none()
                && ![PartInDyad::Infant, PartInDyad::LocalAuthority].contains(&part.role)
        })
        .map(|part| part.person);
    if holder.is_none() && !to_authority {
        problems.push("Choose to whom parental responsibility passes.".to_owned());
    }
    let order = sent.get("order");
    if !["agreement", "court-order", "care-order"].contains(&order) {
        problems.push("Choose by what it passes.".to_owned());
    } else if (order == "care-order") != to_authority {
        problems.push(
            "By a care order it passes to a local authority, and to a local authority by nothing else."
                .to_owned(),
        );
    }
    let from = past_day(&visit, sent.get("passes"), &mut problems);
    let (Some(from), true) = (from, problems.is_empty()) else {
        return page_with(&visit, &code, &sent, key, problems).await;
    };
    let command = Command::SetResponsibility {
        infant: dyad.infant,
        holder,
        authority: order.to_owned(),
        from,
    };
    enrolling(&visit, &key, vec![command]).await?;
    back(&visit, &code)
}

/// A day that is not still to come.
pub fn past_day(visit: &Visit, text: &str, problems: &mut Vec<String>) -> Option<Date> {
    match text.parse::<Date>() {
        Ok(day) if day <= visit.at.date() => Some(day),
        Ok(_) => {
            problems.push("The day is still to come. Check the year.".to_owned());
            None
        }
        Err(_) => {
            problems.push("Give a day, such as 2026-11-26.".to_owned());
            None
        }
    }
}

fn back(visit: &Visit, code: &str) -> Answer {
    Ok(see(&format!(
        "/studies/{}/families/{code}",
        visit.study()?.id
    )))
}
