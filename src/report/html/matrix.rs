//! The access matrix: people, groups and service accounts against privileged permissions.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::page::{Icon, Text};
use super::path::{Shared, icon, of_steps};
use super::pieces::pieces;
use crate::access::{Asked, Query, Register, Steps, Thing, Way};
use crate::org::{Kind, Known};
use crate::report::words::{number, plural};
use crate::time::{DAY, Time, rfc3339};

/// How many rows are in a piece of the table.
const PIECE: usize = 100;
/// How many incomplete principals are named.
const NAMED: usize = 10;

/// Who holds privileged permissions.
pub struct Matrix {
    permissions: Vec<String>,
    rows: Vec<Row>,
    /// How many others may hold one of them, and why, in sentences.
    others: usize,
    missing: Vec<String>,
    /// Why there may be principals that were not read.
    unlisted: Vec<String>,
}

struct Row {
    principal: Arc<Thing>,
    last_used: Known<Time>,
    ways: Vec<Held>,
    /// Whether there may be more.
    open: bool,
}

/// People who last used the API in the same stretch of time.
pub struct Age {
    /// When, in words.
    pub name: &'static str,
    /// How it is drawn.
    pub class: &'static str,
    /// Their labels.
    pub people: Vec<String>,
}

/// One way in which a role is held.
struct Held {
    way: Way,
    path: Steps,
    /// Whether it holds in a project alone.
    within: bool,
    /// Places among the permissions.
    permissions: Vec<usize>,
}

impl Row {
    fn is_person(&self) -> bool {
        self.principal.is(Kind::User)
    }

    /// The ways in which a permission is held.
    fn of(&self, permission: usize) -> impl Iterator<Item = (usize, &Held)> {
        self.ways.iter().enumerate().filter(move |(_, held)| held.permissions.contains(&permission))
    }
}

impl Matrix {
    pub fn new(register: &Register<'_>) -> Self {
        let (access, org) = (&register.access, register.access.org);
        let asked = Asked { certain: register.privileged.clone(), ..Asked::default() };
        let query = Query { principal: None, permissions: Some(asked) };
        let mut permissions: Vec<String> =
            register.privileged.iter().map(|symbol| org.symbols.text(*symbol).to_owned()).collect();
        permissions.sort_unstable();
        let place = |name: &&str| permissions.binary_search_by(|one| one.as_str().cmp(name)).ok();
        let doubts = register.doubts(&query);
        let open: BTreeMap<&Thing, &Vec<String>> =
            doubts.iter().filter_map(|doubt| Some((&**doubt.principal.as_ref()?, &doubt.missing))).collect();
        let mut rows: Vec<Row> = Vec::new();
        for entry in register.entries(&query) {
            let held: Vec<usize> = entry.permissions.iter().flatten().filter_map(place).collect();
            // The permissions of the role are not known: it may be any of them.
            let unknown = entry.permissions.is_none();
            if rows.last().is_none_or(|row| row.principal != entry.principal) {
                let open = open.contains_key(&*entry.principal);
                let last_used = access.last_used(entry.holder);
                rows.push(Row { principal: Arc::clone(&entry.principal), last_used, ways: Vec::new(), open });
            }
            let row = rows.last_mut().expect("one was added");
            row.open |= unknown;
            let within = entry.project.is_some();
            row.ways.push(Held { way: entry.way, path: entry.path, within, permissions: held });
        }
        let others = open.len() - rows.iter().filter(|row| open.contains_key(&*row.principal)).count();
        let mut missing: Vec<String> = open.values().flat_map(|why| why.iter().cloned()).collect();
        missing.sort_unstable();
        missing.dedup();
        rows.sort_by_cached_key(|row| {
            let held = (0..permissions.len()).filter(|&at| row.of(at).next().is_some()).count();
            (std::cmp::Reverse(held), row.principal.kind.name(), row.principal.label().into_owned())
        });
        Self { permissions, rows, others, missing, unlisted: register.unlisted() }
    }

    /// For each permission that somebody holds, how many hold it directly, by membership, through groups alone, and in a
    /// way that is not known. Groups are left out: their members are counted.
    pub fn held(&self) -> Vec<(&str, [usize; 4])> {
        let counts = |permission: usize| {
            let mut counts = [0; 4];
            for row in self.rows.iter().filter(|row| !row.principal.is(Kind::Group)) {
                let best = row.of(permission).map(|(_, held)| rank(held.way)).min();
                if let Some(best) = best {
                    counts[best] += 1;
                }
            }
            counts
        };
        let all = self.permissions.iter().enumerate().map(|(at, name)| (name.as_str(), counts(at)));
        all.filter(|(_, counts)| counts.iter().any(|count| *count > 0)).collect()
    }

