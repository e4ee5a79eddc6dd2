//! The search for the edges that end most findings. Findings, paths and edges have numbers here, so that the names of
//! each are read once.

use std::sync::Arc;

use foldhash::{HashMap, HashSet, HashSetExt as _};

use super::Edge;
use crate::cores;
use crate::finding::{AccessPath, Finding, Thing};
use crate::org::Kind;

/// Findings and the edges that they run through.
pub(super) struct Graph<'a> {
    pub(super) edges: Vec<Edge<'a>>,
    rows: Vec<Row>,
    /// The edges along a part of a path; the first has none.
    segments: Vec<Vec<u32>>,
    /// Of each edge, the findings that run through it.
    through: Vec<Vec<u32>>,
    /// Of each edge, how many findings end if it goes now.
    ends: Vec<usize>,
}

/// What a finding runs through.
struct Row {
    /// If any of these goes, the finding ends, whatever its paths are.
    always: Vec<u32>,
    /// The paths that are left.
    routes: Vec<Route>,
    /// All edges that end the finding alone, as long as these paths are left.
    critical: Vec<u32>,
    ended: bool,
}

/// A path of a finding, as two segments: its beginning is the subject's own, findings share the rest.
struct Route {
    condition: u8,
    begin: u32,
    rest: u32,
}

impl<'a> Graph<'a> {
    pub(super) fn new(findings: &[&'a Finding]) -> Self {
        let (paths, mut met_again) = cores::join(|| Paths::of(findings), || subjects_of_two(findings));
        met_again.extend(paths.each.iter().flat_map(|path| &path.steps).map(|step| &**step));
        let mut draft = Draft {
            segments: vec![Vec::new()],
            known: vec![[None; 2]; paths.each.len()],
            met_again,
            ..Draft::default()
        };
        let mut numbers = paths.numbers.iter();
        let mut rows: Vec<Row> = findings.iter().map(|finding| draft.row(finding, &mut numbers)).collect();
        let critical = cores::ranges(rows.len(), cores::FEWEST_PROVED, |piece| {
            rows[piece].iter().map(|row| row.critical(&draft.segments)).collect::<Vec<_>>()
        });
        for (row, critical) in rows.iter_mut().zip(critical.into_iter().flatten()) {
            row.critical = critical;
        }
        let mut graph = Self {
            ends: vec![0; draft.edges.len()],
            through: vec![Vec::new(); draft.edges.len()],
            edges: draft.edges,
            segments: draft.segments,
            rows,
        };
        for (row, at) in graph.rows.iter().zip(0_u32..) {
            let on_routes = row.routes.iter().flat_map(|route| route.edges(&graph.segments));
            for &edge in row.always.iter().chain(on_routes) {
                let through = &mut graph.through[edge as usize];
                if through.last() != Some(&at) {
                    through.push(at);
                }
            }
            for &edge in &row.critical {
                graph.ends[edge as usize] += 1;
            }
        }
        graph
    }

    /// The edge that ends most, if any ends two. One that is wide must end half as many again as one that is not.
    pub(super) fn best(&self) -> Option<usize> {
        let score = |(edge, ends): (&Edge<'_>, &usize)| ends * if edge.is_wide() { 2 } else { 3 };
        let scores = self.edges.iter().zip(&self.ends).map(score).zip(0..);
        let best = scores.max_by_key(|&(score, at)| (score, std::cmp::Reverse(at)))?.1;
        (self.ends[best] >= 2).then_some(best)
    }

    /// Takes an edge away; which findings end?
    pub(super) fn cut(&mut self, edge: usize) -> Vec<usize> {
        let mut ended = Vec::new();
        for at in std::mem::take(&mut self.through[edge]) {
            let row = &mut self.rows[at as usize];
            if row.ended {
                continue;
            }
            for &edge in &row.critical {
                self.ends[edge as usize] -= 1;
            }
            if row.critical.iter().any(|&critical| critical as usize == edge) {
                row.ended = true;
                ended.push(at as usize);
                continue;
            }
            row.routes.retain(|route| route.edges(&self.segments).all(|&on| on as usize != edge));
            row.critical = row.critical(&self.segments);
            for &edge in &row.critical {
                self.ends[edge as usize] += 1;
            }
        }
        ended
    }
}

/// The paths of findings, each once.
struct Paths<'a> {
    each: Vec<&'a AccessPath>,
    /// Those of one finding after the other, by number.
    numbers: Vec<usize>,
}

impl<'a> Paths<'a> {
    fn of(findings: &[&'a Finding]) -> Self {
        let mut each = Vec::new();
        let mut known: HashMap<*const AccessPath, usize> = HashMap::default();
        let mut number = |path: &'a Arc<AccessPath>| {
            *known.entry(Arc::as_ptr(path)).or_insert_with(|| {
                each.push(&**path);
                each.len() - 1
            })
        };
        let numbers = findings.iter().flat_map(|finding| &finding.paths).map(&mut number).collect();
        Self { each, numbers }
    }
}

/// The subjects of more than one finding.
fn subjects_of_two<'a>(findings: &[&'a Finding]) -> HashSet<&'a Thing> {
    let mut subjects: HashSet<&Thing> = HashSet::with_capacity(findings.len());
    findings.iter().map(|finding| &*finding.subject).filter(|subject| !subjects.insert(subject)).collect()
}

