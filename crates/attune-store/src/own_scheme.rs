//! The scheme that came with a coder's own project from another tool. It is kept as the text of a scheme
//! file and checked like one of a study.

use attune_protocol::{id::SchemeId, scheme::Scheme};

use crate::error::{Result, StoreError};

/// Reads the text of a scheme file as the scheme with this id.
///
/// # Errors
///
/// The text is no sound scheme file; all its faults are told.
pub fn read(id: &SchemeId, text: &str) -> Result<Scheme> {
    Scheme::read_alone(id, text.as_bytes())
        .map_err(|problems| StoreError::Refused(problems.to_string()))
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
