//! "Did you mean".

/// The candidate that `word` most likely meant, if one comes close.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lowered = word.to_lowercase();
    let likeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        // Half a name is meant as a part of the whole, however long the rest is.
        if lowered.contains('_') && parts_of(&lowered, &candidate) {
            return Some((0, 0.0));
        }
        let alike = strsim::jaro_winkler(&lowered, &candidate);
        (alike >= 0.85).then(|| (strsim::osa_distance(&lowered, &candidate), 1.0 - alike))
    };
    // The fewest slips of the finger; of equally near candidates the first, so that the result is stable.
    let near = candidates.into_iter().filter_map(|candidate| Some((likeness(candidate)?, candidate)));
    near.min_by(|one, other| one.0.0.cmp(&other.0.0).then(one.0.1.total_cmp(&other.0.1)))
        .map(|(_, candidate)| candidate)
}

/// Whether the words of a name are all in another, in the same order: `admin_key` in `admin_api_key`.
fn parts_of(word: &str, candidate: &str) -> bool {
    let mut words = candidate.split('_');
    word.split('_').all(|part| words.any(|other| other == part))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn one_slip_is_nearer_than_a_common_beginning() {
        let people = ["jonas.ito16@acme.example", "jonas.berg0@acme.example"];
        assert_eq!(nearest("jonas.brg0@acme.example", people), Some(people[1]));
        assert_eq!(nearest("Jonas.Berg0@acme.example", people), Some(people[1]));
        assert_eq!(nearest("nobody", people), None);
    }

    #[test]
    fn a_name_without_its_middle_is_that_name() {
        assert_eq!(nearest("admin_key", ["api_key", "admin_api_key"]), Some("admin_api_key"));
        assert_eq!(nearest("key_admin", ["api_key", "admin_api_key"]), None);
    }
}
