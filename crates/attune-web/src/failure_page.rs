//! What went wrong, as a page: what happened, what was kept, what to do. The only file that turns
//! failures into words; details for the operator go to the log from here.

use askama::Template;
use attune_store::ids::AccountId;
use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    access::{Action, Scope},
    failure::Failure,
    layout::Layout,
    request_log::RequestId,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    layout: Layout,
    words: Words,
    problems: Vec<String>,
    /// The study in which it happened, for whoever has a part in it.
    study: Option<String>,
    request_id: Option<String>,
}

/// The words of a failure.
#[derive(Debug)]
struct Words {
    title: &'static str,
    happened: String,
    kept: &'static str,
    todo: String,
    link: Option<(&'static str, &'static str)>,
}

/// Whether the client is a program that wants JSON.
pub fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}

/// The answer to a visitor.
pub fn answer(visit: &Visit, failure: &Failure, wants_json: bool) -> Response {
    let study = visit.study_id.as_ref().filter(|study| {
        let person = visit.person.as_ref();
        person.is_some_and(|person| person.has_right(Action::SeeStudy, Scope::Study(study)))
    });
    let account = visit.session.as_ref().map(|session| session.account);
    write(
        failure,
        Layout::of(visit, ""),
        study.map(ToString::to_string),
        (visit.request_id.clone(), account),
        wants_json,
    )
}

/// Layers outside the guards (time limits, the check for other sites, wrong methods) answer with a bare
/// status; it gets its page here.
pub async fn for_bare_statuses(request: Request, next: Next) -> Response {
    let wants_json = wants_json(request.headers());
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone());
    let response = next.run(request).await;
    let status = response.status();
    let is_bare = !response.headers().contains_key(header::CONTENT_TYPE)
        || response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !is_bare {
        return response;
    }
    let failure = response
        .extensions()
        .get::<Failure>()
        .cloned()
        .unwrap_or_else(|| Failure::of_status(status));
    let mut page = write(
        &failure,
        Layout::bare(""),
        None,
        (request_id, None),
        wants_json,
    );
    if let Some(allow) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    page
}

