//! What leaves is noted before it is sent: what, by whom, when, with the fingerprint of the file. A family that
//! withdraws is told of it later, since nobody can call it back.

use attune_store::{
    Command,
    handed_out::{Handed, HandedOut},
    ids::DyadKey,
};
use sha2::{Digest, Sha256};

use crate::{
    access::Action,
    failure::Failure,
    family::{change, new_key},
    pages::form::names_of_staff,
    visit::Visit,
    words,
};

/// Notes that a file is handed out. `about` is the one coding that it holds, where it holds one.
pub async fn note(
    visit: &Visit,
    action: Action,
    what: Handed,
    about: Option<String>,
    (name, bytes): (&str, &[u8]),
) -> Result<(), Failure> {
    let digest = Sha256::digest(bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let facts = [("file", name.to_owned()), ("SHA-256", digest)];
    let note = Command::Note {
        what: what.word().to_owned(),
        subject: about,
        facts: facts.map(|(name, value)| (name.to_owned(), value)).into(),
    };
    change(visit, action, &new_key(), vec![note], "", Vec::new()).await?;
    Ok(())
}

/// One thing that was handed out, in words.
pub struct OnPage {
    /// When.
    pub at: String,
    /// Who took it.
    pub who: String,
    /// What it is.
    pub what: &'static str,
    /// Name of the file, where it was noted.
    pub file: Option<String>,
    /// Its fingerprint, where it was noted.
    pub fingerprint: Option<String>,
}

/// What was handed out with a family in it, newest first.
pub async fn with_family(visit: &Visit, dyad: DyadKey) -> Result<Vec<OnPage>, Failure> {
    let names = names_of_staff(visit).await?;
    let study = &visit.study()?.id;
    let handed_out = visit.app.store().handed_out(study, dyad).await?;
    let one = |one: HandedOut| OnPage {
        at: words::moment(&one.at),
        who: names
            .get(&one.actor)
            .cloned()
            .unwrap_or_else(|| "the program".to_owned()),
        what: match one.what {
            Handed::Export => "data, this family among them, under its study code or less",
            Handed::Report => "a report, this family counted in its figures",
            Handed::Codings => "codings of recordings of this family",
        },
        file: one.facts.get("file").cloned(),
        fingerprint: one.facts.get("SHA-256").cloned(),
    };
    Ok(handed_out.into_iter().map(one).collect())
}
