//! The products beside SLB, CAS and STS: their operations and their hosts.

use super::auth::Scheme;
use super::call::{Call, Operation, Via};
use super::response::{Product, Responder};
use super::{Cloud, alb, apig, cas_details, cas_resources, cdn, dcdn, directory, esa, fc, ga, mse, nlb, waf};
use crate::server::{Reply, Request};
use std::net::IpAddr;

const DOMAIN: &str = ".aliyuncs.com";

/// The regions whose hosts of Function Compute are `<region>.fc`.
const OF_OLD_FC: &[&str] = &["cn-hangzhou-finance", "cn-heyuan-acdr-1", "cn-shanghai-finance-1", "me-central-1"];

impl Product {
    /// Returns the operations that are described by their parameters. Those of SLB and STS are not, nor is the
    /// certificate list of CAS.
    fn operations(self) -> Vec<&'static Operation> {
        match self {
            Self::Slb | Self::Sts => Vec::new(),
            Self::Cas => cas_resources::OPERATIONS.iter().chain(cas_details::OPERATIONS).collect(),
            Self::Alb => alb::OPERATIONS.iter().collect(),
            Self::Nlb => nlb::OPERATIONS.iter().collect(),
            Self::Ga => ga::OPERATIONS.iter().collect(),
            Self::Waf => waf::OPERATIONS.iter().collect(),
            Self::Cdn => cdn::OPERATIONS.iter().collect(),
            Self::Dcdn => dcdn::OPERATIONS.iter().collect(),
            Self::Esa => esa::OPERATIONS.iter().collect(),
            Self::Fc => fc::OPERATIONS.iter().collect(),
            Self::Directory => directory::OPERATIONS.iter().collect(),
            Self::Apig => apig::OPERATIONS.iter().collect(),
            Self::Mse => mse::OPERATIONS.iter().collect(),
        }
    }

    /// Returns the region in a host of this product; `None` for a host of another product. A product that is the same
    /// in every region has the empty one.
    fn region_of_host(self, host: &str) -> Option<&str> {
        let name = host.strip_suffix(DOMAIN)?;
        let regional = |product: &str| {
            let region = name.strip_prefix(product)?.strip_prefix('.')?;
            (!region.is_empty() && !region.contains('.')).then_some(region)
        };
        let central =
            |product: &str| regional(product).filter(|region| ["cn-hangzhou", "ap-southeast-1"].contains(region));
        match self {
            Self::Slb | Self::Sts => None,
            Self::Cas if name == "cas" => Some("cn-hangzhou"),
            Self::Cas => regional("cas"),
            Self::Alb => regional("alb"),
            Self::Nlb => regional("nlb"),
            Self::Ga => regional("ga").filter(|region| *region == "cn-hangzhou"),
            Self::Waf => central("wafopenapi"),
            Self::Cdn => ["cdn", "cdn.ap-southeast-1"].contains(&name).then_some(""),
            Self::Dcdn => (name == "dcdn").then_some(""),
            Self::Esa => central("esa"),
            Self::Fc => name
                .strip_suffix(".fc")
                .filter(|region| OF_OLD_FC.contains(region))
                .or_else(|| regional("fcv3").filter(|region| !OF_OLD_FC.contains(region))),
            Self::Directory if name == "resourcedirectory-intl" => Some("ap-southeast-1"),
            Self::Directory => (name == "resourcedirectory").then_some("cn-shanghai"),
            Self::Apig => regional("apig"),
            Self::Mse => regional("mse"),
        }
    }

    /// Tells whether an operation is described by its parameters.
    pub(crate) fn describes(self, action: &str) -> bool {
        match self {
            Self::Slb | Self::Sts => false,
            Self::Cas => action != "ListUserCertificateOrder",
            _ => true,
        }
    }
}

impl Cloud {
    /// Returns the region of a call: that of the vendor's host, else `RegionId`, else the product's first region.
    ///
    /// An endpoint outside the vendor's domain stands for every host of a product.
    pub(crate) fn region_of(&self, product: Product, host: &str, named: &str) -> String {
        if !is_outside(host) {
            return product.region_of_host(host).unwrap_or(named).to_owned();
        }
        let first = || match product {
            Product::Alb => alb::regions(self).into_iter().next().map(|region| region.id),
            Product::Nlb => nlb::regions(self).into_iter().next().map(|region| region.id),
            Product::Fc => self.world.fc.first().map(|domain| domain.region.clone()),
            Product::Apig => self.world.apig.first().map(|domain| domain.region.clone()),
            Product::Mse => self.world.mse.first().map(|gateway| gateway.region.clone()),
            Product::Waf => self.world.waf.first().map(|instance| instance.region.clone()),
            Product::Ga => Some("cn-hangzhou".to_owned()),
            _ => None,
        };
        if named.is_empty() { first().unwrap_or_default() } else { named.to_owned() }
    }

    /// Performs an operation that is described by its parameters.
    pub(crate) fn perform(
        &self,
        (request, scheme): (&Request, Scheme),
        uid: &str,
        region: &str,
        responder: &Responder,
    ) -> Reply {
        let product = responder.product;
        let Some(operation) = product.operations().into_iter().find(|known| known.name == responder.action) else {
            return responder.no_such_action();
        };
        // The real host of another product does not know the action either.
        if !is_outside(&request.host) && product.region_of_host(&request.host).is_none() {
            return responder.no_such_action();
        }
        match Call::read(self, operation, (request, scheme), (uid, region), responder) {
            Err(refusal) => refusal,
            Ok(call) => {
                let named = call.param("RegionId");
                let regional =
                    matches!(product, Product::Alb | Product::Nlb | Product::Ga | Product::Waf | Product::Mse);
                if regional && !named.is_empty() && named != region {
                    return no_such_region(responder);
                }
                match (operation.run)(&call) {
                    Err(refusal) => refusal,
                    // The replies at paths have their own form of a request id, or none.
                    Ok(body) if matches!(operation.via, Via::Path(_)) => Reply::json(200, &body),
                    Ok(body) => responder.success(body),
                }
            }
        }
    }
}

pub(crate) fn no_such_region(responder: &Responder) -> Reply {
    responder.error(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
}

/// Tells whether a host is outside the vendor's domain, as an address of loopback is.
fn is_outside(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.parse::<IpAddr>().is_ok() || !name.ends_with(DOMAIN)
}
