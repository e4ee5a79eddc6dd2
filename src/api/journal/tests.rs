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
    assert!(has_name(&first.file.lock().expect("no panic"), &path).expect("looked at"));
    std::fs::remove_file(&path).expect("removed");
    assert!(!has_name(&first.file.lock().expect("no panic"), &path).expect("looked at"));
    let _second = open(&path, "https://a", &mine, 8).expect("another file, begun");
    assert!(!has_name(&first.file.lock().expect("no panic"), &path).expect("looked at"));
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
fn a_damaged_journal_is_refused_and_a_repeated_line_is_harmless() {
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
    let edited = one.replace("body", "bodies");
    let twice = one.replace('{', "{\"get\":\"/x\",");
    for line in ["\0\0\n", "\n", "[]\n", "[\"/x\",\"1\"]\n", "null\n", header, &edited, &twice, &one[..5]] {
        std::fs::write(&path, [header, line, two].concat()).expect("written");
        assert!(matches!(open(&path, "https://a", &key, 8), Err(JournalError::Foreign { .. })), "{line}");
    }
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
