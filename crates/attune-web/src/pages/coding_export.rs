//! A coding as a file of every coding tool: of one coding for its coder and whoever leads, of all finished
//! ones for the lead. What a coder gets holds the clip's neutral name and nothing of the recording.

use std::sync::Arc;

use askama::Template;
use attune_exchange::video_coding::{
    NotHeld, SchemeTarget, Target, lost_of_plan, write_project, write_scheme,
};
use attune_protocol::scheme::Scheme;
use attune_records::observation::{CodingProject, Observation, SchemeAsRead};
use attune_store::handed_out::Handed;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::{
    access::Action,
    answer::{Answer, download, page as show},
    failure::Failure,
    handed_out::note,
    layout::Layout,
    pages::{clips::coders, coding_room::Opened, coding_study_files},
    visit::Visit,
};

/// The endings, with the tool that opens each.
const FORMATS: &[(&str, &str)] = &[
    ("csv", "A table of bouts, one row each"),
    ("xlsx", "A workbook of bouts and observations"),
    ("boris", "BORIS"),
    ("eaf", "ELAN"),
    ("opf", "Datavyu"),
    ("textgrid", "Praat"),
    ("vtt", "WebVTT captions"),
    ("srt", "SubRip captions"),
    ("sds", "GSEQ (SDIS)"),
];

#[derive(Template)]
#[template(path = "coding_export.html")]
struct Export {
    layout: Layout,
    code: String,
    back: String,
    formats: Vec<Format>,
    /// What of the scheme no other tool has a word for.
    scheme_lost: Vec<NotHeld>,
}

struct Format {
    label: &'static str,
    ending: &'static str,
    address: String,
    /// Size and what is lost; or why this coding cannot be such a file yet.
    written: Result<(usize, Vec<NotHeld>), String>,
}

/// `GET /studies/{study}/coding/{coding}/export`: every format with what it cannot hold.
pub async fn page(visit: Visit, Path((study, id)): Path<(String, String)>) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let project = of_one(&visit, &opened).await?;
    let code = opened.content.code.clone();
    let back = format!("/studies/{study}/coding/{id}");
    let scheme = planned(&visit, &opened).await?;
    let scheme_lost = lost_of_plan(&scheme);
    let mut formats = Vec::new();
    for (ending, label) in FORMATS {
        let written = written(&project, ending);
        formats.push(Format {
            label,
            ending,
            address: format!("{back}/export/{ending}"),
            written: match written {
                Ok(written) => Ok((written.bytes.len(), written.not_held)),
                Err(Failure::Conflict { reason }) => Err(reason),
                Err(other) => return Err(other),
            },
        });
    }
    show(&Export {
        layout: Layout::of(&visit, format!("Clip {code} as a file")),
        code,
        back,
        formats,
        scheme_lost,
    })
}

/// `GET /studies/{study}/coding/{coding}/export/{format}`.
pub async fn one(visit: Visit, Path((_, id, format)): Path<(String, String, String)>) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let name = format!("clip-{}.{format}", opened.content.code);
    let bytes = match format.as_str() {
        "json" => with_changes(&visit, &opened).await?,
        _ => written(&of_one(&visit, &opened).await?, &format)?.bytes,
    };
    let kind = content_type(&format)?;
    let (about, file) = (Some(id), (name.as_str(), bytes.as_slice()));
    note(&visit, Action::CodeVideo, Handed::Codings, about, file).await?;
    download(&name, kind, bytes)
}

/// The coding with every change that led to it, what was undone among them; nothing of the recording.
async fn with_changes(visit: &Visit, opened: &Opened) -> Result<Vec<u8>, Failure> {
    let content = &opened.content;
    let changes = visit.app.store().coding_changes(opened.id).await?;
    let scheme = planned(visit, opened).await?;
    let events: Vec<Value> = content
        .events
        .iter()
        .map(|(id, event)| json!({ "id": id, "event": event }))
        .collect();
    let document = json!({
        "format": "attune-coding-1",
        "clip": content.code,
        "scheme": { "id": &*scheme.id, "version": content.scheme_version, "title": scheme.title },
        "version": content.version,
        "finished": content.finished,
        "events": events,
        "ratings": content.ratings,
        "changes": changes,
    });
    // A value of JSON is always text.
    Ok(serde_json::to_vec_pretty(&document).unwrap_or_default())
}

/// `GET /studies/{study}/coding/{coding}/scheme/{format}`: the scheme without any coding.
pub async fn scheme(visit: Visit, Path((_, id, format)): Path<(String, String, String)>) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let scheme = planned(&visit, &opened).await?;
    let target = SchemeTarget::of_name(&format!("scheme.{format}"));
    let target = target.ok_or_else(|| Failure::no_such("format"))?;
    let written = write_scheme(&SchemeAsRead::planned(&scheme), &scheme.title, target);
    let written = written.map_err(|fault| Failure::Conflict {
        reason: format!("This scheme cannot be a file .{format}: {fault}."),
    })?;
    let kind = match target {
        SchemeTarget::Boris => "application/json",
        SchemeTarget::BorisGz => "application/gzip",
        SchemeTarget::Template | SchemeTarget::Vocabulary => "application/xml",
    };
    download(&format!("scheme.{format}"), kind, written.bytes)
}

