//! Writing SVG: shapes with a class and the attributes that it has on white paper, text with
//! escaping and a rough measure of its width.

mod paint;
mod text;

pub use self::{
    paint::{
        ARROW, AXIS, AXIS_NAME, Anchor, BOX, GRID, LABEL, Lettering, MATTERS, NODE, NONE, Paint,
        RISK, SMALL, STRONG, TIE_WITH_STAFF, TITLE,
    },
    text::{escape, lines, width_of},
};
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_have_no_negative_zero() {
        let shown: Vec<String> = [1.0, 2.345_6, -0.01, 1e-9, f64::NAN].map(c).to_vec();
        assert_eq!(shown, ["1", "2.3", "0", "0", "0"]);
    }
}
