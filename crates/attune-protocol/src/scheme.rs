//! Coding schemes for video: the table `[[scheme]]`.

mod labels;

use serde::{Deserialize, Serialize};

use crate::{
    id::{SchemeId, ScoreId},
    instrument::BlindTo,
    plan::About,
    scheme_measure::SchemeMeasure,
};

/// What coders record from a recording, by which rules.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// Short id; measures are named after it.
    pub id: SchemeId,
    /// Title.
    pub title: String,
    /// Version; old codings are kept under theirs.
    pub version: u32,
    /// What a recording shows: a dyad, a session of the clinic.
    pub about: About,
    /// How time is sampled.
    pub sampling: Vec<Sampling>,
    /// Who is observed.
    pub subjects: Vec<Subject>,
    /// What is recorded with begin and end.
    pub states: Vec<StateSet>,
    /// What is recorded with one time.
    pub points: Vec<Behaviour>,
    /// Acts from one subject to another.
    pub acts: Vec<DirectedAct>,
    /// One judgement for the whole clip or span.
    pub ratings: Vec<Rating>,
    /// Means or sums of ratings.
    pub composites: Vec<Composite>,
    /// Measures of events beyond those that behaviours yield by themselves.
    pub measures: Vec<SchemeMeasure>,
    /// Named spans of a recording, such as trials or still-face episodes.
    pub spans: Vec<Behaviour>,
    /// What coders may not know.
    pub blind_to: Vec<BlindTo>,
    /// Share of recordings that two coders code.
    pub double_coded_share: Option<f64>,
    /// Earlier versions, by which something is still coded; they have none themselves.
    pub earlier: Vec<Scheme>,
}

/// Names of the measures that acts of a session yield.
pub const OF_ACTS: [&str; 8] = [
    "density",
    "reciprocity",
    "centralisation",
    "isolates",
    "across-family-share",
    "to-infants-share",
    "infants-addressed",
    "acts-per-minute",
];

/// What the events of a recording amount to, as a measure whose unit is the session or the dyad.
#[derive(Debug, Clone, PartialEq)]
pub enum EventMeasure {
    /// Share of possible arrows between people that occur.
    Density,
    /// Share of arrows that are answered.
    Reciprocity,
    /// How much runs through one person.
    Centralisation,
    /// People with no arrow.
    Isolates,
    /// Share of acts between families among those of families.
    AcrossFamilyShare,
    /// Share of acts that go to an infant.
    ToInfantsShare,
    /// Share of infants whom somebody addressed.
    InfantsAddressed,
    /// Acts per codable minute.
    ActsPerMinute,
    /// Occurrences of a behaviour per codable minute.
    PerMinute(String),
    /// Share of codable time in a state, mean over the people present who can show it; of samples where time
    /// is only sampled.
    Share(String),
    /// Share of the answered samples in which a behaviour was the case, mean over the people present who can
    /// show it.
    SampleShare(String),
    /// Share of the answered samples over the whole of which a behaviour lasted, mean over the people present who
    /// can show it.
    WholeIntervalShare(String),
    /// A measure that the scheme declares.
    Declared(Box<SchemeMeasure>),
}

impl Scheme {
    /// This scheme in this version, where it is known.
    pub fn in_version(&self, version: u32) -> Option<&Scheme> {
        let mut all = std::iter::once(self).chain(&self.earlier);
        all.find(|one| one.version == version)
    }

    /// Whether coders code the same things by the same rules: keys, blinding, what is measured of it and how much is
    /// coded twice aside.
    pub fn codes_alike(&self, other: &Self) -> bool {
        let rules = |scheme: &Self| {
            let mut scheme = scheme.clone();
            scheme.composites.clear();
            scheme.measures.clear();
            scheme.blind_to.clear();
            scheme.earlier.clear();
            scheme.double_coded_share = None;
            for subject in &mut scheme.subjects {
                subject.key = None;
            }
            let states = scheme.states.iter_mut().flat_map(|set| &mut set.states);
            let acts = scheme.acts.iter_mut().map(|act| &mut act.behaviour);
            let others = scheme.points.iter_mut().chain(&mut scheme.spans);
            for behaviour in states.chain(acts).chain(others) {
                behaviour.key = None;
            }
            format!("{scheme:?}")
        };
        rules(self) == rules(other)
    }

