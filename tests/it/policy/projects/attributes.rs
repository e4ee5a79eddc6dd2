//! The attributes of projects and of what is in them.

use super::{forbid, healthy, healthy_without_attic};
use crate::support::harness::rolelint;
use crate::support::small::{Case, ask, report};

#[test]
fn each_attribute_of_a_project_fires_and_passes() {
    let cases = [
        ("{id: proj_2}", "violation Staging"),
        ("{name: 'P*'}", "violation Production"),
        ("{status: ARCHIVED}", "violation Attic"),
        ("{status: deleted}", "pass"),
        ("{created_at: {before: 2025-08-01}}", "violation Attic, Production, Staging"),
        ("{archived_at: {older_than: 10d}}", "violation Attic"),
        ("{archived_at: null}", "violation Production, Staging"),
        ("{holders: {principal: group}}", "violation Production"),
        ("{holders: {none: {}}}", "violation Attic"),
        ("{holders: {user: Cyd, role: owner}}", "violation Production"),
        ("{holders: {permission: api.deploy.write}}", "violation Production"),
        ("{holders: {permission: 'api.deploy.*', via: direct}}", "violation Production, Staging"),
        ("{holders: {role: No Such Role}}", "pass"),
        // A role of the organization reaches every project, and a rule on roles asks for those that are held there.
        (
            "{holders: {permission: api.groups.write, role: {predefined_role: false}}}",
            "violation Attic, Production, Staging",
        ),
        ("{holders: {role: {permissions: api.groups.write}, user: Cyd}}", "violation Attic, Production, Staging"),
        ("{holders: {permission: api.groups.write, role: {predefined_role: false}, scope: project}}", "pass"),
        ("{holders: {role: Toolbox}}", "pass"),
        ("{holders: {where: {role: owner}, count: {min: 4}}}", "violation Production"),
        ("{members: {name: Ada}}", "violation Production"),
        // Cyd is in the project through a group: its list does not have her.
        ("{members: {name: Cyd}}", "pass"),
        ("{members: {none: {}}}", "violation Attic"),
        ("{members: {every: {email: 'bob@*'}}}", "violation Attic, Staging"),
        ("{service_accounts: {role: owner}}", "violation Production"),
        ("{service_accounts: {name: Quiet, role: none}}", "violation Staging"),
        ("{api_keys: {count: {min: 2}}}", "violation Production"),
        ("{api_keys: {last_used_at: null}}", "violation Attic, Production"),
        ("{roles: {permissions: api.deploy.write}}", "violation Production"),
        ("{roles: {name: Deployer}}", "violation Production, Staging"),
    ];
    forbid(&healthy(), "project", &cases);
}

#[test]
fn each_attribute_of_a_service_account_fires_and_passes() {
    let cases = [
        ("{id: svc_1}", "violation Robot"),
        ("{name: quiet}", "pass"),
        ("{role: owner}", "violation Robot"),
        ("{role: none}", "violation Quiet"),
        ("{created_at: {newer_than: 365d}}", "violation Quiet, Robot"),
        ("{project: Production}", "violation Robot"),
        ("{project: {status: archived}}", "pass"),
        ("{holds: {permission: 'api.organization.projects.api_keys.write'}}", "violation Robot"),
        ("{holds: {none: {}}}", "violation Quiet"),
        ("{holds: {scope: organization}}", "pass"),
        ("{groups: {some: {}}}", "pass"),
    ];
    forbid(&healthy(), "service_account", &cases);
}

