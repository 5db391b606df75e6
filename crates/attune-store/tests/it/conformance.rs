//! One list of promises, kept on both databases.

use std::{future::Future, pin::Pin};

use crate::{
    accounts, requests, studies,
    support::{Place, World, postgres::Server},
};

type Promise = fn(World) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! promises {
    ($($module:ident :: $name:ident),* $(,)?) => {
        &[$((
            stringify!($name),
            |world| Box::pin($module::$name(world)),
        )),*]
    };
}

const PROMISES: &[(&str, Promise)] = promises![
    requests::a_request_sent_again_gets_the_first_receipt,
    requests::a_key_serves_one_request_only,
    requests::of_several_commands_all_are_stored_or_none,
    requests::each_row_of_the_log_holds_the_hash_of_the_one_before,
    requests::the_tables_can_be_made_again_from_the_log,
    requests::all_tables_are_known_by_name,
    accounts::a_login_belongs_to_one_person,
    accounts::secrets_are_not_in_the_log,
    accounts::codes_work_once,
    accounts::sessions_end_by_rest_by_age_and_by_order,
    accounts::a_closed_account_has_no_session,
    accounts::roles_have_sites_and_days,
    studies::a_study_keeps_all_versions_of_its_folder,
    studies::arms_are_revealed_after_the_plan_is_sealed,
];

#[test]
fn sqlite_keeps_every_promise() {
    keep_all(&Place::Lite);
}

#[test]
fn postgres_keeps_every_promise() {
    match Server::start() {
        Ok(server) => keep_all(&Place::Postgres(server)),
        Err(why) => println!("SKIPPED, nothing was tested on PostgreSQL: {why}"),
    }
}

fn keep_all(place: &Place) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (name, promise) in PROMISES {
        println!("{name}");
        runtime.block_on(async { promise(World::new(place).await).await });
    }
}
