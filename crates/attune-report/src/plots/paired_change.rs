//! Before and after: a line per unit, and beside it every unit's change with the mean change.

use attune_analysis::words;

use super::{
    DataTable, Drawn, Heading, Interval, Plot,
    frame::{self, Scales},
    group_dots::swarm,
    marks, with_room,
};
use crate::{
    Format,
    figures::{
        axis::{self, Panel},
        scale::Scale,
        svg::{Anchor, LABEL, NONE, SMALL, STRONG, Svg, polyline},
    },
};

/// Pairs of values.
#[derive(Debug, Clone)]
pub struct PairedChange {
    /// What stands around it.
    pub heading: Heading,
    /// What was measured, with its unit.
    pub value: String,
    /// Names of both occasions, such as "Before" and "After".
    pub occasions: [String; 2],
    /// One pair per unit.
    pub pairs: Vec<(f64, f64)>,
    /// Mean on each occasion.
    pub means: [Interval; 2],
    /// Mean change.
    pub change: Interval,
}

impl Plot for PairedChange {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let [before, after] = &self.occasions;
        let mut data = DataTable::new(&["kind", before, after, "change", "lower", "upper"]);
        let [first, second] = self.means;
        let [change, lower, upper] = self.change.values();
        data.push(
            &["mean"],
            &[first.estimate, second.estimate, change, lower, upper],
        );
        for (before, after) in &self.pairs {
            let numbers = [*before, *after, after - before, f64::NAN, f64::NAN];
            data.push(&["unit"], &numbers);
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let width = format.width();
        let height = if format == Format::Wide { 330.0 } else { 250.0 };
        let values = self
            .pairs
            .iter()
            .flat_map(|(before, after)| [*before, *after]);
        let values = values.chain(self.means.into_iter().flat_map(Interval::values));
        let value_range = with_room(values, 0.04);
        let changes = self.pairs.iter().map(|(before, after)| after - before);
        let change_range = with_room(changes.chain(self.change.values()).chain([0.0]), 0.06);
        let left = frame::number_room(value_range);
        let middle = frame::number_room(change_range) + 28.0;
        let room = width - left - middle - 2.0;
        let first = Panel {
            left,
            right: left + 0.58 * room,
            top: 30.0,
            bottom: 30.0 + height,
        };
        let second = Panel {
            left: first.right + middle,
            right: width - 2.0,
            ..first
        };
        let mut svg = Svg::new(width, first.bottom + 44.0);
        self.courses(&mut svg, first, value_range);
        self.changes(&mut svg, second, change_range, format);
        Drawn(svg)
    }
}

impl PairedChange {
    fn courses(&self, svg: &mut Svg, panel: Panel, range: (f64, f64)) {
        let y = Scale::new(range, (panel.bottom, panel.top));
        axis::across(svg, panel, y, true);
        frame::name_above(svg, panel, 0.0, &self.value);
        let inset = 0.14 * (panel.right - panel.left);
        let x = Scale::new((0.0, 1.0), (panel.left + inset, panel.right - inset));
        let scales = Scales { x, y };
        let names: Vec<(f64, String)> = self
            .occasions
            .iter()
            .enumerate()
            .map(|(n, name)| (n as f64, name.clone()))
            .collect();
        axis::below(svg, panel, x, &names);
        let mark = marks(1)[0];
        let lines: String = self
            .pairs
            .iter()
            .map(|(before, after)| polyline([scales.at((0.0, *before)), scales.at((1.0, *after))]))
            .collect();
        svg.arm_line(mark, "raw", 0.9, &lines);
        let ends = self
            .pairs
            .iter()
            .flat_map(|(before, after)| [(0.0, *before), (1.0, *after)]);
        let ends: Vec<(f64, f64)> = ends.map(|point| scales.at(point)).collect();
        svg.arm_specks(mark, 1.7, &ends);
        let means = [
            scales.at((0.0, self.means[0].estimate)),
            scales.at((1.0, self.means[1].estimate)),
        ];
        svg.arm_line(mark, "fit", 2.6, &polyline(means));
        svg.arm_dots(mark, "mean", 4.2, &means);
    }

    fn changes(&self, svg: &mut Svg, panel: Panel, range: (f64, f64), format: Format) {
        let y = Scale::new(range, (panel.bottom, panel.top));
        axis::across(svg, panel, y, true);
        svg.text(
            STRONG,
            (panel.left, panel.top - 12.0),
            Anchor::Start,
            "Change",
        );
        let zero = y.at(0.0);
        svg.line(NONE, (panel.left, zero), (panel.right, zero));
        let width = panel.right - panel.left;
        let centre = panel.left + 0.36 * width;
        let heights: Vec<f64> = self
            .pairs
            .iter()
            .map(|(before, after)| y.at(after - before))
            .collect();
        let dots = swarm(&heights, centre, 0.32 * width);
        svg.arm_specks(marks(1)[0], 1.9, &dots);
        let x = panel.left + 0.82 * width;
        let mark = marks(1)[0];
        if self.change.is_finite() {
            let [_, low, high] = self.change.values().map(|value| y.at(value));
            svg.arm_line(mark, "fit", 2.2, &polyline([(x, low), (x, high)]));
        }
        svg.arm_dots(mark, "mean", 4.6, &[(x, y.at(self.change.estimate))]);
        let decimals = words::decimals_for(self.change.lower, self.change.upper);
        let number = |value: f64| words::fixed(value, decimals);
        let mean = format!("mean {}", number(self.change.estimate));
        let interval = format!(
            "{} to {}",
            number(self.change.lower),
            number(self.change.upper)
        );
        let lettering = if format == Format::Wide { LABEL } else { SMALL };
        svg.text(
            lettering,
            (panel.right, panel.bottom + 18.0),
            Anchor::End,
            &mean,
        );
        if self.change.is_finite() {
            svg.text(
                SMALL,
                (panel.right, panel.bottom + 34.0),
                Anchor::End,
                &interval,
            );
        }
    }
}
