//! `/account/second-factor`: setting up an authenticator app, moving it to another phone, recovery codes.

use askama::Template;
use attune_store::{Actor, Command, Request, Secret};
use axum::extract::Query;
use serde::Deserialize;
use totp_rs::Secret as Typed;

use crate::{
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    parts::Field,
    sign_in::{begin::safe_path, recovery_codes, second_factor},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SetUp {
    layout: Layout,
    picture: Option<String>,
    typed: String,
    then: String,
    code: Field,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct Codes {
    layout: Layout,
    codes: Vec<String>,
    then: String,
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Then {
    then: Option<String>,
}

/// The secret as shown, and a code that proves that the app has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretAndCode {
    secret: String,
    code: String,
    then: Option<String>,
}

/// `GET /account/second-factor`: set it up, or give it.
pub async fn page(visit: Visit, Query(query): Query<Then>) -> Answer {
    let then = safe_path(query.then.as_deref());
    let account = visit.app.store().account(visit.person()?.id).await?;
    if account.second_factor {
        return Ok(see(&format!("/sign-in/again?then={then}")));
    }
    renew_page(
        visit,
        Query(Then {
            then: Some(then.to_owned()),
        }),
    )
    .await
}

/// `GET /account/second-factor/renew`: a new secret, in place of the old one where there is one.
pub async fn renew_page(visit: Visit, Query(query): Query<Then>) -> Answer {
    if !visit.person()?.proof.fresh {
        return Ok(see("/sign-in/again?then=/account/second-factor/renew"));
    }
    let account = visit.app.store().account(visit.person()?.id).await?;
    let secret = second_factor::new_secret();
    let then = safe_path(query.then.as_deref());
    show(&set_up(&visit, &account.login, &secret, then, None))
}

fn set_up(visit: &Visit, login: &str, secret: &[u8], then: &str, error: Option<String>) -> SetUp {
    SetUp {
        layout: Layout::of(visit, "Set up your second factor"),
        picture: second_factor::picture(&second_factor::address(secret, login)),
        typed: second_factor::as_typed(secret),
        then: then.to_owned(),
        code: Field {
            error,
            ..Field::code("code", "Code that the app shows now").hint("Six digits.")
        },
    }
}

/// `POST /account/second-factor`.
pub async fn keep(visit: Visit, Form(typed): Form<SecretAndCode>) -> Answer {
    if !visit.person()?.proof.fresh {
        return Err(Failure::FreshSignInNeeded);
    }
    let (store, id) = (visit.app.store(), visit.person()?.id);
    let letters: String = typed.secret.split_whitespace().collect();
    let secret = Typed::try_from_base32(letters).map_err(|_| Failure::Unreadable {
        reason: "the secret of the second factor is not as it was shown".to_owned(),
    })?;
    let secret: &[u8] = secret.as_ref();
    if secret.len() < 20 {
        return Err(Failure::Unreadable {
            reason: "the secret of the second factor is too short".to_owned(),
        });
    }
    let then = safe_path(typed.then.as_deref());
    let account = store.account(id).await?;
    let second = u64::try_from(visit.at.micros / 1_000_000).unwrap_or_default();
    let Some(step) = second_factor::step_of(&typed.code, secret, None, second) else {
        let error = "This is not the code that the app shows now. Wait for the next one; if it is refused as well, compare your phone’s clock.";
        return page_to_correct(&set_up(
            &visit,
            &account.login,
            secret,
            then,
            Some(error.to_owned()),
        ));
    };
    let codes = recovery_codes::new();
    let commands = vec![
        Command::SetSecondFactor {
            account: id,
            present: true,
        },
        Command::SetRecoveryCodes { account: id },
    ];
    let request = Request::all(None, commands, visit.at)
        .with_secret(Secret::SecondFactor {
            account: id,
            sealed: Some(store.seal_second_factor(id, secret)?),
        })
        .with_secret(hashes(id, &codes));
    store.execute(&Actor::of(id, None), request).await?;
    let step = i64::try_from(step).map_err(Failure::internal)?;
    store.use_second_factor_step(id, step).await?;
    let session = visit.session()?;
    store.confirm_session(&session.hash, visit.at, true).await?;
    store.end_sessions(id, Some(&session.hash)).await?;
    show_codes(&visit, codes, then)
}

/// `POST /account/recovery-codes`: new ones; the old ones end.
pub async fn renew_codes(visit: Visit) -> Answer {
    let person = visit.person()?;
    if !person.proof.fresh {
        return Ok(see("/sign-in/again?then=/account"));
    }
    let codes = recovery_codes::new();
    let command = Command::SetRecoveryCodes { account: person.id };
    let request = Request::new(None, command, visit.at).with_secret(hashes(person.id, &codes));
    let store = visit.app.store();
    store.execute(&Actor::of(person.id, None), request).await?;
    show_codes(&visit, codes, "/account")
}

fn hashes(account: attune_store::ids::AccountId, codes: &[String]) -> Secret {
    Secret::RecoveryCodes {
        account,
        hashes: codes
            .iter()
            .map(|code| recovery_codes::hash(code))
            .collect(),
    }
}

fn show_codes(visit: &Visit, codes: Vec<String>, then: &str) -> Answer {
    show(&Codes {
        layout: Layout::of(visit, "Your recovery codes"),
        codes,
        then: then.to_owned(),
    })
}
