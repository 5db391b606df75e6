//! XML as a tree, for the formats that are XML: no document type, no entities of its own, bounded
//! depth and size.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::CodingFault;

/// Most elements within each other; real files have seven.
const DEEPEST: usize = 64;
/// Most elements of a file: 400,000 annotations with their slots and values.
const MOST_ELEMENTS: usize = 2_000_000;
/// Most attributes of an element; real ones have nine.
const MOST_ATTRIBUTES: usize = 64;

/// An element.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    pub name: String,
    /// Attributes in the order of the file.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// An element with attributes.
    pub fn new(name: &str, attributes: &[(&str, &str)]) -> Self {
        Self {
            name: name.to_owned(),
            attributes: attributes
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            children: Vec::new(),
        }
    }

    /// The same element with this one added at its end.
    pub fn with(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// The same element with this text added at its end.
    pub fn with_text(mut self, text: &str) -> Self {
        self.children.push(Node::Text(text.to_owned()));
        self
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// An attribute's value, unless it is empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.attribute(name).filter(|value| !value.is_empty())
    }

    /// Elements right within it.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Elements of this name right within it.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.elements().filter(move |element| element.name == name)
    }

    /// All text within it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for child in &self.children {
            match child {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) => text.push_str(&element.text()),
            }
        }
        text
    }

    /// As a file: declaration, then the element, indented where it holds no text.
    pub fn to_xml(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut xml, 0);
        xml
    }

    fn write(&self, xml: &mut String, depth: usize) {
        let indent = "    ".repeat(depth);
        xml.push_str(&format!("{indent}<{}", self.name));
        for (key, value) in &self.attributes {
            xml.push_str(&format!(" {key}=\"{}\"", escaped(value, true)));
        }
        let is_blank = |child: &Node| matches!(child, Node::Text(text) if text.trim().is_empty());
        let has_text = self
            .children
            .iter()
            .any(|c| matches!(c, Node::Text(_)) && !is_blank(c))
            || (!self.children.is_empty() && self.elements().next().is_none());
        if self.children.is_empty() {
            xml.push_str("/>\n");
        } else if has_text {
            xml.push('>');
            self.write_inline(xml);
            xml.push_str(&format!("</{}>\n", self.name));
        } else {
            xml.push_str(">\n");
            for element in self.elements() {
                element.write(xml, depth + 1);
            }
            xml.push_str(&format!("{indent}</{}>\n", self.name));
        }
    }

    fn write_inline(&self, xml: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(text) => xml.push_str(&escaped(text, false)),
                Node::Element(element) => {
                    let mut inner = String::new();
                    element.write(&mut inner, 0);
                    xml.push_str(inner.trim_end_matches('\n'));
                }
            }
        }
    }
}

fn escaped(text: &str, is_attribute: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' if is_attribute => escaped.push_str("&quot;"),
            '\n' | '\t' if is_attribute => escaped.push_str(&format!("&#{};", character as u32)),
            '\r' => escaped.push_str("&#13;"),
            // Characters that XML cannot hold at all.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                escaped.push('\u{fffd}');
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// The root element of a text.
pub(super) fn parse(text: &str) -> Result<Element, CodingFault> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut root, mut n) = (Vec::<Element>::new(), None, 0);
    loop {
        let at = reader.buffer_position();
        let place = || line_of(text, at);
        let event = reader
            .read_event()
            .map_err(|error| malformed(place(), &error))?;
        match event {
            Event::Start(start) | Event::Empty(start) if root.is_some() => {
                let what = format!("`{}` after the end of the document", start.name().as_ref());
                return Err(malformed(place(), &what));
            }
            Event::Start(_) | Event::Empty(_) if n == MOST_ELEMENTS => {
                let what = format!("more than {MOST_ELEMENTS} elements");
                return Err(too_much(place(), what));
            }
            Event::Start(start) => {
                open.push(element(&start, place)?);
                n += 1;
                if open.len() > DEEPEST {
                    let what = format!("more than {DEEPEST} elements within each other");
                    return Err(too_much(place(), what));
                }
            }
            Event::Empty(start) => {
                n += 1;
                close(element(&start, place)?, &mut open, &mut root);
            }
            // The reader itself checks that it fits the last one opened.
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character.to_string()),
                    _ => predefined(&name).map(str::to_owned),
                };
                let resolved = resolved.ok_or_else(|| unknown_entity(place(), &name))?;
                add_text(&mut open, &resolved);
            }
            Event::DocType(_) => return Err(document_type(place())),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(element) = open.last() {
        return Err(CodingFault::of_file(
            format!("the file ends within `{}`", element.name),
            "it was cut off: copy it again, or look for an older copy",
        ));
    }
    root.ok_or_else(|| {
        CodingFault::of_file(
            "there is no XML in the file",
            "see whether it is the right file",
        )
    })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(element)),
        None => *root = Some(element),
    }
}

