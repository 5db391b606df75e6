//! A team's project of BORIS on its way into a study: shown, corrected, brought whole, deleted again; and told
//! to no coder.

use attune_protocol::id::StudyId;
use attune_store::{
    Actor, Command, Request as Change, Role,
    command::{Authority, Being, ConsentGiven, DyadEvent, Manner, video::CodingPurpose},
    drawn_codings::Counting,
    ids::{AccountId, ConsentId, DyadKey, EventId, PersonId},
};
use attune_web::{Settings, routes};
use axum::http::{Method, StatusCode};

use crate::harness::{Answer, Browser, World};

/// Two films, each coded by two people, and one that one person coded; with a bout that has one end, names and
/// a day in comments, an act after the second minute, and somebody who is called by name.
const PROJECT: &str = r##"{"project_format_version": "7.0", "project_name": "Clinic films", "project_description": "",
 "observations": {
  "march before_ann": {"type": "MEDIA", "date": "2024-03-12T09:00:00", "description": "", "time offset": 0.0,
    "file": {"1": ["/films/march-before.mp4"]}, "media_info": {"length": {"/films/march-before.mp4": 60.0}}, "independent_variables": {},
    "events": [[1.0, "Zoraida", "face", "", "as on 2024-03-12"], [5.0, "Zoraida", "face", "", ""], [6.0, "Zoraida", "smile", "", "clear"]]},
  "march before_olga": {"type": "MEDIA", "date": "2024-03-13T09:00:00", "description": "", "time offset": 0.0,
    "file": {"1": ["/films/march-before.mp4"]}, "media_info": {"length": {"/films/march-before.mp4": 60.0}}, "independent_variables": {},
    "events": [[1.5, "Zoraida", "face", "", "see march-before"], [5.0, "Zoraida", "face", "", ""]]},
  "june after_ann": {"type": "MEDIA", "date": "2024-06-12T09:00:00", "description": "", "time offset": 0.0,
    "file": {"1": ["/films/june-after.mp4"]}, "media_info": {"length": {"/films/june-after.mp4": 30.0}}, "independent_variables": {},
    "events": [[2.0, "Zoraida", "face", "", ""], [4.0, "Zoraida", "face", "", ""], [8.0, "Zoraida", "face", "", ""]]},
  "june after_olga": {"type": "MEDIA", "date": "2024-06-13T09:00:00", "description": "", "time offset": 0.0,
    "file": {"1": ["/films/june-after.mp4"]}, "media_info": {"length": {"/films/june-after.mp4": 30.0}}, "independent_variables": {},
    "events": [[2.0, "Zoraida", "face", "", ""], [4.5, "Zoraida", "face", "", ""], [9.0, "", "noise", "", ""]]}},
 "subjects_conf": {"0": {"key": "i", "name": "Zoraida", "description": ""}},
 "behaviors_conf": {
  "0": {"type": "State event", "key": "f", "code": "face", "description": "", "color": "", "category": "", "excluded": "", "modifiers": {}},
  "1": {"type": "Point event", "key": "s", "code": "smile", "description": "", "color": "", "category": "", "excluded": "", "modifiers": {}},
  "2": {"type": "Point event", "key": "n", "code": "noise", "description": "", "color": "", "category": "", "excluded": "", "modifiers": {}}}}"##;

/// Words of the project that tell a recording.
const HIDDEN: &[&str] = &[
    "march before",
    "june after",
    "march-before",
    "june-after",
    "2024-03-12",
    "2024-06-13",
    "zoraida",
    "clinic films",
    "team.boris",
];

struct Place {
    world: World,
    study: StudyId,
    ines: AccountId,
    secret: Option<Vec<u8>>,
}

async fn place() -> Place {
    let world = World::new(Settings::default()).await;
    let study = crate::coding::study(&world).await;
    let (ines, _) = world.add("ines", false).await;
    world
        .give(ines, Role::Observer, Some(study.as_str()), &[])
        .await;
    let (lead, secret) = world.add("lea", true).await;
    world
        .give(lead, Role::LeadEvaluator, Some(study.as_str()), &[])
        .await;
    Place {
        world,
        study,
        ines,
        secret,
    }
}

