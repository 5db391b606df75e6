//! `/audit/verify` walks every chain of the audit trail and compares it with the signed heads outside;
//! `/studies/{study}/audit/verify` does so for the chain of one study.

use std::path::Path;

use askama::Template;
use attune_store::audit::Verified;

use crate::{
    answer::{Answer, page as show},
    layout::Layout,
    study_names::StudyNames,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "verification.html")]
struct Verification {
    layout: Layout,
    trail: String,
    names: StudyNames,
    verified: Verified,
    is_sound: bool,
}

/// `GET /audit/verify` and `GET /studies/{study}/audit/verify`.
pub async fn page(visit: Visit) -> Answer {
    let mut verified = visit.app.store().verify().await?;
    let mut trail = "/audit".to_owned();
    if let Some(study) = &visit.study_id {
        trail = format!("/studies/{study}/audit");
        only_of(study.as_str(), &mut verified);
    }
    show(&Verification {
        layout: Layout::of(&visit, "The audit trail, verified"),
        trail,
        names: StudyNames::of(&visit).await?,
        is_sound: verified.is_sound(),
        verified,
    })
}

/// Leaves one chain and its heads, which lie in a folder of its name.
fn only_of(chain: &str, verified: &mut Verified) {
    verified.chains.retain(|one| one.chain == chain);
    verified.unsound_heads.retain(|head| {
        let folder = Path::new(head).parent().and_then(Path::file_name);
        folder.is_some_and(|folder| folder == chain)
    });
}

#[cfg(test)]
mod tests {
    use attune_store::audit::ChainVerified;

    use super::*;

    #[test]
    fn an_unsound_head_concerns_its_own_study_only() {
        let chain = |name: &str| ChainVerified {
            chain: name.to_owned(),
            n_rows: 1,
            n_erased: 0,
            n_heads: 1,
            head: String::new(),
            bad: None,
        };
        let verified = Verified {
            chains: vec![chain("-"), chain("one"), chain("two")],
            unsound_heads: vec!["/keys/heads/attune/two/7.json".to_owned()],
        };
        for (study, sound) in [("one", true), ("two", false)] {
            let mut of_study = verified.clone();
            only_of(study, &mut of_study);
            assert_eq!(of_study.chains, [chain(study)]);
            assert_eq!(of_study.is_sound(), sound, "{study}");
        }
    }
}
