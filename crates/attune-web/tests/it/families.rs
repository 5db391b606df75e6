//! A team at work: a family is enrolled, agrees, is assessed, and takes something back. Everything goes
//! through the pages, on the example study of the hostels.

use std::path::Path;

use attune_protocol::{Protocol, StudyFolder};
use attune_store::{
    Actor, Role,
    access::Sight,
    forms::{FormFilter, FormState},
    ids::QueryId,
};
use attune_web::Settings;
use axum::http::StatusCode;

use crate::harness::{Answer, Browser, World};

pub const STUDY: &str = "hostel-clinic";

/// Names that must be nowhere but on the page of names.
pub const CANARIES: [&str; 4] = ["Wilhelmina", "Quackenbush", "Philippa", "Ottoline"];

/// Words that tell the arm.
pub const ARM_WORDS: [&str; 6] = [
    "Comparison hostels",
    "Hostel with the clinic",
    "comparison",
    "intervention",
    "receives-programme",
    "therapeutic group",
];

pub async fn world() -> World {
    let world = World::new(Settings::default()).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../studies")
        .join(STUDY);
    let folder = StudyFolder::on_disk(&folder).expect("the example is there");
    let (protocol, _) = Protocol::read_folder(&folder).expect("it is sound");
    world
        .state
        .store()
        .register_study(&Actor::PROGRAM, &folder, &protocol, world.state.now(), None)
        .await
        .expect("registered");
    world
}

/// Somebody with a role at sites, signed in with a second factor.
pub async fn somebody<'a>(
    world: &'a World,
    login: &str,
    role: Role,
    sites: &[&str],
) -> Browser<'a> {
    let (account, secret) = world.add(login, true).await;
    world.give(account, role, Some(STUDY), sites).await;
    world.signed_in(login, secret.as_deref()).await
}

pub fn path(rest: &str) -> String {
    format!("/studies/{STUDY}{rest}")
}

/// Sends the form of a page, with its key.
pub async fn send(
    browser: &mut Browser<'_>,
    page: &str,
    to: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let shown = browser.get(&path(page)).await;
    assert_eq!(shown.status, StatusCode::OK, "{page}: {}", shown.body);
    let key = shown.hidden("key");
    let mut all = vec![("key", key.as_str())];
    all.extend_from_slice(fields);
    browser.post(&path(to), &all).await
}

