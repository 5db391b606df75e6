//! `/studies/{study}/clips`: whoever leads the coding takes recordings in, assigns them, and sees how far
//! everybody is. Here, and only here, a recording has its title, site, wave and day; whoever is blind is
//! not let in.

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::id::StudyId;
use attune_store::{
    Role,
    clips::{ClipRow, CodingRow},
    command::video::CodingPurpose,
    drawn_codings::Counting,
    ids::{AccountId, CodingId},
    media::{ingest, upload::Upload},
};

use self::{
    assignment::{fields_of_one, fields_of_plan, one_stratum},
    taking_in::{NewClip, fields_of_clip, not_installed},
};
use crate::{
    answer::{Answer, page as show},
    failure::Failure,
    intake::Taking,
    layout::Layout,
    pages::coding_list::length,
    parts::{Field, Problems},
    visit::Visit,
};

pub mod assignment;
pub mod taking_in;

#[derive(Template)]
#[template(path = "clips.html")]
struct Clips {
    layout: Layout,
    study: String,
    rows: Vec<Row>,
    n_finished: usize,
    n_codings: usize,
    n_double: usize,
    taking: Vec<Taking>,
    uploads: Vec<Upload>,
    /// Programs without which no recording can be taken in.
    missing: Vec<&'static str>,
    /// All recordings that wait for a coder are of one stratum, and the study has others.
    one_stratum: Option<String>,
    problems: Problems,
    take_in: Vec<Field>,
    assign: Vec<Field>,
    one: Vec<Field>,
    n_unassigned: usize,
}

struct Row {
    clip: ClipRow,
    length: i64,
    /// Site, wave and stratum, as far as they are known.
    place: String,
    codings: Vec<RowCoding>,
    not_playable: Option<&'static str>,
    counting: Counting,
}

struct RowCoding {
    id: CodingId,
    coder: String,
    purpose: &'static str,
    state: &'static str,
}

/// `GET /studies/{study}/clips`.
pub async fn page(visit: Visit) -> Answer {
    let page = build(&visit, &NewClip::default(), Problems::default()).await?;
    show(&page)
}

async fn build(visit: &Visit, typed: &NewClip, problems: Problems) -> Result<Clips, Failure> {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    store.honour_withdrawals(&study, visit.at).await?;
    let protocol = visit.protocol().await?;
    let coders = coders(visit, &study).await?;
    let choices = coders_to_choose(visit, &study).await?;
    let codings = store.codings(&study).await?;
    let mut clips = store.clips(&study).await?;
    // A coder's own project is nobody else's work.
    clips.retain(|clip| !clip.is_own);
    let codings: Vec<CodingRow> = codings
        .into_iter()
        .filter(|coding| coding.purpose != CodingPurpose::Own)
        .collect();
    let counting = store.counting(&study).await?;
    let mut rows = Vec::with_capacity(clips.len());
    for clip in clips {
        let not_playable = store.why_not_play(&study, clip.id).await?;
        let own = codings.iter().filter(|coding| coding.clip == clip.id);
        rows.push(Row {
            length: clip.angles.first().map_or(0, |angle| angle.length),
            place: place(&clip),
            codings: own.map(|coding| in_words(coding, &coders)).collect(),
            not_playable,
            counting: counting
                .get(&clip.id)
                .cloned()
                .unwrap_or(Counting::Not("it came a moment ago")),
            clip,
        });
    }
    let media = store.media();
    let waiting = media.waiting()?;
    let open = |row: &&Row| row.codings.is_empty() && row.clip.removed.is_none();
    Ok(Clips {
        layout: Layout::of(visit, "Recordings").with_script("clips.js"),
        n_finished: codings.iter().filter(|coding| coding.finished).count(),
        n_codings: codings.len(),
        n_double: rows.iter().filter(|row| row.codings.len() > 1).count(),
        n_unassigned: rows.iter().filter(open).count(),
        taking: visit.app.intake().of(&study),
        uploads: media.unfinished_uploads(study.as_str())?,
        missing: ingest::missing_programs(),
        one_stratum: one_stratum(&rows),
        take_in: fields_of_clip(&protocol, &waiting, typed, &problems),
        assign: fields_of_plan(&protocol, &choices),
        one: fields_of_one(&rows, &choices),
        study: study.to_string(),
        rows,
        problems,
    })
}

/// People who code in this study today, with their names.
pub async fn coders(
    visit: &Visit,
    study: &StudyId,
) -> Result<BTreeMap<AccountId, String>, Failure> {
    let store = visit.app.store();
    let today = visit.at.date();
    let mut coders = BTreeMap::new();
    for account in store.accounts().await? {
        let grants = store.grants_of(account.id).await?;
        let codes = grants.iter().any(|grant| {
            let reaches = grant.study.as_ref().is_none_or(|of| of == study);
            let may = matches!(grant.role, Role::Observer | Role::LeadEvaluator);
            reaches && may && grant.holds_on(today)
        });
        if codes && !account.disabled {
            coders.insert(account.id, account.name);
        }
    }
    Ok(coders)
}

/// The same as they are chosen from: whoever knows phases and arms is told apart.
async fn coders_to_choose(
    visit: &Visit,
    study: &StudyId,
) -> Result<BTreeMap<AccountId, String>, Failure> {
    let (store, today) = (visit.app.store(), visit.at.date());
    let mut choices = coders(visit, study).await?;
    for (account, name) in &mut choices {
        let grants = store.grants_of(*account).await?;
        let is_blind = grants.iter().any(|grant| {
            let reaches = grant.study.as_ref().is_none_or(|of| of == study);
            let blind = matches!(grant.role, Role::Observer | Role::Assessor);
            reaches && blind && grant.holds_on(today)
        });
        if !is_blind {
            name.push_str(" (not blind: leads the study)");
        }
    }
    Ok(choices)
}

fn place(clip: &ClipRow) -> String {
    let site = clip.site.as_ref().map(ToString::to_string);
    let wave = clip.wave.as_ref().map(ToString::to_string);
    let parts = [site, wave, Some(clip.stratum.clone())];
    let said: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    said.join(", ")
}

fn in_words(coding: &CodingRow, coders: &BTreeMap<AccountId, String>) -> RowCoding {
    RowCoding {
        id: coding.id,
        coder: coders
            .get(&coding.coder)
            .cloned()
            .unwrap_or_else(|| "somebody who codes no more".to_owned()),
        purpose: words(coding.purpose),
        state: match (coding.finished, coding.version) {
            (true, _) => "finished",
            (false, 0) => "not begun",
            (false, _) => "begun",
        },
    }
}

/// A purpose as it is shown.
pub fn words(purpose: CodingPurpose) -> &'static str {
    match purpose {
        CodingPurpose::Study => "first coding",
        CodingPurpose::Reliability => "second coding",
        CodingPurpose::Training => "training",
        CodingPurpose::Gold => "standard",
        CodingPurpose::Own => "own project",
    }
}
