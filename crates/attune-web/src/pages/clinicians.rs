//! `/studies/{study}/clinicians`: who is told at each site when an answer needs somebody today. A data
//! manager names them; forms with alerts then name them too.

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::id::SiteId;
use attune_store::{Command, Role, ids::AccountId};

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show, see},
    failure::Failure,
    family::{change, new_key, sent_key},
    forms::SentFields,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "clinicians.html")]
struct CliniciansPage {
    layout: Layout,
    study: String,
    key: String,
    sites: Vec<SiteRow>,
}

struct SiteRow {
    id: String,
    label: String,
    named: String,
    candidates: Vec<(String, String)>,
}

/// Clinicians who may be told of an alert at a site, the named one first: id and name.
pub async fn clinicians_at(visit: &Visit, site: &SiteId) -> Result<Vec<(String, String)>, Failure> {
    let (store, study, today) = (visit.app.store(), &visit.study()?.id, visit.at.date());
    let mut grants = store.grants_in(Some(study)).await?;
    grants.extend(store.grants_in(None).await?);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for grant in grants {
        let tells =
            grant.role == Role::HealthVisitor && grant.holds_on(today) && grant.sites.hold(site);
        if tells {
            let account = store.account(grant.account).await?;
            if !account.disabled {
                found.insert(account.id.to_string(), account.name);
            }
        }
    }
    let named = store.clinicians(study).await?;
    let named = named.get(site).map(ToString::to_string);
    let mut all: Vec<(String, String)> = found.into_iter().collect();
    all.sort_by_key(|(id, name)| (Some(id) != named.as_ref(), name.clone()));
    Ok(all)
}

/// Who is named for a site, where the person still works there.
pub async fn named_at(visit: &Visit, site: &SiteId) -> Result<Option<AccountId>, Failure> {
    let named = visit.app.store().clinicians(&visit.study()?.id).await?;
    let Some(named) = named.get(site) else {
        return Ok(None);
    };
    let there = clinicians_at(visit, site).await?;
    Ok(there
        .first()
        .and_then(|(id, _)| id.parse().ok())
        .filter(|id| id == named))
}

/// `GET /studies/{study}/clinicians`.
pub async fn page(visit: Visit) -> Answer {
    let protocol = visit.protocol().await?;
    let sites = visit.sight(Action::ChangeStudies)?.sites;
    let mut rows = Vec::new();
    for site in protocol.sites.iter().filter(|site| sites.hold(&site.id)) {
        rows.push(SiteRow {
            id: site.id.to_string(),
            label: site.label.clone(),
            named: named_at(&visit, &site.id)
                .await?
                .map(|id| id.to_string())
                .unwrap_or_default(),
            candidates: clinicians_at(&visit, &site.id).await?,
        });
    }
    show(&CliniciansPage {
        layout: Layout::of(&visit, "Who is told of alerts"),
        study: visit.study()?.id.to_string(),
        key: new_key(),
        sites: rows,
    })
}

/// `POST /studies/{study}/clinicians`.
pub async fn name(visit: Visit, sent: SentFields) -> Answer {
    let study = visit.study()?.id.clone();
    let protocol = visit.protocol().await?;
    let field = |site: &SiteId| format!("site.{site}");
    sent.refuse_others(|name| {
        name == "key" || protocol.sites.iter().any(|site| field(&site.id) == name)
    })?;
    let key = sent_key(&sent)?;
    let named = visit.app.store().clinicians(&study).await?;
    let (mut commands, mut problems) = (Vec::new(), Vec::new());
    let sites = visit.sight(Action::ChangeStudies)?.sites;
    for site in protocol.sites.iter().filter(|site| sites.hold(&site.id)) {
        let wanted = sent.get(&field(&site.id));
        let account: Option<AccountId> = wanted.parse().ok();
        if account == named.get(&site.id).copied() {
            continue;
        }
        let there = clinicians_at(&visit, &site.id).await?;
        if !wanted.is_empty() && !there.iter().any(|(id, _)| id == wanted) {
            problems.push(format!(
                "{}: choose somebody who is a health visitor there.",
                site.label
            ));
        }
        visit.may(Action::ChangeStudies, Scope::Site(&study, &site.id))?;
        commands.push(Command::NameClinician {
            site: site.id.clone(),
            account,
        });
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    if !commands.is_empty() {
        change(
            &visit,
            Action::ChangeStudies,
            &key,
            commands,
            "",
            Vec::new(),
        )
        .await?;
    }
    Ok(see(&format!("/studies/{study}/alerts")))
}
