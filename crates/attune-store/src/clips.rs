//! Recordings as whoever leads the coding sees them, and whether one may be played. Nothing here is for
//! coders: what they may see is in [`codings`](crate::codings).

use attune_protocol::id::{PurposeId, SchemeId, SiteId, StudyId, WaveId};
use jiff::civil::Date;

use crate::{
    access::Actor,
    apply::form::is_in_force,
    command::{
        Command, Receipt, Request,
        video::{Angle, CodingPurpose, ProposedSpeech, VideoCommand},
    },
    database::{Db, Row, values},
    error::{Result, StoreError},
    ids::{AccountId, BringingId, ClipId, CodingId, DyadKey},
    moment::Moment,
    store::Store,
};

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipRow {
    /// Id.
    pub id: ClipId,
    /// Name for the lead.
    pub title: String,
    /// Scheme.
    pub scheme: SchemeId,
    /// Version of the scheme.
    pub scheme_version: u32,
    /// Microseconds of the session at which it begins, where that is known.
    pub begins: Option<i64>,
    /// Where.
    pub site: Option<SiteId>,
    /// Planned wave or phase.
    pub wave: Option<WaveId>,
    /// Session of the clinic.
    pub session: Option<String>,
    /// Purpose of consent that covers it.
    pub purpose: Option<PurposeId>,
    /// Stratum.
    pub stratum: String,
    /// Day of the recording.
    pub recorded: Option<Date>,
    /// Families that it shows.
    pub dyads: Vec<DyadKey>,
    /// Cameras.
    pub angles: Vec<Angle>,
    /// When its files were deleted.
    pub removed: Option<Moment>,
    /// Whether its scheme came with a coder's own project.
    pub is_own: bool,
    /// The projects of another tool with which it came.
    pub bringing: Option<BringingId>,
    /// Whether coders who learn from it see what a machine proposes.
    pub proposals_offered: bool,
}

/// What a machine heard in a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineCoding {
    /// The recording.
    pub clip: ClipId,
    /// The machine's name and version.
    pub machine: String,
    /// Where somebody speaks.
    pub stretches: Vec<ProposedSpeech>,
}

/// A coding as the lead sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodingRow {
    /// Id.
    pub id: CodingId,
    /// The recording.
    pub clip: ClipId,
    /// Who codes.
    pub coder: AccountId,
    /// What for.
    pub purpose: CodingPurpose,
    /// Neutral name that the coder sees.
    pub code: String,
    /// Version.
    pub version: u32,
    /// Whether the coder is through.
    pub finished: bool,
    /// When they finished.
    pub finished_at: Option<Moment>,
}

const CLIP: &str = "SELECT id, title, scheme, scheme_version, site, wave, session, purpose, stratum, \
     recorded, dyads, angles, removed, own_scheme, proposals_offered, begins, bringing FROM clip \
     WHERE study = $1 ORDER BY title, id";

