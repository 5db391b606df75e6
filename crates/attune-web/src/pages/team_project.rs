//! `/studies/{study}/clips/projects/{bringing}`: everything that would happen with the files that were sent, with
//! every problem; whoever leads the coding corrects it row by row, and then it is brought whole or not at all.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use attune_exchange::video_coding::{NotHeld, NotTakenOver, TeamProject};
use attune_protocol::{plan::About, scheme::Scheme};
use attune_records::observation::BehaviourKind;
use attune_store::ids::BringingId;
use axum::extract::Path;

use crate::{
    access::Action,
    answer::{Answer, download, page as show, page_to_correct, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    pages::clips::words,
    team_project::{
        choices::{Asked, Choices, CoderChoice, LEFT, NEW_SCHEME, OUT, RecordingChoice, Rows},
        kept::Waiting,
        known::Known,
        plan::{Plan, Problem, Ready, plan},
        proposal::{complete, names},
    },
    visit::Visit,
};

#[derive(Template)]
#[template(path = "team_project.html")]
struct Look {
    layout: Layout,
    study: String,
    address: String,
    files: Vec<String>,
    megabytes: String,
    n_observations: usize,
    plan: Plan,
    choices: Choices,
    is_new_scheme: bool,
    of_sessions: bool,
    schemes: Vec<Choice>,
    purposes: Vec<Choice>,
    coders: Vec<CoderRow>,
    behaviours: Vec<NameRow>,
    subjects: Vec<NameRow>,
    recordings: Vec<RecordingRow>,
    observations: Vec<ObservationRow>,
    not_taken_over: Vec<(String, NotTakenOver)>,
    warnings: Vec<(String, String)>,
}

/// One of several: value, words, chosen or not.
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

impl Choice {
    fn list<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>, chosen: &str) -> Vec<Self> {
        let one = |(value, words): (&str, &str)| Self {
            value: value.to_owned(),
            words: words.to_owned(),
            chosen: value == chosen,
        };
        all.into_iter().map(one).collect()
    }
}

struct CoderRow {
    name: String,
    told_by: String,
    n: usize,
    is: Vec<Choice>,
    what_for: Vec<Choice>,
    is_first: bool,
}

struct NameRow {
    name: String,
    n: usize,
    kind: &'static str,
    means: Vec<Choice>,
    called: String,
}

struct RecordingRow {
    name: String,
    coders: String,
    is_old: bool,
    clip: Vec<Choice>,
    session: String,
    families: String,
    wave: Vec<Choice>,
    day: String,
    stratum: String,
}

struct ObservationRow {
    name: String,
    file: String,
    recording: String,
    coder: String,
    out: bool,
    n_events: usize,
    n_open: usize,
    what_for: &'static str,
}

impl Look {
    fn n_codings(&self) -> usize {
        let planned = self.plan.observations.iter();
        planned.filter(|one| one.purpose.is_some()).count()
    }

    /// Observations of which nothing tells who coded them.
    fn n_untold(&self) -> usize {
        let all = self.choices.observations.iter();
        all.filter(|one| one.is_untold()).count()
    }
}

/// `GET /studies/{study}/clips/projects/{bringing}`.
pub async fn page(visit: Visit, Path((_, id)): Path<(String, BringingId)>) -> Answer {
    let waiting = waiting(&visit, id)?;
    let known = Known::of(&visit, &waiting.project, Some(&waiting.choices)).await?;
    let (plan, known) = planned(&visit, &waiting, known).await?;
    show(&look(&visit, &waiting, &known, plan)?)
}

/// `POST /studies/{study}/clips/projects/{bringing}`.
pub async fn choose(
    visit: Visit,
    Path((_, id)): Path<(String, BringingId)>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let mut waiting = waiting(&visit, id)?;
    let study = waiting.study.clone();
    let list = format!("/studies/{study}/clips/projects");
    let (behaviours, subjects) = names(&waiting.project);
    let rows = Rows {
        n_observations: waiting.project.origins.len(),
        behaviours: &behaviours,
        subjects: &subjects,
    };
    let (choices, asked) = Choices::of_form(&fields, &rows)?;
    if asked == Asked::Forget {
        visit.app.projects_kept().forget(id);
        return Ok(see(&list));
    }
    let is_as_shown = choices == waiting.choices;
    waiting.choices = choices;
    let known = Known::of(&visit, &waiting.project, Some(&waiting.choices)).await?;
    complete(&mut waiting.choices, &waiting.project, &known);
    visit
        .app
        .projects_kept()
        .choose(id, waiting.choices.clone());
    if asked == Asked::Look {
        return Ok(see(&format!("{list}/{id}")));
    }
    let (mut plan, known) = planned(&visit, &waiting, known).await?;
    if !is_as_shown && plan.problems.is_empty() {
        // What is confirmed is what was seen.
        plan.ready = None;
        plan.problems.push(Problem {
            at: "bring".to_owned(),
            what:
                "What you changed is taken in; look once more at what would happen, then bring it."
                    .to_owned(),
        });
    }
    match plan.ready.take() {
        Some(ready) => {
            bring(&visit, ready).await?;
            visit.app.projects_kept().forget(id);
            Ok(see(&list))
        }
        None => page_to_correct(&look(&visit, &waiting, &known, plan)?),
    }
}

