//! Requests: stored once, all or none, chained.

use attune_store::{
    Command, Request, StoreError,
    entry::{Entry, INSTANCE},
    ids::AccountId,
};

use crate::support::{ADA, NOON, World};

fn create(login: &str) -> Command {
    Command::CreateAccount {
        account: AccountId::of_request(login, 0),
        login: login.to_owned(),
        name: login.to_owned(),
    }
}

pub async fn a_request_sent_again_gets_the_first_receipt(world: World) {
    let request = || Request::new(None, create("ada"), NOON).with_key("first");
    let first = world.store.execute(&ADA, request()).await.expect("stored");
    let again = world
        .store
        .execute(&ADA, request())
        .await
        .expect("answered");
    assert!(!first.repeated && again.repeated);
    assert_eq!(
        (first.id, first.sequence, &first.hash),
        (again.id, again.sequence, &again.hash)
    );
    assert_eq!(first.outcomes, again.outcomes);
    assert_eq!(world.store.accounts().await.expect("read").len(), 1);
}

pub async fn a_key_serves_one_request_only(world: World) {
    let first = Request::new(None, create("ada"), NOON).with_key("first");
    world.store.execute(&ADA, first).await.expect("stored");
    let other = Request::new(None, create("bea"), NOON).with_key("first");
    let refused = world.store.execute(&ADA, other).await;
    assert!(matches!(refused, Err(StoreError::KeyUsed)), "{refused:?}");
    assert_eq!(world.store.accounts().await.expect("read").len(), 1);
}

pub async fn of_several_commands_all_are_stored_or_none(world: World) {
    let bad = Request::all(
        None,
        vec![create("ada"), create("bea"), create("ada")],
        NOON,
    );
    assert!(world.store.execute(&ADA, bad).await.is_err());
    assert!(world.store.accounts().await.expect("read").is_empty());
    assert!(
        world
            .store
            .log(None, None, 10)
            .await
            .expect("read")
            .is_empty()
    );
    let good = Request::all(None, vec![create("ada"), create("bea")], NOON);
    let receipt = world.store.execute(&ADA, good).await.expect("stored");
    assert_eq!((receipt.sequence, receipt.outcomes.len()), (1, 2));
    assert_eq!(
        world.store.log(None, None, 10).await.expect("read").len(),
        2
    );
}

pub async fn each_row_of_the_log_holds_the_hash_of_the_one_before(world: World) {
    for login in ["ada", "bea", "cleo"] {
        world.account(login).await;
    }
    let log = world.store.log(None, None, 10).await.expect("read");
    let rows: Vec<&Entry> = log.iter().rev().collect();
    assert_eq!(rows[0].previous, vec![0; 32]);
    for pair in rows.windows(2) {
        assert_eq!(pair[1].previous, pair[0].hash);
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
    }
    assert!(rows.iter().all(|row| row.chain == INSTANCE));
    assert!(rows.iter().all(|row| row.at.offset_minutes == 60));
}

pub async fn the_tables_can_be_made_again_from_the_log(world: World) {
    world.account("ada").await;
    world.hostel().await;
    let compared = world.store.compare_with_log().await.expect("compared");
    assert_eq!((compared.n_commands, compared.differing.len()), (2, 0));
    let rebuilt = world.store.rebuild().await.expect("rebuilt");
    assert_eq!(rebuilt, compared);
    assert_eq!(world.store.accounts().await.expect("read").len(), 1);
}

pub async fn all_tables_are_known_by_name(world: World) {
    let unknown = world.store.tables_not_known().await.expect("read");
    assert!(unknown.is_empty(), "{unknown:?}");
}
