//! Servers that echo secrets, in whichever form: none is printed or logged.

use serde_json::json;

use crate::support::fixtures::{SLB_LIST, aliyun_world};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, ALIYUN_TOKEN, Certls, Run};
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};

const OIDC: &str = "AssumeRoleWithOIDC";
const ASSUME: &str = "AssumeRole";

/// A cloud that answers an operation with this refusal.
fn refusing(action: &str, status: u16, body: &serde_json::Value) -> Aliyun {
    let mut world = aliyun_world(&[("cn-hangzhou", &[("shop", 9)])]);
    world.faults = vec![Fault::always(action, Effect::Status(status, Vec::new(), body.to_string()))];
    aliyun::start(world)
}

#[test]
fn a_token_file_that_ends_in_a_line_end_keeps_its_token_secret() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl";
    let message = format!("The token {token} is not valid.");
    for text in [format!("{token}\n"), format!(" {token}\r\n\n"), format!("\u{feff}{token}\n"), token.to_owned()] {
        let body = json!({"Code": "AuthenticationFail.OIDCToken", "Message": message, "RequestId": "r"});
        let cloud = refusing(OIDC, 400, &body);
        let certls = Certls::new().aliyun_at(&cloud.url);
        let file = certls.file("jwt", &text);
        let run = certls
            .env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p")
            .env("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r")
            .env("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &file)
            .run("list -p aliyun -v");
        assert_eq!(run.code, 1, "{}", run.text());
        assert!(run.stderr.contains("The token *** is not valid."), "{text:?}: {}", run.stderr);
        assert!(!run.stderr.contains("eyJ"), "{}", run.stderr);
    }
}

#[test]
fn a_token_file_without_a_token_is_an_error_of_the_file() {
    let cloud = refusing(OIDC, 400, &json!({}));
    let certls = Certls::new().aliyun_at(&cloud.url);
    let file = certls.file("jwt", " \n");
    let run = certls
        .env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p")
        .env("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/r")
        .env("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &file)
        .run("list -p aliyun");
    assert_eq!((run.code, cloud.log.count(OIDC)), (2, 0), "{}", run.text());
    assert!(run.stderr.contains("the file of the token is empty"), "{}", run.stderr);
}

/// A profile that assumes a role with this external id.
fn with_external_id(cloud: &Aliyun, external_id: &str) -> Certls {
    let certls = Certls::new().aliyun_at(&cloud.url);
    let profile = json!({"name": "p", "mode": "RamRoleArn", "access_key_id": ALIYUN_KEY, "access_key_secret": ALIYUN_SECRET,
        "ram_role_arn": "acs:ram::1:role/r", "external_id": external_id});
    let path = certls.file("config.json", &json!({"current": "p", "profiles": [profile]}).to_string());
    certls.env("ALIBABA_CLOUD_CONFIG_FILE", &path)
}

#[test]
fn the_external_id_of_a_role_is_in_no_part_of_an_error_and_not_in_the_log() {
    let id = "ExternalIdCanary3";
    for body in [
        json!({"Code": "X", "Message": format!("m {id}")}),
        json!({"Code": "X", "Message": "m", "RequestId": id}),
        json!({"Code": format!("X.{id}"), "Message": "m"}),
        json!({"Code": "Throttling", "Message": format!("m {id}")}),
        json!({"Code": format!("Throttling.{id}"), "Message": "m"}),
    ] {
        let cloud = refusing(ASSUME, 400, &body);
        let run = with_external_id(&cloud, id).run("list -p aliyun -vv --retry-count 1");
        assert_eq!(run.code, 1, "{}", run.text());
        assert!(run.stderr.contains("STS refuses it") && run.stderr.contains("***"), "{body}: {}", run.stderr);
        assert!(!run.stderr.contains(id), "{body}: {}", run.stderr);
    }
}

/// Lists with a security token that the cloud echoes in this form.
fn echoing(form: &str) -> Run {
    let body = json!({"Code": "X", "Message": format!("bad <{form}> end"), "RequestId": "r"});
    let cloud = refusing(SLB_LIST, 400, &body);
    let certls = Certls::new().aliyun(&cloud).env("ALIBABA_CLOUD_SECURITY_TOKEN", ALIYUN_TOKEN);
    certls.run("list -p aliyun -r cn-hangzhou -v")
}

#[test]
fn a_secret_is_masked_in_every_form_that_a_server_may_echo() {
    let token = ALIYUN_TOKEN;
    let percent = |byte: char| format!("%{:02X}", u32::from(byte));
    let upper: String =
        token.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { percent(c) }).collect();
    for form in [
        token.to_owned(),
        upper.clone(),
        upper.to_lowercase().replace("cais", "CAIS").replace("planted", "PLANTED"),
        token.replace('+', "&#43;").replace('/', "&#x2f;").replace('=', "&#61;"),
        token.replace('/', "\\/"),
        token.replace('/', "\\u002F"),
        format!("{}\n{}", &token[..6], &token[6..]),
        format!("{}\r\n  {}", &token[..9], &token[9..]),
        upper.replace('%', "%25"),
    ] {
        let run = echoing(&form);
        assert!(run.stderr.contains("bad <***> end"), "{form:?}: {}", run.stderr);
    }
}

#[test]
fn a_secret_that_is_cut_short_is_masked_as_well() {
    let run = echoing(&ALIYUN_TOKEN[..20]);
    assert!(run.stderr.contains("bad <***> end"), "{}", run.stderr);
    let run = echoing(&format!("…{}", &ALIYUN_TOKEN[10..]));
    assert!(run.stderr.contains("bad <…***> end"), "{}", run.stderr);
    let run = echoing(&ALIYUN_SECRET[..16]);
    assert!(run.stderr.contains("bad <***> end"), "{}", run.stderr);
}
