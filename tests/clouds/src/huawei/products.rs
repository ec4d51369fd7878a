//! The calls of the products beside ELB and SCM's list: their paths, names and permissions, and who answers them.

use super::elb::refuse;
use super::{Caller, State, apig, cdn, deployments, metadata, organizations, pca, scm, scm_details, sts, waf};
use crate::fault::{self, Effect};
use crate::server::{Reply, Request};
use crate::wire::{self, Plus};
use serde_json::{Value, json};

/// A call of one of the products. Ids and names are still percent-encoded.
#[derive(Clone, Copy)]
pub(crate) enum Product<'a> {
    ScmShow(&'a str),
    ScmTags(&'a str),
    ScmExport(&'a str),
    ScmByTag,
    ScmDeployed,
    PcaCertificates,
    PcaAuthorities,
    PcaExport(&'a str),
    PcaExportAuthority(&'a str),
    CdnCertificates,
    CdnDomains,
    CdnConfig(&'a str),
    WafList(&'a str),
    WafShow(&'a str, &'a str),
    WafHosts(&'a str),
    ApigInstances(&'a str),
    ApigList(&'a str),
    ApigShow(&'a str, &'a str),
    ApigAttachedDomains(&'a str, &'a str),
    ApigGroups(&'a str, &'a str),
    OrganizationsShow,
    OrganizationsAccounts,
    StsAssume,
}

impl<'a> Product<'a> {
    /// Returns the call of a path, which is given without the slashes between its parts.
    pub(crate) fn of(method: &str, parts: &[&'a str]) -> Option<Self> {
        Some(match (method, parts) {
            ("GET", ["v3", "scm", "certificates", id]) => Self::ScmShow(id),
            ("GET", ["v3", "scm", id, "tags"]) => Self::ScmTags(id),
            ("POST", ["v3", "scm", "certificates", id, "export"]) => Self::ScmExport(id),
            ("POST", ["v3", "scm", "resource_instances", "action"]) => Self::ScmByTag,
            ("POST", ["v3", "scm", "deployed-resources"]) => Self::ScmDeployed,
            ("GET", ["v1", "private-certificates"]) => Self::PcaCertificates,
            ("GET", ["v1", "private-certificate-authorities"]) => Self::PcaAuthorities,
            ("POST", ["v1", "private-certificates", id, "export"]) => Self::PcaExport(id),
            ("POST", ["v1", "private-certificate-authorities", id, "export"]) => Self::PcaExportAuthority(id),
            ("GET", ["v1.0", "cdn", "domains", "https-certificate-info"]) => Self::CdnCertificates,
            ("GET", ["v1.0", "cdn", "domains"]) => Self::CdnDomains,
            ("GET", ["v1.1", "cdn", "configuration", "domains", name, "configs"]) => Self::CdnConfig(name),
            ("GET", ["v1", project, "waf", "certificate"]) => Self::WafList(project),
            ("GET", ["v1", project, "waf", "certificate", id]) => Self::WafShow(project, id),
            ("GET", ["v1", project, "composite-waf", "host"]) => Self::WafHosts(project),
            ("GET", ["v2", project, "apigw", "instances"]) => Self::ApigInstances(project),
            ("GET", ["v2", project, "apigw", "instances", id, "api-groups"]) => Self::ApigGroups(project, id),
            ("GET", ["v2", project, "apigw", "certificates"]) => Self::ApigList(project),
            ("GET", ["v2", project, "apigw", "certificates", id]) => Self::ApigShow(project, id),
            ("GET", ["v2", project, "apigw", "certificates", id, "attached-domains"]) => {
                Self::ApigAttachedDomains(project, id)
            }
            ("GET", ["v1", "organizations"]) => Self::OrganizationsShow,
            ("GET", ["v1", "organizations", "accounts"]) => Self::OrganizationsAccounts,
            ("POST", ["v5", "agencies", "assume"]) => Self::StsAssume,
            _ => return None,
        })
    }

    /// Returns its name, by which it is logged, denied and made to fail.
    pub(crate) fn action(self) -> &'static str {
        self.names().0
    }

    /// Returns its name and its permission.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ScmShow(_) => ("scm:show", "scm:cert:get"),
            Self::ScmTags(_) => ("scm:tags", "scm:cert:listTagsByCertificate"),
            Self::ScmExport(_) => ("scm:export", "scm:cert:export"),
            Self::ScmByTag => ("scm:by-tag", "scm:cert:listCertificatesByTag"),
            Self::ScmDeployed => ("scm:deployed", "scm:cert:listDeployedResources"),
            Self::PcaCertificates => ("pca:list", "pca:cert:list"),
            Self::PcaAuthorities => ("pca:authorities", "pca:ca:list"),
            Self::PcaExport(_) => ("pca:export", "pca:cert:export"),
            Self::PcaExportAuthority(_) => ("pca:export-authority", "pca:ca:export"),
            Self::CdnCertificates => ("cdn:list", "cdn:configuration:queryHttpsConf"),
            Self::CdnDomains => ("cdn:domains", "cdn:configuration:queryDomains"),
            Self::CdnConfig(_) => ("cdn:config", "cdn:configuration:queryDomainConf"),
            Self::WafList(_) => ("waf:list", "waf:certificate:list"),
            Self::WafShow(..) => ("waf:show", "waf:certificate:get"),
            Self::WafHosts(_) => ("waf:hosts", "waf:host:list"),
            Self::ApigInstances(_) => ("apig:instances", "apig:instances:list"),
            Self::ApigList(_) => ("apig:list", "apig:certificate:list"),
            Self::ApigShow(..) => ("apig:show", "apig:certificate:get"),
            Self::ApigAttachedDomains(..) => ("apig:attached-domains", "apig:certificate:list"),
            Self::ApigGroups(..) => ("apig:groups", "apig:groups:list"),
            Self::OrganizationsShow => ("organizations:show", "organizations:organizations:get"),
            Self::OrganizationsAccounts => ("organizations:accounts", "organizations:accounts:list"),
            Self::StsAssume => ("sts:assume", "sts:agencies:assume"),
        }
    }

    pub(crate) fn project(self) -> Option<&'a str> {
        match self {
            Self::WafList(project)
            | Self::WafShow(project, _)
            | Self::WafHosts(project)
            | Self::ApigInstances(project)
            | Self::ApigList(project)
            | Self::ApigShow(project, _)
            | Self::ApigAttachedDomains(project, _)
            | Self::ApigGroups(project, _) => Some(project),
            _ => None,
        }
    }

    /// Returns the refusal of a caller to whom the project of the path does not belong.
    pub(crate) fn foreign_project(self) -> Reply {
        match self {
            Self::WafList(_) | Self::WafShow(..) | Self::WafHosts(_) => waf::foreign_project(),
            _ => apig::denied(),
        }
    }

    /// Returns the answer to a caller without the permission.
    pub(crate) fn denied(self) -> Reply {
        let (action, permission) = self.names();
        match action.split_once(':') {
            Some(("scm", _)) => scm::denied(permission),
            Some(("pca", _)) => pca::denied(permission),
            Some(("cdn", _)) => cdn::denied(permission),
            Some(("waf", _)) => waf::denied(),
            Some(("apig", "instances")) => apig::no_instances(),
            Some(("apig", _)) => apig::denied(),
            Some(("organizations", _)) => organizations::denied(),
            _ => metadata::denied(),
        }
    }

    pub(crate) fn answer(self, state: &State, caller: &Caller, request: &Request) -> Reply {
        let answer: Result<Value, Reply> = match self {
            Self::ScmShow(id) => scm_details::show(state, caller, request, id),
            Self::ScmTags(id) => scm_details::tags(state, caller, request, id),
            Self::ScmExport(id) => scm_details::export(state, caller, request, id),
            Self::ScmByTag => scm_details::by_tag(state, caller, request),
            Self::ScmDeployed => deployments::list(state, caller, request),
            Self::PcaCertificates => pca::certificates(state, caller, request),
            Self::PcaAuthorities => pca::authorities(state, caller, request),
            Self::PcaExport(id) => pca::export(state, caller, request, id),
            Self::PcaExportAuthority(id) => pca::export_authority(state, caller, request, id),
            Self::CdnCertificates => cdn::certificates(state, caller, request),
            Self::CdnDomains => cdn::list(state, caller, request),
            Self::CdnConfig(name) => cdn::config(state, caller, request, name),
            Self::WafList(project) => waf::list(state, caller, request, project),
            Self::WafShow(project, id) => waf::show(state, caller, request, project, id),
            Self::WafHosts(project) => waf::hosts(state, caller, request, project),
            Self::ApigInstances(project) => apig::instances(state, caller, request, project),
            Self::ApigList(project) => apig::certificates(state, caller, request, project),
            Self::ApigShow(project, id) => apig::show(state, caller, request, project, id),
            Self::ApigAttachedDomains(project, id) => apig::attached_domains(state, caller, request, project, id),
            Self::ApigGroups(project, id) => apig::groups(state, caller, request, project, id),
            Self::OrganizationsShow => organizations::show(state, caller, request),
            Self::OrganizationsAccounts => organizations::accounts(state, caller, request),
            Self::StsAssume => sts::assume(state, caller, request),
        };
        answer.map_or_else(|refusal| refusal, |body| Reply::json(200, &body))
    }

    /// Returns the reply for a fault. `normal_reply` answers a request, which is another one for a list that repeats
    /// its first page.
    pub(crate) fn faulty_reply(
        self,
        what: Effect,
        request: &Request,
        normal_reply: impl FnOnce(&Request) -> Reply,
    ) -> Reply {
        let code = match self.action().split_once(':') {
            Some(("scm", _)) => "SCM.0016",
            Some(("pca", _)) => "PCA.10010000",
            Some(("cdn", _)) => "CDN.0000",
            Some(("waf", _)) => "WAF.00010001",
            Some(("apig", _)) => "APIG.9999",
            Some(("organizations", _)) => "Organizations.1000",
            _ => "STS5.1001",
        };
        match what {
            Effect::MissingList => Reply::json(200, &json!({})),
            Effect::ServerError => refuse(500, code, "Internal Server Error."),
            Effect::Denied => self.denied(),
            Effect::EchoRequest(status) => refuse(status, code, &fault::echo(request)),
            Effect::RepeatMarker => normal_reply(&first_page(request)),
            what => fault::common_reply(what, || normal_reply(request)),
        }
    }
}

/// Returns the request without its position in the list.
fn first_page(request: &Request) -> Request {
    let positions = ["marker", "offset", "page", "page_number"];
    let pairs = wire::pairs(&request.query, Plus::Plus);
    let query =
        wire::canonical_query(pairs.into_iter().filter(|(name, _)| !positions.contains(&name.as_str())).collect());
    let mut first = Request { query, ..request.clone() };
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&request.body) {
        body.remove("offset");
        first.body = Value::Object(body).to_string().into_bytes();
    }
    first
}
