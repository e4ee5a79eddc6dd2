//! How work is spread over the cores: in pieces, one for each thread, with the results in the order of the pieces. What
//! comes out of a piece depends on that piece alone, so the number of threads changes nothing but the time.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A piece of fewer things that are merely looked at is not worth a thread.
pub const FEWEST_READ: usize = 4096;

/// Nor is a piece of fewer findings.
pub const FEWEST_PROVED: usize = 64;

/// Pieces begin at multiples of this, so that bits of different pieces stand in different words.
const STEP: usize = usize::BITS as usize;

/// What somebody asked for; 0 for as many threads as there are cores.
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
        let joined =
            others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(joined).collect()
    })
}

/// Does something beside something else, if there is more than one thread.
pub fn beside<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if threads() == 1 {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