impl Place {
    async fn lead(&self) -> Browser<'_> {
        self.world.signed_in("lea", self.secret.as_deref()).await
    }

    fn list(&self) -> String {
        format!("/studies/{}/clips/projects", self.study)
    }

    /// Sends a file; the address of what would happen.
    async fn sent(&self, lead: &mut Browser<'_>, name: &str, bytes: &[u8]) -> String {
        let answer = lead
            .send_field(&self.list(), &[], "files", &[(name, bytes)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header("location").to_owned()
    }
}

/// The fields of the large form as a browser would send them.
fn fields(page: &Answer) -> Vec<(String, String)> {
    let form = page
        .body
        .split("<form")
        .find(|part| part.contains("meant-for"));
    let form = form.expect("the form");
    let attribute = |tag: &str, name: &str| {
        let found = tag.split(&format!("{name}=\"")).nth(1)?;
        Some(plain(found.split('"').next()?))
    };
    let mut all = Vec::new();
    for part in form
        .split('<')
        .filter(|part| part.starts_with("input") || part.starts_with("select"))
    {
        let tag = part.split('>').next().unwrap_or_default();
        let Some(name) = attribute(tag, " name") else {
            continue;
        };
        if tag.starts_with("select") {
            let after = form
                .split(&format!(" name=\"{name}\""))
                .nth(1)
                .expect("the select");
            let options = after.split("</select>").next().expect("its options");
            let chosen = options.split("<option").skip(1).find(|one| {
                one.split('>')
                    .next()
                    .is_some_and(|tag| tag.ends_with(" selected"))
            });
            let chosen = chosen
                .or_else(|| options.split("<option").nth(1))
                .expect("an option");
            let words = || Some(plain(chosen.split('>').nth(1)?.split('<').next()?));
            all.push((
                name,
                attribute(chosen, " value")
                    .or_else(words)
                    .unwrap_or_default(),
            ));
        } else if !tag.contains("checkbox") || tag.contains(" checked") {
            all.push((name, attribute(tag, " value").unwrap_or_default()));
        }
    }
    all
}

/// A text without its references to characters.
fn plain(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        whole.push_str(before);
        let (number, later) = after.split_once(';').expect("a reference");
        whole.extend(number.parse().ok().and_then(char::from_u32));
        rest = later;
    }
    whole + rest
}

