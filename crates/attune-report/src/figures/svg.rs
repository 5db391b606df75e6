//! Writing SVG: shapes with a class and the attributes that it has on white paper, text with
//! escaping and a rough measure of its width.

use crate::ArmMark;

/// A drawing in the making: layers of shapes with one paint each, and text above them all.
pub struct Svg {
    width: f64,
    height: f64,
    shapes: Vec<Layer>,
    text: Vec<Layer>,
}

/// Elements that share their paint.
struct Layer {
    /// Attributes of the group.
    paint: String,
    /// All paths of the layer in one.
    path: String,
    /// Other elements.
    elements: String,
}

/// What a shape is painted with: its class and, for paper, its attributes.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    class: &'static str,
    attributes: &'static str,
}

impl Paint {
    pub const fn of(class: &'static str, attributes: &'static str) -> Self {
        Self { class, attributes }
    }

    fn group(self) -> String {
        format!(r#"class="{}" {}"#, self.class, self.attributes)
    }
}

/// The line under an axis.
pub const AXIS: Paint = Paint::of("axis", r##"stroke="#565c66" stroke-width="1" fill="none""##);
/// Faint lines at ticks.
pub const GRID: Paint = Paint::of("grid", r##"stroke="#e3ded4" stroke-width="1" fill="none""##);
/// The line of no difference.
pub const NONE: Paint = Paint::of(
    "none",
    r##"stroke="#1f2733" stroke-width="1.25" fill="none""##,
);
/// The smallest difference that matters.
pub const MATTERS: Paint = Paint::of(
    "matters",
    r##"stroke="#565c66" stroke-width="1.25" stroke-dasharray="1.5 3" stroke-linecap="round" fill="none""##,
);
/// What asks for attention: points beyond a limit.
pub const RISK: Paint = Paint::of(
    "risk",
    r##"fill="#9c3626" stroke="#ffffff" stroke-width="1""##,
);
/// Boxes and arrows of a flow diagram.
pub const BOX: Paint = Paint::of(
    "box",
    r##"stroke="#565c66" stroke-width="1" fill="#ffffff""##,
);
/// A person of a sociogram.
pub const NODE: Paint = Paint::of(
    "node",
    r##"fill="#1f2733" stroke="#ffffff" stroke-width="1.5""##,
);
/// An arrow of a sociogram from or to a member of staff.
pub const TIE_WITH_STAFF: Paint =
    Paint::of("tie-with-staff", r##"fill="#565c66" fill-opacity="0.3""##);
/// An arrow or connecting line.
pub const ARROW: Paint = Paint::of(
    "arrow",
    r##"stroke="#565c66" stroke-width="1" fill="none""##,
);

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub struct Lettering {
    class: &'static str,
    size: f64,
    colour: &'static str,
    extra: &'static str,
}

const fn lettering(
    class: &'static str,
    size: f64,
    colour: &'static str,
    extra: &'static str,
) -> Lettering {
    Lettering {
        class,
        size,
        colour,
        extra,
    }
}

/// Labels.
pub const LABEL: Lettering = lettering("label", 13.5, "#1f2733", "");
/// Titles of figures that stand alone.
pub const TITLE: Lettering = lettering("title", 16.0, "#1f2733", r#" font-weight="600""#);
/// Labels that matter most.
pub const STRONG: Lettering = lettering("strong", 13.5, "#1f2733", r#" font-weight="600""#);
/// Numbers at ticks, second lines.
pub const SMALL: Lettering = lettering("small", 12.0, "#565c66", "");
/// Names of axes.
pub const AXIS_NAME: Lettering = lettering("axis-name", 12.5, "#3b424d", r#" font-style="italic""#);

impl Lettering {
    /// Size in px.
    pub fn size(self) -> f64 {
        self.size
    }

    fn group(self, class: &str, colour: &str) -> String {
        let Self { size, extra, .. } = self;
        format!(r#"class="{class}" font-size="{size}" fill="{colour}"{extra}"#)
    }
}

/// Where text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn attribute(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => r#" text-anchor="middle""#,
            Self::End => r#" text-anchor="end""#,
        }
    }
}

impl Svg {
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            shapes: Vec::new(),
            text: Vec::new(),
        }
    }

    /// A line with paint whose layer may lie anywhere: under all arms, since it came first.
    pub fn line(&mut self, paint: Paint, from: (f64, f64), to: (f64, f64)) {
        self.path(paint, &polyline([from, to]));
    }

    pub fn path(&mut self, paint: Paint, path: &str) {
        layer(&mut self.shapes, paint.group()).path.push_str(path);
    }

    /// The layer on top, which is a new one unless it has this paint.
    fn top(&mut self, paint: String) -> &mut Layer {
        let is_new = self.shapes.last().is_none_or(|top| top.paint != paint);
        if is_new {
            self.shapes.push(Layer::new(paint));
        }
        self.shapes
            .last_mut()
            .expect("a layer has just been pushed")
    }

    /// A line in the colour and style of an arm.
    pub fn arm_line(&mut self, mark: ArmMark, class: &str, width: f64, path: &str) {
        let is_raw = class == "raw";
        let opacity = if is_raw {
            r#" stroke-opacity="0.32""#
        } else {
            ""
        };
        let dashes = match mark.dashes() {
            // What is no course has no dashes either: they would be taken for a gap.
            dashes if is_raw || class.contains("bar") || dashes.is_empty() => String::new(),
            dashes => format!(r#" stroke-dasharray="{dashes}""#),
        };
        let group = format!(
            r#"class="{class} {}" fill="none" stroke="{}" stroke-width="{}"{opacity}{dashes} stroke-linejoin="round""#,
            mark.class(),
            mark.colour(),
            c(width),
        );
        self.top(group).path.push_str(path);
    }

    /// An area in the colour of an arm.
    pub fn arm_area(&mut self, mark: ArmMark, class: &str, opacity: f64, path: &str) {
        let group = format!(
            r#"class="{class} {}" fill="{}" fill-opacity="{opacity}""#,
            mark.class(),
            mark.colour(),
        );
        self.top(group).path.push_str(path);
    }

    /// Dots in the colour and shape of an arm.
    pub fn arm_dots(&mut self, mark: ArmMark, class: &str, radius: f64, points: &[(f64, f64)]) {
        if points.is_empty() {
            return;
        }
        let path: String = points.iter().map(|at| dot(mark, *at, radius)).collect();
        self.arm_area(mark, class, 1.0, &path);
    }

    /// The mark of an arm beside its name.
    pub fn arm_key(&mut self, mark: ArmMark, radius: f64, at: (f64, f64)) {
        let group = format!(r#"class="key {}" fill="{}""#, mark.class(), mark.colour());
        let path = dot(mark, at, radius);
        layer(&mut self.shapes, group).path.push_str(&path);
    }

    /// Very many small dots: strokes without length, whose caps are the dots.
    pub fn arm_specks(&mut self, mark: ArmMark, radius: f64, points: &[(f64, f64)]) {
        let cap = match mark.0 {
            crate::ArmKind::Programme => "round",
            _ => "square",
        };
        let path: String = points
            .iter()
            .map(|(x, y)| format!("M{} {}h.1", c(*x), c(*y)))
            .collect();
        let group = format!(
            r#"class="specks {}" fill="none" stroke="{}" stroke-opacity="0.62" stroke-width="{}" stroke-linecap="{cap}""#,
            mark.class(),
            mark.colour(),
            c(2.0 * radius),
        );
        self.top(group).path.push_str(&path);
    }

    pub fn rectangle(&mut self, paint: Paint, corner: (f64, f64), size: (f64, f64), radius: f64) {
        let element = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>\n",
            c(corner.0),
            c(corner.1),
            c(size.0),
            c(size.1),
            c(radius),
        );
        layer(&mut self.shapes, paint.group())
            .elements
            .push_str(&element);
    }

    /// A rectangle with one of the shades for reasons.
    pub fn shaded(&mut self, shade: usize, corner: (f64, f64), size: (f64, f64)) {
        const SHADES: [&str; 6] = [
            "#2f3947", "#78818d", "#b3b8bf", "#4f5a69", "#949ba5", "#d0d3d7",
        ];
        let shade = shade % SHADES.len();
        let ((x, y), (width, height)) = (corner, size);
        let path = format!(
            "M{} {}h{}v{}h-{}z",
            c(x),
            c(y),
            c(width),
            c(height),
            c(width)
        );
        let group = format!(r#"class="shade-{shade}" fill="{}""#, SHADES[shade]);
        layer(&mut self.shapes, group).path.push_str(&path);
    }

    pub fn text(&mut self, lettering: Lettering, at: (f64, f64), anchor: Anchor, words: &str) {
        let group = lettering.group(lettering.class, lettering.colour);
        self.write(group, at, anchor, words);
    }

    /// Text in the colour of an arm.
    pub fn arm_text(&mut self, mark: ArmMark, at: (f64, f64), anchor: Anchor, words: &str) {
        let group = STRONG.group(&format!("strong {}", mark.class()), mark.colour());
        self.write(group, at, anchor, words);
    }

    fn write(&mut self, group: String, at: (f64, f64), anchor: Anchor, words: &str) {
        let element = format!(
            "<text x=\"{}\" y=\"{}\"{}>{}</text>\n",
            c(at.0),
            c(at.1),
            anchor.attribute(),
            escape(words),
        );
        layer(&mut self.text, group).elements.push_str(&element);
    }

    /// The drawing with a remark in its lower right corner.
    pub fn marked(mut self, remark: &str) -> Self {
        self.height += 16.0;
        let at = (self.width - 2.0, self.height - 5.0);
        self.text(SMALL, at, Anchor::End, remark);
        self
    }

    /// Width and height in px.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// All layers as elements, without the drawing's own element around them.
    pub fn body(&self) -> String {
        let layers = self.shapes.iter().chain(&self.text);
        layers.map(Layer::element).collect()
    }

    /// The element, with its message for those who do not see it.
    pub fn finish(self, id: &str, class: &str, title: &str, description: &str) -> String {
        let body = self.body();
        format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" class="{class}" viewBox="0 0 {width} {height}" "#,
                r#"width="{width}" height="{height}" role="img" aria-labelledby="{id}-title {id}-desc" "#,
                r#"font-family="'Source Serif 4', 'Source Serif Pro', Charter, Georgia, serif">"#,
                "\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{description}</desc>\n",
                "{body}</svg>"
            ),
            class = class,
            width = c(self.width),
            height = c(self.height),
            id = id,
            title = escape(title),
            description = escape(description),
            body = body,
        )
    }
}

impl Layer {
    fn new(paint: String) -> Self {
        Self {
            paint,
            path: String::new(),
            elements: String::new(),
        }
    }

    fn element(&self) -> String {
        let path = match self.path.as_str() {
            "" => String::new(),
            path => format!("<path d=\"{path}\"/>\n"),
        };
        format!("<g {}>\n{path}{}</g>\n", self.paint, self.elements)
    }
}

/// The layer with this paint, wherever it lies.
fn layer(layers: &mut Vec<Layer>, paint: String) -> &mut Layer {
    let place = layers.iter().position(|layer| layer.paint == paint);
    let place = place.unwrap_or_else(|| {
        layers.push(Layer::new(paint));
        layers.len() - 1
    });
    &mut layers[place]
}

fn dot(mark: ArmMark, (x, y): (f64, f64), radius: f64) -> String {
    use crate::ArmKind::{Comparison, Further, Programme, Third};
    let r = radius;
    match mark.0 {
        Programme => format!(
            "M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z",
            c(x - r),
            c(y),
            r = c(r),
            d = c(2.0 * r)
        ),
        Comparison => format!(
            "M{} {}h{s}v{s}h-{s}z",
            c(x - 0.89 * r),
            c(y - 0.89 * r),
            s = c(1.78 * r)
        ),
        Third => format!(
            "M{} {}l{s} {s}l-{s} {s}l-{s} -{s}z",
            c(x),
            c(y - 1.25 * r),
            s = c(1.25 * r)
        ),
        Further => format!(
            "M{} {}l{h} {w}h-{b}z",
            c(x),
            c(y - 1.2 * r),
            h = c(1.2 * r),
            w = c(2.1 * r),
            b = c(2.4 * r)
        ),
    }
}

/// A path through points.
pub fn polyline(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (position, (x, y)) in points.into_iter().enumerate() {
        let command = if position == 0 { 'M' } else { 'L' };
        path.push_str(&format!("{command}{} {}", c(x), c(y)));
    }
    path
}

/// A coordinate: one decimal, which at these sizes no eye and no printer can tell from more; no
/// negative zero.
pub fn c(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 || !rounded.is_finite() {
        return "0".to_owned();
    }
    rounded.to_string()
}

/// Text for an element or a quoted attribute of HTML or XML. Breaks become blanks; characters that XML 1.0
/// does not allow are left out.
pub fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Roughly how wide text is in a book serif, in px. Right to a tenth for ordinary words, which is
/// enough to break lines and to keep labels apart.
pub fn width_of(words: &str, size: f64) -> f64 {
    let ems: f64 = words
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' => 0.28,
            ' ' | '(' | ')' | 't' | 'f' | 'r' | 'I' | '-' => 0.34,
            'm' | 'w' | 'M' | 'W' => 0.85,
            letter if letter.is_uppercase() => 0.66,
            letter if letter as u32 >= 0x2e80 => 1.0,
            _ => 0.53,
        })
        .sum();
    ems * size
}

/// Text in lines no wider than `width`; the last of at most `most` lines ends in an ellipsis when
/// there is more.
pub fn lines(words: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Only ordinary spaces: a narrow one holds a number and its unit together.
    for word in words.split_ascii_whitespace() {
        let fits = lines
            .last()
            .is_some_and(|line| width_of(&format!("{line} {word}"), size) <= width);
        match lines.last_mut() {
            Some(line) if fits => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let is_cut = lines.len() > most;
    lines.truncate(most);
    let count = lines.len();
    for (position, line) in lines.iter_mut().enumerate() {
        let must_end = is_cut && position + 1 == count;
        if must_end || width_of(line, size) > width {
            shorten(line, size, width);
        }
    }
    lines
}

fn shorten(line: &mut String, size: f64, width: f64) {
    while width_of(line, size) + 0.8 * size > width && line.pop().is_some() {}
    line.push('…');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_have_no_negative_zero() {
        let shown: Vec<String> = [1.0, 2.345_6, -0.01, 1e-9, f64::NAN].map(c).to_vec();
        assert_eq!(shown, ["1", "2.3", "0", "0", "0"]);
    }

    #[test]
    fn long_words_are_shortened_and_long_texts_cut() {
        assert_eq!(
            lines("one two three", 10.0, 30.0, 3),
            ["one", "two", "three"]
        );
        let cut = lines("one two three four five", 10.0, 45.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'), "{cut:?}");
        let long = lines(&"x".repeat(500), 10.0, 60.0, 2);
        assert!(
            long.iter().all(|line| width_of(line, 10.0) <= 70.0),
            "{long:?}"
        );
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a<b & \"c\"\u{0}"), "a&lt;b &amp; &quot;c&quot;");
    }
}
