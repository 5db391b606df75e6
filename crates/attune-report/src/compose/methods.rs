//! The methods, written from what was really run: design and questions from the protocol, models,
//! inference, software and numbers left out from the findings. Works are cited for the methods that
//! were used, and for no others.

use attune_analysis::{findings::Finding, words};
use attune_protocol::{
    design::Timing,
    instrument::{AnsweredBy, BlindTo},
    plan::{Better, Estimand, Outcome},
};

use super::{
    context::{Context, finding_anchor, inference_name, role_words},
    front::{allocation_words, dates},
};
use crate::{Block, Column, Row, Section, Table, Text, text::Inline};

/// The section, and the keys of the works that the report cites.
pub struct Methods {
    pub section: Section,
    pub cited: Vec<&'static str>,
}

pub fn section(context: &Context<'_>) -> Methods {
    let mut section = Section::new("methods", "Methods");
    section.sections.push(questions(context));
    section.sections.push(design(context));
    section.sections.push(outcomes(context));
    let mut cited = Vec::new();
    if context.findings.description.arms.len() > 1
        && !context.findings.description.baseline.is_empty()
    {
        cited.push("austin-2009");
    }
    section.sections.push(analysis(context, &mut cited));
    section.sections.extend(estimands(context));
    Methods { section, cited }
}

fn questions(context: &Context<'_>) -> Section {
    let mut section = Section::new("methods-questions", "Aims and questions");
    let aims = &context.protocol.study.aims;
    if !aims.is_empty() {
        section.say("The evaluation wants to find out about:");
        section.push(Block::List {
            ordered: false,
            items: aims.iter().map(Text::own).collect(),
        });
    }
    match context.protocol.analyses.is_empty() {
        true => section.say("The plan names no analysis."),
        false => {
            section.say("The plan asks:");
            section.push(Block::List {
                ordered: true,
                items: context
                    .protocol
                    .analyses
                    .iter()
                    .map(|analysis| Text::own(&analysis.question))
                    .collect(),
            });
        }
    }
    section
}

const BEFORE_AND_AFTER: &str = "One service is compared with itself, before and after. Whatever else changed at the same \
     time cannot be told apart from the programme. Which units are analysed stands with each outcome.";

fn design(context: &Context<'_>) -> Section {
    let protocol = context.protocol;
    let mut section = Section::new("methods-design", "Design");
    let mut text = if context.is_before_and_after() {
        Text::from(BEFORE_AND_AFTER)
    } else {
        Text::from(format!(
            "{}. The unit of assignment is the {}; the smallest unit analysed is the visit of a dyad (a \
         carer and an infant).",
            words::capitalised(allocation_words(protocol.study.allocation)),
            if protocol.study.allocation.is_by_site() {
                "site"
            } else {
                "dyad"
            },
        ))
    };
    if let Some(dates) = dates(&protocol.study) {
        text = text.and(format!(" Dates of the study: {dates}."));
    }
    section.say(text);
    if !protocol.arms.is_empty() {
        section.push(Block::Facts(arms(context)));
    } else if protocol
        .phases
        .iter()
        .any(|phase| phase.description.is_some())
    {
        section.push(Block::Facts(phases(context)));
    }
    if !protocol.sites.is_empty() {
        section.push(Block::Facts(vec![("Sites".into(), sites(context))]));
    }
    if !protocol.waves.is_empty() {
        section.push(Block::Table(waves(context)));
    }
    section
}

fn arms(context: &Context<'_>) -> Vec<(Text, Text)> {
    context
        .protocol
        .arms
        .iter()
        .map(|arm| {
            (
                context.arm_cell(Some(&arm.id)),
                described(arm.description.as_deref()),
            )
        })
        .collect()
}

fn phases(context: &Context<'_>) -> Vec<(Text, Text)> {
    let phases = context.protocol.phases.iter();
    phases
        .map(|phase| {
            (
                Text::own(&phase.label),
                described(phase.description.as_deref()),
            )
        })
        .collect()
}

fn described(description: Option<&str>) -> Text {
    match description {
        Some(description) => Text::own(description),
        None => "not described in the study file".into(),
    }
}

fn sites(context: &Context<'_>) -> Text {
    let mut text = Text::default();
    for site in &context.protocol.sites {
        if !text.is_empty() {
            text = text.and("; ");
        }
        text = text.and_own(&site.label);
        if let Some(kind) = &site.kind {
            text = text.and(" (").and_own(kind).and(")");
        }
        if let Some(planned) = site.planned_dyads {
            text = text.and(format!(
                ", {} dyads planned",
                words::count(planned as usize)
            ));
        }
    }
    text
}

