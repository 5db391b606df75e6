//! A recording's sound as one channel of 16,000 samples a second.

use std::{fs::File, io, path::Path};

use attune_records::observation::Micros;
use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    errors::Error,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};
use thiserror::Error;

use crate::resample::Resampler;

/// Samples per second that everything here works with.
pub const RATE: u32 = 16_000;

/// One channel of sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Samples from −1 to 1, [`RATE`] a second.
    pub samples: Vec<f32>,
    /// When the first sample is heard in the recording.
    pub start: Micros,
    /// Parts of the file that could not be decoded; they are missing from the samples.
    pub n_damaged: usize,
    /// Share of the samples that lie in runs at the loudest value that there is: the top of the wave was cut
    /// off when it was recorded.
    pub share_clipped: f64,
    /// Length that the file says it has, where that is more than could be heard.
    pub said_length: Option<Micros>,
}

impl Sound {
    /// The time of a sample.
    pub fn time_of(&self, sample: usize) -> Micros {
        Micros(self.start.0 + (sample as i64 * 1_000_000) / i64::from(RATE))
    }

    /// How long it is.
    pub fn length(&self) -> Micros {
        Micros((self.samples.len() as i64 * 1_000_000) / i64::from(RATE))
    }
}

/// From this value on, of 1, a sample may be cut off.
const LOUDEST: f32 = 0.999;
/// So many samples of the same channel in a row are cut off, not only loud.
const RUN: usize = 3;

/// Counts the samples at the loudest value there is, channel by channel.
#[derive(Default)]
struct Clipped {
    runs: Vec<usize>,
    n: usize,
    of: usize,
}

impl Clipped {
    fn count(&mut self, interleaved: &[f32], n_channels: usize) {
        self.runs.resize(n_channels, 0);
        for frame in interleaved.chunks_exact(n_channels) {
            for (run, sample) in self.runs.iter_mut().zip(frame) {
                *run = if sample.abs() >= LOUDEST { *run + 1 } else { 0 };
                self.n += match *run {
                    0..RUN => 0,
                    RUN => RUN,
                    _ => 1,
                };
            }
        }
        self.of += interleaved.len();
    }

    fn share(&self) -> f64 {
        self.n as f64 / self.of.max(1) as f64
    }
}

/// Why a recording cannot be heard.
#[derive(Debug, Error)]
pub enum SoundError {
    /// The file cannot be opened.
    #[error("the file cannot be opened")]
    Unreadable(#[from] io::Error),
    /// No container that is known.
    #[error(
        "this is no recording that can be read here ({0}); MP4, M4A, MP3, WAV, FLAC, Ogg and Matroska can: convert it first"
    )]
    UnknownFormat(String),
    /// Pictures only.
    #[error("the recording has no sound")]
    NoSound,
    /// A codec that is not known.
    #[error(
        "the sound is coded in a way that cannot be read here ({0}); AAC, MP3, Vorbis, FLAC and PCM can: convert it first"
    )]
    UnknownCodec(String),
    /// A stream that broke off before anything was heard.
    #[error("nothing of the sound can be decoded: the file is damaged or cut off at its begin")]
    Damaged,
    /// Too long for one go.
    #[error("the recording is longer than {} hours: cut it into parts", MOST_HOURS)]
    TooLong,
}

/// Longest recording: what is kept in memory is 64 kB a second.
const MOST_HOURS: usize = 12;

/// Reads the sound of a recording and mixes its channels into one.
///
/// # Errors
/// When the file cannot be read, has no sound, or holds it in a format that is not known.
pub fn read_sound(path: &Path) -> Result<Sound, SoundError> {
    let source = MediaSourceStream::new(
        Box::new(File::open(path)?),
        MediaSourceStreamOptions::default(),
    );
    let mut hint = Hint::new();
    if let Some(ending) = path.extension().and_then(|ending| ending.to_str()) {
        hint.with_extension(ending);
    }
    let mut container = symphonia::default::get_probe()
        .probe(
            &hint,
            source,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|reason| SoundError::UnknownFormat(reason.to_string()))?;
    let track = container
        .default_track(TrackType::Audio)
        .ok_or(SoundError::NoSound)?;
    let (id, time_base) = (track.id, track.time_base);
    let said = track.num_frames;
    let parameters = track.codec_params.as_ref();
    let parameters = parameters
        .and_then(|parameters| parameters.audio())
        .ok_or(SoundError::NoSound)?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|reason| SoundError::UnknownCodec(reason.to_string()))?;
    let mut start = None;
    let (mut resampler, mut interleaved, mut mono) = (None, Vec::<f32>::new(), Vec::new());
    let mut sound = Sound {
        samples: Vec::new(),
        start: Micros::ZERO,
        n_damaged: 0,
        share_clipped: 0.0,
        said_length: None,
    };
    let (mut clipped, mut heard, mut hertz) = (Clipped::default(), 0_u64, RATE);
    // A file that was cut off ends with an error: what was heard until then counts.
    while let Ok(Some(packet)) = container.next_packet() {
        if packet.track_id != id {
            continue;
        }
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(Error::DecodeError(_)) => {
                sound.n_damaged += 1;
                continue;
            }
            Err(_) => break,
        };
        if start.is_none() && decoded.frames() > 0 {
            // What the encoder put before the sound has been taken off.
            let first = packet.pts.saturating_add(packet.trim_start);
            let time = time_base.map(|base| base.calc_time_saturating(first));
            start = Some(time.map_or(Micros::ZERO, |time| {
                Micros(i64::try_from(time.as_micros()).unwrap_or(0))
            }));
        }
        let rate = decoded.spec().rate();
        let n_channels = decoded.spec().channels().count().max(1);
        (heard, hertz) = (heard + decoded.frames() as u64, rate);
        decoded.copy_to_vec_interleaved(&mut interleaved);
        clipped.count(&interleaved, n_channels);
        mono.clear();
        mono.extend(
            interleaved
                .chunks_exact(n_channels)
                .map(|channels| channels.iter().sum::<f32>() / n_channels as f32),
        );
        resampler
            .get_or_insert_with(|| Resampler::new(rate, RATE))
            .push(&mono, &mut sound.samples);
        if sound.samples.len() > MOST_HOURS * 3600 * RATE as usize {
            return Err(SoundError::TooLong);
        }
    }
    if let Some(resampler) = resampler {
        resampler.finish(&mut sound.samples);
    }
    sound.start = start.ok_or(SoundError::Damaged)?;
    sound.share_clipped = clipped.share();
    // Containers round the length to a packet or a second.
    sound.said_length = said
        .filter(|said| *said > heard + u64::from(hertz))
        .map(|said| Micros((said as f64 / f64::from(hertz) * 1e6) as i64));
    Ok(sound)
}
