-- What    the decision: may this submission be put to this request? allow only when no reason was produced
-- Grain   profile_decision: one row a (request, profile); decision_bits: one row a (request, submission)
-- Reads   rights.request_row, profile, submission_profile, submission_known, submission_row, verdict, exclusivity_hit
-- Writes  rights.profile_decision, rights.reason_set, rights.decision (a view)
-- Source  shared rules "rights", section 2: the distinct union of all reasons, sorted
-- Limit   a world whose gate is closed has decisions here too: nobody may use them
CREATE OR REPLACE TABLE rights.profile_decision AS
WITH people AS (
  SELECT v.req, p.profile, bit_or(v.bits) AS bits
  FROM (SELECT profile, unnest(situations) AS sit FROM rights.profile) p
  JOIN rights.verdict v USING (sit)
  GROUP BY v.req, p.profile
), exclusive AS (
  SELECT h.req, p.profile, bool_or(h.is_in_force) AS is_in_force, min(h.bites_on) AS bites_on
  FROM (SELECT profile, clock, unnest(exclusivities) AS excl_no FROM rights.profile) p
  JOIN rights.exclusivity_hit h ON h.clock = p.clock AND h.excl_no = p.excl_no
  GROUP BY h.req, p.profile
)
SELECT q.req, p.profile,
  p.bits | coalesce(v.bits, 0)
  | CASE WHEN NOT p.is_nobody AND q.modalities & ~p.claimed <> 0 THEN reason('MODALITY_UNATTRIBUTED') ELSE 0 END
  | CASE WHEN e.is_in_force THEN reason('EXCLUSIVE_TO_OTHER') ELSE 0 END AS bits,
  least(p.bites_on, e.bites_on) AS bites_on
FROM rights.profile p
JOIN rights.request_row q ON q.clock = p.clock AND q.is_readable
LEFT JOIN people v ON v.req = q.req AND v.profile = p.profile
LEFT JOIN exclusive e ON e.req = q.req AND e.profile = p.profile;

-- each distinct set of reasons, spelled out once
CREATE OR REPLACE TABLE rights.reason_set AS
SELECT b.bits, coalesce(list(r.code ORDER BY r.code) FILTER (r.code IS NOT NULL), []) AS reasons
FROM (SELECT DISTINCT bits FROM rights.profile_decision UNION SELECT reason('REQUEST_UNKNOWN_VALUE') UNION SELECT 0) b
LEFT JOIN rights.reason r ON b.bits & (CAST(1 AS BIGINT) << r.bit) <> 0
GROUP BY b.bits;

CREATE OR REPLACE VIEW rights.decision AS
WITH bits AS (
  SELECT s.world, q.request_id, s.submission_id, d.req, d.profile, d.bits
  FROM rights.profile_decision d
  JOIN rights.submission_profile p ON p.profile = d.profile
  JOIN rights.submission_known s ON s.sub = p.sub
  JOIN rights.request_row q ON q.req = d.req
  UNION ALL
  SELECT DISTINCT q.world, q.request_id, s.submission_id, NULL, NULL, reason('REQUEST_UNKNOWN_VALUE')
  FROM rights.request_row q JOIN rights.submission_row s ON s.world = q.world
  WHERE NOT q.is_readable
)
SELECT b.world, b.request_id, b.submission_id, CASE b.bits WHEN 0 THEN 'allow' ELSE 'deny' END AS decision,
  r.reasons, b.req, b.profile, b.bits
FROM bits b JOIN rights.reason_set r ON r.bits = b.bits;
