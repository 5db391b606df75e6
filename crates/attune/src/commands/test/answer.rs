//! What a question is answered with, before it becomes text or JSON.

use attune_statistics::{
    before_after::report::{Described, TestReport},
    effect_size::EffectSize,
    test_result::TestResult,
};
use serde_json::{Map, Value};

/// One test, of one of several values where there are several.
pub struct Row {
    /// The value or pair that it is about, where several were asked for.
    pub of: Option<String>,
    pub result: TestResult,
    /// For the first test of each value, after `--adjust`.
    pub p_adjusted: Option<f64>,
}

/// Everything that a question is answered with.
#[derive(Default)]
pub struct Answer {
    /// The question in words: what minus what, of which column.
    pub question: String,
    pub n: usize,
    pub n_dropped: usize,
    pub described: Vec<Described>,
    pub rows: Vec<Row>,
    pub effect_sizes: Vec<(Option<String>, EffectSize)>,
    pub warnings: Vec<String>,
    /// Keys of the JSON document that belong to this question alone.
    pub details: Map<String, Value>,
    /// The same for people.
    pub details_text: String,
    /// The figure, where `--plot` asks for one and the question has one.
    pub plot: Option<String>,
}

impl Answer {
    /// An answer to the question.
    pub fn to(question: String) -> Self {
        Self {
            question,
            ..Self::default()
        }
    }

    /// Takes a report in, all of it about `of`.
    pub fn take(&mut self, report: TestReport, of: Option<&str>) {
        self.n = self.n.max(report.n);
        self.n_dropped = self.n_dropped.max(report.n_dropped);
        let of = of.map(str::to_owned);
        self.rows
            .extend(report.results.into_iter().map(|result| Row {
                of: of.clone(),
                result,
                p_adjusted: None,
            }));
        let effects = report.effect_sizes.into_iter();
        self.effect_sizes
            .extend(effects.map(|effect| (of.clone(), effect)));
        self.described
            .extend(report.described.into_iter().map(|described| Described {
                name: match &of {
                    Some(of) => format!("{of}, {}", described.name),
                    None => described.name,
                },
                ..described
            }));
        self.warnings
            .extend(report.warnings.into_iter().map(|warning| match &of {
                Some(of) => format!("{of}: {warning}"),
                None => warning,
            }));
    }
}