/// `GET /studies/{study}/clips/projects/{bringing}/scheme`: the new scheme as a file of a study.
pub async fn scheme(visit: Visit, Path((_, id)): Path<(String, BringingId)>) -> Answer {
    let waiting = waiting(&visit, id)?;
    let known = Known::of(&visit, &waiting.project, Some(&waiting.choices)).await?;
    let (plan, _) = planned(&visit, &waiting, known).await?;
    let text = plan.scheme_file.ok_or(Failure::no_such("new scheme"))?;
    download("scheme.toml", "application/toml", text)
}

fn waiting(visit: &Visit, id: BringingId) -> Result<Waiting, Failure> {
    let whose = (&visit.study()?.id, visit.person()?.id);
    let found = visit.app.projects_kept().of(id, whose, visit.at);
    found.ok_or(Failure::no_such("project that waits; send the files again"))
}

/// The plan, made beside the pages: a large project takes a second.
async fn planned(visit: &Visit, waiting: &Waiting, known: Known) -> Result<(Plan, Known), Failure> {
    let study = visit.study()?.id.clone();
    let (id, project, choices) = (
        waiting.id,
        Arc::clone(&waiting.project),
        waiting.choices.clone(),
    );
    let made = tokio::task::spawn_blocking(move || {
        let plan = plan((id, &study), &project, &choices, &known);
        (plan, known)
    });
    made.await.map_err(Failure::internal)
}

async fn bring(visit: &Visit, ready: Ready) -> Result<(), Failure> {
    let study = visit.study()?.id.clone();
    let (store, actor) = (visit.app.store(), visit.actor(Action::LeadCoding)?);
    for (account, name) in &ready.left {
        store
            .add_coder_without_password(&actor, &study, (*account, name), visit.at)
            .await?;
    }
    store
        .bring(&actor, &study, ready.bringing, visit.at)
        .await?;
    Ok(())
}

fn look(visit: &Visit, waiting: &Waiting, known: &Known, plan: Plan) -> Result<Look, Failure> {
    let (project, choices) = (&*waiting.project, &waiting.choices);
    let study = visit.study()?.id.to_string();
    let protocol = &known.protocol;
    let own = protocol
        .schemes
        .iter()
        .find(|one| *one.id == *choices.scheme);
    let schemes = protocol
        .schemes
        .iter()
        .map(|one| (&*one.id, one.title.as_str()));
    let new = [(NEW_SCHEME, "A new one, made of this project")];
    let purposes = protocol
        .consents
        .iter()
        .map(|one| (&*one.id, one.label.as_str()));
    let no_purpose = [("", "None: they show no family of the study")];
    let (behaviours, subjects) = name_rows(project, choices, own);
    Ok(Look {
        layout: Layout::of(visit, "What would be brought"),
        address: format!("/studies/{study}/clips/projects/{}", waiting.id),
        files: project.files.clone(),
        megabytes: format!("{:.1}", waiting.n_bytes as f64 / 1e6),
        n_observations: project.origins.len(),
        is_new_scheme: own.is_none(),
        of_sessions: own.is_some_and(|one| one.about == About::Session),
        schemes: Choice::list(schemes.chain(new), &choices.scheme),
        purposes: Choice::list(no_purpose.into_iter().chain(purposes), &choices.purpose),
        coders: coder_rows(project, choices, known),
        behaviours,
        subjects,
        recordings: recording_rows(choices, known),
        observations: observation_rows(project, choices, &plan),
        not_taken_over: project.not_taken_over.clone(),
        warnings: project.warnings.clone(),
        choices: choices.clone(),
        plan,
        study,
    })
}

fn coder_rows(project: &TeamProject, choices: &Choices, known: &Known) -> Vec<CoderRow> {
    let row = |(name, choice): (&String, &CoderChoice)| {
        let ids: Vec<(String, &str)> = known
            .coders
            .iter()
            .map(|(id, own)| (id.to_string(), own.as_str()))
            .collect();
        let people = ids.iter().map(|(id, own)| (id.as_str(), *own));
        let first = [("", "Say who it is")];
        let last = [
            (LEFT, "Somebody who has left: kept under this name"),
            (OUT, "Leave these observations out"),
        ];
        let mut own = choices.observations.iter().zip(&project.origins);
        let told = own.find(|(one, origin)| {
            one.coder == *name && origin.coder.as_deref() == Some(name.as_str())
        });
        let purposes = [
            ("", "For the study"),
            ("gold", "As the standard"),
            ("training", "As training"),
        ];
        CoderRow {
            name: name.clone(),
            told_by: told.map_or_else(|| "you".to_owned(), |(_, origin)| origin.coder_by.words()),
            n: choices
                .observations
                .iter()
                .filter(|one| one.coder == *name && !one.out)
                .count(),
            is: Choice::list(first.into_iter().chain(people).chain(last), &choice.who),
            what_for: Choice::list(purposes, &choice.purpose),
            is_first: choices.first == *name,
        }
    };
    choices.coders.iter().map(row).collect()
}

