//! A design in words: what it is, what it assumes, what it cannot show.

use attune_analysis::words;
use attune_statistics::power::{ClusterSizes, TrueResponse};

use super::PlainDesign;
use crate::commands::power::options::{DesignKind, Df, OutcomeKind, Per};

impl PlainDesign {
    pub fn title(&self) -> String {
        let months: Vec<String> = self
            .months_used()
            .iter()
            .map(|m| words::short(*m, 2))
            .collect();
        let at = words::list(&months);
        match self.kind {
            DesignKind::Growth => format!("Two arms, visits at months {at}"),
            DesignKind::LastVisit => format!("Two arms, compared at month {at}"),
            DesignKind::BaselineAdjusted => {
                format!("Two arms, first and last visit at months {at}")
            }
            DesignKind::BeforeAfter => format!("One group, before and after: months {at}"),
        }
    }

    pub fn question(&self) -> &'static str {
        match self.kind {
            DesignKind::Growth => "Does change differ between the arms?",
            DesignKind::LastVisit => "Do the arms differ at the last visit?",
            DesignKind::BaselineAdjusted => {
                "Do the arms differ at the last visit, given the first value?"
            }
            DesignKind::BeforeAfter => "Does the group change?",
        }
    }

    pub fn method_words(&self) -> String {
        let test = match self.df {
            Df::Satterthwaite => "Satterthwaite",
            Df::KenwardRoger => "Kenward–Roger",
            Df::Normal => "normal test",
        };
        let is_mixed = self.model().contains('|');
        match (self.outcome, is_mixed) {
            (OutcomeKind::Gaussian, true) => format!("REML, {test}"),
            (OutcomeKind::Gaussian, false) => "least squares, t test".to_owned(),
            (OutcomeKind::Binomial, true) => "binomial, Laplace, normal test".to_owned(),
            (OutcomeKind::Binomial, false) => "logistic regression, normal test".to_owned(),
            (OutcomeKind::Poisson, true) => "Poisson, Laplace, normal test".to_owned(),
            (OutcomeKind::Poisson, false) => "Poisson regression, normal test".to_owned(),
        }
    }

    pub fn effect_name(&self) -> String {
        let scale = match self.outcome {
            OutcomeKind::Gaussian => "effect",
            OutcomeKind::Binomial => "log odds ratio",
            OutcomeKind::Poisson => "log rate ratio",
        };
        match self.per {
            Per::LastVisit => format!("{scale} at last visit"),
            Per::Month => format!("{scale} per month"),
        }
    }

    pub fn assumed_words(&self) -> Vec<String> {
        let assumed = &self.assumed;
        let number = |value: f64| words::short(value, 4);
        let root = |variance: f64| number(variance.sqrt());
        let link = match self.outcome {
            OutcomeKind::Gaussian => "",
            OutcomeKind::Binomial => " (logit scale)",
            OutcomeKind::Poisson => " (log scale)",
        };
        let mut said = vec![format!(
            "Mean at enrolment{link} {}, change per month {} without the effect.",
            number(assumed.start),
            number(assumed.change)
        )];
        let mut spread = format!(
            "SD between dyads{link} {}",
            root(assumed.intercept_variance)
        );
        if assumed.slope_variance > 0.0 {
            spread += &format!(
                ", of their slopes {} per month (correlation {})",
                root(assumed.slope_variance),
                number(assumed.correlation)
            );
        }
        if let TrueResponse::Normal { sd } = assumed.response {
            let icc = assumed.intercept_variance / (assumed.intercept_variance + sd * sd);
            spread += &format!(
                ", within dyads {}: two visits to a dyad correlate {} at enrolment",
                number(sd),
                words::short(icc, 2)
            );
        }
        said.push(format!("{spread}."));
        said.push(self.sites_words());
        said.push(match self.dropout {
            0.0 => "Nobody is lost.".to_owned(),
            share => format!(
                "{} of the dyads are lost by the last visit, completely at random.",
                words::percent(share)
            ),
        });
        said
    }

    fn sites_words(&self) -> String {
        if !self.sites_are_given {
            return "Dyads are independent of each other: no sites are simulated (--sites)."
                .to_owned();
        }
        let counts: Vec<String> = self.sites.iter().map(|n| words::count(*n)).collect();
        let sizes = match self.cluster_sizes {
            ClusterSizes::Equal => "of equal size".to_owned(),
            ClusterSizes::Unequal { cv } => {
                format!(
                    "of unequal size (coefficient of variation {})",
                    words::short(cv, 2)
                )
            }
        };
        let differ = if self.assumed.site_variance > 0.0 {
            format!(
                "{} of the variance at one visit lies between sites",
                words::percent(self.assumed.sites_icc)
            )
        } else {
            "sites do not differ (--sites-icc)".to_owned()
        };
        let arms = if counts.len() == 2 {
            " (comparison and intervention)"
        } else {
            ""
        };
        format!("Sites: {}{arms}, {sizes}; {differ}.", words::list(&counts))
    }

    pub fn cannot_show(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.kind == DesignKind::BeforeAfter {
            said.push(
                "There is no comparison group: change is found whatever brought it about."
                    .to_owned(),
            );
        } else if self.sites_are_given && self.sites.contains(&1) {
            said.push(
                "An arm has a single site. What is special about it cannot be told apart from the \
                 programme: this is the power of a comparison of dyads, conditional on these sites. \
                 At the level of sites there is no test and no power."
                    .to_owned(),
            );
        }
        if self.dropout > 0.0 {
            said.push(
                "Loss is simulated as completely at random. Bias from families who leave because of \
                 how they fare is not in these numbers."
                    .to_owned(),
            );
        }
        said
    }

    pub fn warnings(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.assumed.site_variance > 0.0 && !self.analyses_sites() {
            said.push(
                "Sites differ, but with a single site in an arm the model cannot have a term for them: \
                 the line without effect shows how often their differences alone are taken for an effect."
                    .to_owned(),
            );
        }
        if self.assumed.slope_variance > 0.0
            && self.kind == DesignKind::Growth
            && !self.analyses_slopes()
        {
            said.push(
                "Dyads’ slopes differ, but two visits cannot tell them from residuals: the model has \
                 random intercepts only."
                    .to_owned(),
            );
        }
        if self.outcome != OutcomeKind::Gaussian
            && self.kind == DesignKind::LastVisit
            && self.assumed.site_variance > 0.0
        {
            said.push("Effects are those within a site.".to_owned());
        }
        said
    }
}
