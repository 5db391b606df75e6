//! Figures of other programs, reproduced.

mod boris_reference;
