//! The frame of the page: text made safe for HTML, the head with the content security policy, the icons.

use std::fmt;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::escape::visible;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The drawings for kinds of things, each made for a square of 16.
const ICONS: [(&str, &str); 6] = [
    ("user", "M8 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.4-3 2.600-4.500 5.500-4.500s5.100 1.500 5.500 4.500"),
    (
        "group",
        "M5.500 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM1 13.500c.3-2.600 2-4 4.500-4s4.200 1.400 4.500 4M10.500 8a2.200 2.200 0 1 0-.9-4.200M12 9.700c1.700.4 2.800 1.700 3 3.800",
    ),
    (
        "role",
        "M8 1.500l5.500 2v4c0 3.400-2.200 5.800-5.500 7-3.300-1.200-5.500-3.600-5.500-7v-4zM5.500 8l1.800 1.800 3.200-3.600",
    ),
    ("project", "M1.500 4.500v8h13v-7h-6l-1.500-2h-5.500z"),
    (
        "key",
        "M10.500 9.500a4 4 0 1 0-3.700-2.500l-5.300 5.300v2.200h2.500v-1.800h1.800v-1.800l1.400-1.400zM11.500 4.500v.01",
    ),
    ("permission", "M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM5.200 8.200l2 2 3.600-4.200"),
];

/// Text from outside, as HTML: nothing in it is hidden, and nothing is markup.
pub struct Text<T>(pub T);

impl<T: AsRef<str>> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = visible(self.0.as_ref());
        let mut rest = &*shown;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// A drawing for a kind of thing.
pub struct Icon(pub &'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>", self.0)
    }
}

/// Everything before the content. The browser runs our style and script by their digests, and fetches nothing.
pub fn head(title: &str, to: &mut dyn Write) -> io::Result<()> {
    let csp = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    write!(
        to,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{csp}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the report</a>\n",
        Text(title)
    )?;
    icons(to)
}

/// Everything after the content.
pub fn foot(to: &mut dyn Write) -> io::Result<()> {
    write!(to, "<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

fn icons(to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<svg class=\"icons\" aria-hidden=\"true\" width=\"0\" height=\"0\">")?;
    for (name, path) in ICONS {
        write!(to, "<symbol id=\"i-{name}\" viewBox=\"0 0 16 16\"><path d=\"{path}\"/></symbol>")?;
    }
    to.write_all(b"</svg>\n")
}

fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let table = [
            ("Ada & Bob's <b>\"x\"</b>", "Ada &amp; Bob&#39;s &lt;b&gt;&quot;x&quot;&lt;/b&gt;"),
            ("</script><!--", "&lt;/script&gt;&lt;!--"),
            ("a\u{202e}b\n", "a\\u{202e}b\\n"),
        ];
        for (text, html) in table {
            assert_eq!(Text(text).to_string(), html);
        }
    }

    #[test]
    fn style_and_script_cannot_end_early() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--") && !text.contains('\r'));
        }
    }
}
