//! Observations to a file of a coding tool, by the ending of its name.

use std::{io::Write as _, sync::Arc};

use attune_records::observation::{
    CodingProject, DIRECTED_TO, Event, Modifier, Modifiers, Observation,
};

use super::{
    CodingFault, NotHeld,
    around_events::lost_around_events,
    boris::BorisProject,
    coding_file::CodingFile,
    datavyu::{DatavyuFile, Spreadsheet},
    elan::ElanDocument,
    not_held::Losses,
    sdis,
    subtitles::{SubtitleForm, Subtitles},
    tables::{tidy_csv, tidy_xlsx},
    text_grid::TextGrid,
};
use crate::wording::first_few;

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A BORIS project.
    Boris,
    /// A BORIS project, packed.
    BorisGz,
    /// An ELAN document.
    Elan,
    /// A TextGrid of Praat.
    TextGrid,
    /// WebVTT captions.
    WebVtt,
    /// SubRip captions.
    SubRip,
    /// A Datavyu archive.
    Datavyu,
    /// The text of a Datavyu spreadsheet.
    DatavyuCsv,
    /// Timed event sequences for GSEQ.
    Sdis,
    /// The tidy table of bouts.
    Csv,
    /// A workbook of bouts and observations.
    Xlsx,
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it cannot hold.
    pub not_held: Vec<NotHeld>,
}

impl Target {
    /// What a name asks for.
    ///
    /// # Errors
    ///
    /// Its ending is none that can be written.
    pub fn of_name(name: &str) -> Result<Self, CodingFault> {
        let lower = name.to_lowercase();
        let endings = [
            (".boris.gz", Self::BorisGz),
            (".boris", Self::Boris),
            (".eaf", Self::Elan),
            (".textgrid", Self::TextGrid),
            (".vtt", Self::WebVtt),
            (".srt", Self::SubRip),
            (".opf", Self::Datavyu),
            (".datavyu.csv", Self::DatavyuCsv),
            (".sds", Self::Sdis),
            (".csv", Self::Csv),
            (".xlsx", Self::Xlsx),
        ];
        let found = endings.iter().find(|(ending, _)| lower.ends_with(ending));
        found.map(|(_, target)| *target).ok_or_else(|| {
            let known: Vec<&str> = endings.iter().map(|(ending, _)| *ending).collect();
            CodingFault::of_file(
                format!("`{name}` has an ending that cannot be written"),
                format!("write one of {}", known.join(", ")),
            )
        })
    }

    /// Whether a file of this kind holds one observation.
    pub fn holds_one_observation(self) -> bool {
        match self {
            Self::Boris | Self::BorisGz | Self::Sdis | Self::Csv | Self::Xlsx => false,
            Self::Elan
            | Self::TextGrid
            | Self::WebVtt
            | Self::SubRip
            | Self::Datavyu
            | Self::DatavyuCsv => true,
        }
    }
}

impl CodingFile {
    /// The same file again, where the target is its own kind: nothing of it is lost.
    pub fn copy_as(&self, target: Target) -> Option<Vec<u8>> {
        match (self, target) {
            (Self::Boris(project), Target::Boris) => Some(project.to_bytes()),
            (Self::Boris(project), Target::BorisGz) => Some(packed(&project.to_bytes())),
            (Self::Elan(document), Target::Elan) if !document.is_vocabulary() => {
                Some(document.to_bytes())
            }
            (Self::TextGrid(grid), Target::TextGrid) => Some(grid.to_bytes()),
            (Self::Subtitles(file), Target::WebVtt) if file.form == SubtitleForm::WebVtt => {
                Some(file.to_bytes())
            }
            (Self::Subtitles(file), Target::SubRip) if file.form == SubtitleForm::SubRip => {
                Some(file.to_bytes())
            }
            (Self::Datavyu(file), Target::Datavyu) => Some(file.to_archive("spreadsheet")),
            // A text of the oldest form without a cell could be told from no other table.
            (Self::Datavyu(file), Target::DatavyuCsv) => Some(file.sheet.to_text())
                .filter(|text| Spreadsheet::looks_like_one(text))
                .map(String::into_bytes),
            _ => None,
        }
    }
}

