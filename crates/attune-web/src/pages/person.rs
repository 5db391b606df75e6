//! `/people/{account}`: one person's roles, codes and sessions, for whoever manages people.

use std::collections::BTreeSet;

use askama::Template;
use attune_protocol::{
    Protocol,
    id::{SiteId, StudyId},
};
use attune_store::{
    Command, Grant, Request, Role, Secret, Sites,
    accounts::Account,
    ids::{AccountId, GrantId},
    sessions::Session,
};
use axum::extract::Path;
use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    pages::welcome::PURPOSE,
    parts::{Field, FieldKind, Problems},
    sign_in::tokens,
    study_names::StudyNames,
    visit::Visit,
};

/// Days for which a one-time code holds.
const CODE_DAYS: i64 = 3;

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    layout: Layout,
    account: Account,
    names: StudyNames,
    grants: Vec<Grant>,
    today: Date,
    sessions: Vec<Session>,
    fields: Vec<Field>,
    is_oneself: bool,
}

#[derive(Template)]
#[template(path = "one_time_code.html")]
struct CodePage {
    layout: Layout,
    account: Account,
    code: String,
    days: i64,
}

/// A role to give.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    role: String,
    /// `*` for the whole installation.
    study: String,
    /// Study and site of each, such as `hostel-clinic/hostel-a`: ids of sites are only known within a study.
    #[serde(default)]
    sites: Vec<String>,
    #[serde(default)]
    until: String,
}

/// A role to end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichRole {
    grant: String,
}

/// `GET /people/{account}`.
pub async fn page(visit: Visit, Path(account): Path<String>) -> Answer {
    let account = account_of(&visit, &account).await?;
    show(&person_page(&visit, account, &NewRole::empty(), Problems::default()).await?)
}

async fn person_page(
    visit: &Visit,
    account: Account,
    typed: &NewRole,
    problems: Problems,
) -> Result<PersonPage, Failure> {
    let store = visit.app.store();
    let roles = Role::ALL
        .iter()
        .map(|role| (role.code().to_owned(), role.words().to_owned()))
        .collect();
    let names = StudyNames::of(visit).await?;
    let mut studies: Vec<(String, String)> = names
        .iter()
        .map(|study| (study.id.clone(), study.title.clone()))
        .collect();
    studies.push((
        "*".to_owned(),
        "the whole installation and every study".to_owned(),
    ));
    let sites = names.iter().flat_map(|study| {
        study.sites.iter().map(|(site, label)| {
            let value = format!("{}/{site}", study.id);
            let chosen = typed.sites.contains(&value);
            (value, format!("{label}, in {}", study.short()), chosen)
        })
    });
    let sites: Vec<(String, String, bool)> = sites.collect();
    let mut fields = vec![
        Field::text("role", "Role")
            .of_kind(FieldKind::OneOf(roles))
            .value(&*typed.role),
        Field::text("study", "In")
            .of_kind(FieldKind::OneOf(studies))
            .value(&*typed.study),
        Field::text("sites", "Only at these sites")
            .hint("Sites of the study that is chosen above. None: all sites of the study.")
            .of_kind(FieldKind::AnyOf(sites)),
        Field::text("until", "Until")
            .hint("Last day. Empty: until it is ended.")
            .of_kind(FieldKind::Day)
            .value(&*typed.until),
    ];
    for field in &mut fields {
        field.error = problems.of(field.name);
    }
    Ok(PersonPage {
        layout: Layout::of(visit, account.name.clone()),
        names,
        grants: store.grants_of(account.id).await?,
        today: visit.at.date(),
        sessions: store.sessions_of(account.id, visit.at).await?,
        fields,
        is_oneself: visit.person()?.id == account.id,
        account,
    })
}

