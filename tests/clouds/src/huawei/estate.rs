//! Short ways to put a certificate into several products of a world at once.

use super::{CdnDomain, Deployment, ScmDetail, Waf, WafCertificate, World};
use crate::certs::Certificate;
use crate::records::{changed, huawei_listener, huawei_record, id_of, scm_record};
use serde_json::json;

impl World {
    /// Puts a certificate into SCM: its record, and what the answer for it alone says.
    pub fn add_scm(&mut self, id: &str, name: &str, certificate: &Certificate) {
        self.scm.push(scm_record(id, name, certificate));
        self.scm_details.push(ScmDetail::new(id, certificate));
    }

    /// Deploys a certificate of SCM on a domain of CDN.
    pub fn deploy_on_cdn(&mut self, scm_id: &str, certificate: &Certificate, domain: &str) {
        let domain = CdnDomain::new(domain).serving_scm(scm_id, scm_id, certificate);
        self.deployments.push(Deployment::cdn(scm_id, &domain.id, &domain.name));
        self.cdn.push(domain);
    }

    /// Deploys a certificate of SCM on a host of WAF in a project, which subscribes to WAF if it had not. Returns the
    /// id of the copy in WAF.
    pub fn deploy_on_waf(&mut self, scm_id: &str, certificate: &Certificate, project: &str, host: &str) -> String {
        let id = id_of(&format!("{scm_id} in the WAF of {project}"));
        let (region, project_id) = self.region_and_id(project);
        self.deployments.push(Deployment::waf(scm_id, &region, &id, scm_id));
        let copy = WafCertificate::new(&id, scm_id, certificate).from_scm(scm_id).bound_to(host);
        match self.waf.iter_mut().find(|waf| waf.project_id == project_id) {
            Some(waf) => waf.certificates.push(copy),
            None => self.waf.push(Waf::new(&project_id).with(copy)),
        }
        id
    }

    /// Deploys a certificate of SCM on the listener at port 443 of a load balancer in a project. Returns the id of the
    /// copy in ELB.
    pub fn deploy_on_elb(&mut self, scm_id: &str, certificate: &Certificate, project: &str, balancer: &str) -> String {
        let id = id_of(&format!("{scm_id} in the ELB of {project}"));
        let (region, project_id) = self.region_and_id(project);
        self.deployments.push(Deployment::elb(scm_id, &region, &id, scm_id));
        let pushed = json!({
            "source": "scm",
            "scm_certificate_id": scm_id,
            "description": "Push by SSL Certificate Manager",
        });
        let copy = changed(huawei_record(&id, &project_id, scm_id, certificate), &pushed);
        let mut listener = huawei_listener(&format!("{balancer}-443"), &project_id, balancer, 443);
        listener["default_tls_container_ref"] = json!(id);
        self.listeners.push(listener);
        let project = self.projects.iter_mut().find(|known| known.id == project_id).expect("the project");
        project.certificates.push(copy);
        id
    }

    /// Returns the region and the id of the project with this name.
    fn region_and_id(&self, name: &str) -> (String, String) {
        let project = self.projects.iter().find(|project| project.name == name).expect("a project of this name");
        (name.split('_').next().unwrap_or_default().to_owned(), project.id.clone())
    }
}
