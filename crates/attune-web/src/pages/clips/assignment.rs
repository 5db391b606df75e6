//! Who codes which recording: drawn for all that nobody codes yet, or one by hand.

use std::collections::{BTreeMap, BTreeSet};

use attune_protocol::Protocol;
use attune_store::{
    Command, Request, clip_plan,
    command::video::{CodingPurpose, VideoCommand},
    ids::{AccountId, ClipId, CodingId},
};
use serde::Deserialize;

use super::{Row, coders, words};
use crate::{
    access::Action,
    answer::{Answer, see},
    failure::Failure,
    form::Form,
    parts::{Field, FieldKind},
    visit::Visit,
};

pub(super) fn fields_of_plan(
    protocol: &Protocol,
    coders: &BTreeMap<AccountId, String>,
) -> Vec<Field> {
    let share = protocol
        .schemes
        .iter()
        .find_map(|scheme| scheme.double_coded_share)
        .unwrap_or(0.2);
    let people = coders
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone(), false))
        .collect();
    vec![
        Field::text("coders", "Who codes").of_kind(FieldKind::AnyOf(people)),
        Field::text("share", "Share that two people code, in per cent")
            .of_kind(FieldKind::Code)
            .value((share * 100.0).to_string())
            .hint("Of each stratum, drawn by the seed. Coders are not told which; it takes two people."),
        Field::text("seed", "Seed of the draw")
            .of_kind(FieldKind::Code)
            .value("1")
            .hint("The same recordings, people and seed give the same plan again."),
    ]
}

pub(super) fn fields_of_one(rows: &[Row], coders: &BTreeMap<AccountId, String>) -> Vec<Field> {
    let clips = rows
        .iter()
        .filter(|row| row.clip.removed.is_none())
        .map(|row| (row.clip.id.to_string(), row.clip.title.clone()))
        .collect();
    let people = coders
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone()))
        .collect();
    let purposes = [
        CodingPurpose::Study,
        CodingPurpose::Reliability,
        CodingPurpose::Training,
        CodingPurpose::Gold,
    ]
    .into_iter()
    .map(|purpose| (code(purpose), words(purpose).to_owned()))
    .collect();
    vec![
        Field::text("clip", "Recording").of_kind(FieldKind::OneOf(clips)),
        Field::text("coder", "Who codes it").of_kind(FieldKind::OneOf(people)),
        Field::text("as", "What for").of_kind(FieldKind::OneOf(purposes)),
    ]
}

fn code(purpose: CodingPurpose) -> String {
    serde_json::to_value(purpose)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The stratum of all recordings that nobody codes yet, where the study has recordings of another one:
/// assigned by themselves, the day on which they are assigned would tell coders what they are.
pub(super) fn one_stratum(rows: &[Row]) -> Option<String> {
    let open = |row: &&Row| row.codings.is_empty() && row.clip.removed.is_none();
    let waiting: BTreeSet<&str> = rows
        .iter()
        .filter(open)
        .map(|row| row.clip.stratum.as_str())
        .collect();
    let others = rows
        .iter()
        .any(|row| !waiting.contains(row.clip.stratum.as_str()));
    match waiting.first() {
        Some(one) if waiting.len() == 1 && others && !one.is_empty() => Some((*one).to_owned()),
        _ => None,
    }
}

/// A draw.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    #[serde(default)]
    coders: Vec<AccountId>,
    share: f64,
    seed: u64,
}

/// `POST /studies/{study}/clips/assign`: draws who codes what nobody codes yet.
pub async fn assign(visit: Visit, Form(draw): Form<Draw>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let known = coders(&visit, &study).await?;
    let mut problems = Vec::new();
    if draw.coders.is_empty() || draw.coders.iter().any(|coder| !known.contains_key(coder)) {
        problems.push("Choose at least one person who codes in this study.".to_owned());
    }
    if !(0.0..=100.0).contains(&draw.share) {
        problems.push("The share is between 0 and 100 per cent.".to_owned());
    }
    let taken = store.codings(&study).await?;
    let clips: Vec<(ClipId, String)> = store
        .clips(&study)
        .await?
        .into_iter()
        .filter(|clip| clip.removed.is_none() && !clip.is_own)
        .filter(|clip| taken.iter().all(|coding| coding.clip != clip.id))
        .map(|clip| (clip.id, clip.stratum))
        .collect();
    if clips.is_empty() {
        problems.push("Every recording is assigned already.".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let planned = clip_plan::draw(&clips, &draw.coders, draw.share / 100.0, draw.seed);
    let key = format!(
        "assign {study} {} {} {}",
        draw.seed,
        draw.share,
        clips.len()
    );
    let mut commands: Vec<Command> = (0..)
        .zip(planned)
        .map(|(n, one)| {
            Command::Video(Box::new(VideoCommand::AssignClip {
                coding: CodingId::of_request(&format!("{key} {}", visit.at.micros), n),
                clip: one.clip,
                coder: one.coder,
                position: one.position,
                purpose: one.purpose,
            }))
        })
        .collect();
    commands.push(Command::Note {
        what: "clips-assigned".to_owned(),
        subject: None,
        facts: BTreeMap::from([
            ("seed".to_owned(), draw.seed.to_string()),
            ("share".to_owned(), format!("{} %", draw.share)),
            ("recordings".to_owned(), clips.len().to_string()),
        ]),
    });
    let request = Request::all(Some(study.clone()), commands, visit.at);
    let actor = visit.actor(Action::LeadCoding)?;
    store.execute(&actor, request).await?;
    Ok(see(&format!("/studies/{study}/clips")))
}

/// One assignment by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct One {
    clip: ClipId,
    coder: AccountId,
    #[serde(rename = "as")]
    purpose: CodingPurpose,
}

/// `POST /studies/{study}/clips/assign-one`: a training clip, a standard, a coding more.
pub async fn assign_one(visit: Visit, Form(one): Form<One>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    if !coders(&visit, &study).await?.contains_key(&one.coder) {
        return Err(Failure::NotRight {
            problems: vec!["Choose somebody who codes in this study.".to_owned()],
        });
    }
    let codings = store.codings(&study).await?;
    let own = codings.iter().filter(|row| row.coder == one.coder).count();
    // Not of version 7: the coder sees it in an address, and it must not tell when it was made.
    let coding = CodingId::of_request(&ClipId::new().to_string(), 0);
    let command = VideoCommand::AssignClip {
        coding,
        clip: one.clip,
        coder: one.coder,
        // Training comes before anything else.
        position: match one.purpose {
            CodingPurpose::Training => 0,
            // Somewhere among the others: at the end of the list it would tell that it is a special one.
            _ => clip_plan::anywhere(coding, own),
        },
        purpose: one.purpose,
    };
    let actor = visit.actor(Action::LeadCoding)?;
    store
        .change_video(&actor, &study, vec![command], visit.at)
        .await?;
    Ok(see(&format!("/studies/{study}/clips")))
}
