//! A made-up recording heard from file to proposal: vowels of two heights between silences.

use std::{f64::consts::TAU, fs, path::Path};

use attune_records::observation::Span;
use attune_speech::{
    pitch::PitchSettings,
    proposal,
    prosody::describe,
    sound::{RATE, SoundError, read_sound},
    voice::SpeechSettings,
};

/// Resonances of an open vowel and their widths in Hz (values around those of Peterson & Barney 1952).
const FORMANTS: [(f64, f64); 4] = [
    (730.0, 90.0),
    (1_100.0, 110.0),
    (2_450.0, 170.0),
    (3_300.0, 250.0),
];

/// Syllables: pulses of the glottis at a moving height through resonances, loud and soft four times a second.
fn syllables(hertz: f64, semitones: f64, seconds: f64) -> Vec<f64> {
    let rate = f64::from(RATE);
    let n = (seconds * rate) as usize;
    let mut states = [(0.0, 0.0); 4];
    let mut phase = 0.0;
    (0..n)
        .map(|i| {
            let t = i as f64 / rate;
            let height = hertz * (semitones / 24.0 * (TAU * 1.3 * t).sin()).exp2();
            phase += height / rate;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= phase.floor();
            let mut sound = pulse;
            for ((centre, width), (one, two)) in FORMANTS.iter().zip(&mut states) {
                let radius = (-std::f64::consts::PI * width / rate).exp();
                let out = sound + 2.0 * radius * (TAU * centre / rate).cos() * *one
                    - radius * radius * *two;
                (*two, *one) = (*one, out);
                sound = out;
            }
            sound * (0.55 - 0.45 * (TAU * 4.0 * t).cos())
        })
        .collect()
}

fn with_silence(parts: &[Vec<f64>]) -> Vec<f64> {
    let silence = vec![0.0; RATE as usize];
    let mut sound = silence.clone();
    for part in parts {
        let loudest = part.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        sound.extend(part.iter().map(|x| 0.5 * x / loudest));
        sound.extend(&silence);
    }
    sound
}

fn write_wav(path: &Path, samples: &[f64]) {
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|x| ((x * 32_000.0) as i16).to_le_bytes())
        .collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend((2 * RATE).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    fs::write(path, file).expect("a file");
}

#[test]
fn speech_is_found_described_ranked_and_proposed_under_the_machines_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clinic.wav");
    let parts = [
        syllables(190.0, 2.0, 2.0),
        syllables(260.0, 9.0, 2.0),
        syllables(185.0, 2.5, 2.0),
    ];
    write_wav(&path, &with_silence(&parts));
    let sound = read_sound(&path).expect("sound");
    assert_eq!(sound.samples.len(), 10 * RATE as usize);
    let stretches = describe(
        &sound,
        &[],
        &SpeechSettings::default(),
        &PitchSettings::default(),
    );
    assert_eq!(stretches.len(), 3, "{stretches:#?}");
    for (stretch, begin) in stretches.iter().zip([1.0, 4.0, 7.0]) {
        let found = stretch.interval.start().0 as f64 / 1e6;
        assert!((found - begin).abs() < 0.25, "{found} for {begin}");
        let length = stretch.interval.length().0 as f64 / 1e6;
        assert!((length - 2.0).abs() < 0.5, "{length}");
    }
    let median = stretches[0].median_hertz.expect("voiced");
    assert!((median / 190.0 - 1.0).abs() < 0.03, "{median}");
    assert!(stretches[1].range_semitones > stretches[0].range_semitones);
    assert_eq!(stretches[1].rank, Some(1));

    let observation = proposal::observation("clinic", "clinic.wav", &sound, &stretches);
    assert_eq!(observation.coder.as_deref(), Some(proposal::CODER));
    assert_eq!(observation.events().len(), 3);
    assert_eq!(
        observation.events()[1].modifiers.of_set("rank"),
        ["1".into()]
    );
    let spans = observation.events().iter().map(|event| event.span);
    assert!(spans.into_iter().all(|span| matches!(span, Span::State(_))));
    assert_eq!(proposal::project(observation).observations().len(), 1);
}

#[test]
fn what_cannot_be_heard_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        read_sound(&path).expect_err("no sound").to_string()
    };
    assert!(told("notes.txt", b"not a recording at all").contains("convert it first"));
    assert!(told("empty.mp4", b"").contains("convert it first"));
    let gone = read_sound(&folder.path().join("gone.wav"));
    assert!(matches!(gone, Err(SoundError::Unreadable(_))));
}

#[test]
fn what_an_encoder_puts_before_the_sound_moves_nothing() {
    // Half a second of silence, vowels, half a second of silence, by LAME at 16 kHz: 1,105 samples of delay.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vowels.mp3");
    let sound = read_sound(&path).expect("sound");
    assert_eq!((sound.start.0, sound.said_length), (0, None));
    let loud = sound.samples.iter().position(|sample| sample.abs() > 0.02);
    let begin = sound.time_of(loud.expect("vowels")).seconds();
    assert!((begin - 0.5).abs() < 0.03, "{begin}");
}

#[test]
fn a_file_that_breaks_off_and_tops_that_are_cut_off_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole.wav");
    let voice = with_silence(&[syllables(190.0, 2.0, 3.0)]);
    write_wav(&whole, &voice);
    let heard = read_sound(&whole).expect("sound");
    assert_eq!((heard.share_clipped, heard.said_length), (0.0, None));
    let bytes = fs::read(&whole).expect("bytes");
    let cut = folder.path().join("cut.wav");
    fs::write(&cut, &bytes[..bytes.len() / 2]).expect("a file");
    let said = read_sound(&cut).expect("sound").said_length;
    assert!((said.expect("more was said").seconds() - 5.0).abs() < 0.01);
    let loud = folder.path().join("loud.wav");
    let clipped = voice.iter().map(|x| 1.024 * (100.0 * x).clamp(-1.0, 1.0));
    write_wav(&loud, &clipped.collect::<Vec<f64>>());
    let share = read_sound(&loud).expect("sound").share_clipped;
    assert!(share > 0.05, "{share}");
}
