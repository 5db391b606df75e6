//! What every page holds, and what none may hold.

use attune_publication::{
    Analytics, COOKIES, Files, INDEX, Matomo, Place, Published, Settings, Visitor,
    choice::{Choice, Signals},
    cookies, cookies_page, publish, with_banner,
};

use crate::study::{example, page_only};

const EXAMPLES: [&str; 3] = ["hostel-clinic", "early-intervention", "baby-clinic-groups"];

fn examples(settings: &Settings) -> Files {
    let studies = EXAMPLES.map(example);
    let published: Vec<Published<'_>> = studies
        .iter()
        .map(|(protocol, findings)| Published {
            protocol,
            findings: Some(findings),
            quotations: &[],
        })
        .collect();
    publish(&published, settings)
}

fn with_tool() -> Settings {
    Settings {
        analytics: Analytics::Matomo(
            Matomo::at("https://stats.example.org/", 7).expect("an address"),
        ),
        ..Settings::default()
    }
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    let bytes = files
        .get(path)
        .unwrap_or_else(|| panic!("there is no {path}"));
    std::str::from_utf8(bytes).expect("pages are UTF-8")
}

fn pages(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    let is_page = |path: &&String| path.ends_with(".html");
    files
        .keys()
        .filter(is_page)
        .map(|path| (path.as_str(), text(files, path)))
}

/// The page without its drawings.
fn without_figures(page: &str) -> String {
    let mut rest = page;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("<svg ") {
        kept += before;
        rest = after.split_once("</svg>").map_or("", |(_, after)| after);
    }
    kept + rest
}

/// Values of an attribute, wherever it stands.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let pieces = page.split(attribute).skip(1);
    pieces.filter_map(|piece| piece.split('"').next()).collect()
}

#[test]
fn every_page_is_light_and_loads_nothing_from_elsewhere() {
    let files = examples(&Settings::default());
    let style = files["publication.css"].len();
    // Four of studies, and three about the site in two languages.
    assert_eq!(pages(&files).count(), 10);
    for (path, page) in pages(&files) {
        let weight = without_figures(page).len() + style;
        assert!(weight < 60 * 1024, "{path} has {weight} bytes");
        assert_eq!(values(page, "src=\""), Vec::<&str>::new(), "{path}");
        for link in values(page, "<link rel=\"stylesheet\" href=\"") {
            assert!(
                !link.contains(':') && !link.starts_with('/'),
                "{path} loads {link}"
            );
        }
        assert!(
            page.contains("content=\"default-src &#39;self&#39;; "),
            "{path} has its policy"
        );
        for forbidden in [
            " style=\"",
            "<style",
            " onclick",
            "javascript:",
            "@import",
            "url(",
        ] {
            assert!(!page.contains(forbidden), "{path} holds {forbidden}");
        }
    }
    assert!(!text(&files, "publication.css").contains("url("));
    assert!(!files.contains_key("choice.js"));
}

#[test]
fn every_link_within_the_publication_leads_to_a_file_or_an_anchor_of_it() {
    for settings in [Settings::default(), with_tool()] {
        let files = examples(&settings);
        for (path, page) in pages(&files) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for target in values(page, "href=\"") {
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let mut parts: Vec<&str> =
                    folder.split('/').filter(|part| !part.is_empty()).collect();
                for part in file.split('/').filter(|part| !part.is_empty()) {
                    match part {
                        ".." => drop(parts.pop()),
                        part => parts.push(part),
                    }
                }
                let led_to = if file.is_empty() {
                    path.to_owned()
                } else {
                    parts.join("/")
                };
                assert!(files.contains_key(&led_to), "{path} links to {target}");
                if !anchor.is_empty() {
                    let id = format!("id=\"{anchor}\"");
                    assert!(
                        text(&files, &led_to).contains(&id),
                        "{path} links to {target}"
                    );
                }
            }
        }
    }
}

#[test]
fn ids_are_unique_on_each_page() {
    for (path, page) in pages(&examples(&with_tool())) {
        let mut ids = values(page, " id=\"");
        let n = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), n, "{path}");
    }
}

#[test]
fn the_seed_s_page_has_what_the_seed_says() {
    let files = examples(&Settings::default());
    let page = text(&files, "baby-clinic-groups/index.html");
    for said in [
        "Parent-Infant Psychotherapy Baby Clinic Groups",
        "Michelle Sleed",
        "Jessica James",
        "Tessa Baradon",
        "Camden Health Visiting",
        "id=\"background\"",
        "id=\"aims\"",
        "id=\"methodology\"",
        "What was found",
        "What was not found",
        "https://doi.org/10.1111/j.2044-8341.2011.02050.x",
        "Completed",
    ] {
        assert!(page.contains(said), "the page does not say {said}");
    }
    assert!(!page.contains("Simulated data"));
    assert!(!page.contains("<figure"));
}

