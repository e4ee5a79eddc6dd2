//! The floor: what `serde_json` needs to look at every line of the snapshot, and to answer the rules on the way.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::NOW;

/// Parses every line and keeps nothing of it.
pub fn skip(path: &Path) {
    lines(path, |line| drop(serde_json::from_slice::<IgnoredAny>(line)));
}

/// Turns every line into a typed record and keeps none.
pub fn typed(path: &Path) {
    lines(path, |line| drop(black_box(serde_json::from_slice::<Floor<'_>>(line))));
}

/// How many things violate each of [`RULES`](crate::RULES), from typed records that are not kept.
pub fn answered(path: &Path) -> Vec<usize> {
    const SECRET_WRITE: u8 = 1;
    const SECRET_READ: u8 = 2;
    const RARE: u8 = 4;
    const ROLE_3: u8 = 8;
    let (mut roles, mut groups, mut named) = (HashMap::new(), HashMap::new(), HashSet::new());
    let (mut area, mut large, mut owners, mut found) = (0, 0, 0, [0; 8]);
    lines(path, |line| match serde_json::from_slice::<Floor<'_>>(line).expect("a record") {
        Floor::Role(role) => {
            let grants = |permission: &str| role.permissions.contains(&permission);
            let bits = [("api.secret.write", SECRET_WRITE), ("api.secret.read", SECRET_READ), ("api.rare.write", RARE)];
            let bits = bits.iter().filter(|(word, _)| grants(word)).fold(0, |bits, (_, bit)| bits | bit);
            area += usize::from(!role.predefined_role && grants("api.area007.write"));
            large += usize::from(!role.predefined_role && role.permissions.len() >= 58);
            roles.insert(role.id.to_owned(), bits | if role.name == "Role 3" { ROLE_3 } else { 0 });
        }
        Floor::Group(group) => {
            groups.insert(group.id.to_owned(), group.roles.iter().fold(0, |bits, role| bits | roles[*role]));
            if group.name.len() == 9 && group.name.starts_with("Group 1") && group.name.ends_with('7') {
                named.insert(group.id.to_owned());
            }
        }
        Floor::User(user) => {
            let own = user.held.direct.iter().fold(0, |bits, role| bits | roles[*role]);
            let all = user.groups.iter().fold(own, |bits, group| bits | groups[*group]);
            let holds = |bits: u8| all & bits == bits;
            let contractor = user.email.ends_with("@contractor.example");
            let ours = user.email.starts_with("user00000") || user.email.ends_with("@acme.example");
            owners += usize::from(user.role == "owner");
            let idle = NOW - user.api_key_last_used_at > 700 * 86_400;
            found[0] += usize::from(holds(SECRET_WRITE));
            found[1] += usize::from(contractor && all & (SECRET_WRITE | SECRET_READ) != 0);
            found[2] += usize::from(holds(RARE) && user.groups.iter().any(|group| named.contains(*group)));
            found[4] += usize::from(user.role == "owner" && !ours);
            found[5] += usize::from(holds(SECRET_READ | RARE));
            found[6] += usize::from(idle && holds(RARE));
            found[7] += usize::from(!user.is_scim_managed && holds(ROLE_3));
        }
        Floor::Rolelint(_) | Floor::End(_) => {}
    });
    found[3] = usize::from(!(2..=200_000).contains(&owners));
    [area, large].into_iter().chain(found).collect()
}

fn lines(path: &Path, mut each: impl FnMut(&[u8])) {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).expect("it is there"));
    let mut line = Vec::new();
    while file.read_until(b'\n', &mut line).expect("it can be read") > 0 {
        each(&line);
        line.clear();
    }
}

/// A line of the snapshot as a typed record.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Floor<'a> {
    #[serde(borrow)]
    User(FloorUser<'a>),
    Rolelint(IgnoredAny),
    #[serde(borrow)]
    Role(FloorRole<'a>),
    #[serde(borrow)]
    Group(FloorGroup<'a>),
    End(IgnoredAny),
}

#[derive(Deserialize)]
struct FloorRole<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(borrow)]
    permissions: Vec<&'a str>,
    predefined_role: bool,
}

#[derive(Deserialize)]
struct FloorGroup<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(borrow, default)]
    roles: Vec<&'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "made to be thrown away")]
struct FloorUser<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
    role: &'a str,
    is_scim_managed: bool,
    added_at: i64,
    api_key_last_used_at: i64,
    #[serde(borrow, default)]
    groups: Vec<&'a str>,
    #[serde(borrow)]
    held: FloorHeld<'a>,
}

#[derive(Deserialize)]
struct FloorHeld<'a> {
    #[serde(borrow)]
    direct: Vec<&'a str>,
}
