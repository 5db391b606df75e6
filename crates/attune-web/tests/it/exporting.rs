//! What leaves an installation: the example study of the hostels, drawn from the store and exported.

use std::{path::Path, process::Command as Process};

use attune_exchange::read_records;
use attune_protocol::{Protocol, StudyFolder};
use attune_store::{Actor, Command, Request, Role, access::Sight, command::WithdrawalLevel};
use attune_web::{
    Settings,
    export::{Export, Rules, export},
};
use axum::http::StatusCode;

use crate::harness::World;

const STUDY: &str = "hostel-clinic";

pub async fn world() -> World {
    let world = World::new(Settings::default()).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../studies")
        .join(STUDY);
    let folder = StudyFolder::on_disk(&path).expect("the example is there");
    let (protocol, _) = Protocol::read_folder(&folder).expect("it is sound");
    let (store, at) = (world.state.store(), world.state.now());
    store
        .register_study(&Actor::PROGRAM, &folder, &protocol, at, None)
        .await
        .expect("registered");
    let (records, _) = read_records(&protocol, &path).expect("its records are sound");
    store
        .import(&Actor::PROGRAM, &STUDY.into(), &records, at)
        .await
        .expect("imported");
    world
}

async fn exported(world: &World, arms: bool) -> Export {
    let store = world.state.store();
    let protocol = store.protocol(&STUDY.into()).await.expect("registered");
    let drawn = store.records(&STUDY.into()).await.expect("drawn");
    let measures = attune_measures::measure(&protocol, &drawn.records);
    let rules = Rules::of(protocol.sharing, arms);
    export(&protocol, &drawn.records, &measures, rules, &drawn.head)
}

fn file<'a>(export: &'a Export, name: &str) -> &'a str {
    let file = export.files.iter().find(|file| file.name == name);
    &file.unwrap_or_else(|| panic!("no {name}")).text
}

/// Whether a text holds a calendar day such as 2024-05-31.
fn holds_a_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(10).any(|ten| {
        ten.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_every_family_no_day_and_arms_only_for_those_who_may_know() {
    let world = world().await;
    let blind = exported(&world, false).await;
    assert_eq!(blind.n_dyads + blind.n_withdrawn, 59);
    for file in &blind.files {
        assert!(!holds_a_day(&file.text), "a day in {}", file.name);
    }
    for name in [
        "long.csv",
        "wide.csv",
        "visits.csv",
        "items.csv",
        "codebook.csv",
    ] {
        let text = file(&blind, name);
        assert!(!text.contains("intervention"), "an arm in {name}");
        let columns = text.lines().next().expect("headings").split(',').count();
        assert!(columns > 3 && text.lines().count() > 50, "{name} is empty");
    }
    assert!(file(&exported(&world, true).await, "wide.csv").contains("intervention"));

    // Every column of the tables is in the codebook.
    let book = file(&blind, "codebook.csv");
    for name in ["long.csv", "wide.csv", "visits.csv", "items.csv"] {
        for column in file(&blind, name)
            .lines()
            .next()
            .expect("headings")
            .split(',')
        {
            assert!(
                book.contains(&format!("{name},{column},")),
                "{name} {column}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_reads_the_tables_in_r() {
    let world = world().await;
    let made = exported(&world, true).await;
    if Process::new("Rscript").arg("--version").output().is_err() {
        println!("R is not installed: the script was not run");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for file in &made.files {
        std::fs::write(folder.path().join(file.name), &file.text).expect("written");
    }
    let check = "source('read.R'); stopifnot(is.factor(wide$arm), !anyNA(wide$arm), all(codebook$file %in% list.files()), is.numeric(long$value))";
    let output = Process::new("Rscript")
        .args(["-e", check])
        .current_dir(folder.path())
        .output()
        .expect("R runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("families,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_is_not_in_it() {
    let world = world().await;
    let before = exported(&world, true).await;
    let store = world.state.store();
    let dyads = store
        .dyads(&STUDY.into(), &Sight::FULL)
        .await
        .expect("read");
    let family = dyads
        .iter()
        .find(|dyad| dyad.takes_part() || dyad.withdrawal.is_none())
        .expect("a family");
    let code = format!("{},", family.code);
    assert!(file(&before, "wide.csv").contains(&code));
    let command = Command::WithdrawConsent {
        dyad: family.key,
        purpose: "participation".into(),
        level: WithdrawalLevel::LeaveOut,
        on: world.state.now().date(),
        ends_taking_part: false,
    };
    let request =
        Request::new(Some(STUDY.into()), command, world.state.now()).because("no reason given");
    store
        .execute(&Actor::PROGRAM, request)
        .await
        .expect("withdrawn");
    let after = exported(&world, true).await;
    assert_eq!(after.n_withdrawn, before.n_withdrawn + 1);
    for name in ["long.csv", "wide.csv", "visits.csv", "items.csv"] {
        let lines = file(&after, name).lines();
        assert!(
            !lines.into_iter().any(|line| line.starts_with(&code)),
            "{code} in {name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_needs_the_second_factor_and_is_noted() {
    let world = world().await;
    let (account, secret) = world.add("mia", true).await;
    world
        .give(account, Role::DataManager, Some(STUDY), &[])
        .await;
    let mut manager = world.signed_in("mia", secret.as_deref()).await;
    let path = format!("/studies/{STUDY}/export");
    let key = manager.get(&path).await.hidden("key");
    let small = manager
        .post(&path, &[("key", &key), ("smallest", "1")])
        .await;
    assert_eq!(small.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = manager
        .post(&path, &[("key", &key), ("smallest", "5")])
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/zip");
    let page = manager.get(&path).await.body;
    assert!(
        page.contains("mia example") && page.contains("SHA-256"),
        "{page}"
    );

    let (account, _) = world.add("sam", false).await;
    world
        .give(account, Role::Statistician, Some(STUDY), &[])
        .await;
    let mut without = world.signed_in("sam", None).await;
    let refused = without
        .post(&path, &[("key", &key), ("smallest", "5")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
