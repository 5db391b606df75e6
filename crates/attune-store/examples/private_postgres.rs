//! A PostgreSQL for tests of the whole application: the private server of the store's own tests, or the
//! one that `ATTUNE_TEST_POSTGRES` names. Prints the address of an empty database, then waits until
//! its standard input ends, and takes the server with it.

use std::io::{self, Read, Write};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

#[path = "../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "schemas are for tests of the store alone")]
mod postgres;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = postgres::Server::start()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let address = runtime.block_on(new_database(&server.url))?;
    writeln!(io::stdout(), "server {}", server.url)?;
    writeln!(io::stdout(), "database {address}")?;
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// An empty database beside those that there are.
async fn new_database(server: &str) -> sqlx::Result<String> {
    let name = format!("attune_story_{}", std::process::id());
    let options: PgConnectOptions = server.parse()?;
    let mut connection = PgConnection::connect_with(&options).await?;
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(options.database(&name).to_url_lossy().to_string())
}
