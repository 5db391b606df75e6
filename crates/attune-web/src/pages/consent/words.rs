//! The choices of the forms about consent, each with its value, its meaning and its words.

use attune_store::command::{Authority, Manner, WithdrawalLevel};

/// By what authority somebody answers: its value in the form, itself, in words.
pub const AUTHORITIES: [(&str, Authority, &str); 7] = [
    (
        "own-behalf",
        Authority::OwnBehalf,
        "an adult, for herself or himself",
    ),
    (
        "own-behalf-under-sixteen",
        Authority::OwnBehalfUnderSixteen,
        "a parent under 16 who understands, for herself or himself",
    ),
    (
        "parental-responsibility",
        Authority::ParentalResponsibility,
        "a parent with parental responsibility, for the baby",
    ),
    (
        "parent-under-sixteen",
        Authority::ParentUnderSixteen,
        "a parent under 16 who understands, for the baby",
    ),
    (
        "court-order",
        Authority::CourtOrder,
        "somebody with parental responsibility by a court’s order, for the baby",
    ),
    (
        "local-authority",
        Authority::LocalAuthority,
        "a local authority with parental responsibility, for the baby",
    ),
    (
        "child-later",
        Authority::ChildLater,
        "the child, asked again when old enough",
    ),
];

/// How an answer is given.
pub const MANNERS: [(&str, Manner, &str); 3] = [
    ("signed-on-paper", Manner::SignedOnPaper, "signed on paper"),
    (
        "signed-on-screen",
        Manner::SignedOnScreen,
        "signed on this screen",
    ),
    (
        "spoken-witnessed",
        Manner::SpokenWitnessed,
        "said before a witness",
    ),
];

/// How far a withdrawal goes.
pub const LEVELS: [(&str, WithdrawalLevel, &str); 3] = [
    (
        "stop-collecting",
        WithdrawalLevel::StopCollecting,
        "Stop collecting; what there is stays in the analyses",
    ),
    (
        "leave-out",
        WithdrawalLevel::LeaveOut,
        "Leave what there is out of every analysis and export, too",
    ),
    ("erase", WithdrawalLevel::Erase, "Erase what there is"),
];

/// An authority in words.
pub fn authority_words(authority: &Authority) -> &'static str {
    let found = AUTHORITIES.iter().find(|(_, one, _)| one == authority);
    found.map_or("", |(_, _, words)| words)
}

/// A manner in words.
pub fn manner_words(manner: &Manner) -> &'static str {
    let found = MANNERS.iter().find(|(_, one, _)| one == manner);
    found.map_or("", |(_, _, words)| words)
}

/// A level in words.
pub fn level_words(level: &WithdrawalLevel) -> &'static str {
    let found = LEVELS.iter().find(|(_, one, _)| one == level);
    found.map_or("", |(_, _, words)| words)
}

/// Whether an authority is one for a baby.
pub fn for_a_baby(authority: Authority) -> bool {
    matches!(
        authority,
        Authority::ParentalResponsibility
            | Authority::ParentUnderSixteen
            | Authority::CourtOrder
            | Authority::LocalAuthority
            | Authority::ChildLater
    )
}
