//! Persons, dyads, names.

use attune_store::{
    Command, Sight, Sites, StoreError, code_is_sound,
    command::{Being, DyadEvent, PartInDyad},
    ids::{AccountId, DyadKey, EventId, PartId, PersonId},
    vault::{Identifier, Identifying},
};
use jiff::civil::date;

use crate::support::{ADA, CANARIES, NOON, World};

pub async fn twins_are_two_dyads_with_one_carer(world: World) {
    let study = world.hostel().await;
    let first = world.family(&study, "hostel-a").await;
    let (twin, dyad) = (PersonId::new(), DyadKey::new());
    let commands = vec![
        Command::RegisterPerson {
            person: twin,
            being: Being::Infant,
        },
        Command::RegisterDyad {
            dyad,
            infant: twin,
            carer: first.carer,
            site: "hostel-a".into(),
            code: None,
            on: None,
        },
    ];
    let receipt = world
        .ask_all(&study, commands)
        .await
        .expect("the other twin");
    let code = receipt.outcomes[1].code.clone().expect("a code was made");
    assert!(code_is_sound(&code), "{code}");
    let store = &world.store;
    let dyads = store
        .dyads_of_person(&study, &Sight::FULL, first.carer)
        .await
        .expect("read");
    assert_eq!(dyads.len(), 2);
    assert!(dyads.iter().all(|dyad| dyad.carer == first.carer));
    let found = store
        .dyad_by_code(&study, &Sight::FULL, &code)
        .await
        .expect("found");
    assert_eq!((found.key, found.infant), (dyad, twin));
    let second_carer = PersonId::new();
    let other = PartId::new();
    let commands = vec![
        Command::RegisterPerson {
            person: second_carer,
            being: Being::Carer,
        },
        Command::AddPart {
            part: other,
            dyad,
            person: second_carer,
            role: PartInDyad::FosterCarer,
            from: Some(date(2024, 8, 1)),
        },
        Command::EndPart {
            part: other,
            until: date(2024, 9, 1),
        },
    ];
    world
        .ask_all(&study, commands)
        .await
        .expect("a foster carer");
    let parts = store.parts(dyad).await.expect("read");
    assert_eq!(parts.len(), 3);
    let foster = parts
        .iter()
        .find(|part| part.role == PartInDyad::FosterCarer);
    assert_eq!(foster.and_then(|part| part.until), Some(date(2024, 9, 1)));
    let stranger = Command::RegisterDyad {
        dyad: DyadKey::new(),
        infant: PersonId::new(),
        carer: first.carer,
        site: "hostel-a".into(),
        code: None,
        on: None,
    };
    let refused = world.ask(&study, stranger).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "{refused:?}"
    );
}

pub async fn a_family_moves_leaves_and_returns(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let event = |what, day, why: Option<&str>| Command::RecordEvent {
        event: EventId::new(),
        dyad: family.dyad,
        what,
        on: Some(date(2024, 9, day)),
        why: why.map(str::to_owned),
    };
    let move_site = Command::MoveSite {
        dyad: family.dyad,
        site: "hostel-b".into(),
        from: date(2024, 9, 1),
    };
    world.ask(&study, move_site).await.expect("moved");
    assert!(
        world
            .ask(&study, event(DyadEvent::Left, 10, None))
            .await
            .is_err(),
        "why?"
    );
    let left = event(DyadEvent::Left, 10, Some("moved to other housing"));
    world.ask(&study, left).await.expect("left");
    let dyad = async || {
        let found = world.store.dyad(&study, &Sight::FULL, family.dyad).await;
        found.expect("there")
    };
    assert!(!dyad().await.takes_part());
    world
        .ask(&study, event(DyadEvent::Returned, 20, None))
        .await
        .expect("back");
    assert!(dyad().await.takes_part());
    assert_eq!(dyad().await.site.as_str(), "hostel-b");
    let stays = world.store.stays(family.dyad).await.expect("read");
    assert_eq!(stays.len(), 2);
    world
        .ask(&study, event(DyadEvent::InfantDied, 25, None))
        .await
        .expect("noted");
    assert!(!dyad().await.takes_part());
    let events = world.store.events_of(family.dyad).await.expect("read");
    assert_eq!(events.len(), 4);
    let only_a = Sight {
        sites: Sites::Only(["hostel-a".into()].into()),
        arms: false,
    };
    let unseen = world.store.dyad(&study, &only_a, family.dyad).await;
    assert!(unseen.is_err(), "the family is at another site now");
    assert!(
        world
            .store
            .dyads(&study, &only_a)
            .await
            .expect("read")
            .is_empty()
    );
}

