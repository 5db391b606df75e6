//! The one writer. Everything that changes the database goes through one task with one connection:
//! what has gathered while the last commit was under way becomes one transaction, each request in a
//! savepoint of its own, and each is answered after the commit has returned.
//!
//! After an error of the disk nothing more is written until the store is opened again: what the
//! database then holds is known only after it has been read anew. (A server of PostgreSQL is asked
//! again for a connection; the request whose commit could not be seen is answered as unknown, and
//! its key makes it safe to send again.)

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    command::Receipt,
    database::{Db, Value, WriterConnection},
    error::{Result, StoreError},
    execute::{Heads, Prepared, execute},
    keys::Keys,
    location::Location,
    rebuild::{self, Rebuilt},
};

/// Most requests in one transaction.
const LARGEST_BATCH: usize = 256;
/// Requests that may wait.
pub(crate) const QUEUE: usize = 1024;

/// Work for the writer.
pub(crate) enum Job {
    /// Commands.
    Execute(Box<Prepared>, oneshot::Sender<Result<Receipt>>),
    /// Statements about state that is no history; answered with the rows that each changed.
    Statements(
        Vec<(&'static str, Vec<Value>)>,
        oneshot::Sender<Result<Vec<u64>>>,
    ),
    /// Makes the tables again from the log, or only tries.
    Rebuild {
        only_try: bool,
        reply: oneshot::Sender<Result<Rebuilt>>,
    },
    /// Folds the write-ahead log of SQLite into the file and empties it.
    Fold(oneshot::Sender<Result<()>>),
    /// Ends the writer.
    Close(oneshot::Sender<()>),
}

/// Makes commits fail, for tests of what happens then.
#[derive(Debug)]
pub struct Faults {
    commits_before_failure: AtomicI64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            commits_before_failure: AtomicI64::new(i64::MAX),
        }
    }
}

impl Faults {
    /// The commit after so many others fails as if the disk had.
    pub fn fail_after(&self, n_commits: i64) {
        self.commits_before_failure
            .store(n_commits, Ordering::SeqCst);
    }

    fn strike(&self) -> Result<()> {
        if self.commits_before_failure.fetch_sub(1, Ordering::SeqCst) <= 0 {
            let error = std::io::Error::other("injected fault");
            return Err(StoreError::file("the disk could not be written")(error));
        }
        Ok(())
    }
}

pub(crate) struct Writer {
    pub connection: Option<WriterConnection>,
    pub location: Location,
    pub keys: Arc<Keys>,
    pub faults: Arc<Faults>,
    /// Why nothing is written any more.
    pub stopped: Option<String>,
}

/// An answer that waits for the commit.
enum Answer {
    Receipt(oneshot::Sender<Result<Receipt>>, Result<Receipt>),
    Counts(oneshot::Sender<Result<Vec<u64>>>, Result<Vec<u64>>),
}

impl Answer {
    fn send(self) {
        // Whoever asked may have gone; what was stored is stored.
        match self {
            Self::Receipt(to, answer) => drop(to.send(answer)),
            Self::Counts(to, answer) => drop(to.send(answer)),
        }
    }

    /// The transaction failed, and with it what would have been answered.
    fn fail(self, why: &dyn Fn() -> StoreError) {
        match self {
            Self::Receipt(to, _) => drop(to.send(Err(why()))),
            Self::Counts(to, _) => drop(to.send(Err(why()))),
        }
    }
}

