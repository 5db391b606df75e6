//! Signed heads. The last hash of each chain, signed and written outside the database, one small
//! file per head: whoever cuts off the end of a chain, or makes a whole chain anew, cannot make the
//! heads that were signed before.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use ed25519_dalek::{Signature, Signer, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::{
    entry::INSTANCE,
    error::{Result, StoreError},
    hex,
    keys::Keys,
    moment::Moment,
    store::Store,
};

/// The head of a chain, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The chain.
    pub chain: String,
    /// Its last row.
    pub sequence: i64,
    /// Hash of that row, lower-case hexadecimal.
    pub hash: String,
    /// When it was signed, RFC 3339.
    pub at: String,
    /// Ed25519 signature over the lines above, lower-case hexadecimal.
    pub signature: String,
}

impl SignedHead {
    fn sign(keys: &Keys, chain: String, sequence: i64, hash: String, at: Moment) -> Self {
        let mut head = Self {
            chain,
            sequence,
            hash,
            at: at.rfc3339(),
            signature: String::new(),
        };
        let signature = keys.signing().sign(head.message().as_bytes());
        head.signature = hex::encode(&signature.to_bytes());
        head
    }

    fn message(&self) -> String {
        format!(
            "attune head 1\n{}\n{}\n{}\n{}\n",
            self.chain, self.sequence, self.hash, self.at
        )
    }

    fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let bytes = hex::decode(&self.signature);
        let bytes = bytes.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        bytes.is_some_and(|bytes| {
            let signature = Signature::from_bytes(&bytes);
            key.verify_strict(self.message().as_bytes(), &signature)
                .is_ok()
        })
    }
}

/// All heads of a folder that are signed by the store's key, and files that are not.
#[derive(Debug, Clone, Default)]
pub struct HeadsFound {
    /// Hash by place, by chain.
    pub signed: BTreeMap<String, BTreeMap<i64, String>>,
    /// Files that are no head or have another signature.
    pub unsound: Vec<PathBuf>,
}

/// Reads the folder of heads.
///
/// # Errors
///
/// It cannot be listed.
pub fn read(folder: &Path, key: &VerifyingKey) -> Result<HeadsFound> {
    let mut found = HeadsFound::default();
    if !folder.exists() {
        return Ok(found);
    }
    for file in files_below(folder)? {
        let head = fs::read_to_string(&file)
            .ok()
            .and_then(|text| serde_json::from_str::<SignedHead>(&text).ok())
            .filter(|head| head.is_signed_by(key));
        match head {
            Some(head) => {
                let of_chain = found.signed.entry(head.chain).or_default();
                of_chain.insert(head.sequence, head.hash);
            }
            None => found.unsound.push(file),
        }
    }
    Ok(found)
}

/// Files of heads, two levels down.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = |folder: &Path| -> std::io::Result<Vec<PathBuf>> {
        let entries: std::io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
        Ok(entries?.into_iter().map(|entry| entry.path()).collect())
    };
    let unreadable = || StoreError::file("cannot list the folder of heads");
    let mut files = Vec::new();
    for chain in list(folder).map_err(unreadable())? {
        if chain.is_dir() {
            files.extend(list(&chain).map_err(unreadable())?);
        }
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Ok(files)
}

/// The folder of a chain's heads.
pub(crate) fn folder_of(heads: &Path, chain: &str) -> PathBuf {
    heads.join(if chain == INSTANCE { "instance" } else { chain })
}

impl Store {
    /// Signs the heads of all chains and writes each that is new.
    ///
    /// # Errors
    ///
    /// The database cannot be read, or a file cannot be written.
    pub async fn sign_heads(&self, at: Moment) -> Result<Vec<SignedHead>> {
        let rows = {
            let mut reader = self.reader().await?;
            let sql = "SELECT chain, sequence, hash FROM chain ORDER BY chain";
            reader.db().rows(sql, Vec::new()).await?
        };
        let mut signed = Vec::new();
        for row in &rows {
            let (chain, sequence) = (row.text(0)?, row.int(1)?);
            let folder = folder_of(&self.location().heads(), &chain);
            let file = folder.join(format!("{sequence:012}.json"));
            if file.exists() {
                continue;
            }
            let hash = hex::encode(&row.bytes(2)?);
            let head = SignedHead::sign(self.keys(), chain, sequence, hash, at);
            write_head(&folder, &file, &head).map_err(StoreError::file(format!(
                "cannot write the signed head {}",
                file.display()
            )))?;
            signed.push(head);
        }
        Ok(signed)
    }
}

fn write_head(folder: &Path, file: &Path, head: &SignedHead) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut temporary, head)?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}