    /// Whether a coding by this version says everything that another version asks for: all of its behaviours with one
    /// or two times as there, all of its parts of a recording, all of its ratings on the same scale, and every way of
    /// sampling. Otherwise what nobody could code would look as if it had not happened.
    pub fn holds_all_of(&self, asked: &Self) -> bool {
        if self.version == asked.version {
            return true;
        }
        let known: Vec<(&str, bool)> = self
            .behaviours()
            .map(|(one, has_end)| (one.id.as_str(), has_end))
            .collect();
        let mut behaviours = asked.behaviours();
        let mut spans = asked.spans.iter();
        let mut ratings = asked.ratings.iter();
        let mut ways = asked.sampling.iter();
        behaviours.all(|(one, has_end)| known.contains(&(one.id.as_str(), has_end)))
            && spans.all(|span| self.spans.iter().any(|one| one.id == span.id))
            && ways.all(|way| self.sampling.contains(way))
            && ratings.all(|rating| {
                self.rating(&rating.id).is_some_and(|one| {
                    (one.minimum, one.maximum, one.step)
                        == (rating.minimum, rating.maximum, rating.step)
                })
            })
    }

    /// Whether what happens is recorded when it happens.
    pub fn is_continuous(&self) -> bool {
        self.sampling.is_empty() || self.sampling.contains(&Sampling::Continuous)
    }

    /// How time is sampled, with the seconds between samples; none where it is not.
    pub fn timed_ways(&self) -> impl Iterator<Item = (SampleWay, f64)> {
        self.sampling.iter().filter_map(|way| match way {
            Sampling::Continuous => None,
            Sampling::Interval { seconds } => Some((SampleWay::Interval, *seconds)),
            Sampling::WholeInterval { seconds } => Some((SampleWay::WholeInterval, *seconds)),
            Sampling::Momentary { seconds } => Some((SampleWay::Momentary, *seconds)),
            Sampling::Scan { seconds } => Some((SampleWay::Scan, *seconds)),
        })
    }

    /// Whether a sample tells that something was the case without its lasting the whole interval.
    pub fn samples_presence(&self) -> bool {
        self.timed_ways().any(|(way, _)| !way.is_whole())
    }

    /// Whether it is asked what lasted a whole interval.
    pub fn samples_whole_intervals(&self) -> bool {
        self.timed_ways().any(|(way, _)| way.is_whole())
    }

    /// The measures that codings yield, by name: of sessions `scheme.density` and so on from the acts; of
    /// sessions and dyads `scheme.<behaviour>-per-minute` where coding is continuous,
    /// `scheme.<behaviour>-sample-share` where time is sampled, `scheme.<behaviour>-whole-interval-share` where it
    /// is asked what lasted a whole interval, `scheme.<state>-share` and what the scheme declares. Schemes about
    /// anything else have none.
    pub fn event_measures(&self) -> Vec<(String, EventMeasure)> {
        if !matches!(self.about, About::Session | About::Dyad) {
            return Vec::new();
        }
        let mut measures = Vec::new();
        if !self.acts.is_empty() && self.about == About::Session {
            let of_acts = [
                EventMeasure::Density,
                EventMeasure::Reciprocity,
                EventMeasure::Centralisation,
                EventMeasure::Isolates,
                EventMeasure::AcrossFamilyShare,
                EventMeasure::ToInfantsShare,
                EventMeasure::InfantsAddressed,
                EventMeasure::ActsPerMinute,
            ];
            let named = OF_ACTS.into_iter().map(str::to_owned).zip(of_acts);
            measures.extend(named);
        }
        let acts = self.acts.iter().map(|act| &act.behaviour);
        let have_rates = self.points.iter().chain(acts);
        // Samples tell in how many of them something was the case, never how often it happened.
        for behaviour in have_rates.filter(|_| self.is_continuous()) {
            let measure = EventMeasure::PerMinute(behaviour.id.clone());
            measures.push((format!("{}-per-minute", behaviour.id), measure));
        }
        for state in self.states.iter().flat_map(|set| &set.states) {
            let measure = EventMeasure::Share(state.id.clone());
            measures.push((format!("{}-share", state.id), measure));
        }
        if self.samples_presence() {
            for (behaviour, _) in self.behaviours() {
                let measure = EventMeasure::SampleShare(behaviour.id.clone());
                measures.push((format!("{}-sample-share", behaviour.id), measure));
            }
        }
        if self.samples_whole_intervals() {
            // What has one time lasts no interval.
            for (behaviour, _) in self.behaviours().filter(|(_, has_end)| *has_end) {
                let measure = EventMeasure::WholeIntervalShare(behaviour.id.clone());
                measures.push((format!("{}-whole-interval-share", behaviour.id), measure));
            }
        }
        let declared = self.measures.iter().cloned();
        measures.extend(declared.map(|measure| {
            let name = measure.id.to_string();
            (name, EventMeasure::Declared(Box::new(measure)))
        }));
        measures
    }

