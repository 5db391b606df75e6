//! Gives the application a socket: plain HTTP on this machine, or TLS by rustls. It says when it is
//! ready, and ends cleanly when asked: requests that have begun are answered first.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};

use attune_store::Store;
use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};

use crate::{pages::first_run, sign_in::tokens, state::App};

/// Certificate and key, both PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate with its chain.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// How long requests that have begun may still take when the server is asked to end.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Serves until `end` comes. `ready` is told the address once requests are answered.
///
/// # Errors
///
/// The address is taken or not allowed, or certificate and key cannot be read.
pub async fn serve(
    application: Router,
    listen: SocketAddr,
    tls: Option<Tls>,
    ready: impl FnOnce(&str),
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    let ending = handle.clone();
    tokio::spawn(async move {
        end.await;
        ending.graceful_shutdown(Some(LAST_REQUESTS));
    });
    let service = application.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => {
            let server = axum_server::from_tcp(listener)?.handle(handle);
            ready(&format!("http://{address}"));
            server.serve(service).await
        }
        Some(tls) => {
            // Another part of the process may have chosen it already; both are the same.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let config = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await?;
            let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle);
            ready(&format!("https://{address}"));
            server.serve(service).await
        }
    }
}

/// Days for which a first-run code holds.
const FIRST_RUN_DAYS: i64 = 7;

/// The code that makes the first data manager, new at each start, while there is no account.
///
/// # Errors
///
/// The store cannot be asked.
pub async fn first_run_code(app: &App) -> attune_store::Result<Option<String>> {
    let store: &Store = app.store();
    if !store.accounts().await?.is_empty() {
        return Ok(None);
    }
    let code = tokens::typed_code(4);
    let expires = app.now().plus_seconds(FIRST_RUN_DAYS * 24 * 60 * 60);
    let hash = tokens::hash(&tokens::normalised(&code));
    store
        .keep_code(&hash, first_run::PURPOSE, None, expires)
        .await?;
    Ok(Some(code))
}
