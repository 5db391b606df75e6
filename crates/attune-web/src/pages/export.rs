//! `/studies/{study}/export`: what leaves, by which rules, said before it leaves. Each export is noted with
//! its fingerprint before the file is sent.

use askama::Template;
use attune_store::Command;

use crate::{
    access::Action,
    answer::{Answer, download, page as show},
    export::{Rules, export, zip},
    failure::Failure,
    family::{change, new_key, sent_key},
    forms::SentFields,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "export.html")]
struct ExportPage {
    layout: Layout,
    study: String,
    key: String,
    arms: bool,
    smallest: usize,
    times: &'static str,
    earlier: Vec<Earlier>,
}

/// Notes that are looked through for earlier exports.
const MOST_NOTES: u32 = 500;

/// An export that was made.
struct Earlier {
    at: attune_store::Moment,
    who: String,
    facts: Vec<(String, String)>,
}

/// `GET /studies/{study}/export`.
pub async fn page(visit: Visit) -> Answer {
    let names = crate::pages::form::names_of_staff(&visit).await?;
    let notes = visit
        .app
        .store()
        .notes(&visit.study()?.id, MOST_NOTES)
        .await?;
    let mut earlier = Vec::new();
    for entry in notes {
        if let Some(Command::Note { what, facts, .. }) = entry.command()?
            && what == "export"
        {
            earlier.push(Earlier {
                at: entry.at,
                who: names.get(&entry.actor).cloned().unwrap_or_default(),
                facts: facts.into_iter().collect(),
            });
        }
    }
    let sharing = visit.protocol().await?.sharing;
    let rules = Rules::of(sharing, visit.sight(Action::Export)?.arms);
    show(&ExportPage {
        layout: Layout::of(&visit, "Export"),
        study: visit.study()?.id.to_string(),
        key: new_key(),
        arms: rules.arms,
        smallest: rules.smallest_group,
        times: rules.times_in_words(),
        earlier,
    })
}

/// `POST /studies/{study}/export`.
pub async fn make(visit: Visit, sent: SentFields) -> Answer {
    sent.refuse_others(|name| ["key", "smallest"].contains(&name))?;
    let key = sent_key(&sent)?;
    let study = visit.study()?.id.clone();
    let protocol = visit.protocol().await?;
    let rules = Rules::of(protocol.sharing, visit.sight(Action::Export)?.arms);
    // Whoever exports may be stricter than the study, never less strict.
    let smallest_group = sent
        .get("smallest")
        .parse()
        .ok()
        .filter(|n| (rules.smallest_group..=rules.smallest_group.max(50)).contains(n));
    let Some(smallest_group) = smallest_group else {
        let least = rules.smallest_group;
        let problems = vec![format!(
            "Give the smallest group as a number from {least} to {}: the study’s rule is {least}.",
            least.max(50)
        )];
        return Err(Failure::NotRight { problems });
    };
    let rules = Rules {
        smallest_group,
        ..rules
    };
    let drawn = visit.app.store().records(&study).await?;
    let head = drawn.head.clone();
    let made = tokio::task::spawn_blocking(move || {
        let measures = attune_measures::measure(&protocol, &drawn.records);
        let made = export(&protocol, &drawn.records, &measures, rules, &drawn.head);
        zip(&made.files).map(|(bytes, hash)| (made, bytes, hash))
    });
    let (made, bytes, hash) = made
        .await
        .map_err(Failure::internal)?
        .map_err(Failure::internal)?;
    let facts = [
        ("families", made.n_dyads.to_string()),
        ("left out after withdrawal", made.n_withdrawn.to_string()),
        ("cells withheld", made.n_withheld.to_string()),
        ("smallest group", smallest_group.to_string()),
        ("times", rules.times_in_words().to_owned()),
        ("arms", if rules.arms { "yes" } else { "no" }.to_owned()),
        ("SHA-256", hash),
        ("records", head),
    ];
    let note = Command::Note {
        what: "export".to_owned(),
        subject: None,
        facts: facts.map(|(name, value)| (name.to_owned(), value)).into(),
    };
    change(&visit, Action::Export, &key, vec![note], "", Vec::new()).await?;
    download(&format!("{study}-export.zip"), "application/zip", bytes)
}
