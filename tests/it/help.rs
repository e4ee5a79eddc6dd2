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
    nothing was checked; 3 no violation proven, but something could not be answered.

    Usage: rolelint [OPTIONS] <COMMAND>

    Commands:
      check   Collect or read an organization, judge it by policies, report, exit
      fetch   Collect an organization and write a snapshot of it
      plan    Tell which requests a check would make, and how long they take; with a key, in numbers
      doctor  Ask each endpoint once: what this key may read, and which rules would be unknown
      help    Print this message or the help of the given subcommand(s)

    Options:
          --color <COLOR>
              Whether to colour: auto looks at the terminal, `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`
              and `TERM`

              [default: auto]
              [possible values: auto, always, never]

      -q, --quiet
              Say only what must be said

      -v, --verbose...
              Say more: passed rules, every subject; twice: every request

          --no-progress
              Show no progress bars

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version
    ");
}

#[test]
fn of_check() {
    insta::assert_snapshot!(help(&["check", "--help"]), @r"
    Collect or read an organization, judge it by policies, report, exit

    Usage: rolelint check [OPTIONS]

    Options:
          --color <COLOR>    Whether to colour: auto looks at the terminal, `NO_COLOR`, `FORCE_COLOR`,
                             `CLICOLOR_FORCE` and `TERM` [default: auto] [possible values: auto, always,
                             never]
      -p, --policy <PATH>    A policy file, folder or glob; without any, the built-in baseline
      -q, --quiet            Say only what must be said
      -s, --snapshot <FILE>  Read a snapshot (- is standard input) instead of asking the API
      -f, --format <FORMAT>  Form of the report [default: text] [possible values: text, json]
      -v, --verbose...       Say more: passed rules, every subject; twice: every request
          --no-progress      Show no progress bars
      -o, --output <FILE>    Write the report to FILE, whole or not at all, instead of standard output
      -h, --help             Print help

    Gate:
          --fail-on <SEVERITY>  The least severity of a violation that makes the exit code 1 [default:
                                low] [possible values: info, low, medium, high, critical]
          --exit-zero           Exit with 0 where it would be 1; nothing else changes
          --strict              Take a rule that selects nothing for unanswered: exit code 3
          --max-age <TIME>      Take facts older than this for no facts: nothing passes, exit code 3
                                (12h, 7d, 2w)
          --as-of <WHEN>        The moment from which ages in policies count [default: when the facts
                                were collected]

    Rules:
          --only <RULE>         Judge only this rule; repeat for more
          --skip <RULE>         Do not judge this rule; repeat for more
          --tag <TAG>           Judge only rules with this tag; repeat for more
          --param <NAME=VALUE>  Set a parameter of the policies to a value in YAML, such as max_owners=3
          --param-file <FILE>   Set parameters from a YAML mapping in FILE; --param goes first

    API:
          --key-file <FILE>     Read the admin key from FILE (- is standard input) instead of
                                OPENAI_ADMIN_KEY
          --base-url <URL>      Where the API is, version included [env: OPENAI_BASE_URL] [default:
                                https://api.openai.com/v1]
          --organization <ID>   The organization, where the key alone does not say [env: OPENAI_ORG_ID]
          --concurrency <N>     Requests under way at once [default: 8]
          --rate <N>            Ask each endpoint at most N times a minute [default: as often as it lets
                                us]
          --timeout <TIME>      For one attempt at one request [default: 30s]
          --deadline <TIME>     Ask nothing more after this time: what was not read by then is unknown
                                [default: as long as it takes]
          --ca-file <FILE>      Trust the CA certificates in FILE, in PEM, beside those of the system
          --retry-delay <TIME>  Wait before the first repetition of a failed request; doubles up to 60s
                                [default: 500ms]
    ");
}

#[test]
fn of_fetch() {
    insta::assert_snapshot!(help(&["fetch", "--help"]), @r"
    Collect an organization and write a snapshot of it

    Usage: rolelint fetch [OPTIONS] --output <FILE>

    Options:
          --color <COLOR>        Whether to colour: auto looks at the terminal, `NO_COLOR`,
                                 `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM` [default: auto] [possible
                                 values: auto, always, never]
      -o, --output <FILE>        The snapshot to write, whole or not at all, readable by its owner only
          --only <COLLECTION>    Collect only this, such as users or api_keys; repeat for more
      -q, --quiet                Say only what must be said
          --since <FILE>         Take over from this snapshot the roles of users whom neither the audit
                                 log nor any list says to have changed
      -v, --verbose...           Say more: passed rules, every subject; twice: every request
          --max-full-age <TIME>  Read everything anew if what the earlier snapshot knows is older than
                                 this [default: 7d]
          --no-progress          Show no progress bars
      -h, --help                 Print help

    API:
          --key-file <FILE>     Read the admin key from FILE (- is standard input) instead of
                                OPENAI_ADMIN_KEY
          --base-url <URL>      Where the API is, version included [env: OPENAI_BASE_URL] [default:
                                https://api.openai.com/v1]
          --organization <ID>   The organization, where the key alone does not say [env: OPENAI_ORG_ID]
          --concurrency <N>     Requests under way at once [default: 8]
          --rate <N>            Ask each endpoint at most N times a minute [default: as often as it lets
                                us]
          --timeout <TIME>      For one attempt at one request [default: 30s]
          --deadline <TIME>     Ask nothing more after this time: what was not read by then is unknown
                                [default: as long as it takes]
          --ca-file <FILE>      Trust the CA certificates in FILE, in PEM, beside those of the system
          --retry-delay <TIME>  Wait before the first repetition of a failed request; doubles up to 60s
                                [default: 500ms]
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
