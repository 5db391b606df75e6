//! CSV and its cousins: columns separated by comma, semicolon or tab.

use csv::{ReaderBuilder, StringRecord};

use super::{MOST_COLUMNS, Table, text_encoding::decode};
use crate::data_fault::DataFault;

/// Reads a text. The separator is the one of comma, semicolon and tab that the first line has most
/// of, outside quotation marks; with semicolons, a comma in a number is a decimal comma.
pub(super) fn read(bytes: &[u8]) -> Result<Table, DataFault> {
    let (text, encoding_is_assumed) = decode(bytes)?;
    let separator = separator(&text);
    let mut table = Table {
        decimal_comma: separator == b';',
        ..Table::default()
    };
    if encoding_is_assumed {
        table.notice(None, DataFault::EncodingAssumed);
    }
    table.text.reserve(text.len());
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut record, mut number) = (StringRecord::new(), 0);
    loop {
        let start = reader.position().byte() as usize;
        // The text is UTF-8 and lies in memory: nothing is left that could fail.
        if !reader.read_record(&mut record).unwrap_or(false) {
            break;
        }
        let end = reader.position().byte() as usize;
        // The reader passes over blank lines; a spreadsheet counts them as rows.
        number += 1 + blank_lines(&text, start);
        if end == text.len() && is_unclosed(&text[start..], &record) {
            table.notice(Some(number), DataFault::UnclosedQuote);
        }
        add_record(&mut table, number, &record)?;
    }
    table.finished()
}

fn add_record(table: &mut Table, number: u32, record: &StringRecord) -> Result<(), DataFault> {
    if table.headings.is_empty() {
        return table.set_headings(record.iter());
    }
    if record.len() > MOST_COLUMNS {
        return Err(DataFault::TooManyColumns {
            limit: MOST_COLUMNS,
        });
    }
    let (cells, headings) = (record.len(), table.headings.len());
    let is_blank = record.iter().all(|cell| cell.trim().is_empty());
    if cells < headings && !is_blank {
        table.notice(
            Some(number),
            DataFault::FewerCellsThanHeadings { cells, headings },
        );
    }
    table.add_row(number, record.iter())
}

fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                for (separator, count) in &mut counts {
                    *count += usize::from(*separator == byte);
                }
            }
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let chosen = counts.iter().find(|(_, count)| *count == most);
    chosen.map_or(b',', |(separator, _)| *separator)
}

/// Line ends between `start`, where the reader went on, and the record that it found.
pub(crate) fn blank_lines(text: &str, start: usize) -> u32 {
    // Of a line end of two characters the reader takes the second with the next record.
    let is_rest = text[..start].ends_with('\r') && text[start..].starts_with('\n');
    let gap = &text[start + usize::from(is_rest)..];
    let gap = &gap[..gap.len() - gap.trim_start_matches(['\r', '\n']).len()];
    let n_line_ends = gap.len() - gap.matches("\r\n").count();
    u32::try_from(n_line_ends).unwrap_or(u32::MAX)
}

/// Whether a record runs over several lines though its quotation marks do not pair.
pub(crate) fn is_unclosed(raw: &str, record: &StringRecord) -> bool {
    let has_line_break = |cell: &str| cell.contains(['\n', '\r']);
    record.iter().any(has_line_break) && raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::data_fault::DataFault;

    /// Row numbers and cells, as `number: cell | cell`.
    fn shown(text: &str) -> Vec<String> {
        let table = read(text.as_bytes()).expect("readable");
        (0..table.n_rows())
            .map(|row| {
                let cells: Vec<&str> = (0..table.headings.len())
                    .map(|column| table.cell(row, column))
                    .collect();
                format!("{}: {}", table.row_number(row), cells.join(" | "))
            })
            .collect()
    }

    #[test]
    fn separators_line_ends_quotes_and_blank_lines_are_read() {
        for (what, text, expected) in [
            ("commas", "a,b\n1,2\n", vec!["2: 1 | 2"]),
            ("semicolons", "a;b\n1,5;2\n", vec!["2: 1,5 | 2"]),
            ("tabs", "a\tb\n1\t2", vec!["2: 1 | 2"]),
            (
                "CRLF",
                "a,b\r\n1,2\r\n3,4\r\n",
                vec!["2: 1 | 2", "3: 3 | 4"],
            ),
            ("old Mac", "a,b\r1,2\r", vec!["2: 1 | 2"]),
            ("spaces", " a , b \n 1 ,\u{a0}2\u{a0}\n", vec!["2: 1 | 2"]),
            (
                "blank line",
                "a,b\n\n1,2\n\r\n\n3,4\n",
                vec!["3: 1 | 2", "6: 3 | 4"],
            ),
            ("blank lines before", "\n\na,b\n1,2\n", vec!["4: 1 | 2"]),
            ("empty row", "a,b\n,\n1,2\n", vec!["3: 1 | 2"]),
            (
                "quoted line break",
                "a,b\n\"x\ny\",2\n3,4\n",
                vec!["2: x\ny | 2", "3: 3 | 4"],
            ),
            (
                "quoted separator",
                "a,\"b,c\"\n1,\"2,3\"\n",
                vec!["2: 1 | 2,3"],
            ),
            (
                "double quote",
                "a,b\n\"say \"\"hi\"\"\",2\n",
                vec!["2: say \"hi\" | 2"],
            ),
            ("short row", "a,b,c\n1\n", vec!["2: 1 |  | "]),
            ("trailing separators", "a,b,,\n1,2,,\n", vec!["2: 1 | 2"]),
            ("one column", "a\n1\n2\n", vec!["2: 1", "3: 2"]),
        ] {
            assert_eq!(shown(text), expected, "{what}");
        }
    }

    #[test]
    fn only_semicolons_make_the_comma_a_decimal_comma() {
        for (text, expected) in [("a;b\n", true), ("a,b\n", false), ("a\tb\n", false)] {
            assert_eq!(
                read(text.as_bytes()).map(|table| table.decimal_comma),
                Ok(expected)
            );
        }
    }

    #[test]
    fn odd_rows_are_noticed() {
        let table = read(b"a,b\n1\n1,2,3\n4,\"5\n6,7\n").expect("readable");
        let faults: Vec<_> = table
            .notices
            .iter()
            .map(|n| (n.row, n.fault.title()))
            .collect();
        assert_eq!(
            faults,
            [
                (Some(2), "fewer cells than headings"),
                (Some(3), "more cells than headings"),
                (Some(4), "unclosed quotation mark"),
            ]
        );
    }

    #[test]
    fn a_file_without_headings_is_empty() {
        for text in ["", ",,,\n", "\n\n"] {
            assert_eq!(read(text.as_bytes()).map(|_| ()), Err(DataFault::EmptyFile));
        }
    }
}
