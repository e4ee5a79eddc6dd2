-- Sums up the results of many organizations: each is checked by a job of its own, which leaves its JSON report in a folder.
--
--   rolelint check … --report json=results/acme.json
--   duckdb -f results.sql
--
-- An organization whose report is missing is not in the sums: compare `organizations` with the list of jobs.

CREATE OR REPLACE TABLE reports AS
SELECT
    filename,
    coalesce(organization.id, organization.name, filename) AS organization,
    gate.exit_code AS exit_code,
    complete,
    rules,
    findings
FROM read_json(
    'results/*.json',
    format = 'unstructured',
    filename = true,
    maximum_object_size = 1073741824,
    columns = {
        'organization': 'STRUCT(id VARCHAR, "name" VARCHAR)',
        'gate': 'STRUCT(exit_code INTEGER)',
        'complete': 'BOOLEAN',
        'rules': 'STRUCT(id VARCHAR, severity VARCHAR, verdict VARCHAR)[]',
        'findings': 'STRUCT("rule" VARCHAR, "status" VARCHAR)[]'
    }
);

-- Each organization: its exit code, and whether everything was read.
CREATE OR REPLACE VIEW organizations AS
SELECT organization, exit_code, complete, len(findings) AS findings FROM reports ORDER BY organization;

-- Each rule: in how many organizations it has which verdict. Unknown is not pass.
CREATE OR REPLACE VIEW verdicts AS
SELECT rule.id AS rule, rule.severity AS severity, rule.verdict AS verdict, count(*) AS organizations
FROM (SELECT unnest(rules) AS rule FROM reports)
GROUP BY ALL ORDER BY ALL;

FROM organizations;
FROM verdicts;
