//! Documents from findings made by hand: what stands in them, that outside readers open them, that
//! nothing in a study's texts is taken for markup, that the same report gives the same bytes.

mod docx;
#[expect(dead_code, reason = "other tests use the rest of these studies")]
#[path = "../../../attune-report/tests/it/fixture.rs"]
mod fixture;
mod pdf;
mod profiles;
mod programs;

use attune_report::{Report, compose};
use fixture::Study;

fn report(study: &Study) -> Report {
    compose(&study.protocol, &study.findings)
}

/// Words that would do harm if any of them were read as markup, by Typst, XML or a field of Word.
const HOSTILE: &str = "#panic(\"no\") *stars* $x$ <w:b/> & @preview \\ \"quoted\" } ]]>";