    /// Who of the people last used the API when.
    pub fn last_uses(&self, as_of: Time) -> Vec<Age> {
        let mut ages = [
            ("never", "dormant"),
            ("more than 90 days ago", "dormant"),
            ("31 to 90 days ago", "quiet"),
            ("in the last 30 days", "active"),
            ("not known", "unknown"),
        ]
        .map(|(name, class)| Age { name, class, people: Vec::new() });
        for row in self.rows.iter().filter(|row| row.is_person()) {
            let at = match row.last_used {
                Known::Null => 0,
                Known::Value(last) if as_of.saturating_sub(last) > 90 * DAY => 1,
                Known::Value(last) if as_of.saturating_sub(last) > 30 * DAY => 2,
                Known::Value(_) => 3,
                Known::Missing => 4,
            };
            ages[at].people.push(row.principal.label().into_owned());
        }
        ages.into_iter().filter(|age| age.class != "unknown" || !age.people.is_empty()).collect()
    }
}

fn rank(way: Way) -> usize {
    match way {
        Way::Direct => 0,
        Way::Membership => 1,
        Way::Group(_) => 2,
        Way::Unknown => 3,
    }
}

pub fn render(matrix: Option<&Matrix>, shared: &Shared, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(b"<section id=\"access\" aria-labelledby=\"access-h\">\n<h2 id=\"access-h\">Who holds privileged permissions</h2>\n")?;
    match matrix {
        None => to.write_all(
            b"<p class=\"empty\">Results do not contain who holds what, so the matrix is not shown. \
              <code>rolelint report RESULTS --format html --snapshot FILE</code> shows it.</p>\n",
        )?,
        Some(matrix) => {
            gaps(matrix, to)?;
            if matrix.rows.is_empty() {
                to.write_all(b"<p class=\"empty\">Nobody was read who holds one.</p>\n")?;
            } else {
                table(matrix, shared, to)?;
            }
        }
    }
    to.write_all(b"</section>\n")
}

/// The principals that are not completely known.
fn gaps(matrix: &Matrix, to: &mut dyn Write) -> io::Result<()> {
    let open = matrix.rows.iter().filter(|row| row.open).count() + matrix.others;
    if open == 0 && matrix.unlisted.is_empty() {
        return Ok(());
    }
    to.write_all(b"<div class=\"gap\" role=\"note\">")?;
    if open > 0 {
        let missing = match (open, matrix.others) {
            (1, 0) => ". It is in the table.".to_owned(),
            (_, 0) => ". All of them are in the table.".to_owned(),
            (1, _) => "; it is missing from the table.".to_owned(),
            (_, 1) => "; 1 of them is missing from the table.".to_owned(),
            (_, n) => format!("; {} of them are missing from the table.", number(n)),
        };
        write!(to, "<p>{} may hold more than is shown here{missing}</p>", plural(open, "principal"))?;
    }
    to.write_all(b"<ul>")?;
    let sentences: Vec<&String> = matrix.unlisted.iter().chain(&matrix.missing).collect();
    for sentence in sentences.iter().take(NAMED) {
        write!(to, "<li>{}</li>", Text(sentence))?;
    }
    if sentences.len() > NAMED {
        write!(to, "<li>and {}</li>", plural(sentences.len() - NAMED, "more reason"))?;
    }
    to.write_all(b"</ul></div>\n")
}