impl Store {
    /// All recordings of a study.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn clips(&self, study: &StudyId) -> Result<Vec<ClipRow>> {
        let mut reader = self.reader().await?;
        clips(&mut reader.db(), study).await
    }

    /// One recording.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn clip(&self, study: &StudyId, id: ClipId) -> Result<ClipRow> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, title, scheme, scheme_version, site, wave, session, purpose, stratum, \
             recorded, dyads, angles, removed, own_scheme, proposals_offered, begins, bringing FROM clip \
             WHERE study = $1 AND id = $2";
        let row = reader.db().row(sql, values![study.as_str(), id]).await?;
        clip(&row.ok_or_else(|| StoreError::not_found("recording", id))?)
    }

    /// All codings of a study, by recording.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn codings(&self, study: &StudyId) -> Result<Vec<CodingRow>> {
        let mut reader = self.reader().await?;
        codings(&mut reader.db(), study).await
    }

    /// What machines heard in the recordings of a study.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn machine_codings(&self, study: &StudyId) -> Result<Vec<MachineCoding>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT machine_coding.clip, machine, stretches FROM machine_coding \
             JOIN clip ON clip.id = machine_coding.clip WHERE clip.study = $1 \
             ORDER BY machine_coding.clip, machine";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        let read = |row: &Row| {
            Ok(MachineCoding {
                clip: row.parsed(0)?,
                machine: row.text(1)?,
                stretches: row.json(2)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Changes something about recordings.
    ///
    /// # Errors
    ///
    /// It is against a rule, or nothing can be written.
    pub async fn change_video(
        &self,
        actor: &Actor,
        study: &StudyId,
        commands: Vec<VideoCommand>,
        at: Moment,
    ) -> Result<Receipt> {
        let commands = commands
            .into_iter()
            .map(|command| Command::Video(Box::new(command)))
            .collect();
        let request = Request::all(Some(study.clone()), commands, at);
        self.execute(actor, request).await
    }

    /// Why a recording may not be played now: it was removed, or a family in it has not consented or
    /// has withdrawn.
    ///
    /// # Errors
    ///
    /// There is no such recording, or the database cannot be read.
    pub async fn why_not_play(&self, study: &StudyId, id: ClipId) -> Result<Option<&'static str>> {
        let clip = self.clip(study, id).await?;
        if clip.removed.is_some() {
            return Ok(Some("the recording was removed"));
        }
        let Some(purpose) = &clip.purpose else {
            return Ok(None);
        };
        for dyad in &clip.dyads {
            if !self.consents_to(*dyad, purpose).await? {
                return Ok(Some("a family in it has not consented, or has withdrawn"));
            }
        }
        Ok(None)
    }

    /// Whether the family takes part, its consent to the purpose is in force, and no withdrawal came after.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn consents_to(&self, dyad: DyadKey, purpose: &PurposeId) -> Result<bool> {
        let mut reader = self.reader().await?;
        consents_to(&mut reader.db(), dyad, purpose).await
    }
}

/// Whether the family takes part, its consent to the purpose is in force, and no withdrawal came after.
pub(crate) async fn consents_to(
    db: &mut Db<'_>,
    dyad: DyadKey,
    purpose: &PurposeId,
) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM dyad WHERE id = $1 AND withdrawal IS NOT NULL";
    if db.count(sql, values![dyad]).await? > 0 {
        return Ok(false);
    }
    is_in_force(db, dyad, purpose.as_str()).await
}

/// All recordings of a study.
pub(crate) async fn clips(db: &mut Db<'_>, study: &StudyId) -> Result<Vec<ClipRow>> {
    let rows = db.rows(CLIP, values![study.as_str()]).await?;
    rows.iter().map(clip).collect()
}

/// All codings of a study, by recording.
pub(crate) async fn codings(db: &mut Db<'_>, study: &StudyId) -> Result<Vec<CodingRow>> {
    let sql = "SELECT id, clip, coder, purpose, code, version, finished FROM coding \
         WHERE study = $1 ORDER BY clip, id";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    let read = |row: &Row| {
        Ok(CodingRow {
            id: row.parsed(0)?,
            clip: row.parsed(1)?,
            coder: row.parsed(2)?,
            purpose: row.word(3)?,
            code: row.text(4)?,
            version: u32::try_from(row.int(5)?).unwrap_or(u32::MAX),
            finished: row.maybe_int(6)?.is_some(),
            finished_at: row.maybe_int(6)?.map(moment),
        })
    };
    rows.iter().map(read).collect()
}

fn clip(row: &Row) -> Result<ClipRow> {
    Ok(ClipRow {
        id: row.parsed(0)?,
        title: row.text(1)?,
        scheme: SchemeId::new(row.text(2)?),
        scheme_version: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
        site: row.maybe_text(4)?.map(SiteId::new),
        wave: row.maybe_text(5)?.map(WaveId::new),
        session: row.maybe_text(6)?,
        purpose: row.maybe_text(7)?.map(PurposeId::new),
        stratum: row.text(8)?,
        recorded: row.maybe_parsed(9)?,
        dyads: row.json(10)?,
        angles: row.json(11)?,
        removed: row.maybe_int(12)?.map(moment),
        is_own: row.maybe_text(13)?.is_some() && row.maybe_text(16)?.is_none(),
        bringing: row.maybe_parsed(16)?,
        proposals_offered: row.int(14)? != 0,
        begins: row.maybe_int(15)?,
    })
}

fn moment(micros: i64) -> Moment {
    Moment {
        micros,
        offset_minutes: 0,
    }
}
