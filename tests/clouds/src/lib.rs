//! Simulated clouds on loopback: the servers that the tests, the demo and the benchmarks of certls talk to.
//!
//! They are written from the vendors' documents and never from the client, so the two can disagree.
//! A test builds a `World`, starts it, and points the client at `url`:
//!
//! ```no_run
//! use clouds::aliyun::{self, Account, Region, World};
//! use clouds::fault::{Effect, Fault};
//!
//! let cloud = aliyun::start(World {
//!     accounts: vec![Account::new("testid", "testsecret")],
//!     regions: vec![Region::new("cn-hangzhou", Vec::new())],
//!     faults: vec![Fault::once("DescribeServerCertificates", Effect::Hang)],
//!     ..Default::default()
//! });
//! // Here the client runs with `cloud.url` as its endpoint.
//! assert_eq!(cloud.log.count("DescribeServerCertificates"), 2);
//! ```
//!
//! A cloud stops when it is dropped. To run the client against the vendors' real host names, put
//! [`internet::Internet`] in front and give the client its `proxy_url` and `ca_pem`.

#![expect(clippy::missing_panics_doc, reason = "a fixture that cannot be made is meant to fail its test")]

pub mod aliyun;
pub mod certs;
pub mod fault;
pub mod huawei;
pub mod internet;
pub mod records;
pub mod request_log;
pub mod server;
pub mod wire;
