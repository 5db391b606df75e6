//! The store: opening it, changing something, reading something.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use attune_protocol::{Protocol, StudyFolder, consent::WithdrawnRecords, id::StudyId};
use tokio::sync::{mpsc, oneshot};

use crate::{
    access::Actor,
    backup, check,
    command::{Command, Receipt, Request, WithdrawalLevel},
    database::{Database, Reader, Value, WriterConnection, values},
    error::{Result, StoreError},
    execute::{Prepared, request_digest},
    keys::Keys,
    location::Location,
    migrations,
    moment::Moment,
    rebuild::Rebuilt,
    restore,
    writer::{Faults, Job, QUEUE, Writer},
};

/// The store. Cloning it is cheap; all clones speak to the same writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    location: Location,
    keys: Arc<Keys>,
    readers: Database,
    writer: mpsc::Sender<Job>,
    faults: Arc<Faults>,
    protocols: Mutex<BTreeMap<StudyId, (i64, Arc<Protocol>)>>,
}

impl Store {
    /// Opens the store, a new one where there is none. An older database is brought forward, after
    /// a backup.
    ///
    /// # Errors
    ///
    /// The place cannot be used, a key file is missing, or the database is of a newer program.
    pub async fn open(location: Location) -> Result<Self> {
        make_data_folder(&location.data)?;
        let mut connection = WriterConnection::open(&location).await?;
        let found = migrations::version(&mut connection.db()).await?;
        let keys = Arc::new(Keys::open(&location.keys, found == 0)?);
        if found > migrations::newest() {
            let known = migrations::newest();
            return Err(StoreError::Newer { found, known });
        }
        if 0 < found && found < migrations::newest() {
            backup::before_migration(&location, &mut connection.db(), &keys, found).await?;
        }
        migrations::run(&mut connection.db(), Moment::now()).await?;
        if let Some(most) = location.most_pages {
            let sql = format!("PRAGMA max_page_count = {most}");
            connection.db().script(&sql).await?;
        }
        let readers = Database::readers(&location).await?;
        keep_names_of_files(&location.data)?;
        let (writer, jobs) = mpsc::channel(QUEUE);
        let faults = Arc::new(Faults::default());
        let task = Writer {
            connection: Some(connection),
            location: location.clone(),
            keys: Arc::clone(&keys),
            faults: Arc::clone(&faults),
            stopped: None,
        };
        tokio::spawn(task.run(jobs));
        Ok(Self {
            inner: Arc::new(Inner {
                location,
                keys,
                readers,
                writer,
                faults,
                protocols: Mutex::new(BTreeMap::new()),
            }),
        })
    }

    /// Where it lies.
    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    /// Its keys.
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// Makes commits fail, for tests.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Changes something: stores the commands of the request, all or none, and answers after the
    /// commit. After a withdrawal the files of recordings that it reaches are deleted at once.
    ///
    /// # Errors
    ///
    /// The request is against a rule, its key was used for another one, or nothing can be written.
    pub async fn execute(&self, actor: &Actor, request: Request) -> Result<Receipt> {
        let erasure = restore::Erasure::of(&request);
        let (study, at) = (request.study.clone(), request.at);
        let prepared = self.prepare(actor, request).await?;
        let (reply, answer) = oneshot::channel();
        self.send(Job::Execute(Box::new(prepared), reply)).await?;
        let receipt = answer.await.map_err(|_| writer_is_gone())??;
        if let Some(erasure) = erasure.filter(|_| !receipt.repeated) {
            erasure.remember(&self.inner.location.keys)?;
            // The write-ahead log still holds what was erased; the timer comes again should this fail.
            if let Err(error) = self.fold_log().await {
                tracing::warn!(%error, "the write-ahead log is not emptied yet");
            }
            if let Some(study) = study.filter(|_| erasure.is_withdrawal()) {
                // The withdrawal is stored and in force; the timer deletes what could not be deleted now.
                if let Err(error) = Box::pin(self.honour_withdrawals(&study, at)).await {
                    let study = study.as_str();
                    tracing::error!(study, %error, "files of withdrawn recordings are not deleted yet");
                }
            }
        }
        Ok(receipt)
    }

