//! `attune serve`: the application in the browser.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use attune_publication::Matomo;
use attune_store::{
    Location, Store,
    safekeeping::{self, Safekeeping},
};
use attune_web::{App, Clock, Settings, Tls, Transport};
use clap::Args;

use crate::{commands::listening, log, output};

#[derive(Debug, Args)]
pub struct Serve {
    /// Folder for everything that is kept; made when it is not there
    #[arg(long, value_name = "DIR", default_value = "attune-data")]
    data: PathBuf,
    /// Folder for the keys; never inside the data folder. Without it, DIR-keys beside the data
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Address and port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070", value_parser = listening::address)]
    listen: SocketAddr,
    /// PostgreSQL server instead of the SQLite file in the data folder: postgres://user@host/database
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Certificate with its chain (PEM), for HTTPS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address that browsers show, when a proxy before this server speaks HTTPS: https://host
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Address of a proxy before this server, whose X-Forwarded-For is believed; may be repeated
    #[arg(long, value_name = "IP")]
    trusted_proxy: Vec<IpAddr>,
    /// Address of a Matomo of your own, which public pages load only after a visitor's yes; without it the server counts
    /// visits itself, by day and page, and there is no banner
    #[arg(long, value_name = "URL", requires = "matomo_site")]
    matomo: Option<String>,
    /// Number of the site in that Matomo
    #[arg(long, value_name = "N", requires = "matomo")]
    matomo_site: Option<u32>,
    /// Minutes of rest after which a person is signed out
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=480))]
    idle_minutes: u64,
    /// Hours after which a person signs in again in any case
    #[arg(long, value_name = "HOURS", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=48))]
    absolute_hours: u64,
    /// Hours between the backups that the server makes by itself
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=168))]
    backup_hours: u32,
    /// Verified backups that are kept; older ones are deleted
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(2..=1000))]
    keep_backups: u32,
}

impl Serve {
    pub fn run(&self) -> Result<()> {
        let settings = self.settings()?;
        listening::can_listen_at(self.listen)?;
        log::to_standard_error("info");
        runtime()?.block_on(async {
            let store = open(self.location()).await?;
            let app = App::new(store, settings, Clock::System);
            if let Some(code) = attune_web::first_run_code(&app).await? {
                output::print_text(&format!(
                    "Nobody has an account here yet. Make the first one in the browser with this code:\n\n    first-run code: {code}\n\n"
                ))?;
            }
            run(app, self.listen, self.tls()).await
        })
    }

    fn location(&self) -> Location {
        let location = match &self.database {
            Some(url) => Location::postgres(url, &self.data),
            None => Location::folder(&self.data),
        };
        match &self.keys {
            Some(keys) => location.with_keys(keys),
            None => location,
        }
    }

    fn tls(&self) -> Option<Tls> {
        Some(Tls {
            certificate: self.tls_cert.clone()?,
            key: self.tls_key.clone()?,
        })
    }

    fn settings(&self) -> Result<Settings> {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Ok(Settings {
            transport: self.transport()?,
            trusted_proxies: self.trusted_proxy.clone(),
            idle_limit: minutes(self.idle_minutes),
            absolute_limit: minutes(self.absolute_hours * 60),
            safekeeping: Safekeeping {
                backup_every: i64::from(self.backup_hours) * 60 * 60,
                keep: self.keep_backups as usize,
                ..Safekeeping::default()
            },
            matomo: match (&self.matomo, self.matomo_site) {
                (Some(address), Some(site)) => {
                    Some(Matomo::at(address, site).map_err(|message| anyhow!(message))?)
                }
                _ => None,
            },
            ..Settings::default()
        })
    }

    /// Nothing crosses a network in the clear.
    fn transport(&self) -> Result<Transport> {
        if let Some(address) = &self.public_url {
            check_public_url(address)?;
        }
        if self.tls_cert.is_some() || self.public_url.is_some() {
            return Ok(Transport::Encrypted {
                public_address: self.public_url.clone(),
            });
        }
        if !self.listen.ip().is_loopback() {
            bail!(
                "{} can be reached from other machines, and without TLS everybody on the way could read along; \
                 give --tls-cert and --tls-key, or --public-url https://… when a proxy before this server speaks HTTPS",
                self.listen
            );
        }
        Ok(Transport::Loopback)
    }
}

/// `https://host` or `https://host:port`, as browsers send it in `Origin`.
fn check_public_url(address: &str) -> Result<()> {
    let host = address.strip_prefix("https://").unwrap_or_default();
    let fits = !host.is_empty()
        && host.chars().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.:[]".contains(letter)
        });
    if !fits {
        bail!(
            "--public-url {address} is not the address of a server; write https://host or https://host:port, in lower case and without a path"
        );
    }
    Ok(())
}

/// The runtime of the server.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the server's threads")
}

/// Opens the store.
pub async fn open(location: Location) -> Result<Store> {
    let words = location.words();
    Store::open(location)
        .await
        .with_context(|| format!("cannot open the store ({words})"))
}

/// Serves until the process is asked to end.
pub async fn run(app: App, listen: SocketAddr, tls: Option<Tls>) -> Result<()> {
    if !attune_web::bundle_is_there() {
        eprintln!(
            "note: scripts and fonts are not built into this program; pages work without them. \
             To get them, run `cargo xtask assets` (it needs npm) and build again"
        );
    }
    let ready = |address: &str| {
        // A closed standard output does not stop the server.
        let _ = output::print_text(&format!("listening on {address}\n"));
    };
    let store = app.store().clone();
    let keeping = tokio::spawn(safekeeping::keep(store.clone(), app.settings().safekeeping));
    attune_web::serve(attune_web::app(&app), listen, tls, ready, end())
        .await
        .with_context(|| format!("cannot serve on {listen}"))?;
    keeping.abort();
    store.close().await;
    Ok(())
}

/// Comes when the process is asked to end: Ctrl-C, or SIGTERM where there is one.
async fn end() {
    let interrupt = async {
        // Without a handler the process would end at once; waiting for ever leaves SIGTERM.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
