//! The list of users as it arrives. It is by far the longest list, so it is kept in columns.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::api::pagination::Items;
use crate::api::wire::{Account, InProject, Item as _, Stamp, User};
use crate::org::{self, Known, KnownTexts, Symbol, Symbols, Text, fields};
use crate::time::Time;

/// Users in the order of the list.
#[derive(Debug, Default)]
pub struct ListedUsers {
    /// What the list says, times as they were sent. They are not sorted.
    rows: org::Users,
    /// The words in the rows.
    words: Symbols,
    account_names: KnownTexts,
    account_emails: KnownTexts,
    /// Users that the list has more than once, merged.
    merged: BTreeMap<usize, User>,
    /// What the list says about projects: who is in each.
    in_projects: BTreeMap<Text, Vec<Text>>,
    /// Their places, sorted by id.
    by_id: OnceLock<Vec<u32>>,
}

impl ListedUsers {
    /// What the list says of them, in its order.
    pub fn rows(&self) -> &org::Users {
        &self.rows
    }

    /// All users, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = User> {
        (0..self.len()).map(|at| self.at(at))
    }

    /// All users, sorted by id.
    pub fn sorted(&self) -> impl Iterator<Item = User> {
        self.by_id().iter().map(|&at| self.at(at as usize))
    }

    /// Whether the list has a user with that id.
    pub fn has(&self, id: &str) -> bool {
        self.find(id).is_some()
    }

    /// The user with that id.
    pub fn get(&self, id: &str) -> Option<User> {
        self.find(id).map(|at| self.at(at))
    }

    /// The projects that the list names, each with its users.
    pub fn in_projects(&self) -> impl Iterator<Item = (&str, &[Text])> {
        self.in_projects.iter().map(|(project, users)| (project.as_str(), users.as_slice()))
    }

    /// Keeps what a user says about projects apart from the other fields.
    fn split(&mut self, mut user: User) -> User {
        for InProject { id } in projects(&mut user) {
            if let Known::Value(id) = id {
                self.in_projects.entry(id).or_default().push(user.id.clone());
            }
        }
        user
    }

    fn find(&self, id: &str) -> Option<usize> {
        let by_id = self.by_id();
        by_id.binary_search_by(|&at| self.id(at as usize).cmp(id)).ok().map(|place| by_id[place] as usize)
    }

    fn by_id(&self) -> &[u32] {
        self.by_id.get_or_init(|| {
            let mut places: Vec<u32> = (0..).take(self.len()).collect();
            places.sort_unstable_by(|&a, &b| self.id(a as usize).cmp(self.id(b as usize)));
            places
        })
    }

    fn id(&self, at: usize) -> &str {
        self.rows.at(at).id()
    }

    fn at(&self, at: usize) -> User {
        if let Some(user) = self.merged.get(&at) {
            return user.clone();
        }
        let account = Account {
            name: self.account_names.of(at).map(Text::from),
            email: self.account_emails.of(at).map(Text::from),
            ..Account::default()
        };
        sent(self.rows.at(at), account, &self.words)
    }
}

/// Removes the projects of a user.
fn projects(user: &mut User) -> Vec<InProject> {
    let projects = std::mem::take(&mut user.projects);
    projects.value().and_then(|projects| projects.data.value()).cloned().unwrap_or_default()
}

/// Where a response has a field of a user.
macro_rules! place {
    ($user:ident, $account:ident, enabled) => {
        $account.enabled
    };
    ($user:ident, $account:ident, banned) => {
        $account.banned
    };
    ($user:ident, $account:ident, $field:ident) => {
        $user.$field
    };
}

macro_rules! users {
    ({} $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        /// A user as it is kept.
        fn kept(user: User, account: Account, words: &mut Symbols) -> org::User {
            let mut keep = Keep(words);
            org::User { id: user.id, listed: true, $($field: keep.$kind(place!(user, account, $field)),)* }
        }

        /// A user as it was sent.
        fn sent(row: org::UserRow<'_>, mut account: Account, words: &Symbols) -> User {
            let (mut user, send) = (User { id: row.id().into(), ..User::default() }, Send(words));
            $(place!(user, account, $field) = send.$kind(row.$field());)*
            User { user: Known::Value(account), ..user }
        }
    };
}

fields!(User => users! {});

/// From the fields of a response to those that are kept, by their kinds.
struct Keep<'w>(&'w mut Symbols);

#[expect(clippy::unused_self, reason = "each kind of field has a method")]
impl Keep<'_> {
    fn text(&self, text: Known<Text>) -> Known<Text> {
        text
    }

    fn address(&self, address: Known<Text>) -> Known<Text> {
        address
    }

    fn word(&mut self, word: Known<Text>) -> Known<Symbol> {
        word.map(|word| self.0.intern(&word))
    }

    fn flag(&self, flag: Known<bool>) -> Known<bool> {
        flag
    }

    fn time(&self, time: Known<Stamp>) -> Known<Time> {
        time.map(|Stamp(seconds)| seconds)
    }
}