#[track_caller]
pub fn went(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// Enrols a family and gives its code.
pub async fn enrol(browser: &mut Browser<'_>) -> String {
    let answer = send(
        browser,
        "/families/new",
        "/families/new",
        &[
            ("site", "hostel-a"),
            ("on", "2026-11-26"),
            ("baby-given", CANARIES[0]),
            ("baby-family", CANARIES[1]),
            ("born", "2026-09-01"),
            ("due", "2026-10-10"),
            ("carer-given", CANARIES[2]),
            ("carer-family", CANARIES[1]),
            ("phone", "07700 900123"),
            ("responsibility", "birth"),
            ("second-given", CANARIES[3]),
            ("second-family", ""),
        ],
    )
    .await;
    let location = went(&answer);
    location.rsplit('/').next().expect("a code").to_owned()
}

/// A value of the options of a select whose words begin so.
pub fn option_value(page: &str, select: &str, words: &str) -> String {
    let after = page
        .split(&format!("name=\"{select}\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no select {select}"));
    let until = after.split("</select>").next().unwrap_or_default();
    let option = until
        .split("<option ")
        .find(|option| {
            option
                .split('>')
                .nth(1)
                .is_some_and(|text| text.starts_with(words))
        })
        .unwrap_or_else(|| panic!("no option {words} in {until}"));
    let value = option.split("value=\"").nth(1).unwrap_or_default();
    value.split('"').next().unwrap_or_default().to_owned()
}

pub async fn agree(browser: &mut Browser<'_>, family: &str, purpose: &str, text: &str) -> Answer {
    agree_with(browser, family, (purpose, text), ("", "")).await
}

/// Consent to a purpose, with a note on competence and a witness.
pub async fn agree_with(
    browser: &mut Browser<'_>,
    family: &str,
    (purpose, text): (&str, &str),
    (competence, witness): (&str, &str),
) -> Answer {
    let page = browser
        .get(&path(&format!("/families/{family}/consent")))
        .await
        .body;
    let consent = format!("/families/{family}/consent");
    let fingerprint = option_value(&page, "text", text);
    let baby = option_value(&page, "for", "baby");
    let carer = option_value(&page, "by", "carer whom");
    send(
        browser,
        &consent,
        &consent,
        &[
            ("purpose", purpose),
            ("text", &fingerprint),
            ("for", &baby),
            ("by", &carer),
            ("authority", "parental-responsibility"),
            ("competence", competence),
            ("given", "yes"),
            ("manner", "signed-on-paper"),
            ("witness", witness),
            ("on", "2026-11-26"),
        ],
    )
    .await
}

pub fn new_assessment(family: &str, instrument: &str) -> String {
    format!("/families/{family}/assessments/new?instrument={instrument}&wave=enrolment")
}

pub const PHQ_9: [(&str, &str); 9] = [
    ("a.interest", "1"),
    ("a.down", "1"),
    ("a.sleep", "0"),
    ("a.tired", "2"),
    ("a.appetite", "0"),
    ("a.failure", "0"),
    ("a.concentrating", "0"),
    ("a.moving", "0"),
    ("a.self-harm", "1"),
];

/// The answers of the PHQ-9 by the ids that the form has.
pub async fn phq(browser: &mut Browser<'_>, family: &str) -> Vec<String> {
    let page = browser
        .get(&path(&new_assessment(family, "phq-9")))
        .await
        .body;
    let mut ids = Vec::new();
    for piece in page.split("data-item=\"").skip(1) {
        ids.push(piece.split('"').next().unwrap_or_default().to_owned());
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_is_enrolled_agrees_and_is_assessed() {
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let mut visitor = somebody(&world, "hal", Role::HealthVisitor, &["hostel-a"]).await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let family = enrol(&mut assessor).await;

    // Age and corrected age are there; names are not.
    let page = assessor.get(&path(&format!("/families/{family}"))).await;
    assert!(
        page.body.contains("12 weeks (corrected: 6 weeks)"),
        "{}",
        page.body
    );
    for name in CANARIES {
        assert!(!page.body.contains(name));
    }

    // Without consent no answer is taken, and what was typed is still there.
    let items = phq(&mut assessor, &family).await;
    assert_eq!(items.len(), 10, "nine questions and how difficult it was");
    let to = format!("/families/{family}/assessments/new");
    let names: Vec<String> = items.iter().map(|item| format!("a.{item}")).collect();
    let mut fields = vec![
        ("instrument", "phq-9"),
        ("wave", "enrolment"),
        ("on", "2026-11-26"),
        ("do", "finish"),
    ];
    for (name, (_, code)) in names.iter().zip(PHQ_9) {
        fields.push((name, code));
    }
    fields.push((&names[9], "1"));
    let from = new_assessment(&family, "phq-9");
    let refused = send(&mut assessor, &from, &to, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Your answers are still here"),
        "{}",
        refused.body
    );
    assert!(
        refused
            .body
            .contains(&format!("name=\"{}\" value=\"2\" checked", names[3]))
    );

    // Two purposes.
    for (purpose, text) in [("participation", "Taking part"), ("video", "Being filmed")] {
        went(&agree(&mut assessor, &family, purpose, text).await);
    }

    // All that is wrong is told at once.
    let wrong = send(
        &mut assessor,
        &from,
        &to,
        &[
            ("instrument", "phq-9"),
            ("wave", "enrolment"),
            ("on", "2027-01-01"),
            ("do", "finish"),
            (&names[0], "9"),
        ],
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("things to mend"));
    assert!(wrong.body.contains("The day is still to come"));
    assert!(
        wrong
            .body
            .contains("Question 1: Choose one of the answers.")
    );

    // The right answers are taken once, however often they are sent.
    let shown = assessor.get(&path(&from)).await;
    let key = shown.hidden("key");
    let hal = option_value(&shown.body, "told", "hal example");
    let mut fields = fields.clone();
    fields.push(("key", &key));
    fields.push(("told", &hal));
    let form = went(&assessor.post(&path(&to), &fields).await);
    assert_eq!(went(&assessor.post(&path(&to), &fields).await), form);
    let store = world.state.store();
    let forms = store
        .forms(&STUDY.into(), &Sight::FULL, &FormFilter::default())
        .await
        .expect("read");
    assert_eq!(forms.len(), 1);
    assert_eq!(forms[0].state, FormState::Complete);
    let page = assessor.get(&form).await;
    assert!(page.body.contains("5 (from 0 to 27)"), "{}", page.body);

    // The clinician who was named sees the alert and says what was done.
    let alerts = visitor.get(&path("/alerts")).await;
    assert!(
        alerts.body.contains("told to hal example"),
        "{}",
        alerts.body
    );
    let id = alerts
        .body
        .split("action=\"/studies/hostel-clinic/alerts/")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let to_alert = format!("/alerts/{}", id.expect("an alert"));
    went(
        &send(
            &mut visitor,
            "/alerts",
            &to_alert,
            &[("note", "spoke with her today")],
        )
        .await,
    );
    assert!(
        visitor
            .get(&path("/alerts"))
            .await
            .body
            .contains("spoke with her today")
    );

    // A correction needs a reason, and the history keeps what was before.
    let edit = form.replace(&path(""), "") + "/edit";
    let corrected: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| !["key", "instrument", "wave"].contains(name))
        .map(|(name, value)| {
            if *name == names[3] {
                (*name, "0")
            } else {
                (*name, *value)
            }
        })
        .chain([("base", "1")])
        .collect();
    let without = send(&mut assessor, &edit, &edit, &corrected).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        without
            .body
            .contains("Say why the finished form is changed")
    );
    let with: Vec<(&str, &str)> = corrected
        .iter()
        .copied()
        .chain([("reason", "misread the paper")])
        .collect();
    went(&send(&mut assessor, &edit, &edit, &with).await);
    let page = assessor.get(&form).await.body;
    assert!(
        page.contains("2 values") && page.contains("misread the paper"),
        "{page}"
    );
    assert!(page.contains("3 (from 0 to 27)"));

    // Somebody who still looks at the first version does not overwrite the second.
    let stale = send(&mut assessor, &edit, &edit, &with).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.body.contains("Somebody else saved this form"));

    // A query is raised, answered and closed.
    let form_path = form.replace(&path(""), "");
    went(
        &send(
            &mut manager,
            &form_path,
            &format!("{form_path}/queries"),
            &[("item", &items[3]), ("text", "Really none?")],
        )
        .await,
    );
    let queries = assessor.get(&path("/queries")).await.body;
    let id = queries
        .split("/queries/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("a query")
        .to_owned();
    went(
        &send(
            &mut assessor,
            "/queries",
            &format!("/queries/{id}/answer"),
            &[("text", "Yes, as on paper")],
        )
        .await,
    );
    let refused = send(
        &mut assessor,
        "/families/new",
        &format!("/queries/{id}/close"),
        &[("text", "done")],
    )
    .await;
    assert_eq!(
        refused.status,
        StatusCode::FORBIDDEN,
        "an assessor does not close queries"
    );
    went(
        &send(
            &mut manager,
            "/queries",
            &format!("/queries/{id}/close"),
            &[("text", "settled")],
        )
        .await,
    );
    assert!(
        manager
            .get(&path("/queries"))
            .await
            .body
            .contains("No query is open")
    );

    // A second entry by somebody else, compared and settled; then signed and locked.
    let second: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| name.starts_with("a."))
        .copied()
        .collect();
    went(
        &send(
            &mut manager,
            &format!("{form_path}/second"),
            &format!("{form_path}/second"),
            &second,
        )
        .await,
    );
    let compare = manager
        .get(&path(&format!("{form_path}/compare")))
        .await
        .body;
    assert!(compare.contains("They differ in 1"), "{compare}");
    let keep = format!("keep.{}", items[3]);
    let to = format!("{form_path}/compare");
    went(
        &send(
            &mut manager,
            &to,
            &to,
            &[
                ("base", "2"),
                (&keep, "first"),
                ("reason", "looked at the paper"),
            ],
        )
        .await,
    );
    let shown = manager.get(&form).await;
    let (version, digest) = (shown.hidden("version"), shown.hidden("digest"));
    let signed = send(
        &mut manager,
        &form_path,
        &format!("{form_path}/sign"),
        &[
            ("version", &version),
            ("digest", &digest),
            ("meaning", "approved"),
        ],
    )
    .await;
    went(&signed);
    went(&send(&mut manager, &form_path, &format!("{form_path}/lock"), &[]).await);
    let shown = manager.get(&form).await.body;
    assert!(
        shown.contains("approved by mia example") && shown.contains("locked"),
        "{shown}"
    );
    let newest: Vec<(&str, &str)> = with
        .iter()
        .map(|(name, value)| (*name, if *name == "base" { "3" } else { *value }))
        .collect();
    // The page says so before anybody types, and what was typed before is refused.
    let page = assessor.get(&path(&edit)).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("The form is locked"), "{}", page.body);
    let key = QueryId::new().to_string();
    let typed: Vec<(&str, &str)> = [("key", key.as_str())].into_iter().chain(newest).collect();
    let locked = assessor.post(&path(&edit), &typed).await;
    assert!(
        locked.body.contains("the form is locked"),
        "{}",
        locked.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_that_a_blind_assessor_can_get_tells_the_arm() {
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &[]).await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let family = enrol(&mut assessor).await;
    went(&agree(&mut assessor, &family, "participation", "Taking part").await);
    let later = send(
        &mut assessor,
        &new_assessment(&family, "phq-9"),
        &format!("/families/{family}/assessments/new"),
        &[
            ("instrument", "phq-9"),
            ("wave", "enrolment"),
            ("on", "2026-11-26"),
            ("do", "later"),
        ],
    )
    .await;
    went(&later);
    let store = world.state.store();
    let forms = store
        .forms(&STUDY.into(), &Sight::BLIND, &FormFilter::default())
        .await
        .expect("read");
    let form = forms[0].id.to_string();
    let consent = store
        .consents(forms[0].dyad.expect("a dyad"))
        .await
        .expect("read")[0]
        .consent
        .to_string();
    let mut n = 0;
    for route in attune_web::routes::table() {
        if route.method != axum::http::Method::GET || !route.path.contains("{study}") {
            continue;
        }
        let mut address = route
            .path
            .replace("{study}", STUDY)
            .replace("{family}", &family)
            .replace("{consent}", &consent)
            .replace("{form}", &form)
            .replace("{site}", "hostel-a");
        if address.ends_with("/assessments/new") || address.ends_with("/not-done") {
            address += "?instrument=phq-9&wave=enrolment";
        }
        if address.ends_with("/withdraw") {
            address += "?purpose=participation";
        }
        let answer = assessor.get(&address).await;
        // The title of the example and the two rings of the mark are no arm of anybody.
        let told = answer
            .body
            .replace("a comparison with hostels without it", "")
            .replace("class=\"comparison\"", "");
        for words in ARM_WORDS {
            assert!(!told.contains(words), "{address} says {words}");
        }
        n += usize::from(answer.status == StatusCode::OK);
    }
    assert!(n >= 12, "{n} pages were seen");
    let known = manager
        .get(&path(&format!("/families/{family}")))
        .await
        .body;
    assert!(
        known.contains("Hostel with the clinic"),
        "whoever may know it sees the arm"
    );
}
