//! The products of Huawei Cloud that keep or use certificates: a file each, and a line in a table.

use crate::providers::provider::{Service, UsageSource};

use super::session::HuaweiSession;

mod elb;
mod elb_client;
mod elb_listeners;
mod scm;

/// The products that keep certificates, in the order of their names in help.
pub(super) static STORES: &[&dyn Service<HuaweiSession>] = &[&elb::Elb, &scm::Scm];

/// The products that use certificates.
pub(super) static USAGE_SOURCES: &[&dyn UsageSource<HuaweiSession>] = &[&elb_listeners::Listeners];
