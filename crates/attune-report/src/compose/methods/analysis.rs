//! How the questions were answered: models, inference, what was run besides, what was left out, and the
//! works for exactly that.

use attune_analysis::{findings::Finding, words};

use crate::{
    Block, Column, Row, Section, Table, Text,
    compose::{
        context::{Context, finding_anchor, inference_name},
        summary::kind_words,
    },
    text::Inline,
};

pub(super) fn analysis(context: &Context<'_>, cited: &mut Vec<&'static str>) -> Section {
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
        "residual-df" => {
            sentences.say("those of the t distribution on the residual degrees of freedom");
        }
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
        sentences.say(format!("Effect sizes are {}", kind_words(kind)));
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
    let is_mixed = |finding: &Finding| !finding.model.n_groups.is_empty();
    let mut text = Text::from(match findings.iter().any(is_mixed) {
        true => {
            "A mixed model uses every dyad with at least one value of the outcome; it takes missing values \
             to be explained by the values that are there (missing at random)."
        }
        false => {
            "A model uses every row that has a value of the outcome and of all that it depends on; nothing is \
             filled in for the others."
        }
    });
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
