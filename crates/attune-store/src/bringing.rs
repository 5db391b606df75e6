//! A team's projects of other tools: everything in them becomes recordings and codings in one request, whole
//! or not at all, and can be deleted again. Who may know which recording is which is the web crate's matter.

use std::collections::BTreeMap;

use attune_protocol::id::{SchemeId, StudyId};

use crate::{
    access::Actor,
    coding_rules,
    command::{
        Command, Receipt, Request,
        video::{ClipAdded, CodingBrought, VideoCommand},
    },
    database::{Row, values},
    error::{Result, StoreError},
    ids::BringingId,
    moment::Moment,
    own_scheme,
    store::Store,
};

/// Everything that is brought in one go.
#[derive(Debug, Clone)]
pub struct Bringing {
    /// Its id; sent again, it changes nothing.
    pub id: BringingId,
    /// Names of the files, for whoever leads the coding.
    pub files: Vec<String>,
    /// Recordings that the study does not have yet.
    pub clips: Vec<ClipAdded>,
    /// What was coded of them and of others.
    pub codings: Vec<CodingBrought>,
}

/// Something that was brought, as whoever leads the coding sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BringingRow {
    /// Id.
    pub id: BringingId,
    /// Names of the files.
    pub files: Vec<String>,
    /// Who brought it, as the log has it.
    pub actor: String,
    /// When.
    pub at: Moment,
    /// Whether it was deleted again.
    pub undone: bool,
    /// Its codings that are there.
    pub n_codings: usize,
    /// Of them, those that somebody worked on since.
    pub n_coded_on: usize,
    /// Of them, those that are not finished.
    pub n_open: usize,
}

impl Store {
    /// Brings everything, or nothing.
    ///
    /// # Errors
    ///
    /// Events do not fit their scheme, somebody codes a recording already, or nothing can be written.
    pub async fn bring(
        &self,
        actor: &Actor,
        study: &StudyId,
        bringing: Bringing,
        at: Moment,
    ) -> Result<Receipt> {
        self.check_by_schemes(study, &bringing).await?;
        let (id, files) = (bringing.id, bringing.files);
        let begin = VideoCommand::BeginBringing {
            bringing: id,
            files,
        };
        let clips = bringing.clips.into_iter();
        let clips = clips.map(|added| VideoCommand::BringClip {
            bringing: id,
            added: Box::new(added),
        });
        let codings = bringing.codings.into_iter();
        let codings = codings.map(|coding| VideoCommand::BringCoding(Box::new(coding)));
        let commands = [begin]
            .into_iter()
            .chain(clips)
            .chain(codings)
            .map(|command| Command::Video(Box::new(command)))
            .collect();
        let request = Request::all(Some(study.clone()), commands, at)
            .with_key(format!("bringing {id}"))
            .because("brought from another tool");
        self.execute(actor, request).await
    }

    async fn check_by_schemes(&self, study: &StudyId, bringing: &Bringing) -> Result<()> {
        let there = self.clips(study).await?;
        let mut schemes = BTreeMap::new();
        let mut faults = Vec::new();
        for coding in bringing.codings.iter().filter(|one| !one.edits.is_empty()) {
            let new = bringing.clips.iter().find(|one| one.clip == coding.clip);
            let old = there.iter().find(|one| one.id == coding.clip);
            let by: (SchemeId, u32) = match (new, old) {
                (Some(new), _) => (new.scheme.clone(), new.scheme_version),
                (None, Some(old)) => (old.scheme.clone(), old.scheme_version),
                (None, None) => return Err(StoreError::not_found("recording", coding.clip)),
            };
            if !schemes.contains_key(&by) {
                let scheme = match new.and_then(|new| new.own_scheme.as_deref()) {
                    Some(text) => own_scheme::read(&by.0, text)?.into(),
                    None => self.coding_scheme(study, &by.0, by.1).await?,
                };
                schemes.insert(by.clone(), scheme);
            }
            faults.extend(coding_rules::faults(&schemes[&by], &coding.edits));
        }
        faults.sort();
        faults.dedup();
        match faults.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Refused(faults.join("; "))),
        }
    }

    /// Deletes what was brought: codings with everything in them, and recordings that came with it and of
    /// which nothing else is known. Work that was done on them since goes only where that is said.
    ///
    /// # Errors
    ///
    /// There is no such thing, or it was worked on since.
    pub async fn undo_bringing(
        &self,
        actor: &Actor,
        study: &StudyId,
        (bringing, also_coded_on): (BringingId, bool),
        at: Moment,
    ) -> Result<Receipt> {
        let command = VideoCommand::UndoBringing {
            bringing,
            also_coded_on,
        };
        self.change_video(actor, study, vec![command], at).await
    }

    /// Codes of the sessions that a study knows.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn session_codes(&self, study: &StudyId) -> Result<Vec<String>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT code FROM meeting WHERE study = $1 ORDER BY code";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// What was brought into a study, the last first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn bringings(&self, study: &StudyId) -> Result<Vec<BringingRow>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT bringing.id, files, actor, at, undone, COUNT(coding.id), \
             COUNT(CASE WHEN coding.version > 1 THEN 1 END), \
             COUNT(CASE WHEN coding.id IS NOT NULL AND coding.finished IS NULL THEN 1 END) \
             FROM bringing LEFT JOIN coding ON coding.bringing = bringing.id \
             WHERE bringing.study = $1 \
             GROUP BY bringing.id, files, actor, at, undone ORDER BY at DESC, bringing.id DESC";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        let count = |row: &Row, index| row.int(index).map(|n| usize::try_from(n).unwrap_or(0));
        let read = |row: &Row| {
            Ok(BringingRow {
                id: row.parsed(0)?,
                files: row.json(1)?,
                actor: row.text(2)?,
                at: Moment {
                    micros: row.int(3)?,
                    offset_minutes: 0,
                },
                undone: row.maybe_int(4)?.is_some(),
                n_codings: count(row, 5)?,
                n_coded_on: count(row, 6)?,
                n_open: count(row, 7)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
