//! What a row means as a whole: every name is defined before it is used, and used after it is defined.

use std::collections::BTreeSet;

use mpuspec_mock::yaml::{self, Mistake, Path};

use super::claims::{Claims, ETagClaim, PartList};
use super::deeds::{shared_size, usual};
use super::expect::{Expect, LaneExpect};
use super::home::operation_of;
use super::step::Step;
use crate::language::{ChecksumClaim, Sizes, UploadRef};
use crate::operation::{Action, Arguments, Kind, MOST_CALLS, Release, Scope, Stop, aspects};

/// Checks the names of a row. Returns the names that this row does not use: another row may.
pub(super) fn check(steps: &[Step], mistakes: &mut Vec<Mistake>) -> BTreeSet<Mistake> {
    let mut checks = Checks { scope: Scope::default(), in_lane: false };
    checks.steps(steps);
    if !has_claim(steps) {
        let message = "no step has `expect`; a case claims something";
        checks.scope.mistake(&Path::root().key("steps"), message);
    }
    checks.known_to_the_model(steps);
    let unused = checks.scope.end();
    mistakes.append(&mut checks.scope.mistakes);
    unused
}

fn has_claim(steps: &[Step]) -> bool {
    steps.iter().flat_map(Step::whole).any(Step::is_claim)
}

/// The largest object that rows may copy from together: it is kept in memory.
pub const LARGEST_SHARED: u64 = 64 << 20;

/// As many seconds a claim may be waited for.
const LONGEST_WAIT: i64 = 300;

struct Checks {
    scope: Scope,
    /// The steps are those of a lane.
    in_lane: bool,
}

impl Checks {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    /// Refuses what the model would not hear of in a row that it judges: what comes of it would be unlawful to it.
    fn known_to_the_model(&mut self, steps: &[Step]) {
        let all = || steps.iter().flat_map(Step::whole);
        if !all().any(|step| matches!(step.expect, Some(Expect::Lawful))) {
            return;
        }
        for step in all().filter(|step| !step.profile().reads && !step.is_modelled()) {
            let message =
                format!("the model does not know `{}`, and judges this row by what it knows", step.word);
            self.scope.mistake_at_key(&step.path.key(step.word), message);
        }
    }

    fn step(&mut self, step: &Step) {
        let at = step.path.key(step.word);
        match &step.action {
            Action::Call(operation) => operation.check(&mut self.scope, &at),
            Action::Loop(many) => many.check(&mut self.scope, &at),
            Action::Release(Release(name)) => self.scope.release(name, &at),
            Action::Restart => {
                if step.expect.is_some() {
                    let message = "a restart has no answer; claim what the steps behind it show";
                    self.scope.mistake_at_key(&step.path.key("expect"), message);
                }
            }
            Action::Together => {
                for (_, steps) in &step.lanes {
                    self.in_lane = true;
                    self.steps(steps);
                    self.in_lane = false;
                    for step in steps.iter().filter(|step| matches!(step.action, Action::Restart)) {
                        let message = "a restart stands between steps, not beside them in a lane";
                        self.scope.mistake_at_key(&step.path.key(step.word), message);
                    }
                }
            }
        }
        self.bounded(step);
        if !self.in_lane {
            for word in step.conduct.words() {
                let message = format!("`{word}` is said of a lane of `together`");
                self.scope.mistake_at_key(&step.path.key(word), message);
            }
        }
        self.judgeable(step);
        if let Some(expect) = &step.expect {
            self.expect(expect, step);
        }
    }

