//! `/studies/{study}/forms/{form}`: one form as it is, with scores, the history of each answer, queries,
//! signature and lock. Every number of an analysis leads here.

pub mod second_entry;

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::id::ItemId;
use attune_store::{
    Command,
    command::AnswerValue,
    forms::{Form, FormState, Query, QueryState, SecondEntry},
    history::FieldChange,
    ids::{FormId, QueryId},
};
use axum::extract::Path;

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show, see},
    failure::Failure,
    family::{change, new_key, sent_key},
    forms::{
        FormDefinition, SentFields,
        definition::{AnswersDefinition, Question},
        outcome::{self, ScoreLine},
    },
    layout::Layout,
    pages::assessment::form_of,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "form.html")]
struct FormOnPage {
    layout: Layout,
    study: String,
    key: String,
    form: Form,
    title: String,
    wave: String,
    lines: Vec<Line>,
    scores: Vec<ScoreLine>,
    queries: Vec<(Query, Vec<String>)>,
    changes: Vec<Change>,
    saved_by: String,
    signed_by: String,
    rights: Rights,
}

struct Rights {
    change: bool,
    raise: bool,
    lock: bool,
}

/// A question with its answer and what it was before.
struct Line {
    question: Question,
    answer: String,
    is_missing: bool,
    history: Vec<(FieldChange, String, String)>,
}

/// A saved version.
struct Change {
    version: u32,
    who: String,
    at: attune_store::Moment,
    reason: Option<String>,
}

impl FormOnPage {
    fn is_complete(&self) -> bool {
        self.form.row.state == FormState::Complete
    }

    fn to_compare(&self) -> bool {
        self.form.row.second_entry == Some(SecondEntry::ToCompare)
    }

    /// A question as a query names it.
    fn question(&self, item: &ItemId) -> String {
        let line = self.lines.iter().find(|line| line.question.id == *item);
        line.map_or_else(
            || item.to_string(),
            |line| format!("question {}: {}", line.question.number, line.question.text),
        )
    }

    fn may_sign(&self) -> bool {
        self.rights.lock && self.is_complete() && self.form.row.signature.is_none()
    }
}

/// An answer in words: the label of an option with its code, a number, words, or the reason.
pub fn answer_words(question: &Question, answer: Option<&AnswerValue>) -> String {
    match answer {
        None => "no answer yet".to_owned(),
        Some(AnswerValue::Text(text)) => text.clone(),
        Some(AnswerValue::Missing(reason)) => reason.words().to_owned(),
        Some(AnswerValue::Hidden(inner)) => format!(
            "not asked because of an earlier answer (before: {})",
            answer_words(question, Some(inner))
        ),
        Some(AnswerValue::Number(number)) => match &question.answers {
            AnswersDefinition::Options { options } => options
                .iter()
                .find(|option| option.code == *number && !option.is_code)
                .map_or_else(
                    || number.to_string(),
                    |option| format!("{} ({number})", option.label),
                ),
            _ => number.to_string(),
        },
    }
}

/// Where a query stands, in words and colour.
pub fn query_words(state: &QueryState) -> (&'static str, &'static str) {
    match state {
        QueryState::Open => ("waits for an answer", "caution"),
        QueryState::Answered => ("answered", ""),
        QueryState::Closed => ("closed", "good"),
    }
}

/// Names of accounts by id, as the store writes them.
pub async fn names_of_staff(visit: &Visit) -> Result<BTreeMap<String, String>, Failure> {
    let accounts = visit.app.store().accounts().await?;
    let mut names: BTreeMap<String, String> = accounts
        .into_iter()
        .map(|account| (account.id.to_string(), account.name))
        .collect();
    names.insert("program".to_owned(), "the program".to_owned());
    Ok(names)
}

/// `GET /studies/{study}/forms/{form}`.
pub async fn page(visit: Visit, Path((_, form)): Path<(String, String)>) -> Answer {
    let (form, planned) = form_of(&visit, &form).await?;
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let sight = visit.sight(Action::SeeFamilies)?;
    let protocol = visit.protocol().await?;
    let names = names_of_staff(&visit).await?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let definition = FormDefinition::of(&planned.definition, planned.item_order.as_deref());
    let mut lines = Vec::new();
    let histories = histories(&visit, form.row.id).await?;
    for question in &definition.questions {
        let answer = form.answers.get(&question.id);
        let changes = histories.get(&question.id).cloned().unwrap_or_default();
        let told = changes.into_iter().map(|change| {
            let words = answer_words(question, change.value.as_ref());
            let who = name(&change.actor);
            (change, words, who)
        });
        lines.push(Line {
            answer: answer_words(question, answer),
            is_missing: answer.is_none_or(|answer| answer.missing().is_some()),
            history: told.collect(),
            question: question.clone(),
        });
    }
    let mut queries = Vec::new();
    for query in store.queries(&study, &sight, Some(form.row.id)).await? {
        let messages = store.query_messages(query.id).await?;
        let told = messages.into_iter().map(|message| {
            let text = if message.text.is_empty() {
                String::new()
            } else {
                format!(": {}", message.text)
            };
            format!(
                "{} {}{text} ({})",
                name(&message.actor),
                message.what,
                crate::words::moment(&message.at)
            )
        });
        queries.push((query, told.collect()));
    }
    let mut changes = Vec::new();
    for entry in store.history_of_form(&study, form.row.id).await? {
        let version = match entry.command()? {
            Some(Command::SaveForm(saved)) => saved.base + 1,
            Some(Command::SettleEntries { base, .. }) => base + 1,
            _ => continue,
        };
        changes.push(Change {
            version,
            who: name(&entry.actor),
            at: entry.at,
            reason: entry.reason.clone(),
        });
    }
    let here = Scope::Site(&study, &form.row.site);
    let has = |action| {
        visit
            .person()
            .is_ok_and(|person| person.has_right(action, here))
    };
    let wave = form.row.wave.as_ref().and_then(|wave| protocol.wave(wave));
    let instrument = &planned.definition;
    show(&FormOnPage {
        layout: Layout::of(
            &visit,
            format!("{}, {}", instrument.short_title, form.row.unit),
        ),
        key: new_key(),
        title: instrument.title.clone(),
        wave: wave.map_or_else(String::new, |wave| wave.label.clone()),
        scores: outcome::lines(instrument, &outcome::scores(instrument, &form.answers)),
        lines,
        queries,
        changes,
        saved_by: name(&form.row.saved_by),
        signed_by: form
            .row
            .signature
            .as_ref()
            .map_or_else(String::new, |signature| name(&signature.by)),
        rights: Rights {
            change: has(Action::EnterAssessments)
                && !form.row.locked
                && form.row.state != FormState::NotDone
                && form.row.dyad.is_some(),
            raise: has(Action::RaiseQueries),
            lock: has(Action::LockForms),
        },
        study: study.to_string(),
        form,
    })
}

