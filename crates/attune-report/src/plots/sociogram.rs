//! Who addressed whom, before and after: the same places for the same roles in all panels, families side
//! by side around the circle, infants as circles and adults as squares. Arrows are as wide as acts are
//! frequent and bow towards the middle; arrows from one family to another stand out from those within
//! a family and those of staff.

use super::{DataTable, Drawn, Heading, Plot};
use crate::{
    ArmKind, ArmMark, Format,
    figures::svg::{Anchor, LABEL, NODE, SMALL, STRONG, Svg, TIE_WITH_STAFF, c, lines, width_of},
};

/// Room for the names around a circle.
const MARGIN: f64 = 62.0;
/// Room above a circle for its panel's name and the name of a family.
const ABOVE: f64 = 50.0;
/// Places that stay empty between two families.
const GAP: f64 = 0.75;

/// One panel or several side by side.
#[derive(Debug, Clone)]
pub struct Sociogram {
    /// What stands around it.
    pub heading: Heading,
    /// Everybody who occurs in any panel, in the order in which they sit around the circle; members of one
    /// family stand together.
    pub people: Vec<SociogramPerson>,
    /// The panels.
    pub panels: Vec<SociogramPanel>,
    /// What the width of an arrow means.
    pub measure: String,
    /// Weaker arrows than this are not drawn; they stand in the data.
    pub weakest_drawn: f64,
}

/// Somebody, or a place that somebody takes in each session.
#[derive(Debug, Clone)]
pub struct SociogramPerson {
    /// Short name.
    pub label: String,
    /// Whether it is an infant.
    pub is_infant: bool,
    /// The family; none for staff.
    pub family: Option<String>,
}

/// One session or phase.
#[derive(Debug, Clone)]
pub struct SociogramPanel {
    /// Its name.
    pub label: String,
    /// What stands beneath it, line by line.
    pub remarks: Vec<String>,
    /// For each person how often the place was taken, 0 to 1.
    pub presence: Vec<f64>,
    /// Arrows: from, to, how much.
    pub arrows: Vec<(usize, usize, f64)>,
}

/// What an arrow joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    WithStaff,
    WithinFamily,
    AcrossFamilies,
}

impl Tie {
    /// In the order in which they are drawn: what matters most lies on top.
    const ALL: [Self; 3] = [Self::WithStaff, Self::WithinFamily, Self::AcrossFamilies];

    fn words(self) -> &'static str {
        match self {
            Self::WithStaff => "with staff",
            Self::WithinFamily => "within a family",
            Self::AcrossFamilies => "from one family to another",
        }
    }

    fn draw(self, svg: &mut Svg, outline: &str) {
        match self {
            Self::WithStaff => svg.path(TIE_WITH_STAFF, outline),
            Self::WithinFamily => svg.arm_area(ArmMark(ArmKind::Further), "band", 0.75, outline),
            Self::AcrossFamilies => svg.arm_area(ArmMark(ArmKind::Third), "band", 0.85, outline),
        }
    }
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
        let n_remarks = self.panels.iter().map(|panel| panel.remarks.len()).max();
        let height = beneath(side) + 16.0 * n_remarks.unwrap_or(0) as f64 + 18.0;
        let n_down = self.panels.len().div_ceil(n_across);
        let top = n_down as f64 * height;
        let (key, key_height) = key(format.width(), top);
        let mut svg = Svg::new(format.width(), top + key_height);
        let arrows = self.panels.iter().flat_map(|panel| &panel.arrows);
        let most = arrows.map(|(_, _, amount)| *amount).fold(1e-12, f64::max);
        let left = (format.width() - n_across as f64 * side) / 2.0;
        for (place, panel) in self.panels.iter().enumerate() {
            let corner = (
                left + (place % n_across) as f64 * side,
                (place / n_across) as f64 * height,
            );
            self.panel(&mut svg, panel, (corner, side), most);
        }
        for part in key {
            part.draw(&mut svg);
        }
        Drawn(svg)
    }
}

