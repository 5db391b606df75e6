//! The names under which coefficients are reported, each with the definition that it follows:
//! one name means several things in the literature and in programs.

use crate::agreement::intraclass::IccForm;
use crate::agreement::krippendorff_alpha::Level;

/// A coefficient's name and definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) measure: &'static str,
    pub(crate) definition: &'static str,
}

/// A name with its definition.
pub(crate) const fn named(measure: &'static str, definition: &'static str) -> Named {
    Named {
        measure,
        definition,
    }
}

pub(super) const PERCENT: Named = named(
    "percent",
    "share of the pairs of ratings of a unit that agree, mean over units",
);
pub(super) const SPECIFIC: Named = named(
    "specific-agreement",
    "of a unit's other ratings, the share that agree with a rating in this category; for two coders 2a/(2a + b + c)",
);
pub(super) const COHEN: Named = named(
    "cohen-kappa",
    "Cohen (1960), two coders, chance from each coder's own margins",
);
pub(super) const WEIGHTED: Named = named(
    "weighted-kappa",
    "Cohen (1968), two coders, the weights by the categories' values (places for words)",
);
pub(super) const KAPPA_MAX: Named = named(
    "kappa-max",
    "the largest Cohen's kappa that the two coders' margins allow",
);
pub(super) const PABAK: Named = named(
    "pabak",
    "prevalence- and bias-adjusted kappa of two coders, (q p - 1)/(q - 1) for q categories (Byrt and others 1993)",
);
pub(super) const PREVALENCE: Named = named(
    "prevalence-index",
    "two categories: difference of the shares on which both coders agree",
);
pub(super) const BIAS: Named = named(
    "bias-index",
    "two categories: difference of the coders' shares of the first",
);
pub(super) const LIGHT: Named = named(
    "light-kappa",
    "Light (1971), mean of Cohen's kappas of all pairs of coders",
);
pub(super) const FLEISS: Named = named(
    "fleiss-kappa",
    "Fleiss (1971), any number of coders and gaps, chance from the margins of all coders together",
);
pub(super) const CONGER: Named = named(
    "conger-kappa",
    "Conger (1980), Cohen's kappa for many coders, chance from each coder's own margins",
);
pub(super) const BRENNAN_PREDIGER: Named = named(
    "brennan-prediger",
    "Brennan and Prediger (1981), chance 1/q: all categories alike",
);
pub(super) const AC1: Named = named(
    "gwet-ac1",
    "Gwet (2008), chance only for ratings made at random",
);
pub(super) const AC2: Named = named(
    "gwet-ac2",
    "Gwet (2014), AC1 with weights by the categories' values",
);
pub(super) const BLAND_ALTMAN: Named = named(
    "bland-altman",
    "first coder less second: mean difference, and mean -/+ z SD of a difference",
);
pub(super) const MEASUREMENT_ERROR: Named = named(
    "measurement-error",
    "SEM: root of the error variance of one rating; MDC: z root 2 SEM (de Vet and others 2006)",
);

/// Krippendorff's alpha with its metric.
pub(super) fn alpha(level: Level) -> Named {
    let definition = match level {
        Level::Nominal => "Krippendorff (2011), same or different",
        Level::Ordinal => {
            "Krippendorff (2011), ordinal metric: squared number of ratings from one category to the other, not Gwet's ordinal weights"
        }
        Level::Interval => "Krippendorff (2011), squared difference of the values",
        Level::Ratio => "Krippendorff (2011), squared difference over squared sum of the values",
    };
    named("krippendorff-alpha", definition)
}

/// An intraclass correlation with its model.
pub(super) fn icc(form: IccForm) -> Named {
    let definition = match form {
        IccForm::OneWaySingle => "one-way, each unit its own coders: one rating",
        IccForm::AgreementSingle => "two-way, absolute agreement of one rating",
        IccForm::ConsistencySingle => "two-way, consistency of one rating",
        IccForm::OneWayMean => "one-way, each unit its own coders: mean of the coders",
        IccForm::AgreementMean => "two-way, absolute agreement of the mean of the coders",
        IccForm::ConsistencyMean => "two-way, consistency of the mean of the coders",
    };
    named("icc", definition)
}
