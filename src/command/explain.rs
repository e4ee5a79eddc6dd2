//! `rolelint explain`: a rule in one sentence, what it reads, what it selects, and an organization that violates it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::api::endpoint;
use crate::check::check;
use crate::cli::{Common, Rules};
use crate::console::output;
use crate::escape::{in_json, visible};
use crate::finding::RuleResult;
use crate::org::Collection;
use crate::policy::{PACKS, Policy, Rule, Selection};
use crate::testing::{NOW, example};
use crate::{report, snapshot};

use super::list::Format;
use super::{Error, Exit, judged, plan};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule, or a glob for several; without a policy, of all built-in packs
    #[arg(value_name = "RULE")]
    pub rule: String,
    /// Also say how many things the rule selects in a snapshot (- is standard input)
    #[arg(short, long, value_name = "FILE", env = "ROLELINT_SNAPSHOT", hide_env_values = true)]
    pub snapshot: Option<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub rules: Rules,
}

pub(crate) fn run(args: &Args, common: &Common) -> Result<Exit, Error> {
    let mut rules = args.rules.clone();
    if rules.paths.is_empty() && rules.policy.is_empty() {
        rules.paths = PACKS.iter().map(|(name, _)| PathBuf::from(name)).collect();
    }
    let (mut policies, _) = judged::policies(&rules)?;
    let one = [args.rule.clone()];
    Selection { only: &one, skip: &[], tags: &[] }.narrow(&mut policies)?;
    let judged = match &args.snapshot {
        None => Vec::new(),
        Some(path) => {
            let org = snapshot::open(path)?.org;
            let outcome = check(&org, &policies, org.source.collected_at);
            let counts = |rule: &RuleResult| report::selected(&outcome, rule);
            outcome.rules.iter().map(counts).collect()
        }
    };
    let said: Vec<Said<'_>> = policies
        .iter()
        .flat_map(|policy| policy.rules_of_kinds().map(move |kinds| (policy, kinds)))
        .enumerate()
        .map(|(at, (policy, kinds))| Said { policy, kinds, selected: judged.get(at) })
        .collect();
    output::stream(|stdout| {
        let text = match args.format {
            Format::Text => said.iter().map(|one| one.text(common.is_quiet())).collect::<Vec<_>>().join("\n"),
            Format::Json => {
                let rules: Vec<Value> = said.iter().map(Said::json).collect();
                in_json(&format!("{:#}\n", json!({ "schema_version": 1, "rules": rules }))).into_owned()
            }
        };
        stdout.write_all(text.as_bytes())
    })?;
    Ok(Exit::Clean)
}

/// A rule and what there is to say of it.
struct Said<'p> {
    policy: &'p Policy,
    kinds: &'p [Rule],
    /// How much of a snapshot it selects.
    selected: Option<&'p String>,
}

impl Said<'_> {
    /// Each collection that the rule reads, with the requests and the scope that it takes.
    fn reads(&self) -> Vec<(Collection, String, &'static str)> {
        let needs: BTreeSet<Collection> = self.kinds.iter().flat_map(Rule::needs).collect();
        let of_others: BTreeSet<Collection> = self.kinds.iter().flat_map(Rule::needs_of_others).collect();
        let each = |collection| {
            if of_others.contains(&collection) { plan::each(collection, false) } else { plan::each_account(collection) }
        };
        let row = |collection| (collection, each(collection), endpoint::of(collection).scope);
        needs.into_iter().map(row).collect()
    }

    fn text(&self, quiet: bool) -> String {
        let info = &self.kinds[0].info;
        let mut lines = vec![format!("{} ({}): {}", info.id, info.severity.name(), info.title), info.sentence.clone()];
        if quiet {
            return shown(&lines);
        }
        lines.push(String::new());
        for (name, text) in [("why", &info.rationale), ("fix", &info.remediation)] {
            if let Some(text) = text {
                lines.push(format!("{name:<9}{}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
            }
        }
        for (at, (collection, requests, scope)) in self.reads().into_iter().enumerate() {
            let name = if at == 0 { "reads" } else { "" };
            lines.push(format!("{name:<9}{:<21} {requests} (scope {scope})", collection.name()));
        }
        if let Some(selected) = self.selected {
            lines.push(format!("{:<9}{selected}", "selects"));
        }
        match self.example() {
            Some(Value::Object(all)) if all.is_empty() => {
                lines.push(format!("{:<9}an organization without any of them", "example"));
            }
            Some(example) => {
                for (at, (kind, things)) in example.as_object().into_iter().flatten().enumerate() {
                    let name = if at == 0 { "example" } else { "" };
                    lines.push(format!("{name:<9}{kind}: {}", crate::testing::flow(things)));
                }
            }
            None => lines.push(format!("{:<9}no organization was found that violates it", "example")),
        }
        for (at, (framework, controls)) in info.controls.iter().enumerate() {
            let name = if at == 0 { "controls" } else { "" };
            lines.push(format!("{name:<9}{framework}: {}", controls.join(", ")));
        }
        let (file, line) = (&self.policy.file.source.name, info.location.region().line);
        lines.push(format!("{:<9}{file}:{line}", "policy"));
        shown(&lines)
    }

    fn json(&self) -> Value {
        let info = &self.kinds[0].info;
        let reads = self.reads().into_iter().map(|(collection, requests, scope)| {
            json!({ "collection": collection.name(), "requests": requests, "scope": scope })
        });
        json!({
            "id": info.id, "severity": info.severity.name(), "title": info.title, "sentence": info.sentence,
            "rationale": info.rationale, "remediation": info.remediation, "controls": info.controls,
            "reads": reads.collect::<Vec<_>>(), "selects": self.selected, "example": self.example(),
            "policy": { "file": self.policy.file.source.name, "line": info.location.region().line },
        })
    }

    /// The smallest organization that was found to violate it.
    fn example(&self) -> Option<Value> {
        self.kinds.iter().find_map(|rule| example(&self.policy.file.source, rule, NOW))
    }
}

/// The lines, with nothing hidden in them.
fn shown(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
    lines.join("\n") + "\n"
}
