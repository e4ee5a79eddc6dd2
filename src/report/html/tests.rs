//! The page: what it may run, that names never become markup, and that every part says what it should.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::finding::{Outcome, RuleResult};
use crate::report::Format;
use crate::report::sample::{NAMES, many, outcome};
use crate::report::tests::rendered;

fn page(outcome: &Outcome) -> String {
    rendered(Format::Html, outcome)
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from}")).0
}

/// The part of the page with that id.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    between(page, &format!("<section id=\"{id}\""), "</section>")
}

/// The tags of a page outside its style and script: name and attributes.
fn tags(page: &str) -> Vec<&str> {
    let style = between(page, "<style>", "</style>");
    let script = between(page, "<script>", "</script>");
    let (head, rest) = page.split_once(style).expect("it is there");
    let (body, foot) = rest.split_once(script).expect("it is there");
    let pieces = [head, body, foot].into_iter().flat_map(|part| part.split('<').skip(1));
    pieces.map(|piece| piece.split('>').next().expect("there is always a first")).collect()
}

#[test]
fn the_policy_of_the_page_allows_its_own_style_and_script_and_nothing_else() {
    let page = page(&outcome());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let style = digest(between(&page, "<style>", "</style>"));
    let script = digest(between(&page, "<script>", "</script>"));
    let expected =
        format!("default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'");
    assert_eq!(policy, expected);
}

#[test]
fn no_name_becomes_a_tag_or_an_attribute() {
    let hostile = page(&outcome());
    for tag in tags(&hostile) {
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let known = [
            "DOCTYPE", "html", "head", "meta", "title", "style", "body", "script", "noscript", "a", "b", "br",
            "button", "caption", "code", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4",
            "header", "input", "label", "li", "main", "mark", "nav", "ol", "p", "path", "pre", "rect", "section",
            "small", "span", "summary", "svg", "symbol", "table", "tbody", "td", "th", "thead", "tr", "ul", "use",
            "wbr",
        ];
        assert!(known.contains(&name.as_str()) || tag.starts_with("!DOCTYPE"), "<{tag}>");
        assert!(!tag.contains(" on") && !tag.contains("style=") && !tag.contains("javascript:"), "<{tag}>");
        let reference = tag.split("href=\"").nth(1);
        assert!(reference.is_none_or(|to| to.starts_with('#')), "<{tag}>");
        assert!(!tag.contains("src="), "<{tag}>");
    }
    assert_eq!(hostile.matches("<script").count(), 1);
    assert!(hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the name is shown");
}

#[test]
fn every_element_is_closed_in_order() {
    let page = page(&many(300));
    let mut open = Vec::new();
    for tag in tags(&page) {
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else if !(tag.ends_with('/') || ["!DOCTYPE", "meta", "input", "br", "wbr"].contains(&name)) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn a_long_list_is_whole_and_most_of_it_waits_in_noscript() {
    let outcome = many(300);
    let page = page(&outcome);
    for finding in &outcome.findings {
        assert_eq!(page.matches(&format!("<code>{}</code>", finding.fingerprint)).count(), 1);
    }
    let waiting: usize = page
        .split("<noscript>")
        .skip(1)
        .map(|part| part.split("</noscript>").next().map_or(0, |part| part.matches("<li class=\"violation\">").count()))
        .sum();
    assert_eq!(waiting, 260);
}

#[test]
fn the_verdict_stands_first_in_words_with_what_was_not_read() {
    let red = page(&outcome());
    let top = between(&red, "<header", "</header>");
    assert!(top.contains("<h1>1 of 6 rules is violated, and 2 could not be fully answered</h1>"), "{top}");
    assert!(top.contains("Exit code 1:") && top.contains("3 lists of 4 could not be read to the end"), "{top}");
    assert!(top.contains("<code>groups</code> denied: ") && top.contains("2026-05-31 23:00Z"), "{top}");

    let mut unknown = outcome();
    unknown.gate.exit_zero = true;
    assert!(page(&unknown).contains("<header class=\"top unknown\">"));

    let green = page(&of_one_rule(false));
    assert!(green.contains("<h1>No violation: the one rule was answered</h1>"), "{}", between(&green, "<h1>", "</h1>"));
    assert!(green.contains("<header class=\"top good\">"));

    let mut strict = of_one_rule(true);
    strict.gate.strict = true;
    let strict = page(&strict);
    assert!(strict.contains("<h1>Not proven: 1 of 1 rule selected nothing</h1>") && strict.contains("top unknown"));
}

/// The sample with a single rule that found nothing.
fn of_one_rule(vacuous: bool) -> Outcome {
    let mut outcome = outcome();
    let mut rule = RuleResult::new(Arc::clone(&outcome.rules[0].info));
    rule.vacuous = vacuous;
    outcome.rules.clear();
    outcome.findings.clear();
    outcome.push(rule, Vec::new());
    outcome
}

#[test]
fn each_part_says_what_an_auditor_asks_for() {
    let page = page(&outcome());
    let controls = section(&page, "controls");
    assert!(
        controls.contains("<th scope=\"row\">CC6.1</th><td><span class=\"badge unknown\">unknown</span>"),
        "{controls}"
    );
    let waivers = section(&page, "exceptions");
    assert!(
        waivers.contains("Days left on 2026-06-01") && waivers.contains("30 days</span> <small>until 2026-07-01"),
        "{waivers}"
    );
    assert!(
        waivers.contains("The baseline accepts 2 violations")
            && waivers.contains("rule skipped is switched off: OPS-7")
    );
    let passed = section(&page, "passed");
    assert!(passed.contains("<code>passed</code></th>") && passed.contains("<code>skipped</code> "), "{passed}");
    let sources = section(&page, "sources");
    assert!(
        sources.contains("<code>user_roles</code></th><td><span class=\"badge unknown\">partial</span>"),
        "{sources}"
    );
    assert!(section(&page, "access").contains("Results do not contain who holds what"));
    assert!(section(&page, "findings").contains("<mark>hold") || section(&page, "findings").contains("<mark>"));
}

#[test]
fn the_sample_is_hostile_enough() {
    assert!(NAMES.iter().any(|name| name.contains("<script>")) && NAMES.iter().any(|name| name.contains('"')));
}