#[test]
fn numbers_are_those_of_the_findings_and_null_answers_stand_beside_the_others() {
    let (protocol, findings) = example("hostel-clinic");
    let published = Published {
        protocol: &protocol,
        findings: Some(&findings),
        quotations: &[],
    };
    let page = published.page("en", &Settings::default()).html;
    let plain = page.replace("&#39;", "'").replace("&#x27;", "'");
    for finding in &findings.findings {
        assert!(
            plain.contains(&finding.answer),
            "{} has its answer",
            finding.id
        );
    }
    for limit in &findings.cannot_show {
        assert!(plain.contains(limit), "{limit}");
    }
    assert!(
        page.contains("<figure") && page.contains("what the planned model gives at chosen times")
    );
}

#[test]
fn no_single_family_is_in_a_figure_or_its_file() {
    let (protocol, findings) = example("hostel-clinic");
    let published = Published {
        protocol: &protocol,
        findings: Some(&findings),
        quotations: &[],
    };
    let page = published.page("en", &Settings::default());
    let dyads: Vec<&str> = findings.findings[0]
        .figure
        .dyads
        .iter()
        .map(|d| d.dyad.as_str())
        .collect();
    assert!(dyads.len() > 50);
    for (path, bytes) in &page.files {
        let file = std::str::from_utf8(bytes).expect("text");
        assert!(!file.contains("class=\"raw"), "{path}");
        for dyad in &dyads {
            assert!(!file.contains(&format!(",{dyad},")), "{path} names {dyad}");
        }
    }
    let endings: Vec<&str> = page
        .files
        .iter()
        .filter_map(|(path, _)| path.rsplit('.').next())
        .collect();
    assert_eq!(endings, ["svg", "csv"]);
}

#[test]
fn results_that_are_not_released_are_nowhere() {
    let (mut protocol, findings) = example("hostel-clinic");
    protocol.study.results_released = false;
    let published = Published {
        protocol: &protocol,
        findings: Some(&findings),
        quotations: &[],
    };
    for language in published.languages() {
        let page = published.page(language, &Settings::default());
        assert!(page.files.is_empty());
        for hidden in ["<figure", "Main question", "What was found", "id=\"found"] {
            assert!(!page.html.contains(hidden), "{language}: {hidden}");
        }
    }
    let page = published.page("en", &Settings::default()).html;
    assert!(page.contains("Results have not been released yet."));
}

#[test]
fn a_part_that_nobody_can_place_is_kept_back_with_the_results() {
    let page = "## Background\nWhy.\n\n## Our great effect\nBig.\n";
    let shown = |more: &str| {
        let protocol = page_only(more, page);
        let published = Published {
            protocol: &protocol,
            findings: None,
            quotations: &[],
        };
        published
            .page("en", &Settings::default())
            .html
            .contains("Big.")
    };
    assert!(!shown(""));
    assert!(!shown("results-released = true\nstatus = \"follow-up\"\n"));
    assert!(shown("results-released = true\nstatus = \"completed\"\n"));
}

#[test]
fn each_language_has_its_page_its_direction_and_a_way_to_the_others() {
    let files = examples(&Settings::default());
    let (english, arabic) = (
        text(&files, "hostel-clinic/index.html"),
        text(&files, "hostel-clinic/ar.html"),
    );
    assert!(english.contains("<html lang=\"en\" dir=\"ltr\">"));
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(english.contains("href=\"../hostel-clinic/ar.html\" lang=\"ar\""));
    assert!(arabic.contains("href=\"../hostel-clinic/index.html\" lang=\"en\""));
    assert!(arabic.contains("بيانات مختلَقة."));
    // A language without words of its own has English ones that say that they are.
    let mut protocol = page_only(
        "pages = [{ language = \"bn\", file = \"page.md\" }]\n",
        "# চা\n## Background\nA\n",
    );
    protocol.study.simulated = true;
    let published = Published {
        protocol: &protocol,
        findings: None,
        quotations: &[],
    };
    let page = published.page("bn", &Settings::default()).html;
    assert!(page.contains("<h1>চা</h1>"));
    assert!(page.contains("<span lang=\"en\" dir=\"ltr\">Simulated data.</span>"));
}

