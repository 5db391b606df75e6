//! How families go through a study, counted by site or by arm, as a table and as a figure: enrolled, then at
//! each wave how many were seen, how many wait, were missed, are still to come, had gone before, or were not due
//! before the study ended.

use std::fmt::Write as _;

use attune_report::escape;
use attune_store::counts::AtWave;

/// All standings at a wave in the order in which they are drawn.
pub const STANDINGS: [AtWave; 6] = [
    AtWave::Seen,
    AtWave::Waiting,
    AtWave::Missed,
    AtWave::Later,
    AtWave::Gone,
    AtWave::AfterEnd,
];

/// A standing in words, and its name in addresses and styles.
pub fn words(standing: &AtWave) -> (&'static str, &'static str) {
    match standing {
        AtWave::Seen => ("seen", "seen"),
        AtWave::Waiting => ("due or overdue", "waiting"),
        AtWave::Missed => ("not done, with a reason", "missed"),
        AtWave::Later => ("still to come", "later"),
        AtWave::Gone => ("had left before", "gone"),
        AtWave::AfterEnd => ("not due before the end", "after-end"),
    }
}

/// Families of one site or arm, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub label: String,
    /// How the list of families is asked for it, such as `site=north`.
    pub query: String,
    /// Families that enrolled.
    pub enrolled: usize,
    /// Counts at each wave, in the order of [`STANDINGS`].
    pub waves: Vec<[usize; 6]>,
}

impl Group {
    /// An empty group.
    pub fn new(label: impl Into<String>, query: impl Into<String>, n_waves: usize) -> Self {
        Self {
            label: label.into(),
            query: query.into(),
            enrolled: 0,
            waves: vec![[0; 6]; n_waves],
        }
    }

    /// Counts one family by where it stands at each wave.
    pub fn count(&mut self, standings: impl IntoIterator<Item = Option<AtWave>>) {
        self.enrolled += 1;
        for (counts, standing) in self.waves.iter_mut().zip(standings) {
            let place = standing.and_then(|one| STANDINGS.iter().position(|other| *other == one));
            if let Some(place) = place {
                counts[place] += 1;
            }
        }
    }
}

/// The flow of all groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Id and name of each wave.
    pub waves: Vec<(String, String)>,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Widest drawing, and the width of a column where there is room.
const WIDEST: f64 = 860.0;
const COLUMN: f64 = 290.0;
const TOP: f64 = 34.0;
const BOX: f64 = 44.0;
const STEP: f64 = 92.0;
const BAR: f64 = 10.0;

impl Flow {
    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.waves.is_empty() || self.groups.iter().all(|group| group.enrolled == 0)
    }

    /// The figure: one column for each group, one box for each wave, beneath each box a bar of its shares.
    pub fn svg(&self) -> String {
        let n_columns = self.groups.len().max(1) as f64;
        let all = (COLUMN * n_columns).min(WIDEST.max(150.0 * n_columns));
        let column = all / n_columns;
        let width = (column - 24.0).min(260.0);
        let height = TOP + STEP * (self.waves.len() as f64 + 1.0);
        let told: Vec<String> = self
            .groups
            .iter()
            .map(|group| format!("{}: {} enrolled", group.label, group.enrolled))
            .collect();
        let mut svg = format!(
            r#"<svg class="flow" viewBox="0 0 {all:.0} {height:.0}" width="{all:.0}" height="{height:.0}" role="img" aria-label="{}">"#,
            escape(&format!("Flow of families. {}", told.join("; ")))
        );
        for (n, group) in self.groups.iter().enumerate() {
            let middle = column * (n as f64 + 0.5);
            let left = middle - width / 2.0;
            let _ = write!(
                svg,
                r#"<text class="name" x="{middle:.1}" y="20" text-anchor="middle">{}</text>"#,
                escape(&group.label)
            );
            draw_box(
                &mut svg,
                (left, TOP, width),
                &[format!("enrolled: {}", group.enrolled)],
            );
            for (wave, ((_, label), counts)) in self.waves.iter().zip(&group.waves).enumerate() {
                let y = TOP + STEP * (wave as f64 + 1.0);
                let _ = write!(
                    svg,
                    r#"<path class="way" d="M{middle:.1} {:.1} V{y:.1}"/>"#,
                    y - STEP + BOX + if wave > 0 { BAR + 4.0 } else { 0.0 }
                );
                draw_box(
                    &mut svg,
                    (left, y, width),
                    &[label.clone(), format!("seen: {}", counts[0])],
                );
                draw_bar(&mut svg, (left, y + BOX + 4.0, width), counts);
            }
        }
        svg.push_str("</svg>");
        svg
    }
}

fn draw_box(svg: &mut String, (left, top, width): (f64, f64, f64), lines: &[String]) {
    let _ = write!(
        svg,
        r#"<rect class="box" x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{BOX}" rx="4"/>"#
    );
    let first = top + BOX / 2.0 + 5.0 - (lines.len() as f64 - 1.0) * 9.0;
    for (n, line) in lines.iter().enumerate() {
        let _ = write!(
            svg,
            r#"<text class="small" x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            left + width / 2.0,
            first + n as f64 * 18.0,
            escape(line)
        );
    }
}

fn draw_bar(svg: &mut String, (left, top, width): (f64, f64, f64), counts: &[usize; 6]) {
    let all: usize = counts.iter().sum();
    if all == 0 {
        return;
    }
    let mut x = left;
    for (standing, n) in STANDINGS.iter().zip(counts) {
        let share = width * *n as f64 / all as f64;
        if *n > 0 {
            let (words, class) = words(standing);
            let _ = write!(
                svg,
                r#"<rect class="{class}" x="{x:.1}" y="{top:.1}" width="{share:.1}" height="{BAR}"><title>{words}: {n}</title></rect>"#
            );
        }
        x += share;
    }
}

#[cfg(test)]
mod tests {
    use attune_store::counts::AtWave;

    use super::{Flow, Group};

    #[test]
    fn every_family_is_in_one_place_at_each_wave_and_names_cannot_break_the_figure() {
        let mut group = Group::new("<script>", "site=a", 2);
        group.count([Some(AtWave::Seen), Some(AtWave::Later)]);
        group.count([Some(AtWave::Missed), Some(AtWave::Gone)]);
        group.count([Some(AtWave::Seen), None]);
        assert_eq!(group.enrolled, 3);
        assert_eq!(group.waves, [[2, 0, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0]]);
        let flow = Flow {
            waves: vec![
                ("a".to_owned(), "Start".to_owned()),
                ("b".to_owned(), "Later".to_owned()),
            ],
            groups: vec![group],
        };
        let drawn = flow.svg();
        assert!(
            !drawn.contains("<script>") && drawn.contains("seen: 2"),
            "{drawn}"
        );
        assert!(!flow.is_empty());
    }
}