pub async fn responsibility_may_go_to_an_authority(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    for (holder, authority, day) in [
        (Some(family.carer), "birth", date(2024, 3, 17)),
        (None, "interim care order", date(2024, 10, 2)),
    ] {
        let command = Command::SetResponsibility {
            infant: family.infant,
            holder,
            authority: authority.to_owned(),
            from: day,
        };
        world.ask(&study, command).await.expect("stored");
    }
    let found = world
        .store
        .responsibility(family.infant)
        .await
        .expect("read");
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].holder, found[1].holder),
        (Some(family.carer), None)
    );
}

pub async fn somebody_blind_gets_no_arm_in_any_answer(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let command = Command::AssignArm {
        dyad: family.dyad,
        arm: "intervention".into(),
        from: None,
        why: None,
    };
    world.ask(&study, command).await.expect("assigned");
    let store = &world.store;
    let known = store.arms(&study, &Sight::FULL).await.expect("read");
    assert_eq!(known[&family.dyad][0].1.as_str(), "intervention");
    assert!(
        store
            .arms(&study, &Sight::BLIND)
            .await
            .expect("read")
            .is_empty()
    );
    let today = date(2024, 7, 1);
    let seen = store
        .sites(&study, &Sight::BLIND, today)
        .await
        .expect("read");
    assert!(
        seen.iter()
            .all(|site| site.arm.is_none() && site.phase.is_none())
    );
    let known = store
        .sites(&study, &Sight::FULL, today)
        .await
        .expect("read");
    assert!(known.iter().all(|site| site.arm.is_some()));
    let dyads = store.dyads(&study, &Sight::BLIND).await.expect("read");
    assert!(!format!("{dyads:?}").contains("intervention"));
    let told = store
        .history_of_dyad(&study, &Sight::BLIND, family.dyad)
        .await
        .expect("read");
    assert!(told.len() >= 4 && !format!("{told:?}").contains("intervention"));
    let told = store
        .history_of_dyad(&study, &Sight::FULL, family.dyad)
        .await
        .expect("read");
    assert!(format!("{told:?}").contains("intervention"));
}

pub async fn an_arm_is_corrected_with_a_reason_and_the_first_one_counts(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let assign = |arm: &str, from| Command::AssignArm {
        dyad: family.dyad,
        arm: arm.into(),
        from: Some(from),
        why: None,
    };
    let store = &world.store;
    let first = date(2024, 6, 1);
    world
        .ask(&study, assign("comparison", first))
        .await
        .expect("assigned");
    // A change needs a reason.
    let refused = world.ask(&study, assign("intervention", first)).await;
    assert!(matches!(refused, Err(StoreError::ReasonNeeded)));
    let why = "the list was read a line too low";
    let corrected = assign("intervention", first);
    world
        .ask_because(&study, corrected, why)
        .await
        .expect("corrected");
    let arm = async || {
        let drawn = store.records(&study).await.expect("drawn");
        let dyad = drawn.records.dyads.into_iter().next().expect("a family");
        dyad.arm.map(|arm| arm.to_string())
    };
    assert_eq!(arm().await.as_deref(), Some("intervention"));
    // Going over to the other arm later leaves the analysis as allocated.
    let later = assign("comparison", date(2024, 9, 1));
    world
        .ask_because(&study, later, "moved")
        .await
        .expect("changed");
    assert_eq!(arm().await.as_deref(), Some("intervention"));

    // Somebody blind reads the log without any of it.
    let told = store
        .log_in_sight(Some(&study), &Sight::BLIND, None, 100)
        .await
        .expect("read");
    assert!(told.len() >= 4 && !format!("{told:?}").contains("intervention"));
    assert!(!format!("{told:?}").contains("a line too low"));
    let told = store
        .log_in_sight(Some(&study), &Sight::FULL, None, 100)
        .await
        .expect("read");
    assert!(format!("{told:?}").contains("a line too low"));
}