#[test]
fn the_pages_about_the_site_are_there_in_every_language_of_a_study() {
    for settings in [Settings::default(), with_tool()] {
        let files = examples(&settings);
        for page in ["index", "cookies", "about"] {
            let english = text(&files, &format!("{page}.html"));
            let arabic = text(&files, &format!("{page}.ar.html"));
            assert!(english.contains(&format!("href=\"{page}.ar.html\" lang=\"ar\"")));
            assert!(arabic.contains(&format!("href=\"{page}.html\" lang=\"en\"")));
            assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
            let body = arabic.split("<main").nth(1).unwrap_or_default();
            for english_words in ["Cookies", "Nothing", "Your", "results"] {
                assert!(!body.contains(english_words), "{page}: {english_words}");
            }
        }
        // Whoever reads a study in Arabic stays in Arabic.
        let study = text(&files, "hostel-clinic/ar.html");
        for page in ["index", "cookies", "about"] {
            assert!(
                study.contains(&format!("href=\"../{page}.ar.html\"")),
                "{page}"
            );
        }
        assert!(text(&files, "index.ar.html").contains("href=\"hostel-clinic/ar.html\""));
    }
    let banner = examples(&with_tool());
    let banner = text(&banner, "hostel-clinic/ar.html");
    assert!(banner.contains("id=\"choice\" lang=\"ar\" dir=\"rtl\""));
}

#[test]
fn simulated_studies_say_so_above_everything() {
    let files = examples(&Settings::default());
    for (path, page) in pages(&files) {
        let says_so = page.contains("<aside class=\"banner\"");
        assert_eq!(says_so, path.starts_with("hostel-clinic/"), "{path}");
    }
    assert!(text(&files, INDEX).contains("<p class=\"tag\">Simulated data</p>"));
}

#[test]
fn the_json_ld_names_people_organisations_publications_and_data() {
    let files = examples(&Settings::default());
    let page = text(&files, "hostel-clinic/index.html");
    let (_, after) = page
        .split_once("<script type=\"application/ld+json\">")
        .expect("JSON-LD");
    let (json, _) = after.split_once("</script>").expect("its end");
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let graph = value["@graph"].as_array().expect("a graph");
    let kinds: Vec<&str> = graph
        .iter()
        .filter_map(|item| item["@type"].as_str())
        .collect();
    assert_eq!(kinds, ["ResearchProject", "Dataset", "ScholarlyArticle"]);
    let members = graph[0]["member"].as_array().expect("members");
    assert_eq!(members.len(), 4);
    assert_eq!(members[3]["name"], "Camden Health Visiting");
    assert_eq!(graph[0].get("funder"), None, "a remark is no funder");
    assert_eq!(graph[1]["license"], "https://spdx.org/licenses/CC0-1.0");
    assert_eq!(
        graph[2]["sameAs"],
        "https://doi.org/10.1111/j.2044-8341.2011.02050.x"
    );
}

#[test]
fn words_of_a_study_cannot_break_out_of_their_place() {
    let nasty = "\\\"><script>alert(1)</script></script>&lt;";
    let more = format!(
        "plain-title = \"{nasty}\"\ndata-statement = \"{nasty}\"\nfunder = \"{nasty}\"\naims = [\"{nasty}\"]\n\
         contact = \"{nasty}\"\n[[team]]\nname = \"{nasty}\"\nrole = \"{nasty}\"\n[[publication]]\ncitation = \"{nasty}\"\n"
    );
    let protocol = page_only(
        &more,
        "## Background\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n",
    );
    let published = [Published {
        protocol: &protocol,
        findings: None,
        quotations: &[],
    }];
    for (path, page) in pages(&publish(&published, &Settings::default())) {
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("<img"), "{path}");
    }
}

#[test]
fn without_anything_optional_there_is_no_banner_and_nothing_is_listed() {
    let files = examples(&Settings::default());
    let page = text(&files, COOKIES);
    assert!(page.contains("There is nothing to accept or reject"));
    assert!(page.contains("Nothing. No cookie, no other storage, no script."));
    assert!(page.contains("If you are 16 or under"));
    for (path, page) in pages(&files) {
        assert!(
            !page.contains("<form") && !page.contains("attune-choice"),
            "{path}"
        );
    }
}

