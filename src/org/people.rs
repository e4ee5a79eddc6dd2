//! Users with what each holds. Parts of a large organization are put together side by side and joined in order.

use super::order::{OutOfOrder, ordered};
use super::users::{User, UserRow, Users};
use super::{Assignment, GroupIx, Rows, Symbols};

/// Users, what the API says of their roles, and the groups that list them.
#[derive(Debug, Default)]
pub struct People {
    pub(crate) users: Users,
    pub(crate) assignments: Rows<Assignment>,
    pub(crate) memberships: Rows<GroupIx>,
}

impl People {
    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Makes room for users with these fields, and with so many roles in all.
    pub(super) fn reserve(&mut self, users: &Users, roles: usize) {
        self.users.reserve(users);
        self.assignments.reserve(users.len(), roles);
        self.memberships.reserve(users.len(), 0);
    }

    /// Removes all users; their room is used again.
    pub fn clear(&mut self) {
        self.users.clear();
        self.assignments.clear();
        self.memberships.clear();
    }

    /// Adds a user with what the API says of the user's roles, and the groups that list the user.
    /// Both lists are sorted and emptied, to be used again.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub fn add<T: AsRef<str>>(
        &mut self,
        user: &User<T>,
        assignments: &mut Vec<Assignment>,
        groups: &mut Vec<GroupIx>,
    ) -> Result<(), OutOfOrder> {
        ordered(self.users.last().map(UserRow::id), &user.id.as_ref(), user.id.as_ref())?;
        self.users.push(user);
        self.assignments.push_sorted(assignments.drain(..));
        self.memberships.push_sorted(groups.drain(..));
        Ok(())
    }

    /// Adds a user whose fields were put into the columns, and whose roles and groups were added to the rows.
    ///
    /// # Errors
    ///
    /// The id does not sort after the last one.
    pub(crate) fn close(&mut self, id: &str, listed: bool) -> Result<(), OutOfOrder> {
        ordered(self.users.last().map(UserRow::id), &id, id)?;
        self.users.push_id(id, listed);
        self.assignments.close();
        self.memberships.close();
        Ok(())
    }

    /// Adds the users of another part, whose words are `theirs`, after those of this one.
    pub(super) fn append(&mut self, other: &Self, theirs: &Symbols, words: &mut Symbols) -> Result<(), OutOfOrder> {
        let Some(first) = other.users.iter().next() else { return Ok(()) };
        ordered(self.users.last().map(UserRow::id), &first.id(), first.id())?;
        let words: Vec<_> = theirs.iter().map(|word| words.intern(word)).collect();
        self.users.append(&other.users, &words);
        self.assignments.append(&other.assignments);
        self.memberships.append(&other.memberships);
        Ok(())
    }
}
