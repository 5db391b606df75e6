//! `/sign-in`: name and password, then the second factor where there is one; `/sign-in/again` to confirm
//! before a sensitive act; `/sign-out`.

use axum::{
    extract::Query,
    http::{HeaderMap, header},
};
use serde::Deserialize;

use crate::{
    answer::{Answer, see},
    cookies::Cookie,
    failure::Failure,
    form::Form,
    layout::Layout,
    parts::{Field, FormPage, Problems},
    sign_in::begin::{self, Attempt, safe_path},
    visit::Visit,
};

/// Where to go afterwards, and a name to begin with.
#[derive(Debug, Default, Deserialize)]
pub struct Then {
    then: Option<String>,
    #[serde(default)]
    name: String,
}

/// Name and password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    login: String,
    password: String,
    then: Option<String>,
}

/// A code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    code: String,
    then: Option<String>,
}

/// Password and, where there is one, second factor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    password: String,
    #[serde(default)]
    code: String,
    then: Option<String>,
}

/// `GET /sign-in`.
pub async fn page(visit: Visit, Query(query): Query<Then>) -> Answer {
    let then = safe_path(query.then.as_deref());
    if visit.person.is_some() {
        return Ok(see(then));
    }
    if visit.app.store().accounts().await?.is_empty() {
        return Ok(see("/first-run"));
    }
    sign_in_form(&visit, &query.name, then, Problems::default())
}

fn sign_in_form(visit: &Visit, login: &str, then: &str, problems: Problems) -> Answer {
    FormPage::new(Layout::of(visit, "Sign in"), "/sign-in", "Sign in")
        .field(
            Field::text("login", "Sign-in name")
                .value(login)
                .filled_as("username"),
        )
        .field(Field::password("password", "Password"))
        .hidden("then", then)
        .other_way("/welcome", "I have a one-time code")
        .beside(visit.app.settings().demonstration.clone())
        .show(problems)
}

/// `POST /sign-in`.
pub async fn sign_in(visit: Visit, headers: HeaderMap, Form(typed): Form<SignIn>) -> Answer {
    let then = safe_path(typed.then.as_deref());
    let attempt = Attempt::at(&visit, &headers, &typed.login).await?;
    let right = attempt.password_is_right(&visit, typed.password).await?;
    let Some(account) = attempt.account.as_ref().filter(|_| right) else {
        attempt.failed(&visit).await?;
        let mut problems = Problems::default();
        problems.add("password", "The sign-in name or the password is not right.");
        return sign_in_form(&visit, &typed.login, then, problems);
    };
    if attempt.has_second_factor() {
        return begin::ask_for_code(&visit, account, then).await;
    }
    attempt.succeeded(&visit).await?;
    begin::begin_session(&visit, &headers, account, false, then).await
}

/// `GET /sign-in/code`.
pub async fn code_page(visit: Visit, headers: HeaderMap, Query(query): Query<Then>) -> Answer {
    let then = safe_path(query.then.as_deref());
    match begin::ticket_holder(&visit, &headers).await? {
        Some(_) => code_form(&visit, then, Problems::default()),
        None => Ok(see(&format!("/sign-in?then={then}"))),
    }
}

fn code_form(visit: &Visit, then: &str, problems: Problems) -> Answer {
    FormPage::new(
        Layout::of(visit, "Your second factor"),
        "/sign-in/code",
        "Go on",
    )
    .field(Field::code("code", "Code of your authenticator app").hint(
        "Six digits; each works once. If your phone is lost, type one of your recovery codes.",
    ))
    .hidden("then", then)
    .other_way("/sign-in", "Begin again")
    .show(problems)
}

/// `POST /sign-in/code`.
pub async fn code(visit: Visit, headers: HeaderMap, Form(typed): Form<Code>) -> Answer {
    let then = safe_path(typed.then.as_deref());
    let Some(account) = begin::ticket_holder(&visit, &headers).await? else {
        return Ok(see(&format!("/sign-in?then={then}")));
    };
    let attempt = Attempt::at(&visit, &headers, &account.login).await?;
    if !attempt.code_is_right(&visit, &typed.code).await? {
        attempt.failed(&visit).await?;
        return code_form(&visit, then, wrong_code());
    }
    attempt.succeeded(&visit).await?;
    begin::begin_session(&visit, &headers, &account, true, then).await
}

fn wrong_code() -> Problems {
    let mut problems = Problems::default();
    problems.add(
        "code",
        "This code is not right, or was used already. Wait for the next one; if it is refused as well, compare your phone’s clock.",
    );
    problems
}

/// `GET /sign-in/again`.
pub async fn again_page(visit: Visit, Query(query): Query<Then>) -> Answer {
    let account = visit.app.store().account(visit.person()?.id).await?;
    let then = safe_path(query.then.as_deref());
    again_form(&visit, account.second_factor, then, Problems::default())
}

fn again_form(visit: &Visit, second_factor: bool, then: &str, problems: Problems) -> Answer {
    let mut form = FormPage::new(
        Layout::of(visit, "Please confirm that it is you"),
        "/sign-in/again",
        "Confirm",
    )
    .lead("This is asked before acts that matter much, so that nobody does them on a screen that you left.")
    .field(Field::password("password", "Password"));
    if second_factor {
        form = form.field(Field::code("code", "Code of your authenticator app"));
    }
    form.hidden("then", then).show(problems)
}

/// `POST /sign-in/again`.
pub async fn again(visit: Visit, headers: HeaderMap, Form(typed): Form<Confirmation>) -> Answer {
    let then = safe_path(typed.then.as_deref());
    let store = visit.app.store();
    let account = store.account(visit.person()?.id).await?;
    let attempt = Attempt::at(&visit, &headers, &account.login).await?;
    let mut problems = Problems::default();
    if !attempt.password_is_right(&visit, typed.password).await? {
        problems.add("password", "The password is not right.");
    } else if account.second_factor && !attempt.code_is_right(&visit, &typed.code).await? {
        problems = wrong_code();
    }
    if !problems.is_empty() {
        attempt.failed(&visit).await?;
        return again_form(&visit, account.second_factor, then, problems);
    }
    attempt.succeeded(&visit).await?;
    let session = visit.session()?;
    store
        .confirm_session(&session.hash, visit.at, account.second_factor)
        .await?;
    Ok(see(then))
}

/// `POST /sign-out`.
pub async fn sign_out(visit: Visit) -> Answer {
    if let Some(session) = &visit.session {
        let store = visit.app.store();
        store.end_session(session.account, &session.hash).await?;
    }
    let mut response = see("/sign-in");
    let transport = &visit.app.settings().transport;
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, Cookie::Session.clear(transport));
    let clear = "\"cache\"".parse().map_err(Failure::internal)?;
    headers.insert("clear-site-data", clear);
    Ok(response)
}
