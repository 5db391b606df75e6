//! A picture in red, green and blue, and the few shapes that figures are made of. Edges are smoothed, so
//! that the film looks calm and packs small.

pub const WIDTH: usize = 640;
pub const HEIGHT: usize = 360;

pub type Colour = [u8; 3];
pub type Point = (f64, f64);

/// One frame.
#[derive(Clone)]
pub struct Picture(Vec<u8>);

impl Picture {
    pub fn filled(colour: Colour) -> Self {
        Self(colour.repeat(WIDTH * HEIGHT))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// An ellipse.
    pub fn ellipse(&mut self, middle: Point, radii: Point, colour: Colour) {
        let reach = (radii.0 + 1.0, radii.1 + 1.0);
        self.shade(middle, reach, colour, |x, y| {
            let (a, b) = (x / radii.0, y / radii.1);
            // About the distance from the edge in pixels.
            (1.0 - a.hypot(b)) * radii.0.min(radii.1)
        });
    }

    /// A thick line with round ends.
    pub fn line(&mut self, from: Point, to: Point, thick: f64, colour: Colour) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let square = (dx * dx + dy * dy).max(1e-9);
        let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let reach = (dx.abs() / 2.0 + thick, dy.abs() / 2.0 + thick);
        self.shade(middle, reach, colour, |x, y| {
            let (px, py) = (middle.0 + x - from.0, middle.1 + y - from.1);
            let share = ((px * dx + py * dy) / square).clamp(0.0, 1.0);
            thick / 2.0 - (px - share * dx).hypot(py - share * dy)
        });
    }

    /// Part of a circle's line, between two angles in radians.
    pub fn arc(&mut self, middle: Point, radius: f64, angles: Point, colour: Colour) {
        let n = 12;
        let at = |step: i32| {
            let angle = angles.0 + (angles.1 - angles.0) * f64::from(step) / f64::from(n);
            (
                middle.0 + radius * angle.cos(),
                middle.1 + radius * angle.sin(),
            )
        };
        for step in 0..n {
            self.line(at(step), at(step + 1), 2.2, colour);
        }
    }

    pub fn rectangle(&mut self, from: Point, to: Point, colour: Colour) {
        let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let half = ((to.0 - from.0) / 2.0, (to.1 - from.1) / 2.0);
        self.shade(middle, half, colour, |x, y| {
            (half.0 - x.abs()).min(half.1 - y.abs())
        });
    }

    /// Paints where `depth` (pixels within the edge, at a place relative to the middle) is above zero.
    fn shade(
        &mut self,
        middle: Point,
        reach: Point,
        colour: Colour,
        depth: impl Fn(f64, f64) -> f64,
    ) {
        let bound = |value: f64, most: usize| value.clamp(0.0, most as f64) as usize;
        let rows = bound(middle.1 - reach.1, HEIGHT)..bound(middle.1 + reach.1 + 1.0, HEIGHT);
        let columns = bound(middle.0 - reach.0, WIDTH)..bound(middle.0 + reach.0 + 1.0, WIDTH);
        for row in rows {
            for column in columns.clone() {
                let (x, y) = (column as f64 + 0.5 - middle.0, row as f64 + 0.5 - middle.1);
                let share = (depth(x, y) + 0.5).clamp(0.0, 1.0);
                if share <= 0.0 {
                    continue;
                }
                let at = (row * WIDTH + column) * 3;
                for (old, new) in self.0[at..at + 3].iter_mut().zip(colour) {
                    *old = (f64::from(*old) * (1.0 - share) + f64::from(new) * share) as u8;
                }
            }
        }
    }
}
