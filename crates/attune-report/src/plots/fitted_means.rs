//! Fitted means along a covariate over the raw data: one panel per group with its units' courses, its
//! line and band, and the other groups' lines thin beside it, so that groups are compared directly.

use super::{
    DataTable, Drawn, Heading, Interval, Plot,
    frame::{self, Axis, Layout, Scales},
    marks, with_room,
};
use crate::{
    ArmMark, Format,
    figures::{
        axis::Panel,
        svg::{Anchor, SMALL, Svg, lines, polyline},
    },
};

/// Fitted means along a covariate.
#[derive(Debug, Clone)]
pub struct FittedMeans {
    /// What stands around it.
    pub heading: Heading,
    /// Covariate, with its unit.
    pub x_name: String,
    /// Response, with its unit.
    pub y_name: String,
    /// Groups in the order of their levels; the first is the reference.
    pub groups: Vec<FittedGroup>,
}

/// One group.
#[derive(Debug, Clone)]
pub struct FittedGroup {
    /// Its name; empty where there is only one.
    pub label: String,
    /// A second line, such as "58 children, 174 rows".
    pub detail: String,
    /// Courses of units as (x, y); a single point is a dot.
    pub units: Vec<Vec<(f64, f64)>>,
    /// The mean along x with its interval.
    pub fitted: Vec<(f64, Interval)>,
}

impl Plot for FittedMeans {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["kind", "group", "unit", "x", "y", "lower", "upper"]);
        for group in &self.groups {
            for (x, mean) in &group.fitted {
                let [estimate, lower, upper] = mean.values();
                data.push(&["fitted", &group.label, ""], &[*x, estimate, lower, upper]);
            }
            for (unit, points) in group.units.iter().enumerate() {
                let unit = (unit + 1).to_string();
                for (x, y) in points {
                    data.push(&["raw", &group.label, &unit], &[*x, *y, f64::NAN, f64::NAN]);
                }
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let mut x = Axis::new(&self.x_name, with_room(self.values(|x, _| x), 0.0));
        x.at = self.occasions();
        let y = Axis::new(&self.y_name, with_room(self.values(|_, y| y), 0.04));
        let layout = self.layout(format, number_room(&y));
        let (panels, height) = layout.panels(format, self.groups.len());
        let mut svg = Svg::new(format.width(), height);
        let marks = match self.groups.len() {
            count @ 0..=4 => marks(count),
            // More than four are told apart by their names alone.
            count => vec![marks(1)[0]; count],
        };
        for (position, panel) in panels.iter().enumerate() {
            let scales = frame::axes(
                &mut svg,
                *panel,
                &x,
                &y,
                position.is_multiple_of(layout.columns),
            );
            self.panel(&mut svg, *panel, &scales, position, &marks);
        }
        if let Some(first) = panels.first() {
            let top = Panel {
                top: 25.0,
                right: format.width(),
                ..*first
            };
            frame::name_above(&mut svg, top, 0.0, &self.y_name);
        }
        Drawn(svg)
    }
}

fn number_room(y: &Axis) -> f64 {
    frame::number_room(y.range)
}

impl FittedMeans {
    fn values<'a>(
        &'a self,
        pick: impl Fn(f64, f64) -> f64 + Copy + 'a,
    ) -> impl Iterator<Item = f64> + 'a {
        self.groups.iter().flat_map(move |group| {
            let raw = group.units.iter().flatten().map(move |(x, y)| pick(*x, *y));
            let fitted = group
                .fitted
                .iter()
                .flat_map(move |(x, mean)| mean.values().map(|value| pick(*x, value)));
            raw.chain(fitted)
        })
    }

    /// The distinct places of the raw data along x, in order; none where they are many.
    fn occasions(&self) -> Vec<f64> {
        let mut places: Vec<f64> = Vec::new();
        for (x, _) in self
            .groups
            .iter()
            .flat_map(|group| group.units.iter().flatten())
        {
            if !places.contains(x) {
                places.push(*x);
            }
            if places.len() > 10 {
                return Vec::new();
            }
        }
        places.sort_by(f64::total_cmp);
        places
    }

    fn layout(&self, format: Format, left: f64) -> Layout {
        let columns = match (format, self.groups.len()) {
            (Format::Narrow, _) | (_, 0 | 1) => 1,
            (_, 2 | 4) => 2,
            _ => 3,
        };
        let has_names = self.groups.iter().any(|group| !group.label.is_empty());
        Layout {
            columns,
            left,
            right: 2.0,
            head: if has_names { 68.0 } else { 30.0 },
            height: match format {
                Format::Wide if columns < 3 => 290.0,
                Format::Wide => 230.0,
                Format::Narrow => 190.0,
            },
            foot: 44.0,
            own_numbers: false,
        }
    }

    fn panel(
        &self,
        svg: &mut Svg,
        panel: Panel,
        scales: &Scales,
        position: usize,
        marks: &[ArmMark],
    ) {
        let (group, mark) = (&self.groups[position], marks[position]);
        named(svg, panel, group, mark);
        raw(svg, scales, group, mark);
        let limits: Vec<(f64, f64, f64)> = group
            .fitted
            .iter()
            .map(|(x, mean)| (*x, mean.lower, mean.upper))
            .collect();
        frame::band(svg, scales, mark, 0.24, &limits);
        // Beyond four groups the others' lines would be a thicket.
        if self.groups.len() <= 4 {
            for (other, other_mark) in self.groups.iter().zip(marks) {
                if !std::ptr::eq(other, group) {
                    line(svg, scales, other, *other_mark, 1.1);
                }
            }
        }
        line(svg, scales, group, mark, 2.6);
    }
}

fn named(svg: &mut Svg, panel: Panel, group: &FittedGroup, mark: ArmMark) {
    if group.label.is_empty() {
        return;
    }
    let y = panel.top - 24.0;
    let path = polyline([(panel.left, y - 4.5), (panel.left + 24.0, y - 4.5)]);
    svg.arm_line(mark, "fit", 2.6, &path);
    let left = panel.left + 31.0;
    for words in lines(&group.label, 14.2, panel.right - left, 1) {
        svg.arm_text(mark, (left, y), Anchor::Start, &words);
    }
    for words in lines(&group.detail, 12.6, panel.right - left, 1) {
        svg.text(SMALL, (left, y + 15.5), Anchor::Start, &words);
    }
}

fn raw(svg: &mut Svg, scales: &Scales, group: &FittedGroup, mark: ArmMark) {
    let courses: String = group
        .units
        .iter()
        .filter(|unit| unit.len() > 1)
        .map(|unit| polyline(unit.iter().map(|point| scales.at(*point))))
        .collect();
    if !courses.is_empty() {
        svg.arm_line(mark, "raw", 0.9, &courses);
    }
    let dots: Vec<(f64, f64)> = group
        .units
        .iter()
        .flatten()
        .map(|point| scales.at(*point))
        .collect();
    if !dots.is_empty() {
        svg.arm_specks(mark, if dots.len() > 400 { 1.1 } else { 1.7 }, &dots);
    }
}

fn line(svg: &mut Svg, scales: &Scales, group: &FittedGroup, mark: ArmMark, width: f64) {
    let points = group
        .fitted
        .iter()
        .map(|(x, mean)| scales.at((*x, mean.estimate)));
    let path = polyline(points);
    if !path.is_empty() {
        svg.arm_line(mark, "fit", width, &path);
    }
}
