//! The line of a user, read straight into columns. A record of its own for each, as all other lines have it, would cost
//! as much again as the parsing.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess as _, Visitor};

use super::super::decode::{find_group, find_role, out_of_order};
use super::super::record::Id;
use crate::org::{Assignment, GroupIx, Known, OutOfOrder, People, Places, Rows, Symbol, Symbols, Via, fields};
use crate::time::Time;

/// Adds the user of a line.
pub struct UserLine<'l> {
    pub places: Places<'l>,
    pub people: &'l mut People,
    pub words: &'l mut Symbols,
}

#[derive(Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
enum Kind {
    User,
}

impl<'de> DeserializeSeed<'de> for UserLine<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, line: D) -> Result<(), D::Error> {
        line.deserialize_enum("Line", &["user"], self)
    }
}

impl<'de> Visitor<'de> for UserLine<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the line of a user")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, line: A) -> Result<(), A::Error> {
        let (Kind::User, fields) = line.variant()?;
        fields.newtype_variant_seed(Fields(self))
    }
}

/// The fields, each of which may stand there once, in any order.
struct Fields<'l>(UserLine<'l>);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, fields: D) -> Result<(), D::Error> {
        fields.deserialize_struct("User", NAMES, self)
    }
}

macro_rules! visit {
    ({} $($(#[$meaning:meta])* $field:ident: $kind:ident $default:tt,)*) => {
        #[derive(Clone, Copy, Deserialize)]
        #[serde(field_identifier)]
        #[expect(non_camel_case_types, reason = "they are the names of the fields")]
        enum Field {
            id,
            $($field,)*
            listed,
            groups,
            held,
        }

        const NAMES: &[&str] = &["id", $(stringify!($field),)* "listed", "groups", "held"];

        impl<'de> Visitor<'de> for Fields<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut line: A) -> Result<(), A::Error> {
                let Self(UserLine { places, people, words }) = self;
                let (at, mut read) = (people.len(), Read(words));
                let (mut id, mut listed) = (None, true);
                let mut seen = Seen(0);
                while let Some(field) = line.next_key()? {
                    seen.once(field as usize, NAMES)?;
                    match field {
                        $(Field::$field => people.users.$field.put(at, &read.$kind(line.next_value()?)),)*
                        Field::id => id = Some(line.next_value::<Id<'_>>()?),
                        Field::listed => listed = line.next_value()?,
                        Field::groups => line.next_value_seed(groups(places, &mut people.memberships))?,
                        Field::held => line.next_value_seed(Held { places, to: &mut people.assignments })?,
                    }
                }
                let id = id.ok_or_else(|| A::Error::missing_field("id"))?;
                people.close(&id.0, listed).map_err(|OutOfOrder(id)| A::Error::custom(out_of_order(&id)))
            }
        }
    };
}

fields!(User => visit! {});

/// From the fields of a line to those of the columns, by their kinds.
struct Read<'l>(&'l mut Symbols);

#[expect(clippy::unused_self, reason = "each kind of field has a method")]
impl Read<'_> {
    fn text<'de>(&self, text: Known<Id<'de>>) -> Known<Id<'de>> {
        text
    }

    fn address<'de>(&self, address: Known<Id<'de>>) -> Known<Id<'de>> {
        address
    }

    fn word(&mut self, word: Known<Id<'_>>) -> Known<Symbol> {
        word.map(|word| self.0.intern(&word.0))
    }

    fn flag(&self, flag: Known<bool>) -> Known<bool> {
        flag
    }

    fn time(&self, time: Known<Time>) -> Known<Time> {
        time
    }
}

/// Which fields of an object have been read.
struct Seen(u32);

impl Seen {
    fn has(&self, field: usize) -> bool {
        self.0 & 1 << field != 0
    }

    /// Notes a field, which must not have been there before.
    fn once<E: Error>(&mut self, field: usize, names: &[&'static str]) -> Result<(), E> {
        if self.has(field) {
            return Err(E::duplicate_field(names[field]));
        }
        self.0 |= 1 << field;
        Ok(())
    }
}

/// The roles of a principal as the API lists them, by how they are held.
struct Held<'l> {
    places: Places<'l>,
    to: &'l mut Rows<Assignment>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Way {
    Unstated,
    Direct,
    Inherited,
    Group,
}

const WAYS: &[&str] = &["unstated", "direct", "inherited", "group"];

impl<'de> DeserializeSeed<'de> for Held<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, held: D) -> Result<(), D::Error> {
        held.deserialize_struct("Held", WAYS, self)
    }
}

impl<'de> Visitor<'de> for Held<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut held: A) -> Result<(), A::Error> {
        let Self { places, to } = self;
        let mut seen = Seen(0);
        while let Some(way) = held.next_key()? {
            seen.once(way as usize, WAYS)?;
            match way {
                Way::Unstated => held.next_value_seed(roles(places, Via::Unstated, to))?,
                Way::Direct => held.next_value_seed(roles(places, Via::Direct, to))?,
                Way::Inherited => held.next_value_seed(roles(places, Via::Inherited, to))?,
                Way::Group => held.next_value_seed(ByGroup(Held { places, to }))?,
            }
        }
        Ok(())
    }
}

/// Roles by the group that confers them.
struct ByGroup<'l>(Held<'l>);

impl<'de> DeserializeSeed<'de> for ByGroup<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, held: D) -> Result<(), D::Error> {
        held.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ByGroup<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut held: A) -> Result<(), A::Error> {
        let Self(Held { places, to }) = self;
        while let Some(group) = held.next_key::<Id<'_>>()? {
            let via = Via::Group(find_group(places, &group).map_err(A::Error::custom)?);
            held.next_value_seed(roles(places, via, to))?;
        }
        Ok(())
    }
}

fn groups<'de>(places: Places<'_>, to: &mut Rows<GroupIx>) -> impl DeserializeSeed<'de, Value = ()> {
    Each(move |id: &Id<'_>| find_group(places, id).map(|group| to.add(group)))
}

fn roles<'de>(places: Places<'_>, via: Via, to: &mut Rows<Assignment>) -> impl DeserializeSeed<'de, Value = ()> {
    Each(move |id: &Id<'_>| find_role(places, id).map(|role| to.add(Assignment::new(role, via))))
}

/// Hands on each id of a list.
struct Each<F>(F);

impl<'de, F: FnMut(&Id<'_>) -> Result<(), String>> DeserializeSeed<'de> for Each<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&Id<'_>) -> Result<(), String>> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(id) = list.next_element::<Id<'_>>()? {
            (self.0)(&id).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
