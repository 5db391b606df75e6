//! What the store promises, on SQLite and on PostgreSQL.

mod accounts;
mod conformance;
mod consents;
mod families;
mod forms;
mod records;
mod requests;
mod studies;
mod support;
mod videos;
