//! The controls of compliance frameworks: a row for each rule of a control. A control without a rule has a
//! row that says so: it did not pass, since nothing looked at it. A rule without a control has one, too.

use super::{Cell, Column, Table, empty};
use crate::finding::{Control, Framework, Outcome, Status, Verdict};
use crate::report::words::selected;

/// The verdict of a control if nothing was checked, and the control of a rule that speaks for none.
const NO_RULE: &str = "no rule";
const NO_CONTROL: &str = "no control";

const COLUMNS: [Column; 11] = [
    Column("framework", 14),
    Column("control", 12),
    Column("title", 50),
    Column("control_verdict", 16),
    Column("rule", 30),
    Column("rule_verdict", 13),
    Column("severity", 10),
    Column("looked_at", 30),
    Column("violations", 11),
    Column("unknown", 10),
    Column("accepted", 10),
];

pub fn controls(outcome: &Outcome) -> Table<'_> {
    let of_framework = |framework: Framework<'_>| {
        let rows = framework.controls.iter().flat_map(|control| of_control(outcome, framework.id, control));
        rows.collect::<Vec<_>>()
    };
    let others = outcome.rules.iter().enumerate().filter(|(_, rule)| rule.info.controls.is_empty());
    let others = others.map(|(at, _)| {
        let mut head = empty(&COLUMNS);
        head[3] = NO_CONTROL.into();
        of_rule(outcome, at, head)
    });
    let rows = outcome.controls().into_iter().flat_map(of_framework).chain(others);
    Table { name: "controls", columns: &COLUMNS, rows: Box::new(rows) }
}

fn of_control<'t>(outcome: &'t Outcome, framework: &str, control: &Control<'_>) -> Vec<Vec<Cell<'t>>> {
    let mut head = empty(&COLUMNS);
    head[0] = framework.to_owned().into();
    head[1] = control.id.to_owned().into();
    head[2] = control.title.map(str::to_owned).into();
    head[3] = control.verdict.map_or(NO_RULE, Verdict::name).into();
    let judged = control.rules.iter().map(|&at| of_rule(outcome, at, head.clone()));
    let skipped = control.skipped.iter().map(|&at| {
        let mut row = head.clone();
        row[4] = outcome.skipped[at].rule.as_str().into();
        row[5] = "skipped".into();
        row
    });
    let rows: Vec<_> = judged.chain(skipped).collect();
    if rows.is_empty() { vec![head] } else { rows }
}

fn of_rule<'t>(outcome: &'t Outcome, at: usize, mut row: Vec<Cell<'t>>) -> Vec<Cell<'t>> {
    let rule = &outcome.rules[at];
    let count =
        |wanted: &[Status]| outcome.findings_of(at).iter().filter(|finding| wanted.contains(&finding.status)).count();
    row[4] = rule.info.id.as_str().into();
    row[5] = rule.verdict().name().into();
    row[6] = rule.info.severity.name().into();
    row[7] = selected(outcome, rule).into();
    row[8] = count(&[Status::Violation]).into();
    row[9] = count(&[Status::Unknown]).into();
    row[10] = count(&[Status::Waived, Status::Baselined]).into();
    row
}
