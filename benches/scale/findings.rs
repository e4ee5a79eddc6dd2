//! Many findings of one rule, and their reports in every format.

use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

use rolelint::check;
use rolelint::finding::Outcome;
use rolelint::org::Org;
use rolelint::report::{Format, TextStyle, render};

use crate::{NOW, best, milliseconds, peak_memory, policies};

/// One rule that a tenth of all people violate, most of them by many roles.
const MANY: &str = r#"
version: 1
rules:
  - { id: many, select: user, where: { email: "user*0@*" }, forbid: { holds: { permission: "api.*.write" } } }
"#;

/// One rule that a hundredth of all people violate.
const FEW: &str = r#"
version: 1
rules:
  - { id: few, select: user, where: { email: "user*00@*" }, forbid: { holds: { permission: "api.*.write" } } }
"#;

/// How long many findings of one rule take, how long their reports are, and how both grow with ten times the findings.
pub fn measure(org: &Org, floor: Duration) {
    let few = evaluated(org, FEW, floor);
    let many = evaluated(org, MANY, floor);
    println!(
        "{:<28} {:>10} {:>14} {:>8} {:>16} {:>10}",
        "report", "ms", "of typed floor", "of a 10th", "bytes a finding", "more MB"
    );
    let verbose = TextStyle { verbose: true, ..TextStyle::default() };
    let each = Format::ALL.into_iter().map(|format| (format.name(), format, TextStyle::default()));
    for (name, format, style) in each.chain([("text --verbose", Format::Text, verbose)]) {
        let [(short, _, _), (time, bytes, memory)] = [&few, &many].map(|outcome| reported(format, style, outcome));
        println!(
            "{name:<28} {:>10.2} {:>14.2} {:>8.1} {:>16} {:>10}",
            milliseconds(time),
            time.as_secs_f64() / floor.as_secs_f64(),
            time.as_secs_f64() / short.as_secs_f64(),
            bytes / many.findings.len().max(1),
            memory.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1024).to_string()),
        );
    }
}

fn evaluated(org: &Org, rules: &str, floor: Duration) -> Outcome {
    let policies = policies(rules);
    let time = best(|| drop(black_box(check::check(org, &policies, NOW))));
    let outcome = check::check(org, &policies, NOW);
    let count = outcome.findings.len();
    let ratio = time.as_secs_f64() / floor.as_secs_f64();
    println!("{:<28} {:>10.2} {ratio:>14.2}   {count} findings", "evaluate one rule", milliseconds(time));
    outcome
}

/// The time, the bytes and the kilobytes of memory that a report takes.
fn reported(format: Format, style: TextStyle, outcome: &Outcome) -> (Duration, usize, Option<usize>) {
    // Linux counts the peak from here on.
    let reset = std::fs::write("/proc/self/clear_refs", "5").ok();
    let before = peak_memory("self");
    let mut bytes = 0;
    let time = best(|| bytes = written(|to| render(format, outcome, None, style, to)));
    let memory = reset.and(peak_memory("self")).zip(before).map(|(after, before)| after.saturating_sub(before));
    (time, bytes, memory)
}

/// How many bytes a report has, kept nowhere.
fn written(render: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> usize {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    render(&mut count).expect("counting cannot fail");
    count.0
}
