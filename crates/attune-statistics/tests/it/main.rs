//! Reference values and laws, one module per subject.

mod agreement;
mod before_after;
mod distributions;
mod oracle;
mod oracle_agreement;
mod oracle_before_after;
mod oracle_lmm;
mod oracle_lmm_lrt;
mod oracle_permutation;
mod oracle_scale;
mod residual_checks;
