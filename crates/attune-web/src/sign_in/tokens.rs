//! Random tokens: what the browser or the person gets, and the hash of it that is stored. Whoever
//! reads the database cannot sign in with what is there.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A new token of 256 bits from the operating system, as text that fits in a cookie.
pub fn random() -> String {
    let mut bytes = [0_u8; 32];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Fills with randomness of the operating system.
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness once it is running");
}

/// SHA-256, lower-case hexadecimal.
pub fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A code of `groups` × five letters and digits that people can read out and type: no letter looks
/// like a digit. Five characters hold 25 bits.
pub fn typed_code(groups: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = vec![0_u8; groups * 5];
    fill(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    letters
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

/// A typed code as it is hashed: without spaces and hyphens, lower case, look-alikes read as meant.
pub fn normalised(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            'u' => 'v',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn asvs_7_2_3_tokens_have_256_bits_and_never_repeat() {
        let many: BTreeSet<String> = (0..1000).map(|_| random()).collect();
        assert_eq!(many.len(), 1000);
        assert!(many.iter().all(|token| token.len() == 43));
    }

    #[test]
    fn a_code_is_recognised_however_it_is_typed() {
        let code = typed_code(2);
        assert_eq!(code.len(), 11);
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(normalised(&typed), normalised(&code));
        assert_eq!(normalised("O1l-I"), "0111");
    }
}