/// Gives numbers to edges and segments.
#[derive(Default)]
struct Draft<'a> {
    edges: Vec<Edge<'a>>,
    numbers: HashMap<Edge<'a>, u32>,
    segments: Vec<Vec<u32>>,
    /// The segments of paths by their numbers, and by whether grants are what is flagged.
    known: Vec<[Option<u32>; 2]>,
    /// The subjects that stand in another finding or on a path, too. The edges of the others end one finding at most.
    met_again: HashSet<&'a Thing>,
}

impl<'a> Draft<'a> {
    fn edge(&mut self, edge: Edge<'a>) -> u32 {
        let next = count(&self.edges);
        *self.numbers.entry(edge).or_insert_with(|| {
            self.edges.push(edge);
            next
        })
    }

    fn segment(&mut self, edges: Vec<Edge<'a>>) -> u32 {
        if edges.is_empty() {
            return 0;
        }
        let next = count(&self.segments);
        let segment = edges.into_iter().map(|edge| self.edge(edge)).collect();
        self.segments.push(segment);
        next
    }

    /// The next numbers are those of its paths.
    fn row(&mut self, finding: &'a Finding, numbers: &mut std::slice::Iter<'_, usize>) -> Row {
        let subject = &finding.subject;
        let mut always = Vec::new();
        if subject.is_key() || subject.is(Kind::ServiceAccount) {
            let owner = subject.owner.as_ref().map(Edge::Owner);
            let project = subject.project.as_ref().map(Edge::Project);
            always.extend(owner.into_iter().chain(project).map(|edge| self.edge(edge)));
        }
        let grants = subject.is(Kind::Grant);
        let met_again = self.met_again.contains(&**subject);
        let complete = finding.more_paths == 0;
        let mut routes = Vec::with_capacity(finding.paths.len());
        for (path, &number) in finding.paths.iter().zip(numbers) {
            let Some(condition) = path.condition.filter(|_| complete) else { continue };
            let rest = self.known[number][usize::from(grants)].unwrap_or_else(|| {
                let steps: Vec<&Arc<Thing>> = path.steps.iter().collect();
                let segment = self.segment(along(&steps, path.matched.is_some(), grants));
                self.known[number][usize::from(grants)] = Some(segment);
                segment
            });
            let mut begin = 0;
            if path.from_subject && met_again {
                let first: Vec<&Arc<Thing>> = std::iter::once(subject).chain(path.steps.iter().take(2)).collect();
                let mut edges: Vec<Edge<'_>> = beginning(&first).into_iter().flatten().collect();
                // A role that is flagged itself.
                if path.steps.is_empty() {
                    edges.extend(along(&first, path.matched.is_some(), grants));
                }
                begin = self.segment(edges);
            }
            routes.push(Route { condition, begin, rest });
        }
        Row { always, routes, critical: Vec::new(), ended: false }
    }
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).expect("fewer than memory has bytes")
}

impl Route {
    fn edges<'a>(&self, segments: &'a [Vec<u32>]) -> impl Iterator<Item = &'a u32> {
        segments[self.rest as usize].iter().chain(&segments[self.begin as usize])
    }
}

impl Row {
    /// The edges that end the finding alone, each once: those that all paths of one condition run through.
    fn critical(&self, segments: &[Vec<u32>]) -> Vec<u32> {
        let mut critical = self.always.clone();
        let mut seen = [false; 1 + u8::MAX as usize];
        for (first, at) in self.routes.iter().zip(1..) {
            if std::mem::replace(&mut seen[usize::from(first.condition)], true) {
                continue;
            }
            let others = || self.routes[at..].iter().filter(|route| route.condition == first.condition);
            let common = |edge: &&u32| others().all(|route| route.edges(segments).any(|on| on == *edge));
            critical.extend(first.edges(segments).filter(common));
        }
        critical.sort_unstable();
        critical.dedup();
        critical
    }
}

/// The edges along these steps. At a role with permissions that fired, those may go; if `grants` are what is flagged, so
/// may the role.
fn along<'a>(steps: &[&'a Arc<Thing>], fired: bool, grants: bool) -> Vec<Edge<'a>> {
    let mut edges: Vec<Edge<'a>> =
        (0..steps.len()).flat_map(|at| beginning(&steps[at..]).into_iter().flatten()).collect();
    if let Some(&role) = steps.last().filter(|last| last.is(Kind::Role)) {
        if fired && !role.is_predefined() {
            edges.push(Edge::Permissions(role));
        }
        if grants {
            edges.push(Edge::Role(role));
        }
    }
    edges
}

/// The edges at the beginning of these steps.
fn beginning<'a>(steps: &[&'a Arc<Thing>]) -> [Option<Edge<'a>>; 2] {
    let holds = |thing: &Thing| thing.is(Kind::User) || thing.is(Kind::Group) || thing.is(Kind::ServiceAccount);
    let grant = match *steps {
        [holder, role, ..] if holds(holder) && role.is(Kind::Role) => Some(Edge::Grant { holder, role, project: None }),
        [holder, project, role, ..] if holds(holder) && project.is(Kind::Project) && role.is(Kind::Role) => {
            Some(Edge::Grant { holder, role, project: Some(project) })
        }
        [user, group, ..] if user.is(Kind::User) && group.is(Kind::Group) => Some(Edge::Membership { user, group }),
        _ => None,
    };
    let roles = match grant {
        Some(Edge::Grant { holder, .. }) if holder.is(Kind::Group) => Some(Edge::Roles(holder)),
        _ => None,
    };
    [grant, roles]
}
