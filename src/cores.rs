//! How work is spread over the cores: in pieces, one for each thread, with the results in the order of the pieces. What
//! comes out of a piece depends on that piece alone, so the number of threads changes nothing but the time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};

/// The fewest things of a piece for which a thread pays off, if each is merely looked at. Tests have few things, and want
/// several pieces.
pub const FEWEST_READ: usize = if cfg!(test) { 64 } else { 4096 };

/// The same for findings.
pub const FEWEST_PROVED: usize = 64;

/// The same for rows of a report.
pub const FEWEST_WRITTEN: usize = 128;

/// Pieces begin at multiples of this, so that bits of different pieces stand in different words.
const STEP: usize = usize::BITS as usize;

/// The number of threads that was set; 0 for one for each core.
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// Works with this many threads from now on.
pub fn limit(threads: usize) {
    ASKED.store(threads, Ordering::Relaxed);
}

/// How many threads there are to work with.
pub fn threads() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    match ASKED.load(Ordering::Relaxed) {
        0 => *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from)),
        asked => asked,
    }
}

/// Works on many things in pieces of neighbors, of at least `fewest`.
pub fn ranges<T: Send>(count: usize, fewest: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let pieces = threads().min(count / fewest).max(1);
    let size = count.div_ceil(pieces).next_multiple_of(STEP);
    let ranges = (0..pieces).map(|piece| (piece * size).min(count)..((piece + 1) * size).min(count));
    each(ranges.collect(), work)
}

/// Works on each of a few pieces in a thread of its own.
pub fn each<P: Send, T: Send>(pieces: Vec<P>, work: impl Fn(P) -> T + Sync) -> Vec<T> {
    let mut pieces = pieces.into_iter();
    let Some(first) = pieces.next() else { return Vec::new() };
    let work = &work;
    std::thread::scope(|scope| {
        let others: Vec<_> = pieces.map(|piece| scope.spawn(move || work(piece))).collect();
        let first = work(first);
        let joined = others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        std::iter::once(first).chain(joined).collect()
    })
}

/// Does two things at the same time, if there is more than one thread.
pub fn join<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if threads() == 1 {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| resume_unwind(panic)), other)
    })
}

/// How many pieces may be under way for each thread.
const AHEAD: usize = 2;

/// Works on pieces as they come, and takes what comes out in the order of the pieces, while others are worked on. Where
/// `next` or `take` fails, everything before has been taken.
pub fn stream<P: Send, T: Send, E>(
    mut next: impl FnMut() -> Result<Option<P>, E>,
    work: impl Fn(P) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let Some(first) = next()? else { return Ok(()) };
    let second = next();
    if threads() == 1 || !matches!(second, Ok(Some(_))) {
        take(work(first))?;
        let mut following = second?;
        while let Some(piece) = following {
            take(work(piece))?;
            following = next()?;
        }
        return Ok(());
    }
    let (give, given) = mpsc::channel();
    let (done, results) = mpsc::channel();
    let (given, work) = (&Mutex::new(given), &work);
    // The channels end with this function, and so do the threads.
    std::thread::scope(move |scope| {
        for _ in 0..threads() {
            let done = done.clone();
            scope.spawn(move || {
                while let Ok((at, piece)) = { given.lock().unwrap_or_else(PoisonError::into_inner).recv() } {
                    let result = catch_unwind(AssertUnwindSafe(|| work(piece)));
                    if done.send((at, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let mut early = [Ok(Some(first)), second].into_iter();
        let (mut started, mut taken, mut end) = (0, 0, None);
        let mut waiting = BTreeMap::new();
        loop {
            while end.is_none() && started < taken + AHEAD * threads() {
                match early.next().unwrap_or_else(&mut next) {
                    Ok(Some(piece)) => {
                        give.send((started, piece)).expect("a thread ends when this end is dropped");
                        started += 1;
                    }
                    Ok(None) => end = Some(Ok(())),
                    Err(error) => end = Some(Err(error)),
                }
            }
            if taken == started {
                return end.unwrap_or(Ok(()));
            }
            let (at, result) = results.recv().expect("every piece has a result");
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&taken) {
                taken += 1;
                take(result.unwrap_or_else(|panic| resume_unwind(panic)))?;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_taken_in_order_up_to_what_fails() {
        for threads in [1, 2, 3, 8] {
            limit(threads);
            for (pieces, bad, refused) in
                [(0, 0, 0), (1, 1, 1), (1, 0, 9), (2, 9, 9), (50, 50, 50), (50, 31, 50), (50, 50, 17), (50, 0, 9)]
            {
                let (mut given, mut taken) = (0..pieces, Vec::new());
                let next = || match given.next() {
                    Some(piece) if piece == bad => Err(format!("no {piece}")),
                    other => Ok(other),
                };
                let take = |result: u64| {
                    if result == refused * 3 {
                        return Err(format!("not {refused}"));
                    }
                    taken.push(result);
                    Ok(())
                };
                let ended = stream(next, |piece| piece * 3, take);
                let first = bad.min(refused).min(pieces);
                let expected = if first == pieces {
                    Ok(())
                } else if bad <= refused {
                    Err(format!("no {bad}"))
                } else {
                    Err(format!("not {refused}"))
                };
                assert_eq!(ended, expected, "{threads} threads, {pieces} pieces, {bad}, {refused}");
                assert_eq!(taken, (0..first).map(|piece| piece * 3).collect::<Vec<_>>());
            }
        }
        limit(0);
    }

    #[test]
    #[should_panic(expected = "a bug")]
    fn a_panic_of_a_piece_is_one_of_the_stream() {
        limit(2);
        let mut given = 0..20;
        let _: Result<(), ()> = stream(|| Ok(given.next()), |piece| assert!(piece != 7, "a bug"), |()| Ok(()));
    }

    #[test]
    fn pieces_are_whole_words_in_order_whatever_their_number() {
        for threads in [1, 2, 3, 8] {
            limit(threads);
            for count in [0, 1, FEWEST_READ - 1, 2 * FEWEST_READ + 1, 8 * FEWEST_READ + 63, 100 * FEWEST_READ] {
                let pieces = ranges(count, FEWEST_READ, |range| range);
                assert!(pieces.iter().all(|piece| piece.start % STEP == 0 || piece.is_empty()), "{pieces:?}");
                assert_eq!(pieces.into_iter().flatten().collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
            }
        }
        limit(0);
    }
}
