-- What    the verdict of each live contract version on each cell of each request: the stage that its grants reach
-- Grain   one row a (version, request, leaf, modality) with at least one grant
-- Reads   rights.version_known, request_row, request_cell, request_policy, grant_row, approval_row,
--         revocation_known, delivery_row, clock
-- Writes  rights.grant_stage (one row a grant and request), rights.cell
-- Source  shared rules "rights", section 2, step 5: the furthest stage of any grant, the least of the countries
-- Limit   a version without any grant has no row here: PURPOSE_NOT_GRANTED; stages 11 to 13 only where a policy is on
-- one number that orders grants by their end, then by their id: the greatest is the one that carries the cell
CREATE OR REPLACE MACRO longest_first(ends_on, grant_no) AS
  (CAST(ends_on - DATE '0001-01-01' AS BIGINT) << 32) + (4294967295 - grant_no);
CREATE OR REPLACE MACRO grant_of(longest) AS 4294967295 - (longest & 4294967295);
CREATE OR REPLACE MACRO end_in(longest) AS DATE '0001-01-01' + CAST(longest >> 32 AS INTEGER);

CREATE OR REPLACE TABLE rights.stage AS
SELECT * FROM (VALUES
  (0, reason('PURPOSE_NOT_GRANTED')), (1, reason('MODALITY_NOT_GRANTED')), (2, reason('TERRITORY_NOT_GRANTED')),
  (3, reason('GRANT_NOT_STARTED')), (4, reason('GRANT_EXPIRED')), (5, reason('TERM_TOO_SHORT')), (6, reason('EMBARGOED')),
  (7, reason('CLIENT_NOT_LISTED')), (8, reason('ONWARD_NOT_GRANTED')), (9, reason('REVOKED')),
  (10, reason('MAX_DELIVERIES_REACHED')), (11, reason('MEDIA_NOT_GRANTED')), (12, reason('APPROVAL_MISSING')),
  (13, reason('REPLICA_TERM_TOO_LONG')), (14, reason('CONTRACT_UNKNOWN_VALUE')), (15, 0)) AS s(stage, bits);

-- grants whose deliveries smaller orders of the same build use up (rights.spent is filled by 91_allocation)
CREATE TABLE IF NOT EXISTS rights.spent (grant_no BIGINT, req INTEGER);

CREATE OR REPLACE TABLE rights.grant_stage AS
WITH revoked AS (
  SELECT clock, target_id AS grant_id, bool_or(is_in_force) AS is_revoked, min(bites_on) AS bites_on
  FROM rights.revocation_known WHERE target_kind = 'grant' GROUP BY clock, target_id
), delivered AS (
  SELECT c.clock, d.grant_id, count(DISTINCT d.delivery_id) AS deliveries
  FROM rights.clock c JOIN rights.delivery_row d ON d.world = c.world AND d.known_from <= c.known_at
  GROUP BY c.clock, d.grant_id
), approved AS (
  -- this delivery: of this order, on this day
  SELECT DISTINCT q.req, a.grant_id
  FROM rights.request_row q
  JOIN rights.clock c ON c.clock = q.clock
  JOIN rights.approval_row a ON a.world = q.world AND a.request_id = q.request_id AND a.deliver_on = q.as_of
    AND a.recorded_at <= c.known_at
)
SELECT v.ver, q.req, g.grant_no, g.is_unreadable, g.leaves, g.modalities, g.countries & q.countries AS countries,
  bit_count(g.countries & q.countries) AS country_count, bit_count(q.countries) AS countries_asked,
  CASE WHEN g.is_unreadable THEN 14
    WHEN g.valid_from > q.as_of THEN 3
    WHEN g.ends_on < q.as_of THEN 4
    WHEN least(g.ends_on, v.term_ends_on) - q.as_of < q.min_remaining_days THEN 5
    WHEN g.embargo_until > q.as_of THEN 6
    WHEN g.client_ids IS NOT NULL AND NOT list_contains(g.client_ids, q.client_id) THEN 7
    WHEN g.onward_reach < q.onward_reach THEN 8
    WHEN r.is_revoked THEN 9
    WHEN d.deliveries >= g.max_deliveries OR g.max_deliveries <= 0 OR x.req IS NOT NULL THEN 10
    WHEN y.asks_media AND NOT coalesce(list_has_all(g.media, q.media), false) THEN 11
    WHEN y.asks_approval AND g.approval_required IS DISTINCT FROM false AND a.grant_id IS NULL THEN 12
    ELSE 15 END AS stage_inside,
  CASE WHEN y.limits_replica AND g.ends_on >= g.valid_from + INTERVAL 10 YEAR
       THEN (SELECT leaves_meant FROM rights.purpose WHERE code = 'replica') ELSE 0 END AS too_long_leaves,
  least(g.ends_on, v.ends_on, r.bites_on - 1) AS ends_on