fn table(matrix: &Matrix, shared: &Shared, to: &mut dyn Write) -> io::Result<()> {
    write!(
        to,
        "<p>{} and {}. A mark says how the permission is held; the second column has the paths.</p>\n<div class=\"tools\" hidden><label>Filter <input type=\"search\" data-filter=\"matrix\" \
         placeholder=\"name, kind, role, group, permission\" autocomplete=\"off\"></label> <span class=\"count\" role=\"status\"></span></div>\n\
         <p class=\"legend\"><span class=\"mark direct\">D</span> directly <span class=\"mark membership\">M</span> by \
         membership <span class=\"mark through\">G</span> through a group <span class=\"mark through within\">G</span> an outline: in projects only \
         <span class=\"mark unknown\">?</span> unknown</p>\n",
        plural(matrix.rows.len(), "principal"),
        plural(matrix.permissions.len(), "privileged permission")
    )?;
    let column = |permission: &String| {
        let name = Text(permission).to_string().replace('.', ".<wbr>");
        format!("<th scope=\"col\" class=\"perm\" data-sort=\"mark\"><span>{name}</span></th>")
    };
    let open = format!(
        "<table class=\"matrix\"><caption>Principals and their privileged permissions</caption><thead><tr>\
         <th scope=\"col\" data-sort=\"text\">Who</th><th scope=\"col\" data-sort=\"text\">How</th>\
         <th scope=\"col\" data-sort=\"text\">Last use</th><th scope=\"col\" data-sort=\"number\">Held</th>{}</tr></thead><tbody>\n",
        matrix.permissions.iter().map(column).collect::<Vec<_>>().concat()
    );
    to.write_all(
        b"<div class=\"scroll\" role=\"region\" aria-label=\"Table of privileged access\" tabindex=\"0\" id=\"matrix\">\n",
    )?;
    pieces(&matrix.rows, PIECE, (&open, "</tbody></table>"), to, |row, later, to| {
        cells(row, matrix, later.then_some(shared), to)
    })?;
    to.write_all(b"</div>\n")
}

fn cells(row: &Row, matrix: &Matrix, shared: Option<&Shared>, to: &mut dyn Write) -> io::Result<()> {
    let thing = &*row.principal;
    write!(
        to,
        "<tr><th scope=\"row\"><span class=\"who\">{}<span>{}</span></span></th>",
        Icon(icon(thing.kind)),
        Text(thing.qualified_label())
    )?;
    write!(to, "<td class=\"how\"><details><summary>{}</summary><ul>", plural(row.ways.len(), "path"))?;
    for held in &row.ways {
        let names: Vec<&str> = held.permissions.iter().map(|&at| matrix.permissions[at].as_str()).collect();
        to.write_all(b"<li>")?;
        of_steps(&held.path, &names, shared, to)?;
        if held.way == Way::Unknown {
            to.write_all(b"<p class=\"note\">the API does not say where the role comes from</p>")?;
        }
        if names.is_empty() {
            to.write_all(b"<p class=\"note\">the permissions of this role are unknown</p>")?;
        }
        to.write_all(b"</li>")?;
    }
    to.write_all(b"</ul></details></td>")?;
    let held = (0..matrix.permissions.len()).filter(|&at| row.of(at).next().is_some()).count();
    write!(to, "<td class=\"last\">{}</td><td class=\"num\">{held}</td>", last(row))?;
    for at in 0..matrix.permissions.len() {
        let ways: Vec<(usize, &Held)> = row.of(at).collect();
        match ways.iter().map(|(_, held)| held).min_by_key(|held| (held.within, rank(held.way))) {
            Some(best) => {
                let (class, mark, words) = match best.way {
                    Way::Direct => ("direct", "D", "directly"),
                    Way::Membership => ("membership", "M", "by membership"),
                    Way::Group(_) => ("through", "G", "through a group"),
                    Way::Unknown => ("unknown", "?", "in a way that is unknown"),
                };
                let (class, words) = if best.within {
                    (format!("{class} within"), format!("{words}, in a project"))
                } else {
                    (class.to_owned(), words.to_owned())
                };
                let places: Vec<String> = ways.iter().map(|(place, _)| place.to_string()).collect();
                write!(
                    to,
                    "<td data-ways=\"{}\"><span class=\"mark {class}\" aria-hidden=\"true\">{mark}</span><span class=\"sr\">{words}</span></td>",
                    places.join(" ")
                )?;
            }
            None if row.open => to.write_all(
                b"<td><span class=\"mark unknown\" aria-hidden=\"true\">?</span><span class=\"sr\">unknown</span></td>",
            )?,
            None => to.write_all(b"<td></td>")?,
        }
    }
    to.write_all(b"</tr>\n")
}

fn last(row: &Row) -> String {
    match row.last_used {
        _ if row.principal.is(Kind::Group) => String::new(),
        Known::Null => "never".to_owned(),
        Known::Missing => "unknown".to_owned(),
        Known::Value(time) => rfc3339(time).chars().take("2026-01-31".len()).collect(),
    }
}
