//! Power of a design that is described by options: dyads in one or two arms, visited at given months.

use anyhow::{Result, bail};
use attune_statistics::{
    formula::Formula,
    generalised_mixed_model::{Family, GeneralisedSettings},
    power::{
        Analysis, ClusterSizes, Design, Draws, LongitudinalDesign, Method, PlannedArm, Power,
        PowerSettings, SampleSize, Scenario, SearchOutcome, power as simulated_power,
    },
    table::Table,
};

use super::{
    options::{DesignKind, DesignOptions, Df, OutcomeKind, Per, Size, TrialOptions},
    result::{Point, PowerResult, Question},
    search::search,
};

mod assumptions;
mod words;

use assumptions::Assumed;

/// A design with everything decided.
pub struct PlainDesign {
    kind: DesignKind,
    outcome: OutcomeKind,
    /// Months of all visits.
    visits: Vec<f64>,
    per: Per,
    df: Df,
    /// Sites of each arm.
    sites: Vec<usize>,
    /// Whether sites were asked for.
    sites_are_given: bool,
    cluster_sizes: ClusterSizes,
    dropout: f64,
    /// What is true.
    assumed: Assumed,
}

/// Simulates everything that the options ask for.
pub fn power(trials: &TrialOptions, options: &DesignOptions) -> Result<PowerResult> {
    let design = PlainDesign::of(trials, options)?;
    if trials.effect.is_empty() {
        bail!(
            "--effect is missing: the difference to be found, such as --effect 0.3 (or give a study folder)"
        );
    }
    let sizes = sizes(trials)?;
    let settings = trials.settings();
    let search = design.search_for(trials, &sizes)?;
    let mut points = Vec::new();
    for &effect in &trials.effect {
        for &n in &sizes {
            points.push(design.point(n, effect, &settings)?);
        }
    }
    if let (true, Some(search)) = (sizes.is_empty(), &search) {
        points.push(design.point_found(trials.effect[0], search));
    }
    if let (false, Some(first)) = (trials.effect.contains(&0.0), points.first()) {
        points.push(design.point(first.dyads[0].1, 0.0, &settings)?);
    }
    Ok(design.result(trials, points, search))
}

/// Numbers of dyads in each arm; multiples need a plan.
fn sizes(trials: &TrialOptions) -> Result<Vec<usize>> {
    let per_arm = |size: &Size| match size {
        Size::PerArm(n) => Ok(*n as usize),
        Size::Times(_) => {
            bail!("--dyads 1.5x is a multiple of a study's plan; without a study give a number")
        }
    };
    let sizes = trials
        .dyads
        .iter()
        .map(per_arm)
        .collect::<Result<Vec<_>>>()?;
    if sizes.is_empty() && trials.target.is_none() {
        bail!(
            "say how many dyads each arm has (--dyads 60) or which power is wanted (--target 0.8), or give a study folder"
        );
    }
    Ok(sizes)
}

impl PlainDesign {
    fn of(trials: &TrialOptions, options: &DesignOptions) -> Result<Self> {
        let kind = options.design.unwrap_or(DesignKind::Growth);
        let outcome = options.outcome.unwrap_or(OutcomeKind::Gaussian);
        let visits = visits(kind, &options.visits)?;
        let is_gaussian = outcome == OutcomeKind::Gaussian;
        if kind == DesignKind::BaselineAdjusted && !is_gaussian {
            bail!("--design baseline-adjusted is for gaussian outcomes; use growth or last-visit");
        }
        if kind == DesignKind::BeforeAfter && options.change.is_some() {
            bail!(
                "--change has no place in before-after, where --effect is the change of the group"
            );
        }
        if !is_gaussian && !matches!(options.df, None | Some(Df::Normal)) {
            bail!("--df belongs to gaussian outcomes; binomial and poisson have normal tests");
        }
        let n_arms = if kind == DesignKind::BeforeAfter {
            1
        } else {
            2
        };
        let sites = match options.sites.as_slice() {
            [] => vec![1; n_arms],
            [_, _] if n_arms == 1 => {
                bail!("--design before-after has one group: give one number of --sites")
            }
            [one] => vec![*one; n_arms],
            several => several.to_vec(),
        };
        if sites.contains(&0) {
            bail!("--sites must be at least 1 in each arm");
        }
        if trials.sites_icc.is_some_and(|icc| icc > 0.0) && options.sites.is_empty() {
            bail!("--sites-icc needs --sites, the number of sites in each arm");
        }
        let cluster_sizes = match options.site_size_cv {
            Some(cv) if cv > 0.0 => ClusterSizes::Unequal { cv },
            _ => ClusterSizes::Equal,
        };
        Ok(Self {
            assumed: Assumed::of(trials, options, kind, outcome)?,
            kind,
            outcome,
            visits,
            per: options.per.unwrap_or(Per::LastVisit),
            df: options.df.unwrap_or(if is_gaussian {
                Df::Satterthwaite
            } else {
                Df::Normal
            }),
            sites,
            sites_are_given: !options.sites.is_empty(),
            cluster_sizes,
            dropout: trials.dropout.unwrap_or(0.0),
        })
    }

