//! What coded events amount to: how often, how long, how soon, how far apart ([`amounts`]), what follows
//! what ([`lag`]), what is answered ([`answered`]), what a scheme declares ([`declared`]), what ratings come
//! to ([`composites`]), and who addressed whom in a session ([`sociogram`]).
//!
//! Only codable time counts. A bout whose other end nobody recorded has no length: the lengths of
//! its behaviour are then not known, never zero. Definitions: `docs/methods/observation-measures.md`.

pub mod amounts;
pub mod answered;
pub mod composites;
pub mod declared;
pub mod lag;
pub mod sociogram;