impl Writer {
    pub async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(LARGEST_BATCH);
        while jobs.recv_many(&mut batch, LARGEST_BATCH).await > 0 {
            let mut ordinary = Vec::with_capacity(batch.len());
            for job in batch.drain(..) {
                match job {
                    Job::Close(done) => {
                        self.write(std::mem::take(&mut ordinary)).await;
                        if let Some(connection) = self.connection.take() {
                            connection.close().await;
                        }
                        // Whoever asked may have gone.
                        let _ = done.send(());
                        return;
                    }
                    Job::Rebuild { only_try, reply } => {
                        self.write(std::mem::take(&mut ordinary)).await;
                        drop(reply.send(self.rebuild(only_try).await));
                    }
                    Job::Fold(reply) => {
                        self.write(std::mem::take(&mut ordinary)).await;
                        drop(reply.send(self.fold().await));
                    }
                    job => ordinary.push(job),
                }
            }
            self.write(ordinary).await;
        }
    }

    /// One transaction for all of these.
    async fn write(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        if let Err(error) = self.ready().await {
            let why = error.to_string();
            for job in jobs {
                refuse(job, || StoreError::Stopped(why.clone()));
            }
            return;
        }
        let mut answers = Vec::with_capacity(jobs.len());
        let end = self.transaction(jobs, &mut answers).await;
        match end {
            Ok(()) => answers.into_iter().for_each(Answer::send),
            Err((error, committing)) => {
                let why = error.to_string();
                tracing::error!(error = %why, "writing failed");
                // A commit whose end could not be seen may be on the disk all the same.
                let unknown = committing;
                self.stop(why.clone()).await;
                for answer in answers {
                    answer.fail(&|| {
                        if unknown {
                            StoreError::Unknown(why.clone())
                        } else {
                            StoreError::Stopped(why.clone())
                        }
                    });
                }
            }
        }
    }

    /// Runs the jobs; an error is one of the disk or the connection, and whether it came while
    /// committing. All answers, also those of jobs that were not reached, are in `answers`.
    async fn transaction(
        &mut self,
        jobs: Vec<Job>,
        answers: &mut Vec<Answer>,
    ) -> std::result::Result<(), (StoreError, bool)> {
        let mut heads = Heads::default();
        let mut failure = None;
        let (keys, faults) = (Arc::clone(&self.keys), Arc::clone(&self.faults));
        let Some(connection) = &mut self.connection else {
            for job in jobs {
                refuse(job, || StoreError::Stopped("no connection".to_owned()));
            }
            return Ok(());
        };
        let mut db = connection.db();
        match begin(&mut db, &jobs).await {
            Ok(()) => {}
            Err(error) if error.is_of_the_disk() => failure = Some(error),
            Err(error) => {
                // Another process holds the database, for a rebuild or a copy. Nothing was begun.
                drop(db.script("ROLLBACK").await);
                let why = format!("the database is busy ({error}); try again in a moment");
                for job in jobs {
                    refuse(job, || StoreError::Refused(why.clone()));
                }
                return Ok(());
            }
        }
        for job in jobs {
            if failure.is_some() {
                answers.push(unreached(job));
                continue;
            }
            match run_job(&mut db, &keys, &mut heads, job).await {
                Ok(answer) => answers.push(answer),
                Err((error, answer)) => {
                    answers.push(answer);
                    failure = Some(error);
                }
            }
        }
        if let Some(error) = failure {
            // The connection may be past answering; the transaction ends with it.
            drop(db.script("ROLLBACK").await);
            return Err((error, false));
        }
        let end = match heads.write(&mut db).await {
            Ok(()) => faults.strike(),
            Err(error) => Err(error),
        };
        if let Err(error) = end {
            drop(db.script("ROLLBACK").await);
            return Err((error, false));
        }
        db.script("COMMIT").await.map_err(|error| (error, true))
    }

    async fn rebuild(&mut self, only_try: bool) -> Result<Rebuilt> {
        self.ready().await?;
        let Some(connection) = &mut self.connection else {
            return Err(StoreError::Stopped("no connection".to_owned()));
        };
        rebuild::run(&mut connection.db(), only_try).await
    }

    async fn fold(&mut self) -> Result<()> {
        self.ready().await?;
        match &mut self.connection {
            Some(connection) if !self.location.is_on_server() => {
                // A reader in the middle of something lets the log stay; the timer comes again.
                connection
                    .db()
                    .script("PRAGMA wal_checkpoint(TRUNCATE)")
                    .await
            }
            _ => Ok(()),
        }
    }

    /// Whether there is a connection that may write.
    async fn ready(&mut self) -> Result<()> {
        let Some(why) = &self.stopped else {
            return Ok(());
        };
        if !self.is_postgres() {
            return Err(StoreError::Stopped(why.clone()));
        }
        self.connection = Some(WriterConnection::open(&self.location).await?);
        self.stopped = None;
        Ok(())
    }

    async fn stop(&mut self, why: String) {
        self.stopped = Some(why);
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    fn is_postgres(&self) -> bool {
        self.location.is_on_server()
    }
}

