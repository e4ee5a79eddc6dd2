//! Answers as bytes: status, headers, body, and the texts of the real API's errors.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use serde_json::{Value, json};

/// A whole answer, not yet on the wire.
pub(super) struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// How many bytes `Content-Length` promises beyond those in `body`.
    pub missing: usize,
}

impl Answer {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
        Answer { status, content_type, headers: Vec::new(), body: body.into(), missing: 0 }
    }

    pub fn json(status: u16, body: &Value) -> Answer {
        Answer::new(status, "application/json", body.to_string())
    }

    /// With this header, if it has a value.
    pub fn with(mut self, name: &'static str, value: Option<String>) -> Answer {
        self.headers.extend(value.map(|value| (name, value)));
        self
    }

    /// The usual error body. `param` names the query parameter at fault, `code` may be null.
    pub fn invalid_request(status: u16, message: &str, param: Option<&str>, code: Option<&str>) -> Answer {
        Answer::error(status, message, "invalid_request_error", param, &json!(code))
    }

    /// What the API says for `status` when it does not say more; `key` is what the client sent.
    pub fn of_status(status: u16, key: Option<&str>) -> Answer {
        match status {
            401 => Answer::unauthorized(key),
            403 => Answer::denied(403, "api.management.read"),
            404 => Answer::invalid_request(404, "The requested resource was not found.", None, Some("not_found")),
            429 => Answer::too_many_requests(None),
            500 => {
                let message = "The server had an error while processing your request. Sorry about that!";
                Answer::error(500, message, "server_error", None, &Value::Null)
            }
            // The network in front of the API writes these two, with a number for the code.
            502 => Answer::error(502, "Bad gateway.", "cf_bad_gateway", None, &json!(502)),
            503 => {
                let message = "The server is temporarily unable to service your request due to maintenance downtime \
                    or capacity problems. Please try again later.";
                Answer::error(503, message, "cf_service_unavailable", None, &json!(503))
            }
            other => Answer::invalid_request(other, "Your request could not be processed.", None, None),
        }
    }

    /// 401. The real API, too, puts what it was sent into the message.
    pub fn unauthorized(key: Option<&str>) -> Answer {
        let Some(key) = key else {
            let message = "You didn't provide an API key. You need to provide your API key in an Authorization header \
                using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
            return Answer::invalid_request(401, message, None, None);
        };
        let message = format!(
            "Incorrect API key provided: {key}. You can find your API key at \
             https://platform.openai.com/account/api-keys."
        );
        Answer::invalid_request(401, &message, None, Some("invalid_api_key"))
    }

    /// A scope that the key lacks. The real API says so with 403 here and with 401 there.
    pub fn denied(status: u16, scope: &str) -> Answer {
        let message = format!(
            "You have insufficient permissions for this operation. Missing scopes: {scope}. Check that you have the \
             correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're \
             using a restricted API key, that it has the necessary scopes."
        );
        Answer::invalid_request(status, &message, None, None)
    }

    /// 429, with the real text unless there is another. The type of the error is the real one, too.
    pub fn too_many_requests(message: Option<&str>) -> Answer {
        let usual = "You've exceeded the rate limit, please slow down and try again after 6.937 seconds.";
        Answer::invalid_request(429, message.unwrap_or(usual), None, Some("rate_limit_exceeded"))
    }

    fn error(status: u16, message: &str, kind: &str, param: Option<&str>, code: &Value) -> Answer {
        Answer::json(status, &json!({"error": {"message": message, "type": kind, "param": param, "code": code}}))
    }

    pub fn into_http(self) -> hyper::Response<Payload> {
        let mut response = hyper::Response::builder().status(self.status).header("content-type", self.content_type);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let promised = self.body.len() + self.missing;
        let payload = Payload { bytes: Some(self.body), promised: promised as u64, breaks: self.missing > 0 };
        response.body(payload).expect("faults carry valid statuses and header values")
    }
}

/// A body that may promise more bytes than it has; hyper then closes the connection in the middle.
pub(super) struct Payload {
    bytes: Option<Bytes>,
    promised: u64,
    breaks: bool,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if self.breaks {
            // One more turn, in which hyper flushes: otherwise it would close before it has sent anything.
            self.breaks = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
