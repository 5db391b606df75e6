//! `/studies/{study}/queries`: what was asked about forms and waits for an answer, with its answers.

use askama::Template;
use attune_store::{
    Command,
    forms::{Query, QueryMessage, QueryState},
    ids::QueryId,
};
use axum::extract::Path;

use crate::{
    about_form::AboutForm,
    access::{Action, Scope},
    answer::{Answer, page as show, see},
    failure::Failure,
    family::{change, sent_key},
    forms::SentFields,
    layout::Layout,
    pages::form::names_of_staff,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "queries.html")]
struct QueriesPage {
    layout: Layout,
    study: String,
    open: Vec<Row>,
    closed: Vec<Row>,
    may_close: bool,
}

struct Row {
    query: Query,
    about: AboutForm,
    messages: Vec<(QueryMessage, String)>,
}

impl Row {
    fn is_open(&self) -> bool {
        self.query.state == QueryState::Open
    }
}

/// `GET /studies/{study}/queries`.
pub async fn page(visit: Visit) -> Answer {
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let sight = visit.sight(Action::RaiseQueries)?;
    let names = names_of_staff(&visit).await?;
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for query in store.queries(&study, &sight, None).await? {
        let messages = store.query_messages(query.id).await?;
        let row = Row {
            about: AboutForm::of(&visit, &sight, query.form, query.item.as_ref()).await?,
            messages: messages
                .into_iter()
                .map(|message| {
                    let who = names.get(&message.actor).cloned().unwrap_or_default();
                    (message, who)
                })
                .collect(),
            query,
        };
        match row.query.state {
            QueryState::Closed => closed.push(row),
            QueryState::Open | QueryState::Answered => open.push(row),
        }
    }
    show(&QueriesPage {
        layout: Layout::of(&visit, "Queries"),
        study: study.to_string(),
        open,
        closed,
        may_close: visit.has_right(Action::CloseQueries),
    })
}

/// A query at whose site the person may do this.
async fn query_for(visit: &Visit, query: &str, action: Action) -> Result<Query, Failure> {
    let id: QueryId = query.parse().map_err(|_| Failure::no_such("query"))?;
    let study = &visit.study()?.id;
    let sight = visit.sight(action)?;
    let all = visit.app.store().queries(study, &sight, None).await?;
    let query = all
        .into_iter()
        .find(|one| one.id == id)
        .ok_or(Failure::no_such("query"))?;
    visit.may(action, Scope::Site(study, &query.site))?;
    Ok(query)
}

/// `POST /studies/{study}/queries/{query}/answer`.
pub async fn answer(
    visit: Visit,
    Path((_, query)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let query = query_for(&visit, &query, Action::RaiseQueries).await?.id;
    let text = text_of(&sent, "Write down the answer.")?;
    act(
        &visit,
        Action::RaiseQueries,
        &sent,
        Command::AnswerQuery { query, text },
        "",
    )
    .await
}

/// `POST /studies/{study}/queries/{query}/close`.
pub async fn close(
    visit: Visit,
    Path((_, query)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let query = query_for(&visit, &query, Action::CloseQueries).await?.id;
    let text = text_of(&sent, "Say how it was settled.")?;
    act(
        &visit,
        Action::CloseQueries,
        &sent,
        Command::CloseQuery { query },
        &text,
    )
    .await
}

/// `POST /studies/{study}/queries/{query}/reopen`.
pub async fn reopen(
    visit: Visit,
    Path((_, query)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    let query = query_for(&visit, &query, Action::RaiseQueries).await?.id;
    let text = text_of(&sent, "Say why it is asked again.")?;
    act(
        &visit,
        Action::RaiseQueries,
        &sent,
        Command::ReopenQuery { query, text },
        "",
    )
    .await
}

fn text_of(sent: &SentFields, otherwise: &str) -> Result<String, Failure> {
    sent.refuse_others(|name| ["key", "text"].contains(&name))?;
    match sent.get("text") {
        "" => Err(Failure::NotRight {
            problems: vec![otherwise.to_owned()],
        }),
        text => Ok(text.to_owned()),
    }
}

async fn act(
    visit: &Visit,
    action: Action,
    sent: &SentFields,
    command: Command,
    reason: &str,
) -> Answer {
    change(
        visit,
        action,
        &sent_key(sent)?,
        vec![command],
        reason,
        Vec::new(),
    )
    .await?;
    Ok(see(&format!("/studies/{}/queries", visit.study()?.id)))
}
