//! Is a questionnaire's score reliable? Cronbach's alpha, omega, item statistics.
//!
//! Items come scored and turned the same way round; scoring itself is not done here.
//! The error of one person's score is `agreement::measurement_error`, its change
//! `reliable_change`.

mod one_factor;
mod reliability;
mod report;

pub use one_factor::{OneFactor, one_factor};
pub use reliability::{
    ItemStatistics, Reliability, ScaleMeasure, alpha_additive, omega_additive, scale_additive,
    scale_reliability,
};
pub use report::{ScaleReport, ScaleSettings, scale_report};
