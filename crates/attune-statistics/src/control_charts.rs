//! Has a series changed? Run charts and Shewhart charts with their rules.
//!
//! Charts describe a series that is watched as it comes; a change at a known time is
//! better asked of `interrupted_series`.

mod run_chart;
mod shewhart;

pub use run_chart::{RunChart, run_chart};
pub use shewhart::{ChartPoint, Rule, ShewhartChart, p_chart, u_chart, xmr_chart};
