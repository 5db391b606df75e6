//! What a withdrawal does to recordings. Files are deleted as soon as the withdrawal is stored, and by
//! the server's timer should that have failed; the log says so, and a backup does not bring them back.

use std::collections::BTreeSet;

use attune_protocol::{
    Protocol,
    consent::WithdrawnMedia,
    id::{PurposeId, StudyId},
};

use crate::{
    access::Actor,
    clips::ClipRow,
    command::{
        Command, Request, WithdrawalLevel,
        video::{Angle, VideoCommand},
    },
    database::Db,
    error::{Result, StoreError},
    ids::{ClipId, DyadKey},
    moment::Moment,
    store::Store,
};

impl Store {
    /// Recordings whose files have to go because a family withdrew, and whether their codes go, too, as
    /// the study promised.
    ///
    /// # Errors
    ///
    /// The database or the study's files cannot be read.
    pub async fn clips_withdrawn(&self, study: &StudyId) -> Result<Vec<(ClipId, bool)>> {
        let protocol = self.protocol(study).await?;
        let mut found = Vec::new();
        for clip in self.clips(study).await? {
            let Some(purpose) = clip.purpose.as_ref().filter(|_| clip.removed.is_none()) else {
                continue;
            };
            let mut due = WithdrawnMedia::Keep;
            for dyad in &clip.dyads {
                due = stronger(due, self.media_due(&protocol, *dyad, purpose).await?);
            }
            if due != WithdrawnMedia::Keep {
                found.push((clip.id, due == WithdrawnMedia::DeleteWithCodes));
            }
        }
        Ok(found)
    }

    /// What has to happen to recordings of a family that were made under a purpose. A withdrawal from
    /// what taking part depends on reaches the recordings of every purpose.
    async fn media_due(
        &self,
        protocol: &Protocol,
        dyad: DyadKey,
        purpose: &PurposeId,
    ) -> Result<WithdrawnMedia> {
        if self.consents_to(dyad, purpose).await? {
            return Ok(WithdrawnMedia::Keep);
        }
        let mut due = WithdrawnMedia::Keep;
        for withdrawal in self.withdrawals(dyad).await? {
            let planned = protocol
                .consents
                .iter()
                .find(|one| one.id == withdrawal.purpose);
            let is_of_all = planned.is_some_and(|one| one.needed_to_take_part);
            if withdrawal.purpose != *purpose && !is_of_all {
                continue;
            }
            due = stronger(due, promised(planned.map(|one| one.withdrawal.media)));
            if withdrawal.level == WithdrawalLevel::Erase {
                due = stronger(due, WithdrawnMedia::Delete);
            }
        }
        Ok(due)
    }

    /// Recordings of a family that withdrawing from a purpose would delete.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub(crate) async fn n_recordings_touched(
        &self,
        study: &StudyId,
        dyad: DyadKey,
        purpose: &PurposeId,
        of_all_purposes: bool,
    ) -> Result<usize> {
        let is_touched = |clip: &ClipRow| {
            clip.removed.is_none()
                && clip.dyads.contains(&dyad)
                && (of_all_purposes || clip.purpose.as_ref() == Some(purpose))
        };
        let clips = self.clips(study).await?;
        Ok(clips.iter().filter(|clip| is_touched(clip)).count())
    }

    /// Deletes the files of recordings whose families withdrew, and notes it. Returns how many
    /// recordings.
    ///
    /// # Errors
    ///
    /// Something could not be read, noted or deleted; calling it again goes on from there.
    pub async fn honour_withdrawals(&self, study: &StudyId, at: Moment) -> Result<usize> {
        let withdrawn = self.clips_withdrawn(study).await?;
        for (clip, with_codes) in &withdrawn {
            let command = Command::Video(Box::new(VideoCommand::RemoveClip {
                clip: *clip,
                with_codes: *with_codes,
            }));
            // The page, the timer and another node may come together: it is noted once.
            let request = Request::new(Some(study.clone()), command, at)
                .with_key(format!("remove {clip} {with_codes}"))
                .because("a family in it withdrew");
            match self.execute(&Actor::PROGRAM, request).await {
                Ok(_) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.delete_files_of_removed(study).await?;
        Ok(withdrawn.len())
    }

    /// Deletes files of recordings that are removed, also of those of which an earlier call could only
    /// note it. Two recordings may share a file, such as the times of equally many frames: what one
    /// still needs stays.
    async fn delete_files_of_removed(&self, study: &StudyId) -> Result<()> {
        let files = |clip: &ClipRow| -> Vec<String> {
            let files = clip.angles.iter().flat_map(Angle::files);
            files.map(str::to_owned).collect()
        };
        let (removed, _): (Vec<ClipRow>, Vec<ClipRow>) = self
            .clips(study)
            .await?
            .into_iter()
            .partition(|clip| clip.removed.is_some());
        if removed.is_empty() {
            return Ok(());
        }
        let needed: BTreeSet<String> = self.recordings_needed().await?;
        let media = self.media();
        for file in removed.iter().flat_map(files) {
            if !needed.contains(&file) {
                media.delete(&file)?;
            }
        }
        Ok(())
    }

    /// Hashes of the files of all recordings that are not removed, in all studies.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn recordings_needed(&self) -> Result<BTreeSet<String>> {
        let mut reader = self.reader().await?;
        recordings_needed(&mut reader.db()).await
    }

    /// Honours withdrawals of all studies. A study that cannot be read is told in the log and does not
    /// keep the others waiting.
    pub async fn honour_all_withdrawals(&self, at: Moment) -> Result<usize> {
        let mut n = 0;
        for study in self.studies().await? {
            match self.honour_withdrawals(&study.id, at).await {
                Ok(removed) => n += removed,
                Err(error) => {
                    let study = study.id.as_str();
                    tracing::error!(study, %error, "files of withdrawn recordings are not deleted yet");
                }
            }
        }
        Ok(n)
    }
}

/// Hashes of the files of all recordings that are not removed.
pub(crate) async fn recordings_needed(db: &mut Db<'_>) -> Result<BTreeSet<String>> {
    let sql = "SELECT angles FROM clip WHERE removed IS NULL";
    let mut needed = BTreeSet::new();
    for row in &db.rows(sql, Vec::new()).await? {
        let angles: Vec<Angle> = row.json(0)?;
        needed.extend(angles.iter().flat_map(Angle::files).map(str::to_owned));
    }
    Ok(needed)
}

/// What a study promises for recordings; deleting them where it says nothing.
fn promised(media: Option<WithdrawnMedia>) -> WithdrawnMedia {
    media.unwrap_or(WithdrawnMedia::Delete)
}

fn stronger(one: WithdrawnMedia, other: WithdrawnMedia) -> WithdrawnMedia {
    match (one, other) {
        (WithdrawnMedia::DeleteWithCodes, _) | (_, WithdrawnMedia::DeleteWithCodes) => {
            WithdrawnMedia::DeleteWithCodes
        }
        (WithdrawnMedia::Delete, _) | (_, WithdrawnMedia::Delete) => WithdrawnMedia::Delete,
        _ => WithdrawnMedia::Keep,
    }
}
