//! `/welcome`: a one-time code from a data manager sets a password, for a new account or one whose
//! password is forgotten. A second factor that was set up stays.

use attune_store::{Actor, Command, Request, Secret};
use axum::http::HeaderMap;
use serde::Deserialize;

use crate::{
    answer::{Answer, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    parts::{Field, FieldKind, FormPage, Problems},
    sign_in::{begin::Attempt, password, tokens},
    visit::Visit,
};

/// What a code for a password is kept as.
pub const PURPOSE: &str = "password";

/// A code and the password that it sets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    login: String,
    code: String,
    password: String,
}

/// `GET /welcome`.
pub async fn page(visit: Visit) -> Answer {
    form(&visit, "", Problems::default())
}

fn form(visit: &Visit, login: &str, problems: Problems) -> Answer {
    FormPage::new(Layout::of(visit, "Set your password"), "/welcome", "Set the password")
        .lead("A data manager gives you a code for a new account, or when you have forgotten your password. It works once, for three days.")
        .field(Field::text("login", "Sign-in name").value(login).filled_as("username"))
        .field(Field::code("code", "One-time code").of_kind(FieldKind::Text))
        .field(Field::new_password("password", "New password"))
        .other_way("/sign-in", "Sign in")
        .show(problems)
}

/// `POST /welcome`.
pub async fn set(visit: Visit, headers: HeaderMap, Form(typed): Form<Welcome>) -> Answer {
    let store = visit.app.store();
    let attempt = Attempt::at(&visit, &headers, &typed.login).await?;
    let hash = tokens::hash(&tokens::normalised(&typed.code));
    let holder = store.code(&hash, PURPOSE, visit.at).await?.flatten();
    let account = attempt
        .account
        .as_ref()
        .filter(|account| holder == Some(account.id));
    let mut problems = Problems::default();
    let Some(account) = account else {
        attempt.failed(&visit).await?;
        problems.add(
            "code",
            "The sign-in name or the code is not right, or the code is older than three days.",
        );
        return form(&visit, &typed.login, problems);
    };
    problems.add_unless_ok(
        "password",
        password::acceptable(&typed.password, &[&account.name, &account.login]),
    );
    if !problems.is_empty() {
        return form(&visit, &typed.login, problems);
    }
    let kept = password::hash(typed.password)
        .await
        .map_err(Failure::internal)?;
    if !store.use_code(&hash, PURPOSE, visit.at).await? {
        return Err(Failure::Conflict {
            reason: "The code was used a moment ago.".to_owned(),
        });
    }
    set_password(&visit, account.id, kept).await?;
    store.end_sessions(account.id, None).await?;
    attempt.succeeded(&visit).await?;
    Ok(see("/sign-in"))
}

/// Stores a password's hash.
///
/// # Errors
///
/// The store cannot be written.
pub async fn set_password(
    visit: &Visit,
    account: attune_store::ids::AccountId,
    hash: String,
) -> Result<(), Failure> {
    let request = Request::new(None, Command::SetPassword { account }, visit.at)
        .with_secret(Secret::PasswordHash { account, hash });
    let actor = Actor::of(account, None);
    visit.app.store().execute(&actor, request).await?;
    Ok(())
}
