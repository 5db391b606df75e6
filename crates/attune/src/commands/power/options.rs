//! The options of `attune power`, in the groups that its help shows.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum};

/// How trials are made and counted, with a study or without.
#[derive(Debug, Args)]
#[command(next_help_heading = "Trials")]
pub struct TrialOptions {
    /// Dyads in each arm; several make a curve. With a study also multiples of its plan: 1x,1.5x,2x
    #[arg(
        long,
        visible_alias = "n",
        value_name = "N[,N…]",
        value_delimiter = ','
    )]
    pub dyads: Vec<Size>,
    /// Effects; several make a curve. With a study: multiples of what it assumes, 0 for none.
    /// Without: differences between the arms in the outcome's unit (log odds ratio, log rate ratio)
    #[arg(long, value_name = "E[,E…]", value_delimiter = ',', allow_negative_numbers = true, value_parser = finite)]
    pub effect: Vec<f64>,
    /// Share of dyads lost by the last visit; with a study in the place of its own losses
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub dropout: Option<f64>,
    /// Share of the variance at one visit that lies between sites; with a study in the place of its own
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub sites_icc: Option<f64>,
    /// Search how many dyads in each arm reach this power
    #[arg(long, value_name = "POWER", value_parser = inside)]
    pub target: Option<f64>,
    /// Level of the two-sided test; 0.05, or what the study's intervals say
    #[arg(long, value_name = "LEVEL", value_parser = inside)]
    pub alpha: Option<f64>,
    /// Trials at each point
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = trials)]
    pub trials: usize,
    /// Seed: the same seed makes the same trials
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// What belongs to a study alone.
#[derive(Debug, Args)]
#[command(next_help_heading = "With a study")]
pub struct StudyOptions {
    /// Only this planned analysis; may be repeated
    #[arg(long, value_name = "ID", requires = "study")]
    pub analysis: Vec<String>,
}

/// What describes a design without a study.
#[derive(Debug, Args)]
#[command(next_help_heading = "Without a study")]
pub struct DesignOptions {
    /// What is compared: change over all visits (growth, the default), the last visit, the last visit
    /// given the first, or two visits of one group
    #[arg(long, value_enum, conflicts_with = "study")]
    pub design: Option<DesignKind>,
    /// Months of the visits [default: 0,6,12; 0,12 for before-after]
    #[arg(
        long,
        value_name = "MONTHS",
        value_delimiter = ',',
        value_parser = not_negative,
        conflicts_with = "study"
    )]
    pub visits: Vec<f64>,
    /// Whether --effect is the difference at the last visit (the default) or in the change per month
    #[arg(long, value_enum, value_name = "UNIT", conflicts_with = "study")]
    pub per: Option<Per>,
    /// Kind of outcome [default: gaussian]
    #[arg(long, value_enum, conflicts_with = "study")]
    pub outcome: Option<OutcomeKind>,
    /// Mean at enrolment: a share for binomial (default 0.5), a count for poisson (default 1)
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true, value_parser = finite, conflicts_with = "study")]
    pub start: Option<f64>,
    /// Change per month in the comparison arm, on the scale of the effect [default: 0]
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true, value_parser = finite, conflicts_with = "study")]
    pub change: Option<f64>,
    /// SD of the outcome at enrolment, within a site [default: 1]
    #[arg(long, value_name = "SD", value_parser = positive, conflicts_with_all = ["study", "sd_intercept", "sd_residual"])]
    pub sd: Option<f64>,
    /// Share of that variance between dyads: the correlation of two visits to a dyad [default: 0.5]
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with_all = ["study", "sd_intercept", "sd_residual"])]
    pub icc: Option<f64>,
    /// SD of the dyads' intercepts, in the place of --sd and --icc (for binomial and poisson on the
    /// scale of the link, default 1 and 0.5)
    #[arg(long, value_name = "SD", value_parser = not_negative, conflicts_with = "study")]
    pub sd_intercept: Option<f64>,
    /// SD of the residuals, with --sd-intercept
    #[arg(long, value_name = "SD", value_parser = positive, requires = "sd_intercept", conflicts_with = "study")]
    pub sd_residual: Option<f64>,
    /// SD of the dyads' slopes per month [default: 0]
    #[arg(long, value_name = "SD", value_parser = not_negative, conflicts_with = "study")]
    pub sd_slope: Option<f64>,
    /// Correlation of a dyad's intercept and slope [default: 0]
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = correlation, requires = "sd_slope", conflicts_with = "study")]
    pub correlation: Option<f64>,
    /// Sites of each arm: one number, or comparison,intervention [default: one, without an effect of its own]
    #[arg(long, value_name = "N[,N]", value_delimiter = ',', num_args = 1..=2, conflicts_with = "study")]
    pub sites: Vec<usize>,
    /// How unequal the sites are: SD of their sizes over the mean [default: 0, equal]
    #[arg(long, value_name = "CV", value_parser = not_negative, requires = "sites", conflicts_with = "study")]
    pub site_size_cv: Option<f64>,
    /// Degrees of freedom of the test [default: satterthwaite; normal for binomial and poisson]
    #[arg(long, value_enum, conflicts_with = "study")]
    pub df: Option<Df>,
}

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Write the power curve to this SVG file
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// What a design compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DesignKind {
    /// Change over all visits, two arms
    Growth,
    /// The last visit, two arms
    LastVisit,
    /// The last visit given the first, two arms
    BaselineAdjusted,
    /// Two visits of one group
    BeforeAfter,
}