    async fn prepare(&self, actor: &Actor, mut request: Request) -> Result<Prepared> {
        if request.key.trim().is_empty() || request.key.len() > 200 {
            return Err(StoreError::refused(
                "the key of a request has between 1 and 200 characters",
            ));
        }
        let digest = request_digest(&self.inner.keys, &request)?;
        let protocol = match &request.study {
            Some(study) => self.maybe_protocol(study).await?,
            None => None,
        };
        if let Some(protocol) = &protocol {
            check::against_protocol(protocol, &request.commands)?;
            for command in &mut request.commands {
                keep_the_promise(protocol, command);
            }
        } else if request.study.is_some()
            && !request
                .commands
                .iter()
                .all(|command| matches!(command, Command::RegisterStudy { .. }))
        {
            let study = request.study.as_ref().map_or("", |study| study.as_str());
            return Err(StoreError::not_found("study", study));
        }
        Ok(Prepared {
            actor: actor.clone(),
            request,
            digest,
            protocol,
        })
    }

    /// Statements about state that is no history.
    pub(crate) async fn change(
        &self,
        statements: Vec<(&'static str, Vec<Value>)>,
    ) -> Result<Vec<u64>> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Statements(statements, reply)).await?;
        answer.await.map_err(|_| writer_is_gone())?
    }

    async fn send(&self, job: Job) -> Result<()> {
        let sent = self.inner.writer.send(job).await;
        sent.map_err(|_| writer_is_gone())
    }

    /// A connection for reading.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub async fn reader(&self) -> Result<Reader> {
        self.inner.readers.reader().await
    }

    /// Whether something can be written now.
    ///
    /// # Errors
    ///
    /// Writing has stopped.
    pub async fn check_writing(&self) -> Result<()> {
        let sql = "DELETE FROM one_time_code WHERE hash = ''";
        self.change(vec![(sql, Vec::new())]).await.map(drop)
    }

    /// Folds SQLite's write-ahead log into the file and empties it, so that nothing of what was erased
    /// stays in it. PostgreSQL keeps its log by its own settings.
    ///
    /// # Errors
    ///
    /// Writing has stopped.
    pub async fn fold_log(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Fold(reply)).await?;
        answer.await.map_err(|_| writer_is_gone())?
    }

    /// Makes the tables again from the log; what differed is named.
    ///
    /// # Errors
    ///
    /// A row of the log cannot be read, or nothing can be written. The tables are then as before.
    pub async fn rebuild(&self) -> Result<Rebuilt> {
        self.rebuild_job(false).await
    }

    /// Compares the tables with the log and changes nothing.
    ///
    /// # Errors
    ///
    /// A row of the log cannot be read.
    pub async fn compare_with_log(&self) -> Result<Rebuilt> {
        self.rebuild_job(true).await
    }

    async fn rebuild_job(&self, only_try: bool) -> Result<Rebuilt> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Rebuild { only_try, reply }).await?;
        answer.await.map_err(|_| writer_is_gone())?
    }

    /// Ends the writer after everything that waits, and closes all connections.
    pub async fn close(&self) {
        // The writer goes last, so that SQLite folds its write-ahead log into the file.
        self.inner.readers.close().await;
        let (done, closed) = oneshot::channel();
        if self.send(Job::Close(done)).await.is_ok() {
            // The writer may have ended before.
            drop(closed.await);
        }
    }

    /// The protocol of a study in its newest version.
    ///
    /// # Errors
    ///
    /// There is no such study, or its files are not what was registered.
    pub async fn protocol(&self, study: &StudyId) -> Result<Arc<Protocol>> {
        let protocol = self.maybe_protocol(study).await?;
        protocol.ok_or_else(|| StoreError::not_found("study", study))
    }

    async fn maybe_protocol(&self, study: &StudyId) -> Result<Option<Arc<Protocol>>> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT version FROM study WHERE id = $1";
        let Some(row) = db.row(sql, values![study.as_str()]).await? else {
            return Ok(None);
        };
        let version = row.int(0)?;
        if let Some((known, protocol)) = self.known_protocols().get(study)
            && *known == version
        {
            return Ok(Some(Arc::clone(protocol)));
        }
        let folder = read_folder(&mut db, study, version).await?;
        let (protocol, _) = Protocol::read_folder(&folder).map_err(|problems| {
            StoreError::damaged(format!(
                "the files of the study {study} are no sound protocol for this program: {problems}"
            ))
        })?;
        let protocol = Arc::new(protocol);
        self.known_protocols()
            .insert(study.clone(), (version, Arc::clone(&protocol)));
        Ok(Some(protocol))
    }

    fn known_protocols(
        &self,
    ) -> std::sync::MutexGuard<'_, BTreeMap<StudyId, (i64, Arc<Protocol>)>> {
        // The map is only a memory of what the database holds.
        let known = self.inner.protocols.lock();
        known.unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder of a study as it was registered.
    ///
    /// # Errors
    ///
    /// There is no such study or version.
    pub async fn study_folder(&self, study: &StudyId, version: u32) -> Result<StudyFolder> {
        let mut reader = self.reader().await?;
        read_folder(&mut reader.db(), study, i64::from(version)).await
    }
}

