//! `/studies/{study}/alerts`: answers that somebody must hear of, to whom each was given, and who saw it.

use askama::Template;
use attune_store::{Command, forms::Alert, ids::AlertId};
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
#[template(path = "alerts.html")]
struct AlertsPage {
    layout: Layout,
    study: String,
    waiting: Vec<Row>,
    seen: Vec<Row>,
    may_name: bool,
    n_unnamed: usize,
}

struct Row {
    alert: Alert,
    about: AboutForm,
    /// Whether it was given to whoever looks.
    is_mine: bool,
    to: String,
    by: String,
}

/// `GET /studies/{study}/alerts`.
pub async fn page(visit: Visit) -> Answer {
    let (store, study) = (visit.app.store(), visit.study()?.id.clone());
    let sight = visit.sight(Action::AcknowledgeAlerts)?;
    let names = names_of_staff(&visit).await?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_default();
    let (mut waiting, mut seen) = (Vec::new(), Vec::new());
    for alert in store.alerts(&study, &sight).await? {
        let row = Row {
            about: AboutForm::of(&visit, &sight, alert.form, Some(&alert.item)).await?,
            is_mine: alert.to == Some(visit.person()?.id),
            to: alert.to.map_or_else(
                || "everybody who sees alerts here".to_owned(),
                |to| name(&to.to_string()),
            ),
            by: alert
                .acknowledged
                .as_ref()
                .map_or_else(String::new, |(by, ..)| name(by)),
            alert,
        };
        match row.alert.acknowledged {
            None => waiting.push(row),
            Some(_) => seen.push(row),
        }
    }
    // What was given to oneself comes first, then what waits longest.
    waiting.sort_by_key(|row| (!row.is_mine, row.alert.raised.micros));
    let protocol = visit.protocol().await?;
    let named = store.clinicians(&study).await?;
    let in_sight = protocol
        .sites
        .iter()
        .filter(|site| sight.sites.hold(&site.id));
    show(&AlertsPage {
        may_name: visit.has_right(Action::ChangeStudies),
        n_unnamed: in_sight
            .filter(|site| !named.contains_key(&site.id))
            .count(),
        layout: Layout::of(&visit, "Alerts"),
        study: study.to_string(),
        waiting,
        seen,
    })
}

/// `POST /studies/{study}/alerts/{alert}`: somebody has seen it and says what was done.
pub async fn acknowledge(
    visit: Visit,
    Path((_, alert)): Path<(String, String)>,
    sent: SentFields,
) -> Answer {
    sent.refuse_others(|name| ["key", "note"].contains(&name))?;
    let id: AlertId = alert.parse().map_err(|_| Failure::no_such("alert"))?;
    let study = visit.study()?.id.clone();
    let sight = visit.sight(Action::AcknowledgeAlerts)?;
    let alerts = visit.app.store().alerts(&study, &sight).await?;
    let alert = alerts
        .into_iter()
        .find(|alert| alert.id == id)
        .ok_or(Failure::no_such("alert"))?;
    visit.may(Action::AcknowledgeAlerts, Scope::Site(&study, &alert.site))?;
    if !sent.has("note") {
        let problems = vec![
            "Say what was done, such as “spoke with her today”. Nothing that identifies anybody."
                .to_owned(),
        ];
        return Err(Failure::NotRight { problems });
    }
    let command = Command::AcknowledgeAlert {
        alert: id,
        note: sent.get("note").to_owned(),
    };
    change(
        &visit,
        Action::AcknowledgeAlerts,
        &sent_key(&sent)?,
        vec![command],
        "",
        Vec::new(),
    )
    .await?;
    Ok(see(&format!("/studies/{study}/alerts")))
}
