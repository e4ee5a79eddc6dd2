//! How fast we send requests. Each endpoint has its own pace, learned from what the API accepts.
//!
//! Admin endpoints were measured at 7 to 10 requests a minute each, whatever ids are in the path, and often do not say
//! how long to wait (`mkdev-me/terraform-provider-openai`, its changelog and pull requests 69 to 76). So we start
//! without a limit. The first 429 shows how many requests fit into how much time, and from then on we spread them
//! evenly. Two minutes without a 429 add one request a minute; a 429 takes off a tenth. A 429 from one endpoint does
//! not slow the others.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::breaker::Breaker;
use super::endpoint::{self, Endpoint, SAFE_LIMIT};
use super::error::Tripped;

const MINUTE: Duration = Duration::from_secs(60);
/// After this long without a 429, the pace is raised a little.
const QUIET: Duration = Duration::from_secs(120);
/// The slowest pace, in requests a minute: slower than any endpoint was measured.
const SLOWEST: f64 = 6.0;
/// After this many 429 responses in a row, the pause is taken to be endless.
const MOST_REFUSALS: usize = 20;

/// The paces of all endpoints.
#[derive(Debug)]
pub struct Pace {
    /// By path template: the API counts all requests that share one together.
    lanes: BTreeMap<&'static str, Mutex<Lane>>,
    /// Maximum number of concurrent requests.
    under_way: Semaphore,
    /// When to stop asking.
    pub patience: Breaker,
}

/// The turn of a request; dropping it ends the turn.
#[derive(Debug)]
pub struct Turn<'p> {
    /// When it began.
    pub sent: Instant,
    _under_way: SemaphorePermit<'p>,
}

#[derive(Debug)]
struct Lane {
    /// Requests per minute; no limit until the first 429.
    rate: Option<f64>,
    /// The earliest moment for the next request.
    next: Instant,
    /// When the accepted requests of the last minute were sent.
    granted: VecDeque<Instant>,
    /// When the rate last changed.
    changed: Instant,
    /// 429 responses since the last accepted request.
    refusals: usize,
    /// How many 429 responses there were.
    all_refusals: usize,
    /// Whether it refused the documented page size.
    small_pages: bool,
}

impl Pace {
    /// The initial pace: `rate` requests per minute for each endpoint, or as many as it accepts, and the maximum number
    /// of concurrent requests.
    pub fn new(rate: Option<f64>, concurrency: usize) -> Self {
        let now = Instant::now();
        let lane = || Lane {
            rate,
            next: now,
            granted: VecDeque::new(),
            changed: now,
            refusals: 0,
            all_refusals: 0,
            small_pages: false,
        };
        Self {
            lanes: endpoint::all().map(|endpoint| (endpoint.template, Mutex::new(lane()))).collect(),
            under_way: Semaphore::new(concurrency),
            patience: Breaker::default(),
        }
    }

