//! What goes out into the world.
//!
//! [`publish`] makes the public pages of studies: a page for each study and language, a list of all studies, and the
//! pages on cookies, privacy and accessibility. They are plain files that work without script and load nothing from
//! elsewhere; a server may answer with the same files. What is kept on a visitor's device is in one list,
//! [`cookies::REGISTRY`]; what a visitor chose is a [`choice::Choice`]; visits are counted without identifiers in
//! [`visits::Visits`].
//!
//! [`open_data`] makes what a study hands to an archive, and runs it again.
//!
//! All of it are plain functions: texts come from the study file, numbers from the findings, and nothing is computed
//! again. Files, network and clock are left to whoever calls.

pub mod choice;
mod choice_form;
pub mod cookies;
mod cookies_page;
mod frame;
mod json_ld;
mod links;
pub mod open_data;
mod own_text;
mod page_words;
mod publication;
mod results;
mod settings;
mod site_pages;
mod site_words;
mod study_page;
mod tongue;
pub mod visits;

pub use choice_form::with_banner;
pub use cookies_page::{Visitor, cookies_page};
pub use links::{
    ABOUT, COOKIES, ICON, INDEX, SCRIPT, STYLESHEET, served_address, site_path, study_path,
};
pub use publication::{Files, media_type, publish, site_languages};
pub use settings::{Analytics, Matomo, Place, Settings};
pub use study_page::{Published, StudyPage};