async fn read_folder(
    db: &mut crate::database::Db<'_>,
    study: &StudyId,
    version: i64,
) -> Result<StudyFolder> {
    let sql = "SELECT files, others FROM study_version WHERE study = $1 AND version = $2";
    let row = db.row(sql, values![study.as_str(), version]).await?;
    let row = row.ok_or_else(|| StoreError::not_found("version of the study", version))?;
    let names: BTreeMap<String, String> = row.json(0)?;
    let others: Vec<String> = row.json(1)?;
    let mut files = Vec::with_capacity(names.len() + others.len());
    for (name, hash) in names {
        let sql = "SELECT bytes FROM object WHERE hash = $1";
        let object = db.row(sql, values![&hash]).await?;
        let object = object.ok_or_else(|| StoreError::not_found("stored file", &hash))?;
        files.push((name, object.bytes(0)?));
    }
    files.extend(others.into_iter().map(|name| (name, Vec::new())));
    Ok(StudyFolder::from_files(files))
}

/// A withdrawal goes at least as far as the study promised before anybody was asked.
fn keep_the_promise(protocol: &Protocol, command: &mut Command) {
    let Command::WithdrawConsent {
        purpose,
        level,
        ends_taking_part,
        ..
    } = command
    else {
        return;
    };
    let Some(planned) = protocol.consents.iter().find(|one| one.id == *purpose) else {
        return;
    };
    *ends_taking_part = planned.needed_to_take_part;
    *level = (*level).max(promised(planned.withdrawal.records));
}

/// The level that a study promises for a purpose.
pub(crate) fn promised(records: WithdrawnRecords) -> WithdrawalLevel {
    match records {
        WithdrawnRecords::Keep => WithdrawalLevel::StopCollecting,
        WithdrawnRecords::LeaveOut => WithdrawalLevel::LeaveOut,
        WithdrawnRecords::Erase => WithdrawalLevel::Erase,
    }
}

fn writer_is_gone() -> StoreError {
    StoreError::Stopped("the store was closed".to_owned())
}

fn make_data_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(StoreError::file(format!(
        "cannot make the data folder {}; is the folder above it writable, and no file of that name there?",
        folder.display()
    )))
}

/// Asks the disk to keep the names of the database's files. SQLite does so, too, and goes on when it fails;
/// then a power cut could take the write-ahead log away with all that it holds.
fn keep_names_of_files(folder: &Path) -> Result<()> {
    let synced = match cfg!(unix) {
        true => fs::File::open(folder).and_then(|folder| folder.sync_all()),
        false => Ok(()),
    };
    synced.map_err(StoreError::file(format!(
        "the disk does not keep the data folder {}",
        folder.display()
    )))
}

impl Store {
    /// Tables and columns of the database that this program does not know by name: there must be
    /// none, or a copy would forget them.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn tables_not_known(&self) -> Result<Vec<String>> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = if db.is_postgres() {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        };
        let rows = db.rows(sql, Vec::new()).await?;
        let names: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
        let is_known = |name: &String| {
            name == "schema_version" || crate::tables::all().any(|table| table.name == name)
        };
        Ok(names.into_iter().filter(|name| !is_known(name)).collect())
    }
}