fn write(
    failure: &Failure,
    mut layout: Layout,
    study: Option<String>,
    (request_id, account): (Option<String>, Option<AccountId>),
    wants_json: bool,
) -> Response {
    log(failure, request_id.as_deref(), account);
    let words = words(failure);
    let problems = match failure {
        Failure::NotRight { problems } => problems.clone(),
        _ => Vec::new(),
    };
    let mut response = if wants_json {
        let document = json!({
            "problem": words.title, "happened": words.happened, "kept": words.kept,
            "to_do": words.todo, "problems": problems, "request": request_id,
        });
        (failure.status(), Json(document)).into_response()
    } else {
        words.title.clone_into(&mut layout.title);
        let page = FailurePage {
            layout,
            words,
            problems,
            study,
            request_id: failure
                .status()
                .is_server_error()
                .then_some(request_id)
                .flatten(),
        };
        let html = page
            .render()
            .expect("templates only write to a string, which never fails");
        let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        (failure.status(), kind, html).into_response()
    };
    if let Failure::TooMany { wait } = failure {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn log(failure: &Failure, request_id: Option<&str>, account: Option<AccountId>) {
    let request = request_id.unwrap_or_default();
    let account = account.map(|account| account.to_string());
    if failure.status() == StatusCode::INTERNAL_SERVER_ERROR
        || failure.status() == StatusCode::SERVICE_UNAVAILABLE
    {
        tracing::error!(request, account, %failure, "failed");
    } else if failure.status() == StatusCode::FORBIDDEN {
        tracing::warn!(request, account, %failure, "refused");
    }
}

const NOTHING_CHANGED: &str = "Nothing was changed.";
const FIRST_PAGE: Option<(&str, &str)> = Some(("/", "Go to your studies"));

fn words(failure: &Failure) -> Words {
    let plain = |title, happened: &str, todo: &str| Words {
        title,
        happened: happened.to_owned(),
        kept: NOTHING_CHANGED,
        todo: todo.to_owned(),
        link: FIRST_PAGE,
    };
    match failure {
        Failure::NotFound { what } => Words {
            happened: format!("There is no such {what}, or not for you."),
            ..plain(
                "Not found",
                "",
                "Check the address. If a colleague sent it to you, ask a data manager whether you have a role in that study.",
            )
        },
        Failure::MethodNotAllowed => plain(
            "That cannot be done here",
            "The page was asked to do something that it does not do.",
            "Go back and use the buttons of the page.",
        ),
        Failure::SignInNeeded => Words {
            link: Some(("/sign-in", "Sign in")),
            ..plain(
                "You are not signed in",
                "You were signed out, or have not signed in yet.",
                "Sign in, then do it again. What you typed is still on the page before: go back to copy it.",
            )
        },
        Failure::SecondFactorNeeded => Words {
            link: Some(("/account/second-factor", "Set up or give the second factor")),
            ..plain(
                "A second factor is needed",
                "Names, exports, unblinding and administration are open only to a sign-in with a code beside the password.",
                "Set up an authenticator app, or sign in again with its code.",
            )
        },
        Failure::FreshSignInNeeded => Words {
            link: Some(("/sign-in/again", "Confirm that it is you")),
            ..plain(
                "Please confirm that it is you",
                "This is asked for again some minutes after the last time, so that nobody acts in your name on a screen that you left.",
                "Confirm, then do it again.",
            )
        },
        Failure::NotAllowed { action } => Words {
            happened: format!("Your role does not let you {}.", action.words()),
            ..plain(
                "Not allowed",
                "",
                "If it belongs to your work, ask a data manager for the role.",
            )
        },
        Failure::Blind => plain(
            "You are blind to this",
            "This page shows which family is in which arm, and your part in the study must not know.",
            "If you no longer assess or observe in this study, ask a data manager to end that role.",
        ),
        Failure::NotRevealed => plain(
            "Not before the phases are revealed",
            "Findings of this study compare its phases, and your part in it is blind until they are revealed.",
            "Once its plan is sealed, whoever leads the study or analyses it reveals them on the page of the plan.",
        ),
        Failure::PlayedInTheRoom => plain(
            "Recordings stay in their room",
            "A recording shows people who can be recognised. It is played in the coding room, and is no file to keep.",
            "Open the clip from your list.",
        ),
        Failure::NotYours { what, instead } => plain("Somebody else does this", what, instead),
        Failure::FromAnotherSite => plain(
            "The request came from elsewhere",
            "Another page sent your browser here to change something, so it was refused.",
            "If you meant to do it, open Attune yourself and do it there. Behind a proxy, the proxy must pass on the Host and Origin headers unchanged.",
        ),
        Failure::Unreadable { reason } => Words {
            happened: format!("What arrived could not be read: {reason}."),
            ..plain(
                "That could not be read",
                "",
                "Reload the page, fill it in again and send it.",
            )
        },
        Failure::NotRight { .. } => plain(
            "Something is not right yet",
            "What you sent was understood, and was not taken over.",
            "Go back, mend what is listed and send it again.",
        ),
        Failure::Conflict { reason } => Words {
            happened: reason.clone(),
            ..plain(
                "It is not as it was",
                "",
                "Look at how it is now, then decide again.",
            )
        },
        Failure::TooLarge => plain(
            "That is too large",
            "More was sent than this page takes.",
            "Send less at once; a study folder may be packed without its videos.",
        ),
        Failure::TookTooLong => Words {
            kept: "If you were saving something, look whether it is there before you send it again.",
            ..plain(
                "It took too long",
                "The answer was not ready within the time limit.",
                "Try again. If it happens again, tell whoever runs the server.",
            )
        },
        Failure::TooMany { wait } => Words {
            happened: "There were many attempts in a short time.".to_owned(),
            todo: format!(
                "Wait {}, then try again. Nobody is locked out: only the pauses grow.",
                seconds(wait.as_secs().max(1))
            ),
            ..plain("Please wait a moment", "", "")
        },
        Failure::StoreClosed { .. } => plain(
            "Nothing can be saved at the moment",
            "The store does not take anything, so nothing is accepted rather than lost. What was confirmed before is safe.",
            "Keep what you have on this page, and tell whoever runs the server.",
        ),
        Failure::Internal { .. } => Words {
            kept: "What was confirmed before is safe. If you were saving something, look whether it is there.",
            ..plain(
                "Something went wrong with us",
                "The server could not finish this.",
                "Try again. If it happens again, tell whoever runs the server.",
            )
        },
    }
}

fn seconds(n: u64) -> String {
    match n {
        1 => "1 second".to_owned(),
        n if n < 120 => format!("{n} seconds"),
        n => format!("{} minutes", n.div_ceil(60)),
    }
}
