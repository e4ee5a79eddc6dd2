//! What `--prove` and `--mutate` add to the report on tests: whether the rules can fire, and whether the tests would notice
//! a mistake.

/// The part of the report that one of these flags adds.
#[derive(Debug, serde::Serialize)]
pub struct Section {
    /// The flag: `prove`, `mutate`.
    pub name: &'static str,
    /// The result in one line.
    pub summary: String,
    /// What fails.
    pub failures: Vec<Remark>,
    /// What passes, for readers who want to see it.
    pub shown: Vec<Remark>,
}

/// One result, with its place.
#[derive(Debug, serde::Serialize)]
pub struct Remark {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The result in one line.
    pub name: String,
    /// Further lines.
    pub lines: Vec<String>,
}
