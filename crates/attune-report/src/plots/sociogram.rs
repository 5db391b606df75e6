//! Who addressed whom, before and after: the same places for the same roles in both panels, arrows as
//! wide as acts are frequent, infants as circles and adults as squares.

use super::{DataTable, Drawn, Heading, Plot, marks};
use crate::{
    Format,
    figures::svg::{Anchor, LABEL, SMALL, STRONG, Svg, c, polyline},
};

/// One panel or several side by side.
#[derive(Debug, Clone)]
pub struct Sociogram {
    /// What stands around it.
    pub heading: Heading,
    /// Everybody who occurs in any panel, in the order in which they sit around the circle.
    pub people: Vec<SociogramPerson>,
    /// The panels.
    pub panels: Vec<SociogramPanel>,
    /// What the width of an arrow means.
    pub measure: String,
}

/// Somebody.
#[derive(Debug, Clone)]
pub struct SociogramPerson {
    /// Short name.
    pub label: String,
    /// Whether it is an infant.
    pub is_infant: bool,
}

/// One session or phase.
#[derive(Debug, Clone)]
pub struct SociogramPanel {
    /// Its name.
    pub label: String,
    /// A line beneath it.
    pub remark: String,
    /// Arrows: from, to, how much.
    pub arrows: Vec<(usize, usize, f64)>,
}

impl Plot for Sociogram {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["panel", "from", "to", &self.measure]);
        for panel in &self.panels {
            for (from, to, amount) in &panel.arrows {
                let names = [
                    &panel.label,
                    &self.people[*from].label,
                    &self.people[*to].label,
                ];
                data.push(&names.map(String::as_str), &[*amount]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let n_across = match format {
            Format::Wide => self.panels.len().clamp(1, 2),
            Format::Narrow => 1,
        };
        let side = (format.width() / n_across as f64).min(360.0);
        let n_down = self.panels.len().div_ceil(n_across);
        let mut svg = Svg::new(format.width(), n_down as f64 * (side + 40.0) + 22.0);
        let arrows = self.panels.iter().flat_map(|panel| &panel.arrows);
        let most = arrows.map(|(_, _, amount)| *amount).fold(1e-12, f64::max);
        for (place, panel) in self.panels.iter().enumerate() {
            let corner = (
                (place % n_across) as f64 * side,
                (place / n_across) as f64 * (side + 40.0),
            );
            self.panel(&mut svg, panel, corner, side, most);
        }
        self.key(&mut svg, n_down as f64 * (side + 40.0) + 12.0);
        Drawn(svg)
    }
}

impl Sociogram {
    /// Where somebody sits: on a circle, the first at the top.
    fn seat(&self, person: usize, corner: (f64, f64), side: f64) -> (f64, f64) {
        let turn = person as f64 / self.people.len().max(1) as f64 * std::f64::consts::TAU;
        let (centre, radius) = (side / 2.0, side / 2.0 - 34.0);
        (
            corner.0 + centre + radius * turn.sin(),
            corner.1 + centre + 20.0 - radius * turn.cos(),
        )
    }

    fn panel(
        &self,
        svg: &mut Svg,
        panel: &SociogramPanel,
        corner: (f64, f64),
        side: f64,
        most: f64,
    ) {
        let two = marks(2);
        svg.text(
            STRONG,
            (corner.0 + side / 2.0, corner.1 + 14.0),
            Anchor::Middle,
            &panel.label,
        );
        for (from, to, amount) in &panel.arrows {
            let (from, to) = (self.seat(*from, corner, side), self.seat(*to, corner, side));
            let width = 0.6 + 4.4 * amount / most;
            svg.arm_area(two[0], "band", 0.45, &arrow(from, to, width));
        }
        for (place, person) in self.people.iter().enumerate() {
            let at = self.seat(place, corner, side);
            // The programme's mark is round, the comparison's square.
            svg.arm_key(two[usize::from(person.is_infant)], 7.0, at);
            let above = at.1 < corner.1 + side / 2.0 + 20.0;
            let label = (at.0, at.1 + if above { -12.0 } else { 22.0 });
            svg.text(SMALL, label, Anchor::Middle, &person.label);
        }
        let below = (corner.0 + side / 2.0, corner.1 + side + 34.0);
        svg.text(LABEL, below, Anchor::Middle, &panel.remark);
    }

    fn key(&self, svg: &mut Svg, y: f64) {
        let two = marks(2);
        svg.arm_key(two[1], 6.0, (8.0, y - 4.0));
        svg.text(SMALL, (20.0, y), Anchor::Start, "infant");
        svg.arm_key(two[0], 6.0, (78.0, y - 4.0));
        svg.text(SMALL, (90.0, y), Anchor::Start, "adult");
        let words = format!("width: {}", self.measure);
        svg.text(SMALL, (140.0, y), Anchor::Start, &words);
    }
}

/// A slim triangle from one to the other, ending before the mark.
fn arrow(from: (f64, f64), to: (f64, f64), width: f64) -> String {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt().max(1e-9);
    let (ux, uy) = (dx / length, dy / length);
    // A little to its right, so that both directions are seen.
    let beside = (from.0 - uy * 2.5, from.1 + ux * 2.5);
    let at = |along: f64, across: f64| {
        (
            beside.0 + ux * along - uy * across,
            beside.1 + uy * along + ux * across,
        )
    };
    let (start, end, half) = (10.0, length - 10.0, width / 2.0);
    let head = (5.0 + width).min(length / 3.0);
    let outline = [
        at(start, -half),
        at(end - head, -half),
        at(end - head, -half - 2.5),
        at(end, 0.0),
        at(end - head, half + 2.5),
        at(end - head, half),
        at(start, half),
    ];
    debug_assert!(c(outline[0].0).parse::<f64>().is_ok());
    format!("{}z", polyline(outline))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::svg_file;

    #[test]
    fn both_panels_seat_everybody_in_the_same_place() {
        let person = |label: &str, is_infant| SociogramPerson {
            label: label.to_owned(),
            is_infant,
        };
        let panel = |label: &str, arrows| SociogramPanel {
            label: label.to_owned(),
            remark: String::new(),
            arrows,
        };
        let figure = Sociogram {
            heading: Heading::default(),
            people: vec![
                person("carer 1", false),
                person("infant 1", true),
                person("staff", false),
            ],
            panels: vec![
                panel("before", vec![(0, 1, 2.0)]),
                panel("after", vec![(0, 1, 5.0), (2, 1, 4.0)]),
            ],
            measure: "acts per session".to_owned(),
        };
        let (first, second) = (
            figure.seat(1, (0.0, 0.0), 300.0),
            figure.seat(1, (300.0, 0.0), 300.0),
        );
        assert!((second.0 - first.0 - 300.0).abs() < 1e-9 && first.1 == second.1);
        let file = svg_file(&figure, Format::Wide);
        assert!(file.contains("after,staff,infant 1,4\n") && file.contains(">before<"));
    }
}
