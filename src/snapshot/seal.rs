//! Counts and digests put right, so that what a fuzzer makes up gets past them and reaches the rest of the reader.

use super::header::{ContentDigest, Header};
use super::record::{End, Line};

/// The snapshot with the counts, the digest and the check that its lines call for; `None` if its first line is not a header.
pub fn seal(snapshot: &[u8]) -> Option<Vec<u8>> {
    let mut lines = snapshot.split_inclusive(|byte| *byte == b'\n');
    let Ok(Line::Rolelint(mut header)) = serde_json::from_slice(lines.next()?) else { return None };
    let mut content: Vec<&[u8]> = lines.collect();
    content.pop_if(|line| line.starts_with(b"{\"end\""));
    let digest = digest(&header, &content);
    header.check = header.expected_check(&digest);
    let mut sealed = line(&Line::Rolelint(header));
    for line in &content {
        sealed.extend_from_slice(line);
    }
    if !sealed.ends_with(b"\n") {
        return None;
    }
    sealed.extend(line(&Line::End(counted(&content, digest))));
    Some(sealed)
}

fn digest(header: &Header, content: &[&[u8]]) -> String {
    let mut digest = ContentDigest::new(header);
    for line in content {
        digest.lines(line);
    }
    digest.finish()
}

fn counted(content: &[&[u8]], digest: String) -> End {
    let of = |kind: &str| {
        let start = format!("{{\"{kind}\":");
        content.iter().filter(|line| line.starts_with(start.as_bytes())).count()
    };
    End {
        roles: of("role"),
        groups: of("group"),
        users: of("user"),
        projects: of("project"),
        project_users: of("project_user"),
        project_groups: of("project_group"),
        service_accounts: of("service_account"),
        api_keys: of("api_key"),
        admin_api_keys: of("admin_api_key"),
        invites: of("invite"),
        digest,
    }
}

fn line(line: &Line<'_>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).expect("a line has text keys only");
    bytes.push(b'\n');
    bytes
}