pub async fn a_clinician_is_named_for_a_site(world: World) {
    let study = world.hostel().await;
    let account = AccountId::new();
    let name = |account| Command::NameClinician {
        site: "hostel-a".into(),
        account,
    };
    world.ask(&study, name(Some(account))).await.expect("named");
    let named = world.store.clinicians(&study).await.expect("read");
    assert_eq!(named.get(&"hostel-a".into()), Some(&account));
    world.ask(&study, name(None)).await.expect("taken back");
    assert!(
        world
            .store
            .clinicians(&study)
            .await
            .expect("read")
            .is_empty()
    );
    let nowhere = Command::NameClinician {
        site: "elsewhere".into(),
        account: Some(account),
    };
    assert!(world.ask(&study, nowhere).await.is_err());
}

pub async fn names_are_found_by_a_blind_index_and_opened_on_the_record(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let store = &world.store;
    for text in ["quetzal-CANARY", " Quetzalcanary ", "07700 900 417"] {
        let found = store
            .find_people(&study, &Identifying::new(text))
            .await
            .expect("read");
        assert_eq!(found, [family.carer], "{text}");
    }
    let nobody = store
        .find_people(&study, &Identifying::new("Quetzal"))
        .await
        .expect("read");
    assert!(nobody.is_empty());
    let fields = [Identifier::FamilyName, Identifier::Phone, Identifier::Email];
    let opened = store.open_identity(&ADA, &study, family.carer, &fields, None, NOON);
    let opened = opened.await.expect("opened");
    assert_eq!(opened.len(), 2);
    assert_eq!(opened[&Identifier::FamilyName].reveal(), CANARIES[1]);
    let log = store.log(Some(&study), None, 1).await.expect("read");
    assert_eq!(log[0].kind, "open-identity");
    assert!(
        !format!("{opened:?}").contains(CANARIES[1]),
        "names are not printed"
    );
    let resent = |text: &str| {
        let key = store.new_person_key(family.carer).expect("a key");
        let fields = vec![
            key.seal(Identifier::KnownAs, &Identifying::new(text))
                .expect("sealed"),
        ];
        let person = family.carer;
        attune_store::Request::new(
            Some(study.clone()),
            Command::RecordIdentity { person, fields },
            NOON,
        )
        .with_key("known as")
    };
    let first = store.execute(&ADA, resent("Mo")).await.expect("stored");
    let again = store
        .execute(&ADA, resent("Mo"))
        .await
        .expect("the same though sealed anew");
    assert_eq!((first.id, again.repeated), (again.id, true));
    let other = store.execute(&ADA, resent("Jo")).await;
    assert!(matches!(other, Err(StoreError::KeyUsed)), "{other:?}");
}

pub async fn ages_are_known_without_opening_names(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let age = world
        .store
        .age_on(family.infant, date(2024, 6, 15))
        .await
        .expect("read");
    let age = age.expect("known");
    assert_eq!((age.days, age.corrected_days), (90, Some(62)));
    let log = world.store.log(Some(&study), None, 20).await.expect("read");
    assert!(log.iter().all(|row| row.kind != "open-identity"));
    let carer = world
        .store
        .age_on(family.carer, date(2024, 6, 15))
        .await
        .expect("read");
    assert_eq!(carer, None);
}

pub async fn erased_names_cannot_be_opened_and_the_chain_is_whole(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let store = &world.store;
    let erase = Command::EraseIdentity {
        person: family.carer,
    };
    let silent = world.ask(&study, erase.clone()).await;
    assert!(
        matches!(silent, Err(StoreError::ReasonNeeded)),
        "{silent:?}"
    );
    let receipt = world
        .ask_because(&study, erase, "asked to be forgotten")
        .await;
    assert_eq!(receipt.expect("erased").outcomes[0].erased.len(), 1);
    let fields = [Identifier::FamilyName];
    let opened = store
        .open_identity(&ADA, &study, family.carer, &fields, None, NOON)
        .await;
    assert!(opened.is_err());
    let person = store.person(&study, family.carer).await.expect("read");
    assert!(person.erased && person.fields.is_empty());
    let found = store
        .find_people(&study, &Identifying::new(CANARIES[1]))
        .await;
    assert!(found.expect("read").is_empty());
    let fields = [Identifier::GivenName];
    let other = store
        .open_identity(&ADA, &study, family.infant, &fields, None, NOON)
        .await;
    assert_eq!(
        other.expect("opened").len(),
        1,
        "only one person was erased"
    );
    let compared = store.compare_with_log().await.expect("compared");
    assert_eq!(
        (compared.n_erased, compared.differing.len()),
        (1, 0),
        "{compared:?}"
    );
}
