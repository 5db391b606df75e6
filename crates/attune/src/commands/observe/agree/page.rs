//! The comparison as one page: the lowest kappas first, each with a link to its coders, and every
//! difference with a link that plays it where the file of the recording is known.

use std::collections::BTreeMap;

use attune_observation::agreement::disagreements::Disagreement;
use attune_observation::agreement::report::{AgreeSettings, PairReport};
use attune_records::observation::{CodingProject, Micros};
use attune_report::escape;

use super::text;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1c2226;\
background:#fff}pre{font-size:13px;line-height:1.45;overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0 1.5rem}\
th,td{padding:.2rem .9rem .2rem 0;text-align:left;border-bottom:1px solid #d9dee1;font-variant-numeric:tabular-nums}\
.n{text-align:right}caption{text-align:left;color:#55616a}video{position:sticky;top:0;max-height:40vh;width:100%;\
background:#000}video[hidden]{display:none}";

/// A link is enough to play a difference in a window of its own; with this it plays on the page.
const SCRIPT: &str = "document.addEventListener('click',e=>{const a=e.target.closest('a[data-plays]');if(!a)return;\
e.preventDefault();const v=document.querySelector('video');v.hidden=false;v.src=a.href;v.play()});";

/// The files of each recording, one after the other.
pub struct Media {
    of_clip: BTreeMap<String, Vec<File>>,
}

/// One file of a recording, from where on in the time of the observation.
struct File {
    path: String,
    from: Micros,
}

impl Media {
    /// Of the first player of each recording.
    pub fn of(projects: &[&CodingProject]) -> Self {
        let mut of_clip = BTreeMap::new();
        for one in projects.iter().flat_map(|project| project.observations()) {
            let clip = one.recording.as_deref().unwrap_or(&one.id).to_owned();
            let mut files = Vec::new();
            let mut after = Some(Micros::ZERO);
            for media in one.media.iter().filter(|media| media.player == 1) {
                // What follows a file of unknown length begins nobody knows when.
                let Some(begin) = after else { break };
                files.push(File {
                    path: media.file.clone(),
                    from: Micros(begin.0 + media.offset.0),
                });
                after = media.length.map(|length| Micros(begin.0 + length.0));
            }
            of_clip.entry(clip).or_insert(files);
        }
        Self { of_clip }
    }

    /// An address that plays a difference from a second before it to a second after.
    fn address(&self, one: &Disagreement) -> Option<String> {
        let files = self.of_clip.get(&one.clip)?;
        let file = files
            .iter()
            .rev()
            .find(|file| file.from.seconds() <= one.start_s)
            .or(files.first())?;
        let at = |seconds: f64| (seconds - file.from.seconds()).max(0.0);
        Some(format!(
            "{}#t={:.2},{:.2}",
            address_of(&file.path),
            at(one.start_s - 1.0),
            at(one.end_s + 1.0)
        ))
    }
}

/// A path as an address: a disk letter or a root needs a scheme, and some letters a percent sign.
fn address_of(path: &str) -> String {
    let slashes = path.replace('\\', "/");
    let is_address = slashes.contains("://");
    let mut letters = slashes.chars();
    let has_disk =
        letters.next().is_some_and(|one| one.is_ascii_alphabetic()) && letters.next() == Some(':');
    let mut address = match (is_address, has_disk, slashes.starts_with('/')) {
        (true, ..) => return slashes,
        (_, true, _) => "file:///".to_owned(),
        (_, _, true) => "file://".to_owned(),
        _ => String::new(),
    };
    for byte in slashes.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                address.push(char::from(byte));
            }
            b':' if has_disk => address.push(':'),
            _ => address += &format!("%{byte:02X}"),
        }
    }
    address
}

pub fn whole(
    reports: &[PairReport],
    warnings: &[String],
    settings: &AgreeSettings,
    media: &Media,
) -> String {
    let pairs = reports.iter().enumerate();
    let pairs: String = pairs
        .map(|(place, report)| pair(place, report, media))
        .collect();
    let reminders: String = warnings
        .iter()
        .map(|warning| format!("<p>Mind: {}</p>\n", escape(warning)))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Do the coders agree?</title><style>{STYLE}</style></head>\n<body><main>\n\
         <h1>Do the coders agree?</h1>\n<p>{}</p>\n{reminders}<video controls hidden></video>\n{}{pairs}</main>\
         <script>{SCRIPT}</script></body></html>\n",
        escape(text::settings_in_words(settings).trim()),
        in_short(reports),
    )
}

