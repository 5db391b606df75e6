//! The application of the demonstration: the example studies loaded, one made-up person per role with
//! a sign-in, and the list of sign-ins for the console.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context, Result};
use attune_protocol::{Protocol, StudyFolder, id::StudyId};
use attune_store::{
    Actor, Command, Moment, Request, Role, Secret, Sites, Store,
    command::video::CodingPurpose,
    ids::{AccountId, GrantId},
};
use attune_web::{
    DemonstrationPerson,
    sign_in::{password, recovery_codes, second_factor, tokens},
};

use super::{made_up_codings, recording, to_try};
use crate::{examples, output};

/// The file beside the application's data that holds the sign-ins.
pub const SIGN_INS: &str = "sign-ins.txt";

/// A made-up person.
struct Somebody {
    login: &'static str,
    name: &'static str,
    role: Role,
    /// Nowhere: in the whole installation.
    place: Option<Place>,
    second_factor: bool,
    try_this: &'static str,
}

/// Where a role holds.
#[derive(Clone, Copy)]
enum Place {
    /// In every example study.
    Studies,
    /// At one site of a study.
    Site(&'static str, &'static str),
    /// In one study.
    Study(&'static str),
}

const HOSTEL: &str = "hostel-clinic";

const PEOPLE: &[Somebody] = &[
    Somebody {
        login: "manager",
        name: "Maren Example",
        role: Role::DataManager,
        place: None,
        second_factor: true,
        try_this: "add a person and give a role; load a study of your own; look at the audit trail.",
    },
    Somebody {
        login: "evaluator",
        name: "Edda Example",
        role: Role::LeadEvaluator,
        place: Some(Place::Studies),
        second_factor: true,
        try_this: "read the findings of both studies; follow a number to its rows and to the form; seal the plan of the hostel study and reveal its arms.",
    },
    Somebody {
        login: "statistician",
        name: "Stellan Example",
        role: Role::Statistician,
        place: Some(Place::Studies),
        second_factor: true,
        try_this: "look at the measures, where no arm is shown, and take them out as CSV.",
    },
    Somebody {
        login: "assessor",
        name: "Asta Example",
        role: Role::Assessor,
        place: Some(Place::Site(HOSTEL, "hostel-b")),
        second_factor: true,
        try_this: "see one hostel only, and no arm anywhere.",
    },
    Somebody {
        login: "visitor",
        name: "Vera Example",
        role: Role::HealthVisitor,
        place: Some(Place::Site(HOSTEL, "hostel-a")),
        second_factor: true,
        try_this: "see what is due in the hostel with the clinic.",
    },
    Somebody {
        login: "facilitator",
        name: "Fenna Example",
        role: Role::Facilitator,
        place: Some(Place::Site(HOSTEL, "hostel-a")),
        second_factor: false,
        try_this: "see the families of the group's hostel by study code.",
    },
    Somebody {
        login: "observer",
        name: "Oskar Example",
        role: Role::Observer,
        place: Some(Place::Studies),
        second_factor: false,
        try_this: "code the drawn clip by keys (Coding, in a study); find the findings closed: whoever codes film is blind.",
    },
    Somebody {
        login: "analyst",
        name: "Anouk Example",
        role: Role::Analyst,
        place: Some(Place::Study(HOSTEL)),
        second_factor: false,
        try_this: "see the study's home and nothing of its numbers.",
    },
    Somebody {
        login: "auditor",
        name: "Arvid Example",
        role: Role::Auditor,
        place: None,
        second_factor: false,
        try_this: "read the audit trail of the installation and of each study.",
    },
];

/// Loads studies and people into an empty store, and writes the sign-ins beside it.
pub async fn fill(store: &Store, studies: &Path, folder: &Path) -> Result<()> {
    let at = Moment::now();
    let mut loaded = Vec::new();
    for example in examples::ALL {
        let study = studies.join(example.id);
        if study.exists() {
            loaded.extend(load(store, &study, at).await?);
        }
    }
    let word = tokens::typed_code(3);
    let hash = password::hash(word.clone())
        .await
        .map_err(anyhow::Error::msg)?;
    let mut told = String::from("Sign-ins of the demonstration (the people are made up)\n\n");
    let _ = writeln!(told, "  password of all of them: {word}\n");
    let mut coders = Vec::new();
    for somebody in PEOPLE {
        let account = add(store, somebody, &hash, &loaded, at, &mut told).await?;
        match somebody.role {
            Role::Observer => coders.push((account, CodingPurpose::Study)),
            Role::LeadEvaluator => coders.push((account, CodingPurpose::Gold)),
            _ => {}
        }
    }
    let film = recording::take_in(&store.media())?;
    for study in &loaded {
        recording::add(store, study, &film, &coders, at).await?;
        made_up_codings::add(store, study, &film, at).await?;
    }
    told += "\nWhere a second factor is asked for, type one of that person's recovery codes (each works once), or\n\
             add the secret to an authenticator app and type its code.\n";
    reveal_the_published_study(store, &loaded, at).await?;
    output::write_private_file(&folder.join(SIGN_INS), told.as_bytes())
}

async fn load(store: &Store, folder: &Path, at: Moment) -> Result<Option<StudyId>> {
    let read = StudyFolder::on_disk(folder).map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let (protocol, _) =
        Protocol::read_folder(&read).map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let id = protocol.study.id.clone();
    store
        .register_study(&Actor::PROGRAM, &read, &protocol, at, None)
        .await?;
    // Of a study that has only a public page the public page is served; nobody works in it.
    if protocol.data.is_empty() {
        return Ok(None);
    }
    let (records, _) = attune_exchange::read_records(&protocol, folder)
        .map_err(|problems| anyhow::anyhow!("{}", problems.rendered()))?;
    store
        .import(&Actor::PROGRAM, &id, &records, at)
        .await
        .with_context(|| format!("cannot bring the records of {id} into the store"))?;
    Ok(Some(id))
}

async fn add(
    store: &Store,
    somebody: &Somebody,
    hash: &str,
    studies: &[StudyId],
    at: Moment,
    told: &mut String,
) -> Result<AccountId> {
    let account = AccountId::new();
    let mut commands = vec![
        Command::CreateAccount {
            account,
            login: somebody.login.to_owned(),
            name: somebody.name.to_owned(),
        },
        Command::SetPassword { account },
    ];
    let mut secrets = vec![Secret::PasswordHash {
        account,
        hash: hash.to_owned(),
    }];
    let _ = writeln!(
        told,
        "  {:<14}{}, {}",
        somebody.login,
        somebody.name,
        somebody.role.words()
    );
    if somebody.second_factor {
        let secret = second_factor::new_secret();
        let codes = recovery_codes::new();
        commands.push(Command::SetSecondFactor {
            account,
            present: true,
        });
        commands.push(Command::SetRecoveryCodes { account });
        secrets.push(Secret::SecondFactor {
            account,
            sealed: Some(store.seal_second_factor(account, &secret)?),
        });
        secrets.push(Secret::RecoveryCodes {
            account,
            hashes: codes
                .iter()
                .map(|code| recovery_codes::hash(code))
                .collect(),
        });
        let _ = writeln!(
            told,
            "                second factor: secret {}\n                recovery codes {}",
            second_factor::as_typed(&secret).replace(' ', ""),
            codes.join(" ")
        );
    }
    let mut request = Request::all(None, commands, at);
    request.secrets = secrets;
    store.execute(&Actor::PROGRAM, request).await?;
    let places: Vec<(Option<StudyId>, Sites)> = match somebody.place {
        None => vec![(None, Sites::All)],
        Some(Place::Studies) => studies
            .iter()
            .map(|study| (Some(study.clone()), Sites::All))
            .collect(),
        Some(Place::Study(study)) => vec![(Some(StudyId::new(study)), Sites::All)],
        Some(Place::Site(study, site)) => {
            vec![(Some(StudyId::new(study)), Sites::Only([site.into()].into()))]
        }
    };
    for (study, sites) in places {
        let command = Command::GrantRole {
            grant: GrantId::new(),
            account,
            role: somebody.role,
            sites,
            from: at.date(),
            until: None,
        };
        let request = Request::new(study, command, at);
        store.execute(&Actor::PROGRAM, request).await?;
    }
    Ok(account)
}

/// The study with real, published data has its plan sealed and its arms revealed, so that findings can
/// be read at once; in the hostel study that is left to whoever tries it.
async fn reveal_the_published_study(store: &Store, studies: &[StudyId], at: Moment) -> Result<()> {
    for id in studies.iter().filter(|id| id.as_str() != HOSTEL) {
        let study = store.study(id).await?;
        let seal = Command::SealPlan {
            fingerprint: study.fingerprint,
        };
        let request = Request::new(Some(id.clone()), seal, at);
        store.execute(&Actor::PROGRAM, request).await?;
        let reveal = Command::Unblind { dyad: None };
        let request = Request::new(Some(id.clone()), reveal, at)
            .because("the data of this example study are published");
        store.execute(&Actor::PROGRAM, request).await?;
    }
    Ok(())
}

/// The people, as the first page of the demonstration shows them.
pub fn people() -> Vec<DemonstrationPerson> {
    PEOPLE
        .iter()
        .map(|somebody| DemonstrationPerson {
            sign_in_name: somebody.login.to_owned(),
            name: somebody.name.to_owned(),
            second_factor: somebody.second_factor,
            steps: to_try::steps(somebody.login)
                .iter()
                .map(|(words, path)| ((*words).to_owned(), (*path).to_owned()))
                .collect(),
            role: somebody.role.words().to_owned(),
            try_this: somebody.try_this.to_owned(),
        })
        .collect()
}
