//! One rule: what it selects, and a finding for each thing that violates it or may do so. It is long
//! because a finding has many parts.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use smallvec::smallvec;

use super::domain::{Answer, Answered, Domain, Needed};
use super::evaluate::evaluate;
use super::facts::Facts;
use super::population::Population;
use super::proof::{Proof, Prover, Rests, Way, fingerprint, is_meant, message};
use super::truths::Truths;
use crate::access::Step;
use crate::cores;
use crate::document::Region;
use crate::finding::{AccessPath, Evidence, Finding, Matched, RuleResult, Status, Thing, Unread, Value};
use crate::org::{Collection, NARROWED, Text, Truth};
use crate::policy::{Assertion, Condition, Kind, Rule};

/// A rule's answer, with its findings.
pub struct Judged {
    pub result: RuleResult,
    pub findings: Vec<Finding>,
}

/// Judges one rule: the same of each kind of thing that it selects.
pub fn judge(facts: &Facts<'_>, kinds: &[Rule]) -> Judged {
    let info = &kinds[0].info;
    let prover = Prover::new(facts, &info.location.source);
    let mut result = RuleResult::new(Arc::clone(info));
    let mut findings = Vec::new();
    for rule in kinds {
        of_kind(facts, rule, &prover, &mut result, &mut findings);
    }
    // By name, as people look for it, and by all else where the names are the same.
    findings.sort_by(|a, b| (&a.subject, &a.message).cmp(&(&b.subject, &b.message)));
    findings.sort_by_cached_key(|finding| (finding.status, finding.subject.called().to_lowercase()));
    result.vacuous = kinds.iter().all(|rule| result.selected == 0 && rule.bites_nothing());
    result.matched = prover.matched.into_sets();
    Judged { result, findings }
}

/// Judges a rule of the things of one kind.
fn of_kind<'o>(
    facts: &Facts<'o>,
    rule: &Rule,
    prover: &Prover<'_, 'o>,
    result: &mut RuleResult,
    findings: &mut Vec<Finding>,
) {
    facts.set_unlisted_groups(rule.needs().contains(&Collection::ProjectGroups));
    let mut filter = evaluate(facts, &rule.filter, &Domain::all(rule.select), Needed::UntilNo);
    let population = Population::of(facts, rule);
    filter.answers = filter.answers.and(&population.all());
    let may_have_more = population.may_have_more();
    result.selected += filter.answers.count_yes();
    let judge = Judge { facts, rule, prover, population: &population, may_have_more };
    let found: Vec<Finding> = match &rule.assertion {
        Assertion::Forbid(condition) => judge.each(&filter, condition, false),
        Assertion::Require(condition) => judge.each(&filter, condition, true),
        Assertion::Count(bounds, counted, span) => judge.count(&filter, *bounds, *counted, span).into_iter().collect(),
        Assertion::Exactly(exactly) => judge.exactly(&filter, exactly),
    };
    let unknown = found.iter().any(|finding| finding.status == Status::Unknown);
    // If a count is not settled by what was read, it has an unknown finding already.
    let truncated = may_have_more && !matches!(rule.assertion, Assertion::Count(..));
    result.truncated |= truncated;
    if truncated || unknown {
        let unread = judge.unread(&found).into_iter().filter(|one| !result.unread.contains(one)).collect::<Vec<_>>();
        result.unread.extend(unread);
    }
    // There may be many: they are moved once.
    if findings.is_empty() {
        *findings = found;
    } else {
        findings.extend(found);
    }
}

/// Why there is a finding: why the subject violates the rule, and why the rule selected it.
pub(super) struct Why {
    pub broken: Proof,
    pub selected: Proof,
}

/// Of what is no single thing, nobody asks why it was selected.
impl From<Proof> for Why {
    fn from(broken: Proof) -> Self {
        Self { broken, selected: Proof::default() }
    }
}

/// What judging one rule needs at every step.
pub(super) struct Judge<'j, 'o> {
    pub facts: &'j Facts<'o>,
    pub rule: &'j Rule,
    pub prover: &'j Prover<'j, 'o>,
    pub(super) population: &'j Population<'j, 'o>,
    /// Whether there may be more things to select than were read.
    pub may_have_more: bool,
}

