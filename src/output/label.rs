//! Labels that users add to every metric, to tell two runs on one host apart.

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub name: String,
    pub value: String,
}

impl Label {
    /// Reads `NAME=VALUE`.
    ///
    /// # Errors
    /// Where Prometheus has no such label name, the value is empty, or certls has a label of this name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "write NAME=VALUE, such as team=shop".to_owned();
        let (name, value) = text.split_once('=').ok_or_else(form)?;
        let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        if name.is_empty() || value.is_empty() {
            return Err(form());
        }
        if !name.starts_with(is_letter) || !name.chars().all(|c| is_letter(c) || c.is_ascii_digit()) {
            return Err("a label is named in letters, digits and _, a letter first".to_owned());
        }
        if name.starts_with("__") || is_own(name) {
            return Err(format!("`{name}` has a meaning already: choose another name"));
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

/// Returns whether Prometheus, the exporter or certls has a label of this name.
fn is_own(name: &str) -> bool {
    const OWN: &[&str] = &[
        "account",
        "account_id",
        "cert_id",
        "discriminator",
        "filename",
        "filepath",
        "instance",
        "job",
        "project",
        "project_id",
        "provider",
        "reason",
        "region",
        "serial_number",
        "service",
        "source_kind",
        "source_name",
        "version",
    ];
    OWN.contains(&name) || name.starts_with("subject_") || name.starts_with("issuer_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_prometheus_takes() {
        let label = |name: &str, value: &str| Ok(Label { name: name.to_owned(), value: value.to_owned() });
        assert_eq!(Label::parse("team=shop"), label("team", "shop"));
        assert_eq!(Label::parse("_x9=a=b \"c\""), label("_x9", "a=b \"c\""));
        for wrong in ["team", "=x", "team=", "9x=y", "a-b=c", "团=x", "__name__=x", "region=x", "subject_CN=x"] {
            assert!(Label::parse(wrong).is_err(), "{wrong}");
        }
    }
}
