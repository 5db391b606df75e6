//! Four numbers that are worked on together, one for each of four levels of a grouping factor.
//!
//! The arithmetic for a level is a chain in which each step waits for the one before; doing four
//! levels at once keeps the processor busy, and plain loops over arrays become vector
//! instructions without any platform-dependent code.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// How many levels are worked on together.
pub(crate) const LANES: usize = 4;

/// One number for each lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lanes(pub [f64; LANES]);

impl Lanes {
    pub(crate) const ZERO: Self = Self([0.0; LANES]);
    pub(crate) const ONE: Self = Self([1.0; LANES]);

    #[inline(always)]
    pub(crate) fn square_root(self) -> Self {
        Self(self.0.map(f64::sqrt))
    }

    #[inline(always)]
    pub(crate) fn times(self, factor: f64) -> Self {
        Self(self.0.map(|value| value * factor))
    }

    /// The sum over the lanes.
    pub(crate) fn total(self) -> f64 {
        let [a, b, c, d] = self.0;
        (a + b) + (c + d)
    }
}

impl Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }
}

impl Sub for Lanes {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }
}

impl Mul for Lanes {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }
}

impl Div for Lanes {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] / other.0[lane]))
    }
}

impl AddAssign for Lanes {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Calls a function of the width of a level and its number of columns with constants for the usual sizes, so
/// that the loops in it are unrolled. Only a macro can write the call once for each size.
macro_rules! with_constant_sizes {
    ($width:expr, $p1:expr, $call:expr) => {
        match ($width, $p1) {
            (1, 2) => ($call)(1, 2),
            (1, 3) => ($call)(1, 3),
            (1, 4) => ($call)(1, 4),
            (1, 5) => ($call)(1, 5),
            (1, 6) => ($call)(1, 6),
            (2, 2) => ($call)(2, 2),
            (2, 3) => ($call)(2, 3),
            (2, 4) => ($call)(2, 4),
            (2, 5) => ($call)(2, 5),
            (2, 6) => ($call)(2, 6),
            (1, p1) => ($call)(1, p1),
            (2, p1) => ($call)(2, p1),
            (3, p1) => ($call)(3, p1),
            (width, p1) => ($call)(width, p1),
        }
    };
}
pub(super) use with_constant_sizes;
