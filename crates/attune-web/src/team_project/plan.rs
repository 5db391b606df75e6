//! Everything that would happen: which coding becomes whose, of which recording, with how many events; what is
//! lost; and every problem with its place and what mends it. Only a plan without problems can be brought.

use std::collections::{BTreeMap, BTreeSet};

use attune_exchange::video_coding::{NotHeld, TeamProject};
use attune_protocol::{
    id::{PurposeId, SchemeId, StudyId},
    plan::About,
    scheme::Scheme,
};
use attune_records::observation::Observation;
use attune_store::{
    bringing::Bringing,
    clips::ClipRow,
    command::video::{Angle, ClipAdded, CodingBrought, CodingPurpose, Edit},
    ids::{AccountId, BringingId, ClipId, CodingId},
    own_scheme,
};

use super::{
    choices::{Choices, CoderChoice, LEFT, NEW_SCHEME, OUT, RecordingChoice},
    known::Known,
    looks_like_a_name::looks_like_a_name,
    proposal::names,
};
use crate::brought::{self, Meant};

/// A plan.
#[derive(Debug, Default)]
pub struct Plan {
    /// What is to be settled.
    pub problems: Vec<Problem>,
    /// What looks doubtful and may stay.
    pub doubts: Vec<String>,
    /// What is left or changed of events, with numbers.
    pub notes: BTreeMap<String, usize>,
    /// What is to be completed of a new scheme.
    pub to_complete: Vec<NotHeld>,
    /// The new scheme, as a file of a study.
    pub scheme_file: Option<String>,
    /// Observation by observation, in the order of the project.
    pub observations: Vec<Planned>,
    /// Recordings that two or more people coded.
    pub n_paired: usize,
    /// Recordings.
    pub n_recordings: usize,
    /// Events that are taken.
    pub n_events: usize,
    /// Bouts with one end among them.
    pub n_open: usize,
    /// What is brought, once there is no problem.
    pub ready: Option<Ready>,
}

/// Something to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field of the form.
    pub at: String,
    /// What is wrong and what mends it.
    pub what: String,
}

/// What becomes of an observation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Planned {
    /// Events that are taken.
    pub n_events: usize,
    /// Bouts with one end among them.
    pub n_open: usize,
    /// Whether it is left out.
    pub out: bool,
    /// What the coding is for.
    pub purpose: Option<CodingPurpose>,
}

/// What can be brought.
#[derive(Debug)]
pub struct Ready {
    /// Everything.
    pub bringing: Bringing,
    /// Coders who have left: an account that nobody can sign in to, and the name.
    pub left: BTreeMap<AccountId, String>,
}

/// The account of a coder who has left; of one name in one study there is one.
pub fn account_of_left(study: &StudyId, name: &str) -> AccountId {
    AccountId::of_request(&format!("{study} coder {name}"), 0)
}

/// Makes the plan.
pub fn plan(
    (id, study): (BringingId, &StudyId),
    project: &TeamProject,
    choices: &Choices,
    known: &Known,
) -> Plan {
    let mut planning = Planning {
        id,
        study,
        project,
        choices,
        known,
        plan: Plan::default(),
    };
    planning.names_that_coders_see();
    let Some(by) = planning.scheme() else {
        return planning.plan;
    };
    planning.codings(&by);
    planning.plan
}

/// The scheme of all codings, and what names mean in it.
struct By {
    scheme: Scheme,
    /// The text, where it is new.
    text: Option<String>,
    meant: Meant,
}

/// Where codings go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Clip(ClipId),
    New(String),
}

struct Planning<'a> {
    id: BringingId,
    study: &'a StudyId,
    project: &'a TeamProject,
    choices: &'a Choices,
    known: &'a Known,
    plan: Plan,
}

