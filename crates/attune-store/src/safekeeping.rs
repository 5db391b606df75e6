//! What the server does by itself for the safety of a store: files of withdrawn recordings deleted,
//! backups by their schedule, old ones cleared away, heads signed.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use crate::{
    access::Actor,
    backup::clear_recordings,
    error::{Result, StoreError},
    moment::Moment,
    store::Store,
};

/// How often, and how much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Safekeeping {
    /// Seconds between backups.
    pub backup_every: i64,
    /// Verified backups that are kept; older ones are deleted.
    pub keep: usize,
    /// Seconds between signatures of heads.
    pub heads_every: i64,
}

impl Default for Safekeeping {
    /// A backup each day, thirty kept; heads each hour.
    fn default() -> Self {
        Self {
            backup_every: 24 * 60 * 60,
            keep: 30,
            heads_every: 60 * 60,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whether a backup was made.
    pub backup: bool,
    /// Why it could not be restored in the check.
    pub fault: Option<String>,
    /// Backups that were deleted.
    pub n_deleted: usize,
    /// Heads that were signed.
    pub n_heads: usize,
}

/// Looks each minute whether something is due, for ever. The server runs it beside itself and drops
/// it when it ends.
pub async fn keep(store: Store, plan: Safekeeping) {
    let mut last_heads = None;
    loop {
        let now = Moment::now();
        if let Err(error) = store.keep_promises(now).await {
            tracing::error!(%error, "files of recordings are not looked after");
        }
        match store.keep_safe(&plan, now, last_heads).await {
            Ok(kept) => {
                if let Some(fault) = &kept.fault {
                    tracing::error!(%fault, "a backup could not be restored in its check");
                }
                if kept.n_heads > 0 {
                    last_heads = Some(now);
                }
            }
            Err(error) => tracing::error!(%error, "backups and heads are not kept"),
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

impl Store {
    /// Deletes files of recordings whose families withdrew (which is done at once, unless it failed
    /// then), empties SQLite's write-ahead log, seals what an older program left unsealed, and removes what a killed program left of its
    /// work. Returns how many recordings went.
    ///
    /// # Errors
    ///
    /// The database or the folder of recordings cannot be read or written.
    #[expect(
        clippy::disallowed_methods,
        reason = "how old a file is, the system's own clock tells"
    )]
    pub async fn keep_promises(&self, now: Moment) -> Result<usize> {
        let n_removed = self.honour_all_withdrawals(now).await?;
        self.fold_log().await?;
        let media = self.media();
        let looked_after = tokio::task::spawn_blocking(move || {
            media.seal_what_is_not()?;
            media.clear_what_was_left(SystemTime::now())
        });
        looked_after
            .await
            .map_err(|_| StoreError::damaged("the folder of recordings"))??;
        Ok(n_removed)
    }

    /// Does what is due now.
    ///
    /// # Errors
    ///
    /// A backup cannot be made or a head cannot be written.
    pub async fn keep_safe(
        &self,
        plan: &Safekeeping,
        now: Moment,
        last_heads: Option<Moment>,
    ) -> Result<Kept> {
        let mut kept = Kept::default();
        let is_old = |at: Moment| now.seconds_since(at) >= plan.backup_every;
        let newest = self.backups().await?.into_iter().next();
        // An empty store has nothing to lose.
        let is_empty =
            self.log(None, None, 1).await?.is_empty() && self.studies().await?.is_empty();
        if !is_empty && newest.is_none_or(|newest| is_old(newest.at)) {
            let made = self.backup(&Actor::PROGRAM, now).await?;
            kept.backup = true;
            kept.fault = made.fault;
            kept.n_deleted = self.clear_away(plan.keep).await?;
        }
        if last_heads.is_none_or(|last| now.seconds_since(last) >= plan.heads_every) {
            kept.n_heads = self.sign_heads(now).await?.len();
        }
        Ok(kept)
    }

    /// Deletes the folders of backups that are older than the newest `keep` verified ones. What was
    /// recorded about them stays.
    async fn clear_away(&self, keep: usize) -> Result<usize> {
        let backups = self.backups().await?;
        let mut n_verified = 0;
        let mut n_deleted = 0;
        for backup in backups {
            let folder = self.location().backups().join(&backup.folder);
            if n_verified >= keep.max(1) && folder.is_dir() {
                fs::remove_dir_all(&folder).map_err(StoreError::file(format!(
                    "cannot delete the old backup {}",
                    folder.display()
                )))?;
                n_deleted += 1;
            }
            n_verified += usize::from(backup.verified && folder.is_dir());
        }
        if n_deleted > 0 {
            let needed = self.recordings_needed().await?;
            clear_recordings(&self.location().backups(), &needed)?;
        }
        Ok(n_deleted)
    }
}
