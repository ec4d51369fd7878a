//! The external programs of tests. Without its program a test is skipped, or fails where `CERTLS_TEST_TOOLS=1` is set.

use std::process::{Command, Stdio};

/// Tells whether `program` is installed. `version_flag` makes it print its version and succeed.
///
/// # Panics
///
/// Panics where it is not installed and `CERTLS_TEST_TOOLS=1` is set.
pub(crate) fn is_installed(program: &str, version_flag: &str) -> bool {
    let version = Command::new(program).arg(version_flag).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_installed = version.is_ok_and(|status| status.success());
    if !is_installed {
        report_missing(program);
    }
    is_installed
}

/// Reports that a test is skipped.
///
/// # Panics
///
/// Panics where `CERTLS_TEST_TOOLS=1` is set.
#[expect(clippy::print_stdout, reason = "the output of a test")]
pub(crate) fn report_missing(program: &str) {
    let is_required = std::env::var_os("CERTLS_TEST_TOOLS").is_some_and(|value| value == "1");
    assert!(!is_required, "{program} is missing, and CERTLS_TEST_TOOLS=1 requires it");
    println!("skipped: {program} is missing");
}
