//! What can be reused from an earlier collection.

use crate::api::client::PageRequest;
use crate::api::client::Purpose;
use crate::api::endpoint::{AUDIT_LOGS, encode};
use crate::api::error::Error;
use crate::api::event::Event;
use crate::api::page::Page;
use crate::api::pagination::{ListRequest, Listed, list};
use crate::api::wire::Stamp;
use crate::collect::Collector;
use crate::collect::incremental::{OVERLAP, carry, hidden, named};
use crate::collect::responses::Responses;
use crate::org::{Collection, Org};
use crate::time::{Time, rfc3339};

/// What the audit log says.
pub(crate) struct Changes {
    events: Vec<Event>,
    /// Why the tenant's log cannot be read, if it cannot.
    pub unseen: Option<String>,
}

impl Collector<'_> {
    /// The events since the earlier collection, or why the log is not enough. No data in the earlier collection may be
    /// older than `oldest`.
    pub(crate) async fn changes(&self, old: &Org, oldest: Time) -> Result<Changes, String> {
        let began = old.source.collected_at;
        if old.source.api != self.source.api {
            return Err(format!("the earlier snapshot is of another API, {}", old.source.api));
        }
        if began > self.source.collected_at {
            return Err(format!("the earlier snapshot is from {}, which is in the future", rfc3339(began)));
        }
        let full = old.coverage.carried_from().unwrap_or(began);
        if full < oldest {
            return Err(format!("the earlier snapshot has data from {}", rfc3339(full)));
        }
        hidden(old, &self.slow_collections()).map_err(|why| format!("in the earlier snapshot, {why}"))?;
        // Events have the time of the API's clock.
        let ahead = self.client.skew().saturating_neg().max(0);
        let from = began.saturating_sub(OVERLAP).saturating_sub(ahead);
        let query = format!("&{}={from}", encode("effective_at[gte]"));
        let since = ListRequest { query: &query, ..ListRequest::own(&AUDIT_LOGS) };
        let events: Listed<Event> = list(self.client, since, |_| {}).await;
        if let Some(error) = events.truncated {
            return Err(error.failure(AUDIT_LOGS.template).message);
        }
        // A log that is switched off looks the same as one without events.
        if !events.items.iter().any(|event| event.effective_at >= Stamp(from)) {
            return Err(format!("the audit log has no events since {}, so logging may be off", rfc3339(from)));
        }
        if !self.reaches_back_before(from).await? {
            return Err(format!("the audit log does not go back to {}", rfc3339(from)));
        }
        // If the log shows an event in two ways, both count.
        let mut events: Vec<Event> = events.with_copies().cloned().collect();
        let unseen = self.of_the_tenant(from, &mut events).await?;
        Ok(Changes { events, unseen })
    }

    /// Adds the events of the tenant above the organization, which has its own log. Returns why the log cannot be read,
    /// if the API does not show it; most organizations have no tenant.
    async fn of_the_tenant(&self, from: Time, events: &mut Vec<Event>) -> Result<Option<String>, String> {
        let query = format!("&tenant_only=true&{}={from}", encode("effective_at[gte]"));
        let since = ListRequest { query: &query, ..ListRequest::own(&AUDIT_LOGS) };
        let tenants: Listed<Event> = list(self.client, since, |_| {}).await;
        events.extend(tenants.with_copies().cloned());
        match tenants.truncated {
            None => Ok(None),
            Some(error @ (Error::Denied { .. } | Error::NotFound { .. } | Error::Status { .. })) => {
                Ok(Some(error.failure(AUDIT_LOGS.template).message))
            }
            Some(error) => Err(error.failure(AUDIT_LOGS.template).message),
        }
    }

    async fn reaches_back_before(&self, time: Time) -> Result<bool, String> {
        let query = format!("limit=1&{}={time}", encode("effective_at[lt]"));
        let get = PageRequest {
            endpoint: &AUDIT_LOGS,
            path: AUDIT_LOGS.template,
            query: &query,
            or_empty: None,
            purpose: Purpose::First,
        };
        let page: Page<Event> =
            self.client.get(get).await.map_err(|error| error.failure(AUDIT_LOGS.template).message)?;
        Ok(page.data.iter().any(|event| event.effective_at < Stamp(time)))
    }

    /// Reuses what has not changed, or says why that cannot be known.
    pub(crate) fn carry(&self, responses: &mut Responses, old: &Org, changes: &Changes) -> Result<(), String> {
        let now = self.assemble(responses);
        let slow = self.slow_collections();
        hidden(&now, &slow)?;
        responses.carried = carry(old, &now, &named(&changes.events, old, &now)?);
        for collection in Collection::PER_MEMBER.into_iter().filter(|collection| !slow.contains(collection)) {
            responses.carried.drop(collection);
        }
        Ok(())
    }

    /// The requested collections that are read one principal at a time.
    pub(crate) fn slow_collections(&self) -> Vec<Collection> {
        Collection::PER_MEMBER.into_iter().filter(|collection| self.needs(*collection)).collect()
    }
}
