//! The parts of the file and how they are zipped: always in the same order, with one day for all
//! entries, so that the same report gives the same bytes.

use std::io::{Cursor, Write};

use attune_report::{Report, TableStyle};
use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{Body, table::TEXT_WIDTH, xml::escape};
use crate::{DocumentError, DocumentSettings};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

/// Every machine has it, or one with letters of the same widths.
const FONT: &str = "Times New Roman";

/// How many levels of headings there are.
const LEVELS: usize = 4;

pub(super) fn package(
    report: &Report,
    settings: DocumentSettings<'_>,
    body: &Body<'_>,
) -> Result<Vec<u8>, DocumentError> {
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        part(
            "[Content_Types].xml",
            include_str!("parts/content_types.xml"),
        ),
        part("_rels/.rels", include_str!("parts/package.rels")),
        part("docProps/core.xml", &core_properties(report, settings)),
        part("docProps/app.xml", include_str!("parts/app.xml")),
        part("word/document.xml", &document(report, body)),
        part("word/_rels/document.xml.rels", &relationships(body)),
        part("word/styles.xml", &styles(report)),
        part("word/numbering.xml", &numbering(body)),
        part("word/settings.xml", include_str!("parts/settings.xml")),
        part("word/header1.xml", &header(report)),
        part("word/footer1.xml", &footer(report)),
    ];
    for (place, picture) in body.pictures.iter().enumerate() {
        parts.push((
            format!("word/media/figure{}.png", place + 1),
            picture.clone(),
        ));
    }
    zipped(&parts).map_err(|error| DocumentError::Package(error.to_string()))
}

fn part(name: &str, text: &str) -> (String, Vec<u8>) {
    (name.to_owned(), text.as_bytes().to_vec())
}

