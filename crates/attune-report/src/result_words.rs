//! The words in which results are told, by language, from the files in `result_words/`: whole sentences with places
//! for numbers and for the study's own names. No sentence is put together from halves, so each language keeps its order;
//! where a language counts months in more than one way it says how.

use std::sync::LazyLock;

use attune_analysis::words;
use serde::Deserialize;

use crate::{
    design_limits::DesignLimit,
    plain_result::{Matters, PlainResult, Unit, Verdict},
};

/// Words in one language; each field is the sentence that it is named after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each word says itself what it is")]
pub struct ResultWords {
    /// The mark between whole numbers and decimals.
    pub decimal: String,
    pub months: Months,
    pub points: String,
    pub percentage_points: String,
    pub untold: String,
    pub range_of_size: String,
    pub range_in_favour: String,
    pub over: String,
    pub better: String,
    pub higher: String,
    pub lower: String,
    pub size: String,
    pub too_small: String,
    pub large_enough: String,
    pub whether_it_matters: String,
    pub not_answered: String,
    pub limit_simulated: String,
    pub limit_not_by_chance: String,
    pub limit_unknown_how: String,
    pub limit_one_place: String,
    pub limit_before_after: String,
    pub limit_not_seen: String,
    pub primary: String,
    pub secondary: String,
    pub exploratory: String,
    pub others: String,
    pub cannot_show: String,
    pub figure_title: String,
    pub figure_title_of_one: String,
    pub figure_lines: String,
    pub figure_bars: String,
    pub figure_dots: String,
    pub figure_nobody: String,
    pub chart_kind: String,
    pub months_since_enrolment: String,
    pub years_since_enrolment: String,
    pub weeks_since_enrolment: String,
    pub days_since_enrolment: String,
    pub table_of_times: String,
    pub table_of_phases: String,
    pub time_since_enrolment: String,
    pub when: String,
    pub mean: String,
    pub difference: String,
    pub interval: String,
    pub unit: String,
    pub figure_file: String,
    pub numbers_file: String,
    pub in_the_reports_words: String,
    pub made_from: String,
}

/// A number of months, by the plural forms of the language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of Unicode's plural rules")]
pub struct Months {
    pub one: String,
    pub two: Option<String>,
    pub few: Option<String>,
    pub many: Option<String>,
    pub other: String,
}

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words of the language.
    Fixed(String),
    /// The study's own words, in whatever language they are.
    Own(String),
}

static ALL: LazyLock<Vec<(&str, ResultWords)>> = LazyLock::new(|| {
    [
        ("en", include_str!("../result_words/en.toml")),
        ("ar", include_str!("../result_words/ar.toml")),
        ("de", include_str!("../result_words/de.toml")),
        ("es", include_str!("../result_words/es.toml")),
        ("fr", include_str!("../result_words/fr.toml")),
        ("pl", include_str!("../result_words/pl.toml")),
        ("pt", include_str!("../result_words/pt.toml")),
    ]
    .into_iter()
    .map(|(language, text)| {
        let words = toml::from_str(text)
            .unwrap_or_else(|error| panic!("result_words/{language}.toml: {error}"));
        (language, words)
    })
    .collect()
});

