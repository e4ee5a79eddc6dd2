//! Which organization the data is about.

use std::fmt;

/// How the id of an organization begins.
const ID: &str = "org-";

/// What the API calls an organization, if it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The id, such as `org-…`.
    pub id: Option<String>,
    /// The short name, which headers may have instead of the id.
    pub name: Option<String>,
}

impl Identity {
    /// By an id or a short name.
    pub fn named(text: &str) -> Self {
        let text = Some(text.to_owned());
        if Self::is_id(text.as_deref().unwrap_or_default()) {
            Self { id: text, name: None }
        } else {
            Self { id: None, name: text }
        }
    }

    /// Whether this is an id and not a short name.
    pub fn is_id(text: &str) -> bool {
        text.starts_with(ID)
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        self.id.is_some() || self.name.is_some()
    }

    /// With what somebody says that it is, where the API does not say; `None` if that is another one.
    #[must_use]
    pub fn confirmed_by(&self, named: &str) -> Option<Self> {
        let named = Self::named(named);
        let (id, name) = (self.id.clone().or(named.id.clone()), self.name.clone().or(named.name.clone()));
        (!self.differs(&named)).then_some(Self { id, name })
    }

    /// Whether the two are certainly not the same. An id and a name cannot be compared.
    pub fn differs(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(id), Some(other)) => id != other,
            (None, _) | (_, None) => self.name.as_ref().zip(other.name.as_ref()).is_some_and(|(one, two)| one != two),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.id, &self.name) {
            (Some(id), Some(name)) => write!(f, "{id} ({name})"),
            (Some(one), None) | (None, Some(one)) => f.write_str(one),
            (None, None) => f.write_str("an organization that the API does not name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_with_ids_and_names_with_names() {
        let of = |id: Option<&str>, name: Option<&str>| Identity {
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
        };
        for (one, two, differ) in [
            (of(Some("org-a"), None), of(Some("org-a"), None), false),
            (of(Some("org-a"), None), of(Some("org-b"), None), true),
            (of(None, Some("acme")), of(None, Some("other")), true),
            (of(None, Some("acme")), of(Some("org-a"), None), false),
            // An organization that was renamed is the same.
            (of(Some("org-a"), Some("acme")), of(Some("org-a"), Some("other")), false),
            (of(Some("org-a"), Some("acme")), of(None, Some("other")), true),
            (of(None, None), of(Some("org-a"), Some("acme")), false),
        ] {
            assert_eq!((one.differs(&two), two.differs(&one)), (differ, differ), "{one}, {two}");
        }
    }
}
