//! What happened, as the log tells it: of a whole study, of one thing, of one field.

use attune_protocol::id::{ItemId, StudyId};

use crate::{
    access::Sight,
    command::{AnswerValue, Command},
    database::values,
    entry::{Entry, INSTANCE},
    error::Result,
    ids::{DyadKey, FormId},
    moment::Moment,
    store::Store,
};

/// One value that an item had.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Version of the form in which it had it.
    pub version: u32,
    /// The value; none where the item was not among the answers.
    pub value: Option<AnswerValue>,
    /// Who: an account's id, or `program`.
    pub actor: String,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: Option<String>,
}

impl Store {
    /// The same as somebody may see it: for somebody blind without what was done about arms, and without
    /// what was said about the study file.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn log_in_sight(
        &self,
        study: Option<&StudyId>,
        sight: &Sight,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        if sight.arms {
            return self.log(study, before, limit).await;
        }
        let mut reader = self.reader().await?;
        let sql = "SELECT chain, sequence, id, request_key, request, actor, actor_role, at, \
             offset_minutes, kind, subject, content, salt, digest, reason, outcome, previous, hash \
             FROM command WHERE chain = $1 AND sequence < $2 \
             AND kind NOT IN ('assign-arm', 'unblind') ORDER BY sequence DESC LIMIT $3";
        let chain = study.map_or(INSTANCE, |study| study.as_str());
        let values = values![chain, before.unwrap_or(i64::MAX), limit];
        let rows = reader.db().rows(sql, values).await?;
        let mut entries: Vec<Entry> = rows.iter().map(Entry::read).collect::<Result<_>>()?;
        for entry in &mut entries {
            if entry.kind == "register-study" {
                (entry.content, entry.salt, entry.reason) = (None, None, None);
            }
        }
        Ok(entries)
    }

    /// What was only noted in a study, such as exports, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn notes(&self, study: &StudyId, limit: u32) -> Result<Vec<Entry>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT chain, sequence, id, request_key, request, actor, actor_role, at, \
             offset_minutes, kind, subject, content, salt, digest, reason, outcome, previous, hash \
             FROM command WHERE chain = $1 AND kind = 'note' ORDER BY sequence DESC LIMIT $2";
        let rows = reader
            .db()
            .rows(sql, values![study.as_str(), limit])
            .await?;
        rows.iter().map(Entry::read).collect()
    }

    /// Rows of a study's log, newest first, at most `limit` before the row `before`; without a study
    /// those of the instance. They hold everything that was done, arms among it: they are for those
    /// who may know them.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn log(
        &self,
        study: Option<&StudyId>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT chain, sequence, id, request_key, request, actor, actor_role, at, \
             offset_minutes, kind, subject, content, salt, digest, reason, outcome, previous, hash \
             FROM command WHERE chain = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3";
        let chain = study.map_or(INSTANCE, |study| study.as_str());
        let values = values![chain, before.unwrap_or(i64::MAX), limit];
        let rows = reader.db().rows(sql, values).await?;
        rows.iter().map(Entry::read).collect()
    }

    /// Everything that happened to a form, its queries and alerts among it, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn history_of_form(&self, study: &StudyId, form: FormId) -> Result<Vec<Entry>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT chain, sequence, id, request_key, request, actor, actor_role, at, \
             offset_minutes, kind, subject, content, salt, digest, reason, outcome, previous, hash \
             FROM command WHERE chain = $1 AND (subject = $2 \
             OR subject IN (SELECT id FROM query WHERE form = $2) \
             OR subject IN (SELECT id FROM alert WHERE form = $2)) ORDER BY sequence";
        let rows = reader.db().rows(sql, values![study.as_str(), form]).await?;
        rows.iter().map(Entry::read).collect()
    }

    /// Everything that happened to a dyad, its persons and forms among it, oldest first; for
    /// somebody blind without what was done about arms.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn history_of_dyad(
        &self,
        study: &StudyId,
        sight: &Sight,
        dyad: DyadKey,
    ) -> Result<Vec<Entry>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT chain, sequence, id, request_key, request, actor, actor_role, at, \
             offset_minutes, kind, subject, content, salt, digest, reason, outcome, previous, hash \
             FROM command WHERE chain = $1 AND (subject = $2 \
             OR subject IN (SELECT id FROM form WHERE dyad = $2) \
             OR subject IN (SELECT id FROM dyad_part WHERE dyad = $2) \
             OR subject IN (SELECT person FROM dyad_part WHERE dyad = $2)) \
             AND ($3 = 1 OR kind NOT IN ('assign-arm', 'unblind')) ORDER BY sequence";
        let values = values![study.as_str(), dyad, sight.arms];
        let rows = reader.db().rows(sql, values).await?;
        rows.iter().map(Entry::read).collect()
    }

    /// The values that one item of a form had, oldest first; versions that left it as it was are
    /// passed over.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn history_of_field(
        &self,
        study: &StudyId,
        form: FormId,
        item: &ItemId,
    ) -> Result<Vec<FieldChange>> {
        let mut changes: Vec<FieldChange> = Vec::new();
        for entry in self.history_of_form(study, form).await? {
            let (version, value) = match entry.command()? {
                Some(Command::SaveForm(saved)) => {
                    (saved.base + 1, saved.answers.get(item).cloned())
                }
                Some(Command::SettleEntries { base, answers, .. }) => {
                    (base + 1, answers.get(item).cloned())
                }
                _ => continue,
            };
            if changes.last().is_some_and(|last| last.value == value) {
                continue;
            }
            changes.push(FieldChange {
                version,
                value,
                actor: entry.actor,
                at: entry.at,
                reason: entry.reason,
            });
        }
        Ok(changes)
    }
}
