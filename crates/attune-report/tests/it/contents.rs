//! What the report says.

use attune_protocol::study::StudyStatus;
use attune_report::{
    Block, Profile, Report, Reported, Section, Text, compose_for, figures, html, tables,
};

use crate::{fixture, report};

#[test]
fn the_report_of_a_study_reads() {
    insta::assert_snapshot!(outline(&report(&fixture::study())));
}

#[test]
fn the_report_of_an_empty_study_says_so() {
    insta::assert_snapshot!(outline(&report(&fixture::empty())));
}

#[test]
fn without_data_every_profile_says_so_and_tells_released_results_in_the_teams_words() {
    let mut study = fixture::empty();
    let page = |study: &fixture::Study, profile| {
        html(&compose_for(&study.protocol, &study.findings, profile, &[]))
    };
    for profile in Profile::ALL {
        assert!(
            page(&study, profile).contains("No participant is recorded"),
            "{profile:?}"
        );
    }
    let markdown = "## Results\n\n### What was found\n\nBabies smiled more.\n\n### What was not found\n\nSleep was as before.\n";
    study.protocol.study.pages = vec![attune_protocol::page::PageText {
        language: "en".to_owned(),
        file: "page.md".to_owned(),
        markdown: markdown.to_owned(),
        words: Default::default(),
    }];
    study.protocol.study.status = StudyStatus::Completed;
    study.protocol.study.results_released = true;
    let released = page(&study, Profile::Lay);
    assert!(released.contains("Babies smiled more.") && released.contains("Sleep was as before."));
    study.protocol.study.results_released = false;
    assert!(!page(&study, Profile::Lay).contains("Babies smiled more."));
}

#[test]
fn figures_are_drawn() {
    let report = report(&fixture::study());
    for (name, svg) in figures(&report) {
        if ["all-outcomes", "flow"]
            .iter()
            .any(|wanted| name.contains(wanted))
        {
            insta::assert_snapshot!(name, svg);
        }
    }
}

#[test]
fn what_is_not_yet_due_has_its_own_words_in_figure_and_tables() {
    let mut study = fixture::study();
    let page = html(&report(&study));
    assert!(!page.contains("ot yet due"), "nothing is to come");

    let description = &mut study.findings.description;
    let last = description.flow[0].waves.last_mut().unwrap();
    last.assessed -= 3;
    last.not_yet_due = 3;
    let wave = last.wave.clone();
    let arm = &mut description.attrition.by_arm[0];
    arm.not_yet_due = vec![(wave.clone(), 3)];
    let share = arm.assessed[3].1 as f64 / arm.due_at(&wave) as f64;
    let share = format!("({:.0}\u{a0}%)", 100.0 * share);
    study.protocol.study.status = StudyStatus::FollowUp;
    let page = html(&report(&study));
    assert!(page.contains("not yet due: 3"), "in the figure");
    for (status, words) in [
        (StudyStatus::FollowUp, "not yet due"),
        (StudyStatus::Completed, "not due before the end"),
    ] {
        study.protocol.study.status = status;
        let page = html(&report(&study));
        let heading = words.replacen('n', "N", 1);
        for words in [
            format!("3 {words}"),
            format!("{heading}: "),
            "Shares are of".to_owned(),
        ] {
            assert!(page.contains(&words), "{words}");
        }
        assert!(page.contains(&share), "{share}");
    }
}

#[test]
fn made_up_data_say_so_everywhere() {
    let report = report(&fixture::study());
    let page = html(&report);
    assert_eq!(
        page.matches("class=\"simulated-tag\"").count(),
        report.sections.len()
    );
    assert!(page.contains("<title>Simulated data: "));
    assert!(page.contains("@bottom-left{content:\"Simulated data · "));
    assert!(page.contains(
        "<aside class=\"banner\" aria-label=\"About the data\"><p><strong>Simulated data.</strong>"
    ));
    for (name, svg) in figures(&report) {
        assert!(
            name.starts_with("simulated-") && svg.contains(">Simulated data</text>"),
            "{name}"
        );
    }
    for (name, _) in tables(&report) {
        assert!(name.starts_with("simulated-"), "{name}");
    }
}

