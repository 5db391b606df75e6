//! Each column of the database has a class in `docs/decisions/data-classes.md`, which says how it is kept.

use std::collections::{BTreeMap, BTreeSet};

use attune_store::{Location, Store};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

const PAGE: &str = include_str!("../../../../docs/decisions/data-classes.md");

/// Columns with their classes, by table.
type Columns = BTreeMap<String, Vec<(String, String)>>;

/// The classes of the page, and the columns that it lists.
fn listed() -> (BTreeSet<String>, Columns) {
    let mut classes = BTreeSet::new();
    let mut columns = Columns::new();
    for line in PAGE.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match cells.as_slice() {
            [class, _, _] if class.starts_with("**") => {
                classes.insert(class.trim_matches('*').to_owned());
            }
            [table, class, names] if table.starts_with('`') => {
                let table = table.trim_matches('`').to_owned();
                for name in names.split('`').skip(1).step_by(2) {
                    let of_table = columns.entry(table.clone()).or_default();
                    of_table.push((name.to_owned(), (*class).to_owned()));
                }
            }
            _ => {}
        }
    }
    (classes, columns)
}

#[tokio::test]
async fn asvs_14_1_1_every_column_of_the_database_has_one_class() {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::folder(folder.path().join("data"));
    let store = Store::open(location).await.expect("opens");
    store.close().await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("data/attune.db"));
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    let sql = "SELECT m.name, p.name FROM sqlite_master AS m, pragma_table_info(m.name) AS p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid";
    let rows = sqlx::query(sql)
        .fetch_all(&mut connection)
        .await
        .expect("read");
    assert!(rows.len() > 150, "{}", rows.len());
    let there: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();

    let (classes, listed) = listed();
    assert!(classes.len() >= 6, "{classes:?}");
    let mut classified = BTreeSet::new();
    let mut problems = Vec::new();
    for (table, columns) in listed {
        for (column, class) in columns {
            if !classes.contains(&class) {
                problems.push(format!("{table}.{column}: no class is called {class}"));
            }
            if !there.contains(&(table.clone(), column.clone())) {
                problems.push(format!("{table}.{column} is not in the database"));
            }
            if !classified.insert((table.clone(), column.clone())) {
                problems.push(format!("{table}.{column} has two classes"));
            }
        }
    }
    for (table, column) in there.difference(&classified) {
        problems.push(format!("{table}.{column} has no class"));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
