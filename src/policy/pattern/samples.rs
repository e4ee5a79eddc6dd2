//! Texts that a pattern matches, made from the pattern itself.

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

use super::Pattern;

/// How many samples one piece of a pattern is given.
const MOST: usize = 8;

impl Pattern {
    /// Some texts that it may match, the plainest first. Anchors inside a regular expression are ignored, so
    /// whether it does is for [`Pattern::matches`] to say.
    pub fn samples(&self) -> Vec<String> {
        match regex_syntax::parse(&self.source) {
            Ok(hir) => samples(&hir),
            Err(_) => Vec::new(),
        }
    }
}

fn samples(hir: &Hir) -> Vec<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8_lossy(&literal.0).into_owned()],
        HirKind::Class(class) => one_of(class),
        HirKind::Capture(capture) => samples(&capture.sub),
        HirKind::Repetition(repetition) => {
            let piece = samples(&repetition.sub).into_iter().next().unwrap_or_default();
            // Where any text may stand, some text reads better than none.
            let anything = repetition.min == 0 && repetition.max.is_none();
            let (least, more) = (repetition.min, repetition.min + 1);
            let times = if anything { [more, least] } else { [least, more] };
            let most = repetition.max.unwrap_or(u32::MAX);
            times.into_iter().filter(|times| *times <= most).map(|times| piece.repeat(times as usize)).collect()
        }
        HirKind::Alternation(branches) => branches.iter().flat_map(samples).take(4 * MOST).collect(),
        HirKind::Concat(pieces) => pieces.iter().map(samples).fold(vec![String::new()], |starts, ends| {
            let joined = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}")));
            joined.take(MOST).collect()
        }),
    }
}

/// A character or two of a class: ordinary ones, if it has any.
fn one_of(class: &Class) -> Vec<String> {
    let Class::Unicode(class) = class else { return vec!["x".to_owned()] };
    let has = |c: &char| class.iter().any(|range| range.start() <= *c && *c <= range.end());
    let plain = ['x', 'a', '1', '0', 'X', '.', '-', ' '].into_iter().filter(has);
    plain.chain(class.iter().map(ClassUnicodeRange::start)).take(1).map(String::from).collect()
}