/// And back.
struct Send<'w>(&'w Symbols);

#[expect(clippy::unused_self, reason = "each kind of field has a method")]
impl Send<'_> {
    fn text(&self, text: Known<&str>) -> Known<Text> {
        text.map(Text::from)
    }

    fn address(&self, address: Known<&str>) -> Known<Text> {
        address.map(Text::from)
    }

    fn word(&self, word: Known<Symbol>) -> Known<Text> {
        word.map(|word| self.0.text(word).into())
    }

    fn flag(&self, flag: Known<bool>) -> Known<bool> {
        flag
    }

    fn time(&self, time: Known<Time>) -> Known<Stamp> {
        time.map(Stamp)
    }
}

impl Items<User> for ListedUsers {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn push(&mut self, user: User) {
        let user = self.split(user);
        let account = user.user.value().cloned().unwrap_or_default();
        let at = self.rows.len();
        self.account_names.put(at, &account.name);
        self.account_emails.put(at, &account.email);
        self.rows.push(&kept(user, account, &mut self.words));
        self.by_id.take();
    }

    fn is(&self, at: usize, user: &User) -> bool {
        let account = Known::Value(user.user.value().cloned().unwrap_or_default());
        let mut user = User { user: account, ..user.clone() };
        let projects = projects(&mut user);
        let known = |InProject { id }: InProject| {
            let users = id.value().map(|id| self.in_projects.get(id));
            users.is_none_or(|users| users.is_some_and(|users| users.contains(&user.id)))
        };
        self.at(at) == user && projects.into_iter().all(known)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(org::UserRow::id)
    }

    fn last_id(&self) -> Option<&str> {
        self.len().checked_sub(1).map(|at| self.id(at))
    }

    fn merge(&mut self, at: usize, copies: &[User]) -> Vec<&'static str> {
        let mut user = self.at(at);
        let copies: Vec<User> = copies.iter().map(|copy| self.split(copy.clone())).collect();
        let differ = user.settle(&copies);
        self.merged.insert(at, user);
        differ
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: &str) -> User {
        serde_json::from_str(json).expect("a user")
    }

    const SENT: [&str; 4] = [
        r#"{"id":"c","name":null,"email":"c@x.example","role":"owner","added_at":5,"user":{"enabled":true,"name":"C"}}"#,
        r#"{"id":"a"}"#,
        r#"{"id":"d","name":"D","role":null,"is_scim_managed":false,"api_key_last_used_at":null,"user":null}"#,
        r#"{"id":"b","email":null,"role":"reader","is_service_account":true,"created":7,"user":{"email":"b@x.example"}}"#,
    ];

    #[test]
    fn users_come_out_as_they_were_sent_in_the_order_of_the_list_or_of_their_ids() {
        let mut listed = ListedUsers::default();
        for (at, sent) in SENT.into_iter().enumerate() {
            assert!(!listed.has(&user(sent).id), "{sent}");
            listed.push(user(sent));
            assert!(listed.is(at, &user(sent)), "{sent}");
            assert!(!listed.is(at, &user(r#"{"id":"c"}"#)), "{sent}");
        }
        // A missing account reads back as an empty one.
        let account = |user: User| User { user: Known::Value(user.user.value().cloned().unwrap_or_default()), ..user };
        let sent: Vec<User> = SENT.map(|sent| account(user(sent))).into();
        assert_eq!(listed.iter().collect::<Vec<_>>(), sent);
        assert_eq!(listed.sorted().map(|user| user.id).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert_eq!(sent.iter().map(|user| listed.get(&user.id)).collect::<Option<Vec<_>>>(), Some(sent));
        assert_eq!(listed.get("e"), None);
    }

    #[test]
    fn copies_complete_each_other_and_a_field_on_which_they_differ_is_unknown() {
        let mut listed = ListedUsers::default();
        for sent in SENT {
            listed.push(user(sent));
        }
        let copy = user(r#"{"id":"d","name":"E","email":"d@x.example","user":{"banned":true}}"#);
        assert_eq!(listed.merge(2, &[copy]), ["name"]);
        let merged = listed.get("d").expect("it is listed");
        assert_eq!((merged.name, merged.email.value().map(Text::as_str)), (Known::Missing, Some("d@x.example")));
        assert_eq!(merged.user.value().map(|account| account.banned), Some(Known::Value(true)));
        assert_eq!(listed.get("c").map(|user| user.email.value().cloned()), Some(Some("c@x.example".into())));
    }
}