    fn last_month(&self) -> f64 {
        self.visits.last().copied().unwrap_or(0.0)
    }

    /// The fewest dyads in an arm with which the model can be fitted at all.
    fn fewest(&self) -> usize {
        if self.kind == DesignKind::BeforeAfter {
            3
        } else {
            2
        }
    }

    /// Months at which trials have rows.
    fn months_used(&self) -> Vec<f64> {
        match self.kind {
            DesignKind::Growth | DesignKind::BeforeAfter => self.visits.clone(),
            DesignKind::LastVisit => vec![self.last_month()],
            DesignKind::BaselineAdjusted => vec![self.visits[0], self.last_month()],
        }
    }

    fn rows(&self, n: usize) -> LongitudinalDesign {
        let labels: &[&str] = match self.kind {
            DesignKind::BeforeAfter => &["families"],
            _ => &["comparison", "intervention"],
        };
        let arm = |(label, n_clusters): (&&str, &usize)| PlannedArm {
            label: (*label).to_owned(),
            n_units: n,
            n_clusters: *n_clusters,
            dropout: self.dropout,
        };
        LongitudinalDesign {
            arms: labels.iter().zip(&self.sites).map(arm).collect(),
            times: self.months_used(),
            cluster_sizes: self.cluster_sizes,
        }
    }

    /// Whether the analysis has a random intercept of sites: where they differ, and every arm has several.
    fn analyses_sites(&self) -> bool {
        self.assumed.site_variance > 0.0 && self.sites.iter().all(|n| *n > 1)
    }

    /// Whether the analysis has slopes of the dyads: where they differ, and three visits can tell.
    fn analyses_slopes(&self) -> bool {
        self.kind == DesignKind::Growth
            && self.assumed.slope_variance > 0.0
            && self.visits.len() > 2
    }

    /// The model that is fitted.
    fn model(&self) -> String {
        let dyads = if self.analyses_slopes() {
            "(months | dyad)"
        } else {
            "(1 | dyad)"
        };
        let mut model = match self.kind {
            DesignKind::Growth => format!("score ~ months * arm + {dyads}"),
            DesignKind::LastVisit => "score ~ arm".to_owned(),
            DesignKind::BaselineAdjusted => "score ~ first + arm".to_owned(),
            DesignKind::BeforeAfter => "score ~ after + (1 | dyad)".to_owned(),
        };
        if self.analyses_sites() {
            model += " + (1 | site)";
        }
        model
    }