    /// The subject who is meant where nobody is named: the only one, of whom there is one.
    pub fn only_subject(&self) -> Option<&Subject> {
        match self.subjects.as_slice() {
            [only] if !only.many => Some(only),
            _ => None,
        }
    }

    /// Ids of the subjects that can show a behaviour; all when empty. Of an act those that may act.
    pub fn who_can_show(&self, behaviour: &str) -> &[String] {
        let act = self.acts.iter().find(|act| act.behaviour.id == behaviour);
        if let Some(act) = act {
            return &act.from;
        }
        let mut behaviours = self.behaviours();
        let other = behaviours.find(|(one, _)| one.id == behaviour);
        other.map_or(&[], |(one, _)| &one.subjects)
    }

    /// A rating by its id.
    pub fn rating(&self, id: &str) -> Option<&Rating> {
        self.ratings.iter().find(|rating| *rating.id == *id)
    }

    /// The subject that a name in a file of codings stands for, with the family's number where there
    /// is one: `infant 3` is the infant of family 3.
    pub fn subject_named<'a>(&self, name: &'a str) -> Option<(&Subject, Option<&'a str>)> {
        self.subjects.iter().find_map(|subject| {
            let rest = name.strip_prefix(subject.id.as_str())?;
            match rest.strip_prefix([' ', '-']) {
                Some(family) if subject.many && !family.trim().is_empty() => {
                    Some((subject, Some(family.trim())))
                }
                None if rest.is_empty() => Some((subject, None)),
                _ => None,
            }
        })
    }

    /// Every state, point behaviour and act, with whether it has an end.
    pub fn behaviours(&self) -> impl Iterator<Item = (&Behaviour, bool)> {
        let states = self.states.iter().flat_map(|set| &set.states);
        let states = states.map(|state| (state, true));
        let points = self.points.iter().map(|point| (point, false));
        let acts = self
            .acts
            .iter()
            .map(|act| (&act.behaviour, act.has_duration));
        states.chain(points).chain(acts)
    }
}

/// How time is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Everything is recorded when it happens.
    Continuous,
    /// Whether something happened at all within each interval (partial interval).
    Interval {
        /// Length of an interval in seconds.
        seconds: f64,
    },
    /// Whether something lasted the whole of each interval.
    WholeInterval {
        /// Length of an interval in seconds.
        seconds: f64,
    },
    /// What is the case at one moment of each interval.
    Momentary {
        /// Seconds between moments.
        seconds: f64,
    },
    /// A sweep over all subjects at one moment of each interval.
    Scan {
        /// Seconds between scans.
        seconds: f64,
    },
}

/// The ways that ask at set times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleWay {
    /// Whether it happened at all within an interval.
    Interval,
    /// Whether it lasted the whole interval.
    WholeInterval,
    /// What is the case at the end of an interval.
    Momentary,
    /// The same, person by person.
    Scan,
}

