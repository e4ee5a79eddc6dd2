//! The picture of the README is the report that the demo's organization gives today.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::harness::{acme, rolelint};
use crate::support::shell::repository;

const PICTURE: &str = "docs/finding.svg";
const TITLE: &str = "A rolelint report: what was looked at, what ends most violations, and each rule with every path from \
                     person to permission";
const STYLE: &str = "\
text { font: 20px ui-monospace, \"SF Mono\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace; fill: #d6d8dc; white-space: pre }
.b { font-weight: bold } .d { fill: #8a8c90 } .r { fill: #f06262 } .y { fill: #e5c05a } .u, .c { fill: #56bec8 } .m { fill: #c882e6 } .g { fill: #7ec87e }
";
/// How wide and high a character is, and the margin.
const WIDE: f64 = 12.2;
const HIGH: f64 = 24.4;
const MARGIN: f64 = 9.0;
const COLUMNS: f64 = 80.0;

/// Words of one style, and the column where they begin.
struct Span {
    column: usize,
    classes: Vec<&'static str>,
    text: String,
}

/// What a terminal would show of a line.
fn spans(line: &str) -> Vec<Span> {
    let (mut found, mut classes, mut column) = (Vec::new(), Vec::new(), 0);
    for (at, part) in line.split("\u{1b}[").enumerate() {
        let text = if at == 0 {
            part
        } else {
            let (codes, text) = part.split_once('m').expect("a style ends");
            for code in codes.split(';') {
                match code {
                    "0" => classes.clear(),
                    "1" => classes.push("b"),
                    "2" => classes.push("d"),
                    "31" => classes.push("r"),
                    "32" => classes.push("g"),
                    "33" => classes.push("y"),
                    "34" => classes.push("u"),
                    "35" => classes.push("m"),
                    "36" => classes.push("c"),
                    other => panic!("the picture has no style {other}"),
                }
            }
            text
        };
        let blanks = text.chars().take_while(|c| *c == ' ').count();
        if !text.trim().is_empty() {
            found.push(Span { column: column + blanks, classes: classes.clone(), text: text.trim().to_owned() });
        }
        column += text.chars().count();
    }
    found
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn picture(report: &str) -> String {
    let lines: Vec<&str> = report.lines().collect();
    let at = |count: usize, each: f64| f64::from(u32::try_from(count).expect("it is small")) * each;
    let (width, height) = (MARGIN.mul_add(2.0, COLUMNS * WIDE), at(lines.len(), HIGH) + 23.2);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-label=\"{TITLE}\">\n<style>\n{STYLE}</style>\n\
         <rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" fill=\"#1e2024\"/>\n"
    );
    for (row, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        write!(svg, "<text y=\"{:.1}\">", at(row, HIGH) + 31.5).expect("a string takes it");
        for Span { column, classes, text } in spans(line) {
            let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
            let (x, length) = (at(column, WIDE) + MARGIN, at(text.chars().count(), WIDE));
            write!(svg, "<tspan x=\"{x:.1}\" textLength=\"{length:.1}\"{class}>{}</tspan>", escaped(&text))
                .expect("a string takes it");
        }
        svg += "</text>\n";
    }
    svg + "</svg>\n"
}

/// `UPDATE_PICTURE=1 cargo test picture` draws it anew.
#[test]
fn the_picture_in_the_readme_is_what_a_check_of_the_demo_says() {
    let rules = "groups-and-keys-in-one-hand,contractor-privileged-in-a-project";
    let api = acme();
    let run = rolelint(&api).args(["check", "--as-of", "2026-06-01", "--color", "always", "--only", rules]);
    let report = run.run().ends_with(1).without_time().replace("[time]", "2026-11-02 10:00Z");
    let drawn = picture(&report);
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(PICTURE), &drawn).expect("it can be written");
    }
    assert!(repository(PICTURE) == drawn, "draw {PICTURE} anew: UPDATE_PICTURE=1 cargo test picture");
}
