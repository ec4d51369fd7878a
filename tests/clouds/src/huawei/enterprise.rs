//! Enterprise projects: which resources a caller sees who has rights in some of them only.

use super::Account;

/// The default enterprise project.
pub(crate) const DEFAULT: &str = "0";

/// The meaning of a call without `enterprise_project_id`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Rights in the whole account are required.
    WholeAccount,
    /// The default enterprise project only.
    Default,
    /// Every enterprise project that the caller sees.
    All,
}

/// Why a call has no reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Malformed,
    Denied,
}

/// The enterprise projects that a call reads.
pub(crate) struct Reach<'a> {
    wanted: Option<&'a str>,
    /// Empty for all.
    granted: &'a [String],
}

impl Reach<'_> {
    /// Tells whether a resource is in reach. One that names no enterprise project is in the default one.
    pub(crate) fn covers(&self, enterprise_project_id: Option<&str>) -> bool {
        let id = enterprise_project_id.filter(|id| !id.is_empty()).unwrap_or(DEFAULT);
        self.wanted.is_none_or(|wanted| wanted == id) && is_granted(self.granted, id)
    }
}

/// Returns the reach of a call with this `enterprise_project_id`. `all` is the product's own word for every enterprise
/// project that the caller sees.
pub(crate) fn reach<'a>(
    account: &'a Account,
    wanted: Option<&'a str>,
    all: &str,
    absent: Absent,
) -> Result<Reach<'a>, Refused> {
    let granted = account.enterprise_projects.as_slice();
    let wanted = match (wanted, absent) {
        (Some(wanted), _) if wanted == all => None,
        (Some(wanted), _) if wanted == DEFAULT || is_uuid(wanted) => Some(wanted),
        (Some(_), _) => return Err(Refused::Malformed),
        (None, Absent::WholeAccount) if !granted.is_empty() => return Err(Refused::Denied),
        (None, Absent::WholeAccount | Absent::All) => None,
        (None, Absent::Default) => Some(DEFAULT),
    };
    match wanted {
        Some(wanted) if !is_granted(granted, wanted) => Err(Refused::Denied),
        wanted => Ok(Reach { wanted, granted }),
    }
}

/// Returns the reach of a call that has no parameter for enterprise projects.
pub(crate) fn everything(account: &Account) -> Reach<'_> {
    Reach { wanted: None, granted: &account.enterprise_projects }
}

fn is_granted(granted: &[String], id: &str) -> bool {
    granted.is_empty() || granted.iter().any(|granted| granted == id)
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
