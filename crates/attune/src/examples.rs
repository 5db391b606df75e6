//! The example studies of `studies/`, carried inside the binary so that the demo works wherever it
//! is copied.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../studies"]
struct Studies;

/// One example study.
pub struct Example {
    /// Its folder.
    pub id: &'static str,
}

/// All example studies: the one with real data first, the one without data last.
pub const ALL: &[Example] = &[
    Example {
        id: "early-intervention",
    },
    Example {
        id: "hostel-clinic",
    },
    Example {
        id: "community-clinic",
    },
    Example {
        id: "baby-clinic-groups",
    },
];

impl Example {
    /// Its files by their path within the study folder, in the order of their names.
    pub fn files(&self) -> Vec<(String, Cow<'static, [u8]>)> {
        let prefix = format!("{}/", self.id);
        let mut names: Vec<_> = Studies::iter()
            .filter(|name| name.starts_with(&prefix))
            .collect();
        names.sort();
        names
            .iter()
            .filter_map(|name| Some((name[prefix.len()..].to_owned(), Studies::get(name)?.data)))
            .collect()
    }
}
