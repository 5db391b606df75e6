//! The pages, one file each. A handler takes its [`Visit`](crate::visit::Visit) and gives an
//! [`Answer`](crate::answer::Answer); whether somebody may come was asked by the guard.

pub mod account;
pub mod audit;
pub mod design;
pub mod findings;
pub mod first_run;
pub mod health;
pub mod home;
pub mod load_study;
pub mod measures;
pub mod people;
pub mod person;
pub mod plan;
pub mod second_factor;
pub mod sign_in;
pub mod study;
pub mod welcome;