#[test]
fn each_attribute_of_keys_and_invitations_fires_and_passes() {
    let api = healthy();
    let keys = [
        ("{id: key_4}", "violation CI"),
        ("{name: CI}", "violation CI, CI"),
        ("{created_at: {after: 2026-03-01}}", "pass"),
        ("{last_used_at: null}", "violation Old, Robot's"),
        ("{last_used_at: {older_than: 90d}}", "violation Left"),
        ("{owner_project_access: inactive}", "violation Left"),
        ("{project: Staging}", "violation CI"),
        ("{project: {status: archived}}", "violation Old"),
        ("{owner: Bob}", "violation CI, CI"),
        ("{owner: {role: owner}}", "violation Old"),
        ("{owner: {none: {}}}", "violation Robot's"),
        ("{owner: {holds: {scope: project, role: owner}}}", "violation CI, CI, Old"),
        ("{service_account: Robot}", "violation Robot's"),
        ("{service_account: {role: none}}", "pass"),
    ];
    forbid(&api, "api_key", &keys);
    let admin_keys = [
        ("{id: adm_1}", "violation Terraform"),
        // The list has the keys of projects, too.
        ("{name: CI}", "pass"),
        ("{created_at: {older_than: 90d}}", "violation Legacy, Terraform"),
        ("{expires_at: null}", "violation Legacy"),
        ("{expires_at: {before: 2027-01-01}}", "violation Terraform"),
        ("{expires_at: {within: 365d}}", "violation Terraform"),
        ("{expires_at: {within: 90d}}", "pass"),
        ("{expires_at: {later_than: 90d}}", "violation Terraform"),
        ("{expires_at: {newer_than: 365d}}", "pass"),
        ("{not: {expires_at: {within: 365d}}}", "violation Legacy"),
        ("{last_used_at: {older_than: 30d}}", "pass"),
        ("{not: {owner: {role: owner}}}", "violation Legacy"),
        ("{owner: {groups: {name: Ops}}}", "pass"),
    ];
    forbid(&api, "admin_api_key", &admin_keys);
    let invites = [
        ("{id: inv_2}", "violation inv_2"),
        ("{email: FAY@partner.example}", "violation inv_1"),
        ("{role: owner}", "violation inv_1"),
        ("{status: accepted}", "violation inv_2"),
        ("{status: expired}", "pass"),
        ("{created_at: {newer_than: 30d}}", "violation inv_1, inv_2"),
        ("{expires_at: {before: 2026-06-01}}", "pass"),
        ("{accepted_at: null}", "violation inv_1"),
        ("{projects: {name: Production}}", "violation inv_2"),
        ("{projects: {none: {}}}", "violation inv_1"),
    ];
    forbid(&api, "invite", &invites);
    let counts: [Case; 4] = [
        ("select: admin_api_key\ncount: {max: 1}", "violation organization"),
        ("select: admin_api_key\ncount: 2", "pass"),
        ("select: api_key\nwhere: {project: Production}\nexactly: {name: [CI, Left, \"Robot's\"]}", "pass"),
        ("select: invite\nwhere: {status: pending}\nexactly: {email: []}", "violation inv_1"),
    ];
    ask(&api, &counts);
}

#[test]
fn an_unknown_word_is_noted_or_does_not_load() {
    let api = healthy();
    let noted = [
        ("select: project\nforbid: {status: archivd}", "archivd", "archived"),
        ("select: service_account\nforbid: {role: ownr}", "ownr", "owner"),
        ("select: invite\nforbid: {status: pendng}", "pendng", "pending"),
        ("select: api_key\nforbid: {owner_project_access: inactve}", "inactve", "inactive"),
        ("select: api_key\nforbid: {project: Stagin}", "Stagin", "Staging"),
        ("select: api_key\nforbid: {owner: {email: bob@acme.exmple}}", "bob@acme.exmple", "bob@acme.example"),
        ("select: service_account\nforbid: {name: Robto}", "Robto", "Robot"),
        ("select: user\nforbid: {holds: {scope: project, role: Deplyer}}", "Deplyer", "Deployer"),
        (
            "select: user\nforbid: {holds: {scope: project, permission: api.deploy.wirte}}",
            "api.deploy.wirte",
            "api.deploy.write",
        ),
        ("select: role\nforbid: {scope: organisation}", "organisation", "organization"),
    ];
    for (rule, literal, near) in noted {
        let notes = report(&api, &[(rule, "")]).rule("rule-0")["notes"].to_string();
        assert!(notes.contains(&format!("`{literal}`")) && notes.contains(&format!("`{near}`")), "{rule}: {notes}");
    }
    // That no project is archived is no mistake.
    let known = report(&healthy_without_attic(), &[("select: project\nforbid: {status: archived}", "")]);
    assert_eq!(known.rule("rule-0")["notes"], serde_json::json!([]));

    for (condition, help) in [
        ("{scope: organisation}", "did you mean `organization`?"),
        ("{holds: {scope: [organization, projekt]}}", "did you mean `project`?"),
        ("{holds: {scope: null}}", "it is one of: organization, project"),
        ("{holds: {principal: usr}}", "did you mean `user`?"),
        ("{holds: {principal: {except: robot}}}", "it is one of: user, service_account, group"),
    ] {
        let kind = if condition.starts_with("{scope") { "grant" } else { "user" };
        let policy = format!("version: 1\nrules:\n  - id: asked\n    select: {kind}\n    forbid: {condition}\n");
        let ran = rolelint(&api).check(&policy).run().ends_with(2);
        assert!(ran.stderr.contains(help), "{condition}: {}", ran.stderr);
    }
}
