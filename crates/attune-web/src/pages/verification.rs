//! `/audit/verify`: walks every chain of the audit trail and compares it with the signed heads outside.

use askama::Template;
use attune_store::audit::Verified;

use crate::{
    answer::{Answer, page as show},
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "verification.html")]
struct Verification {
    layout: Layout,
    verified: Verified,
    is_sound: bool,
}

/// `GET /audit/verify`.
pub async fn page(visit: Visit) -> Answer {
    let verified = visit.app.store().verify().await?;
    show(&Verification {
        layout: Layout::of(&visit, "The audit trail, verified"),
        is_sound: verified.is_sound(),
        verified,
    })
}
