//! certls from end to end: the real binary against simulated clouds.

#[path = "../clouds/mod.rs"]
mod clouds;

mod certls;
mod worlds;

mod aliyun_regions;
mod aliyun_requests;
mod clouds_aliyun;
mod clouds_client;
mod clouds_huawei;
mod clouds_vectors;
mod estate;
mod happy;
mod hosts;
mod huawei_credentials;
mod huawei_pages;
mod huawei_projects;
mod services;
