//! The names of the roots that clients have.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::model::DistinguishedName;
use crate::x509::read_name;

/// The roots that Mozilla trusts for servers, by the comparison keys of their names.
static PUBLIC: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = webpki_roots::TLS_SERVER_ROOTS.iter().filter_map(|root| read_name(&root.subject));
    names.map(|name| name.comparison_key()).collect()
});

/// Returns whether a public root has this name.
pub(super) fn is_public(name: &DistinguishedName) -> bool {
    PUBLIC.contains(&name.comparison_key())
}

/// Returns whether clients are likely to have the authority of this name as a root of theirs: it is a public root, or
/// calls itself a root. Servers need not send it (RFC 8446, 4.4.2).
pub(super) fn is_likely_root(name: &DistinguishedName) -> bool {
    let is_root = |word: &str| word.eq_ignore_ascii_case("root");
    let calls_itself_root =
        |common_name: &str| common_name.split(|character: char| !character.is_alphanumeric()).any(is_root);
    name.common_names().any(calls_itself_root) || is_public(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attribute, AttributeValue};

    fn name(attributes: &[(&'static str, &str)]) -> DistinguishedName {
        let set = |(kind, value): &(&'static str, &str)| {
            vec![Attribute { kind: (*kind).into(), value: AttributeValue::Text((*value).into()) }]
        };
        DistinguishedName::new(attributes.iter().map(set).collect()).expect("a name")
    }

    #[test]
    fn every_public_root_has_a_name_that_is_read() {
        assert!(webpki_roots::TLS_SERVER_ROOTS.iter().all(|root| read_name(&root.subject).is_some()));
        let known = name(&[("C", "US"), ("O", "Internet Security Research Group"), ("CN", "isrg root  x1")]);
        assert!(is_public(&known) && is_likely_root(&known));
        assert!(!is_public(&name(&[("CN", "ISRG Root X1")])));
    }

    #[test]
    fn an_authority_that_calls_itself_a_root_is_likely_to_be_one() {
        for (common_name, expected) in
            [("Corp Root CA", true), ("corp-ROOT-2", true), ("Mid", false), ("Grassroots CA", false)]
        {
            assert_eq!(is_likely_root(&name(&[("O", "Root"), ("CN", common_name)])), expected, "{common_name}");
        }
    }
}
