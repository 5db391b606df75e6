//! Everything that can be asked for: the one table of routes. A row says who may ask and what is told
//! of arms; a page that is not here does not exist. Tests walk this table with every role.

use crate::{
    assets,
    pages::{design, health, home},
    route::{Arms, Needs, Route},
};

/// The table.
pub fn table() -> Vec<Route> {
    use Arms::Untold;
    vec![
        // The server itself.
        Route::get("/healthz", Needs::Nothing, Untold, health::answer),
        Route::get(
            "/assets/{fingerprint}/{file}",
            Needs::Nothing,
            Untold,
            assets::file,
        ),
        Route::get("/design", Needs::Nothing, Untold, design::page),
        // Studies.
        Route::get("/", Needs::SignedIn, Untold, home::page),
    ]
}
