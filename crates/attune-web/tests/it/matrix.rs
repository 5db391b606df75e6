//! Who may ask for what, walked whole: every route of the table as every role, in the whole
//! installation, in the study, at one of its sites, and in another study.

use attune_protocol::{Protocol, StudyFolder, template};
use attune_store::{
    Actor, Role, access::Sight, forms::FormFilter, ids::AccountId, sessions::NewSession,
};
use attune_web::{
    Settings,
    access::Action,
    route::{Arms, Needs, Route},
    routes,
};
use axum::http::{Method, StatusCode};

use crate::harness::{Answer, Database, World};

/// Where a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Everywhere,
    InTheStudy,
    AtOneSite,
    InAnotherStudy,
}

const HELD: [Held; 4] = [
    Held::Everywhere,
    Held::InTheStudy,
    Held::AtOneSite,
    Held::InAnotherStudy,
];

struct Place {
    world: World,
    study: String,
    site: String,
    sites: Vec<String>,
    arms: Vec<String>,
}

/// The template study and a second one of another id, both with records.
async fn place() -> Place {
    placed_in(World::new(Settings::default()).await).await
}

async fn placed_in(world: World) -> Place {
    let mut first = None;
    for id in ["study-one", "study-two"] {
        let files: Vec<(String, String)> = template()
            .iter()
            .map(|(name, text)| ((*name).to_owned(), renamed(text, id, *name == "study.toml")))
            .collect();
        let folder = StudyFolder::from_files(files.clone());
        let (protocol, _) = Protocol::read_folder(&folder).unwrap_or_else(|problems| {
            panic!("{problems}");
        });
        let store = world.state.store();
        let at = world.state.now();
        store
            .register_study(&Actor::PROGRAM, &folder, &protocol, at, None)
            .await
            .expect("registered");
        let bytes = files
            .into_iter()
            .map(|(name, text)| (name, text.into_bytes()));
        let files = attune_exchange::RecordFiles::from_files(bytes);
        let (records, _) = attune_exchange::read_records_from(&protocol, &files)
            .unwrap_or_else(|problems| panic!("{}", problems.rendered()));
        store
            .import(&Actor::PROGRAM, &protocol.study.id, &records, at)
            .await
            .expect("imported");
        first.get_or_insert(protocol);
    }
    let protocol = first.expect("two studies");
    Place {
        world,
        study: protocol.study.id.to_string(),
        site: protocol.sites[0].id.to_string(),
        sites: protocol
            .sites
            .iter()
            .map(|site| site.id.to_string())
            .collect(),
        arms: protocol
            .arms
            .iter()
            .flat_map(|arm| [arm.id.to_string(), arm.label.clone()])
            .collect(),
    }
}

