//! Running text resolved for paper: what each piece says, how it is set, and where it leads.

use attune_analysis::words;
use attune_report::{ArmMark, Inline, Report, Text, unbroken};
use serde::Serialize;

/// A piece of text that is set in one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// How it is set.
    pub kind: RunKind,
    /// What it says.
    pub words: String,
    /// Anchor or address to which it leads.
    pub to: Option<String>,
}

/// How a run is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// As the text around it.
    Plain,
    /// Set apart strongly.
    Strong,
    /// Set apart.
    Emphasis,
    /// A formula or command.
    Code,
    /// A reference to a section, table or figure of the document: `to` is its anchor.
    See,
    /// A reference to the list of works: `to` is the entry's anchor.
    Cite,
    /// An address elsewhere.
    Link,
    /// The mark of an arm: `words` is its shape, `to` its colour.
    Mark,
}

/// The text as runs; references that lead nowhere in this report are only words.
pub fn runs(report: &Report, text: &Text) -> Vec<Run> {
    let inlines = text.0.iter();
    inlines
        .map(|inline| run(report, inline))
        .filter(|run| !run.words.is_empty())
        .collect()
}

/// The words of the runs, one after the other; marks have none.
pub fn words_of(runs: &[Run]) -> String {
    runs.iter()
        .filter(|run| run.kind != RunKind::Mark)
        .map(|run| run.words.as_str())
        .collect()
}

/// The words of a text as this report has them.
pub fn words_in(report: &Report, text: &Text) -> String {
    words_of(&runs(report, text))
}

fn run(report: &Report, inline: &Inline) -> Run {
    match inline {
        Inline::Plain(words) | Inline::Own(words) => plain(RunKind::Plain, unbroken(words)),
        Inline::Strong(words) => plain(RunKind::Strong, unbroken(words)),
        Inline::Emphasis(words) => plain(RunKind::Emphasis, unbroken(words)),
        Inline::Code(words) => plain(RunKind::Code, words.clone()),
        Inline::Number { value, decimals } => {
            plain(RunKind::Plain, words::fixed(*value, *decimals))
        }
        Inline::Reference(id) => reference(report, id),
        Inline::Citation(key) => citation(report, key),
        Inline::Doi(doi) => {
            let address = format!("https://doi.org/{doi}");
            leading(RunKind::Link, address.clone(), address)
        }
        Inline::Arm(mark) => leading(
            RunKind::Mark,
            mark_shape(*mark).to_owned(),
            mark.colour().to_owned(),
        ),
    }
}

fn plain(kind: RunKind, words: String) -> Run {
    let to = None;
    Run { kind, words, to }
}

fn leading(kind: RunKind, words: String, to: String) -> Run {
    let to = Some(to);
    Run { kind, words, to }
}

/// "Table 3" on one line.
fn reference(report: &Report, id: &str) -> Run {
    let label = report.label(id).replace(' ', "\u{a0}");
    match report.labels.contains_key(id) {
        true => leading(RunKind::See, label, id.to_owned()),
        false => plain(RunKind::Plain, label),
    }
}

fn citation(report: &Report, key: &str) -> Run {
    let work = report.references.iter().find(|work| work.key == key);
    work.map_or_else(
        || plain(RunKind::Plain, String::new()),
        |work| leading(RunKind::Cite, work.short.to_owned(), reference_anchor(key)),
    )
}

/// The anchor of a work on the reference list.
pub fn reference_anchor(key: &str) -> String {
    format!("reference-{key}")
}

/// The shape of an arm's dots, as a letter that text can carry.
fn mark_shape(mark: ArmMark) -> &'static str {
    match mark.class() {
        "arm-programme" => "●",
        "arm-comparison" => "■",
        "arm-third" => "◆",
        _ => "▲",
    }
}
