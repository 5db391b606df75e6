//! The pages, one file each. A handler takes its [`Visit`](crate::visit::Visit) and gives an
//! [`Answer`](crate::answer::Answer); whether somebody may come was asked by the guard.

pub mod design;
pub mod health;
pub mod home;