impl ResultWords {
    /// The words for a language tag, by its first part.
    pub fn of(language: &str) -> Option<&'static Self> {
        let primary = language.split('-').next().unwrap_or(language);
        let found = ALL
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(primary));
        found.map(|(_, words)| words)
    }

    /// The English words, which are the report's.
    pub fn english() -> &'static Self {
        &ALL[0].1
    }

    /// The languages that have words.
    pub fn languages() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|(language, _)| *language)
    }

    /// A comparison in two or three plain sentences.
    pub fn tell(&self, result: &PlainResult) -> Vec<Piece> {
        let size = &result.size;
        let decimals = size.decimals();
        let number = |value: f64| Piece::Fixed(self.fixed(value.abs(), decimals));
        let (low, high) = size.both_sides();
        let (least, most) = size.least_and_most();
        let (group, reference) = match result.verdict {
            Verdict::BetterInReference => (&result.compared.reference, &result.compared.group),
            _ => (&result.compared.group, &result.compared.reference),
        };
        let over = size.over_months.map_or_else(Vec::new, |months| {
            fill(
                &self.over,
                &[("time", vec![Piece::Fixed(self.months(months))])],
            )
        });
        let unit = match &size.unit {
            Unit::Named(unit) => Piece::Own(unit.clone()),
            Unit::Points => Piece::Fixed(self.points.clone()),
            Unit::PercentagePoints => Piece::Fixed(self.percentage_points.clone()),
        };
        let mut slots = vec![
            ("outcome", vec![Piece::Own(result.outcome.clone())]),
            ("group", vec![Piece::Own(group.clone())]),
            ("reference", vec![Piece::Own(reference.clone())]),
            ("unit", vec![unit]),
            ("low", vec![number(low)]),
            ("high", vec![number(high)]),
            ("least", vec![number(least)]),
            ("most", vec![number(most)]),
            ("estimate", vec![number(size.estimate)]),
            ("over", over),
        ];
        let mut pieces = match result.verdict {
            Verdict::Untold => {
                let range = match size.better {
                    attune_protocol::plan::Better::Neither => &self.range_of_size,
                    _ => &self.range_in_favour,
                };
                slots.push(("range", fill(range, &slots)));
                fill(&self.untold, &slots)
            }
            verdict => {
                let said = match verdict {
                    Verdict::HigherInGroup => &self.higher,
                    Verdict::LowerInGroup => &self.lower,
                    _ => &self.better,
                };
                let mut pieces = fill(said, &slots);
                pieces.push(Piece::Fixed(" ".to_owned()));
                pieces.extend(fill(&self.size, &slots));
                pieces
            }
        };
        if let Some((bound, matters)) = size.matters() {
            let said = match matters {
                Matters::No => &self.too_small,
                Matters::Yes => &self.large_enough,
                Matters::Untold => &self.whether_it_matters,
            };
            let number = self.short(bound, 3);
            if let (Unit::Named(unit), "1") = (&size.unit, number.as_str()) {
                slots.retain(|(name, _)| *name != "unit");
                let one = words::quantity("1", unit).split_off("1 ".len());
                slots.push(("unit", vec![Piece::Own(one)]));
            }
            slots.push(("bound", vec![Piece::Fixed(number)]));
            pieces.push(Piece::Fixed(" ".to_owned()));
            pieces.extend(fill(said, &slots));
        }
        pieces
    }

    /// What a design leaves open.
    pub fn limit(&self, limit: DesignLimit) -> &String {
        match limit {
            DesignLimit::Simulated => &self.limit_simulated,
            DesignLimit::NotByChance => &self.limit_not_by_chance,
            DesignLimit::UnknownHow => &self.limit_unknown_how,
            DesignLimit::OnePlace => &self.limit_one_place,
            DesignLimit::BeforeAfter => &self.limit_before_after,
            DesignLimit::NotSeen => &self.limit_not_seen,
        }
    }

    /// A number with so many decimals.
    pub fn fixed(&self, value: f64, decimals: usize) -> String {
        self.with_mark(&words::fixed(value, decimals))
    }

    /// A number without zeros at its end.
    pub fn short(&self, value: f64, decimals: usize) -> String {
        self.with_mark(&words::short(value, decimals))
    }

    /// A number that is written with a point, as this language writes it.
    pub fn with_mark(&self, number: &str) -> String {
        number.replace('.', &self.decimal)
    }

    /// A length of time in months.
    pub fn months(&self, months: f64) -> String {
        let number = self.short(months, 1);
        let of = &self.months;
        let form = match (months, months.fract() == 0.0) {
            (1.0, _) => Some(&of.one),
            (2.0, _) if of.two.is_some() => of.two.as_ref(),
            (_, false) => Some(&of.other),
            (n, true) if self.is_few(n) => of.few.as_ref(),
            _ => of.many.as_ref(),
        };
        form.unwrap_or(&of.other).replace("{n}", &number)
    }

    /// Whether a whole number takes the form for few: three to ten in a language with a form for two, two to four
    /// (but not in the teens) in one without.
    fn is_few(&self, n: f64) -> bool {
        let hundredth = n % 100.0;
        match self.months.two.is_some() {
            true => (3.0..=10.0).contains(&hundredth),
            false => (2.0..=4.0).contains(&(n % 10.0)) && !(12.0..=14.0).contains(&hundredth),
        }
    }
}

