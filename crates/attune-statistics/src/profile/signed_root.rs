//! Where a profile crosses the limit: a root on each side of the estimate, to the last digits.

/// The end of an interval on one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Crossing {
    /// The profile crosses here.
    At(f64),
    /// It does not reach the limit before the bound of the parameter.
    Bound(f64),
    /// It flattens out below the limit.
    Never,
}

/// A search on one side of the estimate.
pub(super) struct Side {
    /// The estimate.
    pub from: f64,
    /// The first step, with its sign.
    pub step: f64,
    /// How far the parameter can go.
    pub bound: f64,
    /// The square root of the deviance to be gained.
    pub target: f64,
}

impl Side {
    /// Finds the crossing; `rise` is the square root of the rise of the deviance at a value of the parameter.
    pub(super) fn crossing(&self, mut rise: impl FnMut(f64) -> Option<f64>) -> Crossing {
        let clamped = |value: f64| {
            if self.step > 0.0 {
                value.min(self.bound)
            } else {
                value.max(self.bound)
            }
        };
        let (mut inside, mut inside_gap) = (self.from, -self.target);
        let mut reach = self.step;
        for _expansion in 0..80 {
            let value = clamped(self.from + reach);
            match rise(value) {
                None => reach = 0.5 * (reach + inside - self.from),
                Some(height) if height < self.target => {
                    if value == self.bound {
                        return Crossing::Bound(value);
                    }
                    (inside, inside_gap) = (value, height - self.target);
                    // The profile is nearly a straight line in this scale.
                    reach *= (1.02 * self.target / height.max(1e-3)).clamp(1.1, 8.0);
                }
                Some(height) => {
                    let outside = (value, height - self.target);
                    let gap = |value: f64| Some(rise(value)? - self.target);
                    return Crossing::At(between((inside, inside_gap), outside, gap));
                }
            }
            if !reach.is_finite() {
                break;
            }
        }
        Crossing::Never
    }
}

/// Regula falsi as Anderson and Björck (1973) made it fast: two points with gaps of opposite sign.
fn between(
    mut inside: (f64, f64),
    mut outside: (f64, f64),
    mut gap_at: impl FnMut(f64) -> Option<f64>,
) -> f64 {
    for _iteration in 0..60 {
        let width = outside.0 - inside.0;
        let size = inside.0.abs().max(outside.0.abs()).max(1e-300);
        let value = outside.0 - outside.1 * width / (outside.1 - inside.1);
        if width.abs() <= 1e-13 * size || !value.is_finite() {
            break;
        }
        let Some(gap) = gap_at(value) else {
            break;
        };
        if gap.abs() < 1e-12 {
            return value;
        }
        if (gap > 0.0) == (outside.1 > 0.0) {
            let shrink = 1.0 - gap / outside.1;
            inside.1 *= if shrink > 0.0 { shrink } else { 0.5 };
            outside = (value, gap);
        } else {
            let shrink = 1.0 - gap / inside.1;
            outside.1 *= if shrink > 0.0 { shrink } else { 0.5 };
            inside = (value, gap);
        }
    }
    if outside.1.abs() < inside.1.abs() {
        outside.0
    } else {
        inside.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(step: f64, bound: f64) -> Side {
        Side {
            from: 1.0,
            step,
            bound,
            target: 2.0,
        }
    }

    #[test]
    fn the_root_is_exact() {
        let curve = |x: f64| Some((x - 1.0).abs() * (1.0 + 0.3 * (x - 1.0).powi(2)));
        let Crossing::At(root) = side(0.01, f64::INFINITY).crossing(curve) else {
            panic!("a root");
        };
        assert!((curve(root).unwrap() - 2.0).abs() < 1e-11);
        let Crossing::At(root) = side(-5.0, f64::NEG_INFINITY).crossing(curve) else {
            panic!("a root");
        };
        assert!((curve(root).unwrap() - 2.0).abs() < 1e-11 && root < 1.0);
    }

    #[test]
    fn a_bound_and_a_flat_side_are_said() {
        let low = |x: f64| Some((x - 1.0).abs());
        assert_eq!(side(-0.1, 0.0).crossing(low), Crossing::Bound(0.0));
        let flat = |x: f64| Some(1.5 * (1.0 - 1.0 / (1.0 + (x - 1.0).abs())));
        assert_eq!(side(0.1, f64::INFINITY).crossing(flat), Crossing::Never);
    }

    #[test]
    fn a_profile_that_is_not_defined_far_out_is_searched_nearer() {
        let curve = |x: f64| (x < 4.0).then_some(x - 1.0);
        let Crossing::At(root) = side(50.0, f64::INFINITY).crossing(curve) else {
            panic!("a root");
        };
        assert!((root - 3.0).abs() < 1e-10);
    }
}