/// What each item was, oldest first, from one reading of the form's history.
async fn histories(
    visit: &Visit,
    form: FormId,
) -> Result<BTreeMap<ItemId, Vec<FieldChange>>, Failure> {
    let store = visit.app.store();
    let mut all: BTreeMap<ItemId, Vec<FieldChange>> = BTreeMap::new();
    for entry in store.history_of_form(&visit.study()?.id, form).await? {
        let (version, answers) = match entry.command()? {
            Some(Command::SaveForm(saved)) => (saved.base + 1, saved.answers),
            Some(Command::SettleEntries { base, answers, .. }) => (base + 1, answers),
            _ => continue,
        };
        for (item, value) in answers {
            let changes = all.entry(item).or_default();
            if changes
                .last()
                .is_some_and(|last| last.value.as_ref() == Some(&value))
            {
                continue;
            }
            changes.push(FieldChange {
                version,
                value: Some(value),
                actor: entry.actor.clone(),
                at: entry.at,
                reason: entry.reason.clone(),
            });
        }
    }
    Ok(all)
}

/// A form in sight at whose site the person may do this.
async fn form_for(visit: &Visit, form: &str, action: Action) -> Result<Form, Failure> {
    let (form, _) = form_of(visit, form).await?;
    visit.may(action, Scope::Site(&visit.study()?.id, &form.row.site))?;
    Ok(form)
}

async fn act(
    visit: &Visit,
    action: Action,
    key: &str,
    command: Command,
    reason: &str,
    form: FormId,
) -> Answer {
    change(visit, action, key, vec![command], reason, Vec::new()).await?;
    Ok(see(&format!("/studies/{}/forms/{form}", visit.study()?.id)))
}

/// `POST /studies/{study}/forms/{form}/lock`.
pub async fn lock(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "reason"].contains(&name))?;
    let form = form_for(&visit, &form, Action::LockForms).await?.row;
    let key = sent_key(&sent)?;
    let command = match form.locked {
        true => Command::UnlockForm { form: form.id },
        false => Command::LockForm { form: form.id },
    };
    act(
        &visit,
        Action::LockForms,
        &key,
        command,
        sent.get("reason"),
        form.id,
    )
    .await
}

/// `POST /studies/{study}/forms/{form}/sign`: bound to the answers that were on the page.
pub async fn sign(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "version", "digest", "meaning"].contains(&name))?;
    let form = form_for(&visit, &form, Action::LockForms).await?.row;
    let meaning = sent.get("meaning");
    if !["reviewed", "approved"].contains(&meaning) {
        let problems = vec!["Choose what the signature means.".to_owned()];
        return Err(Failure::NotRight { problems });
    }
    let command = Command::SignForm {
        form: form.id,
        version: sent.get("version").parse().unwrap_or(0),
        digest: sent.get("digest").to_owned(),
        meaning: meaning.to_owned(),
    };
    act(
        &visit,
        Action::LockForms,
        &sent_key(&sent)?,
        command,
        "",
        form.id,
    )
    .await
}

/// `POST /studies/{study}/forms/{form}/queries`.
pub async fn raise(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "item", "text"].contains(&name))?;
    let form = form_for(&visit, &form, Action::RaiseQueries).await?;
    let mut problems = Vec::new();
    if !sent.has("text") {
        problems.push("Write down the question.".to_owned());
    }
    let item = sent.has("item").then(|| ItemId::new(sent.get("item")));
    let (_, planned) = form_of(&visit, &form.row.id.to_string()).await?;
    let knows = |item: &ItemId| planned.definition.items.iter().any(|one| one.id == *item);
    if item.as_ref().is_some_and(|item| !knows(item)) {
        problems.push("Choose an answer of this form.".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let key = sent_key(&sent)?;
    let command = Command::RaiseQuery {
        query: QueryId::of_request(&key, 1),
        form: form.row.id,
        item,
        text: sent.get("text").to_owned(),
    };
    act(&visit, Action::RaiseQueries, &key, command, "", form.row.id).await
}
