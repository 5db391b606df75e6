//! What a page shows of the findings: each question of the plan with its answer, the primary one with its
//! figure and table, told in the language of the page. Every number comes from the report that the same findings give,
//! so that page and report cannot disagree. Single families are neither drawn nor listed, and means of few are left out.

mod chart;
mod table;

use askama::Template;
use attune_analysis::{Findings, findings::Finding};
use attune_protocol::{Protocol, plan::OutcomeRole};
use attune_report::{
    Block, Drawing, Report, Section, Trajectories, compose,
    design_limits::design_limits,
    escape,
    plain_result::{PlainResult, Unit, plain_result},
    result_words::Piece,
};

use crate::{
    links::{Links, figure_path},
    page_words::direction,
    tongue::Tongue,
};
use chart::ShownFigure;

/// Observed means of fewer units than this are left out of figures and their files.
pub const FEWEST: usize = 5;

/// What a page shows, and the files that belong to it.
pub struct Results {
    /// HTML.
    pub html: String,
    /// Whether every name and sentence is in the language of the page.
    pub is_whole: bool,
    /// Files by their path within the publication.
    pub files: Vec<(String, Vec<u8>)>,
}

#[derive(Template)]
#[template(path = "results.html")]
struct Part {
    /// Language and direction, where they are not the page's.
    marked: Option<(String, &'static str)>,
    primary: Vec<Primary>,
    others_heading: String,
    others: Vec<Told>,
    limits_heading: String,
    limits: Vec<String>,
    exact_limits: Vec<String>,
    exact_words: String,
    figure_file: String,
    numbers_file: String,
    made_from: String,
}

struct Primary {
    told: Told,
    figure: Option<ShownFigure>,
    table: String,
}

/// One question with its answer; texts are HTML.
struct Told {
    id: String,
    role: String,
    question: String,
    answer: Option<String>,
    /// The answer in the words of the report, and what is to be borne in mind.
    exact: String,
    doubts: Vec<String>,
}

/// What all results of a page have in common.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub protocol: &'a Protocol,
    pub findings: &'a Findings,
    pub report: &'a Report,
    pub links: &'a Links,
    pub tongue: Tongue<'a>,
}

/// The results of a study whose results are released, in a language.
pub fn results(
    protocol: &Protocol,
    findings: &Findings,
    links: &Links,
    tongue: Tongue<'_>,
) -> Results {
    let report = compose(protocol, findings);
    let setting = Setting {
        protocol,
        findings,
        report: &report,
        links,
        tongue,
    };
    let of_role = |is_primary: bool| {
        let findings = findings.findings.iter();
        findings.filter(move |f| (f.outcome.role == OutcomeRole::Primary) == is_primary)
    };
    let primary: Vec<Primary> = of_role(true)
        .map(|finding| setting.primary(finding))
        .collect();
    let files = primary
        .iter()
        .filter_map(|one| one.figure.as_ref())
        .flat_map(|figure| figure.files.clone())
        .collect();
    let words = tongue.words;
    let html = escape_all(&words.made_from)
        .replace(
            "{engine}",
            &format!("<bdi>{}</bdi>", escape(&findings.engine)),
        )
        .replace("{protocol}", &code(&findings.protocol_fingerprint))
        .replace("{data}", &code(&findings.data_fingerprint));
    let part = Part {
        marked: (!tongue.tells_results()).then(|| {
            let language = tongue.words_language;
            (language.to_owned(), direction(language))
        }),
        primary,
        others_heading: escape(&words.others),
        others: of_role(false)
            .map(|finding| setting.told(finding))
            .collect(),
        limits_heading: escape(&words.cannot_show),
        limits: design_limits(protocol, findings)
            .into_iter()
            .map(|limit| escape(words.limit(limit)))
            .collect(),
        exact_limits: findings.cannot_show.clone(),
        exact_words: escape(&words.in_the_reports_words),
        figure_file: escape(&words.figure_file),
        numbers_file: escape(&words.numbers_file),
        made_from: html,
    };
    Results {
        html: part
            .render()
            .expect("templates only write to a string, which never fails"),
        is_whole: tongue.tells_results() && findings.findings.iter().all(|f| setting.is_whole(f)),
        files,
    }
}