impl SampleWay {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::WholeInterval => "whole-interval",
            Self::Momentary => "momentary",
            Self::Scan => "scan",
        }
    }

    /// The way of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        let all = [
            Self::Interval,
            Self::WholeInterval,
            Self::Momentary,
            Self::Scan,
        ];
        all.into_iter().find(|way| way.word() == word)
    }

    /// Whether only what lasts as long as the interval is the case.
    pub fn is_whole(self) -> bool {
        self == Self::WholeInterval
    }
}

/// Who is observed.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Short id.
    pub id: String,
    /// Name on the coding screen.
    pub label: String,
    /// What kind of person or group it is.
    pub kind: SubjectKind,
    /// Key on the keyboard.
    pub key: Option<char>,
    /// Whether the recording may hold several (infant 1, infant 2, …).
    pub many: bool,
}

/// What kind of person or group a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// An infant.
    Infant,
    /// A parent or other carer.
    Carer,
    /// A member of staff.
    StaffMember,
    /// Everybody together.
    Group,
}

/// One behaviour.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Short id.
    pub id: String,
    /// Name on the coding screen.
    pub label: String,
    /// The rule: when it is coded and when not.
    pub definition: String,
    /// Key on the keyboard.
    pub key: Option<char>,
    /// Subjects that can show it; all when empty.
    pub subjects: Vec<String>,
    /// Details that are recorded with it.
    pub modifiers: Vec<Modifier>,
}

/// States of which a subject is in one at a time.
#[derive(Debug, Clone)]
pub struct StateSet {
    /// Short id.
    pub id: String,
    /// Name on the coding screen.
    pub label: String,
    /// Whether two of them never hold at once.
    pub exclusive: bool,
    /// Whether one of them always holds.
    pub exhaustive: bool,
    /// The states.
    pub states: Vec<Behaviour>,
}

/// A detail of an event.
#[derive(Debug, Clone)]
pub struct Modifier {
    /// Short id.
    pub id: String,
    /// Name on the coding screen.
    pub label: String,
    /// What it may be.
    pub values: ModifierValues,
    /// Whether an event without it is not finished.
    pub required: bool,
}

/// What a modifier may be.
#[derive(Debug, Clone, PartialEq)]
pub enum ModifierValues {
    /// One of these.
    One(Vec<String>),
    /// Any number of these.
    Several(Vec<String>),
    /// A number within bounds.
    Number {
        /// Smallest value.
        minimum: f64,
        /// Largest value.
        maximum: f64,
    },
}

/// An act from an actor to a target.
#[derive(Debug, Clone)]
pub struct DirectedAct {
    /// The behaviour itself.
    pub behaviour: Behaviour,
    /// Subjects that may act.
    pub from: Vec<String>,
    /// To whom the act may be directed.
    pub to: Vec<ActTarget>,
    /// Whether it has a duration.
    pub has_duration: bool,
}

/// To whom an act is directed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActTarget {
    /// The actor's own infant.
    OwnInfant,
    /// Another family's infant.
    OtherInfant,
    /// An infant's own parent.
    OwnParent,
    /// Another parent.
    OtherParent,
    /// A member of staff.
    Staff,
    /// Everybody.
    Group,
}

/// One judgement for a whole clip or span.
#[derive(Debug, Clone)]
pub struct Rating {
    /// Id within the scheme.
    pub id: ScoreId,
    /// Name on the form.
    pub label: String,
    /// The rule.
    pub definition: String,
    /// Lowest rating.
    pub minimum: f64,
    /// Highest rating.
    pub maximum: f64,
    /// Distance between two ratings: 1, or 0.5 for half points.
    pub step: f64,
    /// Words for single ratings.
    pub anchors: Vec<(f64, String)>,
    /// Whether "cannot be coded" is an answer.
    pub may_be_not_codable: bool,
}

/// A mean or sum of ratings.
#[derive(Debug, Clone)]
pub struct Composite {
    /// Id within the scheme.
    pub id: ScoreId,
    /// Name in reports.
    pub label: String,
    /// Ratings that it is made of.
    pub of: Vec<ScoreId>,
    /// Ratings that count the other way round.
    pub reversed: Vec<ScoreId>,
    /// Whether they are summed; otherwise averaged.
    pub summed: bool,
    /// Smallest number of codable ratings.
    pub minimum_codable: usize,
}
