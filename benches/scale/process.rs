//! The binary, from its start to its exit.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rolelint::snapshot;

use crate::organization::organization;
use crate::{RULES, RUNS, milliseconds, peak_memory};

/// Checks a large organization, with one thread and with one for each core, and a small one.
pub fn measure(path: &Path, folder: &Path, users: usize, floor: Duration) {
    std::fs::write(folder.join("work.yaml"), RULES).expect("a policy");
    let small = folder.join("small.jsonl");
    snapshot::save(&organization(40), &small).expect("the snapshot is written");
    println!("{:<28} {:>10} {:>10} {:>14} {:>8}", "start to exit", "wall ms", "CPU ms", "of typed floor", "peak MB");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for (name, path, threads) in [
        (format!("  {users} users, 1 thread"), path, 1),
        (format!("  {users} users, {cores} threads"), path, cores),
        ("  40 users".to_owned(), &small, cores),
    ] {
        let (wall, cpu, peak) = (0..RUNS).map(|_| run(path, folder, threads)).min().expect("there is at least one run");
        let ratio = cpu.as_secs_f64() / floor.as_secs_f64();
        let (wall, cpu) = (milliseconds(wall), milliseconds(cpu));
        println!("{name:<28} {wall:>10.1} {cpu:>10.0} {ratio:>14.2} {:>8}", peak / 1024);
    }
}

fn run(path: &Path, folder: &Path, threads: usize) -> (Duration, Duration, usize) {
    let before = children();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolelint"))
        .args(["check", "--no-config", "--policy", "work.yaml", "--format", "json", "--as-of", "2026-05-28T20:26:40Z"])
        .args(["--max-age", "36500d", "--threads", &threads.to_string(), "--snapshot"])
        .arg(path)
        .env_clear()
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary can be started");
    let mut peak = 0;
    let status = loop {
        peak = peak_memory(&child.id().to_string()).unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    assert!(status.code().is_some_and(|code| code <= 1), "{status}");
    (began.elapsed(), children().saturating_sub(before), peak)
}

/// The processor time of all children so far, where the system tells.
fn children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // Linux counts in hundredths of a second.
    let ticks =
        after_name.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(10 * ticks)
}
