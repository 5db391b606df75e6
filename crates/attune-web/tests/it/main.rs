//! The application as a browser meets it, without a socket.

mod arm_list;
mod asvs;
mod blind_coders;
mod blinding;
mod canaries;
mod coding;
mod escaping;
mod exporting;
mod families;
mod family_changes;
mod handing_out;
mod harness;
mod headers;
mod loading;
mod matrix;
mod picking_sites;
mod public;
mod quoting;
mod resending;
mod security_log;
mod seeing;
mod signing_in;
mod table;
mod team_projects;
mod walk;
