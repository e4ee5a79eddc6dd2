//! What decides whether an outcome fails a pipeline.

use super::{Judges, Outcome, Severity, Verdict};

/// What makes an outcome fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The lowest severity of a violation that counts.
    pub fail_on: Severity,
    /// Whether a rule that selects nothing is unknown.
    pub strict: bool,
    /// How old the oldest fact may be, in seconds.
    pub max_age: Option<i64>,
    /// Whether violations are reported without failing. What could not be answered still fails.
    pub exit_zero: bool,
    /// Whether findings of the baseline that are gone count like a violation.
    pub strict_baseline: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self { fail_on: Severity::Low, strict: false, max_age: None, exit_zero: false, strict_baseline: false }
    }
}

/// The result of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every rule was answered, and nothing that counts was found.
    Clean,
    /// A violation that counts is proven; or the baseline is out of date, and the gate is strict about it.
    Violation,
    /// A file does not load, and nothing was judged.
    NotLoaded,
    /// No violation that counts is proven, but something could not be answered.
    Unknown,
}

impl Ending {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Violation => 1,
            Self::NotLoaded => 2,
            Self::Unknown => 3,
        }
    }
}

impl Outcome {
    /// The result of its gate.
    pub fn ending(&self) -> Ending {
        let counts = |severity| severity >= self.gate.fail_on;
        let violated = self.rules.iter().any(|rule| rule.violations() > 0 && counts(rule.info.severity));
        let stale = self.gate.strict_baseline && self.stale > 0;
        if self.judges == Judges::LoadErrors {
            Ending::NotLoaded
        } else if !self.gate.exit_zero && (violated || stale) {
            Ending::Violation
        } else if self.answered() {
            Ending::Clean
        } else {
            Ending::Unknown
        }
    }

    /// Whether every rule has an answer. With `strict`, a vacuous rule has none.
    fn answered(&self) -> bool {
        self.complete() && !(self.gate.strict && self.count(Verdict::Vacuous) > 0)
    }
}