/// Begins the transaction. On PostgreSQL other nodes may write as well: each chain is locked until
/// the transaction ends, in the order of their names, so that two nodes never wait for each other.
async fn begin(db: &mut Db<'_>, jobs: &[Job]) -> Result<()> {
    db.begin().await?;
    if !db.is_postgres() {
        return Ok(());
    }
    let chain = |job: &Job| match job {
        Job::Execute(prepared, _) => Some(prepared.chain().to_owned()),
        _ => None,
    };
    let mut chains: Vec<String> = jobs.iter().filter_map(chain).collect();
    chains.sort();
    chains.dedup();
    for chain in chains {
        let sql = "SELECT pg_advisory_xact_lock(hashtext($1))";
        let values = vec![Value::from(format!("attune {chain}"))];
        db.run(sql, values).await?;
    }
    Ok(())
}

type JobEnd = std::result::Result<Answer, (StoreError, Answer)>;

/// One job in a savepoint. What is wrong with the job itself is its answer; an error of the disk
/// comes back beside it.
async fn run_job(db: &mut Db<'_>, keys: &Keys, heads: &mut Heads, job: Job) -> JobEnd {
    match job {
        Job::Execute(prepared, reply) => match one_request(db, keys, heads, &prepared).await {
            Ok(answer) => Ok(Answer::Receipt(reply, answer)),
            Err(error) => Err((error, Answer::Receipt(reply, Err(lost())))),
        },
        Job::Statements(statements, reply) => match all_statements(db, statements).await {
            Ok(answer) => Ok(Answer::Counts(reply, answer)),
            Err(error) => Err((error, Answer::Counts(reply, Err(lost())))),
        },
        other => Ok(unreached(other)),
    }
}

async fn one_request(
    db: &mut Db<'_>,
    keys: &Keys,
    heads: &mut Heads,
    prepared: &Prepared,
) -> Result<Result<Receipt>> {
    db.script("SAVEPOINT one").await?;
    let end = execute(db, keys, heads, prepared).await;
    settle(db, end).await
}

async fn all_statements(
    db: &mut Db<'_>,
    statements: Vec<(&'static str, Vec<Value>)>,
) -> Result<Result<Vec<u64>>> {
    db.script("SAVEPOINT one").await?;
    let mut end = Ok(Vec::with_capacity(statements.len()));
    for (sql, values) in statements {
        match (db.run(sql, values).await, &mut end) {
            (Ok(count), Ok(counts)) => counts.push(count),
            (Err(error), _) => {
                end = Err(error);
                break;
            }
            _ => {}
        }
    }
    settle(db, end).await
}

/// Keeps what was done since the savepoint, or undoes it.
async fn settle<T>(db: &mut Db<'_>, end: Result<T>) -> Result<Result<T>> {
    match end {
        Ok(done) => {
            db.script("RELEASE SAVEPOINT one").await?;
            Ok(Ok(done))
        }
        Err(error) if error.is_of_the_disk() => Err(error),
        Err(error) => {
            db.script("ROLLBACK TO SAVEPOINT one").await?;
            db.script("RELEASE SAVEPOINT one").await?;
            Ok(Err(error))
        }
    }
}

fn lost() -> StoreError {
    StoreError::Stopped("the transaction failed".to_owned())
}

fn unreached(job: Job) -> Answer {
    match job {
        Job::Execute(_, reply) => Answer::Receipt(reply, Err(lost())),
        Job::Statements(_, reply) => Answer::Counts(reply, Err(lost())),
        Job::Rebuild { reply, .. } => {
            drop(reply.send(Err(lost())));
            Answer::Counts(oneshot::channel().0, Err(lost()))
        }
        Job::Fold(reply) => {
            drop(reply.send(Err(lost())));
            Answer::Counts(oneshot::channel().0, Err(lost()))
        }
        Job::Close(done) => {
            // Whoever asked may have gone.
            let _ = done.send(());
            Answer::Counts(oneshot::channel().0, Err(lost()))
        }
    }
}

fn refuse(job: Job, why: impl Fn() -> StoreError) {
    unreached(job).fail(&why);
}
