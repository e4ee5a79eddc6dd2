//! The requests that a check would make, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::escape::in_json;
use crate::org::Collection;
use crate::report::schema_of_written;

/// The version of this form.
const VERSION: u32 = 1;

/// The requests that a check would make.
#[derive(Serialize, JsonSchema)]
pub struct Plan<'a> {
    #[schemars(extend("const" = VERSION))]
    /// The version of this form.
    pub schema_version: u32,
    /// How many requests there are; if not complete, there are more. `null` if no sizes are known.
    pub requests: Option<usize>,
    /// Whether the number of requests is known for every collection.
    pub complete: bool,
    /// How many requests each endpoint is taken to accept in a minute. `null` if no sizes are known.
    pub requests_per_minute: Option<f64>,
    /// How long the requests take at that pace, at least.
    pub seconds: Option<u64>,
    /// The lists that are read.
    pub collections: Vec<PlannedList<'a>>,
}

/// The requests for one collection.
#[derive(Serialize, JsonSchema)]
pub struct PlannedList<'a> {
    /// Its name.
    #[schemars(extend("enum" = Collection::ALL.map(Collection::name)))]
    pub collection: &'static str,
    /// The path below the base URL, with `{…}` for ids.
    pub path: &'static str,
    /// How many, if that is known.
    pub requests: Option<usize>,
    /// What they are made for; if their number is not known, what it depends on or why it is not known.
    pub of: &'a str,
    /// Whether only what a rule can be about is read.
    pub narrowed: bool,
    /// The ids of the rules that need it.
    pub rules: &'a [&'a str],
}

impl<'a> Plan<'a> {
    /// A plan without sizes.
    pub fn new(collections: Vec<PlannedList<'a>>) -> Self {
        Self {
            schema_version: VERSION,
            requests: None,
            complete: false,
            requests_per_minute: None,
            seconds: None,
            collections,
        }
    }
}

/// A plan as JSON.
pub fn render_plan(plan: &Plan<'_>) -> String {
    let json = serde_json::to_value(plan).expect("a plan has text keys only");
    in_json(&format!("{json:#}\n")).into_owned()
}

/// The schema of a plan in JSON.
pub fn plan_schema() -> serde_json::Value {
    schema_of_written::<Plan<'static>>()
}
