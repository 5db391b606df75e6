//! The pages, one file each. A handler takes its [`Visit`](crate::visit::Visit) and gives an
//! [`Answer`](crate::answer::Answer); whether somebody may come was asked by the guard.

pub mod account;
pub mod audit;
pub mod clips;
pub mod coding_list;
pub mod coding_media;
pub mod coding_room;
pub mod coding_scheme;
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
pub mod public;
pub mod reliability;
pub mod second_factor;
pub mod sign_in;
pub mod study;
pub mod visits;
pub mod welcome;