/// Where a panel stands: its corner and the length of its sides.
type Square = ((f64, f64), f64);

fn centre((corner, side): Square) -> (f64, f64) {
    (corner.0 + side / 2.0, corner.1 + ABOVE + radius(side))
}

fn radius(side: f64) -> f64 {
    side / 2.0 - MARGIN
}

/// How far beneath the corner the remarks begin.
fn beneath(side: f64) -> f64 {
    ABOVE + 2.0 * radius(side) + 44.0
}

impl Sociogram {
    fn tie(&self, from: usize, to: usize) -> Tie {
        match (&self.people[from].family, &self.people[to].family) {
            (Some(one), Some(other)) if one == other => Tie::WithinFamily,
            (Some(_), Some(_)) => Tie::AcrossFamilies,
            _ => Tie::WithStaff,
        }
    }

    /// Runs of people of one family (or of staff): first and end.
    fn families(&self) -> Vec<(usize, usize)> {
        let mut runs = Vec::new();
        let mut start = 0;
        for run in self.people.chunk_by(|a, b| a.family == b.family) {
            runs.push((start, start + run.len()));
            start += run.len();
        }
        runs
    }

    /// How far around the circle each person sits, in turns from the top.
    fn turns(&self) -> Vec<f64> {
        let runs = self.families();
        let n_gaps = if runs.len() > 1 { runs.len() } else { 0 };
        let slots = self.people.len() as f64 + GAP * n_gaps as f64;
        let mut turns = Vec::with_capacity(self.people.len());
        for (place, (start, end)) in runs.iter().enumerate() {
            turns.extend((*start..*end).map(|person| (person as f64 + GAP * place as f64) / slots));
        }
        // The first family stands astride the top.
        let first = runs
            .first()
            .map_or(0.0, |(start, end)| (end - start) as f64 - 1.0);
        turns
            .iter()
            .map(|turn| turn - first / 2.0 / slots)
            .collect()
    }

    fn seat(turn: f64, square: Square, beyond: f64) -> (f64, f64) {
        let (x, y) = centre(square);
        let radius = radius(square.1) + beyond;
        let angle = turn * std::f64::consts::TAU;
        (x + radius * angle.sin(), y - radius * angle.cos())
    }

    fn panel(&self, svg: &mut Svg, panel: &SociogramPanel, square: Square, most: f64) {
        let (corner, side) = square;
        let turns = self.turns();
        let title = (corner.0 + side / 2.0, corner.1 + 14.0);
        svg.text(STRONG, title, Anchor::Middle, &panel.label);
        for tie in Tie::ALL {
            let mut outline = String::new();
            for (from, to, amount) in &panel.arrows {
                if self.tie(*from, *to) == tie && *amount >= self.weakest_drawn {
                    let ends = [from, to].map(|person| Self::seat(turns[*person], square, 0.0));
                    outline += &arrow(ends, centre(square), 0.7 + 4.6 * amount / most);
                }
            }
            if !outline.is_empty() {
                tie.draw(svg, &outline);
            }
        }
        for (person, turn) in turns.iter().enumerate() {
            let presence = panel.presence.get(person).copied().unwrap_or(1.0);
            let at = Self::seat(*turn, square, 0.0);
            svg.path(
                NODE,
                &node(
                    at,
                    2.6 + 4.2 * presence.sqrt(),
                    self.people[person].is_infant,
                ),
            );
        }
        for (start, end) in self.families() {
            let turn = f64::midpoint(turns[start], turns[end - 1]);
            let at = Self::seat(turn, square, 15.0);
            let side_of = (turn * std::f64::consts::TAU).sin();
            let anchor = match side_of {
                side if side > 0.25 => Anchor::Start,
                side if side < -0.25 => Anchor::End,
                _ => Anchor::Middle,
            };
            let words = match &self.people[start].family {
                Some(family) => format!("family {family}"),
                None => "staff".to_owned(),
            };
            svg.text(SMALL, (at.0, at.1 + 4.0), anchor, &words);
        }
        for (line, remark) in panel.remarks.iter().enumerate() {
            let at = (
                corner.0 + side / 2.0,
                corner.1 + beneath(side) + 16.0 * line as f64,
            );
            for words in lines(remark, 1.05 * LABEL.size(), side, 1) {
                svg.text(SMALL, at, Anchor::Middle, &words);
            }
        }
    }
}

