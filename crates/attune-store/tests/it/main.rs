//! What the store promises, on SQLite and on PostgreSQL.

mod accounts;
mod conformance;
mod requests;
mod studies;
mod support;
