//! A plot as one SVG file: heading, drawing, note, words and numbers for those who do not see it.

use super::Plot;
use crate::{
    Format,
    figures::svg::{Anchor, Lettering, SMALL, Svg, TITLE, c, escape, lines},
};

/// Paper around the drawing, in px.
const MARGIN: f64 = 16.0;

/// The bytes of the file: 752 px wide for a page, 360 px for a phone.
///
/// ```
/// use attune_report::{Format, plots::{Coefficient, CoefficientForest, Heading, Interval, svg_file}};
///
/// let forest = CoefficientForest {
///     heading: Heading { title: "What goes with the score".to_owned(), ..Heading::default() },
///     axis: "Points of the score, with 95 % CI".to_owned(),
///     rows: vec![Coefficient {
///         label: "months".to_owned(),
///         detail: "p = 0.013".to_owned(),
///         interval: Interval { estimate: 4.1, lower: 1.2, upper: 7.0 },
///     }],
/// };
/// let file = svg_file(&forest, Format::Wide);
/// assert!(file.starts_with("<svg ") && file.contains("months,4.1,1.2,7"));
/// ```
pub fn svg_file(plot: &impl Plot, format: Format) -> String {
    let heading = plot.heading();
    let drawn = plot.body(format).0;
    let (width, body_height) = drawn.size();
    let mut above = Svg::new(width, 0.0);
    let title = lines(&heading.title, 1.06 * TITLE.size(), width, 3);
    let mut y = written(&mut above, TITLE, &title, 16.0);
    let subtitle = lines(&heading.subtitle, 1.06 * SMALL.size(), width, 4);
    y = written(&mut above, SMALL, &subtitle, y);
    let top = y + 4.0;
    let note = lines(&heading.note, 1.06 * SMALL.size(), width, 6);
    let mut beneath = Svg::new(width, 0.0);
    let bottom = top + body_height;
    let end = written(&mut beneath, SMALL, &note, bottom + 18.0);
    let height = if note.is_empty() { bottom } else { end - 8.0 };
    let (full_width, full_height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" "#,
            r#"aria-labelledby="plot-title plot-desc" font-family="'Source Serif 4', 'Source Serif Pro', Charter, Georgia, serif">"#,
            "\n<title id=\"plot-title\">{title}</title>\n<desc id=\"plot-desc\">{description}</desc>\n",
            "<metadata>\n{data}</metadata>\n<style>\n{style}</style>\n",
            "<rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
            "<g transform=\"translate({margin} {margin})\">\n{above}",
            "<g transform=\"translate(0 {top})\">\n{body}</g>\n{beneath}</g>\n</svg>\n"
        ),
        w = c(full_width),
        h = c(full_height),
        title = escape(&heading.title),
        description = escape(&heading.description),
        data = escaped_lines(&plot.data().csv()),
        style = include_str!("plots.css"),
        margin = c(MARGIN),
        above = above.body(),
        top = c(top),
        body = drawn.body(),
        beneath = beneath.body(),
    )
}

/// Writes lines from the baseline `y`; returns the baseline after them.
fn written(svg: &mut Svg, lettering: Lettering, lines: &[String], mut y: f64) -> f64 {
    for line in lines {
        svg.text(lettering, (0.0, y), Anchor::Start, line);
        y += 1.3 * lettering.size();
    }
    y
}

fn escaped_lines(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", escape(line)))
        .collect()
}
