//! `attune observe speech RECORDING`: stretches of speech, proposed by a machine under its own name.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result, bail};
use attune_analysis::words;
use attune_exchange::video_coding::{Target, write_project};
use attune_records::observation::{Interval, Observation};
use attune_speech::{
    pitch::PitchSettings,
    proposal,
    prosody::{Baseline, Stretch, describe},
    sound::{Sound, read_sound},
    voice::SpeechSettings,
};
use clap::Args;
use serde_json::json;

use super::coding_files;
use crate::{output, progress, text_table::TextTable};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune observe speech clip7.mp4
  attune observe speech clip7.mp4 --speakers clip7.eaf --out clip7.machine.eaf
  attune observe agree clip7.boris clip7.machine.csv

The machine hears where somebody speaks, not who speaks to whom. Its proposals are ranked by how high and how
widely the voice moves against the speaker's own baseline; measure its agreement with people before using
it, and do not show it to coders whose agreement with it is to be measured.")]
pub struct Speech {
    /// Video or sound: MP4, M4A, MP3, WAV, FLAC, Ogg, Matroska
    recording: PathBuf,
    /// Coding of who speaks when: each voice is compared with its own speaker's
    #[arg(long, value_name = "FILE")]
    speakers: Option<PathBuf>,
    /// Observation in that file, where it holds several
    #[arg(long, value_name = "ID", requires = "speakers")]
    observation: Option<String>,
    /// Behaviours in that file that mean speaking; all states without it
    #[arg(
        long,
        value_name = "CODES",
        value_delimiter = ',',
        requires = "speakers"
    )]
    speaking: Vec<String>,
    /// Write the proposals to a file of a coding tool, by its ending
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Speech {
    pub fn run(&self) -> Result<()> {
        let target = self.out.as_ref().map(|out| {
            let name = out.file_name().unwrap_or_default().to_string_lossy();
            Target::of_name(&name).map(|target| (out, target))
        });
        let target = target.transpose()?;
        let speakers = self.speakers()?;
        let file = self.recording.display().to_string();
        let sound = progress::during("Decoding the sound", || read_sound(&self.recording))
            .with_context(|| file.clone())?;
        let stretches = progress::during("Listening", || {
            describe(
                &sound,
                &speakers,
                &SpeechSettings::default(),
                &PitchSettings::default(),
            )
        });
        if let Some((out, target)) = target {
            let stem = self.recording.file_stem().unwrap_or_default();
            let observation =
                proposal::observation(&stem.to_string_lossy(), &file, &sound, &stretches);
            let written = write_project(&proposal::project(observation), target)?;
            output::write_file(out, &written.bytes)?;
            for lost in &written.not_held {
                eprintln!("{}: cannot hold {}: {}", out.display(), lost.what, lost.why);
            }
        }
        let length = sound.length().0 as f64 / 1e6;
        let warnings = self.warnings(&stretches, &sound);
        if self.json {
            return output::print_json(&json!({
                "recording": file,
                "coder": proposal::CODER,
                "length_s": length,
                "stretches": stretches,
                "warnings": warnings,
            }));
        }
        output::print_text(&text(&stretches, length, &warnings))
    }

    /// Who was coded as speaking, and when.
    fn speakers(&self) -> Result<Vec<(Arc<str>, Interval)>> {
        let Some(path) = &self.speakers else {
            return Ok(Vec::new());
        };
        let read = coding_files::read(path)?;
        let observation = match &self.observation {
            Some(id) => coding_files::observation(&read.project, id)?,
            None => only(read.project.observations(), path)?,
        };
        let is_speaking = |code: &str| {
            self.speaking.is_empty() || self.speaking.iter().any(|speaking| speaking == code)
        };
        let bouts: Vec<(Arc<str>, Interval)> = observation
            .events()
            .iter()
            .filter(|event| is_speaking(&event.behaviour))
            .filter_map(|event| Some((event.subject.clone()?, event.span.interval()?)))
            .collect();
        if bouts.is_empty() {
            bail!(
                "{}: no bout says who speaks; name the behaviours with --speaking, and code them with a subject",
                path.display()
            );
        }
        Ok(bouts)
    }

    fn warnings(&self, stretches: &[Stretch], sound: &Sound) -> Vec<String> {
        let mut warnings = of_the_sound(sound);
        let by_recording = stretches
            .iter()
            .filter(|stretch| stretch.baseline == Baseline::Recording)
            .count();
        if by_recording > 0 && self.speakers.is_none() {
            warnings.push(
                "nobody coded who speaks: voices are compared with the whole recording's, so that a high voice among low ones ranks high; give --speakers"
                    .to_owned(),
            );
        } else if by_recording > 0 {
            warnings.push(format!(
                "{} compared with the whole recording's voices: the speaker is not coded or has fewer than five stretches",
                words::count_of(by_recording, "stretch is", "stretches are")
            ));
        }
        warnings
    }
}

