//! What a study collected, as checked values.
//!
//! Records are made by `attune-exchange` (from files) and later by the store; both check them
//! against the protocol first, so that measuring may trust them. The crate does no input or
//! output.

pub mod records;
pub mod source;

pub use records::Records;
