//! The named points between a request and its answer. At each, something may stand in for what the documents say;
//! where nothing stands, a point costs nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;

use super::Call;
use super::service::Service;
use crate::checks::{Checks, Sound};
use crate::dialect::callback::{Plan, Told};
use crate::http::{Answer, Element, Request, S3Error, Signed};
use crate::model::{self, Event, KeyState, Operation, Rules, UploadsPage, UploadsQuery};
use crate::store::Inner;

/// What is under the keys of a bucket.
pub(crate) type Keys = BTreeMap<String, KeyState>;

/// An answer of the model that may take its time.
pub(crate) type Carried<'c> = Pin<Box<dyn Future<Output = Result<model::Answer, S3Error>> + Send + 'c>>;

/// What takes the place of an answer.
pub(crate) type Instead = Option<Result<Answer, S3Error>>;

/// An answer that is about to leave.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "defects"), expect(dead_code, reason = "mistakes ask for it"))]
pub(crate) struct Answered<'a> {
    pub(crate) service: &'a Service,
    /// The request as it came.
    pub(crate) request: &'a Request,
    /// Whether the request was refused.
    pub(crate) refused: bool,
}

/// What stands at the points.
pub(crate) trait Points: Checks + fmt::Debug {
    /// Whether anything may change a request, or look at it again when it is answered.
    fn keeps_requests(&self) -> bool {
        false
    }

    /// Who sent a request, once that was looked at.
    fn sender(&self, _: &Service, _: &Request, found: Result<Signed, S3Error>) -> Result<Signed, S3Error> {
        found
    }

    /// A request, before it is read.
    fn request(&self, _: &mut Call<'_>) -> Instead {
        None
    }

    /// The document of a request; none if there is none that is well-formed.
    fn document(&self, _: &Call<'_>, _: &mut Option<Element>) {}

    /// The body of an object or a part has ended, whether or not it came whole.
    fn body_ended(&self, _: &Call<'_>) {}

    /// An operation is carried out.
    fn carry_out<'c>(&'c self, call: &'c Call<'_>, operation: Operation) -> Carried<'c> {
        Box::pin(std::future::ready(call.apply(operation)))
    }

    /// The model decides.
    fn apply(&self, state: &mut KeyState, rules: &Rules, event: &Event) -> model::Answer {
        model::apply(state, rules, event)
    }

    /// Uploads are listed.
    fn list_uploads(&self, keys: &Keys, rules: &Rules, query: &UploadsQuery) -> UploadsPage {
        model::list_uploads(keys, rules, query)
    }

    /// Objects are listed.
    fn objects<'k>(&self, keys: &'k Keys) -> Cow<'k, Keys> {
        Cow::Borrowed(keys)
    }

    /// A callback is about to be made.
    fn callback(&self, _: &mut Plan) {}

    /// A callback was made.
    fn called_back(&self, _: &Call<'_>, told: Told) -> Told {
        told
    }

    /// An answer is about to leave.
    fn answer(&self, _: Answered<'_>, _: &mut Answer) {}

    /// The store is about to be used.
    fn settle(&self, _: &mut Inner) {}

    /// The server falls. What it stores stays.
    fn crash(&self, _: &mut Inner) {}
}

impl Points for Sound {}