/// The form with some fields answered otherwise.
fn with(page: &Answer, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all = fields(page);
    for (name, value) in changes {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => (*value).clone_into(known),
            None => all.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    all
}

async fn post(lead: &mut Browser<'_>, address: &str, all: &[(String, String)]) -> Answer {
    let all: Vec<(&str, &str)> = all.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    lead.post(address, &all).await
}

/// What has to be said of the project: the scheme, what names mean in it, who the coders are.
async fn settled(place: &Place, lead: &mut Browser<'_>, address: &str) -> Answer {
    let page = lead.get(address).await;
    let scheme = with(&page, &[("scheme", "play-form"), ("do", "look")]);
    assert_eq!(
        post(lead, address, &scheme).await.status,
        StatusCode::SEE_OTHER
    );
    let page = lead.get(address).await;
    let ines = place.ines.to_string();
    let said = with(
        &page,
        &[
            ("means.0", "at-face"),
            ("means.2", ":out"),
            ("who.0", "infant-1"),
            ("who.1", ":out"),
            ("coder-is.0", &ines),
            ("coder-is.1", ":left"),
            ("do", "look"),
        ],
    );
    assert_eq!(
        post(lead, address, &said).await.status,
        StatusCode::SEE_OTHER
    );
    lead.get(address).await
}

#[tokio::test]
async fn what_would_happen_is_shown_with_every_problem_and_nothing_is_written() {
    let place = place().await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let page = lead.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for told in [
        "4 observations in 1 file",
        "Say who “ann” is",
        "Say who “olga” is",
        "a part of the observation&#39;s name",
        "What coders read",
        "face of Zoraida at 8",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    // Somebody who is called by name is proposed under a role.
    assert!(page.body.contains("value=\"Person 1\""), "{}", page.body);
    let all = with(&page, &[("do", "bring")]);
    let refused = post(&mut lead, &address, &all).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let store = place.world.state.store();
    assert_eq!(store.codings(&place.study).await.expect("read").len(), 0);
    assert_eq!(store.clips(&place.study).await.expect("read").len(), 0);
    assert_eq!(store.bringings(&place.study).await.expect("read").len(), 0);
}

#[tokio::test]
async fn a_team_s_project_is_brought_whole_and_compared_and_deleted_again() {
    let place = place().await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let page = settled(&place, &mut lead, &address).await;
    assert!(!page.body.contains("to settle"), "{}", page.body);
    let brought = post(&mut lead, &address, &with(&page, &[("do", "bring")])).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.body);
    let store = place.world.state.store();
    let codings = store.codings(&place.study).await.expect("read");
    assert_eq!(codings.len(), 4);
    let n = |purpose| codings.iter().filter(|one| one.purpose == purpose).count();
    assert_eq!(
        (n(CodingPurpose::Study), n(CodingPurpose::Reliability)),
        (2, 2)
    );
    let open: Vec<_> = codings.iter().filter(|one| !one.finished).collect();
    assert_eq!(open.len(), 1, "a bout with one end keeps its coding open");
    assert_eq!(open[0].coder, place.ines);
    let list = lead.get(&place.list()).await;
    assert!(list.body.contains("team.boris"), "{}", list.body);
    assert!(list.body.contains("1 is not finished"), "{}", list.body);
    // The pair that is finished is compared; what was coded by somebody who has left, too.
    let agreement = lead
        .get(&format!("/studies/{}/reliability", place.study))
        .await;
    assert!(
        agreement.body.contains("olga (coded elsewhere)"),
        "{}",
        agreement.body
    );
    assert!(
        agreement.body.contains("march-before"),
        "{}",
        agreement.body
    );
    let audit = lead.get(&format!("/studies/{}/audit", place.study)).await;
    assert!(audit.body.contains("begin bringing"), "{}", audit.body);
    let bringing = store.bringings(&place.study).await.expect("read")[0]
        .id
        .to_string();
    let undo = format!("{}/undo", place.list());
    let undone = lead.post(&undo, &[("bringing", &bringing)]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    assert_eq!(store.codings(&place.study).await.expect("read").len(), 0);
    assert_eq!(store.clips(&place.study).await.expect("read").len(), 0);
    let again = lead.post(&undo, &[("bringing", &bringing)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    // The files were forgotten once they were brought.
    assert_eq!(lead.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn no_answer_that_a_blind_coder_gets_tells_what_their_observations_were_called() {
    let place = place().await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let page = settled(&place, &mut lead, &address).await;
    let brought = post(&mut lead, &address, &with(&page, &[("do", "bring")])).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.body);
    let store = place.world.state.store();
    let own = store
        .own_codings(&place.study, place.ines)
        .await
        .expect("read");
    assert_eq!(own.len(), 2);
    let clips = store.clips(&place.study).await.expect("read");
    let mut coder = place.world.signed_in("ines", None).await;
    let mut n_answered = 0;
    for coding in &own {
        for route in routes::table()
            .iter()
            .filter(|route| route.method == Method::GET)
        {
            for format in ["csv", "boris", "json"] {
                let path = route
                    .path
                    .replace("{study}", place.study.as_str())
                    .replace("{coding}", &coding.id.to_string())
                    .replace("{clip}", &clips[0].id.to_string())
                    .replace("{format}", format);
                if path.contains('{') || !path.starts_with("/studies/") {
                    continue;
                }
                let answer = coder.get(&path).await;
                let all = format!("{:?} {}", answer.headers, answer.body).to_lowercase();
                for word in HIDDEN {
                    assert!(!all.contains(word), "{path} tells {word}: {all}");
                }
                n_answered += usize::from(answer.status == StatusCode::OK);
            }
        }
    }
    assert!(n_answered > 20, "{n_answered} answers");
    let data = format!("/studies/{}/coding/{}/data", place.study, own[0].id);
    let data = coder.get(&data).await;
    assert!(data.body.contains("at-face"), "{}", data.body);
    // Ids and places in the list come from a hash: neither is in the order of the files.
    assert!(
        own.iter()
            .all(|coding| coding.is_brought && !coding.has_recording)
    );
}

/// A project of one person, whom nothing in it names.
fn of_one_person() -> String {
    let observation = |name: &str| {
        format!(
            r#""{name}": {{"type": "MEDIA", "date": "2024-03-12T09:00:00", "description": "", "time offset": 0.0,
            "file": {{"1": ["/films/{name}.mp4"]}}, "media_info": {{"length": {{"/films/{name}.mp4": 60.0}}}}, "independent_variables": {{}},
            "events": [[1.0, "", "smile", "", ""]]}}"#
        )
    };
    let observations = ["a bath", "playing on the floor", "supper"].map(observation);
    format!(
        r#"{{"project_format_version": "7.0", "project_name": "", "project_description": "",
        "observations": {{{}}}, "subjects_conf": {{}},
        "behaviors_conf": {{"0": {{"type": "Point event", "key": "s", "code": "smile", "description": "", "color": "", "category": "", "excluded": "", "modifiers": {{}}}}}}}}"#,
        observations.join(", ")
    )
}

#[tokio::test]
async fn a_project_of_one_person_takes_one_name_for_all_of_it() {
    let place = place().await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "own.boris", of_one_person().as_bytes())
        .await;
    let page = lead.get(&address).await;
    let told = page.body.matches("nothing tells who coded").count();
    assert_eq!(told, 1, "{}", page.body);
    assert!(
        page.body.contains("href=\"#by-rest\"") && page.body.contains("id=\"by-rest\""),
        "{}",
        page.body
    );
    let said = [("by-rest", "Ann"), ("who.0", "infant-1"), ("do", "look")];
    let named = with(&page, &said);
    post(&mut lead, &address, &named).await;
    let page = lead.get(&address).await;
    assert!(page.body.contains("Say who “Ann” is"), "{}", page.body);
    assert!(!page.body.contains("by-rest"), "{}", page.body);
    let ines = place.ines.to_string();
    let said = with(&page, &[("coder-is.0", &ines), ("do", "look")]);
    post(&mut lead, &address, &said).await;
    let page = lead.get(&address).await;
    let brought = post(&mut lead, &address, &with(&page, &[("do", "bring")])).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.body);
    let store = place.world.state.store();
    let codings = store.codings(&place.study).await.expect("read");
    assert!(codings.len() == 3 && codings.iter().all(|one| one.coder == place.ines));
}