fn escape_all(sentence: &str) -> String {
    // Braces stay: they are filled with HTML.
    escape(sentence)
}

/// The beginning of a fingerprint, enough to compare by eye.
fn code(fingerprint: &str) -> String {
    let short = fingerprint.get(..12).unwrap_or(fingerprint);
    format!("<code>{}</code>", escape(short))
}

impl Setting<'_> {
    fn primary(&self, finding: &Finding) -> Primary {
        let drawn = self.drawn(finding);
        let figure = drawn
            .as_ref()
            .and_then(|(id, figure)| chart::shown(self, finding, id, figure));
        Primary {
            told: self.told(finding),
            table: table::table(self, finding, drawn.as_ref().map(|(_, figure)| figure)),
            figure,
        }
    }

    fn told(&self, finding: &Finding) -> Told {
        let tongue = &self.tongue;
        let words = tongue.words;
        let role = match finding.outcome.role {
            OutcomeRole::Primary => &words.primary,
            OutcomeRole::Secondary => &words.secondary,
            OutcomeRole::Exploratory => &words.exploratory,
        };
        let told = self.plainly(finding);
        Told {
            id: anchor("finding", &finding.id),
            role: tongue.sentence(&tongue.about(role, &finding.outcome.label)),
            question: tongue.html(&finding.question),
            answer: told.map(|pieces| tongue.sentence(&pieces)),
            exact: finding.answer.clone(),
            doubts: finding.warnings.clone(),
        }
    }

    /// The answer in plain words; none for questions that compare no two groups.
    fn plainly(&self, finding: &Finding) -> Option<Vec<Piece>> {
        let result = plain_result(self.protocol, self.findings, finding)?;
        Some(self.tongue.words.tell(&result))
    }

    /// The report's figure of a finding: its anchor and what is drawn.
    fn drawn(&self, finding: &Finding) -> Option<(String, Trajectories)> {
        let section = find_section(&self.report.sections, &anchor("finding", &finding.id))?;
        section.blocks.iter().find_map(|block| match block {
            Block::Figure(figure) => match &figure.drawing {
                Drawing::Trajectories(drawing) => Some((figure.id.clone(), drawing.clone())),
                _ => None,
            },
            _ => None,
        })
    }

    /// Whether every name in it is in the language of the page.
    fn is_whole(&self, finding: &Finding) -> bool {
        let names_are = plain_result(self.protocol, self.findings, finding)
            .is_some_and(|result| self.has_names_of(&result));
        names_are && self.tongue.has(&finding.question)
    }

    fn has_names_of(&self, result: &PlainResult) -> bool {
        let has_unit = match &result.size.unit {
            Unit::Named(unit) => self.tongue.has(unit),
            Unit::Points | Unit::PercentagePoints => true,
        };
        let names = [
            &result.outcome,
            &result.compared.group,
            &result.compared.reference,
        ];
        has_unit && names.iter().all(|name| self.tongue.has(name))
    }

    /// Where the figure's files lie: in each language that has its own.
    fn figure_path(&self, figure: &str, ending: &str) -> String {
        let study = &self.findings.study;
        match (ending, self.tongue.language == self.tongue.own) {
            ("svg", false) => {
                let language = self.tongue.language.to_ascii_lowercase();
                figure_path(study, figure, &format!("{language}.svg"))
            }
            _ => figure_path(study, figure, ending),
        }
    }
}

fn find_section<'a>(sections: &'a [Section], id: &str) -> Option<&'a Section> {
    sections.iter().find_map(|section| match section.id == id {
        true => Some(section),
        false => find_section(&section.sections, id),
    })
}

/// The anchor that the report gives a finding's parts.
fn anchor(prefix: &str, id: &str) -> String {
    let id: String = id
        .chars()
        .map(|letter| match letter.is_ascii_alphanumeric() {
            true => letter.to_ascii_lowercase(),
            false => '-',
        })
        .collect();
    format!("{prefix}-{id}")
}
