//! The key goes to the API's own host, in one header, and nowhere else.

use crate::support::fake::{FakeApi, KEY, Organization, What, When};
use crate::support::harness::{Rolelint, acme, faulty, offline, rolelint};

/// Enough of the key to be worth hiding.
const PART: &str = "0123456789abcdefghij";

#[track_caller]
fn says_nothing(text: &str) {
    assert!(!text.contains(PART) && !text.contains(&PART.to_uppercase()), "the key is in\n{text}");
    assert!(!text.contains("Bearer"), "the header is in\n{text}");
}

/// Runs in a folder, and looks for the key in all that was said and written.
#[track_caller]
fn leaves_no_trace(run: Rolelint, code: i32) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = run.inside(folder.path()).run().ends_with(code);
    says_nothing(&ran.everything());
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                says_nothing(&String::from_utf8_lossy(&std::fs::read(&path).expect("a file")));
            }
        }
    }
    ran.everything()
}

fn commands(api: &FakeApi) -> Vec<Rolelint> {
    let run = |args: &[&str]| rolelint(api).args(args.iter().copied()).args(["-vv"]);
    vec![run(&["check"]), run(&["check", "--format", "json"]), run(&["fetch", "-o", "org.jsonl"])]
}

#[test]
fn a_clean_run_never_shows_the_key() {
    let api = acme();
    for (run, code) in commands(&api).into_iter().zip([1, 1, 0]) {
        let said = leaves_no_trace(run, code);
        assert!(said.contains("GET /v1/organization/roles: 200"), "-vv tells the requests:\n{said}");
    }
}

