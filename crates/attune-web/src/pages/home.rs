//! The first page: the studies in which one has a part.

use askama::Template;

use crate::{
    answer::{Answer, page as show},
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    layout: Layout,
}

/// `GET /`.
pub async fn page(visit: Visit) -> Answer {
    show(&Home {
        layout: Layout::of(&visit, "Your studies"),
    })
}
