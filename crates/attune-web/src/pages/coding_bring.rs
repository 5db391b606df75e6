//! `/studies/{study}/coding/bring`: a coder brings a file of another coding tool. As a project of their
//! own it is opened with its own scheme and counts nowhere in the study; or its events go into a clip
//! that is assigned to them.

use std::collections::BTreeMap;

use askama::Template;
use attune_exchange::video_coding::{FileFaults, NotHeld, TeamProject, read_team};
use attune_protocol::id::SchemeId;
use attune_records::observation::{CodingProject, Observation};
use attune_store::{
    codings::ChangeAsked,
    command::video::{ClipAdded, CodingPurpose, Doing, Edit, VideoCommand},
    ids::{ClipId, CodingId},
    own_scheme,
};
use axum::extract::Multipart;

use crate::{
    access::Action,
    answer::{Answer, download, page as show, page_to_correct},
    brought::{self, Brought},
    failure::Failure,
    layout::Layout,
    visit::Visit,
};

/// Events that are kept with one command.
const EVENTS_AT_ONCE: usize = 2000;
/// Most observations of one file.
const MOST_OBSERVATIONS: usize = 500;

#[derive(Template)]
#[template(path = "coding_bring.html")]
struct Bring {
    layout: Layout,
    study: String,
    problems: Vec<String>,
    open: Vec<(String, String)>,
    opened: Vec<OpenedFrom>,
    not_taken_over: Vec<(String, String)>,
    warnings: Vec<String>,
}

/// An observation that is in the room now.
struct OpenedFrom {
    name: String,
    address: String,
    n_events: usize,
    notes: BTreeMap<String, usize>,
}

/// What was sent.
#[derive(Default)]
struct Sent {
    files: Vec<(String, Vec<u8>)>,
    into: String,
    observation: String,
}

/// `GET /studies/{study}/coding/bring`.
pub async fn page(visit: Visit) -> Answer {
    show(&build(&visit, Vec::new()).await?)
}

async fn build(visit: &Visit, problems: Vec<String>) -> Result<Bring, Failure> {
    let study = visit.study()?.id.clone();
    let codings = visit
        .app
        .store()
        .own_codings(&study, visit.person()?.id)
        .await?;
    let open = codings
        .into_iter()
        .filter(|coding| !coding.finished && coding.may_play && !coding.is_own)
        .map(|coding| (coding.id.to_string(), format!("Clip {}", coding.code)))
        .collect();
    Ok(Bring {
        layout: Layout::of(visit, "Bring a coding of another tool"),
        study: study.to_string(),
        problems,
        open,
        opened: Vec::new(),
        not_taken_over: Vec::new(),
        warnings: Vec::new(),
    })
}

/// `POST /studies/{study}/coding/bring`.
pub async fn take(visit: Visit, form: Multipart) -> Answer {
    let mut sent = read(form).await?;
    if sent.files.iter().all(|(_, bytes)| bytes.is_empty()) {
        let problems = vec!["Choose a file of BORIS, ELAN, Datavyu, Praat, or a table.".to_owned()];
        return page_to_correct(&build(&visit, problems).await?);
    }
    let files = std::mem::take(&mut sent.files);
    let read = tokio::task::spawn_blocking(move || read_team(files));
    let read: TeamProject = match read.await.map_err(Failure::internal)? {
        Ok(read) => read,
        Err(wrong) => return page_to_correct(&build(&visit, told(&wrong)).await?),
    };
    let project = &read.project;
    let brought = match sent.into.as_str() {
        "scheme" => return scheme(project),
        "" | "own" => as_own(&visit, project).await?,
        coding => match chosen(project, &sent.observation) {
            Ok(observation) => into_coding(&visit, observation, coding).await?,
            Err(problem) => return page_to_correct(&build(&visit, vec![problem]).await?),
        },
    };
    let mut page = build(&visit, Vec::new()).await?;
    page.opened = brought;
    page.not_taken_over = read
        .not_taken_over
        .into_iter()
        .map(|(_, left)| (format!("{} ({})", left.what, left.place), left.why))
        .collect();
    page.warnings = read
        .warnings
        .into_iter()
        .map(|(_, warning)| warning)
        .collect();
    show(&page)
}

/// The scheme of the file as a file of a study, with what is to be completed at its top; nothing is kept.
fn scheme(project: &CodingProject) -> Answer {
    let stem = match project.name.as_str() {
        "" => "scheme",
        name => name,
    };
    let (text, to_complete) = brought::scheme_text(project);
    let line = |lost: &NotHeld| format!("# {}: {}\n", lost.what, lost.why);
    let notes: String = to_complete.iter().map(line).collect();
    let head =
        "# Name it in study.toml as the `file` of a [[scheme]]. To be completed or looked at:\n";
    let text = if notes.is_empty() {
        text
    } else {
        format!("{head}{notes}\n{text}")
    };
    download(&format!("{stem}.toml"), "application/toml", text)
}

