//! Texts of the study's team, written in Markdown, as blocks of the report. Raw HTML is shown as
//! the text that it is; a link becomes a link only when it is a DOI, since a report must not send
//! its reader elsewhere unasked. Other addresses are printed.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::{
    Block, Section,
    text::{Inline, Text},
};

/// The text as sections: what stands before the first heading, then one section per heading.
/// `prefix` begins the anchors.
pub fn sections(markdown: &str, prefix: &str) -> (Vec<Block>, Vec<Section>) {
    let mut writer = Writer::default();
    // Marks behind headings (`{#results}`) are the study format's business.
    let options = Options::ENABLE_SMART_PUNCTUATION | Options::ENABLE_HEADING_ATTRIBUTES;
    for event in Parser::new_ext(markdown, options) {
        writer.take(event);
    }
    writer.end_paragraph();
    let mut parts = writer.parts.into_iter();
    let preface = parts.next().map(|part| part.blocks).unwrap_or_default();
    let sections = parts
        .enumerate()
        .map(|(position, part)| Section {
            id: format!("{prefix}-{}", position + 1),
            ..part
        })
        .collect();
    (preface, sections)
}

struct Writer {
    parts: Vec<Section>,
    text: Text,
    style: Vec<Style>,
    /// Open lists: whether ordered, and the items so far.
    lists: Vec<(bool, Vec<Text>)>,
    heading: Option<HeadingLevel>,
    link: Option<(String, usize)>,
}

#[derive(Clone, Copy)]
enum Style {
    Strong,
    Emphasis,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            parts: vec![Section::default()],
            text: Text::default(),
            style: Vec::new(),
            lists: Vec::new(),
            heading: None,
            link: None,
        }
    }
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => {
                self.write(&words);
            }
            Event::Code(code) => self.text.0.push(Inline::Code(code.into_string())),
            Event::SoftBreak | Event::HardBreak => self.write(" "),
            Event::Rule => self.end_paragraph(),
            _ => {}
        }
    }

    fn write(&mut self, words: &str) {
        let words = words.to_owned();
        self.text.0.push(match self.style.last() {
            Some(Style::Strong) => Inline::Strong(words),
            Some(Style::Emphasis) => Inline::Emphasis(words),
            None => Inline::Plain(words),
        });
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Strong => self.style.push(Style::Strong),
            Tag::Emphasis => self.style.push(Style::Emphasis),
            Tag::Link { dest_url, .. } => {
                self.link = Some((dest_url.to_string(), self.text.0.len()));
            }
            Tag::Heading { level, .. } => {
                self.end_paragraph();
                self.heading = Some(*level);
            }
            Tag::List(first) => {
                self.end_paragraph();
                self.lists.push((first.is_some(), Vec::new()));
            }
            Tag::Item | Tag::Paragraph | Tag::HtmlBlock if self.lists.is_empty() => {
                self.end_paragraph();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis => {
                self.style.pop();
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Item => {
                let text = std::mem::take(&mut self.text);
                if let Some((_, items)) = self.lists.last_mut() {
                    items.push(text);
                }
            }
            TagEnd::List(_) => self.end_list(),
            TagEnd::Paragraph if !self.lists.is_empty() => self.write(" "),
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::CodeBlock | TagEnd::BlockQuote(_) => {
                self.end_paragraph();
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        let is_blank = text.words(&str::to_owned).trim().is_empty();
        if !is_blank && let Some(part) = self.parts.last_mut() {
            part.push(Block::OwnParagraph(text));
        }
    }

    /// A title (level 1) is the report's own business; level 2 begins a section, what lies deeper stays
    /// within it under a subheading. A text without level 2 above begins its section where it can.
    fn end_heading(&mut self) {
        let title = std::mem::take(&mut self.text);
        match self.heading.take() {
            Some(HeadingLevel::H1) | None => {}
            Some(level) => {
                let title = Text::own(title.words(&str::to_owned));
                match self.parts.last_mut() {
                    Some(part) if level > HeadingLevel::H2 && !part.title.is_empty() => {
                        part.push(Block::Subheading(title));
                    }
                    _ => self.parts.push(Section::new("", title)),
                }
            }
        }
    }

    fn end_list(&mut self) {
        let Some((ordered, items)) = self.lists.pop() else {
            return;
        };
        // A list within a list reads on as further items of the outer one.
        if let Some((_, outer)) = self.lists.last_mut() {
            outer.extend(items);
        } else if let Some(part) = self.parts.last_mut() {
            part.push(Block::List { ordered, items });
        }
    }

    fn end_link(&mut self) {
        let Some((address, from)) = self.link.take() else {
            return;
        };
        let doi = ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/"]
            .iter()
            .find_map(|resolver| address.strip_prefix(resolver));
        let label = Text(self.text.0[from..].to_vec()).words(&str::to_owned);
        match doi {
            Some(doi) if label.contains(doi) => {
                self.text.0.truncate(from);
                self.text.0.push(Inline::Doi(doi.to_owned()));
            }
            Some(doi) => {
                self.text.0.push(" (".into());
                self.text.0.push(Inline::Doi(doi.to_owned()));
                self.text.0.push(")".into());
            }
            None if is_printable(&address) && address != label => {
                self.text.0.push(format!(" ({address})").into());
            }
            None => {}
        }
    }
}

fn is_printable(address: &str) -> bool {
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expected: &str) {
        let (preface, parts) = sections(markdown, "page");
        let mut seen = String::new();
        for block in &preface {
            seen += &format!("{}\n", block_words(block));
        }
        for part in parts {
            seen += &format!("[{}] {}\n", part.id, part.title.words(&str::to_owned));
            for block in &part.blocks {
                seen += &format!("{}\n", block_words(block));
            }
        }
        assert_eq!(seen, expected);
    }

    fn block_words(block: &Block) -> String {
        match block {
            Block::OwnParagraph(text) => text.words(&str::to_owned),
            Block::List { items, .. } => items
                .iter()
                .map(|item| format!("- {}", item.words(&str::to_owned).trim()))
                .collect::<Vec<_>>()
                .join("\n"),
            Block::Subheading(text) => format!("= {}", text.words(&str::to_owned)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn headings_begin_sections_and_the_title_is_left_to_the_report() {
        check(
            "# Title\n\nBefore.\n\n## Background\n\nOne *two* **three**.\n\n- a\n- b\n",
            "Before.\n[page-1] Background\nOne two three.\n- a\n- b\n",
        );
    }

    #[test]
    fn headings_within_a_section_stay_in_it() {
        check(
            "## Results\n\n### Found\n\nOne.\n\n### Not found\n\nTwo.\n\n## After\n",
            "[page-1] Results\n= Found\nOne.\n= Not found\nTwo.\n[page-2] After\n",
        );
    }

    #[test]
    fn deep_headings_alone_begin_sections() {
        check("### Found\n\nOne.\n", "[page-1] Found\nOne.\n");
    }

    #[test]
    fn raw_html_stays_text() {
        check(
            "<script>alert(1)</script>\n\nA <b onclick=\"x\">b</b>.\n",
            "<script>alert(1)</script>\n\nA <b onclick=\"x\">b</b>.\n",
        );
    }

    #[test]
    fn only_dois_become_links() {
        check(
            "[a](https://example.org/x) [b](javascript:alert(1)) [c](https://doi.org/10.1/2)\n",
            "a (https://example.org/x) b c (https://doi.org/10.1/2)\n",
        );
    }
}
