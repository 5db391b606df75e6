//! Codings of the drawn film by two coders who do not exist, against the film's own script as the
//! standard: so that the page of agreement has something to show. The script says what was drawn; the
//! coders press late, miss things and, one of them, more so from week to week.

use anyhow::Result;
use attune_protocol::{id::StudyId, scheme::Scheme};
use attune_store::{
    Actor, Moment, Store,
    coded_elsewhere::KeptCoding,
    command::video::{Angle, ClipAdded, CodedEvent, CodingPurpose, Edit, VideoCommand},
    ids::{AccountId, ClipId, CodingId},
    media::frame_times::FrameTimes,
};

/// Who does what to whom, from and to which second, as it was drawn.
const SCRIPT: &str = include_str!("../../../assets/drawn-clinic.script");
const N_CLIPS: u32 = 6;
const WEEK: i64 = 7 * 24 * 60 * 60 * 1_000_000;
const DAY: i64 = WEEK / 7;

/// How somebody codes.
struct Coder {
    name: &'static str,
    purpose: CodingPurpose,
    /// Most seconds by which a key comes late.
    late: f64,
    /// Share of what happens that is missed, in the first week, and more of it each week.
    missed: (f64, f64),
}

const CODERS: &[Coder] = &[
    Coder {
        name: "The film's script (made up)",
        purpose: CodingPurpose::Gold,
        late: 0.0,
        missed: (0.0, 0.0),
    },
    Coder {
        name: "Cora, who does not exist",
        purpose: CodingPurpose::Study,
        late: 0.5,
        missed: (0.05, 0.0),
    },
    Coder {
        name: "Cyril, who does not exist",
        purpose: CodingPurpose::Reliability,
        late: 0.8,
        missed: (0.05, 0.06),
    },
];

/// Puts clips of the film and their codings into the study whose scheme the script is written for.
pub async fn add(store: &Store, study: &StudyId, film: &Angle, at: Moment) -> Result<()> {
    let protocol = store.protocol(study).await?;
    let Some(scheme) = protocol.schemes.iter().find(|scheme| &*scheme.id == "room") else {
        return Ok(());
    };
    let frame_times = read_frames(store, film)?;
    let mut accounts = Vec::new();
    for coder in CODERS {
        let account = AccountId::new();
        store
            .add_coder_without_password(&Actor::PROGRAM, study, (account, coder.name), at)
            .await?;
        accounts.push(account);
    }
    for week in 0..N_CLIPS {
        let clip = ClipId::new();
        let day = at.micros - i64::from(N_CLIPS - week) * WEEK;
        store
            .change_video(
                &Actor::PROGRAM,
                study,
                vec![clip_of_week(clip, week, scheme, film)],
                moment(day),
            )
            .await?;
        for (coder, account) in CODERS.iter().zip(&accounts) {
            let coding = CodingId::of_request(&format!("{clip} {account}"), 1);
            let when = moment(day + DAY * i64::from(week % 3));
            let edits = edits(coder, week, &frame_times);
            let kept = KeptCoding {
                coding,
                clip,
                coder: *account,
                purpose: coder.purpose,
            };
            store
                .keep_finished_coding(&Actor::PROGRAM, study, kept, edits, when)
                .await?;
        }
    }
    Ok(())
}

fn moment(micros: i64) -> Moment {
    Moment {
        micros,
        offset_minutes: 0,
    }
}

fn read_frames(store: &Store, film: &Angle) -> Result<FrameTimes> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut store.media().open(&film.frame_times)?, &mut bytes)?;
    Ok(FrameTimes::from_bytes(&bytes)?)
}

fn clip_of_week(clip: ClipId, week: u32, scheme: &Scheme, film: &Angle) -> VideoCommand {
    VideoCommand::AddClip(Box::new(ClipAdded {
        stratum: "drawn".to_owned(),
        angles: vec![film.clone()],
        ..ClipAdded::new(
            clip,
            format!("Drawn film, coded in week {}", week + 1),
            scheme,
        )
    }))
}

/// What a coder makes of the script in one week.
fn edits(coder: &Coder, week: u32, frames: &FrameTimes) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (place, line) in (0u64..).zip(SCRIPT.lines()) {
        let chance = |salt: u64| uniform(&[place, u64::from(week), salt, coder.name.len() as u64]);
        let missed = coder.missed.0 + coder.missed.1 * f64::from(week);
        if chance(1) < missed {
            continue;
        }
        let Ok(event) = event(line, frames, coder.late * chance(2), coder.late * chance(3)) else {
            continue;
        };
        edits.push(Edit::Event {
            id: format!("made-up-{place}"),
            before: None,
            after: Some(event),
        });
    }
    edits
}

fn event(line: &str, frames: &FrameTimes, late: f64, later: f64) -> Result<CodedEvent> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [who, does, whom, from, to] = cells.as_slice() else {
        anyhow::bail!("five cells to a line of the script");
    };
    let (from, to): (f64, f64) = (from.parse()?, to.parse()?);
    let (start, start_frame) = frame_at(frames, from + late);
    let (stop, stop_frame) = frame_at(frames, to + later);
    let target = (!whom.is_empty()).then(|| (*whom).to_owned());
    let is_act = target.is_some();
    anyhow::ensure!(is_act || stop > start, "a bout has a length");
    Ok(CodedEvent {
        behaviour: (*does).to_owned(),
        subject: Some((*who).to_owned()),
        target,
        modifiers: std::collections::BTreeMap::new(),
        start,
        stop: (!is_act).then_some(stop),
        point: is_act,
        start_frame: Some(start_frame),
        stop_frame: (!is_act).then_some(stop_frame),
        comment: String::new(),
        sampled: None,
    })
}

/// The frame that is shown at a second.
fn frame_at(frames: &FrameTimes, second: f64) -> (i64, u32) {
    let times = frames.as_slice();
    let micros = (second * 1e6) as i64;
    let frame = times
        .partition_point(|time| *time <= micros)
        .saturating_sub(1);
    (times[frame], u32::try_from(frame).unwrap_or_default())
}

/// A number from 0 to 1 that is always the same for the same reasons (SplitMix64).
fn uniform(reasons: &[u64]) -> f64 {
    let mut state = 1u64;
    for reason in reasons {
        state = state
            .wrapping_add(*reason)
            .wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    (state >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> FrameTimes {
        FrameTimes::from_bytes(include_bytes!("../../../assets/drawn-clinic.frames"))
            .expect("times")
    }

    #[test]
    fn the_standard_has_the_whole_script_and_cyril_loses_more_from_week_to_week() {
        let n = |coder: &Coder, week| edits(coder, week, &frames()).len();
        let all = SCRIPT.lines().count();
        assert!(all > 20);
        assert_eq!((n(&CODERS[0], 0), n(&CODERS[0], 5)), (all, all));
        let cyril: Vec<usize> = (0..N_CLIPS).map(|week| n(&CODERS[2], week)).collect();
        assert!(cyril[5] < cyril[0], "{cyril:?}");
    }

    #[test]
    fn states_of_one_infant_never_overlap_in_the_standard() {
        let mut ends = std::collections::BTreeMap::new();
        for edit in edits(&CODERS[0], 0, &frames()) {
            let Edit::Event {
                after: Some(event), ..
            } = edit
            else {
                continue;
            };
            if let Some(stop) = event.stop {
                let last = ends.insert(event.subject.clone(), stop).unwrap_or(0);
                assert!(event.start >= last, "{event:?}");
            }
        }
    }
}
