//! The keys of a store: two files that only their owner may read, in a folder outside the data.
//!
//! `master.key` wraps the data keys of persons and of recordings and yields, under a label each, the keys of the blind
//! index, of second factors and of request digests. `signing.key` signs the heads of the audit
//! chains. Whoever has the database without these files has no names.

use std::{fs, io::Write, path::Path};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use ed25519_dalek::{SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    error::{Result, StoreError},
    hex,
};

const MASTER: &str = "master.key";
const SIGNING: &str = "signing.key";
const NONCE_BYTES: usize = 24;

/// The keys of a store.
pub struct Keys {
    master: Zeroizing<[u8; 32]>,
    signing: SigningKey,
}

/// What a key is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Wraps the data keys of persons.
    PersonKeys,
    /// Finds persons by a name that is not stored.
    BlindIndex,
    /// Seals the secrets of second factors.
    SecondFactor,
    /// Recognises a request that is sent again.
    Requests,
    /// Wraps the keys of recordings.
    Recordings,
    /// Tells which keys these are.
    Fingerprint,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::PersonKeys => b"attune person keys 1",
            Self::BlindIndex => b"attune blind index 1",
            Self::SecondFactor => b"attune second factor 1",
            Self::Requests => b"attune requests 1",
            Self::Recordings => b"attune recordings 1",
            Self::Fingerprint => b"attune fingerprint 1",
        }
    }
}

impl Keys {
    /// Reads the keys in `folder`; makes them where `may_make` says that the store is new.
    ///
    /// # Errors
    ///
    /// A file is missing, unreadable, or can be read by others.
    pub(crate) fn open(folder: &Path, may_make: bool) -> Result<Self> {
        if may_make && !folder.join(MASTER).exists() && !folder.join(SIGNING).exists() {
            make_private_folder(folder)?;
            write_private(&folder.join(MASTER), &hex::encode(&*random::<32>()?))?;
            write_private(&folder.join(SIGNING), &hex::encode(&*random::<32>()?))?;
        }
        Ok(Self {
            master: read_key(&folder.join(MASTER))?,
            signing: SigningKey::from_bytes(&*read_key(&folder.join(SIGNING))?),
        })
    }

    /// The key for a purpose, derived from the master key.
    pub(crate) fn derived(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(hmac(&self.master[..], &[purpose.label()]))
    }

    /// Tells which keys these are, and nothing about them: the first 16 bytes of a SHA-256 over a value
    /// that is derived from the master key and the public half of the signing key.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::new()
            .chain_update(&self.derived(Purpose::Fingerprint)[..])
            .chain_update(self.verifying().as_bytes())
            .finalize();
        hex::encode(&hash[..16])
    }

    /// The key that signs heads.
    pub(crate) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The key by which heads are verified.
    pub fn verifying(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }
}

/// HMAC-SHA256 over parts, each preceded by its length.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Seals a text under a key: nonce, then ciphertext. `context` is not stored and must be the same
/// when the text is opened, so that a sealed field cannot be moved to another place.
pub(crate) fn seal(key: &[u8; 32], context: &[u8], text: &[u8]) -> Result<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let nonce = random::<NONCE_BYTES>()?;
    let payload = Payload {
        msg: text,
        aad: context,
    };
    let sealed = cipher
        .encrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| StoreError::Keys("a field could not be sealed".to_owned()))?;
    let mut all = nonce.to_vec();
    all.extend(sealed);
    Ok(all)
}

/// Opens what [`seal`] sealed.
pub(crate) fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let wrong = || {
        StoreError::Keys(
            "a sealed field does not open with this key: the key file is another one, or the \
             field was moved or changed"
                .to_owned(),
        )
    };
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(wrong)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| wrong())?;
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let payload = Payload {
        msg: sealed,
        aad: context,
    };
    let opened = cipher
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| wrong())?;
    Ok(Zeroizing::new(opened))
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0u8; N]);
    getrandom::fill(&mut bytes[..])
        .map_err(|error| StoreError::Keys(format!("no randomness from the system: {error}")))?;
    Ok(bytes)
}

fn read_key(file: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let name = file.display();
    refuse_if_others_may_read(file)?;
    let text = fs::read_to_string(file).map_err(|error| {
        StoreError::Keys(format!(
            "the key file {name} cannot be read ({error}); without it names stay sealed: bring it \
             back from where it is kept"
        ))
    })?;
    let text = Zeroizing::new(text);
    let bytes = hex::decode(text.trim()).map(Zeroizing::new);
    let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    key.map(Zeroizing::new).ok_or_else(|| {
        StoreError::Keys(format!(
            "the key file {name} does not hold a key of 64 hexadecimal digits"
        ))
    })
}

#[cfg(unix)]
fn refuse_if_others_may_read(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = fs::metadata(file) else {
        return Ok(());
    };
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let name = file.display();
    Err(StoreError::Keys(format!(
        "others may read the key file {name}; run `chmod 600 {name}` and think about who may have \
         seen it"
    )))
}

#[cfg(not(unix))]
fn refuse_if_others_may_read(_: &Path) -> Result<()> {
    Ok(())
}

fn make_private_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(StoreError::file(format!(
        "cannot make the folder of keys {}",
        folder.display()
    )))
}

/// Writes a new file that only its owner may read; never over an old one.
pub(crate) fn write_private(file: &Path, text: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let write = || {
        let mut file = options.open(file)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    };
    write().map_err(StoreError::file(format!("cannot write {}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::{Keys, Purpose, open, seal};

    #[test]
    fn asvs_11_3_2_and_11_3_3_a_sealed_text_opens_only_with_its_key_in_its_place() {
        let key = [7u8; 32];
        let sealed = seal(&key, b"person 1, name", b"Wren").expect("seals");
        let opened = open(&key, b"person 1, name", &sealed).expect("opens");
        assert_eq!(&opened[..], b"Wren");
        assert!(open(&[8u8; 32], b"person 1, name", &sealed).is_err());
        assert!(open(&key, b"person 2, name", &sealed).is_err());
        let again = seal(&key, b"person 1, name", b"Wren").expect("seals");
        assert_ne!(sealed, again, "two sealings of one text do not look alike");
    }

    #[cfg(unix)]
    #[test]
    fn asvs_13_3_1_key_files_are_private_and_refused_when_they_are_not() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(&folder.path().join("keys"), true).expect("made");
        let master = folder.path().join("keys/master.key");
        let mode = fs::metadata(&master).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Keys::open(&folder.path().join("keys"), false).expect("read");
        assert_eq!(
            *keys.derived(Purpose::BlindIndex),
            *again.derived(Purpose::BlindIndex)
        );
        fs::set_permissions(&master, fs::Permissions::from_mode(0o644)).expect("changed");
        let refused = Keys::open(&folder.path().join("keys"), false);
        assert!(refused.is_err_and(|error| error.to_string().contains("chmod 600")));
    }
}
