//! The form runtime: an instrument's definition becomes a form, a form that was sent becomes answers.
//!
//! [`definition`] is the one description of a form, as JSON: what is asked, what may be answered, what
//! depends on what, and the rules of the scores. The server writes the page from it ([`questions`]) and
//! reads what comes back by it ([`filled`]); the script in `web/src/form.ts` reads the same JSON, so
//! that the same form can run where there is no network. Scores are made by `attune-measures` here and
//! by `web/src/forms/score.ts` in the browser; shared cases ([`cases`]) hold the two together.
//!
//! Nothing here knows the store, an arm or a study: a definition can be given to anybody who may see
//! the instrument.

pub mod cases;
pub mod definition;
pub mod filled;
pub mod outcome;
pub mod questions;
pub mod sent;
pub mod visible;

pub use definition::FormDefinition;
pub use filled::{Filled, FormProblem, Intent};
pub use sent::SentFields;
