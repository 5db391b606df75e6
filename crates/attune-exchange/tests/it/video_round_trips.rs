//! Real files written and read again: what a format can hold comes back.

use attune_exchange::video_coding::{CodingFile, Target, write_project};
use attune_records::observation::{CodingProject, Event, Span};

use crate::video_samples::expected_samples;

/// An event as text, without where it stood in its file.
fn shown(event: &Event, with: &[Fact]) -> String {
    let mut text = match event.span {
        Span::State(interval) => format!("{interval}"),
        Span::Point(at) => format!("at {at}"),
        Span::Open { start } => format!("from {start}"),
        Span::Unstarted { stop } => format!("until {stop}"),
    };
    for fact in with {
        let fact = match fact {
            Fact::Subject => format!("{:?}", event.subject),
            Fact::Behaviour => event.behaviour.to_string(),
            Fact::Modifiers => chosen(event),
            // Cells of tables lose blanks at their ends.
            Fact::Comments => [&event.comment, &event.stop_comment]
                .map(|text| text.as_deref().unwrap_or("–").trim().to_owned())
                .join(" / "),
        };
        text.push_str(&format!(" {fact}"));
    }
    text
}

/// What was chosen; sets of which nothing was chosen are the same as none.
fn chosen(event: &Event) -> String {
    let modifiers = event
        .modifiers
        .as_slice()
        .iter()
        .filter(|modifier| !modifier.values.is_empty());
    let mut chosen: Vec<String> = modifiers
        .map(|m| format!("{}={}", m.set, m.values.join(",")))
        .collect();
    chosen.sort();
    chosen.join(" ")
}

#[derive(Clone, Copy)]
enum Fact {
    Subject,
    Behaviour,
    Modifiers,
    Comments,
}

const ALL: [Fact; 4] = [
    Fact::Subject,
    Fact::Behaviour,
    Fact::Modifiers,
    Fact::Comments,
];

fn events(project: &CodingProject, with: &[Fact]) -> Vec<String> {
    let mut events: Vec<String> = project
        .events()
        .map(|(one, event)| format!("{}: {}", one.id, shown(event, with)))
        .collect();
    events.sort();
    events
}

/// Writes observations and reads them again.
fn there_and_back(project: &CodingProject, target: Target, ending: &str) -> CodingProject {
    let written = write_project(project, target).expect("written");
    let file = CodingFile::read(&format!("sample.{ending}"), &written.bytes).expect("readable");
    file.to_project(&only_id(project))
        .expect("observations")
        .project
}

fn only_id(project: &CodingProject) -> String {
    project
        .observations()
        .first()
        .map_or(String::new(), |one| one.id.to_string())
}

#[test]
fn every_document_is_written_back_as_it_was() {
    let mut n = 0;
    for (name, path, _) in expected_samples() {
        let Ok(file) = CodingFile::open(&path) else {
            continue;
        };
        let own = [
            (Target::Boris, "boris"),
            (Target::BorisGz, "boris.gz"),
            (Target::Elan, "eaf"),
            (Target::TextGrid, "TextGrid"),
            (Target::WebVtt, "vtt"),
            (Target::SubRip, "srt"),
            (Target::Datavyu, "opf"),
            (Target::DatavyuCsv, "csv"),
        ];
        for (target, ending) in own {
            let Some(bytes) = file.copy_as(target) else {
                continue;
            };
            let again = CodingFile::read(&format!("copy.{ending}"), &bytes).expect("readable");
            let (mut before, mut after) = (file.counts(), again.counts());
            for counts in [&mut before, &mut after] {
                // The archive around a spreadsheet is another one, or none.
                for key in [
                    "members",
                    "project_version",
                    "db_first_line",
                    "n_rows",
                    "n_columns_max",
                    "first_row",
                    "holds",
                ] {
                    counts.remove(key);
                }
            }
            assert_eq!(before, after, "{name}");
            let (before, after) = (file.to_project("x"), again.to_project("x"));
            let (before, after) = (before.expect("observations"), after.expect("observations"));
            assert_eq!(
                events(&before.project, &ALL),
                events(&after.project, &ALL),
                "{name}"
            );
            assert_eq!(before.project.scheme, after.project.scheme, "{name}");
            n += 1;
        }
    }
    eprintln!("{n} copies compared");
}

#[test]
fn observations_come_back_from_the_formats_that_hold_them() {
    let mut n = 0;
    for (name, path, _) in expected_samples() {
        let Ok(file) = CodingFile::open(&path) else {
            continue;
        };
        let Ok(read) = file.to_project("sample") else {
            continue;
        };
        let project = read.project;
        let has_texts = project
            .events()
            .all(|(_, event)| !event.behaviour.is_empty());
        for (target, ending, facts) in [
            (Target::Boris, "boris", &ALL[..]),
            (Target::Csv, "csv", &ALL[..]),
            (Target::Xlsx, "xlsx", &ALL[..]),
        ] {
            let written = write_project(&project, target).expect("written");
            let left_out = written
                .not_held
                .iter()
                .any(|lost| lost.why.contains("left out"));
            if left_out
                || !has_texts
                || (target == Target::Csv && project.events().next().is_none())
            {
                continue;
            }
            let again = there_and_back(&project, target, ending);
            let tidy =
                |project: &CodingProject| events(project, facts).join("\n").replace("\r\n", "\n");
            assert_eq!(
                trimmed(&tidy(&project)),
                trimmed(&tidy(&again)),
                "{name} as {ending}"
            );
            n += 1;
        }
    }
    eprintln!("{n} projects compared");
}

/// Cells of tables lose blanks at their ends.
fn trimmed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn single_observations_come_back_from_elan_praat_and_datavyu() {
    let mut n = 0;
    for (name, path, _) in expected_samples() {
        let Ok(file) = CodingFile::open(&path) else {
            continue;
        };
        let Ok(read) = file.to_project("sample") else {
            continue;
        };
        for one in read.project.observations() {
            let single = CodingProject::default()
                .with_observations(vec![one.clone()])
                .expect("one");
            let has_texts = one
                .events()
                .iter()
                .all(|event| !event.behaviour.trim().is_empty());
            for (target, ending, facts) in [
                (Target::Elan, "eaf", &ALL[..]),
                (Target::TextGrid, "TextGrid", &[][..]),
                (Target::Datavyu, "opf", &[][..]),
            ] {
                let written = write_project(&single, target).expect("written");
                let is_changed = written.not_held.iter().any(|lost| {
                    ["left out", "rounded", "a point"]
                        .iter()
                        .any(|word| lost.why.contains(word))
                });
                if is_changed || !has_texts || one.events().is_empty() {
                    continue;
                }
                let again = there_and_back(&single, target, ending);
                // Sets of modifiers that nothing was chosen of have no annotation in ELAN.
                let facts: Vec<Fact> = facts
                    .iter()
                    .copied()
                    .filter(|fact| !matches!(fact, Fact::Modifiers | Fact::Subject))
                    .collect();
                assert_eq!(
                    events(&single, &facts),
                    events(&again, &facts),
                    "{name} as {ending}"
                );
                n += 1;
            }
        }
    }
    eprintln!("{n} observations compared");
}
