//! Globs and regular expressions against texts.

use proptest::prelude::*;

use super::*;

#[test]
fn globs_match_the_whole_text() {
    let table = [
        ("api.groups.write", "api.groups.write", true),
        ("api.groups.write", "api.groups.writer", false),
        ("api.*.write", "api.organization.projects.api_keys.write", true),
        ("api.*.write", "api.write", false),
        ("*", "", true),
        ("*", "line\nbreak", true),
        ("", "", true),
        ("", "x", false),
        ("a?c", "aéc", true),
        ("a?c", "ac", false),
        ("*é", "café", true),
        ("[a-c]x", "bx", true),
        ("[!a-c]x", "bx", false),
        ("[]x]", "]", true),
        ("[a-]", "-", true),
        ("[&&x]", "&", true),
        ("[<>]", ">", true),
        ("[<>]x", "<x", true),
        ("[!<]", "<", false),
        ("[<-~]", ">", true),
        ("{a,b{c,d}}e", "bde", true),
        ("{a,b}e", "ce", false),
        ("a,b", "a,b", true),
        (r"\*", "*", true),
        (r"\*", "x", false),
        (r"\{a,b\}", "{a,b}", true),
        ("a**b", "ab", true),
        ("**/x", "x", false),
        ("(a|b)", "a", false),
        ("[e\u{301}]", "\u{e9}", true),
        ("[!e\u{301}]", "\u{e9}", false),
        ("e\u{301}*", "\u{e9}a", true),
        ("\u{e9}*", "e\u{301}a", true),
        ("[a\u{301}-e\u{301}]", "\u{e8}", true),
        ("\\\u{1e130}\\\u{5b0}", "\u{1e130}\u{5b0}", true),
    ];
    for (glob, text, expected) in table {
        let pattern = Pattern::glob(glob, Case::Exact, 0..0).expect(glob);
        assert_eq!(pattern.matches(text), expected, "{glob} on {text:?}");
    }
}

#[test]
fn case_is_ignored_where_the_attribute_says_so() {
    for glob in ["ADA@acme.example", "ada@*", "*@ACME.example", "ada@{acme,emca}.example"] {
        let pattern = |case| Pattern::glob(glob, case, 0..0).expect(glob);
        assert!(pattern(Case::Fold).matches("Ada@Acme.Example"), "{glob}");
        assert!(!pattern(Case::Exact).matches("Ada@Acme.Example"), "{glob}");
    }
    let umlaut = Pattern::glob("*@MÜNCHEN.example", Case::Fold, 0..0).expect("plain");
    assert!(umlaut.matches("ada@münchen.example"));
}

#[test]
fn the_error_for_a_bad_glob_names_the_byte() {
    for (glob, at) in [("a[bc", 1), ("x{a,b", 1), ("a}", 1), (r"ab\", 2), ("[z-a]", 0), ("[]", 0)] {
        assert_eq!(Pattern::glob(glob, Case::Exact, 0..0).expect_err(glob).at, at, "{glob}");
    }
}

#[test]
fn a_regular_expression_matches_the_whole_text_and_cannot_leave_its_anchors() {
    let pattern = Pattern::regex("a|b", Case::Exact, 0..0).expect("valid");
    assert!(pattern.matches("a") && !pattern.matches("ab"));
    // A `.` matches a line end, too.
    assert!(Pattern::regex("a.b", Case::Exact, 0..0).expect("valid").matches("a\nb"));
    Pattern::regex("a)|(b", Case::Exact, 0..0).expect_err("unbalanced as written");
}

proptest! {
    #[test]
    fn plain_shapes_answer_like_their_regular_expression(
        glob in r"\*?[a-bA-Bé.]{0,3}\*?", text in "[a-bA-Bé.\n]{0,5}", fold: bool,
    ) {
        let case = if fold { Case::Fold } else { Case::Exact };
        let pattern = Pattern::glob(&glob, case, 0..0).expect("has no special characters but stars");
        let regex = compile(&pattern.source, case).expect("valid");
        prop_assert_eq!(pattern.matches(&text), regex.is_match(&text));
    }

    #[test]
    fn an_escaped_text_matches_itself(text in r"\PC{0,8}") {
        let escaped: String = text.chars().flat_map(|c| ['\\', c]).collect();
        let pattern = Pattern::glob(&escaped, Case::Exact, 0..0).expect("all escaped");
        prop_assert!(pattern.matches(&text));
        prop_assert_eq!(pattern.literal(), Some(&*nfc(&text)));
    }

    #[test]
    fn no_glob_panics(glob in r"[\[\]{}!^a\-\\*?,é]{0,12}", text in "[a-é]{0,3}") {
        if let Ok(pattern) = Pattern::glob(&glob, Case::Exact, 0..0) {
            pattern.matches(&text);
        }
    }
}

#[test]
fn without_case_a_letter_of_ascii_is_no_other_one() {
    for pattern in ["sam@acme.example", "sam@*", "*am@acme.example", "s?m@acme.example", "{sam,kim}@acme.example"] {
        let pattern = Pattern::glob(pattern, Case::Fold, 0..0).expect("a glob");
        assert!(pattern.matches("SAM@acme.example"), "{}", pattern.text);
        assert_eq!(pattern.matches("\u{17f}am@acme.example"), pattern.text.starts_with('*'), "{}", pattern.text);
    }
    for text in ["\u{17f}am", "[\u{17f}t]am"] {
        let long = Pattern::glob(text, Case::Fold, 0..0).expect("a glob");
        assert_eq!((long.matches("\u{17f}AM"), long.matches("sam")), (true, false), "{text}");
    }
    let regex = Pattern::regex("[r-t]am|\\w+x", Case::Fold, 0..0).expect("a regular expression");
    assert_eq!([regex.matches("SAM"), regex.matches("\u{17f}am"), regex.matches("\u{17f}x")], [true, false, true]);
    assert_ne!(same_text("\u{17f}am", Case::Fold), same_text("sam", Case::Fold));
    assert_ne!(same_text("stra\u{df}e", Case::Fold), same_text("strasse", Case::Fold));
    assert_eq!(same_text("\u{c9}a", Case::Fold), same_text("e\u{301}A", Case::Fold));
}
