//! Routing: which list a URL means.

use serde_json::Value;

use super::answer::Answer;
use super::org::Organization;
use super::pages::{Envelope, List};
use super::project::Project;
use super::query::{decode, descending, flag, invalid, limit, parameter, parameters, span};
use super::{KEY, Request};

/// How a list is cut unless the request says more: envelope, limit, highest limit, order.
type Cut = (Envelope, usize, usize, &'static str);

impl List {
    /// The list behind a URL, or the error that the API answers.
    pub fn find(organization: &Organization, request: &Request) -> Result<List, Answer> {
        authorize(organization, request)?;
        let ((envelope, usual, max, order), mut items) = route(organization, request)?;
        if descending(request, order)? {
            items.reverse();
        }
        let limit = limit(request, usual, max)?;
        Ok(List { envelope, items, limit, after: parameter(request, "after") })
    }
}

/// The path after `/v1`, with `*` for each id: what the real API counts requests by. Names of lists and ids alternate.
pub(super) fn template(route: &str) -> String {
    let (start, rest) = match route.strip_prefix("/organization/") {
        Some(rest) => ("/organization/", rest),
        None => ("/", route.strip_prefix('/').unwrap_or(route)),
    };
    let segments = rest.split('/').enumerate();
    let segments: Vec<&str> = segments.map(|(at, segment)| if at % 2 == 1 { "*" } else { segment }).collect();
    format!("{start}{}", segments.join("/"))
}

fn route(org: &Organization, request: &Request) -> Result<(Cut, Vec<Value>), Answer> {
    use Envelope::{LastId, Next};

    let segments: Vec<_> = request.route().split('/').skip(1).map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let list = match segments[..] {
        ["organization", "roles"] => ((Next, 1000, 1000, "asc"), org.role_items()),
        ["organization", "users"] => ((LastId, 20, 100, "asc"), org.user_items()),
        ["organization", "groups"] => ((Next, 100, 1000, "asc"), org.group_items()),
        ["organization", "users", id, "roles"] => ((Next, 20, 1000, "asc"), found(org.user_role_items(id))?),
        ["organization", "groups", id, "roles"] => ((Next, 20, 1000, "asc"), found(org.group_role_items(id))?),
        ["organization", "groups", id, "users"] => ((Next, 100, 1000, "desc"), found(org.group_user_items(id))?),
        ["organization", "projects"] => {
            let archived = flag(request, "include_archived")?;
            ((LastId, 20, 100, "asc"), org.project_items(archived))
        }
        ["organization", "projects", id, "users"] => ((LastId, 20, 100, "asc"), active(org, id)?.user_items(org)),
        ["organization", "projects", id, "groups"] => ((Next, 20, 100, "asc"), project(org, id)?.group_items(org)),
        ["organization", "projects", id, "service_accounts"] => {
            ((LastId, 20, 100, "asc"), active(org, id)?.service_account_items())
        }
        ["organization", "projects", id, "api_keys"] => {
            let access = parameter(request, "owner_project_access");
            let items = project(org, id)?.api_key_items(org, access.as_deref());
            let unknown = || invalid("owner_project_access", "expected 'active', 'inactive' or 'any'", "invalid_value");
            ((LastId, 20, 100, "asc"), items.ok_or_else(unknown)?)
        }
        ["projects", id, "roles"] => ((Next, 1000, 1000, "asc"), project(org, id)?.role_items()),
        ["projects", id, "users", user, "roles"] => {
            ((Next, 20, 1000, "asc"), found(project(org, id)?.user_role_items(org, user))?)
        }
        ["projects", id, "groups", group, "roles"] => {
            ((Next, 20, 1000, "asc"), found(project(org, id)?.group_role_items(group))?)
        }
        // The documentation names no highest limit here; the fake takes what the neighbours take.
        ["organization", "admin_api_keys"] => ((LastId, 20, 100, "asc"), org.admin_api_key_items()),
        ["organization", "invites"] => ((LastId, 20, 100, "asc"), org.invite_items()),
        ["organization", "audit_logs"] => {
            let kinds = parameters(request, "event_types[]");
            let tenant = flag(request, "tenant_only")?;
            ((LastId, 20, 100, "desc"), org.event_items(span(request, "effective_at")?, &kinds, tenant))
        }
        _ => {
            let message = format!("Invalid URL ({} {})", request.method, request.path);
            return Err(Answer::invalid_request(404, &message, None, None));
        }
    };
    Ok(list)
}

fn found<T>(thing: Option<T>) -> Result<T, Answer> {
    thing.ok_or_else(|| Answer::of_status(404, None))
}

fn project<'a>(organization: &'a Organization, id: &str) -> Result<&'a Project, Answer> {
    found(organization.project(id))
}

/// The project, for the lists that the API has of active ones only.
fn active<'a>(organization: &'a Organization, id: &str) -> Result<&'a Project, Answer> {
    let project = project(organization, id)?;
    if project.archived {
        let message = format!("Project '{id}' is archived.");
        return Err(Answer::invalid_request(400, &message, None, Some("project_archived")));
    }
    Ok(project)
}

fn authorize(organization: &Organization, request: &Request) -> Result<(), Answer> {
    if request.method != "GET" {
        let message = format!("Not allowed to {} on {}", request.method, request.path);
        return Err(Answer::invalid_request(405, &message, None, None));
    }
    if request.key() != Some(KEY) {
        return Err(Answer::unauthorized(request.key()));
    }
    if request.organization.as_ref().is_some_and(|id| *id != organization.id) {
        let message = "OpenAI-Organization header should match organization for API key";
        return Err(Answer::invalid_request(401, message, None, Some("mismatched_organization")));
    }
    Ok(())
}
