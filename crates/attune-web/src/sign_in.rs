//! How people show who they are: passwords, second factors, recovery codes, sessions, and the pauses
//! that make guessing slow without locking anybody out. Passkeys will have their place beside
//! [`second_factor`].

pub mod begin;
pub mod common_passwords;
pub mod password;
pub mod pauses;
pub mod recovery_codes;
pub mod second_factor;
pub mod tokens;
