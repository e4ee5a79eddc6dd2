//! Journals: resumed, damaged, of somebody else.

use super::*;

fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

fn open(path: &Path, api: &str, key: &Key, now: Time) -> Result<Journal, JournalError> {
    Journal::open(path, Identity { api, organization: None, key }, now, &(Time::MIN..=Time::MAX))
}

#[test]
fn a_truncated_journal_resumes_with_complete_responses() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let key = key("sk-admin-secret");
    let journal = open(&path, "https://a", &key, 7).expect("begun");
    journal.keep("/one", "{\n1}", None).expect("kept");
    journal.keep("/two", "2", None).expect("kept");
    drop(journal);
    let whole = std::fs::read(&path).expect("there");
    assert!(!String::from_utf8_lossy(&whole).contains("secret"));
    for cut in 0..=whole.len() {
        std::fs::write(&path, &whole[..cut]).expect("cut");
        let journal = open(&path, "https://a", &key, 9).expect("goes on");
        let header = cut > whole.iter().position(|byte| *byte == b'\n').expect("a header");
        assert_eq!(journal.began, if header { 7 } else { 9 });
        let kept = |journal: &Journal, get: &str| journal.answer(get).expect("read").map(|kept| kept.body);
        let two = kept(&journal, "/two").is_some();
        assert!(!two || kept(&journal, "/one").as_deref() == Some("{\n1}"));
        journal.keep("/three", "3", None).expect("kept");
        drop(journal);
        let journal = open(&path, "https://a", &key, 9).expect("goes on again");
        assert_eq!(kept(&journal, "/three").as_deref(), Some("3"));
        assert_eq!(kept(&journal, "/two").is_some(), two);
    }
}

#[test]
fn a_journal_of_another_key_or_api_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let mine = key("sk-admin-mine");
    let journal = open(&path, "https://a", &mine, 7).expect("begun");
    assert!(matches!(open(&path, "https://a", &mine, 8), Err(JournalError::Busy { .. })));
    drop(journal);
    let before = std::fs::read(&path).expect("there");
    for (api, key) in [("https://b", &mine), ("https://a", &key("sk-admin-other"))] {
        assert!(matches!(open(&path, api, key, 8), Err(JournalError::Foreign { .. })));
    }
    std::fs::write(folder.path().join("x"), "my notes\n").expect("written");
    assert!(matches!(open(&folder.path().join("x"), "https://a", &mine, 8), Err(JournalError::Foreign { .. })));
    assert_eq!(std::fs::read(&path).expect("there"), before);
}

#[cfg(unix)]
#[test]
fn a_journal_that_was_removed_is_no_longer_the_one_of_that_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let mine = key("sk-admin-mine");
    let first = open(&path, "https://a", &mine, 7).expect("begun");
    assert!(has_name(&locked_lines(&first.lines).file, &path).expect("looked at"));
    std::fs::remove_file(&path).expect("removed");
    assert!(!has_name(&locked_lines(&first.lines).file, &path).expect("looked at"));
    let _second = open(&path, "https://a", &mine, 8).expect("another file, begun");
    assert!(!has_name(&locked_lines(&first.lines).file, &path).expect("looked at"));
}

#[test]
fn a_file_that_is_not_a_journal_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let key = key("sk-admin-mine");
    for text in ["notes", "notes\nmore", "{}", "{\"rolelint\":", "\0", "{\"rolelint_journal\":3}\n", " {"] {
        std::fs::write(&path, text).expect("written");
        assert!(matches!(open(&path, "https://a", &key, 8), Err(JournalError::Foreign { .. })), "{text}");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), text);
    }
    std::fs::remove_file(&path).expect("removed");
    std::fs::create_dir(&path).expect("a folder");
    assert!(matches!(open(&path, "https://a", &key, 8), Err(JournalError::Unusable { .. })));
}

#[test]
fn a_damaged_journal_resumes_before_the_damage_and_a_repeated_line_is_harmless() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let key = key("sk-admin-mine");
    let journal = open(&path, "https://a", &key, 7).expect("begun");
    journal.keep("/one", "1", None).expect("kept");
    journal.keep("/two", "2", None).expect("kept");
    drop(journal);
    let whole = std::fs::read_to_string(&path).expect("there");
    let [header, one, two] = *whole.split_inclusive('\n').collect::<Vec<_>>() else { panic!("three lines") };
    let large = format!("{{\"get\":\"/large\",\"body\":\"{}\"}}\n", "x".repeat(10 << 20));
    for lines in [vec![header, two, one], vec![header, one, one, two], vec![header, &large, two, one]] {
        std::fs::write(&path, lines.concat()).expect("written");
        let journal = open(&path, "https://a", &key, 8).expect("goes on");
        for (get, body) in [("/one", "1"), ("/two", "2")] {
            assert_eq!(journal.answer(get).expect("read").map(|kept| kept.body).as_deref(), Some(body));
        }
    }
    // What was not synced when the power failed: what stands after it is asked for again.
    let edited = one.replace("body", "bodies");
    let twice = one.replace('{', "{\"get\":\"/x\",");
    let half = "\0".repeat(one.len() - 1) + "\n";
    for line in ["\0\0\n", "\n", "[]\n", "[\"/x\",\"1\"]\n", "null\n", header, &edited, &twice, &half, &one[..5]] {
        std::fs::write(&path, [header, two, line, one].concat()).expect("written");
        let journal = open(&path, "https://a", &key, 8).expect("goes on");
        assert_eq!((journal.began, journal.answers()), (7, 1), "{line}");
        assert_eq!(journal.answer("/two").expect("read").map(|kept| kept.body).as_deref(), Some("2"));
        drop(journal);
        assert_eq!(std::fs::read_to_string(&path).expect("there"), [header, two].concat(), "{line}");
    }
}

