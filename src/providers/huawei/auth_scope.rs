//! What a request is authorized for, which the vendor calls the scope of a token.
//!
//! Reference: <https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html>

/// What a request is authorized for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TokenScope<'a> {
    /// The account: IAM, which knows it by the key or token.
    Domain,
    /// The account of this id: other global services, whose signed requests name it.
    Account(&'a str),
    /// The project of this id: regional services.
    Project(&'a str),
}