#[test]
fn with_a_tool_every_page_but_the_cookies_page_has_the_banner_with_two_equal_buttons() {
    let files = examples(&with_tool());
    for (path, page) in pages(&files) {
        let n_banners = page.matches("id=\"choice\"").count();
        assert_eq!(
            n_banners,
            usize::from(!path.starts_with("cookies.")),
            "{path}"
        );
        let buttons: Vec<&str> = page.split("<button ").skip(1).collect();
        assert_eq!(buttons.len(), 2, "{path}");
        // The same button but for its word: no class, nothing checked, nothing in front.
        let shape = |button: &str| {
            let tag = button.split('>').next().unwrap_or_default();
            tag.replace("yes", "*").replace("no", "*")
        };
        assert_eq!(shape(buttons[0]), shape(buttons[1]), "{path}");
        assert!(!page.contains("checked"), "{path}");
        assert!(
            !page.contains("<script src=\"https"),
            "{path} loads the tool before a yes"
        );
    }
    let page = text(&files, COOKIES);
    for stored in [cookies::CHOICE, "matomo.js"] {
        assert!(page.contains(stored));
    }
}

#[test]
fn a_server_asks_who_has_not_answered_and_nobody_else() {
    let settings = Settings {
        place: Place::Served("/studies".to_owned()),
        ..with_tool()
    };
    let protocol = page_only("", "## Background\nA\n");
    let published = Published {
        protocol: &protocol,
        findings: None,
        quotations: &[],
    };
    let page = published.page("en", &settings);
    let asked = with_banner(&page.html, &page.path, &settings, true);
    assert!(asked.contains("<form method=\"post\" action=\"/studies/cookies.html\""));
    assert!(asked.contains("name=\"from\" value=\"tea/index.html\""));
    assert!(!asked.contains(" hidden"), "it works without script");
    let not_asked = with_banner(&page.html, &page.path, &settings, false);
    assert!(!not_asked.contains("<form"));
}

#[test]
fn a_server_tells_what_was_chosen_and_lets_visitors_object_to_counting() {
    let settings = Settings {
        place: Place::Served("/studies".to_owned()),
        analytics: Analytics::OwnCounts,
        ..Settings::default()
    };
    let page = |choice: Option<Choice>, signals: Signals| {
        cookies_page(&settings, Visitor { choice, signals }, "en", &["en"])
    };
    let objected = Choice {
        counts: false,
        ..Choice::default()
    };
    let refusing = Signals {
        do_not_track: true,
        ..Signals::default()
    };
    assert!(page(None, Signals::default()).contains("Your visits are counted, by day and page."));
    assert!(
        page(Some(objected), Signals::default())
            .contains("You objected. Your visits are not counted.")
    );
    assert!(
        page(None, refusing).contains("Your browser says no for you. Your visits are not counted.")
    );
    assert!(page(None, Signals::default()).contains("__Host-attune-session"));
    let files = examples(&settings);
    for (path, page) in pages(&files) {
        assert!(
            page.contains("cookies.html#counting") || page.contains("cookies.html?in=ar#counting"),
            "{path} gives notice"
        );
    }
}

#[test]
fn results_of_a_running_study_are_shown_to_nobody() {
    let (mut protocol, findings) = example("hostel-clinic");
    let page_of = |protocol: &attune_protocol::Protocol| {
        let published = Published {
            protocol,
            findings: Some(&findings),
            quotations: &[],
        };
        published.page("en", &Settings::default())
    };
    assert!(page_of(&protocol).html.contains("<figure"));
    protocol.study.status = attune_protocol::study::StudyStatus::FollowUp;
    let running = page_of(&protocol);
    assert!(running.files.is_empty() && !running.html.contains("<figure"));
}

#[test]
fn results_are_told_in_the_language_of_the_page_and_what_is_not_is_marked() {
    let (mut protocol, findings) = example("hostel-clinic");
    let arabic = |protocol: &attune_protocol::Protocol| {
        let published = Published {
            protocol,
            findings: Some(&findings),
            quotations: &[],
        };
        published.page("ar", &Settings::default()).html
    };
    let whole = arabic(&protocol);
    assert!(whole.contains("لم يمكن القول هل كان هناك فرق"));
    assert!(whole.contains("النموّ الذهني: كيف تغيّرت كل مجموعة؟"));
    assert!(whole.contains("<div class=\"drawing\" dir=\"ltr\">"));
    assert!(!whole.contains("class=\"remark\""));
    let page = protocol
        .study
        .pages
        .iter_mut()
        .find(|page| page.language == "ar")
        .expect("a page in Arabic");
    page.words.remove("Mental development");
    let in_part = arabic(&protocol);
    assert!(in_part.contains("<bdi lang=\"en\" dir=\"ltr\">Mental development</bdi>"));
    assert!(in_part.contains("<div class=\"drawing\" lang=\"en\" dir=\"ltr\">"));
    assert!(in_part.contains("class=\"remark\""));
}