    /// Waits until this endpoint may get another request and one more may run concurrently.
    ///
    /// # Errors
    ///
    /// The breaker of the endpoint is open; it may have opened while this request waited.
    pub async fn turn(&self, of: &Endpoint) -> Result<Turn<'_>, Tripped> {
        loop {
            self.patience.check(of)?;
            let next = self.lane(of).next;
            if next > Instant::now() {
                // Several requests may wait for the same moment. The first one takes it, and the others check again.
                tokio::time::sleep_until(next).await;
                continue;
            }
            // A request that waits for its turn does not count as concurrent, so it does not block other endpoints.
            let under_way = self.under_way.acquire().await.expect("the semaphore is never closed");
            self.patience.check(of)?;
            let mut lane = self.lane(of);
            let now = Instant::now();
            if lane.next <= now {
                lane.next = now + lane.interval();
                return Ok(Turn { sent: now, _under_way: under_way });
            }
        }
    }

    /// A request sent at `sent` was accepted.
    pub fn granted(&self, of: &Endpoint, sent: Instant) {
        self.patience.answered(of);
        let mut lane = self.lane(of);
        lane.refusals = 0;
        lane.granted.push_back(sent);
        let now = Instant::now();
        lane.forget_before(now);
        if let Some(rate) = lane.rate.filter(|_| now.duration_since(lane.changed) >= QUIET) {
            lane.rate = Some(rate + 1.0);
            lane.changed = now;
        }
    }

    /// A request sent at `sent` got a 429, with a promise to accept one after `wait`. Returns whether it makes sense to
    /// continue.
    pub fn refused(&self, of: &Endpoint, sent: Instant, wait: Option<Duration>) -> bool {
        let mut lane = self.lane(of);
        let now = Instant::now();
        lane.forget_before(now);
        lane.all_refusals += 1;
        let window = lane.granted.front().map_or(Duration::ZERO, |first| now.duration_since(*first));
        // Without a promise, wait until a minute after the first accepted request.
        let wait = wait.unwrap_or_else(|| MINUTE.saturating_sub(window).max(Duration::from_secs(1)));
        // Concurrent requests are refused together, so they count as one refusal.
        if sent >= lane.changed {
            lane.refusals += 1;
            #[expect(clippy::cast_precision_loss, reason = "a minute holds no such numbers")]
            let fitted = lane.granted.len().max(1) as f64 * 60.0 / (window + wait).as_secs_f64().max(1e-3);
            let rate = lane.rate.map_or(fitted, |rate| fitted.min(rate * 0.9)).max(SLOWEST);
            lane.rate = Some(rate);
            lane.changed = now;
        }
        lane.next = lane.next.max(now + wait);
        lane.refusals <= MOST_REFUSALS
    }

    /// The largest page to ask for.
    pub fn limit(&self, of: &Endpoint) -> u32 {
        if self.lane(of).small_pages { of.limit.min(SAFE_LIMIT) } else { of.limit }
    }

    /// The documented page size was refused: use the safe one from now on.
    pub fn too_large(&self, of: &Endpoint) {
        self.lane(of).small_pages = true;
    }

    /// How long that many requests take, if the endpoint's pace is known.
    pub fn estimate(&self, of: &Endpoint, requests: usize) -> Option<Duration> {
        let lane = self.lane(of);
        let rate = lane.rate?;
        let pause = lane.next.saturating_duration_since(Instant::now());
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let asking = Duration::from_secs_f64(requests.saturating_sub(1) as f64 * 60.0 / rate);
        Some(if requests == 0 { Duration::ZERO } else { pause + asking })
    }

    /// How many 429 responses the endpoint sent, and the resulting pace in requests per minute.
    pub fn learnt(&self, of: &Endpoint) -> (usize, Option<f64>) {
        let lane = self.lane(of);
        (lane.all_refusals, lane.rate)
    }

    fn lane(&self, of: &Endpoint) -> std::sync::MutexGuard<'_, Lane> {
        self.lanes[of.template].lock().expect("no thread panics while it holds a lane")
    }
}

