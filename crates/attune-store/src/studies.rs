//! Studies: registering a folder, the sealed plan, who was unblinded.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{Protocol, StudyFolder, id::StudyId};
use sha2::{Digest, Sha256};

use crate::{
    access::Actor,
    accounts::moment,
    command::{Command, Receipt, Request},
    database::{Row, values},
    error::{Result, StoreError},
    hex,
    moment::Moment,
    store::Store,
};

/// A study of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyRow {
    /// Id.
    pub id: StudyId,
    /// Title.
    pub title: String,
    /// Newest version of its folder.
    pub version: u32,
    /// Fingerprint of the protocol.
    pub fingerprint: String,
    /// Whether its data are made up.
    pub simulated: bool,
    /// When it was registered first.
    pub registered: Moment,
    /// Fingerprint of the protocol whose plan was sealed, and when.
    pub sealed: Option<(String, Moment)>,
    /// When the arms of the whole study were revealed.
    pub unblinded: Option<Moment>,
}

/// One version of a study folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyVersion {
    /// Number, from 1.
    pub version: u32,
    /// Fingerprint of the protocol.
    pub fingerprint: String,
    /// Name and SHA-256 of each file.
    pub files: BTreeMap<String, String>,
    /// When it was registered.
    pub at: Moment,
}

/// Arms that were revealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unblinding {
    /// One dyad, or the whole study.
    pub dyad: Option<crate::ids::DyadKey>,
    /// By whom: an account's id, or `program`.
    pub actor: String,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: String,
}

fn study(row: &Row) -> Result<StudyRow> {
    let sealed = match (row.maybe_text(6)?, row.maybe_int(7)?) {
        (Some(fingerprint), Some(at)) => Some((fingerprint, moment(at))),
        _ => None,
    };
    Ok(StudyRow {
        id: StudyId::from(row.text(0)?),
        title: row.text(1)?,
        version: u32::try_from(row.int(2)?).map_err(|_| StoreError::damaged("a version"))?,
        fingerprint: row.text(3)?,
        simulated: row.flag(4)?,
        registered: moment(row.int(5)?),
        sealed,
        unblinded: row.maybe_int(8)?.map(moment),
    })
}

impl Store {
    /// Registers a study folder that was read and checked, or a new version of it, which needs a
    /// reason.
    ///
    /// # Errors
    ///
    /// A change of a registered study has no reason, a scheme changed under the number by which recordings are
    /// coded, or nothing can be written.
    pub async fn register_study(
        &self,
        actor: &Actor,
        folder: &StudyFolder,
        protocol: &Protocol,
        at: Moment,
        reason: Option<&str>,
    ) -> Result<Receipt> {
        let mut files = BTreeMap::new();
        let mut others = Vec::new();
        let mut objects = Vec::new();
        let is_data = |name: &str| protocol.data.iter().any(|data| data.file == name);
        for name in folder.names() {
            match folder.bytes(name) {
                // Records do not belong to the plan; they come in by their own way.
                Ok(bytes) if !is_data(name) => {
                    files.insert(name.to_owned(), hex::encode(&Sha256::digest(bytes)));
                    objects.push(bytes.to_vec());
                }
                _ if is_data(name) => others.push(name.to_owned()),
                _ => {}
            }
        }
        let command = Command::RegisterStudy {
            title: protocol.study.title.clone(),
            fingerprint: protocol.fingerprint.clone(),
            simulated: protocol.study.simulated,
            files,
            others,
        };
        let id = protocol.study.id.clone();
        let version = self.study(&id).await.map_or(0, |study| study.version);
        let key = format!("study {id} {} after {version}", protocol.fingerprint);
        let notes = self.notes_of_schemes(&id, protocol).await?;
        let commands = [command].into_iter().chain(notes).collect();
        let mut request = Request::all(Some(id), commands, at).with_key(key);
        request.reason = reason.map(str::to_owned);
        request.objects = objects;
        self.execute(actor, request).await
    }

    /// All studies, by title.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn studies(&self) -> Result<Vec<StudyRow>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, title, version, fingerprint, simulated, registered, \
             sealed_fingerprint, sealed, unblinded FROM study ORDER BY title, id";
        let rows = reader.db().rows(sql, Vec::new()).await?;
        rows.iter().map(study).collect()
    }

    /// The study with this id.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn study(&self, id: &StudyId) -> Result<StudyRow> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, title, version, fingerprint, simulated, registered, \
             sealed_fingerprint, sealed, unblinded FROM study WHERE id = $1";
        let row = reader.db().row(sql, values![id.as_str()]).await?;
        study(&row.ok_or_else(|| StoreError::not_found("study", id))?)
    }

    /// All versions of a study's folder, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn study_versions(&self, id: &StudyId) -> Result<Vec<StudyVersion>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT version, fingerprint, files, at FROM study_version WHERE study = $1 \
             ORDER BY version";
        let rows = reader.db().rows(sql, values![id.as_str()]).await?;
        let read = |row: &Row| {
            Ok(StudyVersion {
                version: u32::try_from(row.int(0)?).unwrap_or(u32::MAX),
                fingerprint: row.text(1)?,
                files: row.json(2)?,
                at: moment(row.int(3)?),
            })
        };
        rows.iter().map(read).collect()
    }

    /// A stored file by its SHA-256: a consent text bit for bit as it was shown.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn object(&self, hash: &str) -> Result<Arc<[u8]>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT bytes FROM object WHERE hash = $1";
        let row = reader.db().row(sql, values![hash]).await?;
        let row = row.ok_or_else(|| StoreError::not_found("stored file", hash))?;
        Ok(Arc::from(row.bytes(0)?))
    }

    /// When and why arms were revealed.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn unblindings(&self, id: &StudyId) -> Result<Vec<Unblinding>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT dyad, actor, at, reason FROM unblinding WHERE study = $1 \
             ORDER BY sequence";
        let rows = reader.db().rows(sql, values![id.as_str()]).await?;
        let read = |row: &Row| {
            Ok(Unblinding {
                dyad: row.maybe_parsed(0)?,
                actor: row.text(1)?,
                at: moment(row.int(2)?),
                reason: row.text(3)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