/// A file of all observations of a project, or of its only one.
///
/// # Errors
///
/// The target holds one observation and the project has another number of them, or has too many rows.
pub fn write_project(project: &CodingProject, target: Target) -> Result<Written, CodingFault> {
    let mut losses = Losses::default();
    let with_modifiers;
    let mut project = project;
    if !matches!(target, Target::Csv | Target::Xlsx) && has_targets(project) {
        let n = project
            .events()
            .filter(|(_, event)| event.target.is_some())
            .count();
        losses.tell(n, "targets of acts", "written as the modifier `to`");
        with_modifiers = targets_as_modifiers(project);
        project = &with_modifiers;
    }
    let one = if target.holds_one_observation() {
        Some(only_observation(project)?)
    } else {
        None
    };
    let (bytes, not_held) = match (target, one) {
        (Target::Elan, Some(one)) => {
            let date = if one.date.is_empty() {
                &project.date
            } else {
                &one.date
            };
            let (document, lost) = ElanDocument::of_observation(one, date);
            document.check_number_of_tiers()?;
            (document.to_bytes(), lost)
        }
        (Target::TextGrid, Some(one)) => {
            let (grid, lost) = TextGrid::of_observation(one);
            (grid.to_bytes(), lost)
        }
        (Target::WebVtt, Some(one)) => {
            let (file, lost) = Subtitles::of_observation(SubtitleForm::WebVtt, one);
            (file.to_bytes(), lost)
        }
        (Target::SubRip, Some(one)) => {
            let (file, lost) = Subtitles::of_observation(SubtitleForm::SubRip, one);
            if file.cues().next().is_none() {
                return Err(CodingFault::of_file(
                    "there is nothing to show as a caption, and without captions such a file is empty",
                    "write .vtt, or .csv",
                ));
            }
            (file.to_bytes(), lost)
        }
        (Target::Datavyu, Some(one)) => {
            let (file, lost) = DatavyuFile::of_observation(one);
            (file.to_archive(&one.id), lost)
        }
        (Target::DatavyuCsv, Some(one)) => {
            let (file, lost) = DatavyuFile::of_observation(one);
            (file.sheet.to_text().into_bytes(), lost)
        }
        (Target::Sdis, _) => sdis::of_project(project),
        (Target::Csv, _) => tidy_csv(project),
        (Target::Xlsx, _) => tidy_xlsx(project).map_err(|error| {
            CodingFault::of_file(
                format!("no workbook can hold it ({error})"),
                "write .csv, or one observation at a time",
            )
        })?,
        (Target::BorisGz, _) => {
            let (file, lost) = BorisProject::of_project(project);
            (packed(&file.to_bytes()), lost)
        }
        // The others hold one observation, and there is one.
        _ => {
            let (file, lost) = BorisProject::of_project(project);
            (file.to_bytes(), lost)
        }
    };
    let mut all = losses.into_list();
    all.extend(not_held);
    all.extend(lost_around_events(project, target));
    Ok(Written {
        bytes,
        not_held: all,
    })
}

fn only_observation(project: &CodingProject) -> Result<&Observation, CodingFault> {
    match project.observations() {
        [one] => Ok(one),
        [] => Err(CodingFault::of_file(
            "there is no observation to write",
            "a scheme alone can be written as .boris",
        )),
        several => {
            let ids: Vec<String> = several.iter().map(|one| format!("`{}`", one.id)).collect();
            Err(CodingFault::of_file(
                format!(
                    "such a file holds one observation, and there are {}",
                    several.len()
                ),
                format!("choose one of {}", first_few(&ids, 10)),
            ))
        }
    }
}

fn has_targets(project: &CodingProject) -> bool {
    project.events().any(|(_, event)| event.target.is_some())
}

/// To whom an act went, as a detail of it.
fn targets_as_modifiers(project: &CodingProject) -> CodingProject {
    let mut copy = project.clone();
    let observations = project.observations().iter().map(|one| {
        let events: Vec<Event> = one.events().iter().map(target_as_modifier).collect();
        one.clone().with_events(events)
    });
    let observations: Vec<Observation> = observations.collect();
    if let Some(with_modifiers) = copy.clone().with_observations(observations) {
        copy = with_modifiers;
    }
    copy
}

fn target_as_modifier(event: &Event) -> Event {
    let Some(target) = &event.target else {
        return event.clone();
    };
    let mut modifiers = event.modifiers.as_slice().to_vec();
    modifiers.push(Modifier {
        set: Arc::from(DIRECTED_TO),
        values: vec![Arc::clone(target)],
    });
    Event {
        modifiers: Modifiers::new(modifiers),
        target: None,
        ..event.clone()
    }
}

pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Memory takes everything.
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
