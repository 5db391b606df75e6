//! What a reader of a report's page reads in it that documents must say, too: headings, captions, cells of tables.
//! The page is our own, so its markup is known.

/// The words, without markup.
pub struct PageWords {
    headings: Vec<String>,
    captions: Vec<String>,
    cells: Vec<String>,
}

impl PageWords {
    /// The words of a page.
    pub fn of(page: &str) -> Self {
        let main = page.split("<main").nth(1).unwrap_or_default();
        let main = without(main, "<details class=\"data", "</details>");
        let main = without(&main, "<svg", "</svg>");
        let main = without_checklist_items(&main);
        Self {
            headings: ["h2", "h3", "h4", "h5"]
                .into_iter()
                .flat_map(|tag| inside(&main, tag))
                .collect(),
            captions: ["caption", "figcaption"]
                .into_iter()
                .flat_map(|tag| inside(&main, tag))
                .collect(),
            cells: ["td", "th"]
                .into_iter()
                .flat_map(|tag| inside(&main, tag))
                .collect(),
        }
    }

    /// All of them with what they are.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let kinds = [
            ("heading", &self.headings),
            ("caption", &self.captions),
            ("cell", &self.cells),
        ];
        kinds
            .into_iter()
            .flat_map(|(kind, words)| words.iter().map(move |words| (kind, words.as_str())))
    }
}

/// Letters and digits alone: where lines break and what stands between words differs by program.
pub fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// The text without what stands between these marks.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept += part.split_once(to).map_or("", |(_, rest)| rest);
    }
    kept
}

/// Items of checklists say on paper on which page they are met, so their cells are others there.
fn without_checklist_items(html: &str) -> String {
    let mut parts = html.split("class=\"checklist\"");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (head, rest) = part.split_once("<thead>").unwrap_or((part, ""));
        kept += head;
        kept += rest.split_once("</tbody>").map_or("", |(_, rest)| rest);
    }
    kept
}

/// The words inside each element of this name.
fn inside(html: &str, tag: &str) -> Vec<String> {
    let (opening, closing) = (format!("<{tag}"), format!("</{tag}>"));
    let elements = html
        .split(&opening)
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']));
    elements
        .filter_map(|rest| rest.split_once('>'))
        .filter_map(|(_, rest)| rest.split_once(&closing))
        .map(|(words, _)| plain(words))
        .collect()
}

/// Without markup.
fn plain(html: &str) -> String {
    let mut parts = html.split('<');
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        words.push(' ');
        words += part.split_once('>').map_or("", |(_, rest)| rest);
    }
    let words = words
        .replace("&#8288;", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "’")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_captions_and_cells_are_found_and_folded_data_are_not() {
        let page = "<body><h2>Contents</h2><main><h2 id=\"a\">1 A &amp; <b>B</b></h2><details class=\"data\"><td>no</td></details>\
                    <table><caption>Of x</caption><thead></thead><th scope=\"row\">r</th><td>2.0</td></table></main>";
        let words = PageWords::of(page);
        let all: Vec<_> = words.all().collect();
        assert_eq!(
            all,
            [
                ("heading", "1 A & B"),
                ("caption", "Of x"),
                ("cell", "2.0"),
                ("cell", "r")
            ]
        );
    }
}