/// The sentence with its places filled; a place that nobody fills stays as it is written.
pub fn fill(sentence: &str, slots: &[(&str, Vec<Piece>)]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        pieces.push(Piece::Fixed(before.to_owned()));
        match slots.iter().find(|(slot, _)| *slot == name) {
            Some((_, filling)) => pieces.extend(filling.iter().cloned()),
            None => pieces.push(Piece::Fixed(format!("{{{name}}}"))),
        }
        rest = behind;
    }
    pieces.push(Piece::Fixed(rest.to_owned()));
    pieces.retain(|piece| !matches!(piece, Piece::Fixed(words) if words.is_empty()));
    pieces
}

/// The pieces as one text.
pub fn joined(pieces: &[Piece]) -> String {
    let words = pieces.iter().map(|piece| match piece {
        Piece::Fixed(words) | Piece::Own(words) => words.as_str(),
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use attune_protocol::plan::Better;

    use super::*;
    use crate::plain_result::{Compared, Size};

    fn result(verdict: Verdict, better: Better) -> PlainResult {
        PlainResult {
            outcome: "Motor development".to_owned(),
            compared: Compared {
                group: "With".to_owned(),
                reference: "Without".to_owned(),
            },
            verdict,
            size: Size {
                estimate: 2.5,
                lower: 1.0,
                upper: 4.0,
                unit: Unit::Named("points".to_owned()),
                over_months: Some(12.0),
                better,
                matters: Some(3.0),
            },
        }
    }

    #[test]
    fn every_language_fills_every_place_of_every_sentence() {
        for language in ResultWords::languages() {
            let words = ResultWords::of(language).expect("it is listed");
            for better in [Better::Higher, Better::Lower, Better::Neither] {
                for verdict in [
                    Verdict::Untold,
                    Verdict::BetterInGroup,
                    Verdict::BetterInReference,
                    Verdict::HigherInGroup,
                    Verdict::LowerInGroup,
                ] {
                    let told = joined(&words.tell(&result(verdict, better)));
                    assert!(!told.contains(['{', '}']), "{language}: {told}");
                    for said in ["Motor development", "With", "Without", "points"] {
                        assert!(told.contains(said), "{language} {verdict:?}: {told}");
                    }
                    let number = words.fixed(4.0, 1);
                    assert!(told.contains(&number), "{language}: {told}");
                }
            }
        }
    }

    #[test]
    fn months_are_counted_as_each_language_counts_them() {
        for (language, months, expected) in [
            ("en", 1.0, "1 month"),
            ("en", 7.5, "7.5 months"),
            ("fr", 7.5, "7,5 mois"),
            ("pl", 3.0, "3 miesiące"),
            ("pl", 12.0, "12 miesięcy"),
            ("pl", 24.0, "24 miesiące"),
            ("ar", 2.0, "شهرين"),
            ("ar", 6.0, "6 أشهر"),
            ("ar", 12.0, "12 شهراً"),
        ] {
            let words = ResultWords::of(language).expect("it is listed");
            assert_eq!(words.months(months), expected, "{language}");
        }
    }

    #[test]
    fn the_better_group_stands_first_whichever_it_is() {
        let told = |verdict| {
            let words = ResultWords::english();
            joined(&words.tell(&result(verdict, Better::Higher)))
        };
        let first = told(Verdict::BetterInGroup);
        assert!(first.starts_with("Motor development went better in “With” than in “Without”. The difference over 12 months was about 2.5 points"), "{first}");
        let second = told(Verdict::BetterInReference);
        assert!(
            second.contains("better in “Without” than in “With”"),
            "{second}"
        );
    }
}
