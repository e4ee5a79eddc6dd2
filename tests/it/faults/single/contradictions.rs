//! Lists that cannot be as they were sent: their own pages contradict them.

use serde_json::json;

use super::{asked, fault, holds, with};
use crate::faults::{Claim, Fetched};
use crate::support::fake::{What, When};

fn nothing() -> What {
    What::Body(json!({"data": [], "has_more": false, "next": null}).to_string())
}

pub fn unknown_cursor(claim: &Claim) {
    let ada = json!({"data": [{"id": "user-ada", "role": "owner"}], "has_more": true, "last_id": "user-xyz"});
    let list = "/organization/users";
    let faults = vec![fault(list, When::First(1), What::Body(ada.to_string())), fault(list, When::First(1), nothing())];
    let api = with(faults);
    let fetched = Fetched::new(&api, &[]);
    holds(claim, &fetched, "users");
    assert_eq!(asked(&api, list), 3);
    assert!(fetched.ran.stderr.contains(" 2 users,"), "{}", fetched.ran.stderr);
}

pub fn fewer_than_promised(claim: &Claim) {
    let ada = json!({"data": [{"id": "user-ada"}], "has_more": true, "last_id": "user-ada"}).to_string();
    let role = json!({"id": "role_1", "name": "role_1", "predefined_role": false, "permissions": ["api.roles.read"]});
    let roles = json!({"data": [role], "has_more": true, "next": "cursor1"}).to_string();
    for (collection, path, first, then, times) in [
        ("users", "/organization/users", ada, nothing(), 2),
        ("user_roles", "/organization/users/user-bob/roles", roles.clone(), nothing(), 3),
        // The API may know no ids as cursors.
        ("user_roles", "/organization/users/user-bob/roles", roles, What::Status(400), 3),
    ] {
        let api = with(vec![
            fault(path, When::First(1), What::Body(first)),
            fault(path, When::First(1), nothing()),
            fault(path, When::Always, then),
        ]);
        let fetched = Fetched::new(&api, &[]);
        holds(claim, &fetched, collection);
        assert_eq!(asked(&api, path), times, "{path}");
        assert!(fetched.ran.stderr.contains("more items were promised than came"), "{}", fetched.ran.stderr);
    }
}