fn name_rows(
    project: &TeamProject,
    choices: &Choices,
    scheme: Option<&Scheme>,
) -> (Vec<NameRow>, Vec<NameRow>) {
    let (behaviours, subjects) = names(project);
    let (mut n_of, mut n_by): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = Default::default();
    for (_, event) in project.project.events() {
        *n_of.entry(&event.behaviour).or_default() += 1;
        *n_by
            .entry(event.subject.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    let kind = |name: &str| match project.project.scheme.behaviour(name).map(|one| one.kind) {
        Some(BehaviourKind::Point) => "point",
        Some(BehaviourKind::Phase) => "phase",
        Some(BehaviourKind::State) => "state",
        None => "",
    };
    let codes: Vec<(String, String)> = scheme
        .into_iter()
        .flat_map(|scheme| {
            let spans = scheme.spans.iter();
            scheme.behaviours().map(|(one, _)| one).chain(spans)
        })
        .map(|one| (one.id.clone(), one.label.clone()))
        .collect();
    let people: Vec<(String, String)> = scheme
        .into_iter()
        .flat_map(|scheme| &scheme.subjects)
        .flat_map(|one| {
            let n = if one.many { 6 } else { 1 };
            (1..=n).map(move |n| match one.many {
                true => (format!("{}-{n}", one.id), format!("{} {n}", one.label)),
                false => (one.id.clone(), one.label.clone()),
            })
        })
        .collect();
    let first = [("", "Say what it is")];
    let last = [(OUT, "Leave its events out")];
    let list = |own: &[(String, String)], chosen: &str| {
        let own = own.iter().map(|(id, label)| (id.as_str(), label.as_str()));
        Choice::list(first.into_iter().chain(own).chain(last), chosen)
    };
    let chosen =
        |of: &BTreeMap<String, String>, name: &str| of.get(name).cloned().unwrap_or_default();
    let of_code = |name: String| NameRow {
        n: n_of.get(name.as_str()).copied().unwrap_or_default(),
        kind: kind(&name),
        means: list(&codes, &chosen(&choices.behaviours, &name)),
        called: String::new(),
        name,
    };
    let of_person = |name: String| NameRow {
        n: n_by.get(name.as_str()).copied().unwrap_or_default(),
        kind: "",
        means: list(&people, &chosen(&choices.subjects, &name)),
        called: chosen(&choices.subjects, &name),
        name,
    };
    (
        behaviours.into_iter().map(of_code).collect(),
        subjects.into_iter().map(of_person).collect(),
    )
}

fn recording_rows(choices: &Choices, known: &Known) -> Vec<RecordingRow> {
    let clips: Vec<(String, &str)> = known
        .clips
        .iter()
        .filter(|clip| *clip.scheme == *choices.scheme)
        .map(|clip| (clip.id.to_string(), clip.title.as_str()))
        .collect();
    let row = |(name, choice): (&String, &RecordingChoice)| {
        let by = choices.observations.iter();
        let by = by.filter(|one| one.recording == *name && !one.out);
        let coders: Vec<&str> = by.map(|one| one.coder.as_str()).collect();
        let none = [("", "New, without film")];
        let films = clips.iter().map(|(id, title)| (id.as_str(), *title));
        let waves = known
            .protocol
            .waves
            .iter()
            .map(|one| (&*one.id, one.label.as_str()));
        RecordingRow {
            name: name.clone(),
            coders: coders.join(", "),
            is_old: !choice.clip.is_empty(),
            clip: Choice::list(none.into_iter().chain(films), &choice.clip),
            session: choice.session.clone(),
            families: choice.families.clone(),
            wave: Choice::list([("", "None")].into_iter().chain(waves), &choice.wave),
            day: choice.day.clone(),
            stratum: choice.stratum.clone(),
        }
    };
    choices.recordings.iter().map(row).collect()
}

fn observation_rows(project: &TeamProject, choices: &Choices, plan: &Plan) -> Vec<ObservationRow> {
    let all = project.project.observations().iter().zip(&project.origins);
    let all = all.zip(&choices.observations).enumerate();
    all.map(|(place, ((one, origin), choice))| {
        let planned = plan.observations.get(place);
        ObservationRow {
            name: one.id.to_string(),
            file: origin.file.clone(),
            recording: choice.recording.clone(),
            coder: choice.coder.clone(),
            out: choice.out,
            n_events: one.events().len(),
            n_open: planned.map_or(0, |planned| planned.n_open),
            what_for: match planned {
                Some(planned) if planned.out => "left out",
                Some(planned) => planned.purpose.map_or("not settled", words),
                None => "not settled",
            },
        }
    })
    .collect()
}

/// The row of a note about a new scheme in words.
fn to_complete(one: &NotHeld) -> String {
    format!("{}: {}", one.what, one.why)
}
