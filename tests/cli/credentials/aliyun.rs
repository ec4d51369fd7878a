//! Alibaba Cloud: the access keys of the environment, and the signature of requests.

use crate::support::fixtures::{SLB_LIST, two_regions};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, ALIYUN_TOKEN, Certls, assert_run};
use clouds::aliyun;

/// The variables of one key: id, secret, token.
type Spelling = (&'static str, &'static str, &'static str);

const SPELLINGS: [Spelling; 4] = [
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
];

#[test]
fn the_older_signature_is_the_default_and_leaves_the_address_empty() {
    for choice in ["", "rpc"] {
        let cloud = aliyun::start(two_regions());
        let run = Certls::new().aliyun(&cloud).env("CERTLS_ALIYUN_SIGNATURE", choice).run("list -o json");
        assert_eq!((run.code, run.names()), (0, vec!["shop".to_owned(), "blog".to_owned()]), "{}", run.text());
        let seen = cloud.log.all();
        assert_eq!(seen.len(), 4, "{seen:?}");
        for seen in seen {
            // ACS3 sends its parameters in the address; all of RPC's are in the body.
            assert_eq!((seen.query.as_str(), seen.authorized), ("", true), "{seen:?}");
        }
    }
}

#[test]
fn the_newer_signature_keeps_key_and_token_out_of_the_address() {
    let mut world = two_regions();
    world.accounts[0].token = Some(ALIYUN_TOKEN.to_owned());
    let cloud = aliyun::start(world);
    let certls = Certls::new().aliyun(&cloud).env("ALIBABA_CLOUD_SECURITY_TOKEN", ALIYUN_TOKEN);
    let run = certls.env("CERTLS_ALIYUN_SIGNATURE", "acs3").run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    let listed: Vec<_> = cloud.log.all().into_iter().filter(|seen| seen.action == SLB_LIST).collect();
    assert_eq!(listed.len(), 2);
    for seen in listed {
        assert_eq!(seen.query, format!("RegionId={}", seen.region));
        assert!(seen.authorized);
    }
}

#[test]
fn an_unknown_signature_is_named_in_the_error() {
    let cloud = aliyun::start(two_regions());
    let run = Certls::new().aliyun(&cloud).env("CERTLS_ALIYUN_SIGNATURE", "v4").run("list");
    assert_run!(run, @"
    exit 2
    --- stdout
    --- stderr
    error: aliyun default all slb: CERTLS_ALIYUN_SIGNATURE: unknown signature `v4`
    hint: set CERTLS_ALIYUN_SIGNATURE to rpc or acs3, or unset it
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    assert_eq!(cloud.log.all().len(), 0);
}

#[test]
fn temporary_keys_go_with_their_token_by_either_signature() {
    for signature in ["rpc", "acs3"] {
        let mut world = two_regions();
        world.accounts[0].token = Some(ALIYUN_TOKEN.to_owned());
        let cloud = aliyun::start(world);
        let certls = Certls::new().aliyun(&cloud).env("CERTLS_ALIYUN_SIGNATURE", signature);
        let without = certls.run("list -o json -r cn-hangzhou");
        assert_eq!(without.code, 1, "{}", without.text());
        assert!(without.stderr.contains("MissingSecurityToken"), "{}", without.stderr);
        let with = certls.env("ALIBABA_CLOUD_SECURITY_TOKEN", ALIYUN_TOKEN).run("list -o json");
        assert_eq!((with.code, with.names().len()), (0, 2), "{}", with.text());
    }
}

#[test]
fn every_spelling_of_the_variables_is_read() {
    for (id, secret, token) in SPELLINGS {
        for temporary in [false, true] {
            let mut world = two_regions();
            let mut certls = Certls::new().env(id, ALIYUN_KEY).env(secret, ALIYUN_SECRET);
            if temporary {
                world.accounts[0].token = Some(ALIYUN_TOKEN.to_owned());
                certls = certls.env(token, ALIYUN_TOKEN);
            }
            let cloud = aliyun::start(world);
            let run = certls.aliyun_at(&cloud.url).run("list -o json");
            assert_eq!((run.code, run.names().len()), (0, 2), "{id} {temporary} {}", run.text());
        }
    }
}

#[test]
fn the_first_spelling_wins() {
    for pair in SPELLINGS.windows(2) {
        let cloud = aliyun::start(two_regions());
        let ((id, secret, _), (later_id, later_secret, _)) = (pair[0], pair[1]);
        let certls = Certls::new().env(id, ALIYUN_KEY).env(secret, ALIYUN_SECRET);
        let certls = certls.env(later_id, "OTHERKEYID00000000001").env(later_secret, "OTHERSECRET0000000001");
        let run = certls.aliyun_at(&cloud.url).run("list -o json");
        assert_eq!((run.code, run.names().len()), (0, 2), "{id} before {later_id}: {}", run.text());
    }
}

#[test]
fn line_ends_around_pasted_keys_do_no_harm() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun_at(&cloud.url);
    let certls = certls.env("ALIBABA_CLOUD_ACCESS_KEY_ID", &format!("{ALIYUN_KEY}\n"));
    let run = certls.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &format!(" {ALIYUN_SECRET}\r\n")).run("list");
    assert_eq!(run.code, 0, "{}", run.text());
}

#[test]
fn half_a_key_is_an_error_that_names_the_other_half() {
    for (id, secret, token) in SPELLINGS {
        let whole = [id, secret, token];
        for (set, missing) in [(&whole[..1], secret), (&whole[1..2], id), (&[id, token][..], secret)] {
            let cloud = aliyun::start(two_regions());
            let certls = set
                .iter()
                .fold(Certls::new().aliyun_at(&cloud.url), |certls, name| certls.env(name, "HALFOFAKEY00000000001"));
            let run = certls.run("list");
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.text());
            assert!(run.stderr.contains(&format!("is set, but {missing} is not")), "{set:?}: {}", run.stderr);
            assert_eq!(cloud.log.all().len(), 0);
        }
    }
}

#[test]
fn a_later_whole_key_does_not_stand_in_for_half_of_an_earlier_one() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun_at(&cloud.url).env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIYUN_KEY);
    let certls = certls.env("ALICLOUD_ACCESS_KEY", ALIYUN_KEY).env("ALICLOUD_SECRET_KEY", ALIYUN_SECRET);
    assert_run!(certls.run("list"), @"
    exit 2
    --- stdout
    --- stderr
    error: aliyun default all slb: ALIBABA_CLOUD_ACCESS_KEY_ID is set, but ALIBABA_CLOUD_ACCESS_KEY_SECRET is not
    hint: set ALIBABA_CLOUD_ACCESS_KEY_SECRET as well, or unset ALIBABA_CLOUD_ACCESS_KEY_ID
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
}
