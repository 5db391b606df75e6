//! The second factor: codes of an authenticator app (TOTP, RFC 6238: six digits, thirty seconds, one
//! step of tolerance either way). A code counts once: the step that it belongs to is kept, and nothing
//! up to it is taken again.

use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{EcLevel, QrCode, render::svg};
use totp_rs::{Builder, Secret, Totp};

use super::tokens;

/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// A new secret.
pub fn new_secret() -> Vec<u8> {
    let mut secret = vec![0_u8; SECRET_BYTES];
    tokens::fill(&mut secret);
    secret
}

/// The step of the code, when it is right at this second and later than the last step used.
pub fn step_of(code: &str, secret: &[u8], last_step: Option<u64>, second: u64) -> Option<u64> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let step = totp(secret)?.check(&digits, second)?;
    (last_step.is_none_or(|last| step > last)).then_some(step)
}

/// The code at this second, for demonstrations and tests.
pub fn code_at(secret: &[u8], second: u64) -> Option<String> {
    Some(totp(secret)?.generate(second).to_string())
}

/// The secret as people type it where they cannot scan: base32 in groups of four.
pub fn as_typed(secret: &[u8]) -> String {
    let letters: Vec<char> = Secret::from(secret).to_base32().chars().collect();
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The address that an authenticator app reads.
pub fn address(secret: &[u8], sign_in_name: &str) -> String {
    let name = percent_encoded(sign_in_name);
    let secret = Secret::from(secret).to_base32();
    format!(
        "otpauth://totp/Attune:{name}?secret={secret}&issuer=Attune&algorithm=SHA1&digits=6&period=30"
    )
}

/// A picture of that address, as a `data:` address for an image.
pub fn picture(address: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#1c2430"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Some(format!(
        "data:image/svg+xml;base64,{}",
        STANDARD.encode(drawn)
    ))
}

fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(secret).build().ok()
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's own examples.
    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Its table has eight digits; six are the last six of them.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(RFC, second).as_deref(), Some(code));
        }
    }

    #[test]
    fn asvs_6_5_1_a_code_counts_once() {
        let step = step_of("287 082", RFC, None, 59).expect("right");
        assert_eq!(step_of("287082", RFC, Some(step), 59), None);
        assert_eq!(step_of("287082", RFC, Some(step), 80), None);
    }

    #[test]
    fn asvs_6_5_5_a_code_is_old_after_a_minute() {
        assert!(step_of("287082", RFC, None, 59 + 30).is_some());
        assert!(step_of("287082", RFC, None, 59 + 61).is_none());
    }

    #[test]
    fn the_address_can_be_scanned() {
        let address = address(RFC, "ana maría");
        assert!(address.starts_with("otpauth://totp/Attune:ana%20mar%C3%ADa?secret=GEZDGNBV"));
        assert!(
            picture(&address).is_some_and(|picture| picture.starts_with("data:image/svg+xml;"))
        );
    }
}
