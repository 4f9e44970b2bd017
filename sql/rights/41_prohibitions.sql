-- What    which clauses of which contract version forbid what of each request
-- Grain   one row a (version, request, forbidden modalities, reason)
-- Reads   rights.version_known, prohibition_row, request_row, request_policy, client_family
-- Writes  rights.prohibition_hit(ver, con, req, modalities, bits, clause)
-- Source  shared rules "rights", section 2, step 6: prohibitions of every signed contract bind, live or not; a family is one
-- Limit   a clause of some categories binds all, until the policy is on and the order names others, all of them known
CREATE OR REPLACE TABLE rights.prohibition_hit AS
WITH family AS (
  SELECT DISTINCT c.clock, b.prohibition_no, coalesce(f.family, b.client_id) AS family
  FROM (SELECT world, prohibition_no, unnest(client_ids) AS client_id FROM rights.prohibition_row) b
  JOIN rights.clock c ON c.world = b.world
  LEFT JOIN rights.client_family f ON f.clock = c.clock AND f.client_id = b.client_id
)
SELECT v.ver, v.con, q.req, b.modalities & q.modalities AS modalities,
  CASE WHEN b.client_ids IS NULL THEN reason('PROHIBITED') ELSE reason('CLIENT_BLOCKED') END AS bits,
  b.prohibition_id, b.clause
FROM rights.version_known v
JOIN rights.prohibition_row b ON b.world = v.world AND b.contract_id = v.contract_id AND b.version = v.version
JOIN rights.request_row q ON q.clock = v.clock AND q.is_readable
JOIN rights.request_policy y ON y.req = q.req
LEFT JOIN family f ON f.clock = v.clock AND f.prohibition_no = b.prohibition_no AND f.family = q.family
WHERE b.leaves & q.leaves > 0 AND b.modalities & q.modalities > 0 AND bit_count(b.countries & q.countries) > 0
  AND (b.client_ids IS NULL OR f.family IS NOT NULL)
  AND NOT (y.narrows_categories AND coalesce(NOT list_has_any(b.categories, q.categories), false));
