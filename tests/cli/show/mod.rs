//! The tests of `certls show`.

mod by_id;
mod ca_certificates;
mod failures;
mod pem;
mod selectors;

use crate::support::fixtures::{two_projects, two_regions};
use crate::support::runner::{Certls, Run};
use clouds::aliyun::{self, Aliyun};
use clouds::huawei::{self, Huawei};

/// Starts both clouds, with two certificates each.
fn both_clouds() -> (Aliyun, Huawei) {
    (aliyun::start(two_regions()), huawei::start(two_projects()))
}

/// Runs `certls show` against both clouds.
fn show(clouds: &(Aliyun, Huawei), args: &[&str]) -> Run {
    Certls::new().aliyun(&clouds.0).huawei(&clouds.1).run_args(&[&["show"], args].concat())
}
