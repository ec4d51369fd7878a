//! The products of Alibaba Cloud that keep or use certificates: a file each, and a line in a table.

use crate::providers::provider::{Service, UsageSource};

use super::session::AliyunSession;

mod cas;
mod slb;
mod slb_listeners;

/// The products that keep certificates, in the order of their names in help.
pub(super) static STORES: &[&dyn Service<AliyunSession>] = &[&slb::Slb, &cas::Cas];

/// The products that use certificates.
pub(super) static USAGE_SOURCES: &[&dyn UsageSource<AliyunSession>] = &[&slb_listeners::Listeners];
