//! Mistakes about callbacks.

use crate::call::Call;
use crate::defects::mistake::{At, Mistake, request};
use crate::dialect::callback::{Callback, Kind, Plan, Told};
use crate::dialect::{self, Asked};

use crate::model::Operation;
use crate::ops::route;

const fn plan(name: &'static str, about: &'static str, change: fn(&mut Plan)) -> Mistake {
    Mistake::new(name, about, At::Callback(change)).of_oss()
}

const fn outcome(name: &'static str, about: &'static str, told: fn(&Call<'_>, Told) -> Told) -> Mistake {
    Mistake::new(name, about, At::CalledBack(told)).of_oss()
}

pub(in crate::defects) const MISTAKES: &[Mistake] = &[
    plan("skip-callback", "A callback is answered for and never made.", |plan| plan.times = 0),
    plan("call-back-twice", "A callback is made twice.", |plan| plan.times = 2),
    plan(
        "keep-callback-variables",
        "The variables in the body of a callback are sent as they are.",
        |plan| {
            plan.body.clone_from(&plan.template);
        },
    ),
    plan("ignore-callback-host", "The Host of a callback is that of its URL, whatever was asked.", |plan| {
        plan.host = None;
    }),
    plan("ignore-callback-type", "The body of a callback is always sent as a form.", |plan| {
        plan.content_type = Kind::Form;
    }),
    plan("call-first-url-alone", "Only the first URL of a callback is tried.", |plan| plan.urls.truncate(1)),
    outcome(
        "hide-callback-reply",
        "The answer is the usual one, and not the reply of the callback server.",
        |_, told| if let Told::Reply(_) = told { Told::Nobody } else { told },
    ),
    outcome("hide-callback-failure", "A callback that failed is answered with success.", |_, told| {
        if let Told::Failed(_) = told { Told::Nobody } else { told }
    }),
    outcome(
        "callback-failure-deletes-object",
        "A callback that failed takes the object away.",
        |call, told| {
            if let Told::Failed(_) = told {
                // Whether it is there no longer matters.
                let _ = call.apply(Operation::Delete);
            }
            told
        },
    ),
    request("ignore-broken-callbacks", "A callback that cannot be made out is passed over.", |call| {
        if Callback::of(&call.request).is_err() {
            without_callback(call);
        }
        None
    })
    .of_oss(),
    Mistake::new(
        "complete-on-broken-callback",
        "A callback that cannot be made out is refused, and the upload completed all the same.",
        At::Several(&[
            At::Request(|call| {
                if call.operation == "CompleteMultipartUpload" && Callback::of(&call.request).is_err() {
                    without_callback(call);
                }
                None
            }),
            At::Answer(|told, answer| {
                let completes = route::operation(told.request) == "CompleteMultipartUpload" && !told.refused;
                if let Some(Err(error)) = completes.then(|| Callback::of(told.request)) {
                    let asked = Asked {
                        operation: "CompleteMultipartUpload",
                        head: false,
                        host: told.request.header("host").unwrap_or_default(),
                        resource: &told.request.raw_path,
                        request_id: "",
                    };
                    *answer = dialect::of(told.service.provider.dialect).error(&error, &asked);
                }
            }),
        ]),
    )
    .of_oss(),
];

fn without_callback(call: &mut Call<'_>) {
    for name in ["callback", "callback-var"] {
        call.request.headers.remove(call.dialect().header(name));
        call.request.set_query(name, None);
    }
}