/// What an effect is counted per.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Per {
    LastVisit,
    Month,
}

/// Distribution of the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutcomeKind {
    Gaussian,
    Binomial,
    Poisson,
}

/// Degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Df {
    Satterthwaite,
    KenwardRoger,
    Normal,
}

/// A number of dyads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// In each arm.
    PerArm(u32),
    /// Times the plan.
    Times(f64),
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let told = || {
            format!("`{text}` is neither a number of dyads such as 40 nor a multiple such as 1.5x")
        };
        if let Some(factor) = text.strip_suffix(['x', 'X', '×']) {
            let factor: f64 = factor.parse().map_err(|_| told())?;
            let is_sound = factor.is_finite() && factor > 0.0 && factor <= 1000.0;
            return is_sound.then_some(Self::Times(factor)).ok_or_else(told);
        }
        let n: u32 = text.parse().map_err(|_| told())?;
        let is_sound = (2..=1_000_000).contains(&n);
        let words = "from 2 to 1000000 dyads in each arm";
        is_sound
            .then_some(Self::PerArm(n))
            .ok_or_else(|| words.to_owned())
    }
}

fn number(text: &str, allowed: impl Fn(f64) -> bool, words: &str) -> Result<f64, String> {
    let number: f64 = text
        .trim()
        .parse()
        .map_err(|_| format!("`{text}` is not a number"))?;
    let is_allowed = number.is_finite() && allowed(number);
    is_allowed
        .then_some(number)
        .ok_or_else(|| format!("must be {words}"))
}

fn finite(text: &str) -> Result<f64, String> {
    number(text, |_| true, "a finite number")
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |value| value > 0.0, "above 0")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |value| value >= 0.0, "0 or more")
}

fn share(text: &str) -> Result<f64, String> {
    number(
        text,
        |value| (0.0..1.0).contains(&value),
        "a share from 0 to below 1, such as 0.2",
    )
}

fn inside(text: &str) -> Result<f64, String> {
    number(
        text,
        |value| value > 0.0 && value < 1.0,
        "between 0 and 1, such as 0.8",
    )
}

fn correlation(text: &str) -> Result<f64, String> {
    number(text, |value| (-1.0..=1.0).contains(&value), "from -1 to 1")
}

fn trials(text: &str) -> Result<usize, String> {
    let n: usize = text
        .parse()
        .map_err(|_| format!("`{text}` is not a whole number"))?;
    let is_allowed = (10..=10_000_000).contains(&n);
    is_allowed
        .then_some(n)
        .ok_or_else(|| "must be from 10 to 10000000".to_owned())
}

impl From<Df> for attune_statistics::inference::DegreesOfFreedom {
    fn from(df: Df) -> Self {
        match df {
            Df::Satterthwaite => Self::Satterthwaite,
            Df::KenwardRoger => Self::KenwardRoger,
            Df::Normal => Self::Normal,
        }
    }
}
