//! `/studies/{study}/findings`: what the plan found, question by question, and the whole report. Before
//! arms are revealed both are made from permuted arms and say so.

use askama::Template;
use attune_analysis::findings::{Estimate, Finding};
use attune_analysis::words;
use attune_protocol::plan::About;
use attune_report::{Block, Figure, Format, Section, Text, draw};
use attune_store::handed_out::Handed;
use axum::extract::Path;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    access::Action,
    answer::{Answer, page as show},
    failure::Failure,
    handed_out::note,
    layout::Layout,
    pages::reports,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "findings.html")]
struct All {
    layout: Layout,
    study: String,
    permuted: bool,
    findings: Vec<Finding>,
    cannot_show: Vec<String>,
    deviations: Vec<String>,
    protocol: String,
    data: String,
    engine: String,
}

#[derive(Template)]
#[template(path = "finding.html")]
struct One {
    layout: Layout,
    study: String,
    permuted: bool,
    finding: Finding,
    figures: Vec<Drawn>,
    protocol: String,
    data: String,
    engine: String,
    seed: u64,
}

/// A figure with the numbers behind it.
struct Drawn {
    id: String,
    title: String,
    wide: String,
    narrow: String,
    caption: String,
    headings: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
    file_name: String,
    csv: String,
}

impl Drawn {
    /// Whether each row stands for itself, so that rows may be sorted.
    fn is_flat(&self) -> bool {
        self.rows.iter().all(|row| row.len() == self.headings.len())
    }

    fn of(figure: &Figure, permuted: bool) -> Self {
        let words = |text: &Text| text.words(&str::to_owned);
        let data = &figure.data;
        let marks = [(figure.simulated, "simulated-"), (permuted, "permuted-")];
        let marks = marks.map(|(holds, mark)| if holds { mark } else { "" });
        Self {
            id: figure.id.clone(),
            title: words(&figure.title),
            wide: draw(figure, Format::Wide),
            narrow: draw(figure, Format::Narrow),
            caption: words(&figure.caption),
            headings: data
                .columns
                .iter()
                .map(|column| (words(&column.heading), column.numeric))
                .collect(),
            rows: data
                .rows
                .iter()
                .map(|row| row.cells.iter().map(words).collect())
                .collect(),
            file_name: format!("{}{}.csv", marks.concat(), figure.id),
            csv: format!(
                "data:text/csv;charset=utf-8;base64,{}",
                STANDARD.encode(data.csv())
            ),
        }
    }
}

/// What the units of a finding are called over their number: families, sessions.
pub fn units(finding: &Finding) -> String {
    match finding.outcome.about {
        About::Dyad | About::Infant | About::Carer => "Families".to_owned(),
        about => words::capitalised(words::unit_nouns(about).1),
    }
}

/// `GET /studies/{study}/findings`.
pub async fn page(visit: Visit) -> Answer {
    let study = visit.study()?;
    let results = visit.app.results(study).await?;
    let findings = &results.findings;
    show(&All {
        study: study.id.to_string(),
        permuted: results.permuted,
        findings: findings.findings.clone(),
        cannot_show: findings.cannot_show.clone(),
        deviations: findings
            .deviations
            .iter()
            .map(|one| format!("{} ({}).", one.what.trim_end_matches('.'), one.why))
            .collect(),
        protocol: findings.protocol_fingerprint.clone(),
        data: findings.data_fingerprint.clone(),
        engine: findings.engine.clone(),
        layout: Layout::of(&visit, "Findings"),
    })
}

/// `GET /studies/{study}/findings/{finding}`.
pub async fn one(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    let study = visit.study()?;
    let results = visit.app.results(study).await?;
    let findings = &results.findings;
    let finding = findings.findings.iter().find(|finding| finding.id == id);
    let finding = finding.ok_or(Failure::no_such("finding"))?;
    let mut figures = Vec::new();
    for section in &results.report.sections {
        figures_of(section, &id, false, &mut figures);
    }
    show(&One {
        study: study.id.to_string(),
        permuted: results.permuted,
        figures: figures
            .iter()
            .map(|figure| Drawn::of(figure, results.permuted))
            .collect(),
        finding: finding.clone(),
        protocol: findings.protocol_fingerprint.clone(),
        data: findings.data_fingerprint.clone(),
        engine: findings.engine.clone(),
        seed: findings.seed,
        layout: Layout::of(&visit, "Finding"),
    })
}

/// Figures of the section that is about one finding, and of the sections within.
fn figures_of<'a>(section: &'a Section, id: &str, inside: bool, found: &mut Vec<&'a Figure>) {
    let inside = inside || section.id == id || section.id == format!("finding-{id}");
    for block in &section.blocks {
        if let Block::Figure(figure) = block
            && (inside || figure.id.ends_with(id))
        {
            found.push(figure);
        }
    }
    for inner in &section.sections {
        figures_of(inner, id, inside, found);
    }
}

/// `GET /studies/{study}/report`: the full report to read here.
pub async fn report(visit: Visit) -> Answer {
    let results = visit.app.results(visit.study()?).await?;
    let html = attune_report::html(&results.report);
    let name = format!("{}-full.html", results.report.study);
    let file = (name.as_str(), html.as_bytes());
    note(&visit, Action::SeeFindings, Handed::Report, None, file).await?;
    reports::to_read(&visit, &html)
}

/// "4.1 (95 % CI 1.2 to 7.0)", or a dash.
pub fn with_interval(estimate: &Estimate) -> String {
    match (estimate.estimate, estimate.ci_lower, estimate.ci_upper) {
        (Some(value), Some(lower), Some(upper)) => {
            words::estimate_with_interval(value, estimate.level, lower, upper)
        }
        (Some(value), ..) => words::two_digits(value),
        _ => "–".to_owned(),
    }
}

/// A p value in words, or a dash.
pub fn p_value(estimate: &Estimate) -> String {
    estimate.p.map_or("–".to_owned(), words::p_value)
}
