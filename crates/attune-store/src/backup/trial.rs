//! Restoring on trial: the proof that a backup is one.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
};

use super::{LITE_FILE, Manifest, open_file, read_manifest, table_counts};
use crate::{
    audit,
    database::{Db, Value},
    dump,
    error::{Result, StoreError},
    heads::HeadsFound,
    keys::Keys,
    migrations,
    moment::Moment,
    rebuild,
};

/// Restores into a folder that goes afterwards, and compares.
pub(super) async fn check(backup: &Path, keys: Option<&Keys>) -> Result<Manifest> {
    let manifest = read_manifest(backup)?;
    let fingerprint = keys.map(Keys::fingerprint);
    if let (Some(needed), Some(given)) = (&manifest.keys, &fingerprint)
        && needed != given
    {
        return Err(StoreError::Keys(format!(
            "these keys ({given}) are not those of the backup ({needed}): names and recordings \
             would stay sealed; bring the right folder of keys"
        )));
    }
    let trial =
        tempfile::tempdir().map_err(StoreError::file("cannot make a folder for the trial"))?;
    let file = trial.path().join(LITE_FILE);
    load(backup, &manifest, &file).await?;
    let mut copy = open_file(&file).await?;
    let end = check_on_trial(&mut copy.db(), &manifest).await;
    copy.close().await;
    end.map(|()| manifest)
}

async fn check_on_trial(db: &mut Db<'_>, manifest: &Manifest) -> Result<()> {
    check_loaded(db, manifest).await?;
    // A backup of an older shape is brought forward as a restored store would be.
    migrations::run(db, Moment::now()).await?;
    let compared = rebuild::run(db, true).await?;
    match compared.differing.first() {
        None => Ok(()),
        Some(first) => Err(StoreError::Refused(format!(
            "the table {} is not what the log says",
            first.table
        ))),
    }
}

/// The backup as a file of SQLite, in the shape that it had.
async fn load(backup: &Path, manifest: &Manifest, file: &Path) -> Result<()> {
    let source = backup.join(&manifest.file);
    if manifest.file == LITE_FILE {
        let copied = fs::copy(&source, file);
        return copied
            .map(drop)
            .map_err(StoreError::file("cannot copy the backup"));
    }
    let mut copy = open_file(file).await?;
    let mut db = copy.db();
    migrations::run_to(&mut db, manifest.schema, Moment::now()).await?;
    let end = load_lines(&mut db, &source).await;
    copy.close().await;
    end
}

/// Puts lines into empty tables, in one transaction.
pub(crate) async fn load_lines(db: &mut Db<'_>, source: &Path) -> Result<()> {
    let cannot = || StoreError::file(format!("cannot read {}", source.display()));
    let lines = BufReader::new(fs::File::open(source).map_err(cannot())?).lines();
    db.begin().await?;
    let mut waiting: Vec<Vec<Value>> = Vec::new();
    let mut of = None;
    for line in lines {
        let (table, cells) = dump::read_line(&line.map_err(cannot())?)?;
        let is_full = of != Some(table) || waiting.len() >= 1000;
        if let (Some(of), true) = (of, is_full) {
            dump::insert(db, of, std::mem::take(&mut waiting)).await?;
        }
        of = Some(table);
        waiting.push(cells);
    }
    if let Some(of) = of {
        dump::insert(db, of, waiting).await?;
    }
    db.script("COMMIT").await
}

/// Whether a database that was loaded from a backup is what the manifest says.
pub(crate) async fn check_loaded(db: &mut Db<'_>, manifest: &Manifest) -> Result<()> {
    if !db.is_postgres() {
        let rows = db.rows("PRAGMA integrity_check", Vec::new()).await?;
        let answer = rows.first().map(|row| row.text(0)).transpose()?;
        if answer.as_deref() != Some("ok") {
            return Err(StoreError::refused("the copy is not a sound database"));
        }
    }
    let counts = table_counts(db).await?;
    let names = counts.keys().chain(manifest.tables.keys());
    for name in names {
        if manifest.tables.get(name) != counts.get(name) {
            return Err(StoreError::Refused(format!(
                "the table {name} is not as the manifest says"
            )));
        }
    }
    let verified = audit::verify(db, &HeadsFound::default()).await?;
    for chain in &verified.chains {
        let head = (chain.n_rows, chain.head.clone());
        if chain.bad.is_some() || manifest.heads.get(&chain.chain) != Some(&head) {
            return Err(StoreError::Refused(format!(
                "the chain of {} is not whole",
                chain.chain
            )));
        }
    }
    Ok(())
}
