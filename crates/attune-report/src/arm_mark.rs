//! How an arm is told apart from the others: by colour, by the shape of its dots and by the style of
//! its lines, the same in every figure and table. Colours themselves belong to the outputs.

/// The mark of one arm (or phase).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArmMark(pub ArmKind);

/// Which mark it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArmKind {
    /// Receives the programme: deep green-blue, round dots, whole lines.
    Programme,
    /// The comparison: ochre, square dots, dashed lines.
    Comparison,
    /// A third arm: plum, diamonds, dotted lines.
    Third,
    /// Any further arm: grey-blue, triangles, dash and dot.
    Further,
}

impl ArmMark {
    /// Marks for arms in the order of the protocol, from whether each receives the programme.
    pub fn assign(receives_programme: &[bool]) -> Vec<Self> {
        let mut left = vec![
            ArmKind::Programme,
            ArmKind::Comparison,
            ArmKind::Third,
            ArmKind::Further,
        ];
        receives_programme
            .iter()
            .map(|programme| {
                let wanted = match programme {
                    true => ArmKind::Programme,
                    false => ArmKind::Comparison,
                };
                let place = left
                    .iter()
                    .position(|kind| *kind == wanted)
                    .or_else(|| left.iter().position(|kind| *kind == ArmKind::Third));
                Self(place.map_or(ArmKind::Further, |place| left.remove(place)))
            })
            .collect()
    }

    /// Name of its class in stylesheets.
    pub fn class(self) -> &'static str {
        match self.0 {
            ArmKind::Programme => "arm-programme",
            ArmKind::Comparison => "arm-comparison",
            ArmKind::Third => "arm-third",
            ArmKind::Further => "arm-further",
        }
    }

    /// Its colour on white paper.
    pub fn colour(self) -> &'static str {
        match self.0 {
            ArmKind::Programme => "#14595c",
            ArmKind::Comparison => "#94600f",
            ArmKind::Third => "#6c4675",
            ArmKind::Further => "#55606f",
        }
    }

    /// Its line style as SVG has it; a whole line is empty.
    pub fn dashes(self) -> &'static str {
        match self.0 {
            ArmKind::Programme => "",
            ArmKind::Comparison => "7 4",
            ArmKind::Third => "2 3.5",
            ArmKind::Further => "9 3 2 3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programme_and_comparison_keep_their_marks_in_any_order() {
        let check = |arms: &[bool], expected: &[ArmKind]| {
            let kinds: Vec<ArmKind> = ArmMark::assign(arms).iter().map(|mark| mark.0).collect();
            assert_eq!(kinds, expected);
        };
        use ArmKind::{Comparison, Further, Programme, Third};
        check(&[false, true], &[Comparison, Programme]);
        check(&[true, false], &[Programme, Comparison]);
        check(&[false, false, true], &[Comparison, Third, Programme]);
        check(
            &[false, false, false, false],
            &[Comparison, Third, Further, Further],
        );
        check(&[], &[]);
    }
}
