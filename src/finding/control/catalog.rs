//! The controls that rolelint knows: `frameworks.yaml`, read once.

use std::sync::OnceLock;

use crate::document::tree::{self, Node, Yaml};

/// A framework that rolelint knows.
pub(super) struct Known {
    pub id: &'static str,
    pub name: &'static str,
    /// Each control with its title, in the framework's order.
    pub controls: Vec<(&'static str, &'static str)>,
}

/// All of them.
pub(super) fn frameworks() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        // The file is part of the program, and a test reads it: it lives as long as the program does.
        let root: &'static Node = Box::leak(Box::new(tree::parse(include_str!("frameworks.yaml")).expect("YAML")));
        let framework = |(key, node): &'static (tree::Key, Node)| {
            let controls = node.below("controls").map_or(&[][..], Node::entries);
            Known {
                id: &key.text,
                name: text(node.below("name")),
                controls: controls.iter().map(|(id, title)| (id.text.as_str(), text(Some(title)))).collect(),
            }
        };
        root.entries().iter().map(framework).collect()
    })
}

fn text(node: Option<&'static Node>) -> &'static str {
    let Some(Node { yaml: Yaml::Text(text), .. }) = node else { panic!("a name or title is missing") };
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_control_stands_once_with_a_title_that_fits_a_line() {
        let ids: Vec<&str> = frameworks().iter().map(|known| known.id).collect();
        assert_eq!(ids, ["soc2", "iso27001", "nist-800-53"]);
        for known in frameworks() {
            let unique: BTreeSet<&str> = known.controls.iter().map(|(id, _)| *id).collect();
            assert_eq!(unique.len(), known.controls.len(), "{}", known.id);
            assert!(known.controls.len() >= 10, "{}", known.id);
            for (id, title) in &known.controls {
                assert!((10..=80).contains(&title.len()), "{id}: {title}");
            }
        }
    }
}
