//! Studies for tests: the examples from their folders, and one in memory.

use std::path::PathBuf;

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::measure;
use attune_protocol::{Protocol, StudyFolder};

/// An example study with its findings.
pub fn example(id: &str) -> (Protocol, Findings) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../studies")
        .join(id);
    let (protocol, warnings) =
        Protocol::read(&folder).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(warnings.is_empty(), "{id} has no warnings");
    let (records, _) = attune_exchange::read_records(&protocol, &folder)
        .unwrap_or_else(|problems| panic!("{}", problems.rendered()));
    let measures = measure(&protocol, &records);
    let findings = analyse(&protocol, &measures, &Settings::default());
    (protocol, findings)
}

/// A study that has a page and nothing else.
pub fn page_only(more: &str, page: &str) -> Protocol {
    let study = format!(
        "format = 1\n[study]\nid = \"tea\"\ntitle = \"Tea\"\nallocation = \"none\"\npage = \"page.md\"\n{more}"
    );
    let folder = StudyFolder::from_files([("study.toml", study.as_str()), ("page.md", page)]);
    match Protocol::read_folder(&folder) {
        Ok((protocol, _)) => protocol,
        Err(problems) => panic!("{problems}"),
    }
}
