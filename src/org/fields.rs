//! The fields of each thing, once. A list is handed to the macro that a caller names, which makes of it the struct here,
//! the line of a snapshot, the line with pseudonyms, the short form of a test.
//!
//! Each field has a kind, after which those who use the list name a method:
//!
//! | kind | what the API sends | with pseudonyms |
//! | --- | --- | --- |
//! | `text` | a name or free text | another text |
//! | `address` | an e-mail address | another address |
//! | `id` | the id of something else | its pseudonym |
//! | `word` | a text that recurs: `active`, `owner` | as it is, if the API's documentation has it |
//! | `flag` | `true` or `false` | as it is |
//! | `time` | seconds since 1970 | as it is |
//!
//! In brackets stands what the short form fills in where a test says nothing; `called` is what the test calls the thing.
//! A field of another kind (a list, an owner) is written out where it is used.

use crate::org::Known;
use crate::time::Time;

macro_rules! fields {
    (Role => $with:ident! $more:tt) => {
        $with! { $more
            /// The name, unique within its scope.
            name: text (called),
            /// Free text.
            description: text (called),
            /// Whether OpenAI defines the role.
            predefined_role: flag (false),
            /// When the role was created. Only responses about an assignment contain it.
            created_at: time (365 days ago),
            /// When the role last changed. Only responses about an assignment contain it.
            updated_at: time (365 days ago),
            /// The id of the account that created the role. Only responses about an assignment contain it.
            created_by: id (null),
        }
    };
    (Group => $with:ident! $more:tt) => {
        $with! { $more
            /// Display name.
            name: text (called),
            /// Whether an identity provider manages the members.
            is_scim_managed: flag (true),
            /// `group`, `tenant_group`, or a word yet to come.
            group_type: word ("group"),
            /// When the group was made.
            created_at: time (365 days ago),
        }
    };
    (User => $with:ident! $more:tt) => {
        $with! { $more
            /// Display name.
            name: text (called),
            /// E-mail address.
            email: address (null),
            /// The legacy role (`owner`, `reader`…), which stands for the predefined role that membership implies.
            role: word ("reader"),
            /// Whether this is a service account.
            is_service_account: flag (false),
            /// Whether an identity provider manages the user.
            is_scim_managed: flag (true),
            /// Whether the account is enabled.
            enabled: flag (true),
            /// Whether the account is banned.
            banned: flag (false),
            /// When the user joined the organization.
            added_at: time (365 days ago),
            /// When the account was made.
            created: time (365 days ago),
            /// When one of the user's keys was last used.
            api_key_last_used_at: time (1 days ago),
        }
    };
    (Project => $with:ident! $more:tt) => {
        $with! { $more
            /// Display name.
            name: text (called),
            /// `active`, `archived`, or a word yet to come.
            status: word ("active"),
            /// When the project was made.
            created_at: time (365 days ago),
            /// When it was archived.
            archived_at: time (null),
        }
    };
    (ProjectUser => $with:ident! $more:tt) => {
        $with! { $more
            /// The legacy role (`owner`, `member`, `viewer`…), which stands for the predefined role that membership implies.
            role: word ("member"),
            /// When the user joined the project.
            added_at: time (180 days ago),
        }
    };
    (ProjectGroup => $with:ident! $more:tt) => {
        $with! { $more
            /// When it got access.
            created_at: time (180 days ago),
        }
    };
    (ServiceAccount => $with:ident! $more:tt) => {
        $with! { $more
            /// Display name.
            name: text (called),
            /// The legacy word: `owner`, `member`, or `none` where it has no role by default.
            role: word ("member"),
            /// When it was made.
            created_at: time (180 days ago),
        }
    };
    (ApiKey => $with:ident! $more:tt) => {
        $with! { $more
            /// What its owner calls it.
            name: text (called),
            /// When it was made.
            created_at: time (30 days ago),
            /// When it was last used; `null` if never.
            last_used_at: time (1 days ago),
            /// Whether the owner still has access to the project: `active` or `inactive`.
            owner_project_access: word ("active"),
        }
    };
    (AdminApiKey => $with:ident! $more:tt) => {
        $with! { $more
            /// What its owner calls it.
            name: text (called),
            /// When it was made.
            created_at: time (30 days ago),
            /// When it ends; `null` if never.
            expires_at: time (in 60 days),
            /// When it was last used; `null` if never.
            last_used_at: time (1 days ago),
        }
    };
    (Invite => $with:ident! $more:tt) => {
        $with! { $more
            /// Who is invited.
            email: address (called),
            /// The legacy role that the invitee will get: `owner` or `reader`.
            role: word ("reader"),
            /// `accepted`, `expired` or `pending`.
            status: word ("pending"),
            /// When it was sent.
            created_at: time (1 days ago),
            /// When it ends.
            expires_at: time (in 6 days),
            /// When it was accepted.
            accepted_at: time (null),
        }
    };
}
pub(crate) use fields;

/// Each kind as a type, since a struct with a macro for a type derives nothing.
#[expect(non_camel_case_types, reason = "they are the words of the lists")]
pub mod field {
    use crate::org::Symbol;
    use crate::time::Time;

    /// What a field of a kind is, of a thing whose texts are `T` and whose words are `W`.
    pub trait Of<T, W> {
        type Type;
    }

    pub type Type<K, T, W = Symbol> = <K as Of<T, W>>::Type;

    macro_rules! kinds {
        ($($kind:ident: $type:ty,)*) => {
            $(
                pub struct $kind;

                impl<T, W> Of<T, W> for $kind {
                    type Type = $type;
                }
            )*
        };
    }

    kinds! { text: T, address: T, id: T, word: W, flag: bool, time: Time, }
}

/// The struct of a thing, with the fields that are not in the list.
macro_rules! noun {
    ({ $(#[$about:meta])* $noun:ident { $($more:tt)* } }
     $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        $(#[$about])*
        pub struct $noun {
            $($(#[$meaning])* pub $field: $crate::org::Known<$crate::org::field::Type<$crate::org::field::$kind, $crate::org::Text>>,)*
            $($more)*
        }
    };
}
pub(crate) use noun;

/// The names of the fields.
macro_rules! names {
    ({ $($more:literal),* } $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        &[$($more,)* $(stringify!($field)),*]
    };
}
pub(crate) use names;

/// The kinds that are the same in every form of a thing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "every kind is taken by reference")]
pub trait Plain {
    fn flag(&self, flag: &Known<bool>) -> Known<bool> {
        *flag
    }

    fn time(&self, time: &Known<Time>) -> Known<Time> {
        *time
    }
}

/// A thing made from another, field by field, by the methods that are named after the kinds.
macro_rules! each {
    ({ $by:tt, $from:tt => $($made:ident)::+ { $($more:tt)* } }
     $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        {
            use $crate::org::Plain as _;
            $($made)::+ { $($field: $by.$kind(&$from.$field),)* $($more)* }
        }
    };
    // The fields of a row are functions.
    ({ $by:tt, $from:tt() => $($made:ident)::+ { $($more:tt)* } }
     $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        {
            use $crate::org::Plain as _;
            $($made)::+ { $($field: $by.$kind(&$from.$field()),)* $($more)* }
        }
    };
}
pub(crate) use each;
