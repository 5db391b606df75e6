//! Whether a subject of a project is called like a person: coders see it on their keys.

/// What people call those whom they watch, by role. Anything else with a capital letter may be a name.
const ROLES: [&str; 58] = [
    "adult",
    "adults",
    "aunt",
    "baby",
    "babies",
    "both",
    "boy",
    "brother",
    "caregiver",
    "carer",
    "child",
    "children",
    "clinician",
    "coder",
    "dad",
    "daddy",
    "doctor",
    "dyad",
    "everybody",
    "everyone",
    "experimenter",
    "facilitator",
    "family",
    "father",
    "girl",
    "grandfather",
    "grandmother",
    "group",
    "health",
    "infant",
    "infants",
    "kid",
    "leader",
    "man",
    "midwife",
    "mom",
    "mother",
    "mum",
    "mummy",
    "nobody",
    "no",
    "focal",
    "subject",
    "nurse",
    "object",
    "observer",
    "parent",
    "parents",
    "partner",
    "peer",
    "person",
    "room",
    "sibling",
    "sister",
    "staff",
    "teacher",
    "toddler",
    "woman",
];

/// A word with a capital letter that is no role, no short sign and has no number.
pub fn looks_like_a_name(subject: &str) -> bool {
    let mut words = subject
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.any(|word| {
        let lower = word.to_lowercase();
        let begins_large = word.chars().next().is_some_and(char::is_uppercase);
        let n_letters = word.chars().count();
        let is_sign = n_letters < 3 || word.chars().all(char::is_uppercase);
        let has_digit = word.chars().any(|letter| letter.is_ascii_digit());
        begins_large && !is_sign && !has_digit && !ROLES.contains(&lower.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like_a_name;

    #[test]
    fn names_are_told_from_roles_and_signs() {
        for name in ["Anna", "baby Leo", "Maria (mother)"] {
            assert!(looks_like_a_name(name), "{name}");
        }
        for role in [
            "Mother",
            "infant",
            "CHI",
            "Infant1",
            "No focal subject",
            "P2",
            "parent",
        ] {
            assert!(!looks_like_a_name(role), "{role}");
        }
    }
}
