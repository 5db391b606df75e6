//! Video and sound files of an observation.

use std::sync::Arc;

use serde::Serialize;

use super::Micros;

/// One file. Files of one player follow each other; players run side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Media {
    /// Path or address as the tool wrote it.
    pub file: String,
    /// Number of the player, from 1.
    pub player: u32,
    /// Added to the time in this player to give the time of the observation.
    pub offset: Micros,
    /// Length, where known.
    pub length: Option<Micros>,
    /// Frames per second as the tool noted them: for display only, never to compute times.
    pub frames_per_second: Option<f64>,
    /// When each frame is shown, from the container, where it was read.
    pub frame_times: Option<FrameTimes>,
    /// Whether there are pictures, where noted.
    pub has_video: Option<bool>,
    /// Whether there is sound, where noted.
    pub has_audio: Option<bool>,
    /// Media type as noted, such as `video/mp4`.
    pub media_type: Option<String>,
}

impl Media {
    /// A file in the first player of which nothing else is known.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            player: 1,
            offset: Micros::ZERO,
            length: None,
            frames_per_second: None,
            frame_times: None,
            has_video: None,
            has_audio: None,
            media_type: None,
        }
    }
}

/// When each frame is shown: strictly increasing times from the container's time stamps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FrameTimes(Arc<[Micros]>);

impl FrameTimes {
    /// The times, unless they are not strictly increasing.
    pub fn new(times: Vec<Micros>) -> Option<Self> {
        times.is_sorted_by(|a, b| a < b).then(|| Self(times.into()))
    }

    /// The frame shown at this time, counted from 0; `None` before the first.
    pub fn frame_at(&self, time: Micros) -> Option<usize> {
        self.0
            .partition_point(|shown| *shown <= time)
            .checked_sub(1)
    }

    /// When a frame is shown.
    pub fn time_of(&self, frame: usize) -> Option<Micros> {
        self.0.get(frame).copied()
    }

    /// Number of frames.
    pub fn n_frames(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameTimes, Micros};

    #[test]
    fn a_time_shows_the_last_frame_that_began() {
        let times = FrameTimes::new(vec![Micros(20), Micros(60), Micros(95)]).expect("increasing");
        let frames = [0, 20, 59, 60, 500].map(|time| times.frame_at(Micros(time)));
        assert_eq!(frames, [None, Some(0), Some(0), Some(1), Some(2)]);
        assert_eq!(times.time_of(1), Some(Micros(60)));
        assert_eq!(FrameTimes::new(vec![Micros(2), Micros(2)]), None);
    }
}