async fn planned(visit: &Visit, opened: &Opened) -> Result<Arc<Scheme>, Failure> {
    let content = &opened.content;
    let store = visit.app.store();
    let found = store
        .coding_scheme(&opened.study, &content.scheme, content.scheme_version)
        .await?;
    Ok(found)
}

/// `GET /studies/{study}/clips/export/{format}`: all finished codings, for whoever leads. Formats that
/// hold one observation only are not offered; `study` are files of a study folder.
pub async fn all(visit: Visit, Path((_, format)): Path<(String, String)>) -> Answer {
    if format == "study" {
        return coding_study_files::download_all(&visit).await;
    }
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let (clips, names) = (store.clips(&study).await?, coders(&visit, &study).await?);
    let mut versions: Vec<_> = clips
        .iter()
        .filter(|clip| !clip.is_own)
        .map(|clip| (clip.scheme.clone(), clip.scheme_version))
        .collect();
    versions.sort();
    versions.dedup();
    let mut whole: Option<CodingProject> = None;
    let mut observations = Vec::new();
    for (scheme, version) in versions {
        let project = store
            .coded_project(&study, &scheme, version, |row| row.finished)
            .await?;
        for observation in project.observations() {
            let mut one = observation.clone();
            let name = |id: Option<&Arc<str>>| id.map(ToString::to_string).unwrap_or_default();
            let clip = name(one.recording.as_ref());
            let title = clips
                .iter()
                .find(|row| row.id.to_string() == clip)
                .map_or(clip, |row| row.title.clone());
            let coder = name(one.coder.as_ref());
            let coder = coder
                .parse()
                .ok()
                .and_then(|id| names.get(&id).cloned())
                .unwrap_or(coder);
            one.id = format!("{title}, {coder}").into();
            one.recording = Some(title.into());
            one.coder = Some(coder.into());
            observations.push(one);
        }
        let scheme = project.scheme.clone();
        match &mut whole {
            Some(whole) => whole.scheme.behaviours.extend(scheme.behaviours),
            None => whole = Some(project),
        }
    }
    distinct(&mut observations);
    let project = whole
        .and_then(|whole| whole.with_observations(observations))
        .ok_or_else(|| Failure::Conflict {
            reason: "No coding is finished yet.".to_owned(),
        })?;
    let target =
        Target::of_name(&format!("all.{format}")).map_err(|_| Failure::no_such("format"))?;
    if target.holds_one_observation() {
        return Err(Failure::no_such("format"));
    }
    let name = format!("{study}-codings.{format}");
    let (kind, bytes) = (content_type(&format)?, written(&project, &format)?.bytes);
    let file = (name.as_str(), bytes.as_slice());
    note(&visit, Action::LeadCoding, Handed::Codings, None, file).await?;
    download(&name, kind, bytes)
}

/// Two recordings may have one title: the later ones get a number.
fn distinct(observations: &mut [Observation]) {
    let mut seen = std::collections::BTreeMap::new();
    for one in observations {
        let n: &mut u32 = seen.entry(one.id.to_string()).or_default();
        *n += 1;
        if *n > 1 {
            one.id = format!("{} ({n})", one.id).into();
        }
    }
}

/// One coding under its neutral name.
async fn of_one(visit: &Visit, opened: &Opened) -> Result<CodingProject, Failure> {
    let content = &opened.content;
    let project = visit
        .app
        .store()
        .coded_project(
            &opened.study,
            &content.scheme,
            content.scheme_version,
            |row| row.id == opened.id,
        )
        .await?;
    let code: Arc<str> = Arc::from(content.code.as_str());
    let mut observations = project.observations().to_vec();
    for one in &mut observations {
        one.id = code.clone();
        one.recording = Some(code.clone());
        one.coder = Some("coder".into());
        one.date = String::new();
    }
    let mut neutral = CodingProject::default();
    neutral.name = format!("Clip {code}");
    neutral.scheme = project.scheme.clone();
    // There is one.
    Ok(neutral.with_observations(observations).unwrap_or_default())
}

fn written(
    project: &CodingProject,
    ending: &str,
) -> Result<attune_exchange::video_coding::Written, Failure> {
    let target =
        Target::of_name(&format!("clip.{ending}")).map_err(|_| Failure::no_such("format"))?;
    // A coding that is hardly begun may be too little for a format.
    write_project(project, target).map_err(|fault| Failure::Conflict {
        reason: format!("This coding cannot be a file .{ending} yet: {fault}."),
    })
}

fn content_type(ending: &str) -> Result<&'static str, Failure> {
    Ok(match ending {
        "csv" => "text/csv; charset=utf-8",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "boris" | "json" => "application/json",
        "eaf" => "application/xml",
        "vtt" => "text/vtt; charset=utf-8",
        "srt" | "sds" | "textgrid" => "text/plain; charset=utf-8",
        "opf" => "application/zip",
        _ => return Err(Failure::no_such("format")),
    })
}
