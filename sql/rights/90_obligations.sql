-- What    what travels with an allowed row: the grants that allow it, the last good day, how long it may be kept
-- Grain   obligation: one row an allowed (request, profile)
-- Reads   rights.profile, profile_decision, verdict_cell, situation_asked, grant_stage, grant_row, consent_gap
-- Writes  rights.obligation(req, profile, grant_ids, use_by, retention_days)
-- Source  shared rules "rights", section 2, step 9
-- Limit   use_by is never later than the rule says: where several grants cover a cell together, the earliest end counts
CREATE OR REPLACE TABLE rights.obligation AS
WITH covering AS (
  -- of each cell that is allowed, the grants of the contracts that were asked
  SELECT v.req, v.sit, v.leaf, v.modality, a.con, a.is_adding, g.grant_no, s.ends_on, g.grant_id, g.retention_days,
    s.country_count = s.countries_asked AS is_whole
  FROM rights.verdict_cell v
  JOIN rights.situation_asked a ON a.sit = v.sit AND (a.is_adding = (NOT v.is_base_allowing))
  JOIN rights.grant_stage s ON s.ver = a.ver AND s.req = v.req AND s.stage_inside = 12 AND s.country_count > 0
    AND s.leaves & v.leaf > 0 AND s.modalities & v.modality > 0
  JOIN rights.grant_row g ON g.grant_no = s.grant_no
  WHERE v.bits = 0
), by_contract AS (
  SELECT req, sit, leaf, modality, con, is_adding, list(DISTINCT grant_id) AS grant_ids,
    coalesce(max(ends_on) FILTER (is_whole), min(ends_on)) AS ends_on, min(retention_days) AS retention_days
  FROM covering GROUP BY ALL
), by_cell AS (
  SELECT req, sit, leaf, modality, flatten(list(grant_ids)) AS grant_ids,
    CASE WHEN bool_or(is_adding) THEN max(ends_on) ELSE min(ends_on) END AS ends_on, min(retention_days) AS retention_days
  FROM by_contract GROUP BY ALL
), by_situation AS (
  SELECT c.req, c.sit, flatten(list(c.grant_ids)) AS grant_ids, min(c.ends_on) AS ends_on, min(c.retention_days) AS retention_days
  FROM by_cell c GROUP BY ALL
)
SELECT d.req, d.profile, list_sort(list_distinct(flatten(list(b.grant_ids)))) AS grant_ids,
  nullif(least(min(b.ends_on), any_value(d.bites_on) - 1), DATE '9999-12-31') AS use_by,
  CAST(min(b.retention_days) AS INTEGER) AS retention_days
FROM rights.profile_decision d
JOIN (SELECT profile, unnest(situations) AS sit FROM rights.profile) p ON p.profile = d.profile
JOIN by_situation b ON b.req = d.req AND b.sit = p.sit
WHERE d.bits = 0
GROUP BY d.req, d.profile;