fn zipped(parts: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn document(report: &Report, body: &Body<'_>) -> String {
    let header = match report.mark() {
        Some(_) => "<w:headerReference w:type=\"default\" r:id=\"rIdHeader\"/>",
        None => "",
    };
    format!(
        "{DECLARATION}<w:document {NAMESPACES}><w:body>\n{}<w:sectPr>{header}<w:footerReference w:type=\"default\" r:id=\"rIdFooter\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1361\" w:right=\"1247\" w:bottom=\"1304\" w:left=\"1247\" w:header=\"624\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>\n",
        body.xml
    )
}

fn relationships(body: &Body<'_>) -> String {
    const BASE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut all = String::new();
    let mut relate = |id: &str, kind: &str, target: &str| {
        all += &format!("<Relationship Id=\"{id}\" Type=\"{BASE}/{kind}\" Target=\"{target}\"/>\n");
    };
    relate("rIdStyles", "styles", "styles.xml");
    relate("rIdNumbering", "numbering", "numbering.xml");
    relate("rIdSettings", "settings", "settings.xml");
    relate("rIdHeader", "header", "header1.xml");
    relate("rIdFooter", "footer", "footer1.xml");
    for number in 1..=body.pictures.len() {
        relate(
            &format!("rIdPicture{number}"),
            "image",
            &format!("media/figure{number}.png"),
        );
    }
    format!(
        "{DECLARATION}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\n{all}</Relationships>\n"
    )
}

fn core_properties(report: &Report, settings: DocumentSettings<'_>) -> String {
    let people: Vec<&str> = report
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let day = settings.date.map_or_else(String::new, |date| {
        let day = format!("{:04}-{:02}-{:02}T00:00:00Z", date.year, date.month, date.day);
        format!(
            "<dcterms:created xsi:type=\"dcterms:W3CDTF\">{day}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{day}</dcterms:modified>"
        )
    });
    let subject = match report.mark() {
        Some(mark) => format!("{} ({})", report.profile.kind(), mark.to_lowercase()),
        None => report.profile.kind().to_owned(),
    };
    format!(
        "{DECLARATION}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:subject>{}</dc:subject><dc:creator>{}</dc:creator><dc:language>en-GB</dc:language>{day}</cp:coreProperties>\n",
        escape(&report.title),
        escape(&subject),
        escape(&people.join("; ")),
    )
}

/// The styles: what is the same for all, and what a journal wants otherwise (12 point, double spaced).
fn styles(report: &Report) -> String {
    let is_journal = report.profile.table_style() == TableStyle::Apa;
    let is_brief = report.profile.is_brief();
    let (size, line) = match (is_journal, is_brief) {
        (true, _) => (24, 480),
        (false, true) => (19, 252),
        (false, false) => (22, 276),
    };
    let (heading_size, before, after) = match is_brief {
        true => (25, 200, 60),
        false => (36, 480, 160),
    };
    let mut styles = include_str!("parts/styles.xml")
        .replace("{font}", FONT)
        .replace("{size}", &size.to_string())
        .replace("{line}", &line.to_string())
        .replace("{heading-size}", &heading_size.to_string())
        .replace("{heading-before}", &before.to_string())
        .replace("{heading-after}", &after.to_string())
        .replace("{text-width}", &(TEXT_WIDTH.round() as i64).to_string());
    for level in 1..=LEVELS {
        let numbered = match report.profile.numbers_sections() {
            true => format!(
                "<w:numPr><w:ilvl w:val=\"{}\"/><w:numId w:val=\"1\"/></w:numPr>",
                level - 1
            ),
            false => String::new(),
        };
        styles = styles.replace(&format!("{{number-{level}}}"), &numbered);
    }
    styles
}

/// Numbering of headings, bullets, and one numbering per ordered list.
fn numbering(body: &Body<'_>) -> String {
    let mut headings = String::new();
    let mut number = String::new();
    for level in 0..LEVELS {
        if level > 0 {
            number.push('.');
        }
        number += &format!("%{}", level + 1);
        headings += &format!(
            "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:pStyle w:val=\"Heading{}\"/><w:suff w:val=\"space\"/><w:lvlText w:val=\"{number}\u{2002}\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"0\" w:firstLine=\"0\"/></w:pPr></w:lvl>",
            level + 1
        );
    }
    const ITEM: &str =
        "<w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"397\" w:hanging=\"284\"/></w:pPr></w:lvl>";
    let mut numbers = String::from(
        "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num><w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/></w:num>",
    );
    for list in 0..body.n_ordered {
        numbers += &format!(
            "<w:num w:numId=\"{}\"><w:abstractNumId w:val=\"2\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>",
            list + 3
        );
    }
    format!(
        "{DECLARATION}<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId=\"0\"><w:multiLevelType w:val=\"multilevel\"/>{headings}</w:abstractNum><w:abstractNum w:abstractNumId=\"1\"><w:multiLevelType w:val=\"hybridMultilevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"–\"/>{ITEM}</w:abstractNum><w:abstractNum w:abstractNumId=\"2\"><w:multiLevelType w:val=\"hybridMultilevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/>{ITEM}</w:abstractNum>{numbers}</w:numbering>\n"
    )
}

fn header(report: &Report) -> String {
    let words = report.mark().unwrap_or_default();
    format!(
        "{DECLARATION}<w:hdr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val=\"Header\"/><w:jc w:val=\"right\"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p></w:hdr>\n"
    )
}

fn footer(report: &Report) -> String {
    let mark = report
        .mark()
        .map_or_else(String::new, |mark| format!("{mark} · "));
    // A long title would push the page number to a second line.
    let title: String = match report.title.char_indices().nth(84) {
        Some((at, _)) => format!("{}…", report.title[..at].trim_end()),
        None => report.title.clone(),
    };
    let field = |name: &str| {
        format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:t>1</w:t></w:r></w:fldSimple>")
    };
    format!(
        "{DECLARATION}<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{mark}{}</w:t></w:r><w:r><w:tab/></w:r>{}<w:r><w:t xml:space=\"preserve\"> / </w:t></w:r>{}</w:p></w:ftr>\n",
        escape(&title),
        field("PAGE"),
        field("NUMPAGES"),
    )
}