#[test]
fn real_data_are_never_called_simulated() {
    let mut study = fixture::study();
    study.findings.simulated = false;
    study.protocol.study.simulated = false;
    let page = html(&report(&study));
    assert!(!page.contains("Simulated data"));
    assert!(page.contains("<strong>Real data.</strong>"));
}

#[test]
fn null_results_are_set_like_the_others() {
    let page = html(&report(&fixture::study()));
    let summary = page.split("id=\"summary\"").nth(1).unwrap_or_default();
    let skeletons: Vec<String> = summary
        .split("<article ")
        .skip(1)
        .take(3)
        .map(|article| {
            let article = article.split("</article>").next().unwrap_or_default();
            let tags = article.split('<').skip(1);
            tags.map(|tag| tag.split([' ', '>']).next().unwrap_or_default())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(skeletons.len(), 3);
    assert!(
        skeletons.iter().all(|skeleton| *skeleton == skeletons[0]),
        "{skeletons:?}"
    );
}

#[test]
fn works_are_cited_only_where_their_method_was_run() {
    let mut study = fixture::study();
    for finding in &mut study.findings.findings {
        finding.model.inference = "satterthwaite".to_owned();
        finding.equivalence = None;
        finding.reliable_change = None;
    }
    study.findings.multiplicity = None;
    let keys: Vec<&str> = report(&study).references.iter().map(|r| r.key).collect();
    assert!(keys.contains(&"satterthwaite-1946"));
    for absent in [
        "kenward-1997",
        "schuirmann-1987",
        "jacobson-1991",
        "holm-1979",
        "white-2011",
    ] {
        assert!(!keys.contains(&absent), "{absent} is cited");
    }
}

#[test]
fn the_checklist_judges_by_what_is_there() {
    let verdicts = |report: &Report| -> Vec<&'static str> {
        let sections = report.sections.iter().find(|section| section.id == "trend");
        let blocks = sections
            .map(|section| section.blocks.as_slice())
            .unwrap_or_default();
        let items = blocks.iter().filter_map(|block| match block {
            Block::Checklist(checklist) => Some(&checklist.items),
            _ => None,
        });
        items
            .flatten()
            .map(|item| match item.reported {
                Reported::At(_) => "yes",
                Reported::InPart { .. } => "part",
                Reported::No(_) => "no",
                Reported::NotApplicable(_) => "does not apply",
            })
            .collect()
    };
    let full = verdicts(&report(&fixture::study()));
    let empty = verdicts(&report(&fixture::empty()));
    assert_eq!((full.len(), empty.len()), (22, 22));
    let met = |verdicts: &[&str]| verdicts.iter().filter(|verdict| **verdict == "yes").count();
    assert!(met(&full) > met(&empty) + 5, "{full:?} {empty:?}");
    assert_eq!(full[18], "no", "adverse events are never claimed");
}

/// The report as plain text: headings, paragraphs, tables as CSV with their first rows.
#[test]
fn a_checklist_names_no_place_that_the_report_does_not_have() {
    let mut studies = fixture::all();
    let mut nobody_lost = fixture::study();
    let attrition = &mut nobody_lost.findings.description.attrition;
    for arm in &mut attrition.by_arm {
        arm.retained = Some(1.0);
    }
    for row in &mut attrition.by_baseline {
        row.lost.0 = 0;
    }
    studies.push(("nobody-lost", nobody_lost));
    for (name, study) in studies {
        let report = report(&study);
        for reported in checklists(&report.sections) {
            let (Reported::At(at) | Reported::InPart { at, .. }) = reported else {
                continue;
            };
            let places = words(&report, at);
            let is_a_name = |place: &str| place.contains(char::is_whitespace);
            assert!(places.split(", ").all(is_a_name), "{name}: {places}");
        }
    }
}

fn checklists(sections: &[Section]) -> Vec<&Reported> {
    let mut found = Vec::new();
    for section in sections {
        for block in &section.blocks {
            if let Block::Checklist(checklist) = block {
                found.extend(checklist.items.iter().map(|item| &item.reported));
            }
        }
        found.extend(checklists(&section.sections));
    }
    found
}

fn outline(report: &Report) -> String {
    let mut text = format!("{}\n{}\n", report.title, report.data_sentence);
    for (name, value) in &report.facts {
        text += &format!("{name}: {}\n", words(report, value));
    }
    for section in &report.sections {
        outline_section(report, section, &mut text);
    }
    for reference in &report.references {
        text += &format!("- {}\n", reference.full);
    }
    text
}

fn outline_section(report: &Report, section: &Section, text: &mut String) {
    *text += &format!("\n# {} {}\n", section.number, words(report, &section.title));
    for block in &section.blocks {
        outline_block(report, block, text);
    }
    for inner in &section.sections {
        outline_section(report, inner, text);
    }
}

fn outline_block(report: &Report, block: &Block, text: &mut String) {
    let words = |value: &Text| words(report, value);
    *text += &match block {
        Block::Paragraph(paragraph) | Block::OwnParagraph(paragraph) => words(paragraph),
        Block::Subheading(heading) => format!("## {}", words(heading)),
        Block::List { items, .. } => {
            let items: Vec<String> = items
                .iter()
                .map(|item| format!("- {}", words(item)))
                .collect();
            items.join("\n")
        }
        Block::Facts(facts) => {
            let facts = facts.iter();
            let lines: Vec<String> = facts
                .map(|(name, value)| format!("{}: {}", words(name), words(value)))
                .collect();
            lines.join("\n")
        }
        Block::Doubt(doubt) => format!("! {}", words(doubt)),
        Block::Answer(answer) => format!("= {answer}"),
        Block::Statement(statement) => {
            let numbers = statement.numbers.iter();
            let numbers: Vec<String> = numbers
                .map(|(name, value)| format!("{name}: {}", words(value)))
                .collect();
            format!(
                "? {}\n= {}\n{}",
                statement.question,
                statement.answer,
                numbers.join("\n")
            )
        }
        Block::Commands(commands) => commands.join("\n"),
        Block::Table(table) => {
            let notes: Vec<String> = table.notes.iter().map(words).collect();
            let csv = table.csv().replace("\r\n", "\n");
            format!(
                "[{}] {}\n{csv}{}",
                table.id,
                words(&table.caption),
                notes.join("\n")
            )
        }
        Block::Figure(figure) => format!(
            "[{}] {}\n{}\n{}",
            figure.id,
            words(&figure.title),
            figure.description,
            words(&figure.caption)
        ),
        Block::Checklist(checklist) => {
            let items = checklist.items.iter().map(|item| {
                let reported = match &item.reported {
                    Reported::At(at) => words(at),
                    Reported::InPart { at, lacks } => format!("{}; not here: {lacks}", words(at)),
                    Reported::No(why) => format!("no: {why}"),
                    Reported::NotApplicable(why) => format!("does not apply: {why}"),
                };
                format!("{} {}: {reported}", item.number, item.topic)
            });
            items.collect::<Vec<_>>().join("\n")
        }
        Block::Quotation { words, speaker } => format!("“{words}” ({speaker})"),
        Block::References => "(works cited)".to_owned(),
        Block::Details { summary, blocks } => {
            let mut inner = format!("> {}\n", words(summary));
            for block in blocks {
                outline_block(report, block, &mut inner);
            }
            inner
        }
    };
    text.push('\n');
}

fn words(report: &Report, text: &Text) -> String {
    text.words(&|id| report.label(id))
}

#[test]
fn a_study_told_in_words_alone_has_these_words_and_nothing_that_nobody_knows() {
    let study = fixture::words_only();
    for profile in Profile::ALL {
        let page = html(&compose_for(&study.protocol, &study.findings, profile, &[]));
        let told = profile == Profile::Annex || profile == Profile::Journal;
        for words in [
            "More talk.",
            "No more laughter.",
            "Two clinics were compared.",
        ] {
            assert_eq!(page.contains(words), !told, "{profile:?}: {words}");
        }
        assert!(page.contains("<strong>No data.</strong>"), "{profile:?}");
        for invented in [
            "0 sites",
            "one arm",
            "comparison group",
            "unit of assignment",
            "checklist<",
        ] {
            assert!(!page.contains(invented), "{profile:?}: {invented}");
        }
        for (place, _) in page.match_indices("</h2>") {
            let after = page[place + 5..].trim_start();
            assert!(
                !after.starts_with("</section>"),
                "{profile:?}: a heading above nothing"
            );
        }
        if profile != Profile::Annex {
            assert!(page.contains("https://doi.org/10.1000/1"), "{profile:?}");
        }
    }
}
