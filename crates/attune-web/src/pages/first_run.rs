//! `/first-run`: the code that the server printed once makes the first data manager. There are no
//! default accounts.

use attune_store::{
    Actor, Command, Request, Role, Secret, Sites,
    ids::{AccountId, GrantId},
};
use axum::http::HeaderMap;
use serde::Deserialize;

use crate::{
    answer::{Answer, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    parts::{Field, FieldKind, FormPage, Problems},
    sign_in::{begin, password, pauses::Counted, tokens},
    visit::Visit,
};

/// What the code of the first run is kept as.
pub const PURPOSE: &str = "first-run";

/// The first data manager.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstPerson {
    code: String,
    name: String,
    login: String,
    password: String,
}

/// `GET /first-run`.
pub async fn page(visit: Visit) -> Answer {
    if !visit.app.store().accounts().await?.is_empty() {
        return Ok(see("/sign-in"));
    }
    form(&visit, "", "", Problems::default())
}

fn form(visit: &Visit, name: &str, login: &str, problems: Problems) -> Answer {
    FormPage::new(Layout::of(visit, "Welcome to Attune"), "/first-run", "Make my account")
        .lead("Nobody has an account here yet. The code that the server printed when it started makes the first one: a data manager, who then adds everybody else.")
        .field(Field::code("code", "First-run code").of_kind(FieldKind::Text).hint("As printed, such as 7k2mq-x9r4t-…. Capital letters and hyphens do not matter."))
        .field(Field::text("name", "Your name").value(name).hint("As colleagues know you.").filled_as("name"))
        .field(Field::text("login", "Sign-in name").value(login).hint("Letters and digits, such as eharper.").filled_as("username"))
        .field(Field::new_password("password", "Password"))
        .show(problems)
}

/// `POST /first-run`.
pub async fn make(visit: Visit, headers: HeaderMap, Form(typed): Form<FirstPerson>) -> Answer {
    let store = visit.app.store();
    if !store.accounts().await?.is_empty() {
        return Ok(see("/sign-in"));
    }
    let counted = [
        Counted::Account("first run".to_owned()),
        Counted::Address(visit.address.clone()),
    ];
    if let Some(wait) = visit.app.pauses().wait(&counted, visit.at) {
        return Err(Failure::TooMany { wait });
    }
    let hash = tokens::hash(&tokens::normalised(&typed.code));
    let mut problems = Problems::default();
    if store.code(&hash, PURPOSE, visit.at).await?.is_none() {
        visit.app.pauses().failed(&counted, visit.at);
        problems.add(
            "code",
            "This is not the code. The server prints a new one each time it starts.",
        );
    }
    check_person(&mut problems, &typed.name, &typed.login);
    problems.add_unless_ok(
        "password",
        password::acceptable(&typed.password, &[&typed.name, &typed.login]),
    );
    if !problems.is_empty() {
        return form(&visit, &typed.name, &typed.login, problems);
    }
    let kept = password::hash(typed.password)
        .await
        .map_err(Failure::internal)?;
    if !store.use_code(&hash, PURPOSE, visit.at).await? {
        return Ok(see("/sign-in"));
    }
    let account = AccountId::new();
    let commands = vec![
        Command::CreateAccount {
            account,
            login: typed.login.trim().to_lowercase(),
            name: typed.name.trim().to_owned(),
        },
        Command::SetPassword { account },
        Command::GrantRole {
            grant: GrantId::new(),
            account,
            role: Role::DataManager,
            sites: Sites::All,
            from: visit.at.date(),
            until: None,
        },
    ];
    let request = Request::all(None, commands, visit.at).with_secret(Secret::PasswordHash {
        account,
        hash: kept,
    });
    store.execute(&Actor::PROGRAM, request).await?;
    let account = store.account(account).await?;
    begin::begin_session(&visit, &headers, &account, false, "/account/second-factor").await
}

/// Whether a name and a sign-in name will do.
pub fn check_person(problems: &mut Problems, name: &str, login: &str) {
    if name.trim().is_empty() || name.chars().count() > 200 {
        problems.add("name", "Give the name, up to 200 characters.");
    }
    let login = login.trim();
    let fits = (2..=60).contains(&login.chars().count())
        && login
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_.@".contains(letter));
    if !fits {
        problems.add(
            "login",
            "Give a sign-in name of 2 to 60 letters and digits; hyphen, point, underscore and @ may stand between.",
        );
    }
}
