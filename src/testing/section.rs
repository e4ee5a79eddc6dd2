//! What is said about policies apart from their tests: whether their rules can fire, and whether the tests would notice a
//! mutant.

/// One such question, with its answer.
#[derive(Debug, serde::Serialize)]
pub struct Section {
    /// The word for it: the flag that asks.
    pub name: &'static str,
    /// The answer in one line.
    pub summary: String,
    /// What is wrong.
    pub failures: Vec<Remark>,
    /// What is right, and how that is known.
    pub shown: Vec<Remark>,
}

/// Something to say, and where.
#[derive(Debug, serde::Serialize)]
pub struct Remark {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// What there is to say.
    pub name: String,
    /// More about it, line by line.
    pub lines: Vec<String>,
}
