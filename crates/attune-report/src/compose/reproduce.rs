//! What the report was made from, and the commands that make it again.

use super::context::Context;
use crate::{Block, Profile, Section, Text};

pub fn section(context: &Context<'_>, profile: Profile) -> Section {
    let findings = context.findings;
    let mut section = Section::new("reproduce", "Making this report again");
    section.say(
        "The same study folder, the same program and the same seed give this report again, byte for \
         byte. The fingerprints are SHA-256; another fingerprint means that something has changed.",
    );
    section.push(Block::Facts(vec![
        ("Study".into(), Text::code(&findings.study)),
        (
            "Protocol".into(),
            Text::code(&findings.protocol_fingerprint),
        ),
        ("Data".into(), Text::code(&findings.data_fingerprint)),
        ("Program".into(), Text::code(&findings.engine)),
        ("Seed".into(), Text::code(findings.seed.to_string())),
    ]));
    let study = &findings.study;
    let for_whom = match profile {
        Profile::Full => String::new(),
        other => format!(" --profile {}", other.id()),
    };
    section.push(Block::Commands(vec![
        format!("attune check {study}"),
        format!("attune analyse {study} --seed {}", findings.seed),
        format!(
            "attune report {study} --seed {}{for_whom} --to html --out reports",
            findings.seed
        ),
    ]));
    section
}

/// The works that the report cites.
pub fn references() -> Section {
    let mut section = Section::new("references", "References");
    section.push(Block::References);
    section
}
