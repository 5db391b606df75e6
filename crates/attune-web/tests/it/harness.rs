//! A browser in miniature: asks the real application on a real store in a temporary folder, keeps
//! cookies, reads answers. The store is SQLite, or PostgreSQL where a test or the whole run asks for it.

use std::collections::BTreeMap;

use attune_store::{
    Actor, Command, Location, Request as Change, Role, Secret, Sites, Store,
    ids::{AccountId, GrantId},
    location::DatabaseKind,
};
use attune_web::{
    App, Clock, Settings, app, first_run_code,
    sign_in::{password, second_factor},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use tower::ServiceExt;

/// The private server of the store's own tests.
#[path = "../../../attune-store/tests/it/support/postgres.rs"]
mod postgres;

/// When all tests begin: 26 November 2026, 9:00 UTC.
pub const NOW: &str = "2026-11-26T09:00:00Z";

/// The password of everybody whom a test adds.
pub const PASSWORD: &str = "vellum ostrich kettle north";

/// Which database a test runs on.
pub enum Database {
    Lite,
    Postgres(postgres::Server),
}

impl Database {
    /// PostgreSQL, or why there is none.
    pub fn postgres() -> Result<Self, String> {
        // It waits for its server on a runtime of its own, which no thread of a test's may begin.
        let start = std::thread::spawn(postgres::Server::start);
        start.join().expect("it ends").map(Self::Postgres)
    }

    /// The database of this run: `ATTUNE_TEST_DATABASE=postgres` runs every test on PostgreSQL.
    fn of_this_run() -> Self {
        match std::env::var("ATTUNE_TEST_DATABASE").as_deref() {
            Ok("postgres") => Self::postgres().expect("the PostgreSQL that the run asks for"),
            _ => Self::Lite,
        }
    }
}

/// The application, its store and its clock.
pub struct World {
    pub router: Router,
    pub state: App,
    pub clock: Clock,
    _folder: tempfile::TempDir,
    _database: Database,
}

impl World {
    /// An empty installation.
    pub async fn new(settings: Settings) -> Self {
        Self::on(Database::of_this_run(), settings).await
    }

    /// An empty installation on this database.
    pub async fn on(database: Database, settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut location = Location::folder(folder.path().join("data"));
        if let Database::Postgres(server) = &database {
            location.database = DatabaseKind::Postgres {
                url: server.url.clone(),
                schema: Some(server.new_schema().await),
            };
        }
        let store = Store::open(location).await.expect("a new store");
        let clock = Clock::standing_at(NOW.parse().expect("a time stamp"));
        let state = App::new(store, settings, clock.clone());
        Self {
            router: app(&state),
            state,
            clock,
            _folder: folder,
            _database: database,
        }
    }

    /// Adds somebody with [`PASSWORD`] and, where asked, a second factor, whose secret comes back.
    pub async fn add(&self, login: &str, second_factor: bool) -> (AccountId, Option<Vec<u8>>) {
        let store = self.state.store();
        let account = AccountId::new();
        let hash = password::hash(PASSWORD.to_owned()).await.expect("hashed");
        let commands = vec![
            Command::CreateAccount {
                account,
                login: login.to_owned(),
                name: format!("{login} example"),
            },
            Command::SetPassword { account },
        ];
        let request = Change::all(None, commands, self.state.now())
            .with_secret(Secret::PasswordHash { account, hash });
        store
            .execute(&Actor::PROGRAM, request)
            .await
            .expect("added");
        if !second_factor {
            return (account, None);
        }
        let secret = second_factor::new_secret();
        let sealed = store.seal_second_factor(account, &secret).expect("sealed");
        let command = Command::SetSecondFactor {
            account,
            present: true,
        };
        let request =
            Change::new(None, command, self.state.now()).with_secret(Secret::SecondFactor {
                account,
                sealed: Some(sealed),
            });
        store
            .execute(&Actor::PROGRAM, request)
            .await
            .expect("set up");
        (account, Some(secret))
    }

    /// Adds somebody who never types a password: tests begin their sessions.
    pub async fn add_without_password(&self, login: &str) -> AccountId {
        let account = AccountId::new();
        let command = Command::CreateAccount {
            account,
            login: login.to_owned(),
            name: format!("{login} example"),
        };
        let request = Change::new(None, command, self.state.now());
        let store = self.state.store();
        store
            .execute(&Actor::PROGRAM, request)
            .await
            .expect("added");
        account
    }

    /// Gives a role, in the whole installation or a study, everywhere or at sites.
    pub async fn give(&self, account: AccountId, role: Role, study: Option<&str>, sites: &[&str]) {
        let command = Command::GrantRole {
            grant: GrantId::new(),
            account,
            role,
            sites: match sites {
                [] => Sites::All,
                some => Sites::Only(some.iter().map(|site| (*site).into()).collect()),
            },
            from: self.state.now().date(),
            until: None,
        };
        let request = Change::new(study.map(Into::into), command, self.state.now());
        self.state
            .store()
            .execute(&Actor::PROGRAM, request)
            .await
            .expect("given");
    }

    /// The code that an app with this secret shows now.
    pub fn code(&self, secret: &[u8]) -> String {
        let second = u64::try_from(self.state.now().micros / 1_000_000).expect("after 1970");
        second_factor::code_at(secret, second).expect("a code")
    }

    /// The code of the first run.
    pub async fn first_run_code(&self) -> String {
        let code = first_run_code(&self.state)
            .await
            .expect("the store answers");
        code.expect("nobody has an account yet")
    }

    /// A browser with no cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which somebody is signed in; `secret` where they have a second factor.
    pub async fn signed_in(&self, login: &str, secret: Option<&[u8]>) -> Browser<'_> {
        let mut browser = self.browser();
        let answer = browser
            .post("/sign-in", &[("login", login), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        if let Some(secret) = secret {
            // Codes count once: the next one is a step later.
            self.clock.move_on(30);
            let code = self.code(secret);
            let answer = browser.post("/sign-in/code", &[("code", &code)]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        browser
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are ASCII"))
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let after = self.body.split(&mark).nth(1).unwrap_or_else(|| {
            panic!("no field {name} in {}", self.body);
        });
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

/// A browser that keeps cookies.
pub struct Browser<'a> {
    world: &'a World,
    pub cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    /// Looks at a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path);
        self.ask(request, Body::empty()).await
    }

    /// Sends a form from a page of ours.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_html_form::to_string(fields).expect("a form");
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, Body::from(body)).await
    }

    /// Sends files as a page's file field does, with the paths that a browser gives to the files of a folder.
    pub async fn send_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        self.send_field(path, fields, "files", files).await
    }

    /// Sends files in the file field of this name.
    pub async fn send_field(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        field: &str,
        files: &[(&str, &[u8])],
    ) -> Answer {
        const MARK: &str = "a-mark-between-parts";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--{MARK}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let part = format!(
                "--{MARK}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(part.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{MARK}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={MARK}");
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, kind);
        self.ask(request, Body::from(body)).await
    }

    /// Looks at a part of a file.
    pub async fn get_range(&mut self, path: &str, range: &str) -> Answer {
        let request = Request::get(path).header(header::RANGE, range);
        self.ask(request, Body::empty()).await
    }

    /// Sends JSON as a script of ours does.
    pub async fn post_json(&mut self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json");
        self.ask(request, Body::from(body.to_owned())).await
    }

    async fn ask(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::HOST, "localhost")
            .header(header::COOKIE, cookies.join("; "))
            .body(body)
            .expect("a request");
        let answer = ask(&self.world.router, request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("ASCII");
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// Asks.
pub async fn ask(application: &Router, request: Request<Body>) -> Answer {
    let response = application
        .clone()
        .oneshot(request)
        .await
        .expect("the application always answers");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("a body ends");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
        bytes: bytes.into(),
    }
}

/// A request to look at something.
pub fn get(path: &str) -> Request<Body> {
    Request::get(path)
        .header(header::HOST, "localhost")
        .body(Body::empty())
        .expect("a request")
}
