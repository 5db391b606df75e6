//! Who watched which recording, by the notes of the log. A recording shows people who can be recognised, so
//! whoever answers for it must be able to say who saw it.

use std::collections::BTreeMap;

use attune_protocol::id::StudyId;

use crate::{
    command::Command,
    database::values,
    error::Result,
    ids::{ClipId, CodingId},
    moment::Moment,
    store::Store,
};

/// What a note says of a recording that was opened.
pub const OPENED: &str = "clip-opened";

/// One person's watching of one recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Who: an account's id, or `program`.
    pub actor: String,
    /// When first.
    pub first: Moment,
    /// When last.
    pub last: Moment,
    /// How often it was opened.
    pub times: usize,
}

impl Store {
    /// Who opened a recording, or anybody's coding of it; whoever did so last comes first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn watched(&self, study: &StudyId, clip: ClipId) -> Result<Vec<Watched>> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT id FROM coding WHERE study = $1 AND clip = $2";
        let rows = db.rows(sql, values![study.as_str(), clip]).await?;
        let mut subjects = vec![clip.to_string()];
        for row in &rows {
            let coding: CodingId = row.parsed(0)?;
            subjects.push(coding.to_string());
        }
        let mut by_actor: BTreeMap<String, Watched> = BTreeMap::new();
        for subject in subjects {
            let sql = "SELECT at, offset_minutes, actor, content FROM command WHERE chain = $1 \
                 AND subject = $2 AND kind = 'note' AND content IS NOT NULL ORDER BY sequence";
            for row in db.rows(sql, values![study.as_str(), subject]).await? {
                let command: Command = row.json(3)?;
                if !matches!(&command, Command::Note { what, .. } if what == OPENED) {
                    continue;
                }
                let at = Moment {
                    micros: row.int(0)?,
                    offset_minutes: row.int(1)?,
                };
                let actor = row.text(2)?;
                let watched = by_actor.entry(actor.clone()).or_insert(Watched {
                    actor,
                    first: at,
                    last: at,
                    times: 0,
                });
                watched.times += 1;
                if at.micros < watched.first.micros {
                    watched.first = at;
                }
                if at.micros > watched.last.micros {
                    watched.last = at;
                }
            }
        }
        let mut all: Vec<Watched> = by_actor.into_values().collect();
        all.sort_by_key(|watched| std::cmp::Reverse(watched.last.micros));
        Ok(all)
    }
}
