//! `/studies/{study}/arms/list`: arms of many families at once, pasted or uploaded as a table. Every problem is told
//! before anything is stored; then all rows are stored, or none.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};

use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    arm_list::{Known, read},
    failure::Failure,
    family::{change, new_key, sent_key_text},
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "arm_list.html")]
struct ListPage {
    layout: Layout,
    study: String,
    key: String,
    list: String,
    arms: Vec<(String, String)>,
    problems: Vec<String>,
}

/// `GET /studies/{study}/arms/list`.
pub async fn page(visit: Visit) -> Answer {
    visit.sight(Action::AssignArms)?;
    show(&build(&visit, String::new(), new_key(), Vec::new()).await?)
}

async fn build(
    visit: &Visit,
    list: String,
    key: String,
    problems: Vec<String>,
) -> Result<ListPage, Failure> {
    let protocol = visit.protocol().await?;
    if !protocol.study.allocation.is_by_dyad() {
        return Err(Failure::Conflict {
            reason: "In this study whole sites have an arm, or there is none to compare: arms of sites stand in the study file.".to_owned(),
        });
    }
    Ok(ListPage {
        layout: Layout::of(visit, "Arms from a list"),
        study: visit.study()?.id.to_string(),
        key,
        list,
        arms: protocol
            .arms
            .iter()
            .map(|arm| (arm.id.to_string(), arm.label.clone()))
            .collect(),
        problems,
    })
}

/// `POST /studies/{study}/arms/list`.
pub async fn take(visit: Visit, form: Multipart) -> Answer {
    let sight = visit.sight(Action::AssignArms)?;
    let (key, list) = sent(form).await?;
    let key = sent_key_text(&key)?;
    let protocol = visit.protocol().await?;
    let store = visit.app.store();
    let study = visit.study()?.id.clone();
    let page = build(&visit, list, key, Vec::new()).await?;
    let dyads = store.dyads(&study, &sight).await?;
    let with_arm: BTreeSet<_> = store.arms(&study, &sight).await?.into_keys().collect();
    let known = Known {
        protocol: &protocol,
        dyads: &dyads,
        with_arm: &with_arm,
        today: visit.at.date(),
    };
    let commands = match read(&page.list, &known) {
        Ok(commands) => commands,
        Err(problems) => return page_to_correct(&ListPage { problems, ..page }),
    };
    let why = "from a list";
    change(
        &visit,
        Action::AssignArms,
        &page.key,
        commands,
        why,
        Vec::new(),
    )
    .await?;
    Ok(see(&format!("/studies/{study}/arms")))
}

/// The key and the list: what is in the file, or what was pasted.
async fn sent(mut form: Multipart) -> Result<(String, String), Failure> {
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::Unreadable {
            reason: error.body_text(),
        },
    };
    let (mut key, mut pasted, mut file) = (String::new(), String::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "key" => key = field.text().await.map_err(unreadable)?,
            "list" => pasted = field.text().await.map_err(unreadable)?,
            "file" => {
                let bytes = field.bytes().await.map_err(unreadable)?;
                file = String::from_utf8(bytes.to_vec()).map_err(|_| Failure::NotRight {
                    problems: vec![
                        "The file is no text in UTF-8. Save the table as “CSV UTF-8” and send it again, or paste its rows."
                            .to_owned(),
                    ],
                })?;
            }
            other => {
                return Err(Failure::Unreadable {
                    reason: format!("the form has no field {other}"),
                });
            }
        }
    }
    let list = match file.trim().is_empty() {
        true => pasted,
        false => file,
    };
    Ok((key, list))
}