#[test]
fn no_fault_reveals_the_key() {
    let echo = |text: &str| What::Body(text.replace("KEY", KEY));
    let faults = [
        // The message of this one holds the key, as the real one does.
        What::Status(401),
        What::Redirect(format!("http://{KEY}.example/{KEY}?key={KEY}")),
        What::Redirect(format!("/{KEY}")),
        What::Html,
        What::Reset,
        echo("KEY"),
        echo(r#""KEY""#),
        echo(r#"{"data": "KEY"}"#),
        echo(r#"{"data": [{"id": "a", "created_at": "KEY", "added_at": "KEY"}], "has_more": false}"#),
        What::TooManyRequests {
            retry_after: None,
            retry_after_ms: Some(1),
            message: Some(format!("slow down, {KEY}")),
        },
        What::Denied { status: 403, scope: KEY.to_owned() },
    ];
    for what in faults {
        let api = faulty(Organization::acme(), "**", When::Always, what);
        for run in commands(&api) {
            leaves_no_trace(run, 3);
        }
    }
}

#[test]
fn the_key_is_sent_in_one_header_to_one_host() {
    let api = acme();
    rolelint(&api).args(["check"]).run().ends_with(1);
    for request in api.requests() {
        assert_eq!(request.authorization.as_deref(), Some(format!("Bearer {KEY}").as_str()));
        assert!(!request.path.contains(PART) && !request.query.contains(PART));
        assert_eq!(request.method, "GET");
    }
}

#[test]
fn a_wrong_base_url_shows_no_key() {
    let urls = [
        format!("http://user:{KEY}@127.0.0.1:1/v1"),
        format!("https://{KEY}@api.example/v1"),
        format!("https://api.example/v1?key={KEY}"),
        format!("https://api.example/v1#{KEY}"),
        format!("http://api.example/{KEY}/v1"),
        format!("ftp://api.example/{KEY}"),
        KEY.to_owned(),
        format!("https://exa mple/{KEY}"),
    ];
    for url in urls {
        for args in [["check", "--base-url", &url, "-vv"], ["check", "-vv", "--base-url", &url]] {
            leaves_no_trace(offline().env("OPENAI_ADMIN_KEY", KEY).args(args), 2);
        }
        leaves_no_trace(offline().env("OPENAI_ADMIN_KEY", KEY).env("OPENAI_BASE_URL", &url).args(["check"]), 2);
    }
}

#[test]
fn an_unreachable_api_shows_no_key() {
    leaves_no_trace(offline().env("OPENAI_ADMIN_KEY", KEY).args(["check", "-vv"]), 3);
}

#[test]
fn help_shows_no_environment() {
    for args in [["check", "--help"], ["fetch", "--help"]] {
        let run = offline().env("OPENAI_ADMIN_KEY", KEY).env("OPENAI_BASE_URL", &format!("https://u:{KEY}@h/v1"));
        leaves_no_trace(run.args(args), 0);
    }
}

#[test]
fn the_key_can_come_from_a_file_or_from_standard_input() {
    let api = acme();
    let bare = || rolelint(&api).without("OPENAI_ADMIN_KEY").args(["check", "-vv"]);
    for content in [KEY.to_owned(), format!("{KEY}\n"), format!("  {KEY}\r\n")] {
        let ran = bare().file("key", &content).args(["--key-file", "key"]).run().ends_with(1);
        says_nothing(&ran.everything());
        let ran = bare().args(["--key-file", "-"]).stdin(content).run().ends_with(1);
        says_nothing(&ran.everything());
    }
    // The file goes before the environment.
    bare().env("OPENAI_ADMIN_KEY", "sk-admin-other").file("key", KEY).args(["--key-file", "key"]).run().ends_with(1);
}

#[test]
fn without_a_key_nothing_is_requested_and_the_error_helps() {
    let api = acme();
    let bare = || rolelint(&api).without("OPENAI_ADMIN_KEY");
    for args in [vec!["check"], vec!["fetch", "-o", "org.jsonl"]] {
        let ran = bare().args(args).run().ends_with(2);
        insta::allow_duplicates! {
            insta::assert_snapshot!(ran.stderr, @r"
            error: no admin key: OPENAI_ADMIN_KEY is empty or not set
              help: set OPENAI_ADMIN_KEY or --key-file FILE (- reads standard input)
            ");
        }
    }
    let broken: [(&str, Rolelint); 6] = [
        ("no admin key: OPENAI_ADMIN_KEY is empty or not set", bare().env("OPENAI_ADMIN_KEY", "").args(["check"])),
        ("the admin key is empty", bare().args(["check", "--key-file", "-"])),
        ("the admin key is empty", bare().file("key", "\n").args(["check", "--key-file", "key"])),
        ("characters that no key has", bare().env("OPENAI_ADMIN_KEY", &format!("{KEY}\nX: y")).args(["check"])),
        ("cannot read the key file `sk-***`", bare().args(["check", "--key-file", KEY])),
        ("cannot read the key file `nowhere`", bare().args(["check", "--key-file", "nowhere"])),
    ];
    for (said, run) in broken {
        let ran = run.run().ends_with(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
        says_nothing(&ran.stderr);
    }
    assert_eq!(api.requests(), []);
}

#[test]
fn a_key_that_is_not_text_is_refused_without_being_shown() {
    let api = acme();
    let run = rolelint(&api).without("OPENAI_ADMIN_KEY").file("key", [KEY.as_bytes(), b"\xff"].concat());
    let ran = run.args(["check", "--key-file", "key"]).run().ends_with(2);
    says_nothing(&ran.everything());
}

#[test]
fn there_is_no_flag_that_takes_a_key() {
    let api = acme();
    for flag in ["--key", "--api-key", "--admin-key"] {
        rolelint(&api).args(["check", flag, "x"]).run().ends_with(2);
    }
}

#[test]
fn a_key_of_another_kind_is_refused_and_only_its_prefix_is_shown() {
    let denied = faulty(Organization::acme(), "", When::Always, What::Status(403));
    let secret = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (prefix, kind) in [("sk-proj-", "a project key"), ("sk-svcacct-", "the key of a service account")] {
        let key = format!("{prefix}{secret}");
        let bare = || rolelint(&denied).without("OPENAI_ADMIN_KEY");
        let runs = [
            ("OPENAI_ADMIN_KEY", bare().env("OPENAI_ADMIN_KEY", &key).args(["check"])),
            ("OPENAI_ADMIN_KEY", bare().env("OPENAI_ADMIN_KEY", &format!(" {key} ")).args(["doctor"])),
            ("the key file `k`", bare().file("k", &key).args(["fetch", "--key-file", "k", "-o", "-"])),
            ("standard input", bare().stdin(key).args(["plan", "--key-file", "-"])),
        ];
        for (place, run) in runs {
            let ran = run.run().ends_with(3);
            let said = format!("error: {place} contains {kind} ({prefix}…), but the Admin API requires an admin key");
            assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
            assert_eq!(ran.stdout, "");
            assert!(!ran.everything().contains(secret), "{}", ran.everything());
        }
    }
    assert!(denied.requests().is_empty(), "nothing was asked with it");
}

#[test]
fn quotes_or_spaces_around_a_key_are_an_error_before_any_request() {
    let api = acme();
    let bare = || rolelint(&api).without("OPENAI_ADMIN_KEY");
    for (text, said) in [
        (format!("\"{KEY}\""), "OPENAI_ADMIN_KEY contains quotes around the key"),
        (format!("'{KEY}'\n"), "OPENAI_ADMIN_KEY contains quotes around the key"),
        (format!("Bearer {KEY}"), "OPENAI_ADMIN_KEY contains another word before the key"),
        (format!("OPENAI_ADMIN_KEY={KEY}"), "OPENAI_ADMIN_KEY contains the name of a variable before the key"),
    ] {
        let ran = bare().env("OPENAI_ADMIN_KEY", &text).args(["check"]).run().ends_with(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        says_nothing(&ran.everything());
    }
    for (key, said) in [
        (KEY, "OPENAI_API_KEY contains an admin key, but rolelint does not read it: set OPENAI_ADMIN_KEY"),
        (
            "sk-proj-abcdefgh",
            "rolelint does not read OPENAI_API_KEY, which contains no admin key (sk-admin-…): set OPENAI_ADMIN_KEY",
        ),
    ] {
        let ran = bare().env("OPENAI_API_KEY", key).args(["check"]).run().ends_with(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        says_nothing(&ran.everything());
    }
    assert_eq!(api.requests(), []);
}
