//! The simulated clouds behave as the real ones are documented, seen from a client of bare sockets.
#![allow(clippy::unwrap_used)]

mod aliyun;
mod aliyun_estate;
mod aliyun_pages;
mod aliyun_services;
mod client;
mod huawei;
mod huawei_organization;
mod huawei_services;
mod huawei_stores;
mod signatures;
mod signed;
