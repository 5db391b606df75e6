//! Which items of the TREND guideline the report meets, and where. Each verdict rests on something
//! that is there: a section of this report, a field of the study file, a heading of the team's text.

use super::{background, context::Context};
use crate::{
    Block, Checklist, ChecklistItem, Reported, Section, Text,
    checklist::{Guideline, GuidelineItem},
};

pub fn section(context: &Context<'_>, sections: &[Section]) -> Section {
    let trend = Guideline::trend();
    let mut section = Section::new("trend", "TREND checklist");
    section.say(
        Text::from(format!(
            "{} ({}; {}), where the report meets each item. The items are in our words, last compared \
             with the original on {}; see ",
            trend.title, trend.edition, trend.published, trend.checked
        ))
        .and_cite(&trend.source)
        .and("."),
    );
    let evidence = Evidence { context, sections };
    let items = trend.items.iter().map(|item| evidence.item(item)).collect();
    section.push(Block::Checklist(Checklist {
        id: "trend-items".to_owned(),
        name: trend.name,
        items,
    }));
    section
}

struct Evidence<'a> {
    context: &'a Context<'a>,
    sections: &'a [Section],
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

fn no(why: &str) -> Reported {
    Reported::No(why.to_owned())
}

impl Evidence<'_> {
    fn item(&self, item: &GuidelineItem) -> ChecklistItem {
        ChecklistItem {
            number: item.number.clone(),
            part: item.part.clone(),
            topic: item.topic.clone(),
            asks: item.asks.clone(),
            reported: self.reported(&item.evidence),
        }
    }

    fn reported(&self, evidence: &str) -> Reported {
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
            "flow" if self.has_flow() => Reported::At(at(&["participants", "flow", "deviations"])),
            "flow" => no("no participant is recorded"),
            "dates" if protocol.study.started.is_some() => Reported::At(at(&["methods-design"])),
            "dates" => no("the study file has no dates"),
            "baseline" => self.baseline(),
            "baseline-equivalence" => self.baseline_equivalence(),
            "numbers-analysed" if has_findings => {
                Reported::At(at(&["estimates", "participants"]))
            }
            "estimates" if has_findings => Reported::At(at(&["summary", "estimates", "outcomes"])),
            "sensitivity" => self.sensitivity(),
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

    fn has_flow(&self) -> bool {
        !self.context.findings.description.flow.is_empty()
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
        let arms = &self.context.protocol.arms;
        let described = arms.iter().filter(|arm| arm.description.is_some()).count();
        match described {
            0 => no("the study file does not describe what the arms received"),
            n if n < arms.len() => in_part(&["methods-design"], "a description of every arm"),
            _ => in_part(
                &["methods-design"],
                "delivery in the detail that TREND asks for, unless the team’s text has it",
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
        let instruments = self.context.protocol.instruments.iter();
        let blind = instruments.filter(|i| !i.blind_to.is_empty()).count();
        match blind {
            0 => no("the study file names nobody who was to be blind"),
            _ => in_part(&["methods-outcomes"], "whether blinding held was not asked"),
        }
    }

    fn baseline(&self) -> Reported {
        let description = &self.context.findings.description;
        match (
            description.baseline.is_empty(),
            description.attrition.by_baseline.is_empty(),
        ) {
            (true, _) => no("the study file names no characteristic for a baseline table"),
            (false, true) => in_part(
                &["baseline-table"],
                "those lost against those kept, and the sample against the population meant",
            ),
            (false, false) => in_part(
                &["baseline-table", "lost-and-kept"],
                "the sample against the population meant",
            ),
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
