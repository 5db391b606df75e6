//! `/studies/new`: loading a study folder, with the check report that the command line prints.

use std::path::PathBuf;

use askama::Template;
use attune_protocol::folder::STUDY_FILE;
use attune_store::StoreError;
use axum::{extract::Multipart, http::StatusCode};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show, page_with},
    check_report::CheckReport,
    failure::Failure,
    form::Form,
    layout::Layout,
    settings::Transport,
    study_files::{self, SoundStudy},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "load_study.html")]
struct Load {
    layout: Layout,
    inbox: String,
    waiting: Vec<String>,
    /// Whether a folder of this machine may be named: nobody but its user reaches the server.
    takes_paths: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "check_report.html")]
struct Report {
    layout: Layout,
    title: String,
    study: Option<String>,
    report: CheckReport,
    is_sound: bool,
    brought: Option<attune_store::import::Imported>,
}

/// A folder of the inbox.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromInbox {
    folder: String,
    #[serde(default)]
    reason: String,
    what: String,
    /// Whether the folder goes from the inbox once it is loaded.
    #[serde(default)]
    delete: String,
}

/// `GET /studies/new`.
pub async fn page(visit: Visit) -> Answer {
    show(&load(&visit, None))
}

fn load(visit: &Visit, problem: Option<String>) -> Load {
    let inbox = inbox(visit);
    Load {
        layout: Layout::of(visit, "Load a study"),
        waiting: study_files::in_inbox(&inbox),
        inbox: inbox.display().to_string(),
        takes_paths: takes_paths(visit),
        problem,
    }
}

fn takes_paths(visit: &Visit) -> bool {
    visit.app.settings().transport == Transport::Loopback
}

fn inbox(visit: &Visit) -> PathBuf {
    visit.app.store().location().data.join("inbox")
}

/// `POST /studies/upload`: a zip, or the files of a folder.
pub async fn upload(visit: Visit, mut form: Multipart) -> Answer {
    let mut sent = Vec::new();
    let (mut reason, mut what) = (String::new(), String::new());
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Unreadable {
            reason: error.body_text(),
        },
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "files" => {
                let file = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(unreadable)?;
                if !file.is_empty() {
                    sent.push((file, bytes.to_vec()));
                }
            }
            "reason" => reason = field.text().await.map_err(unreadable)?,
            "what" => what = field.text().await.map_err(unreadable)?,
            other => {
                return Err(Failure::Unreadable {
                    reason: format!("the form has no field {other}"),
                });
            }
        }
    }
    if sent.is_empty() {
        let problem = "Choose a zip of the study folder, or the folder itself.".to_owned();
        return page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &load(&visit, Some(problem)),
        );
    }
    let files = match study_files::received(sent) {
        Ok(files) => files,
        Err(problem) => {
            return page_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &load(&visit, Some(problem)),
            );
        }
    };
    let checked = spawn_blocking(|| study_files::check(files))
        .await
        .map_err(Failure::internal)?;
    finish(&visit, checked, what == "check", reason.trim()).await
}

/// `POST /studies/from-inbox`: a folder that lies on the server.
pub async fn from_inbox(visit: Visit, Form(chosen): Form<FromInbox>) -> Answer {
    let inbox = inbox(&visit);
    // Only names that the page offered: no path leads elsewhere.
    if !study_files::in_inbox(&inbox).contains(&chosen.folder) {
        return Err(Failure::no_such("folder in the inbox"));
    }
    let folder = inbox.join(&chosen.folder);
    let checked = spawn_blocking(move || study_files::check_folder(&folder))
        .await
        .map_err(Failure::internal)?;
    let only_check = chosen.what == "check";
    let answer = finish(&visit, checked, only_check, chosen.reason.trim()).await?;
    if chosen.delete == "yes" && !only_check && answer.status().is_success() {
        // Loaded: its data lie in the store now, and in the clear only here.
        let folder = inbox.join(&chosen.folder);
        spawn_blocking(move || std::fs::remove_dir_all(folder))
            .await
            .map_err(Failure::internal)?
            .map_err(Failure::internal)?;
    }
    Ok(answer)
}

/// `POST /studies/from-path`: a folder of this machine, named by its path.
pub async fn from_path(visit: Visit, Form(chosen): Form<FromInbox>) -> Answer {
    if !takes_paths(&visit) {
        return Err(Failure::no_such("page"));
    }
    let folder = PathBuf::from(chosen.folder.trim());
    let problem = if !folder.is_absolute() {
        Some("Give the whole path of the folder, from the root of the disk.")
    } else if !folder.join(STUDY_FILE).is_file() {
        Some("There is no study.toml in this folder. Check the path.")
    } else {
        None
    };
    if let Some(problem) = problem {
        let page = load(&visit, Some(problem.to_owned()));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let checked = spawn_blocking(move || study_files::check_folder(&folder))
        .await
        .map_err(Failure::internal)?;
    let (only_check, reason) = (chosen.what == "check", chosen.reason.trim());
    finish(&visit, checked, only_check, reason).await
}

/// Shows the check report; loads a sound study unless it was only to be checked.
async fn finish(
    visit: &Visit,
    checked: Result<SoundStudy, CheckReport>,
    only_check: bool,
    reason: &str,
) -> Answer {
    let sound = match checked {
        Ok(sound) => sound,
        Err(report) => {
            let report = Report {
                layout: Layout::of(visit, "The study is not sound yet"),
                title: "The study is not sound yet".to_owned(),
                study: None,
                report,
                is_sound: false,
                brought: None,
            };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &report);
        }
    };
    let mut report = Report {
        layout: Layout::of(visit, "The study is sound"),
        title: sound.protocol.study.title.clone(),
        study: None,
        report: sound.warnings.clone(),
        is_sound: true,
        brought: None,
    };
    if only_check {
        return show(&report);
    }
    let id = sound.protocol.study.id.clone();
    visit.may(Action::ChangeStudies, Scope::Study(&id))?;
    let (store, actor) = (visit.app.store(), visit.actor(Action::ChangeStudies)?);
    let reason = Some(reason).filter(|reason| !reason.is_empty());
    let registered = store
        .register_study(&actor, &sound.folder, &sound.protocol, visit.at, reason)
        .await;
    if matches!(registered, Err(StoreError::ReasonNeeded)) {
        let problem = "This study is loaded already, and the folder differs: say why it changes.";
        return page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &load(visit, Some(problem.to_owned())),
        );
    }
    registered?;
    if let Some(records) = &sound.records {
        report.brought = Some(store.import(&actor, &id, records, visit.at).await?);
    }
    report.layout.title = "The study is loaded".to_owned();
    report.study = Some(id.to_string());
    show(&report)
}