/// Samples of less than this everywhere are silence.
const SILENCE: f32 = 1e-4;
/// From this share on, samples that are cut off make heights doubtful.
const MUCH_CLIPPED: f64 = 0.005;

/// What is wrong with the sound itself.
fn of_the_sound(sound: &Sound) -> Vec<String> {
    let mut warnings = Vec::new();
    if sound.n_damaged > 0 {
        warnings.push(format!(
            "{} of the sound could not be decoded and were not heard",
            words::count_of(sound.n_damaged, "part", "parts")
        ));
    }
    if let Some(said) = sound.said_length {
        warnings.push(format!(
            "the file breaks off: {} s of {} s were heard",
            words::fixed(sound.length().seconds(), 1),
            words::fixed(said.seconds(), 1)
        ));
    }
    if sound.samples.iter().all(|sample| sample.abs() < SILENCE) {
        warnings
            .push("the sound is silent throughout: see whether the microphone was on".to_owned());
    }
    if sound.share_clipped >= MUCH_CLIPPED {
        warnings.push(format!(
            "the recording was too loud: {} of the samples are cut off, so heights and above all ranges are doubtful",
            words::percent(sound.share_clipped)
        ));
    }
    warnings
}

fn only<'a>(observations: &'a [Observation], path: &std::path::Path) -> Result<&'a Observation> {
    match observations {
        [one] => Ok(one),
        several => {
            let ids: Vec<&str> = several.iter().map(|one| &*one.id).collect();
            bail!(
                "{} holds {}; choose one with --observation: {}",
                path.display(),
                words::count_of(several.len(), "observation", "observations"),
                attune_exchange::first_few(&ids, 12)
            )
        }
    }
}

fn text(stretches: &[Stretch], length: f64, warnings: &[String]) -> String {
    let spoken: f64 = stretches
        .iter()
        .map(|stretch| stretch.interval.length().0 as f64 / 1e6)
        .sum();
    let mut text = format!(
        "{} of speech in {length:.1} s, {} of the time · {}\n\n",
        words::count_of(stretches.len(), "stretch", "stretches"),
        words::percent(spoken / length.max(1e-9)),
        proposal::CODER
    );
    if !stretches.is_empty() {
        let mut table = TextTable::new(&[
            "rank",
            "from, s",
            "to, s",
            "speaker",
            "voiced",
            "median, Hz",
            "range, semitones",
            "above baseline, semitones",
            "",
        ]);
        let number = |value: Option<f64>, decimals| {
            value.map_or("–".to_owned(), |value| words::fixed(value, decimals))
        };
        for stretch in stretches {
            let seconds = |micros: i64| words::fixed(micros as f64 / 1e6, 2);
            table.row([
                stretch.rank.map_or("–".to_owned(), |rank| rank.to_string()),
                seconds(stretch.interval.start().0),
                seconds(stretch.interval.stop().0),
                stretch.speaker.as_deref().unwrap_or("–").to_owned(),
                words::percent(stretch.voiced),
                number(stretch.median_hertz, 0),
                number(stretch.range_semitones, 1),
                number(stretch.above_baseline, 1),
                match stretch.may_be_infant {
                    true => "may be an infant".to_owned(),
                    false => String::new(),
                },
            ]);
        }
        text += &table.text();
    }
    for warning in warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}
