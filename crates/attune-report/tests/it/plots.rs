//! Plots of plain numbers as files: what is in them, that nothing leaves its place, that odd numbers
//! break nothing. How they look is seen with `cargo run -p attune-report --example plots -- FOLDER`.

use attune_report::{
    Format,
    plots::{Coefficient, CoefficientForest, DotGroup, GroupDots, Heading, Interval, svg_file},
};

use crate::{attributes, plot_samples};

#[test]
fn every_plot_has_words_and_numbers_for_those_who_do_not_see_it() {
    for format in [Format::Wide, Format::Narrow] {
        for (name, svg) in plot_samples::all(format) {
            assert!(svg.contains("<title id=\"plot-title\">"), "{name}");
            assert!(svg.contains("<desc id=\"plot-desc\">"), "{name}");
            let data = svg.split("<metadata>").nth(1).unwrap_or_default();
            let data = data.split("</metadata>").next().unwrap_or_default();
            assert!(data.lines().count() > 4, "{name}: {data}");
            assert!(svg.contains("prefers-color-scheme: dark"), "{name}");
        }
    }
}

#[test]
fn elements_are_closed_and_coordinates_are_numbers() {
    for (name, svg) in plot_samples::all(Format::Wide) {
        for element in ["svg", "g", "text", "style", "metadata", "title", "desc"] {
            let opened = svg.matches(&format!("<{element} ")).count()
                + svg.matches(&format!("<{element}>")).count();
            assert_eq!(
                opened,
                svg.matches(&format!("</{element}>")).count(),
                "{name}: {element}"
            );
        }
        assert!(!svg.contains("NaN") && !svg.contains("\"inf"), "{name}");
    }
}

#[test]
fn text_begins_inside_the_drawing() {
    for (format, width) in [(Format::Wide, 720.0), (Format::Narrow, 328.0)] {
        for (name, svg) in plot_samples::all(format) {
            for text in svg.split("<text ").skip(1) {
                let x: f64 = text
                    .split('"')
                    .nth(1)
                    .and_then(|x| x.parse().ok())
                    .unwrap_or(f64::NAN);
                assert!((-1.0..=width).contains(&x), "{name}: text at {x}");
            }
            assert_eq!(attributes(&svg, "viewBox").len(), 1, "{name}");
        }
    }
}

#[test]
fn the_same_plot_gives_the_same_bytes() {
    assert_eq!(
        plot_samples::all(Format::Wide),
        plot_samples::all(Format::Wide)
    );
}

#[test]
fn empty_and_undefined_numbers_are_drawn_without_breaking() {
    let undefined = Interval {
        estimate: f64::NAN,
        lower: f64::NEG_INFINITY,
        upper: f64::INFINITY,
    };
    let forest = CoefficientForest {
        heading: Heading::default(),
        axis: "a <b> & c".to_owned(),
        rows: vec![Coefficient {
            label: "x".to_owned(),
            detail: String::new(),
            interval: undefined,
        }],
    };
    let groups = GroupDots {
        heading: Heading::default(),
        value: "y".to_owned(),
        grouping: String::new(),
        groups: vec![DotGroup {
            label: "one".to_owned(),
            detail: "n = 1".to_owned(),
            values: vec![3.0],
            mean: undefined,
        }],
        with_zero: true,
    };
    for svg in [
        svg_file(&forest, Format::Narrow),
        svg_file(&groups, Format::Wide),
        svg_file(
            &GroupDots {
                groups: Vec::new(),
                ..groups.clone()
            },
            Format::Wide,
        ),
    ] {
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
    assert!(svg_file(&forest, Format::Wide).contains("a &lt;b&gt; &amp; c"));
}
