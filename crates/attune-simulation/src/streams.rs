//! Random numbers: one independent stream for each purpose and unit.
//!
//! A stream is numbered by what it is for ("the intercept of this dyad on this measure"), not by
//! when it is asked for. Adding an outcome, a wave or a site therefore leaves every other draw of
//! the same seed as it was.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// All streams of one seed.
#[derive(Debug, Clone)]
pub struct Streams {
    seeded: ChaCha8Rng,
}

/// What a stream is for. The words are part of the stream's number: changing one changes every
/// simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Day of enrolment.
    Enrolment,
    /// Birth and due date.
    Birth,
    /// An attribute.
    Attribute,
    /// Leaving the study, and why.
    Leaving,
    /// The day of a visit.
    VisitDay,
    /// Who assessed.
    Assessor,
    /// A unit's random intercept.
    Intercept,
    /// A unit's random slope.
    Slope,
    /// A site's random intercept.
    Site,
    /// The residual at a visit.
    Residual,
    /// Items around a score.
    Items,
    /// Values that are missing.
    Gaps,
    /// How often a dyad attends.
    AttendanceShare,
    /// Whether a dyad attends a session, and for how long.
    Attendance,
    /// Numbers of a session.
    Session,
    /// Events of a coded recording.
    Events,
}

impl Purpose {
    fn words(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Birth => "birth",
            Self::Attribute => "attribute",
            Self::Leaving => "leaving",
            Self::VisitDay => "visit day",
            Self::Assessor => "assessor",
            Self::Intercept => "intercept",
            Self::Slope => "slope",
            Self::Site => "site",
            Self::Residual => "residual",
            Self::Items => "items",
            Self::Gaps => "gaps",
            Self::AttendanceShare => "attendance share",
            Self::Attendance => "attendance",
            Self::Session => "session",
            Self::Events => "events",
        }
    }
}

impl Streams {
    /// The streams of `seed`.
    pub fn new(seed: u64) -> Self {
        let seeded = ChaCha8Rng::seed_from_u64(seed);
        Self { seeded }
    }

    /// The stream for `purpose` and the things named in `of`.
    pub fn stream(&self, purpose: Purpose, of: &[&str]) -> Stream {
        let mut generator = self.seeded.clone();
        generator.set_stream(stream_number(purpose, of));
        Stream { generator }
    }
}

/// FNV-1a, 64 bits, over the words with a separator that no id can hold.
fn stream_number(purpose: Purpose, of: &[&str]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let words = std::iter::once(purpose.words()).chain(of.iter().copied());
    words.fold(OFFSET, |hash, word| {
        fold(word.bytes().fold(hash, fold), 0x1f)
    })
}

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// Uniform in [0, 1), in steps of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.generator.next_u64() >> 11) as f64 * STEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_purpose_and_names_alone() {
        let first = |seed, purpose, of: &[&str]| Streams::new(seed).stream(purpose, of).uniform();
        let draw = first(1, Purpose::Slope, &["a/1", "x.y"]);
        assert_eq!(draw, first(1, Purpose::Slope, &["a/1", "x.y"]));
        for other in [
            first(2, Purpose::Slope, &["a/1", "x.y"]),
            first(1, Purpose::Intercept, &["a/1", "x.y"]),
            first(1, Purpose::Slope, &["a/2", "x.y"]),
            first(1, Purpose::Slope, &["a/1x", ".y"]),
            first(1, Purpose::Slope, &["a/1"]),
        ] {
            assert_ne!(draw, other);
        }
    }

    #[test]
    fn the_first_numbers_of_a_seed_never_change() {
        // Made by this program; a change here changes every simulation that anybody has kept.
        let mut stream = Streams::new(20_230_109).stream(Purpose::Enrolment, &["hostel-a/1"]);
        let draws: Vec<f64> = (0..3).map(|_| stream.uniform()).collect();
        insta::assert_debug_snapshot!(draws);
    }
}
