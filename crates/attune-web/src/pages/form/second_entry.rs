//! The same paper form typed in by a second person who does not see the first answers, and where the two
//! differ, which of them holds.

use askama::Template;
use attune_store::{Command, forms::Form, ids::FormId};
use axum::extract::Path;

use super::{act, answer_words, form_for};
use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    family::{change, new_key, sent_key},
    forms::{
        Filled, FormDefinition, Intent, SentFields,
        definition::Question,
        filled::{has_field, read},
        questions::{ProblemSummary, Questions},
    },
    layout::Layout,
    pages::assessment::{form_of, not_for_observers},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "second_entry.html")]
struct SecondEntryPage {
    layout: Layout,
    study: String,
    form: FormId,
    unit: String,
    title: String,
    key: String,
    summary: String,
    questions: String,
}

/// `GET /studies/{study}/forms/{form}/second`: the same paper form typed in again, without the first answers.
pub async fn page(visit: Visit, Path((_, form)): Path<(String, String)>) -> Answer {
    form_for(&visit, &form, Action::EnterAssessments).await?;
    let (first, planned) = form_of(&visit, &form).await?;
    not_for_observers(&visit, &planned)?;
    if first.row.saved_by == visit.person()?.id.to_string() {
        return Err(Failure::Conflict {
            reason: "You typed this form in yourself. A second entry is somebody else’s, from the same paper."
                .to_owned(),
        });
    }
    show(&second(&visit, &form, &Filled::default(), new_key()).await?)
}

async fn second(
    visit: &Visit,
    form: &str,
    filled: &Filled,
    key: String,
) -> Result<SecondEntryPage, Failure> {
    let (form, planned) = form_of(visit, form).await?;
    let definition = FormDefinition::of(&planned.definition, planned.item_order.as_deref());
    let questions = Questions {
        definition: &definition,
        filled,
        scores: &[],
    };
    let summary = ProblemSummary {
        filled,
        around: &[],
    };
    Ok(SecondEntryPage {
        layout: Layout::of(visit, "Second entry").with_script("form.js"),
        study: visit.study()?.id.to_string(),
        form: form.row.id,
        unit: form.row.unit,
        title: planned.definition.title,
        key,
        summary: summary.render().map_err(Failure::internal)?,
        questions: questions.render().map_err(Failure::internal)?,
    })
}

/// `POST /studies/{study}/forms/{form}/second`.
pub async fn take(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let stored = form_for(&visit, &form, Action::EnterAssessments).await?;
    let (_, planned) = form_of(&visit, &form).await?;
    not_for_observers(&visit, &planned)?;
    let definition = FormDefinition::of(&planned.definition, planned.item_order.as_deref());
    sent.refuse_others(|name| name == "key" || has_field(&definition, name))?;
    let key = sent_key(&sent)?;
    let filled = read(&definition, &sent, Intent::Finish);
    if !filled.problems.is_empty() {
        return page_to_correct(&second(&visit, &form, &filled, key).await?);
    }
    let command = Command::SaveSecondEntry {
        form: stored.row.id,
        answers: filled.answers,
    };
    change(
        &visit,
        Action::EnterAssessments,
        &key,
        vec![command],
        "",
        Vec::new(),
    )
    .await?;
    Ok(see(&format!(
        "/studies/{}/forms/{form}/compare",
        visit.study()?.id
    )))
}

#[derive(Template)]
#[template(path = "compare_entries.html")]
struct ComparePage {
    layout: Layout,
    study: String,
    form: Form,
    key: String,
    differences: Vec<(Question, String, String)>,
    may_settle: bool,
}

/// `GET /studies/{study}/forms/{form}/compare`.
pub async fn compare_page(visit: Visit, Path((_, form)): Path<(String, String)>) -> Answer {
    let (form, planned) = form_of(&visit, &form).await?;
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let sight = visit.sight(Action::SeeFamilies)?;
    let definition = FormDefinition::of(&planned.definition, planned.item_order.as_deref());
    let differences = store
        .compare_entries(&study, &sight, form.row.id)
        .await?
        .into_iter()
        .filter_map(|difference| {
            let question = definition.question(&difference.item)?.clone();
            let first = answer_words(&question, difference.first.as_ref());
            let second = answer_words(&question, difference.second.as_ref());
            Some((question, first, second))
        })
        .collect();
    show(&ComparePage {
        layout: Layout::of(&visit, "Two entries compared"),
        study: study.to_string(),
        key: new_key(),
        differences,
        may_settle: visit.has_right(Action::EnterAssessments) && !form.row.locked,
        form,
    })
}

/// `POST /studies/{study}/forms/{form}/compare`: for each difference the entry that holds.
pub async fn settle(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let stored = form_for(&visit, &form, Action::EnterAssessments).await?;
    let sight = visit.sight(Action::SeeFamilies)?;
    let differences = visit
        .app
        .store()
        .compare_entries(&visit.study()?.id, &sight, stored.row.id)
        .await?;
    sent.refuse_others(|name| {
        ["key", "base", "reason"].contains(&name) || name.starts_with("keep.")
    })?;
    let key = sent_key(&sent)?;
    let mut problems = Vec::new();
    let mut answers = stored.answers.clone();
    for difference in differences {
        match sent.get(&format!("keep.{}", difference.item)) {
            "first" => {}
            "second" => match difference.second {
                Some(answer) => {
                    answers.insert(difference.item, answer);
                }
                None => {
                    answers.remove(&difference.item);
                }
            },
            _ => problems.push(format!("Choose which entry holds for {}.", difference.item)),
        }
    }
    if !sent.has("reason") {
        problems.push("Say how it was decided, such as “looked at the paper”.".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let command = Command::SettleEntries {
        form: stored.row.id,
        base: sent.get("base").parse().unwrap_or(0),
        answers,
    };
    act(
        &visit,
        Action::EnterAssessments,
        &key,
        command,
        sent.get("reason"),
        stored.row.id,
    )
    .await
}
