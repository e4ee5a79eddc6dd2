//! `$this`: related things, and everything that the organization has, compared with the selected thing.

use super::projects::{healthy, with};
use crate::support::fake::What;
use crate::support::harness::{offline, rolelint, text};
use crate::support::small::{self, ask, denied, report, without};

/// Invitations of Bob, who is a user already, and of Zed, who is none.
fn invited() -> (&'static str, What) {
    let one = |id: &str, email: &str| {
        format!(
            "{{\"object\":\"organization.invite\",\"id\":\"{id}\",\"email\":\"{email}\",\"role\":\"reader\",\
             \"status\":\"pending\",\"created_at\":1780000000,\"expires_at\":1790000000,\"projects\":[]}}"
        )
    };
    let (bob, zed) = (one("inv_1", "BOB@acme.example"), one("inv_2", "zed@acme.example"));
    let list = format!(
        "{{\"object\":\"list\",\"data\":[{bob},{zed}],\"first_id\":\"inv_1\",\"last_id\":\"inv_2\",\"has_more\":false}}"
    );
    ("/organization/invites", What::Body(list))
}

const AGAIN: &str = "select: invite\nforbid: {organization: {users: {email: $this.email}}}";

#[test]
fn an_invitation_is_compared_with_all_users() {
    ask(&small::with(&[invited()]), &[(AGAIN, "violation inv_1")]);
    let report = report(&small::with(&[invited()]), &[(AGAIN, "")]);
    let finding = report.findings().next().expect("a violation");
    // It names the user.
    assert!(finding["evidence"].to_string().contains("bob@acme.example"), "{finding}");
}

#[test]
fn what_is_not_known_of_either_side_makes_the_comparison_unknown() {
    // Whoever is in the rest of the list of users may be Zed; that Bob is a user is known.
    let more = small::with(&[invited(), ("/organization/users", What::SameCursor)]);
    let more = report(&more, &[(AGAIN, "")]);
    let answers: Vec<(&str, &str)> =
        more.findings().map(|one| (text(&one["subject"]["id"]), text(&one["status"]))).collect();
    assert_eq!(answers, [("inv_1", "violation"), ("inv_2", "unknown")]);
    let refused = small::with(&[invited(), ("/organization/users", denied("api.users.read"))]);
    ask(&refused, &[(AGAIN, "unknown inv_1, inv_2")]);
    let api = with(&[("/organization/invites", without("email"))]);
    let report = report(&api, &[(AGAIN, "")]);
    assert_eq!(report.answer("rule-0"), "unknown inv_1, inv_2");
    assert!(report.findings().all(|finding| finding["missing"].to_string().contains("`email`")));
}

#[test]
fn everything_of_a_kind_is_asked_without_a_comparison_too() {
    ask(
        &healthy(),
        &[
            (
                "select: project\nwhere: {name: Staging}\nforbid: {organization: {groups: {name: Void}}}",
                "violation Staging",
            ),
            ("select: project\nforbid: {organization: {groups: {name: Nothing}}}", "pass"),
            ("select: invite\nforbid: {organization: {users: {count: {min: 6}}}}", "pass"),
            (
                "select: invite\nwhere: {id: inv_1}\nforbid: {organization: {users: {count: 5}, projects: {count: 3}}}",
                "violation inv_1",
            ),
        ],
    );
}

#[test]
fn a_role_is_compared_with_the_others_and_with_its_holders() {
    let name = "select: role\nwhere: {predefined_role: false}\nforbid: {organization: {roles: {name: $this.name, not: {id: $this.id}}}}";
    let project_roles = "violation Deployer, Deployer";
    ask(&healthy(), &[(name, project_roles)]);
    ask(&small::healthy(), &[(name, "pass")]);
    // Ada made all roles, and holds none of them herself.
    let maker = "select: role\nwhere: {predefined_role: false, holders: {count: {min: 1}}}\nforbid: {holders: {user: {id: $this.created_by}}}";
    ask(&small::healthy(), &[(maker, "pass")]);
    let user = "select: role\nwhere: {name: Writer}\nforbid: {created_by: user-ada, organization: {users: {id: $this.created_by, name: Ada}}}";
    ask(&small::healthy(), &[(user, "violation Writer")]);
}

