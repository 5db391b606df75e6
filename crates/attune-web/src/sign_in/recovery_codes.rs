//! Recovery codes: ten codes of 50 bits for the day the phone is lost. Each works once; only hashes are
//! kept.

use super::tokens;

/// How many there are.
pub const N_CODES: usize = 10;

/// New codes, as they are shown once.
pub fn new() -> Vec<String> {
    (0..N_CODES).map(|_| tokens::typed_code(2)).collect()
}

/// What is kept of a code, however it was typed.
pub fn hash(typed: &str) -> String {
    tokens::hash(&tokens::normalised(typed))
}

/// Whether what was typed looks like a recovery code and not like a code of an app.
pub fn looks_like_one(typed: &str) -> bool {
    tokens::normalised(typed).len() == 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_6_5_2_recovery_codes_are_random_and_kept_as_hashes() {
        let codes = new();
        assert_eq!(codes.len(), N_CODES);
        for code in &codes {
            assert!(looks_like_one(code), "{code}");
            assert!(!hash(code).contains(&tokens::normalised(code)));
            assert_eq!(hash(code), hash(&code.replace('-', "").to_uppercase()));
        }
        assert!(!looks_like_one("287 082"));
    }
}
