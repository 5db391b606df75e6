//! The scheme that came with a coder's own project from another tool. It is kept as the text of a scheme
//! file and checked like one of a study.

use attune_protocol::{Protocol, StudyFolder, id::SchemeId, scheme::Scheme};

use crate::error::{Result, StoreError};

/// Reads the text of a scheme file as the scheme with this id.
///
/// # Errors
///
/// The text is no sound scheme file; all its faults are told.
pub fn read(id: &SchemeId, text: &str) -> Result<Scheme> {
    // Schemes are checked as part of a study, so the smallest study there is goes around it.
    let study = format!(
        "format = 1\n\n[study]\nid = \"own-project\"\ntitle = \"A coder's own project\"\n\
         allocation = \"none\"\n\n[[scheme]]\nid = \"{id}\"\nfile = \"scheme.toml\"\n"
    );
    let folder = StudyFolder::from_files([
        ("study.toml".to_owned(), study.into_bytes()),
        ("scheme.toml".to_owned(), text.as_bytes().to_vec()),
    ]);
    let (protocol, _) = Protocol::read_folder(&folder)
        .map_err(|problems| StoreError::Refused(problems.to_string()))?;
    let scheme = protocol.schemes.into_iter().find(|one| one.id == *id);
    scheme.ok_or_else(|| StoreError::damaged("a scheme file without a scheme"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_scheme_file_alone_is_read_and_its_faults_are_told() {
        let text = "title = \"Play\"\nversion = 1\nabout = \"dyad\"\nsampling = [\"continuous\"]\n\
                    [[subject]]\nid = \"infant\"\nlabel = \"Infant\"\nkind = \"infant\"\n\
                    [[point]]\nid = \"smile\"\nlabel = \"Smile\"\ndefinition = \"Corners up.\"\n";
        let scheme = read(&"own-1".into(), text).expect("a scheme");
        assert_eq!((&*scheme.id, scheme.points.len()), ("own-1", 1));
        let wrong = text.replace("label = \"Smile\"\n", "colour = 3\n");
        let told = read(&"own-1".into(), &wrong)
            .expect_err("refused")
            .to_string();
        assert!(told.contains("colour") && told.contains("label"), "{told}");
    }
}
