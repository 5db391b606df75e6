//! `/studies/{study}/families/{family}/consent`: where the family stands with each purpose, the texts bit
//! for bit, an answer recorded, a copy to print, and a withdrawal whose effect is shown in numbers first.

mod withdrawal;
mod words;

use askama::Template;
use attune_protocol::{
    Protocol,
    consent::{ConsentPurpose, ConsentText},
    id::PurposeId,
};
use attune_store::{
    Command,
    command::{ConsentGiven, EarlierConsent, PartInDyad},
    consents::{PurposeState, Standing, Withdrawal},
    dyads::{Dyad, Part},
    ids::{ConsentId, PersonId},
    vault::{Identifier, Identifying},
};
use axum::extract::Path;

use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    family::{change, find, find_for, new_key, sent_key},
    forms::SentFields,
    handed_out,
    layout::Layout,
    pages::{consent_again::passed_since, family::part_words, family_changes::past_day},
    visit::Visit,
};

pub use withdrawal::{withdraw, withdraw_page};
pub use words::{AUTHORITIES, MANNERS, authority_words, level_words, manner_words};

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    layout: Layout,
    study: String,
    code: String,
    key: String,
    problems: Vec<String>,
    purposes: Vec<PurposeOnPage>,
    withdrawals: Vec<Withdrawal>,
    /// Shown when something was taken back.
    handed_out: Vec<handed_out::OnPage>,
    people: Vec<(String, String)>,
    /// The same people, those who answer as a rule before the babies.
    answering: Vec<(String, String)>,
    today: String,
    sent: SentFields,
}

struct PurposeOnPage {
    state: PurposeState,
    /// Newest text of each language: its place in the list, version, language, words.
    texts: Vec<(ConsentText, String)>,
    given: Vec<ConsentGiven>,
    /// Answers from before this application.
    earlier: Vec<EarlierConsent>,
    /// Day on which parental responsibility passed to somebody else after the consent.
    passed: Option<jiff::civil::Date>,
    /// The texts tell what is compared, and whoever looks is blind.
    kept_back: bool,
}

/// What somebody blind is told about a purpose whose texts tell what is compared.
const TELLS: Failure = Failure::NotYours {
    what: "The text of this consent tells what the study compares, and your part in the study must not know.",
    instead: "Ask a health visitor or a data manager to go through this consent with the family.",
};

/// Whether the texts of a purpose are kept from whoever looks.
fn is_kept_back(visit: &Visit, protocol: &Protocol, purpose: &PurposeId) -> bool {
    let tells = |planned: &ConsentPurpose| planned.id == *purpose && planned.tells_arms;
    visit.is_blind() && protocol.consents.iter().any(tells)
}

impl PurposeOnPage {
    fn is_given(&self) -> bool {
        self.state.standing == Standing::Given
    }
}

/// `GET /studies/{study}/families/{family}/consent`.
pub async fn page(visit: Visit, Path((_, code)): Path<(String, String)>) -> Answer {
    let dyad = find(&visit, &code).await?;
    show(&consent_page(&visit, &dyad, &SentFields::default(), new_key(), Vec::new()).await?)
}

async fn consent_page(
    visit: &Visit,
    dyad: &Dyad,
    sent: &SentFields,
    key: String,
    problems: Vec<String>,
) -> Result<ConsentPage, Failure> {
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let protocol = visit.protocol().await?;
    let given = store.consents(dyad.key).await?;
    let earlier = store.earlier_consents(dyad.key).await?;
    let responsibility = store.responsibility(dyad.infant).await?;
    let mut purposes = Vec::new();
    for state in store.purposes(&study, dyad.key).await? {
        let planned = protocol
            .consents
            .iter()
            .find(|planned| planned.id == state.purpose);
        let mut texts = Vec::new();
        let kept_back = is_kept_back(visit, &protocol, &state.purpose);
        let planned = planned.filter(|_| !kept_back);
        for text in planned.map(|planned| &planned.texts).into_iter().flatten() {
            let is_newest = planned.is_some_and(|planned| {
                let newest = planned
                    .texts
                    .iter()
                    .rfind(|other| other.language == text.language);
                newest.is_some_and(|newest| newest.fingerprint == text.fingerprint)
            });
            if is_newest {
                texts.push((text.clone(), words_of(visit, &text.fingerprint).await?));
            }
        }
        purposes.push(PurposeOnPage {
            given: given
                .iter()
                .filter(|one| one.purpose == state.purpose)
                .cloned()
                .collect(),
            earlier: earlier
                .iter()
                .filter(|one| one.purpose == state.purpose)
                .cloned()
                .collect(),
            texts,
            passed: given
                .iter()
                .rfind(|one| one.purpose == state.purpose)
                .and_then(|seen| passed_since(seen, &responsibility)),
            state,
            kept_back,
        });
    }
    let parts = store.parts(dyad.key).await?;
    let people = people(&parts, |_| true);
    let withdrawals = store.withdrawals(dyad.key).await?;
    let handed_out = match withdrawals.is_empty() {
        true => Vec::new(),
        false => handed_out::with_family(visit, dyad.key).await?,
    };
    Ok(ConsentPage {
        layout: Layout::of(visit, format!("Consent of family {}", dyad.code)),
        study: study.to_string(),
        code: dyad.code.to_string(),
        key,
        problems,
        purposes,
        withdrawals,
        handed_out,
        people,
        answering: answering(&parts),
        today: visit.at.date().to_string(),
        sent: sent.clone(),
    })
}

