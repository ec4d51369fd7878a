//! Texts of profiles: what counts as set, and how they may stand in messages.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

/// Returns a word that a file has in place of a known one, for messages. What does not look like a word is not quoted: a
/// secret may have been pasted there.
pub(crate) fn word(text: &str) -> String {
    let is_word = text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_word { format!("`{text}`") } else { "that is written there".to_owned() }
}

/// Returns a name as a shell takes it for one word, for commands in hints.
pub(crate) fn quoted(name: &str) -> Cow<'_, str> {
    shlex::try_quote(name).unwrap_or(Cow::Borrowed(name))
}

/// Returns a value that is not empty: the vendors' tools write an empty text for none.
pub(crate) fn text(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// Returns a secret that is not empty.
pub(crate) fn secret(value: Option<&SecretString>) -> Option<SecretString> {
    let value = value?.expose_secret().trim();
    (!value.is_empty()).then(|| value.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_quoted_and_names_are_one_word_of_a_shell() {
        assert_eq!((word("RamRoleArm"), word("LTAI5tSecret0001")), ("`RamRoleArm`".to_owned(), word("a b")));
        assert_eq!(
            (quoted("prod"), quoted("my prod"), quoted("it's")),
            ("prod".into(), "'my prod'".into(), "\"it's\"".into())
        );
    }
}
