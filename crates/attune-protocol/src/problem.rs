//! What is wrong with a study folder, where, and how to mend it. Every reader of the folder
//! collects problems instead of stopping at the first; showing them on a terminal is at the end of
//! this file, the JSON form is their serialisation.

use std::{fmt, sync::Arc};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};
use serde::Serialize;

/// All problems of a folder, sorted by file and place. There is at least one error among them.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

/// One thing that is wrong or doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether it stops the study from being read.
    pub severity: Severity,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong, a lower-case sentence without full stop.
    pub message: String,
    /// How to mend it.
    pub remedy: Option<String>,
    /// Another place that belongs to it, such as the first of two equal ids.
    pub second: Option<SecondPlace>,
}

/// Whether a problem stops the study from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The study cannot be read before this is mended.
    Error,
    /// The study can be read; somebody should look.
    Warning,
}

/// A place in a file of the study folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Name within the study folder.
    pub file: String,
    /// The line and column; absent when the whole file is meant.
    #[serde(flatten)]
    pub spot: Option<Spot>,
}

/// A piece of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// Line, from 1.
    pub line: usize,
    /// First column, in characters from 1.
    pub column: usize,
    /// Number of characters, at least 1.
    pub length: usize,
    /// The line without its line ending; of a very long line a piece around the place.
    pub line_text: Arc<str>,
    /// The column at which `line_text` begins: 1 for a whole line.
    pub line_text_from: usize,
}

/// A second place and what it has to do with the problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecondPlace {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What is there, such as "first defined here".
    pub label: String,
}

/// How problems are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text alone, the same everywhere: for files, pipes and tests.
    Plain,
    /// With colour and line drawing, for a terminal.
    Terminal,
}

/// Problems shown one below the other in full; more than this many are only counted.
const SHOWN_AT_MOST: usize = 100;

impl Place {
    /// The file as a whole.
    pub fn file(name: impl Into<String>) -> Self {
        Self {
            file: name.into(),
            spot: None,
        }
    }
}

impl Problem {
    /// Something that stops the study from being read.
    pub fn error(place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            place,
            message: message.into(),
            remedy: None,
            second: None,
        }
    }

    /// Something that somebody should look at.
    pub fn warning(place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(place, message)
        }
    }

    /// The problem with a way to mend it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The problem with a second place.
    #[must_use]
    pub fn with_second(mut self, place: Place, label: impl Into<String>) -> Self {
        self.second = Some(SecondPlace {
            place,
            label: label.into(),
        });
        self
    }

    fn sort_key(&self) -> (bool, &str, usize, usize) {
        let spot = self.place.spot.as_ref();
        (
            // The study file comes first, then the files that it names.
            self.place.file != crate::folder::STUDY_FILE,
            &self.place.file,
            spot.map_or(0, |spot| spot.line),
            spot.map_or(0, |spot| spot.column),
        )
    }
}

impl Problems {
    /// `Ok` with the warnings when there is no error among `problems`, otherwise all of them; both
    /// sorted by place.
    pub fn judge(mut problems: Vec<Problem>) -> Result<Vec<Problem>, Self> {
        problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let is_error = |problem: &Problem| problem.severity == Severity::Error;
        if problems.iter().any(is_error) {
            Err(Self(problems))
        } else {
            Ok(problems)
        }
    }

    /// The problems, sorted by place.
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    /// All problems as text.
    pub fn render(&self, style: Style) -> String {
        render(&self.0, style)
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(Style::Plain))
    }
}

/// Problems as text, one below the other with the lines they speak of, and a count at the end.
/// Text for a terminal holds colour codes; [`Style::Plain`] holds none.
pub fn render(problems: &[Problem], style: Style) -> String {
    let mut text = String::new();
    for problem in problems.iter().take(SHOWN_AT_MOST) {
        text += &render_one(problem, style);
        text += "\n\n";
    }
    if problems.len() > SHOWN_AT_MOST {
        let more = problems.len() - SHOWN_AT_MOST;
        text += &format!("… and {more} more\n\n");
    }
    text += &count(problems);
    text.push('\n');
    text
}

/// How many problems and warnings there are, such as "2 problems and 1 warning".
pub fn count(problems: &[Problem]) -> String {
    let n_errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let n_warnings = problems.len() - n_errors;
    let counted = |n: usize, noun: &str| match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    };
    match (n_errors, n_warnings) {
        (0, 0) => "no problem".to_owned(),
        (0, warnings) => counted(warnings, "warning"),
        (errors, 0) => counted(errors, "problem"),
        (errors, warnings) => format!(
            "{} and {}",
            counted(errors, "problem"),
            counted(warnings, "warning")
        ),
    }
}

fn render_one(problem: &Problem, style: Style) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR.with_name("problem"),
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&problem.message));
    group = add_place(group, &problem.place, AnnotationKind::Primary, None);
    if let Some(second) = &problem.second {
        let label = Some(second.label.as_str());
        group = add_place(group, &second.place, AnnotationKind::Context, label);
    }
    if let Some(remedy) = &problem.remedy {
        group = group.element(Level::HELP.message(remedy));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain().decor_style(DecorStyle::Ascii),
        Style::Terminal => Renderer::styled().decor_style(DecorStyle::Unicode),
    };
    renderer.render(&[group])
}

/// The file, and the one line with its marked piece.
fn add_place<'a>(
    group: Group<'a>,
    place: &'a Place,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Group<'a> {
    let Some(spot) = &place.spot else {
        return group.element(Origin::path(&place.file));
    };
    let byte_of = |column: usize| {
        spot.line_text
            .char_indices()
            .nth(column - spot.line_text_from)
            .map_or(spot.line_text.len(), |(byte, _)| byte)
    };
    let span = byte_of(spot.column)..byte_of(spot.column + spot.length);
    let snippet = Snippet::source(&*spot.line_text)
        .line_start(spot.line)
        .annotation(kind.span(span).label(label));
    if spot.line_text_from == 1 {
        return group.element(snippet.path(&place.file));
    }
    // The renderer would count columns from the beginning of the piece.
    let origin = Origin::path(&place.file)
        .line(spot.line)
        .char_column(spot.column);
    group.element(origin).element(snippet)
}
