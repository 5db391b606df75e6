//! The application as a browser meets it, without a socket.

mod asvs;
mod blinding;
mod canaries;
mod coding;
mod escaping;
mod exporting;
mod families;
mod harness;
mod headers;
mod loading;
mod matrix;
mod public;
mod resending;
mod seeing;
mod signing_in;
mod table;
mod walk;
