//! A page of text: lines no wider than the terminal, with or without colours.

use std::io::{self, Write};

use owo_colors::{OwoColorize as _, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::escape::visible;
use crate::report::TextStyle;

/// What is written of a page, until it is flushed.
pub struct Page {
    pub style: TextStyle,
    out: String,
}

impl Page {
    pub fn new(style: TextStyle) -> Self {
        Self { style, out: String::new() }
    }

    pub fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    /// One of several things, under the rule that they violate; at a deeper level, what belongs to it.
    pub fn item(&mut self, level: usize, text: &str) {
        match level {
            0 => self.wrapped("  • ", "      ", text),
            1 => self.wrapped("      ", "        ", text),
            _ => self.wrapped("        ", "          ", text),
        }
    }

    /// A text with a name before it, both in columns.
    pub fn field(&mut self, name: &str, text: &str) {
        let name = self.paint(&format!("{name:<4}"), Style::new().cyan());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.wrapped(&format!("  {name} "), "       ", &visible(&text));
    }

    pub fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let joined = format!("{first}{text}");
        // A heading that takes most of a line is wrapped with the text.
        let (first, text) = if display_width(first) * 2 > self.style.width { ("", &*joined) } else { (first, text) };
        let options = Options::new(self.style.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.line(line.trim_end());
        }
    }

    pub fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    pub fn paint(&self, text: &str, style: Style) -> String {
        if self.style.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }
}
