//! Timed events of coded video: reliability, sequences and the clinic as a whole.