/// Who belongs to the family now and is meant: id and part.
fn people(parts: &[Part], is_meant: impl Fn(&PartInDyad) -> bool) -> Vec<(String, String)> {
    let now = parts
        .iter()
        .filter(|part| part.until.is_none() && is_meant(&part.role));
    now.map(|part| (part.person.to_string(), part_words(&part.role).to_owned()))
        .collect()
}

/// Carers first: a child is asked only when old enough.
fn answering(parts: &[Part]) -> Vec<(String, String)> {
    let mut all = people(parts, |role| *role != PartInDyad::Infant);
    all.extend(people(parts, |role| *role == PartInDyad::Infant));
    all
}

/// A text as it was shown, by its fingerprint.
async fn words_of(visit: &Visit, fingerprint: &str) -> Result<String, Failure> {
    let bytes = visit.app.store().object(fingerprint).await?;
    String::from_utf8(bytes.to_vec()).map_err(Failure::internal)
}

/// `POST /studies/{study}/families/{family}/consent`.
pub async fn record(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    const FIELDS: [&str; 11] = [
        "key",
        "purpose",
        "text",
        "for",
        "by",
        "authority",
        "given",
        "on",
        "manner",
        "competence",
        "witness",
    ];
    sent.refuse_others(|name| FIELDS.contains(&name))?;
    let dyad = find_for(&visit, &code, Action::RecordConsent).await?;
    let key = sent_key(&sent)?;
    let consent = match read(&visit, &dyad, &key, &sent).await? {
        Ok(consent) => consent,
        Err(problems) => {
            return page_to_correct(&consent_page(&visit, &dyad, &sent, key, problems).await?);
        }
    };
    let command = Command::RecordConsent(Box::new(consent));
    change(
        &visit,
        Action::RecordConsent,
        &key,
        vec![command],
        "",
        Vec::new(),
    )
    .await?;
    back(&visit, &code)
}

async fn read(
    visit: &Visit,
    dyad: &Dyad,
    key: &str,
    sent: &SentFields,
) -> Result<Result<ConsentGiven, Vec<String>>, Failure> {
    let store = visit.app.store();
    let protocol = visit.protocol().await?;
    if is_kept_back(visit, &protocol, &PurposeId::new(sent.get("purpose"))) {
        return Err(TELLS);
    }
    let parts = store.parts(dyad.key).await?;
    let mut problems = Vec::new();
    let text = protocol
        .consents
        .iter()
        .filter(|planned| planned.id.as_str() == sent.get("purpose"))
        .flat_map(|planned| &planned.texts)
        .find(|text| text.fingerprint == sent.get("text"));
    if text.is_none() {
        problems.push("Choose a purpose and the text that the family read.".to_owned());
    }
    let mut person = |name: &str, sentence: &str| {
        let id: Option<PersonId> = sent.get(name).parse().ok();
        let found = parts.iter().find(|part| Some(part.person) == id);
        if found.is_none() {
            problems.push(sentence.to_owned());
        }
        found.map(|part| (part.person, part.role))
    };
    let for_whom = person("for", "Choose for whom it is.");
    let by_whom = person("by", "Choose who answers.");
    let authority = AUTHORITIES
        .iter()
        .find(|(value, ..)| *value == sent.get("authority"));
    let manner = MANNERS
        .iter()
        .find(|(value, ..)| *value == sent.get("manner"));
    match (authority, for_whom) {
        (None, _) => problems.push("Choose by what authority.".to_owned()),
        (Some((_, authority, _)), Some((_, role)))
            if words::for_a_baby(*authority) != (role == PartInDyad::Infant) =>
        {
            problems.push(
                "The authority does not fit the person: some are for the baby, some for oneself."
                    .to_owned(),
            );
        }
        _ => {}
    }
    if manner.is_none() {
        problems.push("Choose how it was given.".to_owned());
    }
    let is_of_a_baby = by_whom.is_some_and(|(_, role)| role == PartInDyad::Infant);
    problems.extend(what_is_missing_beside(sent, is_of_a_baby));
    if !["yes", "no"].contains(&sent.get("given")) {
        problems.push("Say whether they agreed.".to_owned());
    }
    let on = past_day(visit, sent.get("on"), &mut problems);
    let (
        Some(text),
        Some((for_person, _)),
        Some((by_person, _)),
        Some((_, authority, _)),
        Some((_, manner, _)),
        Some(on),
        true,
    ) = (
        text,
        for_whom,
        by_whom,
        authority,
        manner,
        on,
        problems.is_empty(),
    )
    else {
        return Ok(Err(problems));
    };
    let seal = store.person_key(by_person).await?;
    let sealed = |field: Identifier, name: &str| {
        let text = sent.get(name);
        (!text.is_empty())
            .then(|| seal.seal(field, &Identifying::new(text)))
            .transpose()
    };
    Ok(Ok(ConsentGiven {
        consent: ConsentId::of_request(key, 1),
        dyad: dyad.key,
        purpose: PurposeId::new(sent.get("purpose")),
        for_person,
        by_person,
        authority: *authority,
        given: sent.get("given") == "yes",
        version: text.version.clone(),
        language: text.language.clone(),
        text: text.fingerprint.clone(),
        on,
        manner: *manner,
        competence: sealed(Identifier::Competence, "competence")?,
        witness: sealed(Identifier::Witness, "witness")?,
    }))
}

