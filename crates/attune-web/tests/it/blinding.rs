//! Whoever is blind: every answer that an assessor can get, with real families, forms and consents in the
//! addresses, is searched for what must not be known. Arms are recorded by those who may know.

use attune_store::{Actor, Role, access::Sight, forms::FormFilter, ids::QueryId};
use attune_web::Settings;
use axum::http::StatusCode;

use crate::{
    exporting,
    families::{STUDY, agree, enrol, path, send, somebody, went},
    harness::World,
    walk::every_answer,
};

/// What tells arm or hypothesis in the example study of the hostels.
const TELLING: [&str; 9] = [
    "comparison",
    "intervention",
    "hostel with the clinic",
    "therapeutic",
    "psychotherapy",
    "receives-programme",
    "change differently",
    "baby clinic",
    "impact of",
];

#[tokio::test(flavor = "multi_thread")]
async fn asvs_8_1_2_no_answer_of_any_route_tells_assessor_or_observer_arm_phase_or_hypothesis() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    went(&agree(&mut assessor, &family, "participation", "Taking part").await);
    let store = world.state.store();
    let sight = Sight::FULL;
    let dyads = store.dyads(&STUDY.into(), &sight).await.expect("read");
    let key = dyads
        .iter()
        .find(|dyad| dyad.code.as_str() == family)
        .expect("enrolled")
        .key;
    let consent = store.consents(key).await.expect("read")[0]
        .consent
        .to_string();
    let forms = store
        .forms(&STUDY.into(), &sight, &FormFilter::default())
        .await
        .expect("read");
    let of = |instrument: &str| {
        forms
            .iter()
            .find(|form| form.instrument.as_str() == instrument && form.site.as_str() == "hostel-a")
            .expect("a form of it")
    };
    let forms: Vec<(String, String)> = ["phq-9", "developmental-index", "interaction"]
        .map(|instrument| (of(instrument).id.to_string(), instrument.to_owned()))
        .to_vec();
    let mut observer = somebody(&world, "oda", Role::Observer, &[]).await;
    let mut asked = 0;
    for family in [&family, &of("phq-9").unit] {
        let mut answers = every_answer(&mut assessor, family, &forms, &consent).await;
        answers.extend(every_answer(&mut observer, family, &forms, &consent).await);
        for (address, answer) in answers {
            asked += 1;
            // One of the two circles of the mark on every page has this class.
            let body = answer.body.replace("class=\"comparison\"", "");
            let body = body.to_lowercase();
            // Style sheets and the page of all parts name things of the screen.
            let is_for_all = address.ends_with(" /design") || address.ends_with(".css");
            for words in TELLING.iter().filter(|_| !is_for_all) {
                assert!(
                    !body.contains(words),
                    "{address} ({}) tells “{words}”: {}",
                    answer.status,
                    answer.body
                );
            }
        }
    }
    assert!(asked > 400, "{asked} answers");
    // What is shown in place of the title.
    let home = assessor.get(&path("")).await.body;
    assert!(
        home.contains("Babies and their carers in hostels"),
        "{home}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_observers_rate_is_refused_to_an_assessor_at_every_way_in() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let store = world.state.store();
    let forms = store
        .forms(&STUDY.into(), &Sight::FULL, &FormFilter::default())
        .await
        .expect("read");
    let form = forms
        .iter()
        .find(|form| form.instrument.as_str() == "interaction" && form.site.as_str() == "hostel-a")
        .expect("a form of it");
    let family = &form.unit;
    let new = format!("/families/{family}/assessments/new?instrument=interaction&wave=month-12");
    let not_done =
        format!("/families/{family}/assessments/not-done?instrument=interaction&wave=month-12");
    for address in [
        new.clone(),
        not_done,
        format!("/forms/{}/edit", form.id),
        format!("/forms/{}/second", form.id),
    ] {
        let answer = assessor.get(&path(&address)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
        assert!(
            answer.body.contains("Observers rate this from a recording"),
            "{}",
            answer.body
        );
        assert_eq!(
            manager.get(&path(&address)).await.status,
            StatusCode::OK,
            "{address}"
        );
    }
    let sent = assessor
        .post(
            &path(&format!("/families/{family}/assessments/new")),
            &[
                ("key", &QueryId::new().to_string()),
                ("instrument", "interaction"),
                ("wave", "month-12"),
            ],
        )
        .await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
}

/// The template, each family with an arm of its own, and one consent whose text tells what is compared.
pub async fn by_family() -> World {
    let world = World::new(Settings::default()).await;
    let files: Vec<(String, Vec<u8>)> = attune_protocol::template()
        .iter()
        .map(|(name, text)| {
            let text = match *name {
                "study.toml" => text
                    .replace("allocation = \"site\"", "allocation = \"randomised-dyad\"")
                    .replace("\narm = \"group\"", "")
                    .replace("\narm = \"usual\"", "")
                    .replace(
                        "needed-to-take-part = true",
                        "needed-to-take-part = true\ntells-arms = true",
                    )
                    .split("# ---- Where the records are")
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                _ => (*text).to_owned(),
            };
            ((*name).to_owned(), text.into_bytes())
        })
        .collect();
    let folder = attune_protocol::StudyFolder::from_files(files);
    let (protocol, _) = attune_protocol::Protocol::read_folder(&folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    world
        .state
        .store()
        .register_study(&Actor::PROGRAM, &folder, &protocol, world.state.now(), None)
        .await
        .expect("registered");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arm_is_recorded_corrected_with_a_reason_and_never_shown_to_the_blind() {
    const TWO: &str = "/studies/two-clinics";
    let world = by_family().await;
    let person = async |login: &str, role: Role| {
        let (account, secret) = world.add(login, true).await;
        world.give(account, role, Some("two-clinics"), &[]).await;
        world.signed_in(login, secret.as_deref()).await
    };
    let mut manager = person("mia", Role::DataManager).await;
    let mut assessor = person("ama", Role::Assessor).await;
    let new = assessor.get(&format!("{TWO}/families/new")).await;
    let site = new.body.split("<option value=\"").nth(1).expect("a site");
    let site = site.split('"').next().expect("a site").to_owned();
    let key = new.hidden("key");
    let enrolled = assessor
        .post(
            &format!("{TWO}/families/new"),
            &[
                ("key", &key),
                ("site", &site),
                ("on", "2026-11-20"),
                ("baby-given", "Wilhelmina"),
                ("born", "2026-10-01"),
                ("carer-given", "Philippa"),
                ("responsibility", "birth"),
            ],
        )
        .await;
    let family = went(&enrolled);
    let arm = format!("{family}/arm");

    let all = manager.get(&format!("{TWO}/arms")).await;
    assert!(all.body.contains("1 without an arm"), "{}", all.body);
    let page = manager.get(&arm).await;
    let record = async |manager: &mut crate::harness::Browser<'_>, fields: &[(&str, &str)]| {
        let key = QueryId::new().to_string();
        let mut sent = vec![("key", key.as_str())];
        sent.extend_from_slice(fields);
        manager.post(&arm, &sent).await
    };
    assert_eq!(page.status, StatusCode::OK);
    let nothing = record(&mut manager, &[("arm", ""), ("from", "2027-01-01")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nothing.body.contains("2 things to mend"),
        "{}",
        nothing.body
    );
    let first = [("arm", "usual"), ("from", "2026-11-20")];
    went(&record(&mut manager, &first).await);
    let second = [("arm", "group"), ("from", "2026-11-20")];
    let without = record(&mut manager, &second).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.body.contains("Say why the arm is recorded again"));
    let with = [second[0], second[1], ("why", "read a line too low")];
    went(&record(&mut manager, &with).await);
    let label = "Baby clinic with the group";
    for address in [&arm, &family, &format!("{TWO}/arms")] {
        assert!(manager.get(address).await.body.contains(label), "{address}");
    }
    let drawn = world
        .state
        .store()
        .records(&"two-clinics".into())
        .await
        .expect("drawn");
    let dyad = &drawn.records.dyads[0];
    assert_eq!(
        dyad.arm.as_ref().map(attune_protocol::id::ArmId::as_str),
        Some("group")
    );

    // Refused, and told nowhere.
    for address in [&arm, &format!("{TWO}/arms")] {
        assert_eq!(assessor.get(address).await.status, StatusCode::FORBIDDEN);
    }
    let answer = assessor.post(&arm, &first).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    for address in [
        family.clone(),
        format!("{family}/consent"),
        TWO.to_owned(),
        format!("{TWO}/families"),
        format!("{TWO}/families?arm=group"),
        format!("{TWO}/schedule"),
    ] {
        let body = assessor.get(&address).await.body;
        assert!(
            !body.contains(label) && !body.contains("Usual"),
            "{address}: {body}"
        );
    }

    let history = format!("{family}/history");
    let told = manager.get(&history).await.body;
    assert!(
        told.contains("an arm was recorded") && told.contains("mia example"),
        "{told}"
    );
    let told = assessor.get(&history).await.body;
    assert!(told.contains("the family was registered"), "{told}");
    assert!(!told.contains("an arm was recorded") && !told.contains("a line too low"));

    // Somebody who reads the audit trail and also assesses reads it without arms.
    let (account, secret) = world.add("both", true).await;
    for role in [Role::LeadEvaluator, Role::Assessor] {
        world.give(account, role, Some("two-clinics"), &[]).await;
    }
    let mut both = world.signed_in("both", secret.as_deref()).await;
    let trail = both.get(&format!("{TWO}/audit")).await;
    assert_eq!(trail.status, StatusCode::OK);
    assert!(!trail.body.contains("assign arm") && !trail.body.contains("a line too low"));
    let trail = manager.get(&format!("{TWO}/audit")).await;
    assert!(trail.body.contains("a line too low"), "{}", trail.body);

    // A consent text that tells what is compared is kept from the blind, who cannot record it either.
    let consent = format!("{family}/consent");
    let shown = assessor.get(&consent).await.body;
    assert!(shown.contains("so it is not shown to you"), "{shown}");
    assert!(manager.get(&consent).await.body.contains("Read the text"));
    let refused = assessor
        .post(
            &consent,
            &[
                ("key", &QueryId::new().to_string()),
                ("purpose", "participation"),
            ],
        )
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("tells what the study compares"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_whole_sites_have_an_arm_none_is_recorded_for_a_family() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let page = manager.get(&path("/arms")).await.body;
    assert!(page.contains("whole sites have an arm") && page.contains("Hostel with the clinic"));
    let store = world.state.store();
    let dyads = store
        .dyads(&STUDY.into(), &Sight::FULL)
        .await
        .expect("read");
    let arm = format!("/families/{}/arm", dyads[0].code);
    assert_eq!(manager.get(&path(&arm)).await.status, StatusCode::OK);
    let sent = manager
        .post(
            &path(&arm),
            &[
                ("key", &QueryId::new().to_string()),
                ("arm", "comparison"),
                ("from", "2026-11-20"),
            ],
        )
        .await;
    assert_eq!(sent.status, StatusCode::CONFLICT);
    // The names of a family are still reached from its page.
    let answer = send(&mut manager, "/clinicians", "/clinicians", &[]).await;
    went(&answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statistician_sees_no_finding_of_a_study_of_phases_before_they_are_revealed() {
    const CLINIC: &str = "community-clinic";
    let world = World::new(Settings::default()).await;
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../studies");
    let folder = attune_protocol::StudyFolder::on_disk(&root.join(CLINIC)).expect("a study");
    let (protocol, _) = attune_protocol::Protocol::read_folder(&folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let (store, now) = (world.state.store(), world.state.now());
    store
        .register_study(&Actor::PROGRAM, &folder, &protocol, now, None)
        .await
        .expect("registered");
    let person = async |login: &str, role: Role| {
        let (account, secret) = world.add(login, true).await;
        world.give(account, role, Some(CLINIC), &[]).await;
        world.signed_in(login, secret.as_deref()).await
    };
    let mut statistician = person("stan", Role::Statistician).await;
    let mut lead = person("lena", Role::LeadEvaluator).await;
    let at = |rest: &str| format!("/studies/{CLINIC}{rest}");
    let pages = [
        "/findings",
        "/findings/cohesion-before-after",
        "/report",
        "/reports",
    ]
    .map(at);
    for page in &pages {
        let answer = statistician.get(page).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{page}");
        assert!(answer.body.contains("Not before the phases are revealed"));
        for telling in ["With the group", "Before the group", "drop-in"] {
            assert!(!answer.body.contains(telling), "{page} tells {telling}");
        }
        assert_eq!(lead.get(page).await.status, StatusCode::OK, "{page}");
    }
    let plan = lead.get(&at("/plan")).await;
    let fingerprint = plan.hidden("fingerprint");
    let sealed = [("fingerprint", fingerprint.as_str())];
    went(&lead.post(&at("/plan/seal"), &sealed).await);
    let plan = statistician.get(&at("/plan")).await;
    assert!(plan.body.contains("Reveal the phases"), "{}", plan.body);
    let why = [("reason", "every film is coded")];
    went(&statistician.post(&at("/plan/unblind"), &why).await);
    for page in &pages {
        let answer = statistician.get(page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
    }
}