impl Planning<'_> {
    fn problem(&mut self, at: impl Into<String>, what: impl Into<String>) {
        self.plan.problems.push(Problem {
            at: at.into(),
            what: what.into(),
        });
    }

    /// Names of people and of times of the study on the keys of coders.
    fn names_that_coders_see(&mut self) {
        if self.choices.scheme != NEW_SCHEME {
            return;
        }
        for (own, name) in &self.choices.subjects {
            if looks_like_a_name(name) {
                self.plan.doubts.push(format!(
                    "“{name}” may be the name of a person. Coders would read it on every event: call “{own}” by a role, such as “Infant”."
                ));
            }
        }
        let telling = self.telling_words();
        let labels = self
            .project
            .project
            .scheme
            .behaviours
            .iter()
            .map(|one| one.code.to_string());
        let labels = labels.chain(self.choices.subjects.values().cloned());
        let labels = labels.chain([self.choices.title.clone()]);
        for label in labels {
            let lower = label.to_lowercase();
            if telling
                .of_study
                .iter()
                .any(|word| lower.contains(word.as_str()))
            {
                self.plan.doubts.push(format!(
                    "“{label}” holds the name of an arm or a wave of the study, which coders must not learn: rename it in the tool, or map it to a scheme of the study."
                ));
            }
        }
    }

    fn telling_words(&self) -> Telling {
        let protocol = &self.known.protocol;
        let long = |word: &str| (word.chars().count() > 2).then(|| word.to_lowercase());
        let arms = protocol
            .arms
            .iter()
            .flat_map(|arm| [arm.id.as_str(), arm.label.as_str()]);
        let waves = protocol
            .waves
            .iter()
            .flat_map(|wave| [wave.id.as_str(), wave.label.as_str()]);
        let of_files = self.project.project.observations().iter().flat_map(|one| {
            let date = one.date.get(..10).map(str::to_owned);
            let films = one.media.iter().map(|media| {
                let name = media.file.rsplit(['/', '\\']).next().unwrap_or_default();
                name.rsplit_once('.')
                    .map_or(name, |(stem, _)| stem)
                    .to_owned()
            });
            [one.id.to_string()].into_iter().chain(date).chain(films)
        });
        Telling {
            of_study: arms.chain(waves).filter_map(long).collect(),
            of_files: of_files.filter_map(|word| long(&word)).collect(),
        }
    }

    fn scheme(&mut self) -> Option<By> {
        match self.choices.scheme.as_str() {
            NEW_SCHEME => self.new_scheme(),
            id => self.scheme_of_study(id),
        }
    }

    fn new_scheme(&mut self) -> Option<By> {
        let title = match self.choices.title.trim() {
            "" => "Scheme of another tool",
            title => title,
        };
        let subjects = self.choices.subjects.iter();
        let called: BTreeMap<String, String> = subjects
            .filter(|(_, name)| !name.is_empty() && *name != OUT)
            .map(|(own, name)| (own.clone(), name.clone()))
            .collect();
        let (text, to_complete) = brought::scheme_text_as(&self.project.project, title, &called);
        self.plan.to_complete = to_complete;
        let id = self.id.to_string();
        let id = SchemeId::new(format!("brought-{}", &id[24..]));
        match own_scheme::read(&id, &text) {
            Ok(scheme) => {
                self.plan.scheme_file = Some(text.clone());
                let subjects = called.into_iter().map(|(own, name)| (own, Some(name)));
                Some(By {
                    scheme,
                    text: Some(text),
                    meant: Meant {
                        behaviours: BTreeMap::new(),
                        subjects: subjects.collect(),
                    },
                })
            }
            Err(why) => {
                self.problem(
                    "scheme",
                    format!(
                        "No scheme can be made of this project: {why}. Choose one of the study."
                    ),
                );
                None
            }
        }
    }

    fn scheme_of_study(&mut self, id: &str) -> Option<By> {
        let found = self
            .known
            .protocol
            .schemes
            .iter()
            .find(|one| *one.id == *id);
        let Some(scheme) = found.cloned() else {
            self.problem("scheme", "Choose a scheme of the study, or a new one.");
            return None;
        };
        let (behaviours, subjects) = names(self.project);
        let mut meant = Meant::default();
        for (row, name) in behaviours.into_iter().enumerate() {
            let says = self
                .choices
                .behaviours
                .get(&name)
                .cloned()
                .unwrap_or_default();
            let is_known = scheme.behaviours().any(|(one, _)| one.id == says)
                || scheme.spans.iter().any(|one| one.id == says);
            if says == OUT {
                meant.behaviours.insert(name, None);
            } else if is_known {
                meant.behaviours.insert(name, Some(says));
            } else {
                self.problem(
                    format!("means.{row}"),
                    format!("Say what “{name}” means in the scheme, or leave it out."),
                );
            }
        }
        for (row, name) in subjects.into_iter().enumerate() {
            let says = self
                .choices
                .subjects
                .get(&name)
                .cloned()
                .unwrap_or_default();
            let shown = if name.is_empty() {
                "No focal subject"
            } else {
                &name
            };
            if says == OUT {
                meant.subjects.insert(name, None);
            } else if brought::person_named(&scheme, &[], &says).is_some() {
                meant.subjects.insert(name, Some(says));
            } else {
                self.problem(
                    format!("who.{row}"),
                    format!("Say who “{shown}” is in the scheme, or leave these events out."),
                );
            }
        }
        Some(By {
            scheme,
            text: None,
            meant,
        })
    }

    /// Rows of recordings in the form.
    fn row_of_recording(&self, name: &str) -> usize {
        let place = self.choices.recordings.keys().position(|one| one == name);
        place.unwrap_or_default()
    }

    fn row_of_coder(&self, name: &str) -> usize {
        let place = self.choices.coders.keys().position(|one| one == name);
        place.unwrap_or_default()
    }

    fn codings(&mut self, by: &By) {
        let mut clips = Vec::new();
        let mut targets: BTreeMap<String, Option<Target>> = BTreeMap::new();
        for name in self.choices.recordings.keys() {
            let target = self.target(name, by, &mut clips);
            targets.insert(name.clone(), target);
        }
        let mut left = BTreeMap::new();
        let mut accounts: BTreeMap<&str, Option<AccountId>> = BTreeMap::new();
        for (name, choice) in &self.choices.coders {
            let account = match (choice.who.as_str(), choice.account()) {
                (OUT, _) => None,
                (LEFT, _) => {
                    let account = account_of_left(self.study, name);
                    left.insert(account, format!("{name} (coded elsewhere)"));
                    Some(account)
                }
                (_, Some(account)) if self.known.coders.contains_key(&account) => Some(account),
                _ => {
                    let row = self.row_of_coder(name);
                    self.problem(
                        format!("coder-is.{row}"),
                        format!("Say who “{name}” is: a person who codes in this study, or a coder who has left."),
                    );
                    None
                }
            };
            accounts.insert(name, account);
        }
        self.whoever_is_untold();
        let telling = self.telling_words();
        let mut taken: Vec<(usize, Target, AccountId)> = Vec::new();
        for place in 0..self.project.origins.len() {
            let planned = self.observation(place, &targets, &accounts, &mut taken);
            self.plan.observations.push(planned);
        }
        self.plan.n_recordings = taken
            .iter()
            .map(|(_, target, _)| target)
            .collect::<BTreeSet<_>>()
            .len();
        let codings = self.converted(by, &taken, &clips, &telling);
        if taken.is_empty() && self.plan.problems.is_empty() {
            self.problem(
                "observations",
                "Nothing is left to bring: take at least one observation.",
            );
        }
        let used: BTreeSet<ClipId> = codings.iter().map(|coding| coding.clip).collect();
        clips.retain(|(_, clip)| used.contains(&clip.clip));
        if self.plan.problems.is_empty() {
            let coded: BTreeSet<AccountId> = codings.iter().map(|coding| coding.coder).collect();
            left.retain(|account, _| coded.contains(account));
            self.plan.ready = Some(Ready {
                bringing: Bringing {
                    id: self.id,
                    files: self.project.files.clone(),
                    clips: clips.into_iter().map(|(_, clip)| clip).collect(),
                    codings,
                },
                left,
            });
        }
    }

    /// Observations of which nothing tells who coded them: one problem, however many they are.
    fn whoever_is_untold(&mut self) {
        let all = self.choices.observations.iter().enumerate();
        let untold: Vec<usize> = all
            .filter(|(_, one)| one.is_untold())
            .map(|(place, _)| place)
            .collect();
        match untold[..] {
            [] => {}
            [place] => {
                let id = &self.project.project.observations()[place].id;
                let what = format!(
                    "Observation “{id}”: nothing tells who coded it. Write a name, or leave it out."
                );
                self.problem(format!("by.{place}"), what);
            }
            _ => {
                let n = untold.len();
                let what = format!(
                    "{n} observations: nothing tells who coded them. Write one name for all of them, or a name at each, or leave them out."
                );
                self.problem("by-rest", what);
            }
        }
    }

    /// Where an observation goes and whose it is; what is not known is a problem.
    fn observation(
        &mut self,
        place: usize,
        targets: &BTreeMap<String, Option<Target>>,
        accounts: &BTreeMap<&str, Option<AccountId>>,
        taken: &mut Vec<(usize, Target, AccountId)>,
    ) -> Planned {
        let choice = &self.choices.observations[place];
        let id = self.project.project.observations()[place].id.clone();
        let who = self.choices.coders.get(&choice.coder);
        if choice.out || who.is_some_and(|who| who.who == OUT) {
            return Planned {
                out: true,
                ..Planned::default()
            };
        }
        if choice.recording.is_empty() {
            self.problem(
                format!("of.{place}"),
                format!("Observation “{id}”: write a name for its recording, or leave it out."),
            );
        }
        let target = targets.get(&choice.recording).cloned().flatten();
        let account = accounts.get(choice.coder.as_str()).copied().flatten();
        let (Some(target), Some(account)) = (target, account) else {
            return Planned::default();
        };
        let twice = taken
            .iter()
            .find(|(_, of, by)| *of == target && *by == account);
        if let Some((first, _, _)) = twice {
            let first = &self.project.project.observations()[*first].id;
            let what = format!(
                "Observation “{id}”: the same person coded the same recording in “{first}”. Write another recording or coder, or leave one of them out."
            );
            self.problem(format!("of.{place}"), what);
            return Planned::default();
        }
        if let Target::Clip(clip) = &target {
            let mut had = self.known.codings.iter();
            if had.any(|coding| coding.clip == *clip && coding.coder == account) {
                let what = format!(
                    "Observation “{id}”: this person has a coding of that recording in the study already. Leave it out, or take it as a recording of its own."
                );
                self.problem(format!("of.{place}"), what);
                return Planned::default();
            }
        }
        taken.push((place, target, account));
        Planned::default()
    }

    /// The recording of the study, or a new one.
    fn target(
        &mut self,
        name: &str,
        by: &By,
        clips: &mut Vec<(String, ClipAdded)>,
    ) -> Option<Target> {
        let choice = self.choices.recordings.get(name)?.clone();
        let row = self.row_of_recording(name);
        if !choice.clip.is_empty() {
            let found = choice
                .clip()
                .and_then(|id| self.known.clips.iter().find(|one| one.id == id));
            let Some(clip) = found else {
                self.problem(
                    format!("clip.{row}"),
                    format!("“{name}”: choose a recording of the study."),
                );
                return None;
            };
            let (id, scheme) = (clip.id, clip.scheme.clone());
            if scheme != by.scheme.id {
                let what = format!(
                    "“{name}”: the recording “{}” is coded by the scheme {scheme}. Choose that scheme, or take it as a recording of its own.",
                    clip.title
                );
                self.problem(format!("clip.{row}"), what);
                return None;
            }
            if let Some(why) = self.known.closed.get(&id) {
                let what = format!("“{name}”: {why}; leave its observations out.");
                self.problem(format!("clip.{row}"), what);
                return None;
            }
            return Some(Target::Clip(id));
        }
        let added = self.new_clip(name, row, &choice, by)?;
        clips.push((name.to_owned(), added));
        Some(Target::New(name.to_owned()))
    }

    fn new_clip(
        &mut self,
        name: &str,
        row: usize,
        choice: &RecordingChoice,
        by: &By,
    ) -> Option<ClipAdded> {
        let n_before = self.plan.problems.len();
        let protocol = &self.known.protocol;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let day = some(&choice.day).map(|day| day.parse::<jiff::civil::Date>());
        let purpose = some(&self.choices.purpose).map(PurposeId::new);
        let (mut dyads, mut wrong) = (Vec::new(), Vec::new());
        for code in choice.codes() {
            match self.known.dyads.get(code) {
                Some(dyad) => dyads.push((code.to_owned(), *dyad)),
                None => wrong.push((
                    "families",
                    format!("the study has no family {code}; correct the code, or enrol the family first"),
                )),
            }
        }
        match (&purpose, dyads.is_empty()) {
            (None, false) => wrong.push((
                "families",
                "a family is in it: choose the purpose of consent that covers it, above".to_owned(),
            )),
            (Some(purpose), false) => {
                for (code, dyad) in &dyads {
                    if !self.known.consenting.contains(&(*dyad, purpose.clone())) {
                        wrong.push((
                            "families",
                            format!("{code} has not consented to “{purpose}”, or has withdrawn: leave its observations out, or record the consent first"),
                        ));
                    }
                }
            }
            (_, true) => {}
        }
        if !choice.wave.is_empty() && protocol.wave(&choice.wave.as_str().into()).is_none() {
            wrong.push(("wave", "choose a wave that the study has".to_owned()));
        }
        if !choice.session.is_empty() && !self.known.sessions.contains(&choice.session) {
            wrong.push((
                "session",
                format!(
                    "the study has no session {}; correct it, or leave it empty",
                    choice.session
                ),
            ));
        }
        if matches!(day, Some(Err(_))) {
            wrong.push((
                "day",
                "give the day as year, month, day: 2024-03-12".to_owned(),
            ));
        }
        for (field, what) in wrong {
            self.problem(format!("{field}.{row}"), format!("“{name}”: {what}."));
        }
        if self.plan.problems.len() > n_before {
            return None;
        }
        let counts = match by.scheme.about {
            About::Session => !choice.session.is_empty(),
            _ => dyads.len() == 1 && (!choice.wave.is_empty() || !choice.day.is_empty()),
        };
        if !counts && by.text.is_none() {
            *self.plan.notes.entry("recordings that are compared and count in no measure: it is not said of whom and when they are".to_owned()).or_default() += 1;
        }
        Some(ClipAdded {
            wave: some(&choice.wave).map(Into::into),
            session: some(&choice.session),
            purpose: purpose.filter(|_| !dyads.is_empty()),
            dyads: dyads.into_iter().map(|(_, dyad)| dyad).collect(),
            stratum: choice.stratum.clone(),
            recorded: day.and_then(Result::ok),
            own_scheme: by.text.clone(),
            ..ClipAdded::new(
                ClipId::of_request(&format!("{} recording {name}", self.id), 0),
                name,
                &by.scheme,
            )
        })
    }

    /// Codings with their events, in an order that tells nothing.
    fn converted(
        &mut self,
        by: &By,
        taken: &[(usize, Target, AccountId)],
        clips: &[(String, ClipAdded)],
        telling: &Telling,
    ) -> Vec<CodingBrought> {
        let mut of_target: BTreeMap<&Target, Vec<(usize, AccountId)>> = BTreeMap::new();
        for (place, target, account) in taken {
            of_target
                .entry(target)
                .or_default()
                .push((*place, *account));
        }
        self.plan.n_paired = of_target.values().filter(|all| all.len() > 1).count();
        let mut codings = Vec::with_capacity(taken.len());
        for (target, all) in of_target {
            let clip = match target {
                Target::Clip(clip) => *clip,
                Target::New(name) => {
                    let Some((_, added)) = clips.iter().find(|(one, _)| one == name) else {
                        continue;
                    };
                    added.clip
                }
            };
            let existing = self.known.clips.iter().find(|one| one.id == clip);
            let counts_first = self.counts_first(&all, clip);
            for (place, coder) in all {
                let choice = &self.choices.observations[place];
                let own = self
                    .choices
                    .coders
                    .get(&choice.coder)
                    .and_then(CoderChoice::purpose);
                let purpose = own.unwrap_or(match counts_first == Some(place) {
                    true => CodingPurpose::Study,
                    false => CodingPurpose::Reliability,
                });
                let edits = self.edits(by, place, existing, telling);
                let planned = &mut self.plan.observations[place];
                planned.purpose = Some(purpose);
                codings.push(CodingBrought {
                    bringing: self.id,
                    coding: CodingId::of_request(
                        &format!("{} coding", self.id),
                        u32::try_from(place).unwrap_or(u32::MAX),
                    ),
                    clip,
                    coder,
                    position: 0,
                    purpose,
                    finished: planned.n_open == 0,
                    edits,
                });
            }
        }
        // Ids come from a hash: their order is none of the files'.
        codings.sort_by_key(|coding| coding.coding);
        for (place, coding) in codings.iter_mut().enumerate() {
            coding.position = 500_000 + u32::try_from(place).unwrap_or_default();
        }
        codings
    }

    /// Whose coding of a recording counts: nobody's where the study has one already.
    fn counts_first(&self, all: &[(usize, AccountId)], clip: ClipId) -> Option<usize> {
        let mut there = self.known.codings.iter();
        if there.any(|one| one.clip == clip && one.purpose == CodingPurpose::Study) {
            return None;
        }
        let name = |place: usize| self.choices.observations[place].coder.as_str();
        let for_study = all.iter().map(|(place, _)| *place).filter(|place| {
            let who = self.choices.coders.get(name(*place));
            who.is_none_or(|who| who.purpose().is_none())
        });
        for_study.min_by_key(|place| (name(*place) != self.choices.first, name(*place).to_owned()))
    }

    fn edits(
        &mut self,
        by: &By,
        place: usize,
        clip: Option<&ClipRow>,
        telling: &Telling,
    ) -> Vec<Edit> {
        let observation: &Observation = &self.project.project.observations()[place];
        let version = clip.and_then(|clip| {
            self.known
                .versions
                .get(&(clip.scheme.clone(), clip.scheme_version))
        });
        let scheme = version.map_or(&by.scheme, |scheme| &**scheme);
        let end = clip
            .and_then(|clip| clip.angles.first())
            .map(Angle::end_on_clock);
        let mut taken = brought::events_as(scheme, &by.meant, observation, "brought");
        let notes = &mut taken.notes;
        let mut note = |what: &str| *notes.entry(what.to_owned()).or_default() += 1;
        let mut n_open = 0;
        taken.edits.retain_mut(|edit| {
            let Edit::Event { after: Some(event), .. } = edit else {
                return true;
            };
            let is_open = !event.point && event.stop.is_none();
            if is_open && self.choices.without_unpaired {
                note("left, as chosen: bouts with one end");
                return false;
            }
            n_open += usize::from(is_open);
            if end.is_some_and(|end| event.stop.unwrap_or(event.start) > end) {
                note("events that reach beyond the end of the film");
            }
            if !event.comment.is_empty() && self.choices.without_comments {
                note("comments left out, as chosen");
                event.comment.clear();
            } else if telling.is_in(&event.comment) {
                note("comments left out that hold the name of an observation, a film, a day, an arm or a wave");
                event.comment.clear();
            }
            true
        });
        if self.choices.without_unpaired {
            notes.remove("bouts with one end: they wait for the other one");
        }
        let n_events = taken.edits.len();
        let mut edits = brought::around(scheme, observation, end.is_some(), notes);
        edits.append(&mut taken.edits);
        for (what, n) in taken.notes {
            *self.plan.notes.entry(what).or_default() += n;
        }
        self.plan.n_events += n_events;
        self.plan.n_open += n_open;
        let planned = &mut self.plan.observations[place];
        (planned.n_events, planned.n_open) = (n_events, n_open);
        edits
    }
}

/// Words that tell a coder which recording it is.
struct Telling {
    of_study: BTreeSet<String>,
    of_files: BTreeSet<String>,
}

impl Telling {
    fn is_in(&self, comment: &str) -> bool {
        if comment.is_empty() {
            return false;
        }
        let lower = comment.to_lowercase();
        let mut words = self.of_study.iter().chain(&self.of_files);
        words.any(|word| lower.contains(word.as_str()))
    }
}