/// What the chosen authority, manner and person ask for beside, and is not there.
fn what_is_missing_beside(sent: &SentFields, is_of_a_baby: bool) -> Vec<String> {
    let mut missing = Vec::new();
    if is_of_a_baby && sent.get("authority") != "child-later" {
        missing.push("A baby does not answer; choose the person who does.");
    }
    if sent.get("authority").contains("under-sixteen") && !sent.has("competence") {
        missing.push("For a parent under 16, write down why you found that she or he understands.");
    }
    if sent.get("manner") == "spoken-witnessed" && !sent.has("witness") {
        missing.push("Write down who witnessed it.");
    }
    missing.into_iter().map(str::to_owned).collect()
}

#[derive(Template)]
#[template(path = "consent_copy.html")]
struct CopyPage {
    layout: Layout,
    study: String,
    code: String,
    consent: ConsentGiven,
    label: String,
    html: String,
    for_whom: String,
    by_whom: String,
}

/// `GET /studies/{study}/families/{family}/consent/{consent}`: a copy to print, with the very text.
pub async fn copy(
    visit: Visit,
    Path((_, code, consent)): Path<(String, String, String)>,
) -> Answer {
    let dyad = find(&visit, &code).await?;
    let store = visit.app.store();
    let protocol = visit.protocol().await?;
    let consents = store.consents(dyad.key).await?;
    let consent = consents
        .into_iter()
        .find(|one| one.consent.to_string() == consent)
        .ok_or(Failure::no_such("consent"))?;
    if is_kept_back(&visit, &protocol, &consent.purpose) {
        return Err(TELLS);
    }
    let words = words_of(&visit, &consent.text).await?;
    let label = protocol
        .consents
        .iter()
        .find(|planned| planned.id == consent.purpose);
    let parts = store.parts(dyad.key).await?;
    let part = |person: PersonId| {
        let found = parts.iter().find(|part| part.person == person);
        found.map_or_else(String::new, |part| part_words(&part.role).to_owned())
    };
    show(&CopyPage {
        layout: Layout::of(&visit, "Copy of a consent"),
        study: visit.study()?.id.to_string(),
        code,
        label: label.map_or_else(String::new, |planned| planned.label.clone()),
        html: markdown(&words),
        for_whom: part(consent.for_person),
        by_whom: part(consent.by_person),
        consent,
    })
}

/// A consent text as HTML; HTML inside it is shown as it is written.
pub fn markdown(text: &str) -> String {
    use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};
    // The page has its own heading: those of the text come one level below.
    let deeper = |level| match level {
        pulldown_cmark::HeadingLevel::H1 => pulldown_cmark::HeadingLevel::H3,
        _ => pulldown_cmark::HeadingLevel::H4,
    };
    let events = Parser::new(text).map(|event| match event {
        Event::Html(written) | Event::InlineHtml(written) => Event::Text(written),
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: deeper(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(deeper(level))),
        event => event,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

fn back(visit: &Visit, code: &str) -> Answer {
    Ok(see(&format!(
        "/studies/{}/families/{code}/consent",
        visit.study()?.id
    )))
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn asvs_1_3_1_a_consent_text_cannot_bring_html_of_its_own() {
        let html = markdown("# Title\n\nYou *may* say no. <script>alert(1)</script>");
        assert!(html.contains("<h3>Title</h3>"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
