//! Backups.

use std::fs;

use crate::{
    database::Db,
    error::{Result, StoreError},
    location::Location,
};

/// A copy of the database before it is brought to a newer shape.
pub(crate) async fn before_migration(
    location: &Location,
    db: &mut Db<'_>,
    version: i64,
) -> Result<()> {
    let folder = location.backups();
    fs::create_dir_all(&folder).map_err(StoreError::file("cannot make the folder of backups"))?;
    let file = folder.join(format!("before-version-{}.db", version + 1));
    if file.exists() || db.is_postgres() {
        return Ok(());
    }
    let sql = "VACUUM INTO $1".to_owned();
    db.run_made(sql, vec![file.display().to_string().into()])
        .await?;
    Ok(())
}
