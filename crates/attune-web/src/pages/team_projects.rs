//! `/studies/{study}/clips/projects`: whoever leads the coding brings a whole team's projects of BORIS, ELAN,
//! Datavyu, Praat or tables: sends the files, sees what was brought before, deletes it again. What would happen
//! is shown by [`team_project`](super::team_project) before anything is written.

use std::sync::Arc;

use askama::Template;
use attune_exchange::video_coding::{FileFaults, read_team};
use attune_store::{bringing::BringingRow, ids::BringingId};
use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    team_project::{kept::Waiting, known::Known, proposal::proposal},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "team_projects.html")]
struct TeamProjects {
    layout: Layout,
    study: String,
    problems: Vec<String>,
    brought: Vec<Brought>,
}

struct Brought {
    row: BringingRow,
    by: String,
    day: String,
}

/// `GET /studies/{study}/clips/projects`.
pub async fn page(visit: Visit) -> Answer {
    show(&build(&visit, Vec::new()).await?)
}

async fn build(visit: &Visit, problems: Vec<String>) -> Result<TeamProjects, Failure> {
    let study = visit.study()?.id.clone();
    let mut brought = Vec::new();
    for row in visit.app.store().bringings(&study).await? {
        brought.push(Brought {
            by: visit.app.name_of(&row.actor).await?,
            day: row.at.date().to_string(),
            row,
        });
    }
    Ok(TeamProjects {
        layout: Layout::of(visit, "Projects of other tools"),
        study: study.to_string(),
        problems,
        brought,
    })
}

/// `POST /studies/{study}/clips/projects`.
pub async fn take(visit: Visit, form: Multipart) -> Answer {
    let files = sent(form).await?;
    if files.is_empty() {
        let problem = "Choose the files: projects of BORIS, files of ELAN, Datavyu or Praat, tables, or a .zip of them.";
        return page_to_correct(&build(&visit, vec![problem.to_owned()]).await?);
    }
    let n_bytes = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let read = tokio::task::spawn_blocking(move || read_team(files));
    let project = match read.await.map_err(Failure::internal)? {
        Ok(project) => Arc::new(project),
        Err(wrong) => return page_to_correct(&build(&visit, told(&wrong)).await?),
    };
    if project.origins.is_empty() {
        let problem = "There is no observation in these files: choose files with codings in them, not only a scheme.";
        return page_to_correct(&build(&visit, vec![problem.to_owned()]).await?);
    }
    let known = Known::of(&visit, &project, None).await?;
    let waiting = Waiting {
        id: BringingId::new(),
        study: visit.study()?.id.clone(),
        account: visit.person()?.id,
        at: visit.at,
        n_bytes,
        choices: proposal(&project, &known),
        project,
    };
    let address = format!("{}/{}", visit.path, waiting.id);
    visit.app.projects_kept().keep(waiting);
    Ok(see(&address))
}

fn told(wrong: &[FileFaults]) -> Vec<String> {
    let of_file = |one: &FileFaults| {
        let faults = one.faults.as_slice().iter().take(20);
        let told = faults.map(|fault| format!("{}: {fault}", one.file));
        told.collect::<Vec<_>>()
    };
    wrong.iter().flat_map(of_file).take(100).collect()
}

async fn sent(mut form: Multipart) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Unreadable {
            reason: error.body_text(),
        },
    };
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some("files") {
            return Err(Failure::Unreadable {
                reason: "the form has only files".to_owned(),
            });
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unreadable)?.to_vec();
        // A browser sends an empty part where no file was chosen.
        if !name.is_empty() {
            files.push((name, bytes));
        }
    }
    Ok(files)
}

/// What is to be deleted again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    bringing: BringingId,
    #[serde(default)]
    also_coded_on: Option<String>,
}

/// `POST /studies/{study}/clips/projects/undo`.
pub async fn undo(visit: Visit, Form(undo): Form<Undo>) -> Answer {
    let study = visit.study()?.id.clone();
    let actor = visit.actor(Action::LeadCoding)?;
    let what = (undo.bringing, undo.also_coded_on.is_some());
    let store = visit.app.store();
    store.undo_bringing(&actor, &study, what, visit.at).await?;
    Ok(see(&format!("/studies/{study}/clips/projects")))
}
