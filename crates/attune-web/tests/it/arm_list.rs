//! Arms of many families at once, from a list.

use attune_store::{Role, ids::QueryId};
use axum::http::StatusCode;

use crate::{
    blinding::by_family,
    families::went,
    harness::{Browser, World},
};

const TWO: &str = "/studies/two-clinics";

async fn person<'a>(world: &'a World, login: &str, role: Role) -> Browser<'a> {
    let (account, secret) = world.add(login, true).await;
    world.give(account, role, Some("two-clinics"), &[]).await;
    world.signed_in(login, secret.as_deref()).await
}

/// Enrols a family and gives its code.
async fn enrolled(assessor: &mut Browser<'_>) -> String {
    let new = assessor.get(&format!("{TWO}/families/new")).await;
    let site = new.body.split("<option value=\"").nth(1).expect("a site");
    let site = site.split('"').next().expect("a site").to_owned();
    let fields = [
        ("key", new.hidden("key")),
        ("site", site),
        ("on", "2026-11-20".to_owned()),
        ("baby-given", "Wilhelmina".to_owned()),
        ("born", "2026-10-01".to_owned()),
        ("carer-given", "Philippa".to_owned()),
        ("responsibility", "birth".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = assessor.post(&format!("{TWO}/families/new"), &fields).await;
    went(&answer).rsplit('/').next().expect("a code").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn arms_come_from_a_list_whole_or_not_at_all() {
    let world = by_family().await;
    let mut manager = person(&world, "mia", Role::DataManager).await;
    let mut assessor = person(&world, "ama", Role::Assessor).await;
    let (one, two) = (enrolled(&mut assessor).await, enrolled(&mut assessor).await);
    let address = format!("{TWO}/arms/list");
    let send = async |browser: &mut Browser<'_>, list: &str| {
        let key = QueryId::new().to_string();
        let fields = [("key", key.as_str()), ("list", list)];
        browser.send_files(&address, &fields, &[]).await
    };
    assert!(
        manager
            .get(&address)
            .await
            .body
            .contains("code,arm,date,reason")
    );

    // Everything that is wrong at once, and nothing is recorded.
    let wrong = format!(
        "code;arm;date;reason\n{one};usual;2026-11-20;\n{two};placebo;2026-13-01;\nX99;group;2027-05-01;\n{one};group;2026-11-20;\n;;;\n"
    );
    let answer = send(&mut manager, &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in [
        "There are 5 things to mend",
        "Row 3: “placebo” is no arm of the study; it has",
        "Row 3: “2026-13-01” is no day",
        "Row 4: no family here has the code “X99”",
        "Row 4: 2027-05-01 is still to come",
        &format!("Row 5: {one} stands in row 2 already"),
    ] {
        assert!(answer.body.contains(told), "{told}: {}", answer.body);
    }
    assert!(
        manager
            .get(&format!("{TWO}/arms"))
            .await
            .body
            .contains("2 without an arm")
    );
    let headings = send(&mut manager, "family,arm\nA,usual\n").await;
    for told in [
        "no heading “code”",
        "no heading “date”",
        "the heading “family”",
    ] {
        assert!(headings.body.contains(told), "{told}: {}", headings.body);
    }

    // Rows as a spreadsheet copies them.
    let right = format!(
        "code\tarm\tdate\treason\n{one}\tusual\t2026-11-20\t\n{two}\tgroup\t2026-11-21\t\n"
    );
    went(&send(&mut manager, &right).await);
    let page = manager.get(&format!("{TWO}/arms")).await.body;
    assert!(!page.contains("without an arm"), "{page}");

    // A second time needs each family's own reason, which its history keeps.
    let again = send(
        &mut manager,
        &format!("code,arm,date\n{one},group,2026-11-20\n"),
    )
    .await;
    assert!(again.body.contains("has an arm already"), "{}", again.body);
    let list =
        format!("code,arm,date,reason\n{one},group,2026-11-20,\"read a line too low, sorry\"\n");
    went(&send(&mut manager, &list).await);
    let history = manager
        .get(&format!("{TWO}/families/{one}/history"))
        .await
        .body;
    assert!(history.contains("read a line too low, sorry"), "{history}");
    let blind = assessor
        .get(&format!("{TWO}/families/{one}/history"))
        .await
        .body;
    assert!(!blind.contains("too low"), "{blind}");

    // The blind, and whoever has no second factor at hand, are refused.
    assert_eq!(assessor.get(&address).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        send(&mut assessor, &right).await.status,
        StatusCode::FORBIDDEN
    );
    let (account, _) = world.add("without", false).await;
    world
        .give(account, Role::DataManager, Some("two-clinics"), &[])
        .await;
    let mut without = world.signed_in("without", None).await;
    let refused = send(&mut without, &right).await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER, "{}", refused.body);
}