FROM rights.version_known v
JOIN rights.grant_row g ON g.world = v.world AND g.contract_id = v.contract_id AND g.version = v.version
JOIN rights.request_row q ON q.clock = v.clock AND q.is_readable
JOIN rights.request_policy y ON y.req = q.req
LEFT JOIN revoked r ON r.clock = v.clock AND r.grant_id = g.grant_id
LEFT JOIN delivered d ON d.clock = v.clock AND d.grant_id = g.grant_id
LEFT JOIN approved a ON a.grant_id = g.grant_id AND a.req = q.req
LEFT JOIN rights.spent x ON x.grant_no = g.grant_no AND x.req = q.req
WHERE v.is_live AND v.bits = 0;

CREATE OR REPLACE TABLE rights.cell AS
WITH reached AS (
  SELECT s.ver, s.req, s.grant_no, s.ends_on, c.leaf, c.modality, s.countries, s.country_count, s.countries_asked,
    CASE WHEN s.stage_inside = 15 AND s.too_long_leaves & c.leaf > 0 THEN 13 ELSE s.stage_inside END AS stage_inside,
    CASE WHEN s.is_unreadable THEN 14 WHEN s.leaves & c.leaf = 0 THEN 0 WHEN s.modalities & c.modality = 0 THEN 1
         ELSE 2 END AS stage_outside,
    NOT s.is_unreadable AND s.leaves & c.leaf > 0 AND s.modalities & c.modality > 0 AS is_covering,
    longest_first(s.ends_on, s.grant_no) AS longest
  FROM rights.grant_stage s JOIN rights.request_cell c ON c.req = s.req
), by_cell AS (
  SELECT ver, req, leaf, modality,
    greatest(max(stage_outside), max(stage_inside) FILTER (is_covering AND country_count = countries_asked)) AS stage,
    bool_or(is_covering AND country_count > 0 AND country_count < countries_asked) AS is_split,
    max(longest) FILTER (is_covering AND country_count = countries_asked AND stage_inside = 15) AS longest
  FROM reached GROUP BY ver, req, leaf, modality
), split AS (
  -- several grants may cover the countries together: the highest stage at which their union covers all that is asked
  SELECT ver, req, leaf, modality, max(stage) AS stage
  FROM (
    SELECT ver, req, leaf, modality, stage, bit_count(bit_or(countries)) AS covered, any_value(countries_asked) AS asked
    FROM (
      SELECT r.*, unnest(range(3, r.stage_inside + 1)) AS stage
      FROM reached r SEMI JOIN (SELECT * FROM by_cell WHERE is_split) b USING (ver, req, leaf, modality)
      WHERE r.is_covering)
    GROUP BY ver, req, leaf, modality, stage)
  WHERE covered = asked GROUP BY ver, req, leaf, modality
)
SELECT b.ver, b.req, b.leaf, b.modality, greatest(b.stage, s.stage) AS stage, b.is_split, b.longest
FROM by_cell b LEFT JOIN split s USING (ver, req, leaf, modality);
