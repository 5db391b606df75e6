//! `/account`: one's own sign-in: password, second factor, recovery codes, sessions.

use askama::Template;
use attune_store::{accounts::Account, sessions::Session};
use axum::{
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, page as show, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    pages::welcome::set_password,
    parts::{Field, FormPage, Problems},
    sign_in::{begin::Attempt, password},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    layout: Layout,
    account: Account,
    n_recovery_codes: u32,
    sessions: Vec<Session>,
    this: String,
}

/// The session to end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichSession {
    session: String,
}

/// Old and new password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    current: String,
    password: String,
}

/// `GET /account`.
pub async fn page(visit: Visit) -> Answer {
    let (store, person) = (visit.app.store(), visit.person()?);
    let account = store.account(person.id).await?;
    let n_recovery_codes = store.credentials(person.id).await?.n_recovery_codes;
    show(&AccountPage {
        layout: Layout::of(&visit, "Your account"),
        account,
        n_recovery_codes,
        sessions: store.sessions_of(person.id, visit.at).await?,
        this: visit.session()?.hash.clone(),
    })
}

/// `GET /account/still-here`: says to the server that somebody is there.
pub async fn still_here(_visit: Visit) -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /account/sessions/end`: ends one of one's own sessions.
pub async fn end_session(visit: Visit, Form(which): Form<WhichSession>) -> Answer {
    let person = visit.person()?;
    visit
        .app
        .store()
        .end_session(person.id, &which.session)
        .await?;
    Ok(see("/account"))
}

/// `POST /account/sessions/end-others`: ends all of them but this one.
pub async fn end_other_sessions(visit: Visit) -> Answer {
    let (person, session) = (visit.person()?, visit.session()?);
    let store = visit.app.store();
    store.end_sessions(person.id, Some(&session.hash)).await?;
    Ok(see("/account"))
}

/// `GET /account/password`.
pub async fn password_page(visit: Visit) -> Answer {
    password_form(&visit, Problems::default())
}

fn password_form(visit: &Visit, problems: Problems) -> Answer {
    FormPage::new(
        Layout::of(visit, "Change your password"),
        "/account/password",
        "Change it",
    )
    .lead("Your other sessions end; this one goes on.")
    .field(Field::password("current", "Password as it is"))
    .field(Field::new_password("password", "New password"))
    .other_way("/account", "Leave it as it is")
    .show(problems)
}

/// `POST /account/password`.
pub async fn change_password(
    visit: Visit,
    headers: HeaderMap,
    Form(typed): Form<NewPassword>,
) -> Answer {
    let (store, person) = (visit.app.store(), visit.person()?);
    let account = store.account(person.id).await?;
    let attempt = Attempt::at(&visit, &headers, &account.login).await?;
    let mut problems = Problems::default();
    if !attempt.password_is_right(&visit, typed.current).await? {
        attempt.failed(&visit).await?;
        problems.add("current", "This is not your password as it is.");
    }
    problems.add_unless_ok(
        "password",
        password::acceptable(&typed.password, &[&account.name, &account.login]),
    );
    if !problems.is_empty() {
        return password_form(&visit, problems);
    }
    let hash = password::hash(typed.password)
        .await
        .map_err(Failure::internal)?;
    set_password(&visit, person.id, hash).await?;
    store
        .end_sessions(person.id, Some(&visit.session()?.hash))
        .await?;
    Ok(see("/account"))
}
