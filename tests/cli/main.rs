//! certls from end to end: the real binary against simulated clouds.

#[path = "../clouds/mod.rs"]
mod clouds;

mod certls;
mod worlds;

mod clouds_aliyun;
mod clouds_client;
mod clouds_huawei;
mod clouds_vectors;
mod happy;
