//! Simulated clouds on loopback: the other side of every conversation the tests have.
//!
//! They are written from the vendors' documents and never from the client, so the two can disagree.
//! A test builds a `World`, starts it, and points the client at `url`:
//!
//! ```ignore
//! let cloud = aliyun::start(aliyun::World {
//!     accounts: vec![aliyun::Account::new("testid", "testsecret")],
//!     regions: vec![aliyun::Region::new("cn-hangzhou", certificates)],
//!     faults: vec![Fault::once("DescribeServerCertificates", What::Hang)],
//!     ..Default::default()
//! });
//! run_client_with_endpoint(&cloud.url);
//! assert_eq!(cloud.log.count("DescribeServerCertificates"), 2);
//! ```
//!
//! A cloud stops when it is dropped. To run the client against the vendors' real host names, put
//! [`internet::Internet`] in front and give the client its `proxy_url` and `ca_pem`.

// Every user of this folder (the tests, the demo) uses another part of it.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc
)]

pub(crate) mod aliyun;
pub(crate) mod aliyun_answer;
pub(crate) mod aliyun_auth;
pub(crate) mod aliyun_cas;
pub(crate) mod aliyun_imds;
pub(crate) mod aliyun_listeners;
pub(crate) mod aliyun_sts;
pub(crate) mod aliyun_world;
pub(crate) mod certs;
pub(crate) mod fault;
pub(crate) mod huawei;
pub(crate) mod huawei_auth;
pub(crate) mod huawei_call;
pub(crate) mod huawei_elb;
pub(crate) mod huawei_iam;
pub(crate) mod huawei_metadata;
pub(crate) mod huawei_scm;
pub(crate) mod huawei_world;
pub(crate) mod internet;
pub(crate) mod records;
pub(crate) mod seen;
pub(crate) mod server;
pub(crate) mod wire;
