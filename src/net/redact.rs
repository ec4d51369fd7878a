//! Takes secrets out of text that others wrote: servers echo what they were sent.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

use super::encode::encode;

const MASK: &str = "***";
/// Shorter than any credential that a cloud issues; masking less would blot out plain words.
const SHORTEST: usize = 4;

/// The secrets of one account, in every form that a server may echo.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    forms: Vec<SecretString>,
}

impl Redactor {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.add(secret);
        }
        redactor
    }

    /// Hides `secret` too: as it is, percent-encoded, encoded twice as in Alibaba's string to sign, and as
    /// JSON has it.
    pub fn add(&mut self, secret: &SecretString) {
        let plain = secret.expose_secret();
        if plain.len() < SHORTEST {
            return;
        }
        let once = encode(plain);
        let twice = encode(&once);
        let json = serde_json::Value::from(plain).to_string();
        let json = json[1..json.len() - 1].to_owned();
        for form in [plain.to_owned(), once, twice, json] {
            self.forms.push(form.into());
        }
        // Longest first, or a part of a secret could be masked before the whole.
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.expose_secret().len()));
        self.forms.dedup_by(|a, b| a.expose_secret() == b.expose_secret());
    }

    /// `text` in one line, without any of the secrets: a line end would let a server forge lines of ours.
    pub fn line(&self, text: &str) -> String {
        let safe = self.scrub(text);
        let parts: Vec<&str> = safe.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }

    /// `text` without any of the secrets.
    pub fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.forms.iter().fold(Cow::Borrowed(text), |text, form| {
            if text.contains(form.expose_secret()) {
                Cow::Owned(text.replace(form.expose_secret(), MASK))
            } else {
                text
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_in_every_form_that_a_server_echoes() {
        let token: SecretString = "CAIS+planted/token==".to_owned().into();
        let redactor = Redactor::new([&token]);
        let once = encode(token.expose_secret());
        let twice = encode(&once);
        let echoed = format!("a {} b {once} c {twice} d", token.expose_secret());
        assert_eq!(redactor.scrub(&echoed), "a *** b *** c *** d");
        let quoted: SecretString = "pass\"word\\".to_owned().into();
        assert_eq!(Redactor::new([&quoted]).scrub(r#"{"p":"pass\"word\\"}"#), r#"{"p":"***"}"#);
        assert!(matches!(redactor.scrub("nothing here"), Cow::Borrowed(_)));
    }
}
