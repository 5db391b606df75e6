//! `/studies/{study}/families/{family}/withdraw`: what each way to take a consent back would do, in numbers, before it
//! is confirmed.

use askama::Template;
use attune_protocol::id::PurposeId;
use attune_store::{Command, consents::Effect, dyads::Dyad};
use axum::extract::{Path, RawQuery};

use super::{back, words::LEVELS};
use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct},
    failure::Failure,
    family::{change, find_for, new_key, sent_key},
    forms::SentFields,
    handed_out,
    layout::Layout,
    pages::family_changes::past_day,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "withdraw.html")]
struct WithdrawPage {
    layout: Layout,
    study: String,
    code: String,
    key: String,
    purpose: String,
    label: String,
    today: String,
    effects: Vec<(&'static str, &'static str, Effect)>,
    /// The study promised more than to stop collecting.
    promised_more: bool,
    handed_out: Vec<handed_out::OnPage>,
    problems: Vec<String>,
}

/// `GET /studies/{study}/families/{family}/withdraw?purpose=…`: what each level would do, in numbers.
pub async fn withdraw_page(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let asked = SentFields::read(query.unwrap_or_default().as_bytes())?;
    let dyad = find_for(&visit, &code, Action::RecordConsent).await?;
    show(&withdrawing(&visit, &dyad, asked.get("purpose"), new_key(), Vec::new()).await?)
}

async fn withdrawing(
    visit: &Visit,
    dyad: &Dyad,
    purpose: &str,
    key: String,
    problems: Vec<String>,
) -> Result<WithdrawPage, Failure> {
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let protocol = visit.protocol().await?;
    let planned = protocol
        .consents
        .iter()
        .find(|planned| planned.id.as_str() == purpose);
    let planned = planned.ok_or(Failure::no_such("purpose"))?;
    let mut effects = Vec::new();
    for (value, level, words) in LEVELS {
        let effect = store
            .effect_of_withdrawal(&study, dyad.key, &planned.id, level)
            .await?;
        // What the study promised goes further: then this level is none.
        if effect.level == level {
            effects.push((value, words, effect));
        }
    }
    let promised_more = effects.len() < LEVELS.len();
    // Where a family goes on taking part in the rest, ways that do the same are one way.
    effects.dedup_by(|(.., later), (.., earlier)| does_the_same(later, earlier));
    if let ([(_, words, _)], false) = (effects.as_mut_slice(), promised_more) {
        *words = "It ends, and this is what happens";
    }
    Ok(WithdrawPage {
        layout: Layout::of(visit, "Consent is taken back"),
        study: study.to_string(),
        code: dyad.code.to_string(),
        key,
        purpose: purpose.to_owned(),
        label: planned.label.clone(),
        today: visit.at.date().to_string(),
        promised_more,
        effects,
        handed_out: handed_out::with_family(visit, dyad.key).await?,
        problems,
    })
}

/// Whether two ways differ in nothing that a family could choose between.
fn does_the_same(one: &Effect, other: &Effect) -> bool {
    let counts = |effect: &Effect| (effect.n_forms_left_out, effect.n_forms_erased);
    one.sentences == other.sentences && counts(one) == counts(other)
}

/// `POST /studies/{study}/families/{family}/withdraw`.
pub async fn withdraw(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "purpose", "level", "on", "why", "sure"].contains(&name))?;
    let dyad = find_for(&visit, &code, Action::RecordConsent).await?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let level = LEVELS
        .iter()
        .find(|(value, ..)| *value == sent.get("level"));
    if level.is_none() {
        problems.push("Choose how far it goes.".to_owned());
    }
    let on = past_day(&visit, sent.get("on"), &mut problems);
    if sent.get("sure") != "yes" {
        problems.push("Say that the family has heard what it does.".to_owned());
    }
    let (Some((_, level, _)), Some(on), true) = (level, on, problems.is_empty()) else {
        let page = withdrawing(&visit, &dyad, sent.get("purpose"), key, problems).await?;
        return page_to_correct(&page);
    };
    let command = Command::WithdrawConsent {
        dyad: dyad.key,
        purpose: PurposeId::new(sent.get("purpose")),
        level: *level,
        on,
        ends_taking_part: false,
    };
    let why = if sent.has("why") {
        sent.get("why")
    } else {
        "no reason given"
    };
    change(
        &visit,
        Action::RecordConsent,
        &key,
        vec![command],
        why,
        Vec::new(),
    )
    .await?;
    back(&visit, &code)
}