    /// Refuses a step that is a load, and no test, where the limits are those of S3 itself.
    fn bounded(&mut self, step: &Step) {
        let cost = usual().zip(step.action.arguments());
        let cost = cost.and_then(|(provider, arguments)| arguments.cost(&Sizes { provider }).ok());
        if let Some(cost) = cost.filter(|cost| cost.requests > MOST_CALLS) {
            let message = format!("{} requests: a step makes up to {MOST_CALLS}", cost.requests);
            self.scope.mistake_at_key(&step.path.key(step.word), message);
        }
        if let Some(size) = shared_size(step).filter(|size| *size > LARGEST_SHARED) {
            let message = format!("{size} bytes to copy from: the shared object has up to {LARGEST_SHARED}");
            self.scope.mistake_at_key(&step.path.key(step.word), message);
        }
    }

    /// Refuses claims that would be held against nothing.
    fn judgeable(&mut self, step: &Step) {
        let expect = step.path.key("expect");
        if let Some(Expect::Claims(claims)) = &step.expect
            && claims.within.is_some()
            && !step.profile().reads
        {
            let message = format!("`{}` would be done again; only what reads can be asked again", step.word);
            self.scope.mistake_at_key(&expect.key("within"), message);
        }
        if let Some(Expect::Claims(claims)) = &step.expect
            && claims.within.is_some_and(|within| !(0..=LONGEST_WAIT).contains(&within.0))
        {
            let message = format!("a claim is waited for up to {LONGEST_WAIT}s");
            self.scope.mistake_at_key(&expect.key("within"), message);
        }
        if matches!(step.expect, Some(Expect::Lawful)) && !step.is_modelled() {
            let message = format!("the model cannot judge `{}`; claim what it shows", step.word);
            self.scope.mistake(&expect, message);
        }
        if matches!(step.action, Action::Together) {
            if !matches!(step.expect, Some(Expect::OneOf(_) | Expect::Lawful)) {
                let message = "`together` needs `expect` with `one_of`, or `expect: linearizable`";
                self.scope.mistake(&step.path, message);
            }
            for (name, steps) in &step.lanes {
                let path = step.path.key(step.word).key(name);
                if steps.len() != 1 {
                    self.scope.mistake_at_key(&path, "a lane has one step in this version");
                }
                if steps.iter().any(|step| step.expect.is_some()) {
                    self.scope.mistake_at_key(&path, "the claims of lanes stand in the outcomes");
                }
            }
        }
        let message = match step.profile().stop.filter(|_| step.expect.is_some()) {
            Some(Stop::Hold(_)) => "the claim of a held step stands at its `release`",
            Some(Stop::Cut) => "a request that is cut may go without an answer",
            None => return,
        };
        self.scope.mistake(&expect, message);
    }

    fn expect(&mut self, expect: &Expect, step: &Step) {
        let path = step.path.key("expect");
        let upload = step.action.arguments().and_then(Arguments::upload);
        match expect {
            Expect::Ok | Expect::Lawful => {}
            Expect::Claims(claims) => {
                self.bearable(claims, step, &path);
                self.claims(claims, upload, &path);
                self.tells(claims, step, &path.key("tells"));
            }
            Expect::OneOf(outcomes) => {
                for (at, outcome) in outcomes.iter().enumerate() {
                    let path = path.key("one_of").index(at);
                    self.bearable(&outcome.claims, step, &path);
                    self.claims(&outcome.claims, upload, &path);
                    for (lane, claim) in &outcome.lanes {
                        if let LaneExpect::Claims(claims) = claim {
                            let of_lane = step.lanes.iter().find(|(name, _)| name == lane);
                            for of_lane in of_lane.iter().flat_map(|(_, steps)| steps) {
                                self.bearable(claims, of_lane, &path.key(lane));
                            }
                            self.claims(claims, upload, &path.key(lane));
                        }
                    }
                    self.steps(&outcome.then);
                }
            }
        }
    }

