//! Every profile in every format, and what each must hold and must not.

use attune_document::{DocumentSettings, figure_files, pdf};
use attune_report::{Profile, Quotation, Report, compose_for, html};

use crate::{
    fixture,
    programs::{ask, file, text_of_pdf},
};

fn report_for(profile: Profile) -> Report {
    let study = fixture::study();
    let quotations = [Quotation {
        words: "She looked at me and I thought: you know me.".to_owned(),
        speaker: "A mother".to_owned(),
    }];
    compose_for(&study.protocol, &study.findings, profile, &quotations)
}

#[test]
fn the_commissioners_summary_keeps_to_two_pages() {
    let report = report_for(Profile::Commissioner);
    let made = pdf(&report, DocumentSettings::default()).expect("it can be typeset");
    assert!(made.n_pages <= 2, "{} pages", made.n_pages);
    assert!(
        made.short_of_accessible.is_empty(),
        "{:?}",
        made.short_of_accessible
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(folder.path(), "brief.pdf", &made.bytes);
    ask("qpdf", &["--check", "FILE"], &path);
    if let Some(text) = text_of_pdf(&path) {
        for said in [
            "Whom it reached",
            "Compared with what",
            "Who came",
            "What changed",
            "What cannot be said",
            "you know me.",
        ] {
            assert!(text.contains(said), "`{said}` is not in the text");
        }
    }
}

#[test]
fn plain_words_name_no_statistic() {
    let page = html(&report_for(Profile::Lay));
    let main = page
        .split("<main>")
        .nth(1)
        .and_then(|rest| rest.split("</main>").next());
    let main = main.unwrap_or_default();
    assert!(main.contains("What was found, and what was not"));
    for word in [
        "dyads",
        "a dyad",
        "% CI",
        "p = ",
        "Hedges",
        "p value",
        "mixed model",
        "significant",
    ] {
        assert!(
            !main.to_lowercase().contains(&word.to_lowercase()),
            "`{word}` is in the lay summary"
        );
    }
}

#[test]
fn references_within_a_profile_lead_to_what_it_has() {
    for profile in Profile::ALL {
        let page = html(&report_for(profile));
        let ids: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for target in page
            .split("href=\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                ids.contains(&target),
                "{profile:?}: #{target} leads nowhere"
            );
        }
        for dangling in ["finding-mental", ">methods-", ">estimates<"] {
            assert!(
                !page.contains(&format!(">{dangling}")),
                "{profile:?}: {dangling}"
            );
        }
    }
}

#[test]
fn all_profiles_can_be_typeset_and_say_that_their_data_are_made_up() {
    for profile in [Profile::Journal, Profile::Lay, Profile::Annex] {
        let made =
            pdf(&report_for(profile), DocumentSettings::default()).expect("it can be typeset");
        assert!(
            made.short_of_accessible.is_empty(),
            "{profile:?}: {:?}",
            made.short_of_accessible
        );
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = file(folder.path(), "report.pdf", &made.bytes);
        if let Some(text) = text_of_pdf(&path) {
            assert!(text.contains("Simulated data"), "{profile:?}");
        }
    }
}

#[test]
fn figures_come_as_vectors_pixels_numbers_and_a_caption() {
    let figures = figure_files(&report_for(Profile::Full)).expect("figures can be drawn");
    assert!(figures.len() > 3);
    for figure in figures {
        assert!(figure.svg.starts_with("<svg ") && figure.png.starts_with(b"\x89PNG"));
        assert!(
            figure.csv.lines().count() > 1,
            "{} has no numbers",
            figure.name
        );
        assert!(!figure.caption.contains('\n') && figure.caption.ends_with("Simulated data."));
        let width = u32::from_be_bytes([
            figure.png[16],
            figure.png[17],
            figure.png[18],
            figure.png[19],
        ]);
        assert_eq!(width, 1800, "{}", figure.name);
    }
}
