//! Whether the tests would notice a mistake: all tests of a policy are run on each mutant of it. A mutant that changes no
//! result survives: somebody could make this mistake tomorrow, and everything would stay green.

mod mutant;

use std::sync::Arc;

use super::cases::{Case, Suite};
use super::equivalent::{Equivalent, Place};
use super::judge::judge_with;
use super::section::{Remark, Section};
use crate::document::SourceText;
use crate::finding::PolicyFile;
use crate::policy::{Overrides, parse};

pub use mutant::Mutant;

/// What became of the mutants of the policies of a file of tests.
#[derive(Debug, Default)]
pub struct Mutation {
    /// How many mutants some test noticed.
    pub noticed: usize,
    /// How many survive and are equivalent, as the file of tests says.
    pub equivalent: usize,
    /// Those that no test noticed.
    pub survivors: Vec<Survivor>,
    /// Entries under `equivalent:` that are about no surviving mutant.
    pub stale: Vec<Equivalent>,
}

/// A mutant that no test noticed.
#[derive(Debug)]
pub struct Survivor {
    /// The policy.
    pub source: Arc<SourceText>,
    /// The mutant.
    pub mutant: Mutant,
    /// The lines as they are.
    pub before: String,
    /// The lines of the mutant.
    pub after: String,
}

impl Mutation {
    /// What is to say of it.
    pub fn section(&self) -> Section {
        let survivor = |survivor: &Survivor| {
            let line = |sign: &'static str| move |line: &str| format!("{sign} {line}");
            let lines = survivor.before.lines().map(line("-")).chain(survivor.after.lines().map(line("+")));
            Remark {
                file: survivor.source.name.clone(),
                line: survivor.source.region(&survivor.mutant.span).line,
                name: format!("{}: no test notices that {}", survivor.mutant.place.words(), survivor.mutant.what),
                lines: lines.collect(),
            }
        };
        let stale = |said: &Equivalent| Remark {
            file: said.location.source.name.clone(),
            line: said.location.region().line,
            name: "no surviving mutant has these lines".to_owned(),
            lines: said.after.lines().map(|line| format!("+ {line}")).collect(),
        };
        let failures: Vec<Remark> = self.survivors.iter().map(survivor).chain(self.stale.iter().map(stale)).collect();
        let all = self.noticed + self.equivalent + self.survivors.len();
        let equivalent = match self.equivalent {
            0 => String::new(),
            some => format!(", {some} change nothing"),
        };
        let (noticed, survived) = (self.noticed, self.survivors.len());
        let summary = format!("{all} mutants: {noticed} noticed{equivalent}, {survived} survived");
        Section { name: "mutate", summary, failures, shown: Vec::new() }
    }

    /// Takes in what became of the mutants of other policies.
    pub fn add(&mut self, other: Self) {
        self.noticed += other.noticed;
        self.equivalent += other.equivalent;
        self.survivors.extend(other.survivors);
        self.stale.extend(other.stale);
    }
}

/// Tries every mutant of the policies of these tests, which all have to pass.
pub fn mutate(suite: &Suite) -> Mutation {
    // Policies that these extend have tests of their own.
    let own = suite.policies.iter().filter(|policy| !policy.extended);
    let files: Vec<&PolicyFile> = own.map(|policy| &policy.file).collect();
    let mut mutation = Mutation { stale: suite.equivalent.clone(), ..Mutation::default() };
    for (at, file) in files.iter().enumerate() {
        for mutant in mutant::mutants(&file.source) {
            let mut sources: Vec<Arc<SourceText>> = files.iter().map(|file| Arc::clone(&file.source)).collect();
            sources[at] = Arc::new(SourceText::new(file.source.name.clone(), mutant.applied(&file.source.text)));
            let (before, after) = mutant.lines(&file.source);
            match is_noticed(suite, &sources, &mutant) {
                Some(true) => mutation.noticed += 1,
                // A policy that does not load is noticed without a test.
                None => {}
                Some(false) => {
                    let known = |said: &Equivalent| said.place == mutant.place && said.after == after;
                    if suite.equivalent.iter().any(known) {
                        mutation.equivalent += 1;
                        mutation.stale.retain(|said| !known(said));
                    } else {
                        mutation.survivors.push(Survivor { source: Arc::clone(&file.source), mutant, before, after });
                    }
                }
            }
        }
    }
    mutation
}

/// Whether some test fails on these texts; `None` if they do not load.
fn is_noticed(suite: &Suite, sources: &[Arc<SourceText>], mutant: &Mutant) -> Option<bool> {
    let load = |overrides: &Overrides| {
        let mut policies = parse(sources, overrides).ok()?;
        if let Place::Rule(id) = &mutant.place {
            for policy in &mut policies {
                policy.rules.retain(|rule| rule.info.id == *id);
            }
        }
        Some(policies)
    };
    let default = load(&Overrides::default())?;
    let concerns = |case: &&Case| match &mutant.place {
        Place::Rule(id) => case.all || case.expects().any(|rule| rule == id),
        // Which rules use it is known once they are judged.
        Place::Condition(_) => true,
        Place::Param(name) => case.own.as_ref().is_none_or(|own| own.overrides.names().all(|set| set != name)),
    };
    for case in suite.cases.iter().filter(concerns) {
        let own = case.own.as_ref().map(|own| load(&own.overrides));
        let noticed = match &own {
            // With these parameters, it does not load.
            Some(None) => true,
            Some(Some(policies)) => !judge_with(case, policies).differences.is_empty(),
            None => !judge_with(case, &default).differences.is_empty(),
        };
        if noticed {
            return Some(true);
        }
    }
    Some(false)
}
