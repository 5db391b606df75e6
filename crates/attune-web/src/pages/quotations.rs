//! `/studies/{study}/quotations`: words of families that reports and the public page quote. A lead chooses them; the
//! store takes them only under a consent that is in force, and a withdrawal takes them back.

use askama::Template;
use attune_protocol::id::PurposeId;
use attune_store::{
    Command,
    command::{MOST_LETTERS_QUOTED, QuotationChosen},
    ids::QuotationId,
};
use axum::extract::Path;

use crate::{
    access::Action,
    answer::{Answer, page as show, see},
    failure::Failure,
    family::{change, find, new_key, sent_key},
    forms::SentFields,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "quotations.html")]
struct QuotationsPage {
    layout: Layout,
    study: String,
    key: String,
    most_letters: usize,
    purposes: Vec<(String, String)>,
    chosen: Vec<Row>,
}

struct Row {
    id: String,
    words: String,
    speaker: String,
    code: String,
    purpose: String,
    in_force: bool,
}

/// `GET /studies/{study}/quotations`.
pub async fn page(visit: Visit) -> Answer {
    let study = visit.study()?.id.clone();
    let protocol = visit.protocol().await?;
    let label = |id: &PurposeId| {
        let found = protocol.consents.iter().find(|one| one.id == *id);
        found.map_or_else(|| id.to_string(), |one| one.label.clone())
    };
    let chosen = visit.app.store().quotations(&study).await?;
    show(&QuotationsPage {
        layout: Layout::of(&visit, "Quotations"),
        study: study.to_string(),
        key: new_key(),
        most_letters: MOST_LETTERS_QUOTED,
        purposes: protocol
            .consents
            .iter()
            .map(|one| (one.id.to_string(), one.label.clone()))
            .collect(),
        chosen: chosen
            .into_iter()
            .map(|row| Row {
                id: row.id.to_string(),
                purpose: label(&row.purpose),
                code: row.code.to_string(),
                words: row.words,
                speaker: row.speaker,
                in_force: row.in_force,
            })
            .collect(),
    })
}

/// `POST /studies/{study}/quotations`: chooses one.
pub async fn choose(visit: Visit, sent: SentFields) -> Answer {
    sent.refuse_others(|name| ["key", "family", "purpose", "words", "speaker"].contains(&name))?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let mut asked = |field: &str, problem: &str| {
        if !sent.has(field) {
            problems.push(problem.to_owned());
        }
        sent.get(field).trim().to_owned()
    };
    let words = asked("words", "Enter the words that are to be quoted.");
    let speaker = asked(
        "speaker",
        "Say who speaks in words that tell nobody’s identity, such as “a mother”.",
    );
    let code = asked("family", "Enter the family’s study code.");
    let purpose = asked("purpose", "Choose the consent under which it is quoted.");
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let family = match find(&visit, &code).await {
        Ok(family) => family,
        Err(Failure::NotFound { .. }) => {
            let problems = vec![format!("No family in sight has the study code {code}.")];
            return Err(Failure::NotRight { problems });
        }
        Err(failure) => return Err(failure),
    };
    let chosen = QuotationChosen {
        quotation: QuotationId::of_request(&key, 0),
        dyad: family.key,
        purpose: PurposeId::from(purpose),
        words,
        speaker,
    };
    let command = Command::ChooseQuotation(chosen);
    change(
        &visit,
        Action::ChooseQuotations,
        &key,
        vec![command],
        "",
        Vec::new(),
    )
    .await?;
    back(&visit)
}

/// `POST /studies/{study}/quotations/{quotation}/remove`: it is not quoted any more.
pub async fn remove(
    visit: Visit,
    Path((_, quotation)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| name == "key")?;
    let key = sent_key(&sent)?;
    let quotation: QuotationId = quotation
        .parse()
        .map_err(|_| Failure::no_such("quotation"))?;
    let command = Command::RemoveQuotation { quotation };
    change(
        &visit,
        Action::ChooseQuotations,
        &key,
        vec![command],
        "",
        Vec::new(),
    )
    .await?;
    back(&visit)
}

fn back(visit: &Visit) -> Answer {
    Ok(see(&format!("/studies/{}/quotations", visit.study()?.id)))
}
