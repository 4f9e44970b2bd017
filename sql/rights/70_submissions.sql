-- What    what the submission itself brings: contributors, attestations, completeness, revocations, exclusivities
-- Grain   submission_profile: one row a submission; profile: one row a distinct set of all that matters
-- Reads   rights.submission_known, contribution_known, contribution_situation, revocation_known, exclusivity_row,
--         request_row, client_family, clock
-- Writes  rights.exclusivity_hit, rights.submission_profile, rights.profile
-- Source  shared rules "rights", section 2, steps 2 and 8
-- Limit   two exclusivities of two clients over one use exclude everybody
CREATE OR REPLACE TABLE rights.exclusivity_known AS
SELECT c.clock, e.*
FROM rights.clock c
JOIN rights.exclusivity_row e ON e.world = c.world AND (e.recorded_at IS NULL OR e.recorded_at <= c.known_at)
QUALIFY e.recorded_at IS NULL
  OR rank() OVER (PARTITION BY c.clock, e.excl_id, e.recorded_at IS NULL ORDER BY e.recorded_at DESC) = 1;

-- which requests it keeps out: today, or from a day to come
CREATE OR REPLACE TABLE rights.exclusivity_hit AS
SELECT e.excl_no, e.clock, e.excl_id, e.scope_kind, e.scope_id, q.req, e.valid_from <= q.as_of AS is_in_force,
  CASE WHEN e.valid_from > q.as_of THEN e.valid_from END AS bites_on
FROM rights.exclusivity_known e
JOIN rights.request_row q ON q.clock = e.clock AND q.is_readable
LEFT JOIN rights.client_family h ON h.clock = e.clock AND h.client_id = e.holder_client_id
WHERE e.leaves & q.leaves > 0 AND e.valid_to >= q.as_of AND e.holder_client_id <> q.client_id
  AND NOT (e.include_affiliates AND coalesce(h.family = q.family, false));

CREATE OR REPLACE TEMP TABLE revoked_submission AS
WITH hit AS (
  SELECT s.sub, r.is_in_force, r.bits, r.bites_on
  FROM rights.revocation_known r JOIN rights.submission_known s ON s.clock = r.clock AND s.submission_id = r.target_id
  WHERE r.target_kind = 'submission' AND r.performer_id IS NULL
  UNION ALL
  SELECT s.sub, r.is_in_force, r.bits, r.bites_on
  FROM rights.revocation_known r JOIN rights.submission_known s ON s.clock = r.clock AND s.session_id = r.target_id
  WHERE r.target_kind = 'session' AND r.performer_id IS NULL
  UNION ALL
  SELECT c.sub, r.is_in_force, r.bits, r.bites_on
  FROM rights.revocation_known r
  JOIN rights.performer_known p ON p.clock = r.clock
    AND p.performer_id = CASE r.target_kind WHEN 'performer' THEN r.target_id ELSE r.performer_id END
  JOIN rights.contribution_known c ON c.perf = p.perf
  JOIN rights.submission_known s ON s.sub = c.sub
  WHERE (r.target_kind = 'performer' AND coalesce(r.performer_id, r.target_id) = r.target_id)
    OR (r.target_kind = 'submission' AND r.target_id = s.submission_id)
    OR (r.target_kind = 'session' AND r.target_id = s.session_id)
)
SELECT sub, coalesce(bit_or(bits) FILTER (is_in_force), 0) AS bits, min(bites_on) AS bites_on FROM hit GROUP BY sub;

CREATE OR REPLACE TEMP TABLE exclusive_submission AS
SELECT s.sub, list_sort(list(DISTINCT e.excl_no)) AS exclusivities
FROM rights.exclusivity_known e
JOIN rights.submission_known s ON s.clock = e.clock AND (
  e.scope_kind = 'all' OR (e.scope_kind = 'submission' AND e.scope_id = s.submission_id)
  OR (e.scope_kind = 'session' AND e.scope_id = s.session_id)
  OR (e.scope_kind = 'campaign' AND (e.scope_id = s.campaign_id OR e.scope_id = s.session_campaign_id)))
GROUP BY s.sub;

CREATE OR REPLACE TEMP TABLE submission_side AS
WITH people AS (
  SELECT c.sub, count(*) AS performers, bit_or(c.footprint) AS claimed, bool_or(c.is_unknown) AS is_unknown,
    list_sort(list(t.sit)) AS situations
  FROM rights.contribution_known c JOIN rights.contribution_situation t ON t.sub = c.sub AND t.perf = c.perf
  GROUP BY c.sub
)
SELECT s.sub, s.clock, coalesce(p.claimed, 0) AS claimed, p.sub IS NULL AS is_nobody, coalesce(p.situations, []) AS situations,
  coalesce(e.exclusivities, []) AS exclusivities, r.bites_on,
  CASE WHEN p.sub IS NULL THEN reason('NO_CONTRIBUTOR')
       WHEN p.performers IS DISTINCT FROM s.contributors_declared THEN reason('CONTRIBUTOR_COUNT_MISMATCH') ELSE 0 END
  | CASE WHEN p.is_unknown THEN reason('FOOTPRINT_UNKNOWN') ELSE 0 END
  | CASE WHEN s.third_party_ip = 'none' THEN 0 ELSE reason('THIRD_PARTY_IP') END
  | CASE WHEN s.ai_assistance IN ('none', 'disclosed') THEN 0 ELSE reason('HUMAN_ATTESTATION_MISSING') END
  | CASE WHEN s.kind IS NOT NULL AND s.session_campaign_id = s.campaign_id AND s.performed_on <= s.submitted_on
         THEN 0 ELSE reason('SUBMISSION_INCOMPLETE') END
  | coalesce(r.bits, 0) AS bits
FROM rights.submission_known s
LEFT JOIN people p ON p.sub = s.sub
LEFT JOIN revoked_submission r ON r.sub = s.sub
LEFT JOIN exclusive_submission e ON e.sub = s.sub;

CREATE OR REPLACE TABLE rights.profile AS
SELECT CAST(row_number() OVER (ORDER BY clock, situations, exclusivities, bits, claimed, bites_on) AS INTEGER) AS profile, *
FROM (SELECT DISTINCT clock, claimed, is_nobody, situations, exclusivities, bites_on, bits FROM submission_side);

CREATE OR REPLACE TABLE rights.submission_profile AS
SELECT s.sub, p.profile
FROM submission_side s
JOIN rights.profile p ON p.clock = s.clock AND p.claimed = s.claimed AND p.is_nobody = s.is_nobody
  AND p.situations = s.situations AND p.exclusivities = s.exclusivities AND p.bits = s.bits
  AND p.bites_on IS NOT DISTINCT FROM s.bites_on;
DROP TABLE submission_side;
DROP TABLE revoked_submission;
DROP TABLE exclusive_submission;