#[test]
fn two_duties_in_one_project_are_not_two_duties_in_two() {
    let both = |first: &str, second: &str| {
        format!(
            "select: user\nforbid: {{holds: {{scope: project, permission: {first}, \
             project: {{holders: {{scope: project, permission: {second}, user: {{id: $this.id}}}}}}}}}}"
        )
    };
    ask(
        &healthy(),
        &[
            // Bob may write in Production and read in Staging.
            (&both("api.deploy.write", "api.deploy.read"), "pass"),
            (&both("api.deploy.write", "api.deploy.write"), "violation Bob"),
            // He alone has a role of each project besides the word; Robot is no user.
            (
                "select: user\nforbid: {all: [{holds: {permission: api.deploy.write}}, {holds: {permission: api.deploy.read}}]}",
                "violation Bob",
            ),
        ],
    );
    let report = report(&healthy(), &[(&both("api.deploy.write", "api.deploy.write"), "")]);
    let finding = report.findings().next().expect("a violation");
    assert!(finding["paths"].to_string().contains("proj_1"), "{finding}");
}

#[test]
fn a_text_may_stand_before_and_after() {
    let of = |name: &str| format!("select: project\nforbid: {{organization: {{service_accounts: {{name: {name}}}}}}}");
    ask(&healthy(), &[(&of("$this.name"), "pass")]);
    let group = "select: group\nforbid: {organization: {users: {email: $this.name@acme.example}}}";
    ask(&small::healthy(), &[(group, "pass")]);
    let user = "select: user\nforbid: {organization: {users: {email: $this.name@acme.example, id: $this.id}}}";
    ask(&small::healthy(), &[(user, "violation Ada, Bob, Eve")]);
}

const LOOKED_UP: &str = "\
version: 1
params: { owners: {} }
rules:
  - id: own
    select: project
    where: { status: active }
    require: { holders: { every: { any: [ { not: { role: owner, principal: user } }, { user: { email: '$owners[$this.name]' } } ] } } }
";

#[test]
fn a_parameter_is_looked_up_by_the_name_of_the_selected_thing() {
    let api = healthy();
    let answer = |owners: &str| {
        let run = rolelint(&api).file("owners.yaml", owners).check(LOOKED_UP);
        let run = run.args(["--param-file", "owners.yaml", "--format", "json"]).run();
        run.json().answer("own")
    };
    let everybody = "[ada@acme.example, cyd@partner.example, eve@acme.example]";
    assert_eq!(answer(&format!("owners: {{ Production: {everybody}, Staging: bob@acme.example }}")), "pass");
    assert_eq!(
        answer(&format!("owners: {{ Production: {everybody}, Staging: grace@acme.example }}")),
        "violation Staging"
    );
    assert_eq!(answer(&format!("owners: {{ Production: {everybody} }}")), "violation Staging");
    assert_eq!(answer("owners: { Production: '*', Staging: '*@acme.example' }"), "pass");
    let twice = rolelint(&api).file("owners.yaml", "owners: { A: x, A: y }").check(LOOKED_UP);
    let twice = twice.args(["--param-file", "owners.yaml"]).run().ends_with(2);
    assert!(twice.stderr.contains("parameter `owners` has `A` twice"), "{}", twice.stderr);
    let folded = "version: 1\nparams: { of: { A@x.example: a, a@x.example: b } }\nrules:\n- { id: r, select: user, forbid: { groups: { name: '$of[$this.email]' } } }\n";
    let folded = offline().check(folded).run().ends_with(2);
    assert!(folded.stderr.contains("has `a@x.example` twice: letters compare without case"), "{}", folded.stderr);
}

#[test]
fn a_looked_up_word_that_nothing_has_is_noted() {
    let api = healthy();
    let policy =
        LOOKED_UP.replace("owners: {}", "owners: { Prodction: nobody@acme.example, Staging: bob@acme.example }");
    let report = rolelint(&api).check(&policy).args(["--format", "json"]).run().json();
    let notes = report.rule("own")["notes"].to_string();
    for said in
        ["`Prodction`: no project has this name; the closest match is `Production`", "`nobody@acme.example`: no user"]
    {
        assert!(notes.contains(said), "{said} is not in {notes}");
    }
    assert!(!notes.contains("Staging"), "{notes}");
}

