//! Passwords: what is asked of a new one, how it is kept (argon2id, 19 MiB, two passes), and how one is
//! compared. Hashing runs beside the server's own threads, a few at a time, so that a flood of
//! sign-ins fills neither memory nor every core.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::common_passwords;

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most characters: enough for any sentence, too few to keep the machine busy.
pub const LONGEST: usize = 256;

static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Compared with when there is nobody of that name, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password"));

/// What comes of hashing; the error is a sentence for the log.
pub type Hashed<T> = Result<T, String>;

/// What is wrong with a new password, for a person whose own words (name, sign-in name) are given.
/// There are no rules about kinds of characters: they make passwords worse.
///
/// # Errors
///
/// The complaint, as a sentence for the person.
pub fn acceptable(password: &str, own_words: &[&str]) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!(
            "Use at least {SHORTEST} characters (this has {length}); four words that do not belong together are easy to remember."
        ));
    }
    if length > LONGEST {
        return Err(format!("Use at most {LONGEST} characters."));
    }
    if common_passwords::is_easily_guessed(password, own_words) {
        return Err(
            "This is made of words, numbers or keys that are tried first when passwords are guessed. \
             Use four words that do not belong together."
                .to_owned(),
        );
    }
    Ok(())
}

/// The text under which a password is kept.
///
/// # Errors
///
/// The hashing task was ended, as when the server stops.
pub async fn hash(password: String) -> Hashed<String> {
    let _permit = AT_ONCE.acquire().await;
    spawn_blocking(move || hash_now(&password))
        .await
        .map_err(|error| error.to_string())
}

/// The comparisons of a server. They are counted, so that it can be shown that a sign-in with an unknown
/// name costs as many as one with a wrong password.
#[derive(Debug, Default)]
pub struct Comparisons(Arc<AtomicU64>);

impl Comparisons {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether it is the password behind the hash; for nobody's hash the answer is no and takes as
    /// long.
    ///
    /// # Errors
    ///
    /// The hashing task was ended, as when the server stops.
    pub async fn matches(&self, password: String, hash: Option<String>) -> Hashed<bool> {
        let _permit = AT_ONCE.acquire().await;
        let counter = Arc::clone(&self.0);
        spawn_blocking(move || {
            let somebody = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.clone());
            let same = PasswordHash::new(&hash).is_ok_and(|parsed| {
                let verified = argon2().verify_password(password.as_bytes(), &parsed);
                counter.fetch_add(1, Ordering::Relaxed);
                verified.is_ok()
            });
            same && somebody
        })
        .await
        .map_err(|error| error.to_string())
    }
}

fn hash_now(password: &str) -> String {
    argon2()
        .hash_password(password.as_bytes())
        .expect("the parameters are valid and the salt is made here")
        .to_string()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("parameters of the recommendation");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn asvs_11_4_2_passwords_are_kept_by_argon2id_with_19_mib_and_two_passes() {
        let kept = hash("four words without sense".to_owned()).await.unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        let comparisons = Comparisons::default();
        let compare = |text: &str, kept| comparisons.matches(text.to_owned(), kept);
        let right = compare("four words without sense", Some(kept.clone())).await;
        assert_eq!(right, Ok(true));
        let wrong = compare("four words with sense", Some(kept)).await;
        assert_eq!(wrong, Ok(false));
    }

    #[tokio::test]
    async fn asvs_6_3_8_comparing_with_nobody_is_the_same_work_and_never_right() {
        let kept = hash("four words without sense".to_owned()).await.unwrap();
        let work = |hash: &str| {
            hash.split('$')
                .take(4)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(work(&NOBODY), work(&kept));
        let comparisons = Comparisons::default();
        let of_nobody = comparisons.matches("nobody has this password".to_owned(), None);
        assert_eq!(of_nobody.await, Ok(false));
        assert_eq!(comparisons.count(), 1);
    }

    #[test]
    fn asvs_6_2_1_short_passwords_are_refused_and_long_ones_taken_with_any_characters() {
        assert!(acceptable("short", &[]).is_err());
        assert!(acceptable("vellum ostrich kettle north", &[]).is_ok());
        assert!(acceptable("žlutý kůň 🐎 pěl ódy večer", &[]).is_ok());
        assert!(
            acceptable(&"vellum ostrich kettle ".repeat(4), &[]).is_ok(),
            "88 characters"
        );
    }

    #[test]
    fn asvs_6_2_4_passwords_that_are_guessed_first_are_refused() {
        for password in [
            "password1234",
            "Password2026!",
            "qwertyuiop123",
            "123456789012",
            "iloveyou2024",
            "P@ssw0rd!!!!",
            "liverpool1892",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "1q2w3e4r5t6y",
            "Summer2026!!",
            "letmein12345",
            "monkeydragon1",
        ] {
            assert!(acceptable(password, &[]).is_err(), "{password}");
        }
    }

    #[test]
    fn asvs_6_2_11_words_of_the_person_and_the_place_are_refused() {
        assert!(acceptable("evelynhartley1", &["Evelyn Hartley", "ehartley"]).is_err());
        assert!(acceptable("attuneattune12", &[]).is_err());
    }
}