    /// Refuses claims that no answer of the operation can bear: they would hold whatever came.
    fn bearable(&mut self, claims: &Claims, step: &Step, place: &Path) {
        let bears = match &step.action {
            Action::Release(_) => &["etag", "checksum"][..],
            action => action.arguments().map_or(&[][..], Arguments::bears),
        };
        for word in claims.special().filter(|word| !bears.contains(word)) {
            let message = format!("an answer to `{}` has no `{word}` that could be claimed", step.word);
            let mistake = Mistake::at_key(&place.key(word), message);
            self.scope.mistakes.push(match bears {
                [] => mistake,
                bears => mistake.help(format!("it can be claimed of it: {}", bears.join(", "))),
            });
        }
    }

    /// Refuses aspects that the answer does not have: nothing would ever deviate.
    fn tells(&mut self, claims: &Claims, step: &Step, place: &Path) {
        let known = operation_of(&step.action, claims).map_or(&[][..], aspects);
        for (at, aspect) in claims.tells.iter().flatten().enumerate() {
            if !known.contains(&aspect.as_str()) {
                let mistake = yaml::unknown("aspect", aspect, known);
                self.scope.mistakes.push(Mistake { path: place.index(at), ..mistake });
            }
        }
    }

    fn claims(&mut self, claims: &Claims, upload: Option<&UploadRef>, path: &Path) {
        let of_success = claims.ok.is_some()
            || claims.etag.is_some()
            || claims.content.is_some()
            || claims.size.is_some()
            || claims.parts.is_some()
            || claims.uploads.is_some()
            || claims.count.is_some()
            || claims.prefixes.is_some()
            || claims.root.is_some()
            || claims.body.is_some()
            || claims.pages.is_some()
            || claims.distinct.is_some()
            || claims.checksum.is_some()
            || claims.part_checksums.is_some()
            || claims.keys.is_some()
            || claims.acl.is_some()
            || claims.tagging.is_some()
            || claims.same.is_some()
            || claims.times.is_some();
        let refusal = claims.error.is_some() || claims.refused.is_some();
        if claims.error.is_some() && claims.refused.is_some() {
            self.scope.mistake(path, "`error` cannot be combined with `refused`; keep one of them");
        } else if refusal && of_success {
            let word = if claims.error.is_some() { "error" } else { "refused" };
            let message = format!("`{word}` cannot be combined with success expectations");
            self.scope.mistake(path, message);
        }
        let failure = claims.status.filter(|status| !(200..300).contains(status));
        let of_document = claims.fields.is_some() || claims.no_fields.is_some() || claims.tells.is_some();
        if let Some(status) = failure.filter(|_| !refusal && (of_success || of_document)) {
            let message = format!(
                "`status: {status}` cannot be combined with expectations about the document; only headers are checked with it"
            );
            self.scope.mistake(path, message);
        }
        if claims.ok == Some(false) {
            let message = "`ok: false` is not supported; use `error: any`, an error code or a status";
            self.scope.mistake(&path.key("ok"), message);
        }
        let own_status = claims.error.as_ref().is_some_and(|code| code.0 == "CallbackFailed");
        if refusal && claims.status.is_some() && !own_status {
            self.scope.mistake(&path.key("status"), "an error code has its status; leave this out");
        }
        for (algorithm, claim) in claims.checksum.iter().flatten() {
            if let ChecksumClaim::Of(part) = claim {
                self.scope.part(part, None, &path.key("checksum").key(algorithm.name()).key("of"));
            }
        }
        for (at, item) in claims.content.iter().flatten().enumerate() {
            self.scope.part(&item.of, None, &path.key("content").index(at));
        }
        if let Some(PartList::List(parts)) = &claims.parts {
            for (at, part) in parts.iter().enumerate() {
                self.scope.part(part, upload, &path.key("parts").index(at));
            }
        }
        if let Some(ETagClaim::Of(name) | ETagClaim::Not(name)) = &claims.etag {
            self.scope.use_name(name, &[Kind::Sent, Kind::Object], &path.key("etag"));
        }
        for (at, name) in claims.uploads.iter().flatten().enumerate() {
            self.scope.use_name(name, &[Kind::Upload], &path.key("uploads").index(at));
        }
    }
}
