//! One policy file: how it is named, and its text.

use std::path::Path;
use std::sync::Arc;

use super::error::Error;
use crate::bounded::{self, REPORT};
use crate::document::{SourceText, tree};
use crate::escape::shown;

/// The largest policy, in bytes.
pub(crate) const LARGEST: u64 = tree::LARGEST as u64;

/// The text of a file under its name.
pub(crate) fn read_file(file: &Path) -> Result<Arc<SourceText>, Error> {
    let failed = |source| Error::Read { path: file.to_owned(), source };
    let text = bounded::read(file, LARGEST).map_err(failed)?;
    if text.starts_with("{\"rolelint\":") {
        return Err(Error::Snapshot { path: file.to_owned() });
    }
    if text.starts_with(REPORT) {
        return Err(Error::Report { path: file.to_owned() });
    }
    Ok(source(shown(file), text))
}

/// A text under its name.
pub(super) fn source(name: String, text: String) -> Arc<SourceText> {
    Arc::new(SourceText::new(name, text))
}

/// Whether a path is that of policies, by its name.
pub(super) fn is_policy(path: &Path) -> bool {
    is_yaml(path) && !is_test(path)
}

/// Whether a path is that of policies or of their tests, by its ending.
pub(crate) fn is_yaml(path: &Path) -> bool {
    stem(path).is_some()
}

/// Whether a path is that of policy tests, by its name.
pub(crate) fn is_test(path: &Path) -> bool {
    stem(path).is_some_and(|stem| stem.ends_with("_test"))
}

/// The name of a YAML file without its ending, in lower case.
fn stem(path: &Path) -> Option<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).map(str::to_owned)
}
