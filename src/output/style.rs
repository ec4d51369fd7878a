//! Colors, which only repeat what words say.

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Utc};

use crate::model::{Certificate, Status};

pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Cyan.on_default();
pub(super) const HEADING: Style = Style::new().bold();

/// The days within which an expiry has the color of a warning.
pub(super) const SOON: i64 = 30;

/// Returns the color of a certificate's line.
pub(super) fn of(certificate: &Certificate, now: DateTime<Utc>) -> Style {
    match (certificate.status(now), certificate.first_days_left(now)) {
        _ if certificate.is_expired(now) => AnsiColor::Red.on_default(),
        (Status::Valid, Some(days)) if days < SOON => AnsiColor::Yellow.on_default(),
        (Status::Valid, _) => Style::new(),
        _ => Style::new().dimmed(),
    }
}

/// Returns the color of an account's line.
pub(super) fn of_account(is_ok: bool) -> Style {
    if is_ok { Style::new() } else { AnsiColor::Red.on_default() }
}
