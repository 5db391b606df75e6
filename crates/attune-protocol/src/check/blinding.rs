//! What whoever is blind is shown must not tell what is compared: the title in the frame of every page, and
//! the consent texts. A name of an arm or phase in them is a warning; whether a sentence tells the
//! hypothesis only a person can judge.

use super::Checking;
use crate::{
    design::{Arm, Phase},
    written::Written,
};

/// A name that tells what is compared, as it is compared and as it is written.
struct Telling {
    words: String,
    written: String,
}

impl Checking<'_> {
    pub(super) fn blinding(&mut self, root: &Written, arms: &[Arm], phases: &[Phase]) {
        // An id may be a common word in texts for families; in a title it tells.
        let in_texts: Vec<Telling> = labels(arms, phases).collect();
        let ids = arms.iter().map(|arm| telling(arm.id.as_str()));
        let in_titles: Vec<Telling> = labels(arms, phases).chain(ids).collect();
        self.titles(root, &in_titles);
        self.consent_texts_tell(root, &in_texts);
    }

    fn titles(&mut self, root: &Written, names: &[Telling]) {
        let Some(study) = root.table("study") else {
            return;
        };
        if let Some(title) = study.text_at("working-title") {
            if let Some(name) = named_in(title.text, names) {
                self.reading.warning(
                    title.at,
                    format!("the working title names '{name}', and whoever is blind is shown it"),
                    "choose words that tell nothing of what is compared",
                );
            }
        } else if let Some(title) = study.text_at("title")
            && let Some(name) = named_in(title.text, names)
        {
            self.reading.warning(
                title.at,
                format!("the title names '{name}', so whoever is blind is shown the study's id in its place"),
                "add 'working-title', a title that tells nothing of what is compared",
            );
        }
    }

    fn consent_texts_tell(&mut self, root: &Written, names: &[Telling]) {
        for purpose in root.tables("consent") {
            if purpose.yes_no_or_default("tells-arms") {
                continue;
            }
            for file in purpose
                .tables("text")
                .filter_map(|text| text.text_at("file"))
            {
                let Ok(source) = self.folder.text(file.text) else {
                    continue;
                };
                if let Some(name) = named_in(&source.text, names) {
                    self.reading.warning(
                        file.at,
                        format!("'{}' names '{name}', and an assessor who is blind may be shown it", file.text),
                        "write tells-arms = true, so that somebody else asks for this consent, or say it in other words",
                    );
                }
            }
        }
    }
}

fn labels<'a>(arms: &'a [Arm], phases: &'a [Phase]) -> impl Iterator<Item = Telling> + 'a {
    let arms = arms.iter().map(|arm| telling(&arm.label));
    arms.chain(phases.iter().map(|phase| telling(&phase.label)))
}

fn telling(name: &str) -> Telling {
    Telling {
        words: as_words(name),
        written: name.to_owned(),
    }
}

/// The first name that stands in the text as whole words.
fn named_in<'a>(text: &str, names: &'a [Telling]) -> Option<&'a str> {
    let words = as_words(text);
    let found = names.iter().find(|name| words.contains(&name.words));
    found.map(|name| name.written.as_str())
}

/// Lower-case words with one blank around each, whatever stood between them.
fn as_words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{named_in, telling};

    #[test]
    fn a_name_is_found_as_whole_words_only() {
        let names = [telling("comparison"), telling("Hostel with the clinic")];
        assert_eq!(named_in("A COMPARISON of two", &names), Some("comparison"));
        assert_eq!(
            named_in("the hostel, with the\nclinic.", &names),
            Some("Hostel with the clinic")
        );
        assert_eq!(named_in("incomparisonable", &names), None);
    }
}