fn waves(context: &Context<'_>) -> Table {
    let mut table = Table::new(
        "waves-table",
        "When was measured",
        vec![
            Column::words("Wave"),
            Column::words("Planned"),
            Column::words("On time"),
        ],
    );
    for wave in &context.protocol.waves {
        let planned = match &wave.timing {
            Timing::After { words, .. } => Text::own(words),
            Timing::During(phase) => Text::from("any time during ").and_own(phase.as_str()),
        };
        let window = wave.window.map_or_else(
            || "no window".to_owned(),
            |window| {
                let before = words::count_of(window.days_before as usize, "day", "days");
                let after = words::count_of(window.days_after as usize, "day", "days");
                match window.days_before {
                    0 => format!("up to {after} after"),
                    _ => format!("{before} before to {after} after"),
                }
            },
        );
        table.rows.push(Row::of(vec![
            Text::own(&wave.label),
            planned,
            window.into(),
        ]));
    }
    table
}

fn outcomes(context: &Context<'_>) -> Section {
    let mut section = Section::new("methods-outcomes", "Outcomes and measures");
    let mut table = Table::new(
        "measures-table",
        "Outcomes, and how they were measured",
        vec![
            Column::words("Outcome"),
            Column::words("Role"),
            Column::words("Measured by"),
            Column::words("Given by"),
            Column::words("Blind to"),
            Column::words("Better"),
            Column::numbers("Smallest difference that matters"),
        ],
    );
    let outcomes = context.protocol.outcomes.iter();
    table.rows = outcomes
        .map(|outcome| outcome_row(context, outcome))
        .collect();
    if table.rows.is_empty() {
        section.say("The study file names no outcome.");
    } else {
        section.push(Block::Table(table));
    }
    let citations: Vec<Text> = context
        .protocol
        .instruments
        .iter()
        .filter(|planned| !planned.definition.citation.is_empty())
        .map(|planned| {
            Text::own(&planned.definition.title)
                .and(": ")
                .and_own(&planned.definition.citation)
        })
        .collect();
    if !citations.is_empty() {
        section.say("Instruments:");
        section.push(Block::List {
            ordered: false,
            items: citations,
        });
    }
    section
}

fn outcome_row(context: &Context<'_>, outcome: &Outcome) -> Row {
    let score = context.protocol.score(&outcome.measure);
    let dash = || Text::from("–");
    let measured = match score {
        Some((instrument, score)) => Text::own(&instrument.definition.short_title)
            .and(": ")
            .and_own(&score.label),
        None => Text::code(outcome.measure.as_str()),
    };
    let scheme = context.protocol.scheme_of(&outcome.measure);
    let by_whom = match (score, scheme) {
        (Some((instrument, _)), _) => Some((instrument.answered_by, &instrument.blind_to)),
        (None, Some(scheme)) => Some((AnsweredBy::Observer, &scheme.blind_to)),
        (None, None) => None,
    };
    let given = by_whom.map_or_else(dash, |(who, _)| answered_by_words(who).into());
    let blind = by_whom.map_or_else(dash, |(_, blind_to)| match blind_to.as_slice() {
        [] => "nobody asked to be".into(),
        to => words::list(&to.iter().map(|to| blind_words(*to)).collect::<Vec<_>>()).into(),
    });
    let better = match outcome.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither",
    };
    Row::of(vec![
        Text::own(&outcome.label),
        role_words(outcome.role).into(),
        measured,
        given,
        blind,
        better.into(),
        outcome.smallest_difference_that_matters.map_or_else(
            || "not declared".into(),
            |value| words::short(value, 3).into(),
        ),
    ])
}

fn answered_by_words(who: AnsweredBy) -> &'static str {
    match who {
        AnsweredBy::Parent => "parent",
        AnsweredBy::Staff => "staff",
        AnsweredBy::Assessor => "assessor",
        AnsweredBy::Clinician => "clinician",
        AnsweredBy::Observer => "coder of recordings",
    }
}

fn blind_words(to: BlindTo) -> &'static str {
    match to {
        BlindTo::Arm => "arm",
        BlindTo::Wave => "wave",
        BlindTo::Phase => "phase",
        BlindTo::Site => "site",
    }
}

fn analysis(context: &Context<'_>, cited: &mut Vec<&'static str>) -> Section {
    let mut section = Section::new("methods-analysis", "Analysis");
    let findings = &context.findings.findings;
    if findings.is_empty() {
        section.say("Nothing was analysed.");
        return section;
    }
    section.say(models_words(findings, cited));
    section.push(Block::Table(models_table(findings)));
    section.say(extras_words(context, cited));
    section.say(missing_words(findings, cited));
    section.say(software_words(context));
    section
}

