//! What follows what in a coding, and what follows it more often than chance gives.
//!
//! [`lag`] counts which code comes next and tests it by permutation within the session; [`contingency`]
//! asks how often one code is answered by another within a few seconds, against a baseline that
//! shifts one of the two around the clip. Definitions: `docs/methods/sequences.md`.

pub mod contingency;
pub mod lag;
