//! Measures that a scheme declares: each kind has the keys that it needs and no others.

use super::Checking;
use crate::{
    id::ScoreId,
    near_miss::listed,
    scheme_measure::{
        Amount, ContingencyStatistic, Detail, MeasureScope, Measured, SchemeMeasure,
        TransitionStatistic,
    },
    written::{TextAt, Written},
};

/// Keys that only some kinds have.
const SPECIAL: &[(&str, &[&str])] = &[
    (
        "with",
        &[
            "count",
            "rate",
            "duration",
            "share",
            "sample-share",
            "whole-interval-share",
            "mean-length",
            "gap",
            "latency",
            "occurs",
        ],
    ),
    ("answer", &["transition", "contingency"]),
    ("answer-subjects", &["contingency"]),
    ("to", &["count", "rate"]),
    ("within-seconds", &["latency", "occurs", "contingency"]),
    ("lag", &["transition"]),
    ("among", &["transition"]),
    ("statistic", &["transition", "contingency"]),
];

impl Checking<'_> {
    /// The measures of a scheme.
    pub(super) fn scheme_measures(&mut self, scheme: &Written) -> Vec<SchemeMeasure> {
        let tables = scheme.tables("measure");
        tables
            .filter_map(|table| self.scheme_measure(scheme, table))
            .collect()
    }

    fn scheme_measure(&mut self, scheme: &Written, table: &Written) -> Option<SchemeMeasure> {
        let kind = table.text("kind")?;
        self.check_special_keys(table, kind);
        self.check_behaviour(scheme, table, kind);
        self.check_part(scheme, table);
        self.check_sampling(scheme, table, kind);
        let with = self.with(scheme, table);
        Some(SchemeMeasure {
            id: ScoreId::new(table.text("id")?),
            label: table.string("label")?,
            what: self.measured(table, kind)?,
            scope: MeasureScope {
                subjects: strings(table, "subjects"),
                to: strings(table, "to"),
                during: table.string("during"),
                from_seconds: table.number("from-seconds"),
                until_seconds: table.number("until-seconds"),
                with,
            },
        })
    }

    fn measured(&mut self, table: &Written, kind: &str) -> Option<Measured> {
        let behaviour = table.string("behaviour")?;
        match kind {
            "latency" => Some(Measured::Latency {
                behaviour,
                within: self.needed_seconds(table, kind)?,
            }),
            "occurs" => Some(Measured::Occurs {
                behaviour,
                within: self.needed_seconds(table, kind)?,
            }),
            "transition" => {
                let to = self.needed_answer(table, kind);
                let statistic = self.statistic(table, TransitionStatistic::LogOdds);
                Some(Measured::Transition {
                    from: behaviour,
                    to: to?,
                    lag: table
                        .count("lag")
                        .and_then(|lag| usize::try_from(lag).ok())
                        .unwrap_or(1),
                    among: strings(table, "among"),
                    statistic: statistic?,
                })
            }
            "contingency" => {
                let answer = self.needed_answer(table, kind);
                let within = self.needed_seconds(table, kind);
                let statistic = self.statistic(table, ContingencyStatistic::AboveChance);
                Some(Measured::Contingency {
                    given: behaviour,
                    answer: answer?,
                    answer_subjects: strings(table, "answer-subjects"),
                    within: within?,
                    statistic: statistic?,
                })
            }
            _ => Some(Measured::Amount(table.word::<Amount>("kind")?, behaviour)),
        }
    }

    fn check_special_keys(&mut self, table: &Written, kind: &str) {
        for (key, kinds) in SPECIAL {
            if table.has(key) && !kinds.contains(&kind) {
                self.reading.error(
                    table.at_key(key),
                    format!("a measure of the kind '{kind}' has no '{key}'"),
                    format!("remove it; only {} has it", kinds.join(" or ")),
                );
            }
        }
    }

    /// Lengths are those of behaviours with an end, and targets those of acts.
    fn check_behaviour(&mut self, scheme: &Written, table: &Written, kind: &str) {
        let Some(behaviour) = table.text_at("behaviour") else {
            return;
        };
        let is = |table: &Written| table.text("id") == Some(behaviour.text);
        let is_state = scheme
            .tables("states")
            .flat_map(|set| set.tables("state"))
            .any(is);
        let mut acts = scheme.tables("act");
        let act = acts.find(|act| is(act));
        let has_length = is_state || act.is_some_and(|act| act.yes_no_or_default("has-duration"));
        let is_point = scheme.tables("point").any(is) || (act.is_some() && !has_length);
        let with_lengths = ["duration", "share", "mean-length", "whole-interval-share"];
        let needs_lengths = with_lengths.contains(&kind);
        if needs_lengths && is_point {
            self.reading.error(
                behaviour.at,
                format!("'{}' has one time and no length", behaviour.text),
                "name a state, or measure its count or rate",
            );
        }
        if table.has("to") && (is_state || (is_point && act.is_none())) {
            self.reading.error(
                table.at_key("to"),
                format!("'{}' is directed to nobody", behaviour.text),
                "remove 'to', or name an act",
            );
        }
        if scheme.tables("span").any(is) {
            self.reading.error(
                behaviour.at,
                format!(
                    "'{}' is a part of the recording and no behaviour",
                    behaviour.text
                ),
                "name a state, a point or an act here, and the part in 'during'",
            );
        }
    }

    /// Only continuous coding knows when something began; only samples have shares of samples.
    fn check_sampling(&mut self, scheme: &Written, table: &Written, kind: &str) {
        if !scheme.has("sampling") {
            return;
        }
        let mut ways = scheme.tables("sampling");
        let is_continuous = ways.any(|way| way.text("kind") == Some("continuous"));
        let mut ways = scheme.tables("sampling");
        let is_timed = ways.any(|way| way.text("kind").is_some_and(|kind| kind != "continuous"));
        let mut ways = scheme.tables("sampling");
        let is_whole = ways.any(|way| way.text("kind") == Some("whole-interval"));
        let mut ways = scheme.tables("sampling");
        let asks_otherwise = ways.any(|way| {
            way.text("kind")
                .is_some_and(|kind| !["continuous", "whole-interval"].contains(&kind))
        });
        if kind == "sample-share" && is_whole && !asks_otherwise {
            self.reading.error(
                table.at_key("kind"),
                "the scheme only asks what lasted a whole interval",
                "measure its whole-interval-share, or add \"interval\", \"momentary\" or \"scan\" to 'sampling'",
            );
        }
        if kind == "whole-interval-share" && !is_whole {
            self.reading.error(
                table.at_key("kind"),
                "the scheme does not ask what lasted a whole interval",
                "add { kind = \"whole-interval\", seconds = 10 } to 'sampling', or measure its share or sample-share",
            );
        }
        if kind == "sample-share" && !is_timed {
            self.reading.error(
                table.at_key("kind"),
                "the scheme does not sample time",
                "measure its share, count or rate, or add a way to 'sampling'",
            );
        }
        let of_samples = ["share", "sample-share", "whole-interval-share"];
        if is_timed && !is_continuous && !of_samples.contains(&kind) {
            self.reading.error(
                table.at_key("kind"),
                format!(
                    "the scheme only samples time, and '{kind}' needs to know when something began"
                ),
                "measure its sample-share, or add \"continuous\" to 'sampling'",
            );
        }
    }

    /// Details that events must have, each one of the behaviour.
    fn with(&mut self, scheme: &Written, table: &Written) -> Vec<(String, Detail)> {
        let id = table.text("behaviour");
        let states = scheme.tables("states").flat_map(|set| set.tables("state"));
        let others = scheme.tables("point").chain(scheme.tables("act"));
        let behaviour = states.chain(others).find(|one| one.text("id") == id);
        let mut details = Vec::new();
        for (name, wanted) in table.map("with") {
            let (Some(name), Some(wanted)) = (name.text_at(), wanted.text_at()) else {
                continue;
            };
            let mut modifiers = behaviour
                .into_iter()
                .flat_map(|one| one.tables("modifiers"));
            match modifiers.find(|one| one.text("id") == Some(name.text)) {
                Some(modifier) => {
                    let detail = self.detail(modifier, wanted);
                    details.extend(detail.map(|detail| (name.text.to_owned(), detail)));
                }
                None if behaviour.is_some() => self.reading.error(
                    name.at,
                    format!("the behaviour has no modifier '{}'", name.text),
                    "name one of its modifiers, or add it there",
                ),
                None => {}
            }
        }
        details
    }

    fn detail(&mut self, modifier: &Written, wanted: TextAt<'_>) -> Option<Detail> {
        if modifier.has("minimum") || modifier.has("maximum") {
            let (lowest, highest) = wanted
                .text
                .split_once(" to ")
                .unwrap_or((wanted.text, wanted.text));
            let bounds = (lowest.trim().parse::<f64>(), highest.trim().parse::<f64>());
            if let (Ok(lowest), Ok(highest)) = bounds
                && lowest <= highest
            {
                return Some(Detail::Within { lowest, highest });
            }
            self.reading.error(
                wanted.at,
                format!("'{}' names no numbers", wanted.text),
                "write the number, or the lowest and the highest as in \"3 to 5\"",
            );
            return None;
        }
        let words: Vec<&str> = ["one-of", "several-of"]
            .into_iter()
            .flat_map(|key| modifier.texts(key))
            .map(|word| word.text)
            .collect();
        if words.contains(&wanted.text) {
            return Some(Detail::Word(wanted.text.to_owned()));
        }
        self.reading.error(
            wanted.at,
            format!("the modifier has no word '{}'", wanted.text),
            format!("its words are {}", listed(words)),
        );
        None
    }

    fn check_part(&mut self, scheme: &Written, table: &Written) {
        if let Some(during) = table.text_at("during") {
            let mut spans = scheme.tables("span");
            if !spans.any(|span| span.text("id") == Some(during.text)) {
                self.reading.error(
                    during.at,
                    format!("'{}' is no span of this scheme", during.text),
                    "name a [[scheme.span]], or remove 'during'",
                );
            }
        }
        let (from, until) = (table.number("from-seconds"), table.number("until-seconds"));
        if let (Some(from), Some(until)) = (from, until)
            && from >= until
        {
            self.reading.error(
                table.at_key("until-seconds"),
                format!("nothing lies between {from} and {until} seconds"),
                "give an end that lies after the begin",
            );
        }
    }

    fn needed_seconds(&mut self, table: &Written, kind: &str) -> Option<f64> {
        if !table.has("within-seconds") {
            let why = match kind {
                "latency" => {
                    "a latency that never comes is only known to be longer than what was watched; with a limit it \
                     counts as that limit"
                }
                _ => "nothing says within how many seconds it must begin",
            };
            self.reading.error(
                table.at,
                why,
                "add within-seconds = …, the same for all recordings",
            );
        }
        table.number("within-seconds")
    }

    fn needed_answer(&mut self, table: &Written, kind: &str) -> Option<String> {
        if !table.has("answer") {
            self.reading.error(
                table.at,
                format!("a {kind} needs two behaviours"),
                "add answer = … with the one that follows",
            );
        }
        table.string("answer")
    }

    /// The statistic, which must be one of this kind.
    fn statistic<T: serde::de::DeserializeOwned>(
        &mut self,
        table: &Written,
        usual: T,
    ) -> Option<T> {
        let Some(written) = table.text_at("statistic") else {
            return (!table.has("statistic")).then_some(usual);
        };
        let found = written.word::<T>();
        if found.is_none() {
            self.reading.error(
                written.at,
                format!("this kind has no '{}'", written.text),
                "of a transition: probability, adjusted-residual, yules-q, log-odds; of a contingency: answered, \
                 above-chance",
            );
        }
        found
    }
}

fn strings(table: &Written, key: &str) -> Vec<String> {
    table.texts(key).map(|text| text.text.to_owned()).collect()
}