impl Judge<'_, '_> {
    /// `forbid` and `require`: a finding for each selected thing that violates it, or may.
    fn each(&self, filter: &Answered<'_>, condition: &Condition, required: bool) -> Vec<Finding> {
        let selected = Domain::all(self.rule.select).without_no(&filter.answers);
        // What is required is explained where it fails.
        let needed = if required { Needed::All } else { Needed::UntilNo };
        let asserted = evaluate(self.facts, condition, &selected, needed);
        let broken = if required { asserted.answers.clone().not() } else { asserted.answers.clone() };
        let broken: Truths = filter.answers.clone().and(&broken);
        let mut found = self.violations(filter, &asserted, &broken.yes().collect::<Vec<_>>());
        let unknown = broken.unknown().map(|at| {
            let mut proof = Proof::default();
            self.unselected(filter.at(at), &mut proof);
            if asserted.answers.of(at) == Truth::Unknown {
                self.prover.explain(asserted.at(at), &mut proof);
            }
            let subject = self.facts.access.thing(self.rule.select, at);
            let message = format!("{} {}: unknown", subject.kind.words(), subject.qualified_label());
            self.finding(Status::Unknown, subject, message, proof.into(), &condition.span)
        });
        found.extend(unknown);
        found
    }

    /// A finding for each thing at these places.
    fn violations(&self, filter: &Answered<'_>, asserted: &Answered<'_>, places: &[usize]) -> Vec<Finding> {
        let pieces = self.of_each(places, |judge, at| judge.violation(filter, asserted, at));
        pieces.into_iter().flat_map(|(found, matched)| self.prover.adopt(found, matched)).collect()
    }

    /// What `work` gives for each of these places, on all cores. Each piece has a prover of its own, and comes with the
    /// permissions that it matched.
    pub fn of_each<T: Send>(
        &self,
        places: &[usize],
        work: impl Fn(&Judge<'_, '_>, usize) -> T + Sync,
    ) -> Vec<(Vec<T>, Vec<Matched>)> {
        let &Judge { facts, rule, prover, population, may_have_more } = self;
        let source = prover.source;
        cores::ranges(places.len(), cores::FEWEST_PROVED, |piece| {
            let prover = Prover::new(facts, source);
            let judge = Judge { facts, rule, prover: &prover, population, may_have_more };
            let done = places[piece].iter().map(|&at| work(&judge, at)).collect();
            (done, prover.matched.into_sets())
        })
    }

    /// Notes why it is unknown whether a thing is selected, if it is.
    pub fn unselected(&self, selected: Answer<'_, '_>, proof: &mut Proof) {
        if selected.truth() != Truth::Unknown {
            return;
        }
        self.prover.explain(selected, proof);
        if self.population.has(selected.at) == Truth::Unknown {
            let scopes = self.rule.scopes();
            for &collection in self.rule.select.reads().iter().filter(|collection| collection.matters(scopes)) {
                self.prover.gaps(proof).unread(collection);
            }
            if self.rule.select == Kind::Grant {
                self.prover.gaps(proof).grants(scopes);
            }
        }
    }

    fn violation(&self, filter: &Answered<'_>, asserted: &Answered<'_>, at: usize) -> Finding {
        let subject = self.facts.access.thing(self.rule.select, at);
        let mut proof = Proof::default();
        // One finding for several conditions: it ends with the first that does.
        let holds = asserted.answers.of(at);
        let apart = asserted.condition.ends_with_one(holds);
        let conditions = if apart { &asserted.parts[..] } else { std::slice::from_ref(asserted) };
        for (number, condition) in conditions.iter().filter(|part| part.answers.of(at) == holds).enumerate() {
            let mut part = Proof::default();
            part.rests = self.prover.explain(condition.at(at), &mut part);
            proof.absorb(u8::try_from(number).unwrap_or(u8::MAX), part);
        }
        proof.missing.clear();
        self.complete_paths(at, &mut proof);
        proof.tidy(self.prover);
        let span = &asserted.condition.span;
        let message = message(self.rule, self.prover, &subject, &proof, span);
        if !proof.elsewhere.is_empty() {
            let Proof { paths, elsewhere, .. } = &mut proof;
            paths.append(elsewhere);
            proof.tidy(self.prover);
        }
        let why = Why { broken: proof, selected: self.selection(filter.at(at)) };
        self.finding(Status::Violation, subject, message, why, span)
    }

    /// Why the rule selected a thing.
    pub fn selection(&self, selected: Answer<'_, '_>) -> Proof {
        let mut selection = Proof::default();
        self.prover.explain(selected, &mut selection);
        own_permissions(&mut selection);
        let Proof { paths, elsewhere, .. } = &mut selection;
        paths.append(elsewhere);
        selection.tidy(self.prover);
        selection.evidence.shrink_to_fit();
        selection
    }