    /// The coefficient tested.
    fn term(&self) -> &'static str {
        match self.kind {
            DesignKind::Growth => "months:armintervention",
            DesignKind::LastVisit | DesignKind::BaselineAdjusted => "armintervention",
            DesignKind::BeforeAfter => "after",
        }
    }

    /// The change per month that an effect, as typed, is.
    fn effect_per_month(&self, effect: f64) -> f64 {
        match (self.per, self.kind) {
            (Per::Month, _) => effect,
            (Per::LastVisit, DesignKind::BeforeAfter) => {
                effect / (self.last_month() - self.visits[0])
            }
            (Per::LastVisit, _) => effect / self.last_month(),
        }
    }

    /// What the tested coefficient is in truth.
    fn true_value(&self, effect: f64) -> f64 {
        let per_month = self.effect_per_month(effect);
        match self.kind {
            DesignKind::Growth => per_month,
            DesignKind::LastVisit | DesignKind::BaselineAdjusted => per_month * self.last_month(),
            DesignKind::BeforeAfter => per_month * (self.last_month() - self.visits[0]),
        }
    }

    fn method(&self) -> Method {
        match self.outcome {
            OutcomeKind::Gaussian => Method::linear(self.df.into()),
            OutcomeKind::Binomial => {
                Method::Generalised(GeneralisedSettings::new(Family::Binomial))
            }
            OutcomeKind::Poisson => Method::Generalised(GeneralisedSettings::new(Family::Poisson)),
        }
    }

    fn search_for(&self, trials: &TrialOptions, sizes: &[usize]) -> Result<Option<SampleSize>> {
        let Some(target) = trials.target else {
            return Ok(None);
        };
        let [effect] = trials.effect.as_slice() else {
            bail!("--target searches for one effect; give a single --effect");
        };
        if *effect == 0.0 {
            bail!("--target needs an effect to be found: --effect is 0");
        }
        let start = sizes.first().copied().unwrap_or(30);
        let most_sites = self.sites.iter().copied().max().unwrap_or(1);
        let smallest = most_sites.max(self.fewest());
        let evaluate = |n, settings: &PowerSettings| Ok(self.point(n, *effect, settings)?.power);
        search(target, (start, smallest), trials.settings(), evaluate).map(Some)
    }

    /// The trials that ended a search, as a point.
    fn point_found(&self, effect: f64, search: &SampleSize) -> Point {
        let (n, power) = match &search.outcome {
            SearchOutcome::Found {
                n, confirmation, ..
            } => (*n, confirmation),
            SearchOutcome::NotReached { n, power }
            | SearchOutcome::SmallestIsEnough { n, power } => (*n, power),
        };
        let arms = self.rows(n).arms.into_iter();
        Point {
            dyads: arms.map(|arm| (arm.label, arm.n_units)).collect(),
            effect,
            power: (**power).clone(),
            adjusted: None,
        }
    }

    /// Trials with so many dyads in each arm.
    fn point(&self, n: usize, effect: f64, settings: &PowerSettings) -> Result<Point> {
        let most_sites = self.sites.iter().copied().max().unwrap_or(1);
        if n < most_sites {
            bail!(
                "{most_sites} sites in an arm need at least {most_sites} dyads there: --dyads is {n}"
            );
        }
        let rows = self.rows(n);
        rows.check()?;
        let drawn = |draws: &mut Draws| rows.rows(draws);
        let reshape = |table: &Table| LongitudinalDesign::first_and_last(table, "score");
        let design = match self.kind {
            DesignKind::BaselineAdjusted => Design::Reshaped {
                rows: &drawn,
                reshape: &reshape,
            },
            _ if rows.is_complete() => Design::Same(drawn(&mut Draws::of_trial(0, 0))),
            _ => Design::Drawn(&drawn),
        };
        let scenario = Scenario {
            design,
            truth: self
                .assumed
                .truth(self.kind, self.effect_per_month(effect))?,
            analysis: Analysis {
                formula: Formula::parse(&self.model())?,
                method: self.method(),
                tested: vec![(self.term().to_owned(), 1.0)],
            },
            true_value: Some(self.true_value(effect)),
        };
        let power: Power = simulated_power(&scenario, settings)?;
        let dyads = rows
            .arms
            .into_iter()
            .map(|arm| (arm.label, arm.n_units))
            .collect();
        Ok(Point {
            dyads,
            effect,
            power,
            adjusted: None,
        })
    }

    fn result(
        &self,
        trials: &TrialOptions,
        points: Vec<Point>,
        search: Option<SampleSize>,
    ) -> PowerResult {
        PowerResult {
            title: self.title(),
            is_study: false,
            questions: vec![Question {
                id: None,
                question: self.question().to_owned(),
                model: self.model(),
                term: self.term().to_owned(),
                method: self.method_words(),
                alpha: trials.settings().alpha,
                effect_name: self.effect_name(),
                points,
                search,
            }],
            assumed: self.assumed_words(),
            cannot_show: self.cannot_show(),
            warnings: self.warnings(),
            n_trials: trials.trials,
            seed: trials.seed,
            target: trials.target,
        }
    }
}

fn visits(kind: DesignKind, given: &[f64]) -> Result<Vec<f64>> {
    let visits = match (given, kind) {
        ([], DesignKind::BeforeAfter) => vec![0.0, 12.0],
        ([], _) => vec![0.0, 6.0, 12.0],
        (given, _) => given.to_vec(),
    };
    if visits.windows(2).any(|pair| pair[0] >= pair[1]) {
        bail!("--visits must be months in increasing order, such as 0,6,12");
    }
    if visits.last().is_some_and(|last| *last <= 0.0) {
        bail!("the last of --visits must be later than month 0");
    }
    match kind {
        DesignKind::Growth if visits.len() < 2 => {
            bail!("--design growth needs at least two --visits; last-visit compares one")
        }
        DesignKind::BaselineAdjusted if visits.len() < 2 => {
            bail!("--design baseline-adjusted needs a first and a last visit")
        }
        DesignKind::BaselineAdjusted if visits[0] > 0.0 => {
            bail!(
                "--design baseline-adjusted needs its first visit at month 0, before there is an effect"
            )
        }
        DesignKind::BeforeAfter if visits.len() != 2 => {
            bail!("--design before-after has two --visits, such as 0,6")
        }
        _ => Ok(visits),
    }
}
