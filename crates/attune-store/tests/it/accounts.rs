//! People who sign in.

use std::collections::BTreeSet;

use attune_protocol::id::SiteId;
use attune_store::{
    Command, Request, Role, Secret, Sites, StoreError,
    accounts::Token,
    ids::{AccountId, GrantId},
    sessions::NewSession,
};
use jiff::civil::date;

use crate::support::{ADA, NOON, World};

pub async fn a_login_belongs_to_one_person(world: World) {
    world.account("Ada").await;
    let again = world.instance(Command::CreateAccount {
        account: AccountId::new(),
        login: " ADA ".to_owned(),
        name: "Another".to_owned(),
    });
    let refused = again.await.expect_err("refused");
    assert_eq!(refused.to_string(), "the login ada is taken");
    let found = world.store.account_by_login("aDa").await.expect("read");
    assert_eq!(
        found.map(|account| account.name),
        Some("Name of Ada".to_owned())
    );
}

pub async fn secrets_are_not_in_the_log(world: World) {
    let ada = world.account("ada").await;
    let sealed = world
        .store
        .seal_second_factor(ada, b"totp secret")
        .expect("sealed");
    let password = Secret::PasswordHash {
        account: ada,
        hash: "$argon2id$hash".to_owned(),
    };
    let request = Request::new(None, Command::SetPassword { account: ada }, NOON);
    let request = request.with_secret(password);
    world.store.execute(&ADA, request).await.expect("stored");
    let command = Command::SetSecondFactor {
        account: ada,
        present: true,
    };
    let request = Request::new(None, command, NOON).with_secret(Secret::SecondFactor {
        account: ada,
        sealed: Some(sealed),
    });
    world.store.execute(&ADA, request).await.expect("stored");
    let credentials = world.store.credentials(ada).await.expect("read");
    assert_eq!(credentials.password.as_deref(), Some("$argon2id$hash"));
    let secret = credentials.second_factor.expect("there is one");
    assert_eq!(&secret[..], b"totp secret");
    assert!(world.store.account(ada).await.expect("read").second_factor);
    let log = world.store.log(None, None, 10).await.expect("read");
    assert_eq!(log.len(), 3);
    for row in log {
        let content = row.content.expect("not erased");
        assert!(
            !content.contains("argon2") && !content.contains("totp"),
            "{content}"
        );
    }
}

pub async fn codes_work_once(world: World) {
    let ada = world.account("ada").await;
    let request = Request::new(None, Command::SetRecoveryCodes { account: ada }, NOON);
    let request = request.with_secret(Secret::RecoveryCodes {
        account: ada,
        hashes: vec![Token::hash_of("one"), Token::hash_of("two")],
    });
    world.store.execute(&ADA, request).await.expect("stored");
    let store = &world.store;
    let used = tokio::join!(
        store.use_recovery_code(ada, "one"),
        store.use_recovery_code(ada, "one")
    );
    let used = [used.0.expect("asked"), used.1.expect("asked")];
    assert_eq!(used.iter().filter(|used| **used).count(), 1);
    assert!(!store.use_recovery_code(ada, "three").await.expect("asked"));
    let left = store.credentials(ada).await.expect("read").n_recovery_codes;
    assert_eq!(left, 1);
    store
        .forget_failures(ada)
        .await
        .expect("no row is no fault");
    store.note_failure(ada, NOON).await.expect("counted");
    store.note_failure(ada, NOON).await.expect("counted");
    assert_eq!(store.credentials(ada).await.expect("read").n_failed, 2);
    assert!(store.use_second_factor_step(ada, 100).await.expect("asked"));
    assert!(!store.use_second_factor_step(ada, 100).await.expect("asked"));
    assert!(!store.use_second_factor_step(ada, 99).await.expect("asked"));
    assert!(store.use_second_factor_step(ada, 101).await.expect("asked"));
    store.forget_failures(ada).await.expect("forgotten");
    assert_eq!(store.credentials(ada).await.expect("read").n_failed, 0);
    let hash = Token::hash_of("first run");
    let expires = NOON.plus_seconds(60);
    store
        .keep_code(&hash, "first-run", None, expires)
        .await
        .expect("kept");
    let late = NOON.plus_seconds(61);
    assert_eq!(
        store.code(&hash, "first-run", late).await.expect("read"),
        None
    );
    assert_eq!(store.code(&hash, "reset", NOON).await.expect("read"), None);
    assert_eq!(
        store.code(&hash, "first-run", NOON).await.expect("read"),
        Some(None)
    );
    assert!(
        !store
            .use_code(&hash, "first-run", late)
            .await
            .expect("asked")
    );
    assert!(
        store
            .use_code(&hash, "first-run", NOON)
            .await
            .expect("asked")
    );
    assert!(
        !store
            .use_code(&hash, "first-run", NOON)
            .await
            .expect("asked")
    );
}

