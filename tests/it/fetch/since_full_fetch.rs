//! When an earlier snapshot cannot be gone by, everything is read anew, and why is said.

use serde_json::{Value, json};

use super::random_history::note;
use super::since::{api, asked, begin, carried, content, fetch, healthy, log_in, moved, now, older, since};
use crate::support::fake::{Behaviour, FakeApi, Fault, What, When};
use crate::support::harness::{offline, rolelint};
use crate::support::small::denied;

/// Everything there is to ask about one by one.
const ALL: usize = 5 + 5 + 3;

/// Asserts that a fetch since this snapshot reads everything anew, for this reason; returns what it wrote.
#[track_caller]
fn is_read_anew(api: &FakeApi, old: &str, args: &[&str], why: &str) -> String {
    let before = asked(api).len();
    let run = rolelint(api).file("old.jsonl", old).args(["fetch", "-q", "--since", "old.jsonl", "-o", "-"]);
    let ran = run.args(args.iter().copied()).run().ends_with(0);
    assert!(ran.stderr.starts_with("warning: doing a full fetch: "), "{}", ran.stderr);
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    assert_eq!(asked(api).len() - before, ALL);
    assert_eq!(carried(&ran.stdout), []);
    ran.stdout
}

/// An audit log: what goes wrong with it, what it tells of beside logins, and whether it reaches back.
struct Log {
    fault: Option<(When, What)>,
    event: Option<(&'static str, Value)>,
    reaches_back: bool,
}

impl Log {
    fn faulty(when: When, what: What) -> Self {
        Self { fault: Some((when, what)), ..Self::with("login.succeeded", json!({})) }
    }

    fn with(kind: &'static str, payload: Value) -> Self {
        Self { fault: None, event: Some((kind, payload)), reaches_back: true }
    }