/// `POST /people/{account}/roles`.
pub async fn give_role(
    visit: Visit,
    Path(account): Path<String>,
    Form(typed): Form<NewRole>,
) -> Answer {
    let account = account_of(&visit, &account).await?;
    let mut problems = Problems::default();
    let Some((study, command)) = typed.read(&visit, account.id, &mut problems).await? else {
        return page_to_correct(&person_page(&visit, account, &typed, problems).await?);
    };
    let address = format!("/people/{}", account.id);
    execute(&visit, Request::new(study, command, visit.at)).await?;
    Ok(see(&address))
}

impl NewRole {
    fn empty() -> Self {
        Self {
            role: Role::Assessor.code().to_owned(),
            study: String::new(),
            sites: Vec::new(),
            until: String::new(),
        }
    }

    /// The command that gives it, or what is to be mended.
    async fn read(
        &self,
        visit: &Visit,
        account: AccountId,
        problems: &mut Problems,
    ) -> Result<Option<(Option<StudyId>, Command)>, Failure> {
        let role = Role::from_code(&self.role);
        if role.is_none() {
            problems.add("role", "Choose a role of the list.");
        }
        let study = (self.study != "*").then(|| StudyId::new(&self.study));
        let mut sites = Sites::All;
        match &study {
            None if !self.sites.is_empty() => problems.add(
                "sites",
                "Sites belong to a study: choose the study, or choose no site.",
            ),
            None => {}
            Some(study) => match visit.app.store().protocol(study).await {
                Err(_) => problems.add("study", "Choose a study of the list."),
                Ok(protocol) => match self.sites_in(study, &protocol) {
                    Err(problem) => problems.add("sites", problem),
                    Ok(wanted) if wanted.is_empty() => {}
                    Ok(wanted) => sites = Sites::Only(wanted),
                },
            },
        }
        let until = match self.until.trim() {
            "" => None,
            text => {
                let day = text.parse::<Date>().ok();
                if day.is_none_or(|day| day < visit.at.date()) {
                    problems.add("until", "Give a day that is still to come, or none.");
                }
                day
            }
        };
        let Some(role) = role.filter(|_| problems.is_empty()) else {
            return Ok(None);
        };
        let command = Command::GrantRole {
            grant: GrantId::new(),
            account,
            role,
            sites,
            from: visit.at.date(),
            until,
        };
        Ok(Some((study, command)))
    }
}

impl NewRole {
    /// The chosen sites, which are all of this study.
    fn sites_in(&self, study: &StudyId, protocol: &Protocol) -> Result<BTreeSet<SiteId>, String> {
        let mut wanted = BTreeSet::new();
        for chosen in &self.sites {
            let site = chosen
                .strip_prefix(study.as_str())
                .and_then(|rest| rest.strip_prefix('/'))
                .map(SiteId::new)
                .filter(|site| protocol.site(site).is_some());
            match site {
                Some(site) => wanted.insert(site),
                None => {
                    return Err(
                        "A chosen site is none of this study: choose sites of the study above, or none."
                            .to_owned(),
                    );
                }
            };
        }
        Ok(wanted)
    }
}

/// `POST /people/{account}/roles/end`.
pub async fn end_role(
    visit: Visit,
    Path(account): Path<String>,
    Form(which): Form<WhichRole>,
) -> Answer {
    let account = account_of(&visit, &account).await?;
    let grant: GrantId = which.grant.parse().map_err(|_| Failure::no_such("role"))?;
    let grant = visit.app.store().grant(grant).await?;
    if grant.account != account.id {
        return Err(Failure::no_such("role"));
    }
    let last_manager = grant.role == Role::DataManager
        && grant.study.is_none()
        && is_last_manager(&visit, &account).await?;
    if last_manager {
        return Err(Failure::Conflict {
            reason: "This is the last person who manages people here. Give that role to somebody else first.".to_owned(),
        });
    }
    let command = Command::RevokeRole { grant: grant.id };
    execute(&visit, Request::new(grant.study, command, visit.at)).await?;
    Ok(see(&format!("/people/{}", account.id)))
}

