//! Figures of plain numbers, each one SVG file that stands alone: what `attune fit --plot` and the
//! other commands without a study draw.
//!
//! A plot is a struct of numbers and names with a heading. [`svg_file`] gives the bytes: title and
//! subtitle above the drawing, a note beneath, a text alternative (`<title>`, `<desc>`), the numbers
//! behind it as CSV (`<metadata>`), and a stylesheet for dark screens; on paper and without
//! stylesheets it is ink on white. The same plot gives the same bytes. Nothing is computed here: means,
//! intervals and bands come from whoever asks. Arms and groups look as in the report.

mod agreement_matrix;
mod answer_shares;
mod bland_altman;
mod caterpillar;
mod coding_strip;
mod coefficient_forest;
mod covariate_balance;
mod data;
mod file;
mod fitted_means;
mod frame;
pub(crate) mod group_dots;
mod paired_change;
mod power_curve;
mod residuals;
mod session_dots;
mod sociogram;
mod time_series;

pub use agreement_matrix::AgreementMatrix;
pub use answer_shares::AnswerShares;
pub use bland_altman::BlandAltman;
pub use caterpillar::{Caterpillar, CaterpillarPanel, Mode};
pub use coding_strip::{CodingStrip, StripRow, StripSpan};
pub use coefficient_forest::{Coefficient, CoefficientForest};
pub use covariate_balance::{BalanceRow, CovariateBalance};
pub use data::DataTable;
pub use file::svg_file;
pub use fitted_means::{FittedGroup, FittedMeans};
pub use group_dots::{DotGroup, GroupDots};
pub use paired_change::PairedChange;
pub use power_curve::{PowerCurve, PowerCurves, PowerPoint};
pub use residuals::Residuals;
pub use session_dots::{SessionDots, SessionDotsPanel};
pub use sociogram::{Sociogram, SociogramPanel, SociogramPerson};
pub use time_series::{Limit, SeriesPoint, TimeSeries};

use crate::{
    ArmKind, ArmMark, Format,
    figures::{scale::range, svg::Svg},
};

/// What stands around a plot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The finding or the question.
    pub title: String,
    /// What is drawn: model, rows, level of intervals.
    pub subtitle: String,
    /// The message for those who do not see it.
    pub description: String,
    /// A remark beneath; empty for none.
    pub note: String,
}

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

impl Interval {
    fn values(self) -> [f64; 3] {
        [self.estimate, self.lower, self.upper]
    }

    fn is_finite(self) -> bool {
        self.values().iter().all(|value| value.is_finite())
    }
}

/// What can be drawn as a file of its own.
pub trait Plot {
    /// What stands around it.
    fn heading(&self) -> &Heading;
    /// The numbers behind it.
    fn data(&self) -> DataTable;
    /// The drawing itself.
    fn body(&self, format: Format) -> Drawn;
}

/// A drawing on its way into a file.
pub struct Drawn(Svg);

impl Drawn {
    /// The drawing, for the figures of a report.
    pub(crate) fn into_svg(self) -> Svg {
        self.0
    }
}

/// Marks of groups in their order: one alone has the programme's; of several the first is the
/// reference and has the comparison's.
fn marks(count: usize) -> Vec<ArmMark> {
    match count {
        1 => vec![ArmMark(ArmKind::Programme)],
        _ => (0..count)
            .map(|n| {
                ArmMark(match n {
                    0 => ArmKind::Comparison,
                    1 => ArmKind::Programme,
                    2 => ArmKind::Third,
                    _ => ArmKind::Further,
                })
            })
            .collect(),
    }
}

/// Smallest and largest value with a little room on both sides; never empty.
fn with_room(values: impl Iterator<Item = f64>, share: f64) -> (f64, f64) {
    let (low, high) = range(values).unwrap_or((0.0, 1.0));
    let width = if high > low {
        high - low
    } else {
        high.abs().max(1.0)
    };
    (low - share * width, high + share * width)
}

/// A regular sample of at most `most` values, in their order.
fn sampled<T: Clone>(values: &[T], most: usize) -> Vec<T> {
    let step = values.len().div_ceil(most).max(1);
    values.iter().step_by(step).cloned().collect()
}
