//! Codings: what a coder is to code and has coded. What is read for a coder names no family, no site,
//! no wave, no day, no file, no other coder, and not which recordings are coded twice.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{
    id::{SchemeId, StudyId},
    scheme::Scheme,
};

use crate::{
    access::Actor,
    coding_rules,
    command::{
        Command, Receipt, Request,
        video::{Angle, CodedEvent, CodingPurpose, Doing, Edit, RatingAnswer, VideoCommand},
    },
    database::{Db, Row, values},
    error::{Result, StoreError},
    ids::{AccountId, ClipId, CodingId},
    moment::Moment,
    own_scheme,
    store::Store,
};

/// A coding in its coder's own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCoding {
    /// Id.
    pub id: CodingId,
    /// Neutral name.
    pub code: String,
    /// Scheme.
    pub scheme: SchemeId,
    /// Whether it is to learn by.
    pub is_training: bool,
    /// Version; 0 before the first change.
    pub version: u32,
    /// Whether it is finished.
    pub finished: bool,
    /// Length of the recording in microseconds; 0 where there is none.
    pub length: i64,
    /// Whether there is a recording; otherwise it is coded while it happens.
    pub has_recording: bool,
    /// Whether it is a project of the coder's own, brought from another tool.
    pub is_own: bool,
    /// Whether it was brought from another tool by whoever leads the coding.
    pub is_brought: bool,
    /// Its name there; nothing is told of recordings of the study.
    pub own_title: Option<String>,
    /// Whether the recording may be played.
    pub may_play: bool,
}

/// Everything that a coding holds.
#[derive(Debug, Clone, PartialEq)]
pub struct CodingContent {
    /// The recording; not for the coder's eyes.
    pub clip: ClipId,
    /// Who codes.
    pub coder: AccountId,
    /// Neutral name.
    pub code: String,
    /// Whether it is to learn by.
    pub is_training: bool,
    /// Whether it is a project of the coder's own, brought from another tool.
    pub is_own: bool,
    /// Whether it was brought from another tool by whoever leads the coding.
    pub is_brought: bool,
    /// Whether the coder sees what a machine proposes: only in training, where the lead wants it.
    pub proposals_offered: bool,
    /// Scheme.
    pub scheme: SchemeId,
    /// Version of the scheme.
    pub scheme_version: u32,
    /// Cameras.
    pub angles: Vec<Angle>,
    /// Version of the coding.
    pub version: u32,
    /// Whether it is finished.
    pub finished: bool,
    /// Events by id, in order of their begins.
    pub events: Vec<(String, CodedEvent)>,
    /// Ratings.
    pub ratings: BTreeMap<String, RatingAnswer>,
}

/// One change that was made to a coding.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CodingChange {
    /// Version that it led to.
    pub version: u32,
    /// Whether it undid or repeated one.
    pub doing: Doing,
    /// What changed.
    pub edits: Vec<Edit>,
}