#[tokio::test]
async fn a_new_scheme_is_made_of_the_project_and_its_codings_are_compared() {
    let place = place().await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let page = lead.get(&address).await;
    let said = with(
        &page,
        &[
            ("coder-is.0", ":left"),
            ("coder-is.1", ":left"),
            ("who.0", "Infant"),
            ("title", "Looks and smiles"),
            ("unpaired", ":out"),
            ("do", "look"),
        ],
    );
    assert_eq!(
        post(&mut lead, &address, &said).await.status,
        StatusCode::SEE_OTHER
    );
    let page = lead.get(&address).await;
    assert!(!page.body.contains("to settle"), "{}", page.body);
    let scheme = lead.get(&format!("{address}/scheme")).await;
    attune_store::own_scheme::read(&"own".into(), &scheme.body).expect("a scheme file");
    let brought = post(&mut lead, &address, &with(&page, &[("do", "bring")])).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.body);
    let store = place.world.state.store();
    let codings = store.codings(&place.study).await.expect("read");
    assert!(codings.len() == 4 && codings.iter().all(|one| one.finished));
    let agreement = lead
        .get(&format!("/studies/{}/reliability", place.study))
        .await;
    assert!(
        agreement.body.contains("ann (coded elsewhere)"),
        "{}",
        agreement.body
    );
    let clips = lead.get(&format!("/studies/{}/clips", place.study)).await;
    assert!(
        clips.body.contains("the plan does not have its scheme"),
        "{}",
        clips.body
    );
}

