//! The public pages of the example studies, and of studies that try to break them.

mod crates;
mod independent;
mod pages;
mod study;
