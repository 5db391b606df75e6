//! Some hundred seeds of each kind, and the corpus.

mod corpus;
mod seeds;
