//! Codebooks for interviews.

use super::Checking;
use crate::{
    codebook::{Code, Codebook},
    id::CodebookId,
    written::Written,
};

impl Checking<'_> {
    pub(super) fn codebooks(&mut self, root: &Written) -> Vec<Codebook> {
        let mut codebooks = Vec::new();
        for table in root.tables("codebook") {
            let codes = self.codes(table);
            let parts = (
                table.text("id"),
                table.string("title"),
                table.count("version"),
            );
            if let (Some(id), Some(title), Some(version)) = parts {
                codebooks.push(Codebook {
                    id: CodebookId::new(id),
                    title,
                    version,
                    codes,
                });
            }
        }
        codebooks
    }

    fn codes(&mut self, codebook: &Written) -> Vec<Code> {
        let tables: Vec<_> = codebook.tables("code").collect();
        let mut codes = Vec::new();
        for (position, table) in tables.iter().enumerate() {
            if let Some(parent) = table.text_at("parent") {
                let is = |other: &&Written| other.text("id") == Some(parent.text);
                let stands_before = tables[..position].iter().any(is);
                // A parent that does not exist at all has been reported.
                if !stands_before && tables.iter().any(is) {
                    self.reading.error(
                        parent.at,
                        format!(
                            "the parent '{}' does not stand before its child",
                            parent.text
                        ),
                        "write parents before children",
                    );
                }
            }
            codes.extend(code(table));
        }
        codes
    }
}

fn code(table: &Written) -> Option<Code> {
    Some(Code {
        id: table.string("id")?,
        label: table.string("label")?,
        parent: table.string("parent"),
        definition: table.string("definition")?,
        include: table.string("include"),
        exclude: table.string("exclude"),
        example: table.string("example"),
        colour: table.string("colour"),
    })
}
