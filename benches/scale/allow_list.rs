//! A rule with an allow-list of as many addresses as there are users.

use std::sync::Arc;

use rolelint::check;
use rolelint::document::SourceText;
use rolelint::policy::{Overrides, parse};

use crate::organization::organization;
use crate::{NOW, best, milliseconds};

/// Reads and judges allow-lists of three sizes.
pub fn measure(users: usize) {
    println!("{:<28} {:>10}", "allow-list, read and judged", "ms");
    for count in [2_000, 20_000, 200_000].into_iter().filter(|count| *count <= users) {
        let org = organization(count);
        let addresses: Vec<String> =
            org.users.iter().filter_map(|user| user.email().value().map(ToString::to_string)).collect();
        let (last, others) = addresses.split_last().expect("there are users");
        let rules =
            "version: 1\nparams: { list: [x] }\nrules: [{ id: listed, select: user, require: { email: $list } }]\n";
        let source = Arc::new(SourceText::new("list.yaml".to_owned(), rules.to_owned()));
        let file = format!("list:\n- {}\n- 'nobody*'\n", others.join("\n- "));
        let time = best(|| {
            let mut overrides = Overrides::default();
            overrides.set_all("list", &file).expect("a mapping");
            let policies = parse(&[Arc::clone(&source)], &overrides).expect("the rules are valid");
            let outcome = check::check(&org, &policies, NOW);
            assert_eq!(outcome.findings.len(), 1, "{last} alone is not in the list");
        });
        println!("{:<28} {:>10.2}", format!("  {count} users, as many entries"), milliseconds(time));
    }
}
