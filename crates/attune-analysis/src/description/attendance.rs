//! Sessions attended, by group. A description of reach and dose; whether coming more often makes a
//! difference is another question, which attendance alone cannot answer.

use attune_statistics::descriptives;

use super::Groups;
use crate::{findings::AttendanceSummary, long_table::LongTable};

/// One line per group in which attendance is recorded.
pub fn attendance(long: &LongTable<'_>, groups: &Groups) -> Vec<AttendanceSummary> {
    let mut sessions: Vec<Vec<f64>> = vec![Vec::new(); groups.len()];
    for (unit, group) in groups.of_unit.iter().enumerate() {
        if let (Some(group), Some(n)) = (*group, long.measures.units[unit].sessions_attended) {
            sessions[group].push(f64::from(n));
        }
    }
    let named = groups
        .names
        .iter()
        .zip(&sessions)
        .filter(|(_, sessions)| !sessions.is_empty());
    named
        .map(|((id, _), sessions)| AttendanceSummary {
            arm: id.clone(),
            dyads: sessions.len(),
            came: sessions.iter().filter(|&&n| n > 0.0).count(),
            median: Some(descriptives::median(sessions)),
            quartiles: Some((
                descriptives::quantile(sessions, 0.25),
                descriptives::quantile(sessions, 0.75),
            )),
            maximum: sessions.iter().copied().reduce(f64::max),
        })
        .collect()
}
