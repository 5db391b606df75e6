//! What was handed out with a family in it: exports, reports and files of codings that were noted while the
//! family took part. Nobody can call them back; whoever withdraws is told of them.

use std::collections::BTreeMap;

use attune_protocol::id::StudyId;

use crate::{
    command::Command,
    database::values,
    error::Result,
    ids::{CodingId, DyadKey},
    moment::Moment,
    store::Store,
};

/// What a note says was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// Data of all families.
    Export,
    /// A report, made from the data of all families.
    Report,
    /// Codings of recordings, as a file.
    Codings,
}

impl Handed {
    const ALL: [Self; 3] = [Self::Export, Self::Report, Self::Codings];

    /// The word under which it is noted.
    pub fn word(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Report => "report",
            Self::Codings => "codings",
        }
    }
}

/// Something that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOut {
    /// What.
    pub what: Handed,
    /// When.
    pub at: Moment,
    /// To whom: an account's id, or `program`.
    pub actor: String,
    /// What was noted about it: names of files, counts, fingerprints.
    pub facts: BTreeMap<String, String>,
}

impl Store {
    /// What was handed out with a family in it, newest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn handed_out(&self, study: &StudyId, dyad: DyadKey) -> Result<Vec<HandedOut>> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT MIN(sequence) FROM dyad_event WHERE dyad = $1 AND event = 'enrolled'";
        let row = db.row(sql, values![dyad]).await?;
        let enrolled = row.as_ref().map(|row| row.maybe_int(0)).transpose()?;
        let Some(enrolled) = enrolled.flatten() else {
            return Ok(Vec::new());
        };
        // Who only ends collecting stays in what leaves later.
        let sql = "SELECT MIN(withdrawal.sequence) FROM withdrawal JOIN dyad_event \
             ON dyad_event.dyad = withdrawal.dyad AND dyad_event.sequence = withdrawal.sequence \
             WHERE withdrawal.dyad = $1 AND event = 'withdrew' AND level <> 'stop-collecting'";
        let row = db.row(sql, values![dyad]).await?;
        let withdrew = row.as_ref().map(|row| row.maybe_int(0)).transpose()?;
        let until = withdrew.flatten().unwrap_or(i64::MAX);
        let sql = "SELECT coding.id FROM coding JOIN clip_dyad ON clip_dyad.clip = coding.clip \
             WHERE clip_dyad.dyad = $1";
        let rows = db.rows(sql, values![dyad]).await?;
        let codings: Vec<CodingId> = rows
            .iter()
            .map(|row| row.parsed(0))
            .collect::<Result<_>>()?;
        let sql = "SELECT at, offset_minutes, actor, content FROM command WHERE chain = $1 \
             AND kind = 'note' AND sequence > $2 AND sequence < $3 AND content IS NOT NULL \
             ORDER BY sequence DESC";
        let rows = db
            .rows(sql, values![study.as_str(), enrolled, until])
            .await?;
        let mut handed_out = Vec::new();
        for row in &rows {
            let Command::Note {
                what,
                subject,
                facts,
            } = row.json(3)?
            else {
                continue;
            };
            let Some(what) = Handed::ALL.into_iter().find(|one| one.word() == what) else {
                continue;
            };
            let is_of_family = match (what, subject.as_deref().map(str::parse)) {
                (Handed::Export | Handed::Report, _) => true,
                (Handed::Codings, Some(coding)) => coding.is_ok_and(|one| codings.contains(&one)),
                (Handed::Codings, None) => !codings.is_empty(),
            };
            if is_of_family {
                handed_out.push(HandedOut {
                    what,
                    at: Moment {
                        micros: row.int(0)?,
                        offset_minutes: row.int(1)?,
                    },
                    actor: row.text(2)?,
                    facts,
                });
            }
        }
        Ok(handed_out)
    }
}
