//! What was done so that nobody can be recognised: the rules, each step with its reason, and how far the findings
//! of the open data are those of the study's own. Kept in the crate as JSON for programs and as CSV for people.

use attune_protocol::sharing::Sharing;
use serde::{Deserialize, Serialize};

use super::compare::Comparison;

/// The rules of disclosure control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rules {
    /// A level, or a reason for leaving, that fewer units than this have is held back.
    pub smallest_group: usize,
    /// Units that are alike in site, arm and all levels; a rarer combination is broken up.
    pub fewest_alike: usize,
}

/// What happened to the data on their way into the crate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Disclosure {
    /// Program and version that made the crate.
    pub engine: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Whether any of the data are made up.
    pub simulated: bool,
    /// The rules.
    pub rules: Rules,
    /// What was done, in its order.
    pub log: Vec<Step>,
    /// The findings of the open data beside those of the study's own data.
    pub comparison: Comparison,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The rule.
    pub rule: String,
    /// What was done to what.
    pub what: String,
    /// Number of units or values that it touched.
    pub n: usize,
    /// Why.
    pub why: String,
}

impl Rules {
    /// The rules of a study.
    pub fn of(sharing: Sharing) -> Self {
        Self {
            smallest_group: sharing.smallest_group as usize,
            fewest_alike: sharing.fewest_alike as usize,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::of(Sharing::default())
    }
}

impl Disclosure {
    /// The log as CSV.
    pub fn csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let promise = "writing to memory never fails";
        writer
            .write_record(["rule", "what", "n", "why"])
            .expect(promise);
        for step in &self.log {
            let n = step.n.to_string();
            writer
                .write_record([&step.rule, &step.what, &n, &step.why])
                .expect(promise);
        }
        writer.into_inner().expect(promise)
    }
}
