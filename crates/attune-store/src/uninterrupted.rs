//! Work that is done to its end although nobody may be waiting for it any more.
//!
//! A server drops what it was doing for a browser that went away. A transaction that was dropped half-way would stay
//! open on a connection that the next reader gets.

use std::future::Future;

use crate::error::{Result, StoreError};

/// Runs on its own; who waits for it may leave.
pub(crate) async fn uninterrupted<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(cut) => match cut.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Refused("the program is ending".to_owned())),
        },
    }
}
