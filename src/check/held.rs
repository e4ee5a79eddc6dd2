//! What is known of who holds which roles before the rules are judged: somebody's roles and groups are looked at once for
//! all conditions that ask for them.

use super::truths::Truths;
use crate::org::Extent;
use crate::policy::Kind;

/// Whose roles are asked for, and in which scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The kind of principal.
    pub kind: Kind,
    /// The scopes of the grants.
    pub scopes: Extent,
}

/// Who holds some of which roles.
#[derive(Debug, Default)]
pub struct Held(Vec<(Whose, Truths, Truths)>);

impl Held {
    /// Notes who holds some of these roles.
    pub fn add(&mut self, whose: Whose, roles: Truths, holders: Truths) {
        self.0.push((whose, roles, holders));
    }

    /// Who holds some of these roles, if that is known.
    pub fn some(&self, whose: Whose, roles: &Truths) -> Option<&Truths> {
        self.0.iter().find(|(of, known, _)| *of == whose && known == roles).map(|(.., holders)| holders)
    }
}
