-- The users and roles of a snapshot as tables, for questions that are no policy, and as Parquet for other tools.
--
--   duckdb -c "SET VARIABLE snapshot = 'org.jsonl'" -f snapshot.sql
--
-- A snapshot has one record on each line, under the name of its kind. `org.jsonl.gz` and `org.jsonl.zst` are read as they
-- are. What the API left out is NULL here; rolelint itself tells "left out" from `null`.

CREATE OR REPLACE TEMP TABLE lines AS
SELECT *
FROM read_json(
    getvariable('snapshot'),
    format = 'newline_delimited',
    maximum_object_size = 268435456,
    columns = {
        'role': 'STRUCT(id VARCHAR, "name" VARCHAR, permissions VARCHAR[], predefined_role BOOLEAN, resource_type VARCHAR)',
        'group': 'STRUCT(id VARCHAR, "name" VARCHAR, is_scim_managed BOOLEAN, roles VARCHAR[])',
        'user': 'STRUCT(id VARCHAR, "name" VARCHAR, email VARCHAR, "role" VARCHAR, is_scim_managed BOOLEAN, added_at BIGINT, api_key_last_used_at BIGINT, "groups" VARCHAR[], held STRUCT(unstated VARCHAR[], direct VARCHAR[], inherited VARCHAR[]))',
        'end': 'STRUCT(roles BIGINT, users BIGINT, digest VARCHAR)'
    }
);

CREATE OR REPLACE TABLE roles AS SELECT unnest("role") FROM lines WHERE "role" IS NOT NULL;
CREATE OR REPLACE TABLE groups AS SELECT unnest("group") FROM lines WHERE "group" IS NOT NULL;
CREATE OR REPLACE TABLE users AS SELECT unnest("user") FROM lines WHERE "user" IS NOT NULL;

-- A snapshot that was cut off has no last line, and nothing may be concluded from it.
SELECT CASE
    WHEN count("end") = 0 THEN error('the snapshot is truncated: fetch again')
    WHEN any_value("end").users <> (SELECT count(*) FROM users) THEN error('the snapshot is damaged: fetch again')
END AS problem
FROM lines;

-- Who holds which role in the organization, and how. A user's legacy role stands in `users.role`.
CREATE OR REPLACE VIEW holds AS
SELECT id AS user, unnest(held.direct) AS role, 'direct' AS via FROM users
UNION ALL SELECT id, unnest(held.unstated), 'unstated' FROM users
UNION ALL SELECT id, unnest(held.inherited), 'inherited' FROM users
UNION ALL
SELECT member.id, unnest(groups.roles), groups.id
FROM (SELECT id, unnest("groups") AS member_of FROM users) AS member JOIN groups ON groups.id = member.member_of;

COPY roles TO 'roles.parquet' (FORMAT parquet);
COPY groups TO 'groups.parquet' (FORMAT parquet);
COPY users TO 'users.parquet' (FORMAT parquet);
COPY holds TO 'holds.parquet' (FORMAT parquet);
