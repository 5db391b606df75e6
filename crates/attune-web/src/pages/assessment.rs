//! Entering an assessment: `/studies/{study}/families/{family}/assessments/new` begins one,
//! `/studies/{study}/forms/{form}/edit` goes on with one or corrects one. The page works without script;
//! what was typed is never lost: whatever the store refuses comes back with the answers as they were.

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::{
    id::{InstrumentId, ItemId, WaveId},
    instrument::{AnsweredBy, PlannedInstrument},
};
use attune_store::{
    Command, StoreError,
    command::{AlertRaised, AnswerValue, FormSaved},
    dyads::Dyad,
    forms::{Form, FormState},
    ids::{AccountId, AlertId, FormId},
};
use axum::extract::{Path, RawQuery};

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    family::{age_with_corrected, find_for, new_key, sent_key},
    forms::{
        Filled, FormDefinition, Intent, SentFields,
        filled::{has_field, read},
        outcome,
        questions::{ProblemSummary, Questions},
    },
    layout::Layout,
    pages::clinicians::{clinicians_at, named_at},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "assessment.html")]
struct AssessmentPage {
    layout: Layout,
    study: String,
    code: String,
    title: String,
    wave: String,
    action: String,
    hidden: Vec<(&'static str, String)>,
    summary: String,
    questions: String,
    on: String,
    /// The baby's age on the day of the assessment.
    age: Option<String>,
    today: String,
    needs_reason: bool,
    reason: String,
    clinicians: Vec<(String, String)>,
    told: String,
    warning: Option<String>,
}

/// What is being filled in.
struct Task {
    dyad: Dyad,
    planned: PlannedInstrument,
    wave: Option<WaveId>,
    definition: FormDefinition,
    /// The form as it is stored.
    stored: Option<Form>,
}

/// What somebody sent around the questions.
#[derive(Default)]
struct Around {
    key: String,
    on: String,
    reason: String,
    told: String,
    problems: Vec<(&'static str, String)>,
}

/// `GET /studies/{study}/families/{family}/assessments/new?instrument=…&wave=…`.
pub async fn new_page(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let asked = SentFields::read(query.unwrap_or_default().as_bytes())?;
    let task = new_task(&visit, &code, &asked).await?;
    let around = Around {
        key: new_key(),
        on: visit.at.date().to_string(),
        ..Around::default()
    };
    show(&assessment_page(&visit, &task, &Filled::default(), around).await?)
}

/// `GET /studies/{study}/forms/{form}/edit`.
pub async fn edit_page(visit: Visit, Path((_, form)): Path<(String, String)>) -> Answer {
    let task = stored_task(&visit, &form).await?;
    let form = task.stored.as_ref().ok_or(Failure::no_such("form"))?;
    if form.row.locked {
        return Err(Failure::Conflict {
            reason: "The form is locked. A data manager or the lead evaluator can unlock it."
                .to_owned(),
        });
    }
    let around = Around {
        key: new_key(),
        on: form
            .row
            .on
            .map_or_else(|| visit.at.date().to_string(), |day| day.to_string()),
        ..Around::default()
    };
    let filled = Filled::saved(&form.answers, &task.definition);
    show(&assessment_page(&visit, &task, &filled, around).await?)
}

/// `POST /studies/{study}/families/{family}/assessments/new`.
pub async fn begin(
    visit: Visit,
    Path((_, code)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let task = new_task(&visit, &code, &sent).await?;
    save(&visit, task, &sent).await
}

/// `POST /studies/{study}/forms/{form}/edit`.
pub async fn edit(
    visit: Visit,
    Path((_, form)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let task = stored_task(&visit, &form).await?;
    save(&visit, task, &sent).await
}

async fn new_task(visit: &Visit, code: &str, sent: &SentFields) -> Result<Task, Failure> {
    let dyad = find_for(visit, code, Action::EnterAssessments).await?;
    let wave = WaveId::new(sent.get("wave"));
    let protocol = visit.protocol().await?;
    let planned = protocol
        .instrument(&InstrumentId::new(sent.get("instrument")))
        .filter(|planned| planned.waves.contains(&wave))
        .ok_or(Failure::no_such("assessment"))?;
    not_for_observers(visit, planned)?;
    if dyad.withdrawal.is_some() {
        return Err(Failure::Conflict {
            reason: "The family withdrew from taking part; nothing more may be collected."
                .to_owned(),
        });
    }
    Ok(Task {
        dyad,
        definition: FormDefinition::of(&planned.definition, planned.item_order.as_deref()),
        planned: planned.clone(),
        wave: Some(wave),
        stored: None,
    })
}

/// A stored form of a family that the person may assess.
async fn stored_task(visit: &Visit, form: &str) -> Result<Task, Failure> {
    let (form, planned) = form_of(visit, form).await?;
    not_for_observers(visit, &planned)?;
    let study = visit.study()?.id.clone();
    visit.may(
        Action::EnterAssessments,
        Scope::Site(&study, &form.row.site),
    )?;
    let dyad = find_for(visit, &form.row.unit, Action::EnterAssessments).await?;
    Ok(Task {
        dyad,
        definition: FormDefinition::of(&planned.definition, planned.item_order.as_deref()),
        planned,
        wave: form.row.wave.clone(),
        stored: Some(form),
    })
}

/// What observers rate from film is not entered by an assessor, who knows the family.
///
/// # Errors
///
/// The instrument is for observers, and the person assesses or observes in this study.
pub fn not_for_observers(visit: &Visit, planned: &PlannedInstrument) -> Result<(), Failure> {
    match planned.answered_by == AnsweredBy::Observer && visit.is_blind_for_good() {
        true => Err(Failure::NotYours {
            what: "Observers rate this from a recording, without knowing the family, its wave or its group. Whoever assesses families does not enter it.",
            instead: "Record the play if that is your part; an observer finds the recording in the coding room.",
        }),
        false => Ok(()),
    }
}

/// A form in sight with its instrument.
pub async fn form_of(visit: &Visit, form: &str) -> Result<(Form, PlannedInstrument), Failure> {
    let id: FormId = form.parse().map_err(|_| Failure::no_such("form"))?;
    let sight = visit.sight(Action::SeeFamilies)?;
    let form = visit
        .app
        .store()
        .form(&visit.study()?.id, &sight, id)
        .await?;
    let protocol = visit.protocol().await?;
    let planned = protocol
        .instrument(&form.row.instrument)
        .ok_or(Failure::no_such("instrument"))?;
    Ok((form, planned.clone()))
}

async fn assessment_page(
    visit: &Visit,
    task: &Task,
    filled: &Filled,
    around: Around,
) -> Result<AssessmentPage, Failure> {
    let study = visit.study()?.id.to_string();
    let code = task.dyad.code.to_string();
    let protocol = visit.protocol().await?;
    let wave = task.wave.as_ref().and_then(|wave| protocol.wave(wave));
    let instrument = &task.planned.definition;
    let scores = outcome::lines(instrument, &outcome::scores(instrument, &filled.answers));
    let rendered = Questions {
        definition: &task.definition,
        filled,
        scores: &scores,
    };
    let summary = ProblemSummary {
        filled,
        around: &around.problems,
    };
    let action = match &task.stored {
        Some(form) => format!("/studies/{study}/forms/{}/edit", form.row.id),
        None => format!("/studies/{study}/families/{code}/assessments/new"),
    };
    let mut hidden = vec![("key", around.key)];
    match &task.stored {
        Some(form) => hidden.push(("base", form.row.version.to_string())),
        None => {
            hidden.push(("instrument", task.planned.id.to_string()));
            hidden.push((
                "wave",
                task.wave
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ));
        }
    }
    Ok(AssessmentPage {
        layout: Layout::of(visit, format!("{}, {code}", instrument.short_title))
            .with_script("form.js"),
        title: instrument.title.clone(),
        wave: wave.map_or_else(String::new, |wave| wave.label.clone()),
        summary: summary.render().map_err(Failure::internal)?,
        questions: rendered.render().map_err(Failure::internal)?,
        age: match around.on.parse() {
            Ok(on) => visit
                .app
                .store()
                .age_on(task.dyad.infant, on)
                .await?
                .map(age_with_corrected),
            Err(_) => None,
        },
        on: around.on,
        today: visit.at.date().to_string(),
        needs_reason: is_finished(task),
        reason: around.reason,
        clinicians: match instrument.alerts.is_empty() {
            true => Vec::new(),
            false => clinicians_at(visit, &task.dyad.site).await?,
        },
        told: around.told,
        warning: consent_missing(visit, &task.dyad).await?,
        action,
        hidden,
        study,
        code,
    })
}

fn is_finished(task: &Task) -> bool {
    task.stored
        .as_ref()
        .is_some_and(|form| form.row.state != FormState::Draft)
}

/// Said before anybody types: without consent the store takes no answers.
async fn consent_missing(visit: &Visit, dyad: &Dyad) -> Result<Option<String>, Failure> {
    if dyad.elsewhere {
        return Ok(None);
    }
    let states = visit
        .app
        .store()
        .purposes(&visit.study()?.id, dyad.key)
        .await?;
    let missing = states.into_iter().find(|state| {
        state.needed_to_take_part && state.standing != attune_store::consents::Standing::Given
    });
    Ok(missing.map(|state| state.label))
}

async fn save(visit: &Visit, task: Task, sent: &SentFields) -> Answer {
    const AROUND: [&str; 8] = [
        "key",
        "base",
        "instrument",
        "wave",
        "on",
        "reason",
        "told",
        "do",
    ];
    sent.refuse_others(|name| AROUND.contains(&name) || has_field(&task.definition, name))?;
    let finished = is_finished(&task);
    let intent = match sent.get("do") {
        "later" if !finished => Intent::SaveForLater,
        _ => Intent::Finish,
    };
    let filled = read(&task.definition, sent, intent);
    let (mut around, on) = around(visit, finished, sent)?;
    if !filled.problems.is_empty() || !around.problems.is_empty() {
        return page_to_correct(&assessment_page(visit, &task, &filled, around).await?);
    }
    let base = sent.get("base").parse().unwrap_or(0);
    let form = task
        .stored
        .as_ref()
        .map_or_else(|| FormId::of_request(&around.key, 1), |form| form.row.id);
    let saved = FormSaved {
        form,
        unit: task.dyad.code.to_string(),
        dyad: Some(task.dyad.key),
        instrument: task.planned.id.clone(),
        wave: task.wave.clone(),
        site: task
            .stored
            .as_ref()
            .map_or_else(|| task.dyad.site.clone(), |form| form.row.site.clone()),
        on,
        days_after_enrolment: None,
        assessor: task
            .stored
            .as_ref()
            .and_then(|form| form.row.assessor.clone()),
        base,
        complete: intent == Intent::Finish,
        alerts: alerts(visit, &task, form, &filled.answers, &around).await?,
        answers: filled.answers.clone(),
    };
    let command = Command::SaveForm(Box::new(saved));
    let mut request =
        attune_store::Request::new(Some(visit.study()?.id.clone()), command, visit.at)
            .with_key(around.key.clone());
    if !around.reason.is_empty() {
        request = request.because(around.reason.clone());
    }
    let actor = visit.actor(Action::EnterAssessments)?;
    match visit.app.store().execute(&actor, request).await {
        Ok(_) => {
            let study = &visit.study()?.id;
            Ok(see(&match intent {
                Intent::Finish => format!("/studies/{study}/forms/{form}"),
                Intent::SaveForLater => format!("/studies/{study}/schedule#begun"),
            }))
        }
        Err(
            error @ (StoreError::Refused(_) | StoreError::Stale { .. } | StoreError::ReasonNeeded),
        ) => {
            // What was typed stays on the page, with what the store says.
            let sentence = match &error {
                StoreError::Stale { .. } => "Somebody else saved this form in the meantime. Your answers are still here: open the form in another tab, compare, and decide.".to_owned(),
                error => format!("The form was not saved: {error}. Your answers are still here."),
            };
            around.problems.push(("form-progress", sentence));
            page_to_correct(&assessment_page(visit, &task, &filled, around).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// What is sent beside the answers, with what is wrong about it, and the day.
fn around(
    visit: &Visit,
    finished: bool,
    sent: &SentFields,
) -> Result<(Around, Option<jiff::civil::Date>), Failure> {
    let mut around = Around {
        key: sent_key(sent)?,
        on: sent.get("on").to_owned(),
        reason: sent.get("reason").to_owned(),
        told: sent.get("told").to_owned(),
        problems: Vec::new(),
    };
    let on: Option<jiff::civil::Date> = around.on.parse().ok();
    match on {
        None => around.problems.push((
            "on",
            "Give the day of the assessment, such as 2026-11-26.".to_owned(),
        )),
        Some(day) if day > visit.at.date() => {
            around
                .problems
                .push(("on", "The day is still to come. Check the year.".to_owned()));
        }
        Some(_) => {}
    }
    if finished && around.reason.is_empty() {
        around
            .problems
            .push(("reason", "Say why the finished form is changed.".to_owned()));
    }
    Ok((around, on))
}

/// Alerts that these answers raise and that were not raised by this form before.
async fn alerts(
    visit: &Visit,
    task: &Task,
    form: FormId,
    answers: &BTreeMap<ItemId, AnswerValue>,
    around: &Around,
) -> Result<Vec<AlertRaised>, Failure> {
    let raised = outcome::alerts(&task.planned.definition, answers);
    if raised.is_empty() {
        return Ok(Vec::new());
    }
    let sight = visit.sight(Action::SeeFamilies)?;
    let before = visit.app.store().alerts(&visit.study()?.id, &sight).await?;
    // What this very request raised when it was sent before is not known before it.
    let is_known = |rule: &str, id: AlertId| {
        before
            .iter()
            .any(|alert| alert.form == form && alert.rule == rule && alert.id != id)
    };
    let chosen: Option<AccountId> = clinicians_at(visit, &task.dyad.site)
        .await?
        .into_iter()
        .find(|(id, _)| *id == around.told)
        .and_then(|(id, _)| id.parse().ok());
    let to = match chosen {
        Some(chosen) => Some(chosen),
        None => named_at(visit, &task.dyad.site).await?,
    };
    Ok(raised
        .into_iter()
        .zip(1..)
        .map(|(alert, n)| (alert, AlertId::of_request(&around.key, n)))
        .filter(|(alert, id)| !is_known(&alert.id, *id))
        .map(|(alert, id)| AlertRaised {
            alert: id,
            rule: alert.id,
            item: alert.item,
            message: alert.message,
            to,
        })
        .collect())
}
