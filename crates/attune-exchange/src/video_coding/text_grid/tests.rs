//! What TextGrids hold in each of their forms, read and written.

use attune_records::observation::{Event, Interval, Micros, Observation, Span};
use proptest::prelude::*;

use super::{Marks, TextGrid, Tier};

fn grid(tiers: Vec<Tier>) -> TextGrid {
    TextGrid {
        xmin: 0.0,
        xmax: 10.0,
        tiers,
        left: Vec::new(),
        warnings: Vec::new(),
    }
}

#[test]
fn short_text_long_text_and_comments_are_the_same() {
    let long = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = 2.5\ntiers? <exists>\nsize = 1\nitem []:\n    item [1]:\n class = \"IntervalTier\"\nname = \"say \"\"hi\"\"\"\nxmin = 0\nxmax = 2.5\nintervals: size = 2\nintervals [1]:\nxmin = 0\nxmax = 1\ntext = \"\"\nintervals [2]:\nxmin = 1\nxmax = 2.5\ntext = \"talk\"\n";
    let short = "\"ooTextFile\" \"TextGrid\" 0 2.5 ! begin \" and end 7\n<exists> 1\r\"IntervalTier\" \"say \"\"hi\"\"\" 0 2.5 2 0 1 \"\" 1 2.5 \"talk\"";
    let (long, short) = (
        TextGrid::read(long.as_bytes()),
        TextGrid::read(short.as_bytes()),
    );
    assert_eq!(long, short);
    let read = long
        .expect("a TextGrid")
        .to_project("clip")
        .expect("one observation");
    let one = &read.project.observations()[0];
    assert_eq!(one.events().len(), 1, "what has no label was not coded");
    assert_eq!(one.events()[0].subject.as_deref(), Some("say \"hi\""));
    assert_eq!(
        one.coded_window().map(Interval::length),
        Some(Micros(2_500_000))
    );
}

#[test]
fn faults_name_the_line() {
    for (text, says) in [
        ("some text", "not a TextGrid"),
        (
            "\"ooTextFile\"\n\"TextGrid\"\n0\n<exists>",
            "line 4: a word in < >",
        ),
        (
            "\"ooTextFile\"\n\"TextGrid\"\n0 1\n<exists> 1 \"Other\" \"x\" 0 1 0",
            "unknown class `Other`",
        ),
        (
            "\"ooTextFile\"\n\"TextGrid\"\n0 1\n<exists> 2\n\"IntervalTier\" \"x\" 0 1 1 0 1 \"cut",
            "ends within",
        ),
        (
            "\"ooTextFile\" \"TextGrid\" 0 1 <exists> 99999999",
            "the file ends",
        ),
    ] {
        let fault = TextGrid::read(text.as_bytes()).expect_err(says).to_string();
        assert!(fault.contains(says), "{fault}");
    }
}

#[test]
fn bouts_with_one_end_and_modifiers_are_told() {
    let interval = Interval::new(Micros(1_000_000), Micros(2_000_000)).expect("in order");
    let events = vec![
        Event::new("talk", Span::State(interval)),
        Event::new(
            "talk",
            Span::Open {
                start: Micros(5_000_000),
            },
        ),
    ];
    let (grid, lost) = TextGrid::of_observation(&Observation::new("one").with_events(events));
    let Marks::Intervals(intervals) = &grid.tiers[0].marks else {
        panic!("a tier of intervals");
    };
    let ends: Vec<(f64, f64, &str)> = intervals
        .iter()
        .map(|(a, b, c)| (*a, *b, c.as_str()))
        .collect();
    assert_eq!(ends, [(0.0, 1.0, ""), (1.0, 2.0, "talk"), (2.0, 5.0, "")]);
    assert_eq!(lost[0].what, "bouts with one end: 1");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        labels in prop::collection::vec("[a-z\"! \n]{0,8}", 0..6),
        name in ".{0,8}",
    ) {
        let step = 10.0 / (labels.len() + 1) as f64;
        let at = |index: usize| index as f64 * step;
        let points = labels.iter().enumerate().map(|(i, label)| (at(i), label.clone())).collect();
        let intervals = labels
            .iter()
            .enumerate()
            .map(|(i, label)| (at(i), at(i + 1), label.clone()))
            .collect();
        prop_assume!(!name.contains(['\0', '\u{feff}']));
        let grid = grid(vec![
            Tier { name: name.clone(), xmin: 0.0, xmax: 10.0, marks: Marks::Intervals(intervals) },
            Tier { name, xmin: 0.0, xmax: 10.0, marks: Marks::Points(points) },
        ]);
        prop_assert_eq!(TextGrid::read(&grid.to_bytes()), Ok(grid));
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..300), head in 0_usize..3) {
        let heads: [&[u8]; 3] = [b"ooBinaryFile\x08TextGrid", b"\"ooTextFile\"\"TextGrid\" 0 1 <exists> 3 ", b""];
        let mut file = heads[head].to_vec();
        file.extend(bytes);
        if let Ok(grid) = TextGrid::read(&file) {
            let _ = grid.counts();
            let _ = grid.to_project("x");
        }
    }
}
