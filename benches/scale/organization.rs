//! The organization that is measured, made from a seed.

use rolelint::org::{Assignment, Builder, Collection, Coverage, Group, Known, Org, Role, Source, Text, User, Via};

use crate::NOW;

/// `SplitMix64`: the same organization each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// 200 roles of 5 to 60 permissions, 500 groups, users with 1 to 4 roles of their own and 0 to 5 groups.
pub fn organization(users: usize) -> Org {
    let mut random = Random(20_260_601);
    let mut builder =
        Builder::new(Source { api: "https://api.example/v1".to_owned(), collected_at: NOW, ..Source::default() });
    let resource_type = Known::Value(builder.symbols.intern("api.organization"));
    for name in ["owner", "reader"] {
        let role = Role {
            id: Text::from(format!("role-api-organization-{name}")),
            name: Known::Value(Text::from(name)),
            permissions: Known::Value(vec![builder.symbols.intern("api.model.read")]),
            predefined_role: Known::Value(true),
            resource_type,
            listed: true,
            ..Role::default()
        };
        builder.role(role).expect("named in order");
    }
    for number in 0..200 {
        let mut permissions: Vec<String> = (0..5 + random.below(56))
            .map(|_| {
                format!("api.area{:03}.{}", random.below(150), ["read", "write"][usize::from(random.below(3) == 0)])
            })
            .collect();
        match number {
            3 => permissions.push("api.secret.write".to_owned()),
            4 => permissions.push("api.secret.read".to_owned()),
            5 => permissions.push("api.rare.write".to_owned()),
            _ => {}
        }
        permissions.sort();
        permissions.dedup();
        let permissions = permissions.iter().map(|permission| builder.symbols.intern(permission)).collect();
        let role = Role {
            id: Text::from(format!("role_{number:04}")),
            name: Known::Value(Text::from(format!("Role {number}"))),
            permissions: Known::Value(permissions),
            predefined_role: Known::Value(false),
            resource_type,
            listed: true,
            ..Role::default()
        };
        builder.role(role).expect("numbers are in order");
    }
    let any_role = |random: &mut Random, builder: &Builder| {
        // The three roles that rules look for are rare.
        let number = if random.below(1000) == 0 { 3 + random.below(3) } else { 6 + random.below(194) };
        builder.role_ix(&format!("role_{number:04}")).expect("it was made above")
    };
    for number in 0..500 {
        let roles = (0..=random.below(2)).map(|_| any_role(&mut random, &builder)).collect();
        let group = Group {
            id: Text::from(format!("group_{number:04}")),
            name: Known::Value(Text::from(format!("Group {number}"))),
            is_scim_managed: Known::Value(true),
            listed: true,
            ..Group::default()
        };
        builder.group(group, roles).expect("numbers are in order");
    }
    let words = ["reader", "owner"].map(|word| builder.symbols.intern(word));
    let (mut assignments, mut groups) = (Vec::new(), Vec::new());
    for number in 0..users {
        let domain = if random.below(100) == 0 { "contractor.example" } else { "acme.example" };
        let user = User {
            id: Text::from(format!("user_{number:09}")),
            name: Known::Value(Text::from(format!("User {number}"))),
            email: Known::Value(Text::from(format!("user{number:09}@{domain}"))),
            role: Known::Value(words[usize::from(random.below(2000) == 0)]),
            is_scim_managed: Known::Value(random.below(50) != 0),
            added_at: Known::Value(NOW - 86_400),
            api_key_last_used_at: Known::Value(NOW - i64::try_from(random.below(800)).expect("small") * 86_400),
            listed: true,
            ..User::default()
        };
        for _ in 0..=random.below(4) {
            assignments.push(Assignment::new(any_role(&mut random, &builder), Via::Direct));
        }
        for _ in 0..random.below(6) {
            groups.push(builder.group_ix(&format!("group_{:04}", random.below(500))).expect("it was made above"));
        }
        builder.user(&user, &mut assignments, &mut groups).expect("numbers are in order");
    }
    let mut coverage = Coverage::default();
    for collection in Collection::ALL {
        coverage.of_mut(collection).asked = true;
    }
    builder.finish(coverage)
}
