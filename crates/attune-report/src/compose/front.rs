//! The title block: what the study is, who answers for it, whether its data are real.

use attune_protocol::study::{Allocation, Study, StudyStatus};
use jiff::civil::Date;

use super::context::Context;
use crate::{Fingerprints, Person, Profile, Report, Text};

pub fn matter(context: &Context<'_>, profile: Profile) -> Report {
    let study = &context.protocol.study;
    let findings = context.findings;
    // Plain words come first where the text is in plain words.
    let (title, plain_title) = match (profile, &study.plain_title) {
        (Profile::Lay, Some(plain)) => (plain.clone(), Some(study.title.clone())),
        _ => (study.title.clone(), study.plain_title.clone()),
    };
    Report {
        profile,
        study: study.id.to_string(),
        title,
        plain_title,
        simulated: context.is_simulated(),
        has_data: !context.has_no_data(),
        permuted: false,
        data_sentence: data_sentence(context).to_owned(),
        data_statement: study.data_statement.clone(),
        people: people(context),
        facts: facts(context, profile),
        sections: Vec::new(),
        references: Vec::new(),
        fingerprints: Fingerprints {
            protocol: findings.protocol_fingerprint.clone(),
            data: findings.data_fingerprint.clone(),
            engine: findings.engine.clone(),
            seed: findings.seed,
        },
        labels: Default::default(),
    }
}

fn data_sentence(context: &Context<'_>) -> &'static str {
    match context.is_simulated() {
        true => "The data are made up. No number in this report describes a real family.",
        false if context.has_no_data() => "Nothing has been recorded.",
        false => "The data are real.",
    }
}

fn people(context: &Context<'_>) -> Vec<Person> {
    let team = context.protocol.team.iter();
    team.map(|member| {
        let details: Vec<&str> = [&member.role, &member.affiliation]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        Person {
            name: member.name.clone(),
            detail: (!details.is_empty()).then(|| details.join(", ")),
            orcid: member.orcid.clone(),
        }
    })
    .collect()
}

/// All that the study file says of the study; short documents have what their readers look for.
fn facts(context: &Context<'_>, profile: Profile) -> Vec<(String, Text)> {
    let wanted: &[&str] = match profile {
        Profile::Full | Profile::Annex => return all_facts(context),
        Profile::Journal => &["Design", "Registration", "Ethics", "Funder"],
        Profile::Commissioner => &["Status", "Dates", "Partners", "Funder", "Contact"],
        Profile::Lay => &["Status", "Partners", "Funder", "Ethics", "Contact"],
    };
    let mut facts = all_facts(context);
    facts.retain(|(name, _)| wanted.contains(&name.as_str()));
    facts
}

fn all_facts(context: &Context<'_>) -> Vec<(String, Text)> {
    let study = &context.protocol.study;
    let mut facts: Vec<(String, Text)> = Vec::new();
    if !context.has_words_only() {
        facts.push(("Design".to_owned(), design_words(context).into()));
    }
    facts.push(("Status".to_owned(), status_words(study.status).into()));
    let mut fact = |name: &str, text: Option<Text>| {
        facts.extend(text.map(|text| (name.to_owned(), text)));
    };
    fact("Dates", dates(study).map(Text::from));
    fact("Partners", partners(context));
    fact("Funder", study.funder.clone().map(Text::own));
    fact("Ethics", study.ethics_reference.clone().map(Text::own));
    fact("Registration", study.registration.clone().map(Text::own));
    fact("Contact", study.contact.clone().map(Text::own));
    facts
}

/// The design in a phrase: how many sites and arms, and how dyads came to their arm.
pub fn design_words(context: &Context<'_>) -> String {
    let arms = context.protocol.arms.len();
    let sites = attune_analysis::words::count_of(context.protocol.sites.len(), "site", "sites");
    if context.is_before_and_after() {
        let phases = context.protocol.phases.len();
        return format!("{sites}, compared with itself; {phases} phases");
    }
    let compared = match arms {
        0 | 1 => "one arm".to_owned(),
        _ => format!("{arms} arms compared"),
    };
    let allocation = allocation_words(context.protocol.study.allocation);
    format!("{sites}, {compared}; {allocation}")
}

/// How dyads came to their arm, in a phrase.
pub fn allocation_words(allocation: Allocation) -> &'static str {
    match allocation {
        Allocation::Site => "not randomised: each site has its arm and its dyads share it",
        Allocation::RandomisedSite => "sites were randomised to arms",
        Allocation::Dyad => "not randomised: each dyad has its own arm",
        Allocation::RandomisedDyad => "dyads were randomised to arms",
        Allocation::DyadNotStated => "each dyad has its own arm; how it came to it is not stated",
        Allocation::None => "no allocation to arms",
    }
}

fn status_words(status: StudyStatus) -> &'static str {
    match status {
        StudyStatus::Planned => "planned",
        StudyStatus::Recruiting => "recruiting",
        StudyStatus::FollowUp => "in follow-up",
        StudyStatus::Completed => "completed",
        StudyStatus::Stopped => "stopped early",
    }
}

/// First and last day of the study.
pub fn dates(study: &Study) -> Option<String> {
    let words = |date: Date| date.strftime("%-d %B %Y").to_string();
    match (study.started.map(words), study.ended.map(words)) {
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(to)) => Some(format!("to {to}")),
        (None, None) => None,
    }
}

fn partners(context: &Context<'_>) -> Option<Text> {
    let mut text = Text::default();
    for partner in &context.protocol.partners {
        if !text.is_empty() {
            text = text.and("; ");
        }
        text = text.and_own(&partner.name);
        if let Some(role) = &partner.role {
            text = text.and(" (").and_own(role).and(")");
        }
    }
    (!text.is_empty()).then_some(text)
}
