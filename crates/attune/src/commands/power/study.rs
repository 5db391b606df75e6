//! Power of a study's plan: records made up from its protocol, measured, and analysed as planned.

use std::path::Path;

use anyhow::{Result, bail};
use attune_analysis::{Settings, analyse};
use attune_measures::measure;
use attune_protocol::{
    Protocol,
    assumptions::Assumptions,
    id::AnalysisId,
    near_miss,
    plan::{Analysis, Estimator, Inference},
};
use attune_simulation::{neutral::fill_gaps, neutral_assumptions, simulate_records, what_if};
use attune_statistics::power::{Power, PowerSettings, SampleSize, Share, Trial};

use super::{
    options::{Size, StudyOptions, TrialOptions},
    result::{Point, PowerResult, Question},
    search::search,
};
use crate::run;

mod trials;
mod words;

use trials::Simulated;

/// A study whose plan is simulated.
struct Rehearsed {
    /// The study with the analyses that were asked for, and what they need.
    protocol: Protocol,
    /// Its assumptions, gaps filled, changed as the command line asks.
    assumptions: Assumptions,
    /// What stood in for assumptions that the study file does not make.
    notes: Vec<String>,
}

/// Simulates everything that the command line asks of a study.
pub fn power(folder: &Path, trials: &TrialOptions, options: &StudyOptions) -> Result<PowerResult> {
    let protocol = run::protocol(folder)?;
    let study = Rehearsed::of(&protocol, trials, options)?;
    let effects = if trials.effect.is_empty() {
        vec![1.0]
    } else {
        trials.effect.clone()
    };
    let sizes: Vec<Option<Size>> = if trials.dyads.is_empty() {
        vec![None]
    } else {
        trials.dyads.iter().copied().map(Some).collect()
    };
    let mut points: Vec<Vec<Point>> = study.protocol.analyses.iter().map(|_| Vec::new()).collect();
    let mut wanted: Vec<(f64, Option<Size>)> = Vec::new();
    for &effect in &effects {
        wanted.extend(sizes.iter().map(|size| (effect, *size)));
    }
    if !effects.contains(&0.0) {
        wanted.push((0.0, sizes[0]));
    }
    for (effect, size) in wanted {
        for (points, point) in points.iter_mut().zip(study.points(size, effect, trials)?) {
            points.push(point);
        }
    }
    let mut questions = Vec::new();
    for (analysis, points) in study.protocol.analyses.iter().zip(points) {
        let search = study.search_for(analysis, trials, &effects)?;
        questions.push(study.question(analysis, points, search, trials));
    }
    study.result(questions, trials)
}

impl Rehearsed {
    fn of(protocol: &Protocol, trials: &TrialOptions, options: &StudyOptions) -> Result<Self> {
        let chosen = chosen(protocol, &options.analysis)?;
        let mut narrowed = what_if::only_for(protocol, &chosen);
        let mut notes = Vec::new();
        let mut assumptions = narrowed
            .assumptions
            .clone()
            .unwrap_or_else(|| neutral_assumptions(&narrowed));
        if narrowed.assumptions.is_none() {
            notes.push(
                "The study file has no [simulation]: everything assumed is neutral, without an effect."
                    .to_owned(),
            );
        }
        fill_gaps(&narrowed, &mut assumptions, &mut notes);
        if let Some(share) = trials.dropout {
            let changed = what_if::with_dropout(&narrowed, &assumptions, share);
            let Some(changed) = changed else {
                bail!(
                    "--dropout needs a wave that is counted from enrolment, and this study has none"
                );
            };
            assumptions = changed;
        }
        if let Some(icc) = trials.sites_icc {
            assumptions = what_if::with_site_icc(&assumptions, icc);
        }
        narrowed.assumptions = Some(assumptions.clone());
        Ok(Self {
            protocol: narrowed,
            assumptions,
            notes,
        })
    }

    /// The assumptions for one point.
    fn assumptions_for(&self, size: Option<Size>, effect: f64) -> Assumptions {
        let sized = match size {
            None => self.assumptions.clone(),
            Some(Size::PerArm(n)) => {
                what_if::with_dyads_per_arm(&self.protocol, &self.assumptions, n)
            }
            Some(Size::Times(factor)) => what_if::with_dyads_times(&self.assumptions, factor),
        };
        what_if::with_effect_times(&self.protocol, &sized, effect)
    }

    /// One point of every analysis.
    fn points(&self, size: Option<Size>, effect: f64, trials: &TrialOptions) -> Result<Vec<Point>> {
        let assumptions = self.assumptions_for(size, effect);
        let settings = trials.settings();
        let dyads = self.dyads_by_arm(&assumptions);
        let simulated = self.simulate(&assumptions, &settings, trials.alpha)?;
        let point = |(analysis, simulated): (&Analysis, Simulated)| {
            let alpha = trials.alpha.unwrap_or(1.0 - analysis.level);
            let adjusted = simulated.adjusted.map(|trials| {
                let rejected = trials
                    .iter()
                    .filter_map(Trial::answer)
                    .filter(|a| a.p < alpha);
                Share::of(rejected.count(), trials.len())
            });
            Point {
                dyads: dyads.clone(),
                effect,
                power: Power::of(&simulated.trials, alpha, simulated.true_value),
                adjusted,
            }
        };
        Ok(self
            .protocol
            .analyses
            .iter()
            .zip(simulated)
            .map(point)
            .collect())
    }