fn add_text(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else {
        return;
    };
    match element.children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => element.children.push(Node::Text(text.to_owned())),
    }
}

fn element(start: &BytesStart<'_>, place: impl Fn() -> String) -> Result<Element, CodingFault> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    // The reader would compare each with each before the first is counted.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed(place(), &error))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(place(), &error))?;
        let key = attribute.key.as_ref();
        if attributes.iter().any(|(known, _)| known == key) {
            return Err(malformed(place(), &format!("`{key}` is there twice")));
        }
        if attributes.len() == MOST_ATTRIBUTES {
            let what = format!("an element with more than {MOST_ATTRIBUTES} attributes");
            return Err(too_much(place(), what));
        }
        attributes.push((key.to_owned(), value.into_owned()));
    }
    Ok(Element {
        name: start.name().as_ref().to_owned(),
        attributes,
        children: Vec::new(),
    })
}

fn predefined(name: &str) -> Option<&'static str> {
    match name {
        "lt" => Some("<"),
        "gt" => Some(">"),
        "amp" => Some("&"),
        "apos" => Some("'"),
        "quot" => Some("\""),
        _ => None,
    }
}

fn line_of(text: &str, at: u64) -> String {
    let read = usize::try_from(at)
        .ok()
        .and_then(|at| text.get(..at))
        .unwrap_or(text);
    format!("line {}", 1 + read.matches('\n').count())
}

fn malformed(place: String, error: &impl ToString) -> CodingFault {
    let what = format!("not well-formed XML ({})", error.to_string());
    CodingFault::new(place, what, "open it in its program and save it again")
}

fn too_much(place: String, what: String) -> CodingFault {
    let remedy = "no coding tool writes such files: see where it comes from";
    CodingFault::new(place, what, remedy)
}

fn document_type(place: String) -> CodingFault {
    CodingFault::new(
        place,
        "the file has a document type definition, through which a file can reach other files",
        "coding tools write none: see where it comes from",
    )
}

fn unknown_entity(place: String, name: &str) -> CodingFault {
    CodingFault::new(
        place,
        format!("the entity `&{name};` is not one of XML's own"),
        "coding tools write none: see where it comes from",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Element, parse};

    #[test]
    fn asvs_1_5_1_hostile_and_cut_documents_are_refused() {
        let deep = "<a>".repeat(100_000);
        for (text, says) in [
            ("", "no XML"),
            ("plain", "no XML"),
            (
                "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
                "document type",
            ),
            ("<a>&x;</a>", "entity"),
            ("<a b=\"&x;\"/>", "not well-formed"),
            (deep.as_str(), "within each other"),
            ("<a><b>", "ends within `b`"),
            ("<a></b>", "not well-formed"),
            ("<a/><b/>", "after the end"),
            ("<a b=1/>", "not well-formed"),
            ("<a b=\"1\" b=\"2\"/>", "`b` is there twice"),
            (&many_attributes(), "more than 64 attributes"),
            (&"<a/>".repeat(10), "after the end"),
        ] {
            let fault = parse(text).expect_err(says).to_string();
            assert!(fault.contains(says), "{fault}");
        }
    }

    fn many_attributes() -> String {
        let attributes: String = (0..65).map(|n| format!(" a{n}=\"1\"")).collect();
        format!("<a{attributes}/>")
    }

    #[test]
    fn very_many_elements_or_attributes_are_refused_before_they_fill_the_memory() {
        let flat = format!("<a>{}</a>", "<b/>".repeat(super::MOST_ELEMENTS));
        let wide: String = (0..200_000).map(|n| format!(" a{n}=\"1\"")).collect();
        for (text, says) in [(flat, "elements"), (format!("<a{wide}/>"), "attributes")] {
            let fault = parse(&text).expect_err(says).to_string();
            assert!(
                fault.contains("more than") && fault.contains(says),
                "{fault}"
            );
        }
    }

    proptest! {
            #[test]
    fn what_is_written_is_read_again(value in "[\\PC\n\t]{0,12}", text in "[a-z&<>\"][\\PC\n\t]{0,12}") {
                let element = Element::new("a", &[("b", &value)]).with_text(&text);
                prop_assert_eq!(parse(&element.to_xml()), Ok(element));
            }

            #[test]
            fn no_text_makes_the_parser_fall_over(text in "[<>/!&;=\"'a-c \\[\\]?-]{0,80}") {
                let _ = parse(&text);
            }
        }
}
