//! What is in projects: their members and their keys.

use super::{GroupIx, Known, ProjectIx, Symbol, Text, UserIx, fields, noun};

fields!(Project => noun! {
    /// A project of the organization. Fields are the API's.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    Project {
        /// The id.
        pub id: Text,
    }
});

fields!(ProjectUser => noun! {
    /// A user as a member of a project. Fields are the API's.
    #[derive(Clone, Debug, PartialEq, Eq)]
    ProjectUser {
        /// The project.
        pub project: ProjectIx,
        /// The user.
        pub user: UserIx,
    }
});

fields!(ProjectGroup => noun! {
    /// A group that has access to a project. Fields are the API's.
    #[derive(Clone, Debug, PartialEq, Eq)]
    ProjectGroup {
        /// The project.
        pub project: ProjectIx,
        /// The group.
        pub group: GroupIx,
    }
});

fields!(ServiceAccount => noun! {
    /// A principal that is not a person and belongs to one project. Fields are the API's.
    #[derive(Clone, Debug, PartialEq, Eq)]
    ServiceAccount {
        /// The id.
        pub id: Text,
        /// The project.
        pub project: ProjectIx,
    }
});

fields!(ApiKey => noun! {
    /// A key to a project. Fields are the API's. Nothing of the key itself is kept.
    #[derive(Clone, Debug, PartialEq, Eq)]
    ApiKey {
        /// The id.
        pub id: Text,
        /// The project.
        pub project: ProjectIx,
        /// Whose it is.
        pub owner: Owner,
    }
});

fields!(AdminApiKey => noun! {
    /// A key to the Admin API. Fields are the API's. Nothing of the key itself is kept.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    AdminApiKey {
        /// The id.
        pub id: Text,
        /// Whose it is.
        pub owner: Owner,
        /// Whether it is known not to be a project key; the API lists those among the admin keys (source: issue 2511 of
        /// `cartography-cncf/cartography`). It is known once the keys of all projects are.
        pub told_apart: bool,
    }
});

/// The owner of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// `user` or `service_account`.
    pub kind: Known<Symbol>,
    /// The id; `null` where nobody is left.
    pub id: Known<Text>,
    /// Display name.
    pub name: Known<Text>,
}

fields!(Invite => noun! {
    /// An invitation to the organization. Fields are the API's.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    Invite {
        /// The id.
        pub id: Text,
        /// The projects that the invitee will join: id, and the legacy role there.
        pub projects: Known<Vec<(Text, Known<Symbol>)>>,
    }
});
