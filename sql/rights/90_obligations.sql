-- What    what travels with an allowed row: the grants that carry it, the last good day, how long it may be kept
-- Grain   obligation: one row an allowed (request, profile); credit_mode: one row a performer with a preference
-- Reads   rights.profile_decision, profile, verdict, situation_state, situation_asked, request_cell, request_row, cell,
--         grant_stage, grant_row, consent_gap, clock, feed.credit_preference
-- Writes  rights.cell_term, situation_term, obligation, credit_mode, permission (a view)
-- Source  shared rules "rights", section 2, step 9: of several covering grants the longest, country by country
-- Limit   use_by NULL: no end is known; retention_days NULL: no grant that carries the row limits it
CREATE OR REPLACE TABLE rights.allowed_situation AS
SELECT DISTINCT v.req, v.sit
FROM (SELECT d.req, unnest(p.situations) AS sit
      FROM rights.profile_decision d JOIN rights.profile p ON p.profile = d.profile WHERE d.bits = 0) a
JOIN rights.verdict v ON v.req = a.req AND v.sit = a.sit;

-- the grants that carry a cell of a contract version, and until when
CREATE OR REPLACE TABLE rights.cell_term AS
WITH split AS (
  SELECT e.ver, e.req, e.leaf, e.modality, t.code,
    max(longest_first(s.ends_on, s.grant_no)) AS longest
  FROM rights.cell e
  JOIN rights.request_row q ON q.req = e.req
  JOIN rights.country t ON get_bit(q.countries, t.bit) = 1
  JOIN rights.grant_stage s ON s.ver = e.ver AND s.req = e.req AND s.stage_inside = 15
    AND s.too_long_leaves & e.leaf = 0
    AND s.leaves & e.leaf > 0 AND s.modalities & e.modality > 0 AND get_bit(s.countries, t.bit) = 1
  WHERE e.stage = 15 AND e.is_split
  GROUP BY e.ver, e.req, e.leaf, e.modality, t.code
)
SELECT ver, req, leaf, modality, [grant_of(longest)] AS grants, end_in(longest) AS ends_on
FROM rights.cell WHERE stage = 15 AND NOT is_split
UNION ALL
SELECT ver, req, leaf, modality, list(DISTINCT grant_of(longest)), min(end_in(longest))
FROM split GROUP BY ver, req, leaf, modality;

-- a cell is carried by all its base contracts together, or by the one adds contract that lasts longer
CREATE OR REPLACE TABLE rights.situation_term AS
WITH answer AS (
  SELECT a.req, a.sit, c.leaf, c.modality, k.is_adding, k.bits = 0 AND t.ver IS NOT NULL AS does_allow, t.grants, t.ends_on, k.con
  FROM rights.allowed_situation a
  JOIN rights.situation_state s ON s.sit = a.sit
  JOIN rights.request_cell c ON c.req = a.req AND c.modality & s.footprint > 0
  JOIN rights.situation_asked k ON k.sit = a.sit
  LEFT JOIN rights.cell_term t ON t.ver = k.ver AND t.req = a.req AND t.leaf = c.leaf AND t.modality = c.modality
), by_cell AS (
  SELECT req, sit, leaf, modality, bool_and(does_allow) FILTER (NOT is_adding) AS is_base_allowing,
    min(ends_on) FILTER (NOT is_adding) AS base_ends_on, flatten(list(grants) FILTER (NOT is_adding)) AS base_grants,
    max(ends_on) FILTER (is_adding AND does_allow) AS adds_ends_on,
    max_by(grants, (ends_on, -con)) FILTER (is_adding AND does_allow) AS adds_grants
  FROM answer GROUP BY req, sit, leaf, modality
), chosen AS (
  SELECT req, sit,
    CASE WHEN is_base_allowing AND base_ends_on >= coalesce(adds_ends_on, base_ends_on) THEN base_ends_on
         ELSE adds_ends_on END AS ends_on,
    CASE WHEN is_base_allowing AND base_ends_on >= coalesce(adds_ends_on, base_ends_on) THEN base_grants
         ELSE adds_grants END AS grants
  FROM by_cell
)
SELECT c.req, c.sit, least(min(c.ends_on), any_value(g.ends_on)) AS ends_on, list_distinct(flatten(list(c.grants))) AS grants
FROM chosen c LEFT JOIN rights.consent_gap g ON g.req = c.req AND g.sit = c.sit
GROUP BY c.req, c.sit;

-- in three tables: one statement for all of it meets DuckDB issue 24807 (2.0.0)
CREATE OR REPLACE TEMP TABLE allowed_part AS
SELECT d.req, d.profile, d.bites_on, unnest(p.situations) AS sit
FROM rights.profile_decision d JOIN rights.profile p ON p.profile = d.profile WHERE d.bits = 0;

CREATE OR REPLACE TEMP TABLE carried AS
SELECT p.req, p.profile, least(min(t.ends_on), any_value(p.bites_on) - 1) AS ends_on,
  list_sort(list_distinct(flatten(list(t.grants)))) AS grants
FROM allowed_part p JOIN rights.situation_term t ON t.req = p.req AND t.sit = p.sit
GROUP BY p.req, p.profile;

CREATE OR REPLACE TEMP TABLE carrying_grant AS SELECT req, profile, ends_on, grants, unnest(grants) AS grant_no FROM carried;

CREATE OR REPLACE TABLE rights.obligation AS
SELECT c.req, c.profile, list_sort(list(DISTINCT g.grant_id)) AS grant_ids,
  CASE WHEN any_value(c.ends_on) < DATE '9999-12-30' THEN any_value(c.ends_on) END AS use_by,
  CAST(min(g.retention_days) AS INTEGER) AS retention_days, any_value(c.grants) AS grants
FROM carrying_grant c JOIN rights.grant_row g ON g.grant_no = c.grant_no
GROUP BY c.req, c.profile;

-- how a performer is credited on the day; without a preference that can be read, anonymous
CREATE OR REPLACE TABLE rights.credit_mode AS
SELECT c.clock, p.performer_id, max_by(
    CASE WHEN p.mode IN ('legal', 'stage', 'pseudonym', 'anonymous') THEN p.mode ELSE 'anonymous' END,
    as_day(p.valid_from)) AS mode
FROM rights.clock c
JOIN feed.credit_preference p ON p.world = c.world AND as_day(p.valid_from) <= c.as_of
GROUP BY c.clock, p.performer_id;

CREATE OR REPLACE VIEW rights.permission AS
SELECT d.world, d.request_id, d.submission_id, d.decision, d.reasons, t.grant_ids, t.use_by, t.retention_days
FROM rights.decision d LEFT JOIN rights.obligation t ON t.req = d.req AND t.profile = d.profile;