/// The template with another id, and with arms whose names occur nowhere else.
fn renamed(text: &str, id: &str, is_study: bool) -> String {
    if !is_study {
        return text.to_owned();
    }
    [
        ("\"two-clinics\"", format!("\"{id}\"").as_str()),
        ("\"usual\"", "\"goldcrest\""),
        ("\"group\"", "\"kingfisher\""),
        ("[group]", "[kingfisher]"),
        ("{ usual =", "{ goldcrest ="),
        (", group =", ", kingfisher ="),
        ("Usual baby clinic", "Goldcrest clinic"),
        ("Baby clinic with the group", "Kingfisher clinic"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
}

impl Place {
    /// Somebody with this role there, signed in with a second factor a moment ago.
    async fn somebody(&self, role: Role, held: Held) -> AccountId {
        let login = format!("{}-{held:?}", role.code()).to_lowercase();
        let account = self.world.add_without_password(&login).await;
        let (study, sites): (Option<&str>, Vec<&str>) = match held {
            Held::Everywhere => (None, vec![]),
            Held::InTheStudy => (Some(&self.study), vec![]),
            Held::AtOneSite => (Some(&self.study), vec![&self.site]),
            Held::InAnotherStudy => (Some("study-two"), vec![]),
        };
        self.world.give(account, role, study, &sites).await;
        account
    }

    async fn ask(&self, account: AccountId, route: &Route, second_factor: bool) -> Answer {
        self.ask_at(account, route, route.path, second_factor).await
    }

    /// Asks a route at a path in which some of its names are filled in.
    async fn ask_at(
        &self,
        account: AccountId,
        route: &Route,
        path: &str,
        second_factor: bool,
    ) -> Answer {
        let session = self
            .world
            .state
            .store()
            .begin_session(NewSession {
                account,
                at: self.world.state.now(),
                idle_seconds: 900,
                absolute_seconds: 3600,
                second_factor,
                label: "a test".to_owned(),
            })
            .await
            .expect("a session");
        let mut browser = self.world.browser();
        browser.cookies.insert(
            "attune-loopback-session".to_owned(),
            session.secret.to_string(),
        );
        let path = self.address(path);
        match route.method {
            Method::GET => browser.get(&path).await,
            _ => browser.post(&path, &[]).await,
        }
    }

    /// The path with this study and site, and with things that do not exist.
    fn address(&self, path: &str) -> String {
        path.split('/')
            .map(|part| match part {
                "{study}" => self.study.as_str(),
                "{site}" => self.site.as_str(),
                part if part.starts_with('{') => "00000000-0000-7000-8000-000000000000",
                part => part,
            })
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// What the table of rights says.
fn is_allowed(route: &Route, role: Role, held: Held) -> bool {
    let blind_for_good = matches!(role, Role::Assessor | Role::Observer);
    if route.arms == Arms::ToThePublic {
        let of_another = route.path.contains("{study}") && held == Held::InAnotherStudy;
        return !blind_for_good || of_another;
    }
    let action = match route.needs {
        // Whoever has no part in the study reads its public page there.
        Needs::Nothing | Needs::SignedIn | Needs::MayOrAnybody(_) => return true,
        Needs::May(action) => action,
    };
    let in_study = route.path.contains("{study}");
    let reaches = match held {
        Held::Everywhere => true,
        Held::InTheStudy | Held::AtOneSite => in_study,
        Held::InAnotherStudy => false,
    };
    reaches && action.roles().contains(&role) && !(route.arms == Arms::AsFindings && blind_for_good)
}

fn was_refused(answer: &Answer) -> bool {
    let to_sign_in = answer.header("location").starts_with("/sign-in?");
    answer.status == StatusCode::FORBIDDEN
        || (answer.status == StatusCode::NOT_FOUND && answer.body.contains("no such page"))
        || to_sign_in
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_8_2_1_and_8_2_2_every_route_is_open_to_its_roles_and_closed_to_all_others() {
    walk_every_route(&place().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_8_2_1_and_8_2_2_the_same_walk_on_postgresql() {
    match Database::postgres() {
        Ok(database) => {
            let place = placed_in(World::on(database, Settings::default()).await).await;
            walk_every_route(&place).await;
            walk_from_site_to_site(&place).await;
        }
        Err(why) => println!("SKIPPED, no route was walked on PostgreSQL: {why}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_8_2_2_nothing_of_a_family_is_open_from_another_site() {
    walk_from_site_to_site(&place().await).await;
}

/// Every route as every role, wherever it can be held.
async fn walk_every_route(place: &Place) {
    let table = routes::table();
    let mut asked = 0;
    for role in Role::ALL {
        for held in HELD {
            let account = place.somebody(role, held).await;
            for route in &table {
                // Whoever has no ticket is sent from the second step to the first, signed in or not.
                let asks_nobody = ["/sign-out", "/sign-in/code"].contains(&route.path);
                if asks_nobody || route.path.starts_with("/assets") {
                    continue;
                }
                let answer = place.ask(account, route, true).await;
                assert_eq!(
                    !was_refused(&answer),
                    is_allowed(route, role, held),
                    "{} {} as {role:?} {held:?}: {} {}",
                    route.method,
                    route.path,
                    answer.status,
                    answer.body.lines().take(60).collect::<String>()
                );
                assert!(
                    !answer.status.is_server_error(),
                    "{} {} as {role:?}: {}",
                    route.method,
                    route.path,
                    answer.body
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 1_000, "{asked} requests");
}

/// Every route of a real family and a real form, as every role at its own site and at another one.
async fn walk_from_site_to_site(place: &Place) {
    let store = place.world.state.store();
    let study = place.study.as_str().into();
    let all = FormFilter::default();
    let forms = store.forms(&study, &Sight::FULL, &all).await;
    let forms = forms.expect("forms");
    let form = forms.iter().find(|form| form.dyad.is_some());
    let form = form.expect("the template has forms of families");
    let elsewhere = place.sites.iter().find(|site| **site != *form.site);
    let elsewhere = elsewhere.expect("the template has two sites");
    let (mut open, mut closed) = (0, 0);
    for role in Role::ALL {
        for (site, here) in [(form.site.as_str(), true), (elsewhere.as_str(), false)] {
            let login = format!("{}-of-{site}", role.code()).to_lowercase();
            let account = place.world.add_without_password(&login).await;
            place
                .world
                .give(account, role, Some(&place.study), &[site])
                .await;
            for route in routes::table() {
                let concrete = route
                    .path
                    .replace("{family}", &form.unit)
                    .replace("{form}", &form.id.to_string());
                if concrete == route.path {
                    continue;
                }
                let answer = place.ask_at(account, &route, &concrete, true).await;
                let what = format!("{} {concrete} as {role:?} at {site}", route.method);
                assert!(!answer.status.is_server_error(), "{what}: {}", answer.body);
                if here && is_allowed(&route, role, Held::AtOneSite) {
                    assert!(!was_refused(&answer), "{what}: {}", answer.status);
                    open += 1;
                } else {
                    assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
                    assert!(!answer.body.contains(&form.unit), "{what}: {}", answer.body);
                    closed += 1;
                }
            }
        }
    }
    assert!(open > 60 && closed > 300, "{open} open, {closed} closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_8_1_2_no_answer_tells_an_arm_to_somebody_blind() {
    let place = place().await;
    assert!(!place.arms.is_empty(), "the study has arms to hide");
    for role in [Role::Assessor, Role::Observer, Role::Statistician] {
        for held in [Held::InTheStudy, Held::AtOneSite] {
            let account = place.somebody(role, held).await;
            for route in routes::table() {
                // Findings rehearse with permuted arms; their names are no secret to a statistician.
                let permuted = role == Role::Statistician && route.arms == Arms::AsFindings;
                if route.method != Method::GET || permuted {
                    continue;
                }
                let answer = place.ask(account, &route, true).await;
                for arm in &place.arms {
                    assert!(
                        !answer.body.contains(arm.as_str()),
                        "{} tells {arm} to {role:?}",
                        route.path
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_6_3_3_without_a_second_factor_sensitive_routes_stay_closed() {
    let place = place().await;
    let account = place.somebody(Role::DataManager, Held::Everywhere).await;
    let mut closed = 0;
    for route in routes::table() {
        let Needs::May(action) = route.needs else {
            continue;
        };
        let answer = place.ask(account, &route, false).await;
        let asked_for = answer.status == StatusCode::FORBIDDEN
            || answer
                .header("location")
                .starts_with("/account/second-factor");
        if action.needs_second_factor() && action.roles().contains(&Role::DataManager) {
            assert!(
                asked_for,
                "{} {}: {}",
                route.method, route.path, answer.status
            );
            closed += 1;
        }
    }
    assert!(closed >= 10, "{closed} routes");
    assert!(Action::Export.needs_second_factor());
}
