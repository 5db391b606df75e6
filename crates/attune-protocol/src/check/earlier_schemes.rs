//! Earlier versions of coding schemes: files of their own, checked like any scheme.

use super::Checking;
use crate::{
    Protocol, StudyFolder,
    id::SchemeId,
    problem::{Problem, Problems},
    scheme::Scheme,
    written::Written,
};

/// The only file of the smallest study that holds one scheme.
const SCHEME_FILE: &str = "scheme.toml";

impl Scheme {
    /// Reads the text of a scheme file by itself, as the scheme with this id.
    ///
    /// # Errors
    ///
    /// All problems of the text; their file is called `scheme.toml`.
    pub fn read_alone(id: &SchemeId, text: &[u8]) -> Result<Self, Problems> {
        // Schemes are checked as part of a study, so the smallest study there is goes around it.
        let study = format!(
            "format = 1\n\n[study]\nid = \"one-scheme\"\ntitle = \"One scheme\"\n\
             allocation = \"none\"\n\n[[scheme]]\nid = \"{id}\"\nfile = \"{SCHEME_FILE}\"\n"
        );
        let folder = StudyFolder::from_files([
            ("study.toml".to_owned(), study.into_bytes()),
            (SCHEME_FILE.to_owned(), text.to_vec()),
        ]);
        let (protocol, _) = Protocol::read_folder(&folder)?;
        let scheme = protocol.schemes.into_iter().find(|scheme| scheme.id == *id);
        // A study without problems has the scheme that it names.
        Ok(scheme.expect("the scheme of the smallest study"))
    }
}

impl Checking<'_> {
    /// The earlier versions of a scheme, newest first.
    pub(super) fn earlier(&mut self, table: &Written, newest: (&SchemeId, u32)) -> Vec<Scheme> {
        let (id, version) = newest;
        let mut earlier: Vec<Scheme> = Vec::new();
        for name in table.texts("earlier") {
            let Ok(bytes) = self.folder.bytes(name.text) else {
                continue;
            };
            match Scheme::read_alone(id, bytes) {
                Ok(scheme) if scheme.version >= version => self.reading.error(
                    name.at,
                    format!(
                        "this is version {}, and the present one is {version}",
                        scheme.version
                    ),
                    "name files of lower versions here; the highest is the scheme itself",
                ),
                Ok(scheme) if earlier.iter().any(|one| one.version == scheme.version) => {
                    self.reading.error(
                        name.at,
                        format!("version {} of the scheme stands here twice", scheme.version),
                        "name each version once",
                    );
                }
                Ok(scheme) => earlier.push(scheme),
                Err(problems) => {
                    let place = self.reading.place(name.at);
                    let of_file = problems.into_iter().map(|mut problem: Problem| {
                        match problem.place.file.as_str() {
                            SCHEME_FILE => name.text.clone_into(&mut problem.place.file),
                            _ => problem.place = place.clone(),
                        }
                        problem
                    });
                    self.reading.problems.extend(of_file);
                }
            }
        }
        earlier.sort_by_key(|scheme| std::cmp::Reverse(scheme.version));
        earlier
    }
}
