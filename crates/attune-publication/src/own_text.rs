//! Markdown of a study's team as HTML. Raw HTML is shown as the text that it is, pictures give way to their
//! description, and a link leads only to the web, to an e-mail address or to a telephone.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// The Markdown as HTML that may stand in a page.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_TABLES;
    let mut links = Vec::new();
    let events = Parser::new_ext(markdown, options).filter_map(|event| safe(event, &mut links));
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

/// The words alone, in one line, for descriptions.
pub fn words(markdown: &str) -> String {
    let mut text = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The event as it may stand in a page. `links` holds whether each open link may stay.
fn safe<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    Some(match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Link {
            dest_url,
            title,
            link_type,
            id,
        }) => {
            let may_stay = leads_somewhere(&dest_url);
            links.push(may_stay);
            if !may_stay {
                return None;
            }
            Event::Start(Tag::Link {
                dest_url,
                title,
                link_type,
                id,
            })
        }
        Event::End(TagEnd::Link) if links.pop() != Some(true) => return None,
        // Anchors are the page's own.
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        other => other,
    })
}

fn leads_somewhere(address: &CowStr<'_>) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_stays_text() {
        for (markdown, expected) in [
            (
                "a <b onclick=\"x\">b</b>",
                "<p>a &lt;b onclick=\"x\"&gt;b&lt;/b&gt;</p>\n",
            ),
            (
                "<script>x</script>\n",
                "<p>&lt;script&gt;x&lt;/script&gt;\n</p>\n",
            ),
            ("[a](javascript:x) b", "<p>a b</p>\n"),
            ("![a baby](https://x.org/i.png)", "<p>a baby</p>\n"),
            (
                "[a](https://x.org)",
                "<p><a href=\"https://x.org\">a</a></p>\n",
            ),
            ("## H {#x onclick=y}", "<h2>H</h2>\n"),
        ] {
            assert_eq!(to_html(markdown), expected, "{markdown}");
        }
    }

    #[test]
    fn words_alone_are_one_line() {
        assert_eq!(words("# A\n\nb *c*, d\ne\n\n- f\n"), "A b c, d e f");
    }
}
