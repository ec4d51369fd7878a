//! The tests of `certls list`.

mod aliyun_records;
mod aliyun_regions;
mod both_clouds;
mod certificate_facts;
mod certificate_services;
mod chain_issuers;
mod chains;
mod filters;
mod huawei_paging;
mod huawei_projects;
mod huawei_records;
mod listener_usage;
mod notes;
mod odd_fields;
mod paging;
mod projects;
mod sorting;
mod successors;
mod superseded;
