//! Reference values and laws, one module per subject.

mod agreement;
mod before_after;
mod cluster_robust;
mod confounding;
mod dense_reference;
mod distributions;
mod generalised;
mod heteroscedastic;
mod interrupted_series;
mod lmm_laws;
mod multiple_imputation;
mod oracle;
mod oracle_agreement;
mod oracle_before_after;
mod oracle_cluster_robust;
mod oracle_glmm;
mod oracle_lmm;
mod oracle_lmm_lrt;
mod oracle_multiple_imputation;
mod oracle_permutation;
mod oracle_scale;
mod power;
mod profile;
mod residual_checks;
mod weights;
mod wild_cluster_bootstrap;
