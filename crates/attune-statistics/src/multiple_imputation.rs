//! Multiple imputation: pooling the results of the same analysis of several completed
//! data sets.

mod pooling;

pub use pooling::{CompletedFit, Pooled, PooledTest, pool, pooled_joint_test};
