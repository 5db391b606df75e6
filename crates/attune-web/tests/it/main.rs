//! The application as a browser meets it, without a socket.

mod canaries;
mod coding;
mod escaping;
mod exporting;
mod families;
mod harness;
mod headers;
mod matrix;
mod public;
mod resending;
mod signing_in;
mod table;