/// The kappa of each stream of each pair, the lowest first.
fn in_short(reports: &[PairReport]) -> String {
    let mut rows: Vec<(f64, String)> = Vec::new();
    for (place, report) in reports.iter().enumerate() {
        let [first, second] = [&report.coders[0], &report.coders[1]].map(|name| escape(name));
        for stream in &report.streams {
            let wanted = match stream.stream.states {
                true => "boundary-weighted-kappa",
                false => "time-unit-kappa",
            };
            let Some(measure) = stream.measures.iter().find(|one| one.measure == wanted) else {
                continue;
            };
            let row = format!(
                "<tr><td><a href=\"#pair-{place}\">{first} and {second}</a></td><td>{}: {}</td><td class=\"n\">{}</td>\
                 <td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                escape(&stream.stream.subject),
                escape(&stream.stream.codes.join(", ")),
                report.n_clips,
                text::fixed(measure.estimate),
                text::limits(measure.ci_lower, measure.ci_upper),
            );
            rows.push((measure.estimate.unwrap_or(f64::INFINITY), row));
        }
        for scale in &report.ratings {
            let of = |name: &str| {
                let mut all = scale.agreement.measures.iter();
                all.find(|one| one.measure == name)
            };
            let Some(measure) = of("icc-a1") else {
                continue;
            };
            let row = format!(
                "<tr><td><a href=\"#pair-{place}\">{first} and {second}</a></td><td>{}: ICC(A,1)</td>\
                 <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                escape(&scale.scale),
                scale.agreement.n_clips,
                text::fixed(measure.estimate),
                text::limits(measure.bootstrap_lower, measure.bootstrap_upper),
            );
            rows.push((measure.estimate.unwrap_or(f64::INFINITY), row));
        }
    }
    rows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    format!(
        "<table><caption>The lowest first: boundary-weighted kappa of states, kappa by time units of points, ICC(A,1) of \
         ratings</caption>\n<thead><tr><th>Coders</th><th>Codes</th><th class=\"n\">Clips</th><th class=\"n\">Agreement \
         beyond chance</th><th class=\"n\">Interval</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )
}

fn pair(place: usize, report: &PairReport, media: &Media) -> String {
    let [first, second] = [&report.coders[0], &report.coders[1]].map(|name| escape(name));
    let row = |one: &Disagreement| {
        let clip = escape(&one.clip);
        let clip = match media.address(one) {
            Some(address) => format!("<a data-plays href=\"{}\">{clip}</a>", escape(&address)),
            None => clip,
        };
        format!(
            "<tr><td>{clip}</td><td class=\"n\">{:.2}</td><td class=\"n\">{:.2}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            one.start_s,
            one.end_s,
            escape(&one.subject),
            escape(&one.first),
            escape(&one.second),
        )
    };
    let rows: String = report.disagreements.iter().map(row).collect();
    let differences = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "<table><caption>Where they differ: the longest {} of {}</caption>\n<thead><tr><th>Clip</th><th class=\"n\">From s\
             </th><th class=\"n\">To s</th><th>Subject</th><th>{first}</th><th>{second}</th></tr></thead>\n<tbody>\n{rows}\
             </tbody></table>\n",
            report.disagreements.len(),
            report.n_disagreements,
        ),
    };
    let reminders: String = report
        .warnings
        .iter()
        .map(|warning| format!("<p>Mind: {}</p>\n", escape(warning)))
        .collect();
    let lines: Vec<String> = text::pair(report).lines().map(escape).collect();
    format!(
        "<section id=\"pair-{place}\"><h2>{first} and {second}</h2>\n{reminders}<pre>{}</pre>\n{differences}</section>\n",
        lines.join("\n").trim()
    )
}

#[cfg(test)]
mod tests {
    use attune_records::observation::{Interval, Media as Recorded, Observation};

    use super::*;

    #[test]
    fn a_difference_plays_in_the_file_in_which_it_lies() {
        let file = |name: &str, length: Option<i64>| Recorded {
            length: length.map(|seconds| Micros(seconds * 1_000_000)),
            ..Recorded::new(name)
        };
        let mut one = Observation::new("one");
        one.media = vec![
            file("films/part 1.mp4", Some(60)),
            file("C:\\films\\part 2.mp4", None),
        ];
        one.window = Interval::new(Micros::ZERO, Micros(90_000_000));
        let project = CodingProject::default()
            .with_observations(vec![one])
            .unwrap();
        let media = Media::of(&[&project]);
        let difference = |start_s: f64, end_s: f64| Disagreement {
            clip: "one".to_owned(),
            subject: String::new(),
            start_s,
            end_s,
            first: String::new(),
            second: String::new(),
        };
        assert_eq!(
            media.address(&difference(10.0, 12.5)).unwrap(),
            "films/part%201.mp4#t=9.00,13.50"
        );
        assert_eq!(
            media.address(&difference(70.0, 80.0)).unwrap(),
            "file:///C:/films/part%202.mp4#t=9.00,21.00"
        );
        let elsewhere = Disagreement {
            clip: "two".to_owned(),
            ..difference(1.0, 2.0)
        };
        assert_eq!(media.address(&elsewhere), None);
    }
}
