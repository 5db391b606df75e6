//! The folder that `attune new` writes: a small complete study with invented data, to be changed
//! into one's own.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../template/", $name)))),*]
    };
}

/// Names and contents of the files.
pub fn template() -> &'static [(&'static str, &'static str)] {
    files![
        "README.md",
        "study.toml",
        "page.md",
        "consent/participation-1.en.md",
        "consent/contact-1.en.md",
        "data/invented-families.csv",
        "data/invented-mood.csv",
        "data/invented-attendance.csv",
    ]
}

#[cfg(test)]
mod tests {
    use super::template;
    use crate::{
        Protocol, StudyFolder,
        problem::{Style, render},
    };

    #[test]
    fn the_template_checks_without_a_problem_or_warning() {
        let folder = StudyFolder::from_files(template().iter().copied());
        let (protocol, warnings) = match Protocol::read_folder(&folder) {
            Ok(read) => read,
            Err(problems) => panic!("{problems}"),
        };
        assert!(warnings.is_empty(), "{}", render(&warnings, Style::Plain));
        assert!(protocol.study.simulated);
        assert!(
            protocol
                .data
                .iter()
                .all(|data| data.file.contains("invented"))
        );
    }

    #[test]
    fn the_template_has_every_file_of_its_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("template");
        let on_disk = StudyFolder::on_disk(&folder).expect("the folder can be read");
        let mut embedded: Vec<_> = template().iter().map(|(name, _)| *name).collect();
        embedded.sort_unstable();
        assert_eq!(on_disk.names().collect::<Vec<_>>(), embedded);
    }
}
