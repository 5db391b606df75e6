//! The application in the browser: pages, forms, people and what they may see.
//!
//! Read in this order. [`routes`] is the one table of everything that can be asked for; each row says who
//! may ask ([`route`]). `guard` stands before every handler and lets nobody past whom the row does not
//! name; what a role may do is decided in [`access`] and nowhere else. Handlers are in `pages`, one
//! file per page, markup in `templates/`, looks in `styles/`. What goes wrong becomes a page in
//! `failure_page`. Headers that protect the browser are in `security_headers`.
//!
//! [`app()`] builds it all as one service, which tests call without a socket; [`serve`](fn@serve) gives it a
//! socket. No SQL and no formula is here: records live in `attune-store`, numbers come from
//! `attune-analysis`.

mod about_form;
pub mod access;
mod answer;
mod app;
mod arm_course;
mod arm_list;
mod assets;
mod brought;
mod check_report;
mod clock;
mod cookies;
mod documents;
pub mod export;
mod failure;
mod failure_page;
mod family;
mod flow;
mod form;
pub mod forms;
mod guard;
mod handed_out;
pub mod intake;
mod layout;
pub mod listening;
mod media_answer;
mod navigation;
mod pages;
mod parts;
mod public_pages;
mod recruitment_plot;
mod request_log;
mod results;
pub mod route;
pub mod routes;
mod security_headers;
mod serve;
mod settings;
pub mod sign_in;
mod state;
mod study_files;
mod study_names;
mod team_agreement;
mod team_project;
mod timeline;
mod visit;
mod watching;
mod words;

pub use app::app;
pub use assets::bundle_is_there;
pub use clock::Clock;
pub use serve::{Tls, first_run_code, serve};
pub use settings::{Demonstration, DemonstrationPerson, Settings, Transport};
pub use state::App;
