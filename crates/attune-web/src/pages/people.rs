//! `/people`: everybody who signs in, and adding somebody.

use askama::Template;
use attune_store::{Command, Request, accounts::Account, ids::AccountId};
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show},
    form::Form,
    layout::Layout,
    pages::{first_run::check_person, person},
    parts::{Field, FormPage, Problems},
    study_names::StudyNames,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    layout: Layout,
    people: Vec<Row>,
}

struct Row {
    account: Account,
    roles: Vec<String>,
}

/// A new person.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    name: String,
    login: String,
}

/// `GET /people`.
pub async fn page(visit: Visit) -> Answer {
    let store = visit.app.store();
    let today = visit.at.date();
    let names = StudyNames::of(&visit).await?;
    let mut people = Vec::new();
    for account in store.accounts().await? {
        let grants = store.grants_of(account.id).await?;
        let holding = grants.iter().filter(|grant| grant.holds_on(today));
        people.push(Row {
            roles: holding.map(|grant| names.grant_in_words(grant)).collect(),
            account,
        });
    }
    show(&People {
        layout: Layout::of(&visit, "People"),
        people,
    })
}

/// `GET /people/new`.
pub async fn new_page(visit: Visit) -> Answer {
    form(&visit, "", "", Problems::default())
}

fn form(visit: &Visit, name: &str, login: &str, problems: Problems) -> Answer {
    FormPage::new(Layout::of(visit, "Add a person"), "/people/new", "Add and make a code")
        .lead("The person gets a one-time code from you, on paper or by telephone, and sets the password with it. Roles come next.")
        .field(Field::text("name", "Name").value(name).hint("As colleagues know them."))
        .field(Field::text("login", "Sign-in name").value(login).hint("Letters and digits, such as eharper."))
        .other_way("/people", "Leave it")
        .show(problems)
}

/// `POST /people/new`.
pub async fn add(visit: Visit, Form(typed): Form<NewPerson>) -> Answer {
    let store = visit.app.store();
    let mut problems = Problems::default();
    check_person(&mut problems, &typed.name, &typed.login);
    if store.account_by_login(&typed.login).await?.is_some() {
        problems.add("login", "Somebody has this sign-in name already.");
    }
    if !problems.is_empty() {
        return form(&visit, &typed.name, &typed.login, problems);
    }
    let account = AccountId::new();
    let command = Command::CreateAccount {
        account,
        login: typed.login.trim().to_lowercase(),
        name: typed.name.trim().to_owned(),
    };
    let actor = visit.actor(Action::ManagePeople)?;
    store
        .execute(&actor, Request::new(None, command, visit.at))
        .await?;
    person::show_code(&visit, account).await
}
