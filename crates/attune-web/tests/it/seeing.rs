//! The study's home and what its numbers lead to: every number is followed to as many rows as it says.

use attune_store::{Actor, Command, Request, Role};
use axum::http::StatusCode;

use crate::{
    exporting,
    families::{STUDY, agree, enrol, path, send, somebody, went},
    harness::{Browser, World},
};

/// Every link of a page with the number in it: address and number.
fn numbers(page: &str) -> Vec<(String, usize)> {
    page.split("<a href=\"")
        .skip(1)
        .filter_map(|rest| {
            let (address, rest) = rest.split_once('"')?;
            let text = rest.split_once('>')?.1.split("</a>").next()?;
            let address = address.replace("&amp;", "&").replace("&#38;", "&");
            Some((address, text.trim().parse().ok()?))
        })
        .collect()
}

async fn n_rows(browser: &mut Browser<'_>, address: &str) -> usize {
    let page = browser.get(address).await;
    assert_eq!(page.status, StatusCode::OK, "{address}");
    let Some(body) = page.body.split("<tbody>").nth(1) else {
        return 0;
    };
    let body = body.split("</tbody>").next().unwrap_or_default();
    body.matches("<tr>").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_the_study_s_home_leads_to_its_rows() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let home = manager.get(&path("")).await.body;
    let followed = numbers(&home);
    let into = |part: &str| followed.iter().filter(|(to, _)| to.contains(part)).count();
    assert!(into("wave=") > 20, "flow by site and by arm, at each wave");
    assert!(into("arm=") > 8 && into("now=") == 12 && into("site=") > 12);
    for (address, n) in followed {
        assert_eq!(n_rows(&mut manager, &address).await, n, "{address}");
    }
    for words in [
        "59 families enrolled of 59 planned",
        "Flow of families. Hostel A: 30 enrolled",
        "Hostel with the clinic: 30 enrolled",
    ] {
        assert!(home.contains(words), "no {words}");
    }
    // Completeness leads to the assessments that are due so far.
    let cell = "assessments?instrument=developmental-index&#38;wave=month-4";
    assert!(
        home.contains(cell) || home.contains(&cell.replace("&#38;", "&amp;")),
        "{home}"
    );
    let address = path("/assessments?instrument=developmental-index&wave=month-4&state=expected");
    let rows = n_rows(&mut manager, &address).await;
    assert!(home.contains(&format!(" of {rows}")), "{rows}");

    // Somebody of one site sees that site alone, and no arm.
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-b"]).await;
    let home = assessor.get(&path("")).await.body;
    assert!(
        home.contains("10 families enrolled of 10 planned"),
        "{home}"
    );
    assert!(!home.contains("Hostel A") && !home.contains("By arm"));
    for (address, n) in numbers(&home) {
        assert_eq!(n_rows(&mut assessor, &address).await, n, "{address}");
    }
    // What observers rate is no work of hers: neither in completeness nor in what is due.
    assert!(!home.contains("instrument=interaction"), "{home}");
    let arms = assessor.get(&path("/families?arm=intervention")).await;
    assert_eq!(arms.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_be_asked_again_is_listed_when_a_text_changes() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    let list = assessor.get(&path("/consent")).await.body;
    assert!(list.contains("No text has changed"), "{list}");
    assert!(
        list.contains(&format!("/families/{family}/consent")),
        "not asked yet"
    );
    went(&agree(&mut assessor, &family, "participation", "Taking part").await);

    // The study gets a second version of the text.
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../studies/hostel-clinic");
    let read = attune_protocol::StudyFolder::on_disk(&folder).expect("there");
    let mut files: Vec<(String, Vec<u8>)> = read
        .names()
        .map(|name| {
            let bytes = std::fs::read(folder.join(name)).expect("read");
            (name.to_owned(), bytes)
        })
        .collect();
    for (name, bytes) in &mut files {
        if name == "study.toml" {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let first = "file = \"consent/participation-1.en.md\"\n";
            let second = format!(
                "{first}[[consent.text]]\nversion = \"2\"\nfile = \"consent/participation-2.en.md\"\n"
            );
            *bytes = text.replace(first, &second).into_bytes();
        }
    }
    files.push((
        "consent/participation-2.en.md".to_owned(),
        b"# Taking part\n\nIn other words.\n".to_vec(),
    ));
    let folder = attune_protocol::StudyFolder::from_files(files);
    let (protocol, _) = attune_protocol::Protocol::read_folder(&folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let at = world.state.now();
    world
        .state
        .store()
        .register_study(
            &Actor::PROGRAM,
            &folder,
            &protocol,
            at,
            Some("clearer words"),
        )
        .await
        .expect("registered");
    let is_asked_again = |list: &str| {
        let mut rows = list.split("<tr>");
        rows.any(|row| row.contains(&family) && row.contains("read version 1, now version 2"))
    };
    let list = assessor.get(&path("/consent")).await.body;
    assert!(is_asked_again(&list), "{list}");

    // Asked again, the family is on the list no more; both texts stay as they were read.
    went(
        &agree(
            &mut assessor,
            &family,
            "participation",
            "Taking part in the evaluation, version 2",
        )
        .await,
    );
    let list = assessor.get(&path("/consent")).await.body;
    assert!(!is_asked_again(&list), "{list}");
    assert!(
        list.contains("now version 2"),
        "others, asked before there was this application, are still to be asked again"
    );
    let consent = assessor
        .get(&path(&format!("/families/{family}/consent")))
        .await
        .body;
    assert!(consent.contains("version 1 (en)") && consent.contains("version 2 (en)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn measures_have_names_and_what_is_to_come_is_not_called_not_done() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let family = enrol(&mut manager).await;
    let rows = path(&format!("/measures?unit={family}"));
    let page = manager.get(&rows).await.body;
    for name in [
        "Hostel A",
        "12 months",
        "PHQ-9 total",
        ">later<",
        ">due now<",
    ] {
        assert!(page.contains(name), "{name}: {page}");
    }
    for id in ["hostel-a", ">month-12<", "phq-9.total<", ">not done<"] {
        assert!(!page.contains(id), "{id}: {page}");
    }
    // What is over stays what it was.
    let page = manager.get(&path("/measures?unit=D001")).await.body;
    assert!(page.contains(">not done<"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_goes_to_the_clinician_who_is_named_for_the_site() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    somebody(&world, "hal", Role::HealthVisitor, &["hostel-a"]).await;
    somebody(&world, "zoe", Role::HealthVisitor, &["hostel-a"]).await;
    let page = manager.get(&path("/alerts")).await.body;
    assert!(page.contains("4 sites where nobody is named"), "{page}");
    let form = manager.get(&path("/clinicians")).await.body;
    let zoe = form
        .split("<option value=\"")
        .find(|option| option.contains(">zoe example"))
        .and_then(|option| option.split('"').next())
        .expect("a candidate")
        .to_owned();
    // Somebody who does not work there is refused.
    let stranger = attune_store::ids::AccountId::new().to_string();
    let wrong = send(
        &mut manager,
        "/clinicians",
        "/clinicians",
        &[("site.hostel-a", &stranger)],
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = send(
        &mut manager,
        "/clinicians",
        "/clinicians",
        &[("site.hostel-a", &zoe)],
    )
    .await;
    went(&kept);
    assert!(
        manager
            .get(&path("/alerts"))
            .await
            .body
            .contains("3 sites where nobody is named")
    );
    // The form that may raise an alert names her first.
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    let address = crate::families::new_assessment(&family, "phq-9");
    let form = assessor.get(&path(&address)).await.body;
    let told = form.split("name=\"told\"").nth(1).expect("a field");
    let first = told.split("<option").nth(1).expect("an option");
    assert!(first.contains("zoe example"), "{told}");
    // Whoever left is named no more.
    let account: attune_store::ids::AccountId = zoe.parse().expect("an id");
    let close = Request::new(None, Command::DisableAccount { account }, world.state.now());
    world
        .state
        .store()
        .execute(&Actor::PROGRAM, close)
        .await
        .expect("closed");
    let form = assessor.get(&path(&address)).await.body;
    assert!(!form.contains("zoe example") && form.contains("hal example"));
    assert_eq!(STUDY, "hostel-clinic");
}

#[tokio::test(flavor = "multi_thread")]
async fn families_of_a_study_that_plans_nothing_for_them_are_counted_as_enrolled() {
    const STUDY_FILE: &str = r#"
format = 1
[study]
id = "films-only"
title = "Films only"
allocation = "none"
[[site]]
id = "clinic"
label = "The clinic"
kind = "baby clinic"
"#;
    let world = World::new(attune_web::Settings::default()).await;
    let files = vec![("study.toml".to_owned(), STUDY_FILE.as_bytes().to_vec())];
    let folder = attune_protocol::StudyFolder::from_files(files);
    let (protocol, _) = attune_protocol::Protocol::read_folder(&folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let (store, now) = (world.state.store(), world.state.now());
    store
        .register_study(&Actor::PROGRAM, &folder, &protocol, now, None)
        .await
        .expect("registered");
    let (account, secret) = world.add("mia", true).await;
    world
        .give(account, Role::DataManager, Some("films-only"), &[])
        .await;
    let mut manager = world.signed_in("mia", secret.as_deref()).await;
    let new = "/studies/films-only/families/new";
    let key = manager.get(new).await.hidden("key");
    let enrolled = manager
        .post(
            new,
            &[
                ("key", &key),
                ("site", "clinic"),
                ("on", "2026-11-20"),
                ("baby-given", "Wilhelmina"),
                ("born", "2026-10-01"),
                ("carer-given", "Philippa"),
                ("responsibility", "birth"),
            ],
        )
        .await;
    went(&enrolled);
    let home = manager.get("/studies/films-only").await.body;
    assert!(!home.contains("No family is enrolled yet"), "{home}");
    assert!(home.contains("1 family enrolled, by month"), "{home}");
}