#[test]
fn what_is_written_around_the_value_of_the_selected_thing_is_noted_if_nothing_has_it() {
    let policy = "\
version: 1
rules:
- { id: misspelt, select: group, forbid: { organization: { roles: { name: 'Tolbox$this.name' } } } }
- { id: there, select: group, forbid: { organization: { roles: { name: 'Tool$this.name' } } } }
";
    let ran = rolelint(&healthy()).check(policy).args(["--strict", "--format", "json"]).run().ends_with(3);
    let report = ran.json();
    assert!(
        report.rule("misspelt")["notes"].to_string().contains("`Tolbox*`: no role has such a name"),
        "{}",
        report.0
    );
    assert_eq!(report.rule("there")["notes"], serde_json::json!([]));
}

#[test]
fn a_comparison_that_means_nothing_does_not_load() {
    let policy = "\
version: 1
params: { list: [a], map: { a: b } }
rules:
  - { id: a, select: user, forbid: { email: $this.email } }
  - { id: b, select: user, forbid: { groups: { name: $this.nmae } } }
  - { id: c, select: user, forbid: { groups: { name: { except: $this.name } } } }
  - { id: d, select: user, forbid: { holds: { scope: $this.name } } }
  - { id: e, select: user, forbid: { holds: { via: { group: { name: { except: $this.name } } } } } }
  - { id: f, select: user, forbid: { groups: { name: 'team-*-$this.name' } } }
  - { id: g, select: user, forbid: { groups: { name: '$list[$this.name]' } } }
  - { id: h, select: user, forbid: { groups: { name: '$none[$this.name]' } } }
  - { id: i, select: user, forbid: { organization: { usrs: { name: x } } } }
  - { id: j, select: user, forbid: { organization: {} } }
  - { id: l, select: user, forbid: { groups: { name: { any: '*', except: 'Team $this.name' } } } }
  - { id: m, select: user, forbid: { groups: { name: { regex: 'Team $this.name' } } } }
  - { id: n, select: user, exactly: { name: ['Lead of $this.name'] } }
  - { id: o, select: user, forbid: { holds: { permission: 'x.$this.added_at' } } }
  - { id: p, select: user, forbid: { added_at: { after: $this.email } } }
  - { id: q, select: user, forbid: { added_at: { after: $this.created + 3 months } } }
  - { id: r, select: user, forbid: { added_at: { before: $this.added_at - 1d } } }
  - { id: s, select: role, forbid: { permissions: { any: '*', except: $this.permissions } } }
  - { id: t, select: user, forbid: { groups: { members: { exactly: { email: '$map[$this.name]' } } } } }
  - { id: u, select: user, forbid: { created: { older_than: $this.added_at } } }
  - { id: k, select: api_key, forbid: { project: { name: $this.owner.added_at } } }
  - { id: v, select: user, forbid: { groups: { name: $this.name.name } } }
";
    let ran = offline().file("policy.yaml", policy).args(["lint", "policy.yaml"]).run().ends_with(2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn an_asterisk_of_the_selected_thing_is_no_wildcard_and_one_of_a_parameter_is() {
    let policy = "version: 1
params: { teams: { One: 'api.files.*' } }
rules:
  - id: r
    select: role
    where: { name: [Odd, One] }
    forbid: { organization: { roles: { permissions: { any: [$this.description, '$teams[$this.name]'] } } } }
";
    let (odd, one) = (
        "{ name: Odd, description: 'api.files.*' }, { name: One, description: null }",
        "{ name: One, description: null }, { name: Odd, description: 'api.files.*' }",
    );
    for first in [odd, one] {
        let tests = format!(
            "tests:\n  - name: t\n    org: {{ roles: [{first}, {{ name: Other, permissions: [api.files.read] }}] }}\n    expect: {{ r: [role/One] }}\n"
        );
        let ran = offline().file("p.yaml", policy).file("p_test.yaml", tests).args(["test", "p.yaml"]).run();
        ran.ends_with(0);
    }
}
