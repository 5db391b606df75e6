//! Bounds of numbers in the study file.

/// Bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest value.
    pub from: Option<f64>,
    /// Largest value.
    pub to: Option<f64>,
    /// Whether the bounds themselves are allowed.
    pub included: bool,
}

impl Bounds {
    /// Any number.
    pub const ANY: Self = Self {
        from: None,
        to: None,
        included: true,
    };
    /// 0 or more.
    pub const NOT_NEGATIVE: Self = Self::at_least(0.0);
    /// More than 0.
    pub const POSITIVE: Self = Self {
        from: Some(0.0),
        to: None,
        included: false,
    };
    /// From 0 to 1.
    pub const SHARE: Self = Self::from_to(0.0, 1.0);
    /// From −1 to 1, both left out.
    pub const CORRELATION: Self = Self {
        from: Some(-1.0),
        to: Some(1.0),
        included: false,
    };

    /// This or more.
    pub const fn at_least(from: f64) -> Self {
        Self {
            from: Some(from),
            to: None,
            included: true,
        }
    }

    /// Between the two, both included.
    pub const fn from_to(from: f64, to: f64) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
            included: true,
        }
    }

    /// Between the two, both left out.
    pub const fn between(from: f64, to: f64) -> Self {
        Self {
            from: Some(from),
            to: Some(to),
            included: false,
        }
    }

    /// Whether `value` is within.
    pub fn allow(&self, value: f64) -> bool {
        let above = self
            .from
            .is_none_or(|from| value > from || self.included && value == from);
        let below = self
            .to
            .is_none_or(|to| value < to || self.included && value == to);
        above && below
    }

    /// As a phrase: "between 0 and 1", "more than 0"; empty when any number will do.
    pub fn words(&self) -> String {
        match (self.from, self.to, self.included) {
            (None, None, _) => String::new(),
            (Some(from), Some(to), true) if from == to => from.to_string(),
            (Some(from), Some(to), true) => format!("from {from} to {to}"),
            (Some(from), Some(to), false) => {
                format!("more than {from} and less than {to}")
            }
            (Some(from), None, true) => format!("{from} or more"),
            (Some(from), None, false) => format!("more than {from}"),
            (None, Some(to), true) => format!("{to} or less"),
            (None, Some(to), false) => format!("less than {to}"),
        }
    }
}