/// A circle for an infant, a square for an adult.
fn node((x, y): (f64, f64), r: f64, is_infant: bool) -> String {
    // Two halves make a circle only if the written width is twice the written radius.
    let r = (r * 10.0).round() / 10.0;
    match is_infant {
        true => format!(
            "M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z",
            c(x - r),
            c(y),
            r = c(r),
            d = c(2.0 * r)
        ),
        false => format!(
            "M{} {}h{s}v{s}h-{s}z",
            c(x - 0.89 * r),
            c(y - 0.89 * r),
            s = c(1.78 * r)
        ),
    }
}

/// A part of the key.
enum KeyPart {
    Node(bool, (f64, f64)),
    Tie(Tie, (f64, f64)),
    Words(String, (f64, f64)),
}

impl KeyPart {
    fn draw(&self, svg: &mut Svg) {
        match self {
            Self::Node(is_infant, at) => svg.path(NODE, &node(*at, 5.5, *is_infant)),
            Self::Tie(tie, (x, y)) => {
                let ends = [(*x - 9.0, *y - 2.0), (*x + 36.0, *y - 2.0)];
                tie.draw(svg, &arrow(ends, (*x + 13.5, *y - 2.0), 3.0));
            }
            Self::Words(words, at) => svg.text(SMALL, *at, Anchor::Start, words),
        }
    }
}

/// The key in as many lines as it needs, and their height.
fn key(width: f64, top: f64) -> (Vec<KeyPart>, f64) {
    let mut entries: Vec<(Option<KeyPart>, f64, String)> = vec![
        (
            Some(KeyPart::Node(false, (6.0, 0.0))),
            16.0,
            "adult".to_owned(),
        ),
        (
            Some(KeyPart::Node(true, (6.0, 0.0))),
            16.0,
            "infant".to_owned(),
        ),
    ];
    for tie in Tie::ALL.into_iter().rev() {
        entries.push((
            Some(KeyPart::Tie(tie, (0.0, 0.0))),
            32.0,
            tie.words().to_owned(),
        ));
    }
    let (mut parts, mut x, mut line) = (Vec::new(), 0.0, 0.0);
    for (mark, indent, words) in entries {
        let wide = indent + 1.08 * width_of(&words, SMALL.size());
        if x > 0.0 && x + wide > width {
            x = 0.0;
            line += 1.0;
        }
        let y = top + 12.0 + 19.0 * line;
        parts.extend(mark.map(|mark| match mark {
            KeyPart::Node(is_infant, (dx, _)) => KeyPart::Node(is_infant, (x + dx, y - 4.0)),
            KeyPart::Tie(tie, (dx, _)) => KeyPart::Tie(tie, (x + dx, y - 4.0)),
            KeyPart::Words(words, _) => KeyPart::Words(words, (x, y)),
        }));
        parts.push(KeyPart::Words(words, (x + indent, y)));
        x += wide + 18.0;
    }
    (parts, 19.0 * (line + 1.0) + 4.0)
}

