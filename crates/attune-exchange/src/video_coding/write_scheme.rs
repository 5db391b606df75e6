//! A scheme without codings as a file of a coding tool: an ethogram of BORIS, a template or vocabularies
//! of ELAN. What the tool has no word for is told.

use attune_protocol::scheme::{ModifierValues, Sampling, Scheme};
use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodingProject, ModifierKind, SchemeAsRead,
};

use super::{
    CodingFault, NotHeld,
    boris::BorisProject,
    elan::ElanDocument,
    not_held::Losses,
    scheme_sets::state_sets,
    write_project::{Written, packed},
};

/// The files that hold a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemeTarget {
    /// A BORIS project without observations.
    Boris,
    /// The same, packed.
    BorisGz,
    /// A template of ELAN: tiers with their vocabularies.
    Template,
    /// Vocabularies of ELAN alone.
    Vocabulary,
}

impl SchemeTarget {
    /// What a name asks for; none where its ending is no scheme's of another tool.
    pub fn of_name(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let endings = [
            (".boris.gz", Self::BorisGz),
            (".boris", Self::Boris),
            (".etf", Self::Template),
            (".ecv", Self::Vocabulary),
        ];
        let found = endings.iter().find(|(ending, _)| lower.ends_with(ending));
        found.map(|(_, target)| *target)
    }
}

/// The file of a scheme.
///
/// # Errors
///
/// ELAN would need more tiers than anybody could read.
pub fn write_scheme(
    scheme: &SchemeAsRead,
    title: &str,
    target: SchemeTarget,
) -> Result<Written, CodingFault> {
    let bytes = match target {
        SchemeTarget::Boris | SchemeTarget::BorisGz => {
            let mut project = CodingProject::default();
            title.clone_into(&mut project.name);
            project.scheme = scheme.clone();
            let (file, _) = BorisProject::of_project(&project);
            match target {
                SchemeTarget::BorisGz => packed(&file.to_bytes()),
                _ => file.to_bytes(),
            }
        }
        SchemeTarget::Template => {
            let document = ElanDocument::template(scheme);
            document.check_number_of_tiers()?;
            document.to_bytes()
        }
        SchemeTarget::Vocabulary => ElanDocument::vocabulary(scheme).to_bytes(),
    };
    Ok(Written {
        bytes,
        not_held: lost(scheme, target),
    })
}

fn lost(scheme: &SchemeAsRead, target: SchemeTarget) -> Vec<NotHeld> {
    let mut losses = Losses::default();
    let n = |is_lost: &dyn Fn(&CodedBehaviour) -> bool| {
        scheme.behaviours.iter().filter(|one| is_lost(one)).count()
    };
    let has_kind = |kind: ModifierKind| {
        move |one: &CodedBehaviour| one.modifiers.iter().any(|set| set.kind == kind)
    };
    let phases = n(&|one| one.kind == BehaviourKind::Phase);
    match target {
        SchemeTarget::Boris | SchemeTarget::BorisGz => {
            losses.tell(phases, "phases as such", "written as states");
            losses.tell(
                n(&has_kind(ModifierKind::Text)),
                "behaviours with a modifier of any text",
                "written as one choice of none: add the choices in BORIS",
            );
        }
        SchemeTarget::Template | SchemeTarget::Vocabulary => {
            let is_template = target == SchemeTarget::Template;
            losses.tell(phases, "phases as such", "written as states");
            losses.tell(
                n(&|one| !one.key.is_empty()),
                "keys of behaviours",
                "give them in ELAN to the entries of its vocabularies",
            );
            losses.tell(
                n(&|one| !one.colour.is_empty()),
                "colours",
                "left out: ELAN has its own",
            );
            let sets = state_sets(scheme).into_iter().filter(|set| !set.exclusive);
            let together = sets.map(|set| set.states.len()).sum();
            losses.tell(
                together,
                "states that may hold together",
                "a tier has one annotation at a time: each has its own tier",
            );
            losses.tell(
                scheme.variables.len(),
                "variables",
                "left out: ELAN has none",
            );
            if is_template {
                let unlisted = n(&|one| one.modifiers.iter().any(|set| set.choices.is_empty()));
                losses.tell(
                    unlisted,
                    "behaviours with a number or text as modifier",
                    "written as a tier for any text",
                );
                losses.tell(
                    n(&has_kind(ModifierKind::Several)),
                    "behaviours with several choices of one modifier",
                    "the tier takes one of its vocabulary at a time",
                );
            } else {
                losses.tell(scheme.subjects.len(), "subjects", "a vocabulary has none");
                losses.tell(
                    n(&|one| !one.modifiers.is_empty()),
                    "behaviours with modifiers",
                    "their choices are vocabularies of their own; write .etf to keep the tiers",
                );
            }
        }
    }
    losses.into_list()
}

/// What a planned scheme holds and no other tool has a word for.
pub fn lost_of_plan(scheme: &Scheme) -> Vec<NotHeld> {
    let mut losses = Losses::default();
    losses.tell(
        scheme.ratings.len() + scheme.composites.len(),
        "ratings and composites",
        "left out: such tools code events",
    );
    losses.tell(
        scheme.measures.len(),
        "measures",
        "left out: they are computed by the study",
    );
    let sampled = scheme.sampling.iter();
    losses.tell(
        sampled
            .filter(|way| !matches!(way, Sampling::Continuous))
            .count(),
        "ways to sample time",
        "left out: such tools code all the time",
    );
    let behaviours = || scheme.behaviours().map(|(one, _)| one).chain(&scheme.spans);
    let acts = scheme
        .acts
        .iter()
        .filter(|act| !act.from.is_empty())
        .count();
    losses.tell(
        behaviours().filter(|one| !one.subjects.is_empty()).count() + acts,
        "behaviours that only some subjects can show",
        "left out: every subject can be chosen",
    );
    losses.tell(
        scheme.acts.len(),
        "acts",
        "written with the modifier `to` for whom they are directed to",
    );
    losses.tell(
        scheme.subjects.iter().filter(|one| one.many).count(),
        "subjects of whom there may be several",
        "written once: add their numbers, such as `infant-2`",
    );
    losses.tell(
        scheme.states.iter().filter(|set| set.exhaustive).count(),
        "sets of which one state always holds",
        "left out: nothing checks it there",
    );
    let modifiers = || behaviours().flat_map(|one| &one.modifiers);
    losses.tell(
        modifiers().filter(|one| one.required).count(),
        "modifiers without which an event is not finished",
        "left out: such tools ask for them, and take an event without them",
    );
    let is_number = |values: &ModifierValues| matches!(values, ModifierValues::Number { .. });
    losses.tell(
        modifiers().filter(|one| is_number(&one.values)).count(),
        "bounds of numbers",
        "written into the description of the modifier",
    );
    losses.into_list()
}