#[tokio::test]
async fn wrong_rows_and_wrong_files_are_told_with_what_mends_them() {
    let place = place().await;
    let mut lead = place.lead().await;
    for (name, bytes, says) in [
        ("a.boris", &b"{"[..], "a.boris: line 1"),
        ("a.zip", b"PK", "damaged"),
        ("a.docx", b"letter", "ending"),
    ] {
        let answer = lead
            .send_field(&place.list(), &[], "files", &[(name, bytes)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
    }
    let none = lead.send_field(&place.list(), &[], "files", &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let page = settled(&place, &mut lead, &address).await;
    let wrong = with(
        &page,
        &[
            ("of.0", ""),
            ("by.1", "ann"),
            ("of.1", "june-after"),
            ("families.0", "H-999"),
            ("day.0", "12 June"),
            ("do", "look"),
        ],
    );
    assert_eq!(
        post(&mut lead, &address, &wrong).await.status,
        StatusCode::SEE_OTHER
    );
    let page = lead.get(&address).await;
    let told: Vec<&str> = page
        .body
        .lines()
        .filter(|line| line.starts_with("<li><a href=\"#") && !line.contains("/studies"))
        .collect();
    insta::assert_snapshot!(plain(&told.join("\n")));
}

#[tokio::test]
async fn what_somebody_sent_waits_for_nobody_else() {
    let place = place().await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let (other, secret) = place.world.add("otto", true).await;
    place
        .world
        .give(other, Role::LeadEvaluator, Some(place.study.as_str()), &[])
        .await;
    let mut otto = place.world.signed_in("otto", secret.as_deref()).await;
    assert_eq!(otto.get(&address).await.status, StatusCode::NOT_FOUND);
    let forget = lead
        .post(
            &address,
            &[("do", "forget"), ("meant-for", ":new"), ("scheme", ":new")],
        )
        .await;
    assert_eq!(forget.status, StatusCode::SEE_OTHER);
    assert_eq!(lead.get(&address).await.status, StatusCode::NOT_FOUND);
}

/// A family that takes part and said yes or nothing to being filmed.
async fn family(place: &Place, code: &str, filmed: bool) {
    let (dyad, infant, carer) = (DyadKey::new(), PersonId::new(), PersonId::new());
    let on = Some("2024-03-01".parse().expect("a day"));
    let mut commands = vec![
        Command::RegisterPerson {
            person: infant,
            being: Being::Infant,
        },
        Command::RegisterPerson {
            person: carer,
            being: Being::Carer,
        },
        Command::RegisterDyad {
            dyad,
            infant,
            carer,
            site: "hostel-a".into(),
            code: Some(code.into()),
            on,
        },
        Command::RecordEvent {
            event: EventId::new(),
            dyad,
            what: DyadEvent::Enrolled,
            on,
            why: None,
        },
    ];
    let store = place.world.state.store();
    let protocol = store.protocol(&place.study).await.expect("a protocol");
    let planned = protocol
        .consents
        .iter()
        .filter(|one| one.needed_to_take_part || (filmed && one.id.as_str() == "video"));
    for purpose in planned {
        let text = &purpose.texts[0];
        commands.push(Command::RecordConsent(Box::new(ConsentGiven {
            consent: ConsentId::new(),
            dyad,
            purpose: purpose.id.clone(),
            for_person: infant,
            by_person: carer,
            authority: Authority::ParentalResponsibility,
            given: true,
            version: text.version.clone(),
            language: text.language.clone(),
            text: text.fingerprint.clone(),
            on: "2024-03-01".parse().expect("a day"),
            manner: Manner::SignedOnPaper,
            competence: None,
            witness: None,
        })));
    }
    let request = Change::all(Some(place.study.clone()), commands, place.world.state.now());
    store
        .execute(&Actor::PROGRAM, request)
        .await
        .expect("a family");
}

#[tokio::test]
async fn consent_is_asked_as_for_any_recording_and_what_is_said_of_whom_it_shows_counts() {
    let place = place().await;
    family(&place, "HOS-0101", true).await;
    family(&place, "HOS-0102", false).await;
    let mut lead = place.lead().await;
    let address = place
        .sent(&mut lead, "team.boris", PROJECT.as_bytes())
        .await;
    let page = settled(&place, &mut lead, &address).await;
    // Of two recordings the second, in the order of their names, is the one of March.
    let said = with(
        &page,
        &[
            ("families.0", "HOS-0102"),
            ("wave.0", "month-4"),
            ("families.1", "HOS-0101"),
            ("wave.1", "month-4"),
            ("unpaired", ":out"),
            ("do", "look"),
        ],
    );
    assert_eq!(
        post(&mut lead, &address, &said).await.status,
        StatusCode::SEE_OTHER
    );
    let page = lead.get(&address).await;
    assert!(
        page.body.contains("choose the purpose of consent"),
        "{}",
        page.body
    );
    let said = with(&page, &[("purpose", "video"), ("do", "look")]);
    assert_eq!(
        post(&mut lead, &address, &said).await.status,
        StatusCode::SEE_OTHER
    );
    let page = lead.get(&address).await;
    assert!(
        page.body.contains("HOS-0102 has not consented"),
        "{}",
        page.body
    );
    assert!(
        !page.body.contains("HOS-0101 has not consented"),
        "{}",
        page.body
    );
    let said = with(&page, &[("out.2", "yes"), ("out.3", "yes"), ("do", "look")]);
    assert_eq!(
        post(&mut lead, &address, &said).await.status,
        StatusCode::SEE_OTHER
    );
    let page = lead.get(&address).await;
    assert!(!page.body.contains("to settle"), "{}", page.body);
    let brought = post(&mut lead, &address, &with(&page, &[("do", "bring")])).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.body);
    let store = place.world.state.store();
    let counting = store.counting(&place.study).await.expect("read");
    let counting: Vec<_> = counting.into_values().collect();
    assert_eq!(counting, [Counting::For("HOS-0101".to_owned())]);
}