    fn dyads_by_arm(&self, assumptions: &Assumptions) -> Vec<(String, usize)> {
        let label = |arm: &Option<attune_protocol::id::ArmId>| {
            let known = arm.as_ref().and_then(|arm| self.protocol.arm(arm));
            known.map_or("all".to_owned(), |arm| arm.label.clone())
        };
        what_if::dyads_by_arm(&self.protocol, assumptions)
            .iter()
            .map(|(arm, n)| (label(arm), *n as usize))
            .collect()
    }

    fn search_for(
        &self,
        analysis: &Analysis,
        trials: &TrialOptions,
        effects: &[f64],
    ) -> Result<Option<SampleSize>> {
        let Some(target) = trials.target else {
            return Ok(None);
        };
        let [effect] = effects else {
            bail!("--target searches for one effect; give a single --effect");
        };
        if *effect == 0.0 {
            bail!("--target needs an effect to be found: --effect is 0");
        }
        let alone = Self {
            protocol: what_if::only_for(&self.protocol, std::slice::from_ref(&analysis.id)),
            assumptions: self.assumptions.clone(),
            notes: Vec::new(),
        };
        let planned = self.dyads_by_arm(&self.assumptions);
        let all: usize = planned.iter().map(|(_, n)| n).sum();
        let start = (all / planned.len().max(1)).max(2);
        let alpha = trials.alpha.unwrap_or(1.0 - analysis.level);
        let confirming = PowerSettings {
            alpha,
            ..trials.settings()
        };
        let evaluate = |n: usize, settings: &PowerSettings| {
            let size = Size::PerArm(u32::try_from(n).unwrap_or(u32::MAX));
            let assumptions = alone.assumptions_for(Some(size), *effect);
            let simulated = alone.simulate(&assumptions, settings, trials.alpha)?;
            Ok(Power::of(
                &simulated[0].trials,
                alpha,
                simulated[0].true_value,
            ))
        };
        search(
            target,
            (start, self.most_sites().max(2)),
            confirming,
            evaluate,
        )
        .map(Some)
    }

    /// Sites of the arm that has most: no arm can have fewer dyads.
    fn most_sites(&self) -> usize {
        let one_each = what_if::with_dyads_per_arm(&self.protocol, &self.assumptions, 1);
        let by_arm = self.dyads_by_arm(&one_each);
        by_arm.iter().map(|(_, n)| *n).max().unwrap_or(1)
    }

    fn question(
        &self,
        analysis: &Analysis,
        points: Vec<Point>,
        search: Option<SampleSize>,
        trials: &TrialOptions,
    ) -> Question {
        let is_mixed = analysis.model.contains('|');
        let estimator = match (is_mixed, analysis.estimator) {
            (false, _) => "least squares",
            (true, Estimator::Reml) => "REML",
            (true, Estimator::Ml) => "ML",
        };
        let test = match analysis.inference {
            _ if !is_mixed => "t test",
            Inference::KenwardRoger => "Kenward–Roger",
            Inference::Satterthwaite => "Satterthwaite",
            Inference::Normal => "normal test",
        };
        Question {
            id: Some(analysis.id.to_string()),
            question: analysis.question.clone(),
            model: analysis.model.clone(),
            term: analysis.answers.text.clone(),
            method: format!("{estimator}, {test}"),
            alpha: trials.alpha.unwrap_or(1.0 - analysis.level),
            effect_name: "× assumed effect".to_owned(),
            points,
            search,
        }
    }

    fn result(self, questions: Vec<Question>, trials: &TrialOptions) -> Result<PowerResult> {
        let records = simulate_records(&self.protocol, &self.assumptions, trials.seed)?;
        let measures = measure(&self.protocol, &records.records);
        let findings = analyse(&self.protocol, &measures, &Settings::default());
        Ok(PowerResult {
            title: self.protocol.study.title.clone(),
            is_study: true,
            assumed: self.assumed_words(trials),
            cannot_show: self.cannot_show_words(findings.cannot_show),
            warnings: self.warnings(&questions),
            questions,
            n_trials: trials.trials,
            seed: trials.seed,
            target: trials.target,
        })
    }
}

/// The analyses that were asked for; all of the plan when none was named.
fn chosen(protocol: &Protocol, named: &[String]) -> Result<Vec<AnalysisId>> {
    let all: Vec<AnalysisId> = protocol
        .analyses
        .iter()
        .map(|analysis| analysis.id.clone())
        .collect();
    if all.is_empty() {
        bail!("the study plans no analysis: add an [[analysis]] to its study file");
    }
    for name in named {
        if !all.iter().any(|id| **id == **name) {
            let ids = || all.iter().map(AnalysisId::as_str);
            let known = || format!("its analyses are {}", near_miss::listed(ids()));
            let near = near_miss::suggestion(name, ids(), known);
            bail!("the plan has no analysis '{name}': {near}");
        }
    }
    let is_wanted = |id: &AnalysisId| named.is_empty() || named.iter().any(|name| **name == **id);
    Ok(all.into_iter().filter(is_wanted).collect())
}