impl Lane {
    fn interval(&self) -> Duration {
        self.rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(60.0 / rate))
    }

    fn forget_before(&mut self, now: Instant) {
        while self.granted.front().is_some_and(|first| now.duration_since(*first) > MINUTE) {
            self.granted.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::error::Error;
    use crate::org::Collection;

    fn lane(collection: Collection) -> &'static Endpoint {
        endpoint::of(collection)
    }

    /// A server that lets `capacity` requests through in each minute, counted from the first of them.
    struct Throttle {
        capacity: usize,
        says_when: bool,
        window: Option<Instant>,
        used: usize,
        refused: usize,
        early: usize,
        promised: Option<Instant>,
    }

    impl Throttle {
        fn ask(&mut self) -> Result<(), Option<Duration>> {
            let now = Instant::now();
            self.early += usize::from(self.promised.is_some_and(|promised| now < promised));
            let window = *self.window.get_or_insert(now);
            if now.duration_since(window) >= MINUTE {
                self.window = Some(now);
                self.used = 0;
            }
            if self.used < self.capacity {
                self.used += 1;
                return Ok(());
            }
            self.refused += 1;
            let wait = MINUTE.saturating_sub(now.duration_since(self.window.expect("set above")));
            self.promised = self.says_when.then_some(now + wait);
            Err(self.says_when.then_some(wait))
        }
    }

    /// Makes this many requests, `at_a_time` of them at once; returns the time that they took, and the server.
    async fn run(requests: usize, at_a_time: usize, throttle: Throttle) -> (Duration, Throttle) {
        let began = Instant::now();
        let pace = Arc::new(Pace::new(None, 64));
        let throttle = Arc::new(Mutex::new(throttle));
        let left = Arc::new(Mutex::new(requests));
        let workers = (0..at_a_time).map(|_| {
            let (pace, throttle, left) = (Arc::clone(&pace), Arc::clone(&throttle), Arc::clone(&left));
            tokio::spawn(async move {
                loop {
                    {
                        let mut left = left.lock().expect("no panic");
                        if *left == 0 {
                            return;
                        }
                        *left -= 1;
                    }
                    loop {
                        let sent = pace.turn(lane(Collection::UserRoles)).await.expect("not given up").sent;
                        let answer = throttle.lock().expect("no panic").ask();
                        match answer {
                            Ok(()) => {
                                pace.granted(lane(Collection::UserRoles), sent);
                                break;
                            }
                            Err(wait) => assert!(pace.refused(lane(Collection::UserRoles), sent, wait)),
                        }
                    }
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.expect("no panic");
        }
        let took = began.elapsed();
        (took, Arc::into_inner(throttle).expect("all workers are done").into_inner().expect("no panic"))
    }

    fn throttle(capacity: usize, says_when: bool) -> Throttle {
        Throttle { capacity, says_when, window: None, used: 0, refused: 0, early: 0, promised: None }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_slowed_that_is_not_refused() {
        let (took, throttle) = run(500, 8, throttle(500, false)).await;
        assert_eq!((took, throttle.refused), (Duration::ZERO, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn nine_tenths_of_what_a_throttle_allows_are_used_and_nothing_is_asked_early() {
        for says_when in [true, false] {
            for capacity in [7_u32, 10] {
                let (took, throttle) = run(200, 8, throttle(capacity as usize, says_when)).await;
                let ideal = MINUTE.as_secs_f64() * (200.0 / f64::from(capacity) - 1.0);
                let share = ideal / took.as_secs_f64();
                assert!(share >= 0.9, "{share:.2} of {capacity} a minute, told when: {says_when}");
                assert_eq!(throttle.early, 0);
                assert!(throttle.refused < 30, "{} refusals", throttle.refused);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_slows_its_endpoint_and_no_other() {
        let pace = Pace::new(None, 64);
        let sent = pace.turn(lane(Collection::UserRoles)).await.expect("not given up").sent;
        pace.refused(lane(Collection::UserRoles), sent, Some(Duration::from_secs(30)));
        let began = Instant::now();
        pace.turn(lane(Collection::GroupRoles)).await.expect("not given up");
        assert_eq!(began.elapsed(), Duration::ZERO);
        pace.turn(lane(Collection::UserRoles)).await.expect("not given up");
        assert_eq!(began.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_without_end_ends() {
        let pace = Pace::new(None, 64);
        let mut asked = 0;
        loop {
            asked += 1;
            let sent = pace.turn(lane(Collection::Roles)).await.expect("not given up").sent;
            if !pace.refused(lane(Collection::Roles), sent, None) {
                break;
            }
        }
        assert_eq!(asked, MOST_REFUSALS + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_given_rate_is_kept_from_the_first_request() {
        let pace = Pace::new(Some(30.0), 64);
        let began = Instant::now();
        for _ in 0..4 {
            pace.turn(lane(Collection::Roles)).await.expect("not given up");
        }
        assert_eq!(began.elapsed(), Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_under_way_than_allowed_and_waiting_for_a_turn_is_not_being_under_way() {
        let pace = Pace::new(None, 2);
        let (users, roles) = (lane(Collection::Users), lane(Collection::Roles));
        let sent = pace.turn(users).await.expect("not given up").sent;
        pace.refused(users, sent, Some(Duration::from_secs(30)));
        let began = Instant::now();
        let waiting = pace.turn(users);
        tokio::pin!(waiting);
        tokio::select! {
            _ = &mut waiting => panic!("thirty seconds early"),
            first = pace.turn(roles) => drop(first),
        }
        let (_first, second) = (pace.turn(roles).await, pace.turn(roles).await);
        let third = tokio::time::timeout(Duration::from_secs(1), pace.turn(roles)).await;
        third.expect_err("two are under way");
        drop(second);
        pace.turn(roles).await.expect("not given up");
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_a_turn_when_the_endpoint_is_given_up_leaves() {
        let pace = Pace::new(Some(1.0), 2);
        let users = lane(Collection::UserRoles);
        pace.turn(users).await.expect("not given up");
        let began = Instant::now();
        let waiting = futures_util::future::join_all((0..100).map(|_| pace.turn(users)));
        let denying = async {
            for _ in 0..3 {
                pace.patience.failed(users, &Error::Denied { status: 403, scope: None, message: String::new() });
            }
        };
        let (turns, ()) = tokio::join!(waiting, denying);
        assert!(turns.iter().all(Result::is_err));
        assert!(began.elapsed() <= MINUTE, "they do not take turns in leaving");
    }

    #[tokio::test(start_paused = true)]
    async fn how_long_it_takes_is_said_once_the_pace_is_known() {
        let pace = Pace::new(None, 2);
        let users = lane(Collection::UserRoles);
        assert_eq!(pace.estimate(users, 100), None);
        let sent = pace.turn(users).await.expect("not given up").sent;
        pace.refused(users, sent, Some(Duration::from_secs(60)));
        assert_eq!(pace.learnt(users), (1, Some(SLOWEST)));
        assert_eq!(pace.estimate(users, 7), Some(Duration::from_secs(120)));
        assert_eq!(pace.estimate(users, 0), Some(Duration::ZERO));
    }
}