/// Sentences that cite as they go, so that the list of works follows from what was written.
struct Sentences<'a> {
    text: Text,
    cited: &'a mut Vec<&'static str>,
}

impl Sentences<'_> {
    fn say(&mut self, words: impl Into<Inline>) {
        self.text.0.push(words.into());
    }

    fn cite(&mut self, key: &'static str) {
        self.say(" (");
        self.say(Inline::Citation(key));
        self.say(")");
        self.cited.push(key);
    }
}

fn models_words(findings: &[Finding], cited: &mut Vec<&'static str>) -> Text {
    let mut sentences = Sentences {
        text: Text::default(),
        cited,
    };
    let is_mixed = |finding: &Finding| !finding.model.n_groups.is_empty();
    let any_mixed = findings.iter().any(is_mixed);
    sentences.say("Each question was answered by one model, fixed in the plan. ");
    if any_mixed {
        sentences.say("Linear mixed models");
        sentences.cite("laird-1982");
        sentences.say(", written in the formula language of lme4");
        sentences.cite("bates-2015");
        sentences.say(",");
    } else {
        sentences.say("Linear models");
    }
    let estimators = distinct(findings, |finding| {
        estimator_words(&finding.model.estimator)
    });
    sentences.say(format!(" were fitted by {}. ", words::list(&estimators)));
    let inferences = distinct(findings, |finding| finding.model.inference.clone());
    sentences.say("Degrees of freedom, intervals and p values are ");
    for (position, inference) in inferences.iter().enumerate() {
        if position > 0 {
            sentences.say(" and ");
        }
        inference_words(&mut sentences, inference);
    }
    let levels = distinct(findings, |finding| words::level(finding.estimate.level));
    sentences.say(format!(
        "; intervals are of level {} and tests two-sided.",
        words::list(&levels)
    ));
    sentences.text
}

