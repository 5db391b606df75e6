//! TextGrids in the long text form, as Praat writes them.

use std::fmt::Write as _;

use super::{Marks, TextGrid, Tier};

impl TextGrid {
    /// The file's bytes, in UTF-8.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::from("File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n");
        // Writing to a text cannot fail.
        let (xmin, xmax) = (number(self.xmin), number(self.xmax));
        let _ = writeln!(text, "xmin = {xmin} \nxmax = {xmax} ");
        let _ = writeln!(
            text,
            "tiers? <exists> \nsize = {} \nitem []: ",
            self.tiers.len()
        );
        for (index, tier) in self.tiers.iter().enumerate() {
            let _ = writeln!(text, "    item [{}]:", index + 1);
            write_tier(&mut text, tier);
        }
        text.into_bytes()
    }
}

fn write_tier(text: &mut String, tier: &Tier) {
    let (class, list) = match &tier.marks {
        Marks::Intervals(_) => ("IntervalTier", "intervals"),
        Marks::Points(_) => ("TextTier", "points"),
    };
    let (name, n) = (quoted(&tier.name), tier.marks.len());
    let _ = writeln!(text, "        class = \"{class}\" \n        name = {name} ");
    let (xmin, xmax) = (number(tier.xmin), number(tier.xmax));
    let _ = writeln!(
        text,
        "        xmin = {xmin} 
        xmax = {xmax} "
    );
    let _ = writeln!(text, "        {list}: size = {n} ");
    let mut mark = |index: usize, lines: [(&str, String); 2], label: (&str, &str)| {
        let _ = writeln!(text, "        {list} [{}]:", index + 1);
        for (key, value) in lines.iter().filter(|(key, _)| !key.is_empty()) {
            let _ = writeln!(text, "            {key} = {value} ");
        }
        let _ = writeln!(text, "            {} = {} ", label.0, quoted(label.1));
    };
    match &tier.marks {
        Marks::Intervals(intervals) => {
            for (index, (begin, end, label)) in intervals.iter().enumerate() {
                let ends = [("xmin", number(*begin)), ("xmax", number(*end))];
                mark(index, ends, ("text", label));
            }
        }
        Marks::Points(points) => {
            for (index, (at, label)) in points.iter().enumerate() {
                let at = [("number", number(*at)), ("", String::new())];
                mark(index, at, ("mark", label));
            }
        }
    }
}

/// A number; Praat's own word for one that is not defined.
fn number(number: f64) -> String {
    if number.is_finite() {
        number.to_string()
    } else {
        "--undefined--".to_owned()
    }
}

fn quoted(text: &str) -> String {
    // A text with zero bytes would look like a binary file.
    let text = text.replace('\0', "\u{fffd}");
    format!("\"{}\"", text.replace('"', "\"\""))
}
