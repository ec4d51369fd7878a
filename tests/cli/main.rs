//! certls from end to end: the real binary against simulated clouds.

#[path = "../clouds/mod.rs"]
mod clouds;

mod certls;
mod shelf;
mod worlds;

mod aliyun_regions;
mod aliyun_requests;
mod check;
mod check_refused;
mod check_words;
mod clouds_aliyun;
mod clouds_client;
mod clouds_huawei;
mod clouds_vectors;
mod credential_files;
mod estate;
mod files;
mod filters;
mod formats;
mod happy;
mod help;
mod hosts;
mod huawei_credentials;
mod huawei_pages;
mod huawei_projects;
mod interrupt;
mod metadata;
mod metrics;
mod notes;
mod record_aliyun;
mod record_huawei;
mod refused;
mod replies;
mod retries;
mod secrets;
mod services;
mod show;
mod show_more;
mod show_odd;
mod sorting;
mod superseded;
mod terminal;
mod time;
mod usage;
mod usage_of;
mod which;
