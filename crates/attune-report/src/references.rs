//! Works that a report may cite. A report lists those whose methods were really used; which they are
//! is decided where the methods are told, in `compose/methods.rs`.

/// A work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Key: first author and year.
    pub key: &'static str,
    /// In running text: "Kenward and Roger 1997".
    pub short: &'static str,
    /// On the list, without its DOI.
    pub full: &'static str,
    /// DOI.
    pub doi: Option<&'static str>,
}

/// The work with this key.
pub(crate) fn find(key: &str) -> Option<&'static Reference> {
    REFERENCES.iter().find(|reference| reference.key == key)
}

/// Sorted as the list is printed.
const REFERENCES: &[Reference] = &[
    Reference {
        key: "anhoj-2014",
        short: "Anhøj and Olesen 2014",
        full: "Anhøj J, Olesen AV. Run charts revisited: a simulation study of run chart rules for detection of non-random variation in health care processes. PLoS ONE 2014; 9(11): e113825.",
        doi: Some("10.1371/journal.pone.0113825"),
    },
    Reference {
        key: "austin-2009",
        short: "Austin 2009",
        full: "Austin PC. Balance diagnostics for comparing the distribution of baseline covariates between treatment groups in propensity-score matched samples. Statistics in Medicine 2009; 28(25): 3083–3107.",
        doi: Some("10.1002/sim.3697"),
    },
    Reference {
        key: "bates-2015",
        short: "Bates and others 2015",
        full: "Bates D, Mächler M, Bolker B, Walker S. Fitting linear mixed-effects models using lme4. Journal of Statistical Software 2015; 67(1): 1–48.",
        doi: Some("10.18637/jss.v067.i01"),
    },
    Reference {
        key: "campbell-2012",
        short: "Campbell and others 2012",
        full: "Campbell MK, Piaggio G, Elbourne DR, Altman DG, for the CONSORT Group. Consort 2010 statement: extension to cluster randomised trials. BMJ 2012; 345: e5661.",
        doi: Some("10.1136/bmj.e5661"),
    },
    Reference {
        key: "des-jarlais-2004",
        short: "Des Jarlais and others 2004",
        full: "Des Jarlais DC, Lyles C, Crepaz N, the TREND Group. Improving the reporting quality of nonrandomized evaluations of behavioral and public health interventions: the TREND statement. American Journal of Public Health 2004; 94(3): 361–366.",
        doi: Some("10.2105/AJPH.94.3.361"),
    },
    Reference {
        key: "gail-1996",
        short: "Gail and others 1996",
        full: "Gail MH, Mark SD, Carroll RJ, Green SB, Pee D. On design considerations and randomization-based inference for community intervention trials. Statistics in Medicine 1996; 15(11): 1069–1092.",
        doi: None,
    },
    Reference {
        key: "hedges-1981",
        short: "Hedges 1981",
        full: "Hedges LV. Distribution theory for Glass’s estimator of effect size and related estimators. Journal of Educational Statistics 1981; 6(2): 107–128.",
        doi: Some("10.3102/10769986006002107"),
    },
    Reference {
        key: "hoffmann-2014",
        short: "Hoffmann and others 2014",
        full: "Hoffmann TC, Glasziou PP, Boutron I, and others. Better reporting of interventions: template for intervention description and replication (TIDieR) checklist and guide. BMJ 2014; 348: g1687.",
        doi: Some("10.1136/bmj.g1687"),
    },
    Reference {
        key: "holm-1979",
        short: "Holm 1979",
        full: "Holm S. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 1979; 6(2): 65–70.",
        doi: None,
    },
    Reference {
        key: "jacobson-1991",
        short: "Jacobson and Truax 1991",
        full: "Jacobson NS, Truax P. Clinical significance: a statistical approach to defining meaningful change in psychotherapy research. Journal of Consulting and Clinical Psychology 1991; 59(1): 12–19.",
        doi: Some("10.1037/0022-006X.59.1.12"),
    },
    Reference {
        key: "kenward-1997",
        short: "Kenward and Roger 1997",
        full: "Kenward MG, Roger JH. Small sample inference for fixed effects from restricted maximum likelihood. Biometrics 1997; 53(3): 983–997.",
        doi: Some("10.2307/2533558"),
    },
    Reference {
        key: "laird-1982",
        short: "Laird and Ware 1982",
        full: "Laird NM, Ware JH. Random-effects models for longitudinal data. Biometrics 1982; 38(4): 963–974.",
        doi: Some("10.2307/2529876"),
    },
    Reference {
        key: "obrien-2014",
        short: "O’Brien and others 2014",
        full: "O’Brien BC, Harris IB, Beckman TJ, Reed DA, Cook DA. Standards for reporting qualitative research: a synthesis of recommendations. Academic Medicine 2014; 89(9): 1245–1251.",
        doi: Some("10.1097/ACM.0000000000000388"),
    },
    Reference {
        key: "ocathain-2008",
        short: "O’Cathain and others 2008",
        full: "O’Cathain A, Murphy E, Nicholl J. The quality of mixed methods studies in health services research. Journal of Health Services Research & Policy 2008; 13(2): 92–98.",
        doi: Some("10.1258/jhsrp.2007.007074"),
    },
    Reference {
        key: "satterthwaite-1946",
        short: "Satterthwaite 1946",
        full: "Satterthwaite FE. An approximate distribution of estimates of variance components. Biometrics Bulletin 1946; 2(6): 110–114.",
        doi: Some("10.2307/3002019"),
    },
    Reference {
        key: "schuirmann-1987",
        short: "Schuirmann 1987",
        full: "Schuirmann DJ. A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 1987; 15(6): 657–680.",
        doi: Some("10.1007/BF01068419"),
    },
    Reference {
        key: "varnell-2001",
        short: "Varnell and others 2001",
        full: "Varnell SP, Murray DM, Baker WL. An evaluation of analysis options for the one-group-per-condition design: can any of the alternatives overcome the problems inherent in this design? Evaluation Review 2001; 25(4): 440–453.",
        doi: None,
    },
    Reference {
        key: "von-elm-2007",
        short: "von Elm and others 2007",
        full: "von Elm E, Altman DG, Egger M, Pocock SJ, Gøtzsche PC, Vandenbroucke JP. The Strengthening the Reporting of Observational Studies in Epidemiology (STROBE) statement: guidelines for reporting observational studies. Lancet 2007; 370(9596): 1453–1457.",
        doi: Some("10.1016/S0140-6736(07)61602-X"),
    },
    Reference {
        key: "white-2011",
        short: "White and others 2011",
        full: "White IR, Royston P, Wood AM. Multiple imputation using chained equations: issues and guidance for practice. Statistics in Medicine 2011; 30(4): 377–399.",
        doi: Some("10.1002/sim.4067"),
    },
];

/// The works with these keys, in the order of the list.
pub(crate) fn cited(keys: &[&str]) -> Vec<Reference> {
    REFERENCES
        .iter()
        .filter(|reference| keys.contains(&reference.key))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_sorted() {
        let keys: Vec<&str> = REFERENCES.iter().map(|reference| reference.key).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(keys, sorted);
    }
}