fn distinct(findings: &[Finding], of: impl Fn(&Finding) -> String) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for finding in findings {
        let value = of(finding);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn estimator_words(estimator: &str) -> String {
    match estimator {
        "REML" => "restricted maximum likelihood (REML)".to_owned(),
        "ML" => "maximum likelihood (ML)".to_owned(),
        other => other.to_owned(),
    }
}

fn inference_words(sentences: &mut Sentences<'_>, inference: &str) {
    match inference {
        "kenward-roger" => {
            sentences.say("Kenward and Roger’s");
            sentences.cite("kenward-1997");
        }
        "satterthwaite" => {
            sentences.say("Satterthwaite’s");
            sentences.cite("satterthwaite-1946");
        }
        "normal" => sentences.say("those of the normal distribution"),
        other => sentences.say(format!("those of {}", words::id_words(other))),
    }
}

fn models_table(findings: &[Finding]) -> Table {
    let mut table = Table::new(
        "models-table",
        "The models as run",
        vec![
            Column::words("Finding"),
            Column::words("Formula"),
            Column::words("Estimator"),
            Column::words("Inference"),
            Column::words("Fit"),
        ],
    );
    for finding in findings {
        let fit = match (finding.model.converged, finding.model.singular) {
            (true, false) => "regular",
            (true, true) => "singular: on the boundary",
            (false, _) => "did not converge",
        };
        table.rows.push(Row::of(vec![
            Text::own(&finding.outcome.label)
                .and(" (")
                .and_see(finding_anchor(finding))
                .and(")"),
            Text::code(&finding.model.formula),
            Text::own(&finding.model.estimator),
            inference_name(&finding.model.inference).into(),
            fit.into(),
        ]));
    }
    table
}

/// Effect sizes, families of tests, equivalence, reliable change, sensitivity: what was run of them.
fn extras_words(context: &Context<'_>, cited: &mut Vec<&'static str>) -> Text {
    let findings = &context.findings.findings;
    let mut sentences = Sentences {
        text: Text::default(),
        cited,
    };
    effect_sizes(&mut sentences, findings);
    multiplicity(&mut sentences, context);
    if findings.iter().any(|finding| finding.equivalence.is_some()) {
        sentences.say(
            "Equivalence was tested by two one-sided tests against bounds declared in the plan",
        );
        sentences.cite("schuirmann-1987");
        sentences.say(". ");
    }
    if findings
        .iter()
        .any(|finding| finding.reliable_change.is_some())
    {
        sentences.say("Reliable change of single dyads follows Jacobson and Truax");
        sentences.cite("jacobson-1991");
        sentences.say(". ");
    }
    sensitivity(&mut sentences, findings);
    if context.protocol.study.allocation.is_by_site() {
        sentences.say(
            "Sites, not dyads, came to arms, so a difference between arms is a difference between \
             these sites",
        );
        sentences.cite("varnell-2001");
        sentences.say(".");
    }
    sentences.text
}

fn effect_sizes(sentences: &mut Sentences<'_>, findings: &[Finding]) {
    let mut kinds: Vec<&str> = Vec::new();
    for effect in findings
        .iter()
        .filter_map(|finding| finding.effect_size.as_ref())
    {
        if !kinds.contains(&effect.kind.as_str()) {
            kinds.push(&effect.kind);
        }
    }
    for kind in kinds {
        sentences.say(format!(
            "Effect sizes are {}",
            super::summary::kind_words(kind)
        ));
        if kind == "hedges-g" {
            sentences.cite("hedges-1981");
        }
        sentences.say("; what is divided by what is told with each model. ");
    }
}

fn multiplicity(sentences: &mut Sentences<'_>, context: &Context<'_>) {
    match &context.findings.multiplicity {
        Some(family) if family.method == "holm" => {
            let n = words::count_of(family.members.len(), "analysis", "analyses");
            sentences.say(format!(
                "The p values of a family of {n} were adjusted by Holm’s method"
            ));
            sentences.cite("holm-1979");
            sentences.say(". ");
        }
        _ => sentences.say("p values were not adjusted for the number of analyses. "),
    }
}

fn sensitivity(sentences: &mut Sentences<'_>, findings: &[Finding]) {
    let others: Vec<_> = findings
        .iter()
        .flat_map(|finding| &finding.sensitivity)
        .collect();
    let mut labels: Vec<String> = Vec::new();
    for other in &others {
        if !labels.contains(&other.label) && labels.len() < 12 {
            labels.push(other.label.clone());
        }
    }
    if labels.is_empty() {
        return;
    }
    sentences.say("Sensitivity analyses: ");
    sentences.say(Inline::Own(labels.join("; ")));
    if others
        .iter()
        .any(|other| other.id.starts_with("site-permutation"))
    {
        sentences.say(". Permutation of sites follows Gail and others");
        sentences.cite("gail-1996");
    }
    sentences.say(". ");
}

fn missing_words(findings: &[Finding], cited: &mut Vec<&'static str>) -> Text {
    let mut text = Text::from(
        "A mixed model uses every dyad with at least one value of the outcome; it takes missing values \
         to be explained by the values that are there (missing at random).",
    );
    let imputed = findings
        .iter()
        .flat_map(|finding| &finding.sensitivity)
        .any(|other| other.id.contains("imputation") && other.estimate.estimate.is_some());
    if imputed {
        cited.push("white-2011");
        text = text
            .and(" Multiple imputation (")
            .and(Inline::Citation("white-2011"))
            .and(") asks whether the answer depends on it.");
    }
    let left_out: Vec<&Finding> = findings
        .iter()
        .filter(|finding| !finding.left_out.is_empty())
        .collect();
    if left_out.is_empty() {
        return text.and(" No row was left out of a model.");
    }
    text = text.and(" Left out of the models: ");
    for (position, finding) in left_out.iter().enumerate() {
        let gap = if position == 0 { "" } else { "; " };
        text = text.and(gap).and_own(&finding.outcome.label).and(": ");
        for (position, out) in finding.left_out.iter().enumerate() {
            let gap = if position == 0 { "" } else { ", " };
            let n = words::count_of(out.n, "row", "rows");
            text = text.and(format!("{gap}{n}, ")).and_own(&out.why);
        }
    }
    text.and(".")
}

fn software_words(context: &Context<'_>) -> Text {
    Text::from("All of it was run by ")
        .and_own(&context.findings.engine)
        .and(format!(
            " with seed {}. Its fingerprints are in ",
            context.findings.seed
        ))
        .and_see("reproduce")
        .and(".")
}

/// The exact quantity that each question asks for, where the team wrote it.
fn estimands(context: &Context<'_>) -> Option<Section> {
    let mut section = Section::new("methods-estimands", "What exactly is asked");
    for analysis in &context.protocol.analyses {
        if let Some(estimand) = &analysis.estimand {
            section.push(Block::Subheading(Text::own(&analysis.question)));
            section.push(Block::Facts(estimand_facts(estimand)));
        }
    }
    (!section.is_empty()).then_some(section)
}

fn estimand_facts(estimand: &Estimand) -> Vec<(Text, Text)> {
    [
        ("Population", &estimand.population),
        ("Compared", &estimand.treatment),
        ("Variable", &estimand.variable),
        ("What may happen in between", &estimand.intercurrent_events),
        ("Summary", &estimand.summary),
    ]
    .into_iter()
    .map(|(name, words)| (name.into(), Text::own(words)))
    .collect()
}
