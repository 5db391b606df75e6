//! Stretches that coders marked, drawn one coder below the other: the recording in which they differ most, and where.

use attune_report::{
    Format,
    plots::{CodingStrip, Heading, StripRow, StripSpan, svg_file},
};
use attune_statistics::agreement::unitising::{Continuum, Stretch};

use super::stretches::Marked;

/// The figure.
pub fn svg(marked: &Marked) -> String {
    let share = |continuum: &Continuum| {
        let differing = differences(continuum);
        let length: f64 = differing.iter().map(|one| one.end_s - one.start_s).sum();
        length / continuum.length.max(f64::MIN_POSITIVE)
    };
    let most = marked
        .recordings
        .iter()
        .max_by(|a, b| share(&a.1).total_cmp(&share(&b.1)));
    let nothing = (
        String::new(),
        Continuum {
            coders: Vec::new(),
            length: 1.0,
        },
    );
    let (name, continuum) = most.unwrap_or(&nothing);
    let mut codes: Vec<String> = Vec::new();
    for stretch in continuum.coders.iter().flatten() {
        if !codes.contains(&stretch.code) {
            codes.push(stretch.code.clone());
        }
    }
    codes.sort();
    let span = |stretch: &Stretch| StripSpan {
        start_s: stretch.start,
        end_s: stretch.end,
        code: codes
            .iter()
            .position(|code| *code == stretch.code)
            .unwrap_or(0),
    };
    let mut rows: Vec<StripRow> = marked
        .coders
        .iter()
        .zip(&continuum.coders)
        .map(|(coder, stretches)| StripRow {
            label: coder.clone(),
            spans: stretches.iter().map(span).collect(),
            is_difference: false,
        })
        .collect();
    rows.push(StripRow {
        label: "differ".to_owned(),
        spans: differences(continuum),
        is_difference: true,
    });
    let of = match name.as_str() {
        "" => String::new(),
        name => format!(" in {name}"),
    };
    let strip = CodingStrip {
        heading: Heading {
            title: format!("What each coder marked{of}"),
            subtitle: "Stretches by coder, and beneath them where not all say the same".to_owned(),
            description: format!(
                "Rows of {} coders; they differ over {:.0} % of the length.",
                marked.coders.len(),
                100.0 * share(continuum)
            ),
            note: match marked.recordings.len() {
                0 | 1 => String::new(),
                n => format!("The one of {n} recordings in which the coders differ most."),
            },
        },
        start_s: 0.0,
        end_s: continuum.length,
        codes,
        rows,
    };
    svg_file(&strip, Format::Wide)
}

/// Where not all coders have the same code or none, between the ends of their stretches.
fn differences(continuum: &Continuum) -> Vec<StripSpan> {
    let stretches = || continuum.coders.iter().flatten();
    let mut edges: Vec<f64> = stretches().flat_map(|one| [one.start, one.end]).collect();
    edges.extend([0.0, continuum.length]);
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let mut differing: Vec<StripSpan> = Vec::new();
    for pair in edges.windows(2) {
        let middle = f64::midpoint(pair[0], pair[1]);
        let code_of = |stretches: &Vec<Stretch>| {
            let place = stretches.partition_point(|one| one.end <= middle);
            let found = stretches.get(place).filter(|one| one.start <= middle);
            found.map(|one| one.code.clone())
        };
        let mut codes = continuum.coders.iter().map(code_of);
        let first = codes.next();
        if codes.all(|code| Some(code) == first) {
            continue;
        }
        match differing.last_mut() {
            Some(last) if last.end_s == pair[0] => last.end_s = pair[1],
            _ => differing.push(StripSpan {
                start_s: pair[0],
                end_s: pair[1],
                code: 0,
            }),
        }
    }
    differing
}

#[cfg(test)]
mod tests {
    use super::{Continuum, Stretch, differences};

    fn stretch(start: f64, end: f64, code: &str) -> Stretch {
        Stretch {
            start,
            end,
            code: code.to_owned(),
        }
    }

    #[test]
    fn coders_differ_where_codes_or_ends_do() {
        let continuum = Continuum {
            coders: vec![
                vec![stretch(0.0, 4.0, "a"), stretch(6.0, 8.0, "b")],
                vec![stretch(0.0, 5.0, "a"), stretch(6.0, 8.0, "c")],
            ],
            length: 10.0,
        };
        let found: Vec<(f64, f64)> = differences(&continuum)
            .iter()
            .map(|one| (one.start_s, one.end_s))
            .collect();
        assert_eq!(found, [(4.0, 5.0), (6.0, 8.0)]);
    }
}
