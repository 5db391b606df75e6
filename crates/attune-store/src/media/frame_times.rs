//! The times of all frames of a recording, as its container gives them: never a frame rate times a
//! number. Stored as 64-bit little-endian microseconds.

use crate::error::{Result, StoreError};

/// Times of the frames in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameTimes(Vec<i64>);

impl FrameTimes {
    /// From packets as `ffprobe` lists them (time stamp, flags), in any order. Packets that are not
    /// shown carry a `D` in their flags.
    ///
    /// # Errors
    ///
    /// No frame has a time stamp.
    pub fn from_packets(packets: &str, time_base: (i64, i64)) -> Result<Self> {
        let (numerator, denominator) = time_base;
        let mut times = Vec::new();
        for line in packets.lines() {
            let mut cells = line.trim().split(',');
            let Some(stamp) = cells.next().and_then(|cell| cell.parse::<i64>().ok()) else {
                continue;
            };
            if !cells.next().is_some_and(|flags| flags.contains('D')) {
                times.push(micros(stamp, numerator, denominator));
            }
        }
        times.sort_unstable();
        times.dedup();
        match times.is_empty() {
            true => Err(StoreError::refused(
                "no frame of this recording has a time stamp; it cannot be coded frame by frame",
            )),
            false => Ok(Self(times)),
        }
    }

    /// As they were stored.
    ///
    /// # Errors
    ///
    /// The bytes are no times in rising order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (times, rest) = bytes.as_chunks::<8>();
        let times: Vec<i64> = times.iter().copied().map(i64::from_le_bytes).collect();
        let are_sound = !times.is_empty() && times.is_sorted_by(|a, b| a < b) && rest.is_empty();
        match are_sound {
            true => Ok(Self(times)),
            false => Err(StoreError::damaged("times of frames that do not rise")),
        }
    }

    /// The times.
    pub fn as_slice(&self) -> &[i64] {
        &self.0
    }

    /// As they are stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|time| time.to_le_bytes()).collect()
    }

    /// The end of the last frame: its begin and the length of the frame before it.
    pub fn end(&self) -> i64 {
        match self.0.as_slice() {
            [.., before, last] => last + (last - before),
            [only] => *only,
            [] => 0,
        }
    }
}

/// Nearest whole microsecond of a time stamp; halves go away from zero.
fn micros(stamp: i64, numerator: i64, denominator: i64) -> i64 {
    let denominator = i128::from(denominator.max(1));
    let scaled = i128::from(stamp) * i128::from(numerator) * 1_000_000;
    let half = denominator / 2;
    let rounded = if scaled >= 0 {
        (scaled + half) / denominator
    } else {
        (scaled - half) / denominator
    };
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::FrameTimes;

    #[test]
    fn frames_that_are_not_shown_do_not_count_and_order_is_that_of_time() {
        let packets = "-1024,KD_\n0,K__\n1536,___\n512,___\n1024,___\n";
        let times = FrameTimes::from_packets(packets, (1, 15360)).unwrap();
        assert_eq!(times.as_slice(), [0, 33_333, 66_667, 100_000]);
        assert_eq!(times.end(), 133_333);
        assert_eq!(times.to_bytes().len(), 32);
        assert_eq!(FrameTimes::from_bytes(&times.to_bytes()).unwrap(), times);
        assert!(FrameTimes::from_bytes(&times.to_bytes()[..31]).is_err());
    }

    #[test]
    fn a_recording_without_time_stamps_is_refused() {
        assert!(FrameTimes::from_packets("N/A,K__\n", (1, 25)).is_err());
    }
}