impl Store {
    /// What somebody is to code, in their order.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn own_codings(&self, study: &StudyId, coder: AccountId) -> Result<Vec<OwnCoding>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT coding.id, coding.code, clip.scheme, coding.purpose, coding.version, \
             coding.finished, clip.angles, clip.id, clip.title, coding.bringing FROM coding JOIN clip ON clip.id = coding.clip \
             WHERE coding.study = $1 AND coding.coder = $2 ORDER BY coding.position, coding.code";
        let rows = reader
            .db()
            .rows(sql, values![study.as_str(), coder])
            .await?;
        drop(reader);
        let mut own = Vec::with_capacity(rows.len());
        for row in &rows {
            let angles: Vec<Angle> = row.json(6)?;
            let purpose: CodingPurpose = row.word(3)?;
            own.push(OwnCoding {
                id: row.parsed(0)?,
                code: row.text(1)?,
                scheme: SchemeId::new(row.text(2)?),
                is_training: purpose == CodingPurpose::Training,
                version: version(row, 4)?,
                finished: row.maybe_int(5)?.is_some(),
                length: angles.first().map_or(0, |angle| angle.length),
                has_recording: !angles.is_empty(),
                is_own: purpose == CodingPurpose::Own,
                is_brought: row.maybe_text(9)?.is_some(),
                own_title: match purpose {
                    CodingPurpose::Own => Some(row.text(8)?),
                    _ => None,
                },
                may_play: self.why_not_play(study, row.parsed(7)?).await?.is_none(),
            });
        }
        Ok(own)
    }

    /// What a coding holds.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn coding(&self, study: &StudyId, id: CodingId) -> Result<CodingContent> {
        let mut reader = self.reader().await?;
        content(&mut reader.db(), study, id).await
    }

    /// All changes of a coding, oldest first: what undo goes back through.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn coding_changes(&self, id: CodingId) -> Result<Vec<CodingChange>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT version, doing, edits FROM coding_change WHERE coding = $1 \
             ORDER BY version";
        let rows = reader.db().rows(sql, values![id]).await?;
        let read = |row: &Row| {
            Ok(CodingChange {
                version: version(row, 0)?,
                doing: row.word(1)?,
                edits: row.json(2)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The scheme of a coding, in the version under which it was begun, also when the study has a newer
    /// one.
    ///
    /// # Errors
    ///
    /// No version of the study holds it.
    pub async fn coding_scheme(
        &self,
        study: &StudyId,
        id: &SchemeId,
        version: u32,
    ) -> Result<Arc<Scheme>> {
        let is_it = |scheme: &&Scheme| scheme.id == *id;
        let in_version = |protocol: &attune_protocol::Protocol| {
            let scheme = protocol.schemes.iter().find(is_it);
            scheme
                .and_then(|scheme| scheme.in_version(version))
                .cloned()
        };
        let newest = self.protocol(study).await?;
        if let Some(scheme) = in_version(&newest) {
            return Ok(Arc::new(scheme));
        }
        for earlier in self.study_versions(study).await?.into_iter().rev() {
            let folder = self.study_folder(study, earlier.version).await?;
            let Ok((protocol, _)) = attune_protocol::Protocol::read_folder(&folder) else {
                continue;
            };
            if let Some(scheme) = in_version(&protocol) {
                return Ok(Arc::new(scheme));
            }
        }
        let mut reader = self.reader().await?;
        let sql = "SELECT own_scheme FROM clip WHERE study = $1 AND scheme = $2 \
             AND own_scheme IS NOT NULL";
        let row = reader
            .db()
            .row(sql, values![study.as_str(), id.as_str()])
            .await?;
        drop(reader);
        match row {
            Some(row) => Ok(Arc::new(own_scheme::read(id, &row.text(0)?)?)),
            None => Err(StoreError::not_found("version of the scheme", id)),
        }
    }

    /// Changes a coding: all edits or none, and only from the version that the coder saw. The same key
    /// again changes nothing and gets the first receipt.
    ///
    /// # Errors
    ///
    /// The edits do not fit the scheme, the coding has moved on, it is somebody else's or finished, or
    /// nothing can be written.
    pub async fn change_coding(
        &self,
        actor: &Actor,
        study: &StudyId,
        change: ChangeAsked,
        at: Moment,
    ) -> Result<Receipt> {
        let mut reader = self.reader().await?;
        let sql = "SELECT clip.scheme, clip.scheme_version FROM coding JOIN clip \
             ON clip.id = coding.clip WHERE coding.study = $1 AND coding.id = $2";
        let values = values![study.as_str(), change.coding];
        let row = reader.db().row(sql, values).await?;
        let row = row.ok_or_else(|| StoreError::not_found("coding", change.coding))?;
        drop(reader);
        let scheme = SchemeId::new(row.text(0)?);
        let scheme = self
            .coding_scheme(study, &scheme, version(&row, 1)?)
            .await?;
        let faults = coding_rules::faults(&scheme, &change.edits);
        if !faults.is_empty() {
            return Err(StoreError::Refused(faults.join("; ")));
        }
        let command = VideoCommand::ChangeCoding {
            coding: change.coding,
            base: change.base,
            doing: change.doing,
            edits: change.edits,
        };
        let command = Command::Video(Box::new(command));
        let request = Request::new(Some(study.clone()), command, at).with_key(change.key);
        self.execute(actor, request).await
    }
}

/// A change as the coder's browser asks for it.
#[derive(Debug, Clone)]
pub struct ChangeAsked {
    /// Made by the browser, new for each change.
    pub key: String,
    /// The coding.
    pub coding: CodingId,
    /// Version that the coder saw.
    pub base: u32,
    /// Whether it undoes or repeats.
    pub doing: Doing,
    /// What changes.
    pub edits: Vec<Edit>,
}

/// What a coding holds.
pub(crate) async fn content(
    db: &mut Db<'_>,
    study: &StudyId,
    id: CodingId,
) -> Result<CodingContent> {
    let sql = "SELECT coding.clip, coding.coder, coding.code, coding.purpose, clip.scheme, \
         clip.scheme_version, clip.angles, coding.version, coding.finished, \
         clip.proposals_offered, coding.bringing FROM coding \
         JOIN clip ON clip.id = coding.clip WHERE coding.study = $1 AND coding.id = $2";
    let row = db.row(sql, values![study.as_str(), id]).await?;
    let row = row.ok_or_else(|| StoreError::not_found("coding", id))?;
    let purpose: CodingPurpose = row.word(3)?;
    let sql = "SELECT event, body FROM coded_event WHERE coding = $1 ORDER BY start, event";
    let events = db.rows(sql, values![id]).await?;
    let sql = "SELECT rating, body FROM coded_rating WHERE coding = $1";
    let ratings = db.rows(sql, values![id]).await?;
    Ok(CodingContent {
        clip: row.parsed(0)?,
        coder: row.parsed(1)?,
        code: row.text(2)?,
        is_training: purpose == CodingPurpose::Training,
        is_own: purpose == CodingPurpose::Own,
        is_brought: row.maybe_text(10)?.is_some(),
        proposals_offered: purpose == CodingPurpose::Training && row.int(9)? != 0,
        scheme: SchemeId::new(row.text(4)?),
        scheme_version: version(&row, 5)?,
        angles: row.json(6)?,
        version: version(&row, 7)?,
        finished: row.maybe_int(8)?.is_some(),
        events: events
            .iter()
            .map(|row| Ok((row.text(0)?, row.json(1)?)))
            .collect::<Result<_>>()?,
        ratings: ratings
            .iter()
            .map(|row| Ok((row.text(0)?, row.json(1)?)))
            .collect::<Result<_>>()?,
    })
}

fn version(row: &Row, index: usize) -> Result<u32> {
    Ok(u32::try_from(row.int(index)?).unwrap_or(u32::MAX))
}