/// A bowed strip with a head from one to the other, ending before the marks. It bows towards `middle`, and
/// keeps to the right of the straight way, so that both directions are seen.
fn arrow([from, to]: [(f64, f64); 2], middle: (f64, f64), width: f64) -> String {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / length, dy / length);
    let half_way = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    // Neighbours are joined almost straight, people far apart through the middle of the room.
    let pull = 0.22 * (length / 120.0).min(1.0);
    let aside = (length / 16.0).clamp(3.0, 9.0);
    let bend = (
        half_way.0 + pull * (middle.0 - half_way.0) - uy * aside,
        half_way.1 + pull * (middle.1 - half_way.1) + ux * aside,
    );
    let towards = |a: (f64, f64), b: (f64, f64), by: f64| {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy).max(1e-9);
        (a.0 + dx / length * by, a.1 + dy / length * by)
    };
    let (start, tip) = (towards(from, bend, 9.0), towards(to, bend, 8.5));
    let head = (4.5 + 1.1 * width).min(length / 3.0);
    let neck = towards(tip, bend, head);
    let across = |a: (f64, f64), b: (f64, f64), by: f64| {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy).max(1e-9);
        (-dy / length * by, dx / length * by)
    };
    let half = width / 2.0;
    let at_start = across(start, bend, half);
    let at_bend = across(start, neck, half);
    let at_neck = across(bend, tip, half);
    let wing = across(bend, tip, half + 2.4);
    let point = |(x, y): (f64, f64), (ox, oy): (f64, f64), sign: f64| {
        format!("{} {}", c(x + sign * ox), c(y + sign * oy))
    };
    format!(
        "M{}Q{} {}L{}L{} {}L{}L{}Q{} {}z",
        point(start, at_start, 1.0),
        point(bend, at_bend, 1.0),
        point(neck, at_neck, 1.0),
        point(neck, wing, 1.0),
        c(tip.0),
        c(tip.1),
        point(neck, wing, -1.0),
        point(neck, at_neck, -1.0),
        point(bend, at_bend, -1.0),
        point(start, at_start, -1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::svg_file;

    fn figure() -> Sociogram {
        let person = |label: &str, is_infant, family: Option<&str>| SociogramPerson {
            label: label.to_owned(),
            is_infant,
            family: family.map(str::to_owned),
        };
        let panel = |label: &str, arrows| SociogramPanel {
            label: label.to_owned(),
            remarks: Vec::new(),
            presence: vec![1.0; 4],
            arrows,
        };
        Sociogram {
            heading: Heading::default(),
            people: vec![
                person("carer 1", false, Some("1")),
                person("infant 1", true, Some("1")),
                person("carer 2", false, Some("2")),
                person("staff", false, None),
            ],
            panels: vec![
                panel("before", vec![(0, 1, 2.0)]),
                panel("after", vec![(0, 1, 5.0), (3, 1, 4.0), (2, 1, 0.05)]),
            ],
            measure: "acts per session".to_owned(),
            weakest_drawn: 0.1,
        }
    }

    #[test]
    fn both_panels_seat_everybody_in_the_same_place() {
        let turns = figure().turns();
        let (first, second) = (
            Sociogram::seat(turns[1], ((0.0, 0.0), 300.0), 0.0),
            Sociogram::seat(turns[1], ((300.0, 0.0), 300.0), 0.0),
        );
        assert!((second.0 - first.0 - 300.0).abs() < 1e-9 && first.1 == second.1);
    }

    #[test]
    fn families_stand_together_and_apart_from_others() {
        let turns = figure().turns();
        assert!(
            turns[2] - turns[1] > 1.5 * (turns[1] - turns[0]),
            "{turns:?}"
        );
    }

    #[test]
    fn weak_arrows_are_in_the_data_and_not_in_the_drawing() {
        let figure = figure();
        let file = svg_file(&figure, Format::Wide);
        assert!(file.contains("after,carer 2,infant 1,0.05\n") && file.contains(">before<"));
        assert_eq!(figure.tie(2, 1), Tie::AcrossFamilies);
        // The only arrow across families is weak: the key alone shows what one looks like.
        assert_eq!(file.matches("arm-third").count(), 1 + style_mentions());
    }

    fn style_mentions() -> usize {
        include_str!("plots.css").matches("arm-third").count()
    }
}