#[test]
fn a_journal_cut_or_damaged_at_any_byte_resumes_with_the_responses_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let key = key("sk-admin-mine");
    let journal = open(&path, "https://a", &key, 7).expect("begun");
    let bodies = ["{\"data\":[1]}", "", "{\n\"é\"}", "4"];
    for (number, body) in bodies.into_iter().enumerate() {
        journal.keep(&format!("/{number}"), body, None).expect("kept");
    }
    drop(journal);
    let whole = std::fs::read(&path).expect("there");
    let ends: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] == b'\n').map(|at| at + 1).collect();
    let cut = |at: usize| whole[..at].to_vec();
    // A file system may have made room for what was written, and not have written it.
    let hollow = |at: usize| [&whole[..at], &vec![0; whole.len() - at][..]].concat();
    for at in ends[0]..whole.len() {
        for left in [cut(at), hollow(at)] {
            std::fs::write(&path, left).expect("written");
            let journal = open(&path, "https://a", &key, 9).expect("goes on");
            let complete = ends.iter().skip(1).filter(|&&end| end <= at).count();
            assert_eq!((journal.began, journal.answers()), (7, complete), "{at}");
            for (number, body) in bodies.into_iter().enumerate() {
                let kept = journal.answer(&format!("/{number}")).expect("read").map(|kept| kept.body);
                assert_eq!(kept.as_deref(), Some(body).filter(|_| number < complete), "{at}");
            }
        }
    }
}

/// How many bytes are written, and how many of them are on disk.
fn written(journal: &Journal) -> (u64, u64) {
    let lines = locked_lines(&journal.lines);
    (lines.end, lines.synced)
}

#[tokio::test(start_paused = true)]
async fn responses_that_arrive_close_together_are_synced_together_though_nothing_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = open(&folder.path().join("j"), "https://a", &key("sk-admin-mine"), 7).expect("begun");
    let (header, synced) = written(&journal);
    assert_eq!(synced, header, "a new journal is on disk");
    for burst in 1..=2 {
        for number in 1..=3 {
            journal.keep(&format!("/{burst}/{number}"), "{}", None).expect("kept");
            journal.sync_soon();
            let (end, synced) = written(&journal);
            assert!(synced < end, "{burst}, {number}: it is not synced by itself");
        }
        // Time stands still while a file is synced.
        tokio::time::sleep(UNTIL_SYNC + Duration::from_millis(1)).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let (end, synced) = written(&journal);
        assert_eq!(synced, end, "burst {burst}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sync_that_fails_is_told_with_the_next_response() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = open(&folder.path().join("j"), "https://a", &key("sk-admin-mine"), 7).expect("begun");
    locked_lines(&journal.lines).failed = Some(io::Error::other("the disk is gone"));
    assert!(matches!(journal.keep("/one", "1", None), Err(JournalError::Unusable { .. })));
    journal.keep("/one", "1", None).expect("kept");
}

#[test]
fn a_journal_that_stays_is_synced_and_may_be_opened_again_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("j");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mine = key("sk-admin-mine");
    let journal = open(&path, "https://a", &mine, 7).expect("begun");
    journal.keep("/one", "1", None).expect("kept");
    {
        let _within = runtime.enter();
        journal.sync_soon();
    }
    let lines = Arc::clone(&journal.lines);
    drop(journal);
    {
        let lines = locked_lines(&lines);
        assert_eq!(lines.synced, lines.end);
    }
    drop(lines);
    // The sync that is still due holds nothing.
    assert_eq!(open(&path, "https://a", &mine, 8).expect("goes on").answers(), 1);
}

#[cfg(unix)]
#[test]
fn a_journal_is_a_regular_file_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link, socket) = (folder.path().join("j"), folder.path().join("l"), folder.path().join("s"));
    let key = key("sk-admin-mine");
    std::fs::write(&path, "").expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).expect("open to all");
    std::os::unix::fs::symlink(&path, &link).expect("linked");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    for no_file in [&link, &socket] {
        assert!(matches!(open(no_file, "https://a", &key, 8), Err(JournalError::Unusable { .. })));
    }
    assert_eq!(std::fs::read(&path).expect("there"), b"");
    open(&path, "https://a", &key, 8).expect("begun");
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
}
