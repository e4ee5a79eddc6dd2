//! The help, whole: whoever changes the command line sees here what a user will see.

use crate::support::harness::offline;

fn help(args: &[&str]) -> String {
    let run = offline().without("OPENAI_BASE_URL").without("ROLELINT_RETRY_DELAY").without("ROLELINT_CONCURRENCY");
    let ran = run.args(args.iter().copied()).run().ends_with(0);
    assert_eq!(ran.stderr, "");
    // No trailing spaces, which editors take away.
    ran.stdout.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn of_rolelint() {
    insta::assert_snapshot!(help(&["--help"]), @r"
    A linter for who-may-do-what in an OpenAI organization.

    Exit codes: 0 all rules answered, nothing found; 1 a violation is proven; 2 usage or policy error,
    nothing was checked; 3 no violation proven, but something is unknown.

    Usage: rolelint [OPTIONS] <COMMAND>

    Commands:
      check        Collect or read an organization, evaluate policies, report, exit
      fetch        Collect an organization and write a snapshot of it
      plan         Show which requests a check would make and how long they take; with a key, in numbers
      doctor       Try each endpoint once: what this key may read, and which rules would be unknown
      test         Run the tests of policies: small organizations, and what each rule must say of them
      completions  Print a completion script for a shell
      man          Print the manual page of rolelint or of one of its commands
      help         Print this message or the help of the given subcommand(s)

    Options:
          --color <COLOR>
              Whether to colour: auto looks at the terminal, `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`
              and `TERM`

              [env: ROLELINT_COLOR]
              [default: auto]
              [possible values: auto, always, never]

      -q, --quiet
              Print only findings and errors

      -v, --verbose...
              Print more: passed rules, every subject; twice: every request

          --no-progress
              Show no progress bars

              [env: ROLELINT_NO_PROGRESS]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    ");
}

#[test]
fn of_check() {
    insta::assert_snapshot!(help(&["check", "--help"]), @r"
    Collect or read an organization, evaluate policies, report, exit

    Usage: rolelint check [OPTIONS] [PATH]...

    Options:
          --color <COLOR>         Whether to colour: auto looks at the terminal, `NO_COLOR`,
                                  `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM` [env: ROLELINT_COLOR]
                                  [default: auto] [possible values: auto, always, never]
      -s, --snapshot <FILE>       Read a snapshot (- is standard input) instead of asking the API [env:
                                  ROLELINT_SNAPSHOT]
      -f, --format <FORMAT>       Report format [env: ROLELINT_FORMAT] [default: text] [possible values:
                                  text, json, csv, prometheus, junit, gitlab, github, markdown, sarif]
      -q, --quiet                 Print only findings and errors
      -o, --output <FILE>         Write the report to FILE, whole or not at all [default: -, standard
                                  output]
      -v, --verbose...            Print more: passed rules, every subject; twice: every request
          --no-progress           Show no progress bars [env: ROLELINT_NO_PROGRESS]
          --report <FORMAT=PATH>  Write a report in FORMAT to PATH as well; repeatable
      -h, --help                  Print help

    Gate:
          --fail-on <SEVERITY>  Lowest severity of a violation that makes the exit code 1 [env:
                                ROLELINT_FAIL_ON] [default: low] [possible values: info, low, medium,
                                high, critical]
          --exit-zero           Exit with 0 instead of 1; nothing else changes
          --strict              Treat a rule that selects nothing, or names what nothing has, as
                                unknown: exit code 3 [env: ROLELINT_STRICT]
          --max-age <TIME>      Treat data as missing if any of it is older than this: nothing passes,
                                exit code 3 (12h, 7d, 2w) [env: ROLELINT_MAX_AGE]
          --as-of <WHEN>        Time from which ages in policies count [default: when the data was
                                collected] [env: ROLELINT_AS_OF]

    Arguments:
      [PATH]...  Policy files, folders or globs; without any, the built-in rules

    Rules:
      -p, --policy <PATH>       The same as PATH; repeatable [env: ROLELINT_POLICY]
          --only <RULE>         Evaluate only this rule, or rules that match a glob; repeatable, or with
                                commas
          --skip <RULE>         Skip this rule, or rules that match a glob; repeatable, or with commas
          --tag <TAG>           Evaluate only rules with this tag; repeatable, or with commas
          --param <NAME=VALUE>  Set a parameter of the policies to a value in YAML, such as max_owners=3
          --param-file <FILE>   Set parameters from a YAML mapping in FILE; --param takes precedence

    API:
          --key-file <FILE>     Read the admin key from FILE (- is standard input) instead of
                                OPENAI_ADMIN_KEY [env: ROLELINT_KEY_FILE]
          --base-url <URL>      API base URL, including the version [env: OPENAI_BASE_URL] [default:
                                https://api.openai.com/v1]
          --organization <ID>   Organization, if the key belongs to several [env: OPENAI_ORG_ID]
          --concurrency <N>     Maximum concurrent requests [env: ROLELINT_CONCURRENCY] [default: 8]
          --rate <N>            Send each endpoint at most N requests a minute [default: adaptive] [env:
                                ROLELINT_RATE]
          --timeout <TIME>      Timeout for each attempt at a request [env: ROLELINT_TIMEOUT] [default:
                                30s]
          --deadline <TIME>     Stop requesting after this time; what was not read by then is unknown
                                [default: no limit] [env: ROLELINT_DEADLINE]
          --ca-file <FILE>      Trust the CA certificates in FILE (PEM) in addition to the system's
                                [env: ROLELINT_CA_FILE]
          --retry-delay <TIME>  Delay before the first retry of a failed request; doubles up to 60s
                                [env: ROLELINT_RETRY_DELAY] [default: 500ms]
    ");
}

#[test]
fn of_fetch() {
    insta::assert_snapshot!(help(&["fetch", "--help"]), @r"
    Collect an organization and write a snapshot of it

    Usage: rolelint fetch [OPTIONS] --output <FILE>

    Options:
          --color <COLOR>        Whether to colour: auto looks at the terminal, `NO_COLOR`,
                                 `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM` [env: ROLELINT_COLOR]
                                 [default: auto] [possible values: auto, always, never]
      -o, --output <FILE>        The snapshot to write, whole or not at all, readable by its owner only
                                 (- is standard output)
          --only <COLLECTION>    Collect only this list, such as users or invites; repeatable, or with
                                 commas
      -q, --quiet                Print only findings and errors
          --since <FILE>         Reuse from this snapshot the roles of users that neither the audit log
                                 nor any list says have changed
      -v, --verbose...           Print more: passed rules, every subject; twice: every request
          --max-full-age <TIME>  Do a full fetch if the earlier data is older than this [env:
                                 ROLELINT_MAX_FULL_AGE] [default: 7d]
          --no-progress          Show no progress bars [env: ROLELINT_NO_PROGRESS]
      -h, --help                 Print help

    API:
          --key-file <FILE>     Read the admin key from FILE (- is standard input) instead of
                                OPENAI_ADMIN_KEY [env: ROLELINT_KEY_FILE]
          --base-url <URL>      API base URL, including the version [env: OPENAI_BASE_URL] [default:
                                https://api.openai.com/v1]
          --organization <ID>   Organization, if the key belongs to several [env: OPENAI_ORG_ID]
          --concurrency <N>     Maximum concurrent requests [env: ROLELINT_CONCURRENCY] [default: 8]
          --rate <N>            Send each endpoint at most N requests a minute [default: adaptive] [env:
                                ROLELINT_RATE]
          --timeout <TIME>      Timeout for each attempt at a request [env: ROLELINT_TIMEOUT] [default:
                                30s]
          --deadline <TIME>     Stop requesting after this time; what was not read by then is unknown
                                [default: no limit] [env: ROLELINT_DEADLINE]
          --ca-file <FILE>      Trust the CA certificates in FILE (PEM) in addition to the system's
                                [env: ROLELINT_CA_FILE]
          --retry-delay <TIME>  Delay before the first retry of a failed request; doubles up to 60s
                                [env: ROLELINT_RETRY_DELAY] [default: 500ms]
    ");
}

#[test]
fn the_version_is_the_crates() {
    assert_eq!(help(&["--version"]), format!("rolelint {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_misspelled_command_or_flag_is_corrected() {
    for (args, said) in
        [(&["chek"][..], "check"), (&["check", "--polcy", "x"], "--policy"), (&["fetch", "--outptu"], "--output")]
    {
        let ran = offline().args(args.iter().copied()).run().ends_with(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}