async fn read(mut form: Multipart) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Unreadable {
            reason: error.body_text(),
        },
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(unreadable)?.to_vec();
                sent.files.push((name, bytes));
            }
            "into" => sent.into = field.text().await.map_err(unreadable)?,
            "observation" => {
                field
                    .text()
                    .await
                    .map_err(unreadable)?
                    .trim()
                    .clone_into(&mut sent.observation);
            }
            other => {
                return Err(Failure::Unreadable {
                    reason: format!("the form has no field {other}"),
                });
            }
        }
    }
    Ok(sent)
}

fn told(wrong: &[FileFaults]) -> Vec<String> {
    let all = wrong.iter().flat_map(|one| one.faults.as_slice());
    all.map(ToString::to_string).collect()
}

fn chosen<'a>(project: &'a CodingProject, name: &str) -> Result<&'a Observation, String> {
    match (project.observations(), name) {
        ([only], "") => Ok(only),
        (all, name) => all.iter().find(|one| *one.id == *name).ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|one| &*one.id).take(20).collect();
            format!(
                "The file holds {} observations: write the name of the one that belongs to this clip, such as {}.",
                all.len(),
                names.join(", ")
            )
        }),
    }
}

/// Each observation becomes a clip of its own with the project's scheme.
async fn as_own(visit: &Visit, project: &CodingProject) -> Result<Vec<OpenedFrom>, Failure> {
    let study = visit.study()?.id.clone();
    let (store, coder) = (visit.app.store(), visit.person()?.id);
    if project.observations().len() > MOST_OBSERVATIONS {
        return Err(Failure::NotRight {
            problems: vec![format!(
                "The project holds more than {MOST_OBSERVATIONS} observations: bring it in parts."
            )],
        });
    }
    let (text, _) = brought::scheme_text(project);
    let scheme_id = SchemeId::new(format!("own-{}", &ClipId::new().to_string()[24..]));
    let scheme = own_scheme::read(&scheme_id, &text)?;
    let mut opened = Vec::new();
    for (place, observation) in project.observations().iter().enumerate() {
        let clip = ClipId::new();
        let coding = CodingId::of_request(&clip.to_string(), 0);
        let added = ClipAdded {
            own_scheme: Some(text.clone()),
            ..ClipAdded::new(clip, observation.id.to_string(), &scheme)
        };
        let commands = vec![
            VideoCommand::AddClip(Box::new(added)),
            VideoCommand::AssignClip {
                coding,
                clip,
                coder,
                position: 1_000_000 + u32::try_from(place).unwrap_or_default(),
                purpose: CodingPurpose::Own,
            },
        ];
        let actor = visit.actor(Action::CodeVideo)?;
        store
            .change_video(&actor, &study, commands, visit.at)
            .await?;
        let brought = brought::events(&scheme, observation, "own");
        opened.push(keep(visit, (coding, 0), observation, brought).await?);
    }
    Ok(opened)
}

/// The events go into a clip that is assigned to the coder.
async fn into_coding(
    visit: &Visit,
    observation: &Observation,
    coding: &str,
) -> Result<Vec<OpenedFrom>, Failure> {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let id: CodingId = coding.parse().map_err(|_| Failure::no_such("clip"))?;
    let content = store.coding(&study, id).await?;
    if content.coder != visit.person()?.id {
        return Err(Failure::no_such("clip"));
    }
    let scheme = store
        .coding_scheme(&study, &content.scheme, content.scheme_version)
        .await?;
    // A second file has other ids than the first.
    let key = format!("b{}", content.version);
    let brought = brought::events(&scheme, observation, &key);
    Ok(vec![
        keep(visit, (id, content.version), observation, brought).await?,
    ])
}

async fn keep(
    visit: &Visit,
    (coding, mut version): (CodingId, u32),
    observation: &Observation,
    brought: Brought,
) -> Result<OpenedFrom, Failure> {
    let study = visit.study()?.id.clone();
    let (store, actor) = (visit.app.store(), visit.actor(Action::CodeVideo)?);
    let n_events = brought.edits.len();
    let mut edits: Vec<Edit> = brought.edits;
    while !edits.is_empty() {
        let rest = edits.split_off(edits.len().min(EVENTS_AT_ONCE));
        let change = ChangeAsked {
            key: format!("{coding} bring {version} {}", visit.at.micros),
            coding,
            base: version,
            doing: Doing::Do,
            edits,
        };
        store
            .change_coding(&actor, &study, change, visit.at)
            .await?;
        version += 1;
        edits = rest;
    }
    Ok(OpenedFrom {
        name: observation.id.to_string(),
        address: format!("/studies/{study}/coding/{coding}"),
        n_events,
        notes: brought.notes,
    })
}
