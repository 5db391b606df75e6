//! For ethics committees and those who answer for data: who approved the study, who took part and who
//! left, what families were asked to agree to and what a withdrawal does, what is collected by whom,
//! what is missing, what was done otherwise than planned.

use attune_analysis::words;
use attune_protocol::{
    consent::{ConsentPurpose, WithdrawnMedia, WithdrawnRecords},
    page::PagePart,
};

use super::{context::Context, deviations, lay, methods, missingness, participants, reproduce};
use crate::{Block, Column, Profile, Row, Section, Table, Text};

pub fn sections(context: &Context<'_>, methods: &methods::Methods) -> Vec<Section> {
    let of_methods = |id: &str| {
        let found = methods.section.sections.iter().find(|inner| inner.id == id);
        found.cloned().unwrap_or_default()
    };
    vec![
        approval(context),
        of_methods("methods-design"),
        participants::section(context),
        consent(context),
        leaving(context),
        of_methods("methods-outcomes"),
        data(context),
        missingness::section(context),
        deviations::section(context, deviations::Findings::Elsewhere),
        reproduce::section(context, Profile::Annex),
        reproduce::references(),
    ]
}

/// What stays of it for a study of which there are no records and no design.
pub fn without_data(mut sections: Vec<Section>) -> Vec<Section> {
    let stays = ["approval", "consent", "data"];
    sections.retain(|section| stays.contains(&section.id.as_str()));
    sections
}

fn approval(context: &Context<'_>) -> Section {
    let study = &context.protocol.study;
    let mut section = Section::new("approval", "Approval and responsibility");
    let said = |value: &Option<String>| match value {
        Some(value) => Text::own(value),
        None => "not stated in the study file".into(),
    };
    section.push(Block::Facts(vec![
        ("Ethics approval".into(), said(&study.ethics_reference)),
        ("Registration".into(), said(&study.registration)),
        ("Funder".into(), said(&study.funder)),
        ("Contact".into(), said(&study.contact)),
    ]));
    section
}

fn consent(context: &Context<'_>) -> Section {
    let mut section = Section::new("consent", "What families were asked to agree to");
    let consents = &context.protocol.consents;
    if consents.is_empty() {
        section.say("The study file names no consent purpose.");
        return section;
    }
    section.say(
        Text::from("Families agree to each purpose on its own. ")
            .and_see("consent-purposes")
            .and(" says what a withdrawal does, as it was fixed before anybody was asked; ")
            .and_see("consent-texts")
            .and(" has the texts that they saw. Who agreed to what is kept with the study’s records, not here."),
    );
    section.push(Block::Table(purposes(consents)));
    section.push(Block::Table(texts(consents)));
    section
}

fn purposes(consents: &[ConsentPurpose]) -> Table {
    let mut table = Table::new(
        "consent-purposes",
        "Consent purposes, and what a withdrawal does",
        vec![
            Column::words("Purpose"),
            Column::words("Needed to take part"),
            Column::words("Withdrawal: answers and scores"),
            Column::words("Withdrawal: recordings"),
        ],
    );
    for purpose in consents {
        table.rows.push(Row::of(vec![
            Text::own(&purpose.label),
            if purpose.needed_to_take_part {
                "yes"
            } else {
                "no"
            }
            .into(),
            records_words(purpose.withdrawal.records).into(),
            media_words(purpose.withdrawal.media).into(),
        ]));
    }
    table
}

fn records_words(effect: WithdrawnRecords) -> &'static str {
    match effect {
        WithdrawnRecords::Keep => "no new ones; those given stay in the analyses",
        WithdrawnRecords::LeaveOut => "kept, but out of every analysis and export",
        WithdrawnRecords::Erase => "erased",
    }
}

fn media_words(effect: WithdrawnMedia) -> &'static str {
    match effect {
        WithdrawnMedia::Keep => "stay",
        WithdrawnMedia::Delete => "deleted with what was made from them; codes stay",
        WithdrawnMedia::DeleteWithCodes => "deleted, and the codes too",
    }
}

fn texts(consents: &[ConsentPurpose]) -> Table {
    let mut table = Table::new(
        "consent-texts",
        "Consent texts by version",
        vec![
            Column::words("Purpose"),
            Column::words("Version"),
            Column::words("Language"),
            Column::words("From"),
            Column::words("Fingerprint (SHA-256, beginning)"),
        ],
    );
    for purpose in consents {
        for text in &purpose.texts {
            let from = text.from.map_or_else(
                || "not stated".to_owned(),
                |day| day.strftime("%-d %B %Y").to_string(),
            );
            table.rows.push(Row::of(vec![
                Text::own(&purpose.label),
                Text::own(&text.version),
                Text::own(&text.language),
                from.into(),
                Text::code(text.fingerprint.chars().take(16).collect::<String>()),
            ]));
        }
    }
    table
}

fn leaving(context: &Context<'_>) -> Section {
    let mut section = Section::new("leaving", "Withdrawals and leaving");
    let reasons = participants::reasons_for_leaving(context);
    if reasons.is_empty() {
        section.say("Nobody is recorded as having left.");
        return section;
    }
    let total: usize = reasons.iter().map(|(_, n)| n).sum();
    section.say(format!(
        "{} left before the last wave. Reasons are those that were recorded; a family need not give one.",
        words::count_of(total, "family", "families")
    ));
    let mut table = Table::new(
        "leaving-table",
        "Reasons for leaving, all sites",
        vec![Column::words("Reason"), Column::numbers("Families")],
    );
    for (reason, n) in reasons {
        table.rows.push(Row::of(vec![
            Text::own(words::capitalised(&reason)),
            Text::count(n),
        ]));
    }
    section.push(Block::Table(table));
    section
}

fn data(context: &Context<'_>) -> Section {
    let mut section = Section::new("data", "Data and their protection");
    section.say(
        "Analyses and reports know families by study codes alone; names and contact data are kept apart \
         and have no place in the files below. A value that is missing has a reason, and is never taken \
         as zero.",
    );
    let files = &context.protocol.data;
    if !files.is_empty() {
        let items = files.iter().map(|file| match &file.sheet {
            Some(sheet) => Text::code(&file.file).and(", sheet ").and_own(sheet),
            None => Text::code(&file.file),
        });
        section.say("Files of records:");
        section.push(Block::List {
            ordered: false,
            items: items.collect(),
        });
    }
    for (part, id, title) in [
        (
            PagePart::DataProtection,
            "data-protection",
            "What families are told about their data",
        ),
        (
            PagePart::Withdrawal,
            "withdrawal",
            "How families are told to withdraw",
        ),
    ] {
        let told = lay::of_page(context, part, id, title);
        match told.is_empty() {
            true => section.say(format!(
                "{title}: the study’s public page does not say it yet."
            )),
            false => section.sections.push(told),
        }
    }
    section
}
