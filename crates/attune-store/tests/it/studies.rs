//! Studies: versions, the sealed plan, arms revealed.

use attune_protocol::{Protocol, StudyFolder, folder::STUDY_FILE};
use attune_store::{Command, Request, StoreError};

use crate::support::{ADA, NOON, World, hostel};

pub async fn a_study_keeps_all_versions_of_its_folder(world: World) {
    let study = world.hostel().await;
    let (folder, protocol) = hostel();
    let again = world
        .store
        .register_study(&ADA, &folder, &protocol, NOON, None)
        .await;
    assert!(matches!(again, Err(StoreError::ReasonNeeded)), "{again:?}");
    let text = String::from_utf8(folder.bytes(STUDY_FILE).expect("read").to_vec()).expect("text");
    let changed = text.replace("label = \"Hostel A\"", "label = \"Hostel by the park\"");
    let names: Vec<String> = folder.names().map(str::to_owned).collect();
    let files = names.iter().map(|name| {
        let bytes = match name.as_str() {
            STUDY_FILE => changed.clone().into_bytes(),
            name => folder.bytes(name).map(<[u8]>::to_vec).unwrap_or_default(),
        };
        (name.clone(), bytes)
    });
    let newer = StudyFolder::from_files(files);
    let (newer_protocol, _) = Protocol::read_folder(&newer).expect("sound");
    let why = Some("the hostel has a new name");
    let stored = world
        .store
        .register_study(&ADA, &newer, &newer_protocol, NOON, why);
    let receipt = stored.await.expect("stored");
    assert_eq!(receipt.outcomes[0].version, Some(2));
    let read = world.store.protocol(&study).await.expect("read");
    assert_eq!(read.fingerprint, newer_protocol.fingerprint);
    assert_eq!(read.sites[0].label, "Hostel by the park");
    let old = world.store.study_folder(&study, 1).await.expect("read");
    assert_eq!(old.bytes(STUDY_FILE).expect("there"), text.as_bytes());
    let versions = world.store.study_versions(&study).await.expect("read");
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0].fingerprint, protocol.fingerprint);
    let consent = &protocol.consents[0].texts[0];
    let text = world
        .store
        .object(&consent.fingerprint)
        .await
        .expect("kept bit for bit");
    assert_eq!(&text[..], folder.bytes(&consent.file).expect("read"));
}

pub async fn arms_are_revealed_after_the_plan_is_sealed(world: World) {
    let study = world.hostel().await;
    let (_, protocol) = hostel();
    let ask = |command: Command, why: Option<&str>| {
        let mut request = Request::new(Some(study.clone()), command, NOON);
        request.reason = why.map(str::to_owned);
        world.store.execute(&ADA, request)
    };
    let reveal = Command::Unblind { dyad: None };
    let early = ask(reveal.clone(), Some("to see"))
        .await
        .expect_err("too early");
    assert!(early.to_string().contains("seal the plan first"), "{early}");
    let other = Command::SealPlan {
        fingerprint: "another".to_owned(),
    };
    assert!(ask(other, None).await.is_err());
    let seal = Command::SealPlan {
        fingerprint: protocol.fingerprint.clone(),
    };
    ask(seal.clone(), None).await.expect("sealed");
    assert!(ask(seal, None).await.is_err(), "sealed once");
    let silent = ask(reveal.clone(), None).await;
    assert!(
        matches!(silent, Err(StoreError::ReasonNeeded)),
        "{silent:?}"
    );
    ask(reveal, Some("the data are in"))
        .await
        .expect("revealed");
    let found = world.store.study(&study).await.expect("read");
    assert!(found.sealed.is_some() && found.unblinded.is_some());
    let revealed = world.store.unblindings(&study).await.expect("read");
    assert_eq!(revealed.len(), 1);
    assert_eq!(revealed[0].reason, "the data are in");
}