    /// The API with this log, which takes two pages, if there is anything new in it.
    fn start(self) -> FakeApi {
        let path = "/organization/audit_logs".to_owned();
        let faults = self.fault.map(|(when, what)| Fault { path, when, what }).into_iter().collect();
        let api = api(Behaviour { faults, page_size: Some(3), ..Behaviour::default() });
        api.change(|org| {
            if !self.reaches_back {
                org.audit_log.clear();
            }
            if let Some((kind, payload)) = self.event {
                note(org, now(), kind, payload);
                (0..4).for_each(|_| note(org, now(), "login.succeeded", json!({})));
            }
        });
        api
    }
}

#[test]
fn an_incomplete_audit_log_causes_a_full_fetch() {
    let timeless = json!({"data": [{"id": "event", "type": "login.succeeded"}], "has_more": false});
    let login = |id: &str, at: i64| json!({"id": id, "type": "login.succeeded", "effective_at": at});
    let other = json!({"id": "e", "type": "role.assignment.deleted", "effective_at": now(), "role.assignment.deleted": {"principal_id": "user-nobody"}});
    let one_id = json!({"data": [login("old", 1), login("e", now()), other], "has_more": false});
    let cases = [
        (Log::faulty(When::Always, denied("api.audit_logs.read")), "the key lacks the scope api.audit_logs.read"),
        (Log::faulty(When::Always, What::Status(404)), "GET /organization/audit_logs: 404"),
        (Log::faulty(When::FromPage(2), What::Html), "GET /organization/audit_logs: the response is not JSON"),
        (Log::faulty(When::FromPage(2), What::NoCursor), "pagination is inconsistent"),
        // The last request is whether it reaches back.
        (Log::faulty(When::After(2), What::Status(403)), "GET /organization/audit_logs: 403"),
        (Log::faulty(When::Always, What::Body(timeless.to_string())), "`effective_at` is missing"),
        // Two events of one id: both count.
        (Log::faulty(When::Always, What::Body(one_id.to_string())), "does not say who it is about"),
        (Log { event: None, ..Log::with("", Value::Null) }, "the audit log has no events since"),
        (Log { reaches_back: false, ..Log::with("login.succeeded", json!({})) }, "does not go back to"),
        (Log::with("role.assignment.created", json!({})), "does not say who it is about"),
        (Log::with("group.updated", json!({"id": ""})), "does not say who it is about"),
        (Log::with("user.updated", Value::Null), "(user.updated) does not say who it is about"),
        // What is named has to be in the lists, and of the kind that the event is about.
        (Log::with("role.assignment.created", json!({"id": "ra_123"})), "does not say who it is about"),
        (
            Log::with("role.assignment.created", json!({"id": "ra_1", "role_id": "role_1"})),
            "does not say who it is about",
        ),
        (
            Log::with("role.assignment.created", json!({"principal": {"id": "user-bob"}})),
            "does not say who it is about",
        ),
        (Log::with("role.assignment.deleted", json!({"principal_id": "user-nobody"})), "does not say who it is about"),
        (Log::with("user.updated", json!({"id": "proj_1"})), "does not say who it is about"),
        (Log::with("group.updated", json!({"id": "user-bob"})), "does not say who it is about"),
        (Log::with("service_account.updated", json!({"id": "svc_99"})), "does not say who it is about"),
        // Nobody knows what these bear on.
        (Log::with("access.granted", json!({"id": "user-bob"})), "(access.granted) may affect anybody"),
        (Log::with("group.member.added", json!({"id": "group_1"})), "may affect anybody"),
        (Log::with("scim.enabled", json!({"id": "scim"})), "may affect anybody"),
        (Log::with("tenant.role_assignment.created", json!({})), "may affect anybody"),
        (Log::with("tenant.group.member.added", json!({"user_id": "user-bob"})), "may affect anybody"),
    ];
    for (log, why) in cases {
        let api = log.start();
        let new = is_read_anew(&api, &begin(&api), &[], why);
        assert_eq!(content(&new), content(&begin(&api)));
    }
}

#[test]
fn harmless_events_do_not_cause_a_full_fetch() {
    for (kind, payload) in [
        ("tenant.billing.info.updated", json!({})),
        ("tenant.workload_identity.access_token.issued", json!({"id": "token"})),
        ("api_key.created", json!({"id": "key_99"})),
        ("rate_limit.updated", json!({})),
        ("user.deleted", json!({"id": "user-who-came-and-went"})),
    ] {
        let api = Log::with(kind, payload).start();
        let ran = since(&api, &begin(&api)).run().ends_with(0);
        assert_eq!((ran.stderr.as_str(), carried(&ran.stdout).len()), ("", ALL), "{kind}");
    }
}

#[test]
fn an_unreadable_tenant_log_gives_a_warning() {
    let faults = [403, 404, 400].map(|status| {
        // Events, and whether they reach back, come first.
        let fault =
            Fault { path: "/organization/audit_logs".to_owned(), when: When::After(2), what: What::Status(status) };
        (status, fault)
    });
    for (status, fault) in faults {
        let api = api(Behaviour { faults: vec![fault], ..Behaviour::default() });
        log_in(&api);
        let run = rolelint(&api).file("old.jsonl", begin(&api)).args(["fetch", "--since", "old.jsonl", "-o", "-"]);
        let ran = run.run().ends_with(0);
        let said =
            format!("--since cannot see changes by administrators of a tenant: GET /organization/audit_logs: {status}");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        assert_eq!(carried(&ran.stdout).len(), ALL);
    }
    // A fault on the way is another matter: it may be over the next time.
    let fault = Fault { path: "/organization/audit_logs".to_owned(), when: When::After(2), what: What::Html };
    let api = api(Behaviour { faults: vec![fault], ..Behaviour::default() });
    log_in(&api);
    is_read_anew(&api, &begin(&api), &[], "GET /organization/audit_logs: the response is not JSON");
}

#[test]
fn data_older_than_max_full_age_is_read_again() {
    let api = healthy();
    let week = 7 * 86_400;
    let old = begin(&api);
    log_in(&api);
    is_read_anew(&api, &older(&old, week + 60), &[], "the earlier snapshot has data from ");
    is_read_anew(&api, &older(&old, 120), &["--max-full-age", "1m"], "the earlier snapshot has data from ");
    let just = since(&api, &older(&old, week - 60)).run().ends_with(0);
    assert_eq!((just.stderr.as_str(), carried(&just.stdout).len()), ("", ALL));
    let ago = older(&old, week + 60);
    let run = since(&api, &ago).args(["--max-full-age", "8d"]).run().ends_with(0);
    assert_eq!(carried(&run.stdout).len(), ALL);
    // What was taken over is as old as it was.
    log_in(&api);
    is_read_anew(&api, &run.stdout, &[], "the earlier snapshot has data from ");
}

#[test]
fn a_snapshot_of_another_api_or_from_the_future_causes_a_full_fetch() {
    let (api, other) = (healthy(), healthy());
    log_in(&api);
    let old = begin(&other);
    is_read_anew(&api, &old, &[], &format!("the earlier snapshot is of another API, {}", other.base_url()));
    let old = begin(&api);
    is_read_anew(&api, &older(&old, -3600), &[], "which is in the future");
}

#[test]
fn an_incomplete_list_causes_a_full_fetch() {
    let lists = [
        ("/organization/groups/group_1/users", "group_members"),
        ("/organization/groups/group_1/roles", "group_roles"),
        ("/organization/groups", "groups"),
        ("/organization/roles", "roles"),
        ("/projects/proj_1/roles", "project_roles"),
        ("/organization/projects/proj_1/users", "project_users"),
        ("/organization/projects/proj_1/groups", "project_groups"),
        ("/projects/proj_1/groups/group_1/roles", "project_group_roles"),
        ("/organization/projects/proj_1/service_accounts", "service_accounts"),
    ];
    for (path, collection) in lists {
        // A hole then …
        let fault = Fault { path: path.to_owned(), when: When::Always, what: What::Status(403) };
        let api = api(Behaviour { faults: vec![fault], ..Behaviour::default() });
        let old = fetch(&api).ends_with(3).stdout;
        let healthy = healthy();
        log_in(&healthy);
        let why = format!("in the earlier snapshot, {collection} is incomplete: GET ");
        let new = is_read_anew(&healthy, &moved(&old, &healthy), &[], &why);
        assert_eq!(content(&new), content(&begin(&healthy)));

        // … or now.
        log_in(&api);
        let run = rolelint(&api).file("old.jsonl", begin(&api));
        let ran = run.args(["fetch", "-q", "--since", "old.jsonl", "-o", "-"]).run().ends_with(3);
        let why = format!("doing a full fetch: {collection} is incomplete: GET ");
        assert!(ran.stderr.contains(&why), "{}", ran.stderr);
        assert_eq!(carried(&ran.stdout), []);
        assert_eq!(content(&ran.stdout), content(&old));
    }
}

#[test]
fn a_list_that_was_not_requested_causes_a_full_fetch() {
    let api = healthy();
    let old = begin(&api);
    log_in(&api);
    // Without the groups, nobody can tell who is in them.
    let only = |args: &[&str]| {
        api.heal();
        let run = rolelint(&api).file("old.jsonl", &old).args(["fetch", "-q", "--since", "old.jsonl", "-o", "-"]);
        run.args(args.iter().copied()).run().ends_with(0)
    };
    let ran = only(&["--only", "user_roles"]);
    assert!(ran.stderr.contains("doing a full fetch: roles was not requested"), "{}", ran.stderr);
    assert_eq!(asked(&api).len(), 5);

    // For what is cheap anyway, nobody looks at the log.
    assert_eq!(only(&["--only", "users"]).stderr, "");
    assert_eq!(api.requests().len(), 1);

    let enough = ["user_roles", "roles", "group_roles", "group_members"];
    let ran = only(&enough.map(|collection| ["--only", collection]).concat());
    assert_eq!((ran.stderr.as_str(), carried(&ran.stdout).len()), ("", 5));

    // The same holds for the earlier one.
    let part = rolelint(&api).args(["fetch", "-q", "--only", "user_roles", "-o", "-"]).run().ends_with(0).stdout;
    is_read_anew(&api, &part, &[], "in the earlier snapshot, roles was not requested");
}

#[test]
fn an_unreadable_earlier_snapshot_stops_the_fetch_before_any_request() {
    let api = healthy();
    let old = begin(&api);
    api.heal();
    let run = |since: &str| {
        let run = rolelint(&api).file("cut.jsonl", &old[..old.len() - 20]).file("policy.yaml", "version: 1\n");
        run.args(["fetch", "-o", "new.jsonl", "--since", since]).run().ends_with(2)
    };
    for (since, said) in [
        ("nowhere.jsonl", "cannot read snapshot `nowhere.jsonl`"),
        (".", "cannot read snapshot `.`"),
        ("cut.jsonl", "snapshot `cut.jsonl` is truncated"),
        ("policy.yaml", "`policy.yaml` is not a rolelint snapshot"),
        ("-", "is not a rolelint snapshot"),
    ] {
        let stderr = run(since).stderr.replace("\n  │ ", " ");
        assert!(stderr.contains(said), "{stderr}");
    }
    assert_eq!(api.requests(), []);
    let ran = offline().args(["fetch", "--since", "a", "--max-full-age", "soon", "-o", "b"]).run().ends_with(2);
    assert!(ran.stderr.contains("write a duration such as 90d, 12h or 2w"), "{}", ran.stderr);
}
