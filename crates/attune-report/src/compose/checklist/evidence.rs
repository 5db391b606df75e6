//! Which items of a guideline the report meets, and where. Each verdict rests on something that is there:
//! a section of this report, a field of the study file, a heading of the team's text.

use crate::{
    Block, Reported, Section, Text,
    checklist::GuidelineItem,
    compose::{background, context::Context},
};

/// The report that is judged.
pub struct Evidence<'a> {
    pub context: &'a Context<'a>,
    pub sections: &'a [Section],
}

/// "Section 4, Table 2".
fn at(ids: &[&str]) -> Text {
    let mut text = Text::default();
    for (position, id) in ids.iter().enumerate() {
        if position > 0 {
            text = text.and(", ");
        }
        text = text.and_see(*id);
    }
    text
}

fn in_part(ids: &[&str], lacks: &str) -> Reported {
    Reported::InPart {
        at: at(ids),
        lacks: lacks.to_owned(),
    }
}

/// What the front page is called.
const TITLE_BLOCK: &str = "the title block";

/// A field of the study file that the front page shows.
fn in_title_block(is_there: bool, name: &str, lacks: Option<&str>) -> Reported {
    match (is_there, lacks) {
        (false, _) => Reported::No(format!("the study file has no {name}")),
        (true, None) => Reported::At(TITLE_BLOCK.into()),
        (true, Some(lacks)) => Reported::InPart {
            at: TITLE_BLOCK.into(),
            lacks: lacks.to_owned(),
        },
    }
}

fn no(why: &str) -> Reported {
    Reported::No(why.to_owned())
}

