//! Do coders agree? Percent agreement, kappas, Gwet's coefficients, Krippendorff's
//! alpha, intraclass correlations, limits of agreement.
//!
//! [`ratings::Ratings`] holds who gave which unit what; each coefficient has its file.
//! Every coefficient that is a function of sums over units is written so
//! ([`crate::resampling::additive::Additive`]), which makes its jackknife and bootstrap cheap.
//! [`report::agree`] answers in the shape that `attune agree --json` prints.

pub mod bland_altman;
pub mod chance_corrected;
pub mod cohen_kappa;
pub mod fleiss_kappa;
pub mod intraclass;
pub mod krippendorff_alpha;
pub mod light_kappa;
pub mod measurement_error;
pub mod percent;
pub mod ratings;
pub mod report;
pub mod specific;
pub mod unitising;
pub mod weights;

pub use ratings::Ratings;
pub use report::{AgreeSettings, AgreementReport, Measure, agree};
