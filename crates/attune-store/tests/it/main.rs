//! What the store promises, on SQLite and on PostgreSQL.

mod accounts;
mod bringing;
mod coded_records;
mod conformance;
mod consents;
mod data_classes;
mod families;
mod forms;
mod old_stores;
mod opening;
mod quotations;
mod records;
mod requests;
mod resending;
mod safety;
mod studies;
mod support;
mod taking_in;
mod tampering;
mod videos;
