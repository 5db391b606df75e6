//! `attune user`: who may sign in, from the command line: for the first person of a server, and for
//! a data manager who has lost everything.

use anyhow::{Context, Result, bail};
use attune_protocol::id::{SiteId, StudyId};
use attune_store::{
    Actor, Command, Moment, Request, Role, Secret, Sites, Store,
    accounts::{Account, PASSWORD_CODE, TypedCode},
    ids::{AccountId, GrantId},
};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    output,
    place::{self, Place},
};

#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a person; prints a one-time code with which the person sets a password
    Add(Add),
    /// List the people and their roles
    List(List),
    /// Print a new one-time code for a person who cannot sign in, and end the person's sessions
    Reset(Reset),
}

#[derive(Debug, Args)]
struct Add {
    /// What the person types to sign in
    login: String,
    /// Name of the person, as it is shown
    #[arg(long)]
    name: String,
    /// Role: data-manager, lead-evaluator, statistician, facilitator, health-visitor, assessor, observer, analyst or auditor
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    /// Study of the role; without it the role holds everywhere
    #[arg(long, requires = "role")]
    study: Option<String>,
    /// Site of the role, as often as needed; without it all sites
    #[arg(long, requires = "study")]
    site: Vec<String>,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    place: Place,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Reset {
    /// What the person types to sign in
    login: String,
    /// Take the second factor away as well, for a person who has lost telephone and recovery codes
    #[arg(long)]
    second_factor: bool,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Seconds for which a one-time code holds: three days.
const CODE_SECONDS: i64 = 3 * 24 * 60 * 60;

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| {
        let codes: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
        format!("possible are {}", codes.join(", "))
    })
}

impl User {
    pub fn run(&self) -> Result<()> {
        match &self.what {
            What::Add(add) => add.run(),
            What::List(list) => list.run(),
            What::Reset(reset) => reset.run(),
        }
    }
}

impl Add {
    fn run(&self) -> Result<()> {
        let now = Moment::now();
        let code = place::wait(async {
            let store = place::open(self.place.location()).await?;
            let account = AccountId::new();
            self.check(&store).await?;
            let create = Command::CreateAccount {
                account,
                login: self.login.clone(),
                name: self.name.clone(),
            };
            execute(&store, None, create, now).await?;
            if let Some(role) = self.role {
                let sites: std::collections::BTreeSet<SiteId> =
                    self.site.iter().map(SiteId::new).collect();
                let grant = Command::GrantRole {
                    grant: GrantId::new(),
                    account,
                    role,
                    sites: match sites.is_empty() {
                        true => Sites::All,
                        false => Sites::Only(sites),
                    },
                    from: now.date(),
                    until: None,
                };
                execute(&store, self.study.as_deref(), grant, now).await?;
            }
            let code = new_code(&store, account, now).await?;
            store.close().await;
            Ok(code)
        })?;
        tell(&self.login, &code, self.json)
    }

    /// Study and sites must be there before anything is stored.
    async fn check(&self, store: &Store) -> Result<()> {
        let Some(study) = &self.study else {
            return Ok(());
        };
        let protocol = store.protocol(&StudyId::new(study)).await?;
        let unknown: Vec<&str> = self
            .site
            .iter()
            .filter(|site| protocol.site(&SiteId::new(site)).is_none())
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            let sites: Vec<&str> = protocol.sites.iter().map(|site| site.id.as_str()).collect();
            bail!(
                "{study} has no site {}; its sites are {}",
                unknown.join(", "),
                sites.join(", ")
            );
        }
        Ok(())
    }
}

impl List {
    fn run(&self) -> Result<()> {
        let today = Moment::now().date();
        let people = place::wait(async {
            let store = self.place.open().await?;
            let mut people = Vec::new();
            for account in store.accounts().await? {
                let mut grants = store.grants_of(account.id).await?;
                grants.retain(|grant| grant.holds_on(today));
                people.push((account, grants));
            }
            store.close().await;
            Ok(people)
        })?;
        if self.json {
            let rows: Vec<_> = people
                .iter()
                .map(|(account, grants)| {
                    let roles: Vec<_> = grants
                        .iter()
                        .map(|grant| {
                            json!({ "role": grant.role.code(), "study": grant.study,
                                "sites": grant.sites, "until": grant.until })
                        })
                        .collect();
                    json!({ "login": account.login, "name": account.name,
                        "closed": account.disabled, "second_factor": account.second_factor,
                        "roles": roles })
                })
                .collect();
            return output::print_json(&json!({ "people": rows }));
        }
        if people.is_empty() {
            return output::print_text(
                "Nobody may sign in yet. Add somebody with `attune user add`.\n",
            );
        }
        let text: String = people
            .iter()
            .map(|(account, grants)| {
                let roles: Vec<String> = grants
                    .iter()
                    .map(|grant| match &grant.study {
                        Some(study) => format!("{} of {study}", grant.role.words()),
                        None => format!("{} everywhere", grant.role.words()),
                    })
                    .collect();
                format!("{}\n", words(account, &roles))
            })
            .collect();
        output::print_text(&text)
    }
}

fn words(account: &Account, roles: &[String]) -> String {
    let mut text = format!("{} ({})", account.login, account.name);
    if account.disabled {
        text += ", closed";
    }
    if !account.second_factor {
        text += ", no second factor";
    }
    match roles.is_empty() {
        true => text + ": no role",
        false => format!("{text}: {}", roles.join(", ")),
    }
}

impl Reset {
    fn run(&self) -> Result<()> {
        let now = Moment::now();
        let code = place::wait(async {
            let store = self.place.open().await?;
            let account = store.account_by_login(&self.login).await?;
            let account = account.with_context(|| {
                format!(
                    "nobody signs in as {}; `attune user list` shows who does",
                    self.login
                )
            })?;
            store.end_sessions(account.id, None).await?;
            if self.second_factor {
                let command = Command::SetSecondFactor {
                    account: account.id,
                    present: false,
                };
                let request = Request::new(None, command, now).with_secret(Secret::SecondFactor {
                    account: account.id,
                    sealed: None,
                });
                store.execute(&Actor::PROGRAM, request).await?;
            }
            let code = new_code(&store, account.id, now).await?;
            store.close().await;
            Ok(code)
        })?;
        tell(&self.login, &code, self.json)
    }
}

async fn execute(store: &Store, study: Option<&str>, command: Command, at: Moment) -> Result<()> {
    let request = Request::new(study.map(StudyId::new), command, at)
        .because("on the command line of the server");
    store.execute(&Actor::PROGRAM, request).await?;
    Ok(())
}

/// A code for a password; that it was made is in the log, the code is not.
async fn new_code(store: &Store, account: AccountId, now: Moment) -> Result<TypedCode> {
    let code = TypedCode::new()?;
    let expires = now.plus_seconds(CODE_SECONDS);
    let kept = store.keep_code(&code.hash, PASSWORD_CODE, Some(account), expires);
    kept.await?;
    let note = Command::Note {
        what: "one-time-code".to_owned(),
        subject: Some(account.to_string()),
        facts: [("made on".to_owned(), "the command line".to_owned())].into(),
    };
    execute(store, None, note, now).await?;
    Ok(code)
}

fn tell(login: &str, code: &TypedCode, as_json: bool) -> Result<()> {
    if as_json {
        let document = json!({ "login": login, "code": *code.shown, "page": "/welcome",
            "holds_for_seconds": CODE_SECONDS });
        return output::print_json(&document);
    }
    output::print_text(&format!(
        "{login} opens the page /welcome of the server and sets a password with this code, within three days:\n\n    \
         one-time code: {}\n\n",
        *code.shown
    ))
}
