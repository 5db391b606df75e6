//! The drawn film of the demonstration, made by `cargo xtask demo-clip`: a clinic room of figures and
//! computed voices, so that the coding room can be tried where there is no `ffmpeg`. Every study with a
//! coding scheme gets it, assigned to those who code there.

use anyhow::Result;
use attune_protocol::id::StudyId;
use attune_speech::sound::{RATE, read_sound};
use attune_store::{
    Actor, Moment, Store,
    command::video::{Angle, ClipAdded, CodingPurpose, VideoCommand},
    ids::{AccountId, ClipId, CodingId},
    media::{
        MediaFolder,
        frame_times::FrameTimes,
        sound_pictures::{SAMPLES_PER_SECOND, SoundPictures},
    },
};

const FILM: &[u8] = include_bytes!("../../../assets/drawn-clinic.mp4");
const FRAMES: &[u8] = include_bytes!("../../../assets/drawn-clinic.frames");

/// The film among the recordings of the store.
pub fn take_in(media: &MediaFolder) -> Result<Angle> {
    let (film, film_bytes) = media.keep(FILM)?;
    let (frame_times, _) = media.keep(FRAMES)?;
    let (loudness, spectrum) = sound_pictures(media, &film)?;
    let times = FrameTimes::from_bytes(FRAMES)?;
    Ok(Angle {
        original: film.clone(),
        original_frame_times: frame_times.clone(),
        playing: film,
        playing_bytes: film_bytes,
        frame_times,
        frames: u32::try_from(times.as_slice().len())?,
        length: times.end(),
        offset: 0,
        drift: 0,
        peaks: Some(media.keep(&loudness[..])?.0),
        spectrum: Some(media.keep(&spectrum[..])?.0),
    })
}

fn sound_pictures(media: &MediaFolder, film: &str) -> Result<(Vec<u8>, Vec<u8>)> {
    let sound = read_sound(media.in_the_clear(film)?.path())?;
    let mut pictures = SoundPictures::default();
    // The mean of two neighbours halves the rate well enough for a picture.
    let ratio = RATE as usize / SAMPLES_PER_SECOND;
    for samples in sound.samples.chunks(ratio) {
        let mean = samples.iter().sum::<f32>() / samples.len() as f32;
        pictures.push((mean * 32_767.0) as i16);
    }
    Ok(pictures.done())
}

/// Puts the film into a study and assigns it; a study without a scheme is left as it is.
pub async fn add(
    store: &Store,
    study: &StudyId,
    film: &Angle,
    coders: &[(AccountId, CodingPurpose)],
    at: Moment,
) -> Result<()> {
    let protocol = store.protocol(study).await?;
    for scheme in &protocol.schemes {
        let clip = ClipId::new();
        let added = ClipAdded {
            angles: vec![film.clone()],
            ..ClipAdded::new(clip, "Drawn film, of nobody", scheme)
        };
        let mut commands = vec![VideoCommand::AddClip(Box::new(added))];
        for (coder, purpose) in coders {
            commands.push(VideoCommand::AssignClip {
                coding: CodingId::of_request(&format!("{clip} {coder}"), 0),
                clip,
                coder: *coder,
                position: 1,
                purpose: *purpose,
            });
        }
        store
            .change_video(&Actor::PROGRAM, study, commands, at)
            .await?;
    }
    Ok(())
}
