//! What the study has that a project is matched with: recordings, coders, families, sessions, schemes. It is
//! read once, so that the plan is made without a question.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::Arc,
};

use attune_exchange::video_coding::TeamProject;
use attune_protocol::{
    Protocol,
    id::{PurposeId, SchemeId},
    scheme::Scheme,
};
use attune_store::{
    clips::{ClipRow, CodingRow},
    ids::{AccountId, ClipId, DyadKey},
};
use sha2::{Digest, Sha256};

use super::choices::{Choices, RecordingChoice};
use crate::{access::Action, failure::Failure, pages::clips::coders, visit::Visit};

/// What the study has.
#[derive(Debug)]
pub struct Known {
    /// The plan.
    pub protocol: Arc<Protocol>,
    /// Recordings.
    pub clips: Vec<ClipRow>,
    /// Why some of them may not be played.
    pub closed: BTreeMap<ClipId, &'static str>,
    /// Who codes them already.
    pub codings: Vec<CodingRow>,
    /// People who may code.
    pub coders: BTreeMap<AccountId, String>,
    /// Families by their codes.
    pub dyads: BTreeMap<String, DyadKey>,
    /// Families that consent to a purpose.
    pub consenting: BTreeSet<(DyadKey, PurposeId)>,
    /// Sessions by their codes.
    pub sessions: BTreeSet<String>,
    /// SHA-256 of files of the inbox that are called as films of the project.
    pub hashes: BTreeMap<String, String>,
    /// The chosen scheme in the versions by which recordings are coded.
    pub versions: BTreeMap<(SchemeId, u32), Arc<Scheme>>,
}

impl Known {
    /// Reads it.
    pub async fn of(
        visit: &Visit,
        project: &TeamProject,
        choices: Option<&Choices>,
    ) -> Result<Self, Failure> {
        let study = visit.study()?.id.clone();
        let store = visit.app.store();
        let protocol = visit.protocol().await?;
        let mut clips = store.clips(&study).await?;
        clips.retain(|clip| !clip.is_own && clip.removed.is_none());
        let mut closed = BTreeMap::new();
        for clip in clips.iter().filter(|clip| clip.purpose.is_some()) {
            if let Some(why) = store.why_not_play(&study, clip.id).await? {
                closed.insert(clip.id, why);
            }
        }
        let mut versions = BTreeMap::new();
        for clip in &clips {
            let by = (clip.scheme.clone(), clip.scheme_version);
            if versions.contains_key(&by) {
                continue;
            }
            // A recording whose scheme is lost is not offered.
            if let Ok(scheme) = store.coding_scheme(&study, &by.0, by.1).await {
                versions.insert(by, scheme);
            }
        }
        let sight = visit.sight(Action::LeadCoding)?;
        let dyads = store.dyads(&study, &sight).await?;
        let dyads: BTreeMap<String, DyadKey> = dyads
            .into_iter()
            .map(|dyad| (dyad.code.to_string(), dyad.key))
            .collect();
        let mut consenting = BTreeSet::new();
        if let Some(choices) = choices.filter(|one| !one.purpose.is_empty()) {
            let purpose = PurposeId::new(choices.purpose.clone());
            let named = choices.recordings.values().flat_map(RecordingChoice::codes);
            let named: BTreeSet<DyadKey> =
                named.filter_map(|code| dyads.get(code)).copied().collect();
            for dyad in named {
                if store.consents_to(dyad, &purpose).await? {
                    consenting.insert((dyad, purpose.clone()));
                }
            }
        }
        Ok(Self {
            codings: store.codings(&study).await?,
            coders: coders(visit, &study).await?,
            sessions: store.session_codes(&study).await?.into_iter().collect(),
            hashes: hashes(visit, project).await?,
            protocol,
            clips,
            closed,
            dyads,
            consenting,
            versions,
        })
    }
}

/// Hashes of films that lie in the inbox under the name that the project has for them.
async fn hashes(visit: &Visit, project: &TeamProject) -> Result<BTreeMap<String, String>, Failure> {
    let media = visit.app.store().media();
    let waiting = media.waiting()?;
    let wanted: BTreeSet<&str> = project
        .project
        .observations()
        .iter()
        .flat_map(|one| &one.media)
        .map(|media| media.file.rsplit(['/', '\\']).next().unwrap_or_default())
        .collect();
    let found: Vec<String> = waiting
        .into_iter()
        .filter(|name| wanted.contains(name.as_str()))
        .collect();
    if found.is_empty() {
        return Ok(BTreeMap::new());
    }
    let inbox = media.inbox()?.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        let one = |name: String| {
            let mut file = std::fs::File::open(inbox.join(&name)).ok()?;
            let mut hash = Sha256::new();
            let mut piece = vec![0; 1 << 16];
            loop {
                match file.read(&mut piece).ok()? {
                    0 => break,
                    n => hash.update(&piece[..n]),
                }
            }
            let hex: String = hash
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            Some((name, hex))
        };
        found.into_iter().filter_map(one).collect()
    });
    hashed.await.map_err(Failure::internal)
}
