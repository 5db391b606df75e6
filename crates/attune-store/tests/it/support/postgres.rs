//! A private PostgreSQL on loopback, from the binaries of the system, run as somebody who is not
//! root. `ATTUNE_TEST_POSTGRES` names another server to use instead.

use std::{
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// Schemas that this process has made; several servers may be one and the same.
static N_SCHEMAS: AtomicU32 = AtomicU32::new(0);

/// A server; it stops when it is dropped.
pub struct Server {
    pub url: String,
    /// Where it was started here.
    pub own: Option<Own>,
}

/// A server that was started here.
pub struct Own {
    pub process: Option<Child>,
    pub port: u16,
    pub binaries: PathBuf,
    pub somebody: Somebody,
    pub folder: TempDir,
}

impl Own {
    /// Starts it on the data that there are.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn run(&mut self) -> Result<(), String> {
        let mut run = self.somebody.command(&self.binaries.join("postgres"));
        run.arg("-D").arg(self.folder.path().join("data"));
        run.args(["-p", &self.port.to_string()]);
        run.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]);
        let run = run.stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(run.spawn().map_err(|error| error.to_string())?);
        Ok(())
    }
}

impl Server {
    /// Starts a server, or says why there is none.
    pub fn start() -> Result<Self, String> {
        if let Ok(url) = std::env::var("ATTUNE_TEST_POSTGRES") {
            return Ok(Self { url, own: None });
        }
        let binaries = binaries().ok_or("there is no PostgreSQL on this machine")?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let somebody = Somebody::who_may_run_it(folder.path())?;
        let data = folder.path().join("data");
        let mut init = somebody.command(&binaries.join("initdb"));
        init.args([
            "--auth=trust",
            "--username=attune",
            "--no-sync",
            "--encoding=UTF8",
        ])
        .args(["--locale=C", "--pgdata"])
        .arg(&data);
        let made = init.output().map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        let own = Own {
            process: None,
            port: 0,
            binaries,
            somebody,
            folder,
        };
        let mut server = Self {
            url: String::new(),
            own: Some(own),
        };
        // Between the choice of a port and its use another test may have taken it.
        let mut why = String::new();
        for _ in 0..5 {
            server.choose_port().map_err(|error| error.to_string())?;
            match server.wait() {
                Ok(()) => return Ok(server),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    fn choose_port(&mut self) -> io::Result<()> {
        let port = free_port()?;
        self.url = format!("postgres://attune@127.0.0.1:{port}/postgres");
        if let Some(own) = self.own.as_mut() {
            own.port = port;
            own.run().map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Waits until it answers: it, and not another one that has the same port.
    ///
    /// # Errors
    ///
    /// It has ended, or did not answer within half a minute.
    pub fn wait(&mut self) -> Result<(), String> {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        for _ in 0..300 {
            if runtime.block_on(self.answers()) {
                return Ok(());
            }
            let process = self.own.as_mut().and_then(|own| own.process.as_mut());
            if process.is_some_and(|process| matches!(process.try_wait(), Ok(Some(_)))) {
                return Err("PostgreSQL ended while it was starting".to_owned());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err("PostgreSQL did not answer within 30 seconds".to_owned())
    }

    async fn answers(&self) -> bool {
        let Ok(mut connection) = PgConnection::connect(&self.url).await else {
            return false;
        };
        let folder: Result<String, _> = sqlx::query_scalar("SHOW data_directory")
            .fetch_one(&mut connection)
            .await;
        let is_own = |folder: &String| {
            let own = self.own.as_ref().map(|own| own.folder.path().join("data"));
            own.is_none_or(|own| fs::canonicalize(folder).ok() == fs::canonicalize(own).ok())
        };
        folder.is_ok_and(|folder| is_own(&folder))
    }

    /// An empty schema of its own for a test.
    pub async fn new_schema(&self) -> String {
        let n = N_SCHEMAS.fetch_add(1, Ordering::SeqCst);
        let name = format!("attune_{}_{n}", std::process::id());
        let mut connection = PgConnection::connect(&self.url).await.expect("connects");
        let sql = format!("CREATE SCHEMA {name}");
        let made = sqlx::query(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await;
        made.expect("a schema");
        name
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let own = self.own.as_mut();
        if let Some(process) = own.and_then(|own| own.process.as_mut()) {
            // Its data go with it, so it need not say good-bye.
            drop(process.kill());
            drop(process.wait());
        }
    }
}

/// The newest PostgreSQL of Debian, or the one on the path.
fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let folders = versions.into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = folders
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("postgres").exists() && folder.join("initdb").exists())
        .collect();
    found.sort();
    let on_path = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    });
    found.pop().or(on_path)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// PostgreSQL refuses to be run by root; then another user of the system runs it.
pub struct Somebody {
    ids: Option<(u32, u32)>,
}

impl Somebody {
    fn who_may_run_it(folder: &Path) -> Result<Self, String> {
        use std::os::unix::fs::{MetadataExt, chown};
        let owner = fs::metadata(folder)
            .map_err(|error| error.to_string())?
            .uid();
        if owner != 0 {
            return Ok(Self { ids: None });
        }
        let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
        let ids = ["postgres", "nobody"].iter().find_map(|name| {
            let line = users
                .lines()
                .find(|line| line.split(':').next() == Some(name))?;
            let mut parts = line.split(':').skip(2);
            Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
        });
        let (user, group) = ids.ok_or("root may not run PostgreSQL, and nobody else is there")?;
        chown(folder, Some(user), Some(group)).map_err(|error| error.to_string())?;
        Ok(Self {
            ids: Some((user, group)),
        })
    }

    pub fn command(&self, program: &Path) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(program);
        command.current_dir("/").env_remove("PGDATA");
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}