async fn is_last_manager(visit: &Visit, account: &Account) -> Result<bool, Failure> {
    let (store, today) = (visit.app.store(), visit.at.date());
    for grant in store.grants_in(None).await? {
        let holds = grant.role == Role::DataManager && grant.holds_on(today);
        if holds && grant.account != account.id && !store.account(grant.account).await?.disabled {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `POST /people/{account}/code`.
pub async fn issue_code(visit: Visit, Path(account): Path<String>) -> Answer {
    let account = account_of(&visit, &account).await?;
    show_code(&visit, account.id).await
}

/// Makes a one-time code for a password and shows it, once.
///
/// # Errors
///
/// The store cannot be written.
pub async fn show_code(visit: &Visit, account: AccountId) -> Answer {
    let store = visit.app.store();
    let code = tokens::typed_code(3);
    let hash = tokens::hash(&tokens::normalised(&code));
    let expires = visit.at.plus_seconds(CODE_DAYS * 24 * 60 * 60);
    store
        .keep_code(&hash, PURPOSE, Some(account), expires)
        .await?;
    let note = Command::Note {
        what: "one-time-code".to_owned(),
        subject: Some(account.to_string()),
        facts: std::collections::BTreeMap::new(),
    };
    execute(visit, Request::new(None, note, visit.at)).await?;
    let account = store.account(account).await?;
    show(&CodePage {
        layout: Layout::of(visit, "One-time code"),
        account,
        code,
        days: CODE_DAYS,
    })
}

/// `POST /people/{account}/second-factor/remove`, for somebody who has lost phone and codes.
pub async fn remove_second_factor(visit: Visit, Path(account): Path<String>) -> Answer {
    let account = account_of(&visit, &account).await?;
    let command = Command::SetSecondFactor {
        account: account.id,
        present: false,
    };
    let request = Request::new(None, command, visit.at).with_secret(Secret::SecondFactor {
        account: account.id,
        sealed: None,
    });
    execute(&visit, request).await?;
    visit.app.store().end_sessions(account.id, None).await?;
    Ok(see(&format!("/people/{}", account.id)))
}

/// `POST /people/{account}/sessions/end`.
pub async fn end_sessions(visit: Visit, Path(account): Path<String>) -> Answer {
    let account = account_of(&visit, &account).await?;
    visit.app.store().end_sessions(account.id, None).await?;
    Ok(see(&format!("/people/{}", account.id)))
}

/// `POST /people/{account}/close`.
pub async fn close(visit: Visit, Path(account): Path<String>) -> Answer {
    let account = account_of(&visit, &account).await?;
    if visit.person()?.id == account.id || is_last_manager(&visit, &account).await? {
        return Err(Failure::Conflict {
            reason: "Nobody can close their own account, nor the last one that manages people."
                .to_owned(),
        });
    }
    let command = Command::DisableAccount {
        account: account.id,
    };
    execute(&visit, Request::new(None, command, visit.at)).await?;
    Ok(see(&format!("/people/{}", account.id)))
}

/// `POST /people/{account}/open`.
pub async fn open(visit: Visit, Path(account): Path<String>) -> Answer {
    let account = account_of(&visit, &account).await?;
    let command = Command::EnableAccount {
        account: account.id,
    };
    execute(&visit, Request::new(None, command, visit.at)).await?;
    Ok(see(&format!("/people/{}", account.id)))
}

async fn account_of(visit: &Visit, id: &str) -> Result<Account, Failure> {
    let id: AccountId = id.parse().map_err(|_| Failure::no_such("person"))?;
    Ok(visit.app.store().account(id).await?)
}

async fn execute(visit: &Visit, request: Request) -> Result<(), Failure> {
    let actor = visit.actor(Action::ManagePeople)?;
    visit.app.store().execute(&actor, request).await?;
    Ok(())
}