impl Evidence<'_> {
    /// Whether and where the item is met.
    pub fn reported(&self, item: &GuidelineItem) -> Reported {
        let lacks = item.lacks.as_str();
        let words: Vec<&str> = item.words.iter().map(String::as_str).collect();
        let evidence = item.evidence.as_str();
        match evidence {
            "page" => match background::heading_with(self.sections, &words) {
                Some(heading) => Reported::At(at(&[&heading])),
                None => no(lacks),
            },
            "absent" => no(lacks),
            "not-applicable" => Reported::NotApplicable(lacks.to_owned()),
            "attendance" => self.attendance(lacks),
            "methods-in-part" => in_part(&["methods"], lacks),
            _ => self
                .of_design(evidence)
                .unwrap_or_else(|| self.of_results(evidence)),
        }
    }

    /// What the study file answers.
    fn of_design(&self, evidence: &str) -> Option<Reported> {
        let protocol = self.context.protocol;
        let study = &protocol.study;
        Some(match evidence {
            "design" => Reported::At(at(&["methods-design"])),
            "sites" if protocol.sites.is_empty() => no("the study file names no site"),
            "sites" => Reported::At(at(&["methods-design"])),
            "setting" if protocol.sites.is_empty() => no("the study file names no site"),
            "setting" if study.started.is_none() => {
                in_part(&["methods-design"], "dates of the study")
            }
            "setting" => Reported::At(at(&["methods-design"])),
            "variables" => in_part(
                &["methods-outcomes"],
                "possible confounders and effect modifiers, named as such",
            ),
            "bias" => in_part(
                &["methods-analysis", "limits"],
                "what the team did about bias beyond the analysis",
            ),
            "deviations" => Reported::At(at(&["deviations"])),
            "status" => Reported::At(Text::from(TITLE_BLOCK)),
            "protocol" => Reported::At(at(&["reproduce"])),
            "programme-name" => Reported::At(at(&["methods-design"])),
            "registration" => in_title_block(study.registration.is_some(), "registration", None),
            "funding" => in_title_block(
                study.funder.is_some(),
                "funder",
                Some("what part the funder had in the study"),
            ),
            "ethics" => in_title_block(
                study.ethics_reference.is_some(),
                "ethics approval",
                Some("consent and confidentiality, which the ethics and data annex has"),
            ),
            "consent" if protocol.consents.is_empty() => {
                no("the study file names no consent purpose")
            }
            "consent" => Reported::InPart {
                at: "the ethics and data annex".into(),
                lacks: "whether consent was asked before or after allocation".to_owned(),
            },
            "codebooks" => no(
                "codes and themes are not part of this report; the codebook is in the study folder",
            ),
            _ => return None,
        })
    }

    fn attendance(&self, lacks: &str) -> Reported {
        match self.context.findings.description.attendance.is_empty() {
            true => no("no attendance is recorded"),
            false => in_part(&["attendance-table"], lacks),
        }
    }

    fn of_results(&self, evidence: &str) -> Reported {
        let has_findings = !self.context.findings.findings.is_empty();
        let protocol = self.context.protocol;
        match evidence {
            "summary" => in_part(&["summary"], "the title need not name design and participants"),
            "background" => self.in_page(
                &["background", "why"],
                "the team’s text has no heading on the background",
            ),
            "participants" => self.participants(),
            "interventions" => self.interventions(),
            "objectives" if has_findings => Reported::At(at(&["methods-questions", "summary"])),
            "objectives" => no("the plan names no analysis"),
            "outcomes" => Reported::At(at(&["methods-outcomes"])),
            "sample-size" => self.sample_size(),
            "assignment" => Reported::At(at(&["methods-design"])),
            "blinding" => self.blinding(),
            "unit-of-analysis" | "statistical-methods" if has_findings => {
                Reported::At(at(&["methods-analysis"]))
            }
            "unit-of-analysis" | "statistical-methods" => no("nothing was analysed"),
            "flow" => self.flow(),
            "dates" if protocol.study.started.is_some() => Reported::At(at(&["methods-design"])),
            "dates" => no("the study file does not say when the study began"),
            "baseline" => self.baseline(),
            "baseline-equivalence" => self.baseline_equivalence(),
            "numbers-analysed" if has_findings => {
                Reported::At(at(&["estimates", "participants"]))
            }
            "estimates" if has_findings => Reported::At(at(&["summary", "estimates", "outcomes"])),
            "sensitivity" => self.sensitivity(),
            "methods-and-missing" if has_findings => Reported::At(at(&["methods-analysis"])),
            "descriptive" => match self.context.findings.description.baseline.is_empty() {
                true => no("the study file names no characteristic for a baseline table"),
                false => Reported::At(at(&["baseline-table", "participants"])),
            },
            "outcomes-observed" => match self.context.findings.description.outcomes.is_empty() {
                true => no("no value of any outcome is recorded"),
                false => Reported::At(at(&["outcomes-table"])),
            },
            "main-results" | "summary-of-results" if has_findings => {
                Reported::At(at(&["summary", "estimates", "findings"]))
            }
            "limitations" => Reported::At(at(&["limits"])),
            "quotations" => match self.context.quotations.is_empty() {
                true => no("no quotation was given to this report"),
                false => Reported::At(at(&["quotations"])),
            },
            "adverse-events" => no("the study file has no measure of adverse events"),
            "interpretation" => self.interpretation(),
            "generalisability" => self.in_page(
                &["generalis", "generaliz", "elsewhere", "other places"],
                "whom the results may apply to is for the team to argue; its text has no heading on it",
            ),
            "overall-evidence" => self.in_page(
                &["evidence", "other studies", "literature"],
                "other evidence is for the team to weigh; its text has no heading on it",
            ),
            _ => no("nothing was analysed"),
        }
    }

    /// Where the primary outcome is measured on something else than families, there is no way to follow.
    fn flow(&self) -> Reported {
        if self.context.findings.description.flow.is_empty() {
            no("no participant is recorded")
        } else if self.is_there("flow") {
            Reported::At(at(&["participants", "flow", "deviations"]))
        } else {
            in_part(
                &["participants", "deviations"],
                "who was lost on the way, and a flow diagram: the primary outcome is not measured on families",
            )
        }
    }

    /// Whether the report has a table or a figure of this name.
    fn is_there(&self, id: &str) -> bool {
        fn holds(section: &Section, id: &str) -> bool {
            let is_it = |block: &Block| match block {
                Block::Table(table) => table.id == id,
                Block::Figure(figure) => figure.id == id,
                _ => false,
            };
            section.blocks.iter().any(is_it)
                || section.sections.iter().any(|inner| holds(inner, id))
        }
        self.sections.iter().any(|section| holds(section, id))
    }

    /// Met where the team's text has a heading with one of the words.
    fn in_page(&self, words: &[&str], why: &str) -> Reported {
        match background::heading_with(self.sections, words) {
            Some(heading) => Reported::At(at(&[&heading])),
            None if background::is_among(self.sections) => in_part(&["background"], why),
            None => no("the study folder has no page of the team’s own"),
        }
    }

    fn participants(&self) -> Reported {
        let words = [
            "taking part",
            "take part",
            "took part",
            "participants",
            "eligib",
            "who ",
        ];
        match background::heading_with(self.sections, &words) {
            Some(heading) => Reported::At(at(&[&heading, "methods-design", "participants"])),
            None => in_part(
                &["methods-design", "participants"],
                "who could take part and how families were found",
            ),
        }
    }

    fn interventions(&self) -> Reported {
        let protocol = self.context.protocol;
        let descriptions: Vec<bool> = match self.context.is_before_and_after() {
            true => (protocol
                .phases
                .iter()
                .map(|phase| phase.description.is_some()))
            .collect(),
            false => (protocol.arms.iter().map(|arm| arm.description.is_some())).collect(),
        };
        let one = match self.context.is_before_and_after() {
            true => "phase",
            false => "arm",
        };
        match descriptions.iter().filter(|is_there| **is_there).count() {
            0 => Reported::No(format!(
                "the study file does not describe what was given in any {one}"
            )),
            n if n < descriptions.len() => Reported::InPart {
                at: at(&["methods-design"]),
                lacks: format!("a description of every {one}"),
            },
            _ => in_part(
                &["methods-design"],
                "delivery in the detail that the guideline asks for, unless the team’s text has it",
            ),
        }
    }

    fn sample_size(&self) -> Reported {
        let sites = &self.context.protocol.sites;
        match sites.iter().any(|site| site.planned_dyads.is_some()) {
            true => in_part(
                &["methods-design"],
                "why that many were planned, and stopping rules",
            ),
            false => no("the study file plans no number of dyads"),
        }
    }

    fn blinding(&self) -> Reported {
        let protocol = self.context.protocol;
        let mut instruments = protocol.instruments.iter();
        let mut schemes = protocol.schemes.iter();
        let anybody = instruments.any(|one| !one.blind_to.is_empty())
            || schemes.any(|one| !one.blind_to.is_empty());
        match anybody {
            false => no("the study file names nobody who was to be blind"),
            true => in_part(&["methods-outcomes"], "whether blinding held was not asked"),
        }
    }

    fn baseline(&self) -> Reported {
        const POPULATION: &str = "the sample against the population meant";
        let description = &self.context.findings.description;
        let is_nobody_lost = || {
            let arms = &description.attrition.by_arm;
            !arms.is_empty() && arms.iter().all(|arm| arm.retained == Some(1.0))
        };
        if description.baseline.is_empty() {
            no("the study file names no characteristic for a baseline table")
        } else if self.is_there("lost-and-kept") {
            in_part(&["baseline-table", "lost-and-kept"], POPULATION)
        } else if self.is_there("retention") && is_nobody_lost() {
            in_part(&["baseline-table", "retention"], POPULATION)
        } else {
            in_part(
                &["baseline-table"],
                &format!("those lost against those kept, and {POPULATION}"),
            )
        }
    }

    fn baseline_equivalence(&self) -> Reported {
        let description = &self.context.findings.description;
        let compares = description
            .baseline
            .iter()
            .any(|row| row.standardised_difference.is_some());
        match compares {
            true => Reported::At(at(&["baseline-table", "methods-analysis"])),
            false => no("there are no two arms with baseline values to compare"),
        }
    }

    fn sensitivity(&self) -> Reported {
        let findings = &self.context.findings.findings;
        match findings
            .iter()
            .any(|finding| !finding.sensitivity.is_empty())
        {
            true => Reported::At(at(&["findings", "methods-analysis", "deviations"])),
            false => no("the plan names no further analysis"),
        }
    }

    fn interpretation(&self) -> Reported {
        let words = [
            "interpret",
            "what we found",
            "what was found",
            "results",
            "discussion",
            "mean",
        ];
        match background::heading_with(self.sections, &words) {
            Some(heading) => Reported::At(at(&["limits", &heading])),
            None => in_part(
                &["limits", "summary"],
                "what the results mean is for the team to say",
            ),
        }
    }
}
