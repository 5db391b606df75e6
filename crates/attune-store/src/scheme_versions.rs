//! New versions of coding schemes, when a changed study folder is registered: what was coded stays under the rules
//! that it was coded by. A scheme that changes what coders code needs a new number; the log says that it got one and
//! what stays under the old one.

use std::collections::BTreeMap;

use attune_protocol::{Protocol, id::StudyId, scheme::Scheme};

use crate::{
    clips::ClipRow,
    command::Command,
    error::{Result, StoreError},
    store::Store,
};

/// What the note in the log is called.
pub const NOTE: &str = "scheme-version";

impl Store {
    /// The notes that go with a new version of a study: one for each scheme with another number.
    ///
    /// # Errors
    ///
    /// A scheme changed, is coded by, and kept its number; all such schemes are told.
    pub(crate) async fn notes_of_schemes(
        &self,
        study: &StudyId,
        new: &Protocol,
    ) -> Result<Vec<Command>> {
        if self.study(study).await.is_err() {
            return Ok(Vec::new());
        }
        let mut clips: Vec<ClipRow> = self.clips(study).await?;
        clips.retain(|clip| !clip.is_own);
        let old = self.protocol(study).await?;
        let (mut notes, mut faults) = (Vec::new(), Vec::new());
        for scheme in &new.schemes {
            let n = |version: u32| {
                let by = clips.iter();
                by.filter(|clip| clip.scheme == scheme.id && clip.scheme_version == version)
                    .count()
            };
            if n(scheme.version) > 0 {
                let known = self.coding_scheme(study, &scheme.id, scheme.version).await;
                if !known.is_ok_and(|known| known.codes_alike(scheme)) {
                    faults.push(kept_its_number(scheme, n(scheme.version)));
                }
            }
            let before = old.schemes.iter().find(|one| one.id == scheme.id);
            if let Some(before) = before.filter(|one| one.version != scheme.version) {
                notes.push(Command::Note {
                    what: NOTE.to_owned(),
                    subject: Some(scheme.id.to_string()),
                    facts: BTreeMap::from([
                        ("from".to_owned(), before.version.to_string()),
                        ("to".to_owned(), scheme.version.to_string()),
                        (
                            "recordings kept under the earlier".to_owned(),
                            n(before.version).to_string(),
                        ),
                    ]),
                });
            }
        }
        match faults.is_empty() {
            true => Ok(notes),
            false => Err(StoreError::Refused(faults.join("; "))),
        }
    }
}

fn kept_its_number(scheme: &Scheme, n: usize) -> String {
    let recordings = if n == 1 {
        "recording is"
    } else {
        "recordings are"
    };
    format!(
        "the scheme {} changed what is coded and is still version {}, by which {n} {recordings} coded: write version = {} \
         in it, and these stay under theirs",
        scheme.id,
        scheme.version,
        scheme.version + 1
    )
}
