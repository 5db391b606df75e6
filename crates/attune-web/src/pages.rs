//! The pages, one file each. A handler takes its [`Visit`](crate::visit::Visit) and gives an
//! [`Answer`](crate::answer::Answer); whether somebody may come was asked by the guard.

pub mod account;
pub mod design;
pub mod first_run;
pub mod health;
pub mod home;
pub mod people;
pub mod person;
pub mod second_factor;
pub mod sign_in;
pub mod welcome;