fn session(account: AccountId) -> NewSession {
    NewSession {
        account,
        at: NOON,
        idle_seconds: 900,
        absolute_seconds: 3600,
        second_factor: false,
        label: "Firefox on a tablet".to_owned(),
    }
}

pub async fn sessions_end_by_rest_by_age_and_by_order(world: World) {
    let ada = world.account("ada").await;
    let store = &world.store;
    let token = store.begin_session(session(ada)).await.expect("begun");
    let other = store.begin_session(session(ada)).await.expect("begun");
    let at = |seconds| NOON.plus_seconds(seconds);
    let lasts = async |token: &Token, seconds| {
        let found = store
            .session(&token.secret, at(seconds))
            .await
            .expect("read");
        found.is_some()
    };
    assert!(lasts(&token, 0).await);
    assert!(lasts(&token, 899).await, "used before it rested too long");
    assert!(lasts(&token, 1700).await, "its rest began anew");
    assert!(!lasts(&other, 901).await, "the other one rested too long");
    assert!(lasts(&token, 2500).await && lasts(&token, 3300).await);
    assert!(!lasts(&token, 3601).await, "it lasted long enough");
    assert!(store.session("ffff", NOON).await.expect("read").is_none());
    store
        .confirm_session(&token.hash, at(10), true)
        .await
        .expect("noted");
    let found = store
        .session(&token.secret, at(3400))
        .await
        .expect("read")
        .expect("lasts");
    assert_eq!(found.second_factor_at, Some(at(10).with_offset(0)));
    let third = store.begin_session(session(ada)).await.expect("begun");
    assert_eq!(store.sessions_of(ada, at(5)).await.expect("read").len(), 3);
    assert_eq!(
        store
            .end_sessions(ada, Some(&third.hash))
            .await
            .expect("ended"),
        2
    );
    assert!(!lasts(&token, 1).await && lasts(&third, 1).await);
    let bea = world.account("bea").await;
    assert!(
        !store.end_session(bea, &third.hash).await.expect("asked"),
        "not hers to end"
    );
    assert!(store.end_session(ada, &third.hash).await.expect("ended"));
    assert!(!lasts(&third, 1).await);
}

pub async fn a_closed_account_has_no_session(world: World) {
    let ada = world.account("ada").await;
    let token = world
        .store
        .begin_session(session(ada))
        .await
        .expect("begun");
    let close = Command::DisableAccount { account: ada };
    world.instance(close).await.expect("closed");
    assert!(
        world
            .store
            .session(&token.secret, NOON)
            .await
            .expect("read")
            .is_none()
    );
    let open = Command::EnableAccount { account: ada };
    world.instance(open).await.expect("opened");
    let found = world
        .store
        .session(&token.secret, NOON)
        .await
        .expect("read");
    assert!(found.is_none(), "the old session stays ended");
}

pub async fn roles_have_sites_and_days(world: World) {
    let study = world.hostel().await;
    let ada = world.account("ada").await;
    let grant = GrantId::new();
    let give = |account, until| Command::GrantRole {
        grant,
        account,
        role: Role::Assessor,
        sites: Sites::Only(BTreeSet::from([SiteId::from("hostel-a")])),
        from: date(2024, 6, 1),
        until: Some(until),
    };
    let ask = |command| {
        let request = Request::new(Some(study.clone()), command, NOON);
        world.store.execute(&ADA, request)
    };
    let nobody = ask(give(AccountId::new(), date(2024, 7, 1))).await;
    assert!(
        matches!(nobody, Err(StoreError::NotFound { .. })),
        "{nobody:?}"
    );
    assert!(
        ask(give(ada, date(2024, 5, 1))).await.is_err(),
        "ends before it begins"
    );
    ask(give(ada, date(2024, 7, 1))).await.expect("given");
    let grants = world.store.grants_of(ada).await.expect("read");
    let [found] = grants.as_slice() else {
        panic!("one role: {grants:?}");
    };
    assert!(found.holds_on(date(2024, 6, 1)) && found.holds_on(date(2024, 7, 1)));
    assert!(!found.holds_on(date(2024, 5, 31)) && !found.holds_on(date(2024, 7, 2)));
    assert!(found.sites.hold("hostel-a") && !found.sites.hold("hostel-b"));
    assert_eq!(
        world
            .store
            .grants_in(Some(&study))
            .await
            .expect("read")
            .len(),
        1
    );
    assert!(world.store.grants_in(None).await.expect("read").is_empty());
    ask(Command::RevokeRole { grant })
        .await
        .expect("taken back");
    let found = world.store.grant(grant).await.expect("read");
    assert!(!found.holds_on(date(2024, 6, 15)));
}