    /// Adds paths that no relation added: to the permissions of a grant or role, and from a project to a thing in it.
    fn complete_paths(&self, at: usize, proof: &mut Proof) {
        match self.rule.select {
            Kind::Grant => {
                let grant = &self.facts.access.grants()[at];
                let matched = self.prover.fired(Step::new(Kind::Role, grant.role.at()), &proof.permissions);
                let ways = grant.routes().filter(|way| is_meant(way, &proof.evidence));
                // Without the grant, there is nothing to flag.
                let condition = (matched.is_none() || proof.rests == Rests::OnPaths).then_some(0);
                proof.paths = ways.map(|steps| Way { steps, matched, condition }).collect();
            }
            Kind::Role => {
                let role = Step::new(Kind::Role, at);
                let matched = self.prover.fired(role, &proof.permissions);
                if proof.paths.is_empty() && matched.is_some() {
                    let condition = (proof.rests == Rests::OnPaths).then_some(0);
                    proof.paths.push(Way { steps: smallvec![role], matched, condition });
                }
                // The permissions are the role's own: they stand at the finding, too.
                own_permissions(proof);
            }
            Kind::ServiceAccount | Kind::ApiKey if proof.paths.is_empty() => {
                let org = self.facts.org;
                let is_key = self.rule.select == Kind::ApiKey;
                let project = if is_key { org.api_keys[at].project } else { org.service_accounts[at].project };
                let steps = smallvec![Step::new(Kind::Project, project.at()), Step::new(self.rule.select, at)];
                proof.paths.push(Way::new(steps, None));
            }
            Kind::User
            | Kind::Group
            | Kind::Project
            | Kind::ServiceAccount
            | Kind::Invite
            | Kind::AdminApiKey
            | Kind::ApiKey => {}
        }
    }

    /// A finding about a thing that was selected, or about their number.
    pub fn finding(
        &self,
        status: Status,
        subject: Arc<Thing>,
        message: String,
        why: Why,
        whole: &Range<usize>,
    ) -> Finding {
        let fingerprint = fingerprint(&self.rule.info.id, self.prover, &subject, &[&why.broken, &why.selected]);
        let Why { broken: proof, selected } = why;
        let fired = proof.paths.iter().find_map(|way| way.matched);
        let region = match (proof.evidence.first(), fired, proof.places.first()) {
            (Some(evidence), ..) => evidence.region.clone(),
            (None, Some(index), _) => self.prover.matched.at(index, |matched| matched.patterns[0].0.clone()),
            (None, None, Some(span)) => self.region(span),
            (None, None, None) => self.region(whole),
        };
        let missing = proof.said(Some(&subject));
        // There may be 100,000 findings, so they keep no spare capacity.
        let kept = proof.paths.len().min(Finding::MOST_PATHS);
        let more_paths = proof.paths.len() - kept;
        let mut paths: Vec<Arc<AccessPath>> = Vec::with_capacity(kept);
        paths.extend(proof.paths.into_iter().take(kept).map(|way| self.prover.path(way, &subject)));
        let mut evidence = proof.evidence;
        evidence.shrink_to_fit();
        Finding {
            rule: 0,
            status,
            message,
            evidence,
            selected_by: selected.evidence,
            paths,
            more_paths,
            missing,
            waiver: None,
            region,
            file: None,
            fingerprint,
            subject,
        }
    }

    /// Lines and columns of words in the policy.
    pub fn region(&self, span: &Range<usize>) -> Region {
        self.rule.info.location.source.region(span)
    }

    /// The collections that the rule needs and that are incomplete, each with what would complete it. One of which all
    /// was read but what no rule needed is incomplete only if a finding says so, or if there may be more to select.
    fn unread(&self, found: &[Finding]) -> Vec<Unread> {
        let coverage = &self.facts.org.coverage;
        let is_missing = |sentence: &String| found.iter().any(|finding| finding.missing.contains(sentence));
        let needs: BTreeSet<_> = self.rule.needs();
        let collections = needs.into_iter().filter_map(|collection| {
            if !coverage.of(collection).asked {
                return Some(Unread::NotRequested(collection));
            }
            let narrowed = || Unread::Incomplete(collection, NARROWED.to_owned());
            let incomplete = coverage.detail(collection).map(|detail| Unread::Incomplete(collection, detail));
            let lists = || self.may_have_more && self.rule.select.reads().contains(&collection);
            let skipped = || lists() && !coverage.of(collection).not_asked.is_empty();
            incomplete.or_else(|| Some(narrowed()).filter(|narrowed| skipped() || is_missing(&narrowed.to_string())))
        });
        // If the legacy role of a user is missing, so may be a grant.
        let mut proof = Proof::default();
        if self.rule.select == Kind::Grant && self.rule.scopes().organization && self.rule.scopes().users {
            self.prover.gaps(&mut proof).missing_legacy_roles();
        }
        collections.chain(proof.said(None).into_iter().map(Unread::Other)).collect()
    }
}

/// Shows the permissions that fired as evidence of the subject.
fn own_permissions(proof: &mut Proof) {
    for (permission, region) in std::mem::take(&mut proof.permissions) {
        proof.because_of_word("permissions", &permission);
        proof.evidence.push(Evidence::new(Text::const_new("permissions"), Value::Permission(permission), region));
    }
}
