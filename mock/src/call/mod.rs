//! A call: a request whose sender is known, and what operations share in carrying it out.

mod access;
mod answers;
mod apply;
mod body;
pub(crate) mod call_back;
pub(crate) mod conditions;
pub(crate) mod copy_source;
pub(crate) mod digests;
pub(crate) mod encoding;
pub(crate) mod encryption;
pub(crate) mod metadata;
pub(crate) mod pages;
pub(crate) mod points;
mod query;
mod service;
pub(crate) mod tags;

use hyper::body::Incoming;

pub(crate) use self::body::Document;
use self::points::Points;
pub(crate) use self::service::Service;
use crate::checks::Checks;
use crate::dialect::{self, Asking, Dialect};
use crate::http::{Payload, Request};

/// A request whose sender is known.
pub(crate) struct Call<'s> {
    pub(crate) service: &'s Service,
    /// What S3 calls what is asked for.
    #[cfg_attr(not(feature = "defects"), expect(dead_code, reason = "mistakes ask for it"))]
    pub(crate) operation: &'static str,
    pub(crate) request: Request,
    /// The access key; `None` for a request that is not signed.
    pub(crate) principal: Option<String>,
    pub(crate) payload: Option<Payload>,
    pub(crate) body: Option<&'s mut Incoming>,
}

/// The name of whoever does not sign.
const ANONYMOUS: &str = "anonymous";

impl<'s> Call<'s> {
    /// The same, without what can be read but once.
    #[cfg(feature = "defects")]
    pub(crate) fn without_body(&self) -> Call<'s> {
        Call {
            service: self.service,
            operation: self.operation,
            request: self.request.clone(),
            principal: self.principal.clone(),
            payload: self.payload.clone(),
            body: None,
        }
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        dialect::of(self.service.provider.dialect)
    }

    /// What the dialect reads.
    pub(crate) fn asking(&self) -> Asking<'_> {
        let Service { provider, region, points, .. } = self.service;
        Asking { request: &self.request, checks: &**points, provider, region }
    }

    /// The checks that a request can fail.
    pub(crate) fn checks(&self) -> &'s dyn Checks {
        &*self.service.points
    }

    pub(crate) fn points(&self) -> &'s dyn Points {
        &*self.service.points
    }

    pub(crate) fn principal(&self) -> &str {
        self.principal.as_deref().unwrap_or(ANONYMOUS)
    }
}
