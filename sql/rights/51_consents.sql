-- What    whether the consents that a cell needs are on file: replica, personal data, guardian, reaffirmation, biometric
-- Grain   one row a (request, situation) that lacks one
-- Reads   rights.consent_known, consent_row, request_row, request_cell, request_policy, situation, situation_state, performer_known, clock
-- Writes  rights.consent_gap(req, sit, bits)
-- Source  shared rules "rights", section 2, step 7
-- Limit   a withdrawal on a superseded row still stands when it was recorded after the correction
CREATE OR REPLACE TABLE rights.withdrawal_known AS
SELECT c.clock, p.perf, n.consent_type, n.client_id, n.withdrawn_on, n.withdrawn_on <= c.as_of AS is_in_force
FROM rights.clock c
JOIN rights.consent_row n ON n.world = c.world AND n.withdrawn_on IS NOT NULL AND n.withdrawal_known_from <= c.known_at
JOIN rights.performer_known p ON p.clock = c.clock AND p.performer_id = n.performer_id
ANTI JOIN rights.consent_row l ON l.world = n.world AND l.consent_id = n.consent_id
  AND l.recorded_at > n.recorded_at AND l.recorded_at >= n.withdrawal_known_from AND l.recorded_at <= c.known_at;

-- how far each consent gets for each request: 1 expired, 2 another client's, 3 not specific, 4 disclosed too late
-- (where that policy is on), 5 withdrawn, 6 it holds
CREATE OR REPLACE TABLE rights.consent_stage AS
WITH defeated AS (
  SELECT DISTINCT n.clock, n.consent_no, w.client_id
  FROM rights.consent_known n
  JOIN rights.withdrawal_known w ON w.clock = n.clock AND w.perf = n.perf AND w.consent_type = n.consent_type
    AND w.is_in_force AND n.given_on <= w.withdrawn_on
), ending AS (
  SELECT n.clock, n.consent_no, w.client_id, min(w.withdrawn_on) AS withdrawn_on
  FROM rights.consent_known n
  JOIN rights.withdrawal_known w ON w.clock = n.clock AND w.perf = n.perf AND w.consent_type = n.consent_type
    AND NOT w.is_in_force
  GROUP BY n.clock, n.consent_no, w.client_id
)
SELECT n.consent_no, n.perf, q.req, n.consent_type, n.scope_kind, n.leaves, n.modalities, n.given_on,
  least(n.ends_on, min(e.withdrawn_on) - 1) AS ends_on,
  CASE WHEN n.ends_on < q.as_of THEN 1
    WHEN (n.client_id IS NULL AND n.consent_type = 'digital_replica') OR n.client_id <> q.client_id THEN 2
    WHEN n.consent_type = 'digital_replica' AND coalesce(n.intended_use_chars, 0) < 20 THEN 3
    WHEN y.asks_disclosure AND n.consent_type = 'digital_replica'
      AND NOT coalesce(n.disclosed_at + INTERVAL 48 HOUR <= n.given_on, false) THEN 4
    WHEN count(d.consent_no) > 0 THEN 5 ELSE 6 END AS stage
FROM rights.consent_known n
JOIN rights.request_row q ON q.clock = n.clock AND q.is_readable
JOIN rights.request_policy y ON y.req = q.req
LEFT JOIN defeated d ON d.clock = n.clock AND d.consent_no = n.consent_no
  AND (d.client_id IS NULL OR d.client_id = q.client_id)
LEFT JOIN ending e ON e.clock = n.clock AND e.consent_no = n.consent_no
  AND (e.client_id IS NULL OR e.client_id = q.client_id)
GROUP BY n.consent_no, n.perf, q.req, n.consent_type, n.scope_kind, n.leaves, n.modalities, n.given_on, n.ends_on,
  n.client_id, n.intended_use_chars, n.disclosed_at, y.asks_disclosure, q.as_of, q.client_id;

CREATE OR REPLACE TABLE rights.consent_need AS
WITH asked AS (
  SELECT s.sit, s.perf, s.age, s.needs_consent, c.req, c.leaf, c.modality, c.is_sensitive,
    s.age = 1 AND k.as_of > p.of_age_on AS is_of_age_now, p.of_age_on
  FROM rights.situation_state s
  JOIN rights.clock k ON k.clock = s.clock
  JOIN rights.request_cell c ON c.clock = s.clock AND c.modality & s.footprint > 0
  JOIN rights.performer_known p ON p.perf = s.perf
  WHERE c.is_sensitive OR s.needs_consent OR s.age = 1
)
SELECT sit, perf, req, leaf, modality, 'digital_replica' AS consent_type, CAST(NULL AS DATE) AS given_from
FROM asked WHERE is_sensitive
UNION ALL SELECT sit, perf, req, leaf, modality, 'personal_data', NULL FROM asked WHERE needs_consent
UNION ALL SELECT sit, perf, req, leaf, modality, 'guardian', NULL FROM asked WHERE age = 1
UNION ALL SELECT sit, perf, req, leaf, modality, 'majority_reaffirmation', of_age_on FROM asked WHERE is_of_age_now
UNION ALL
-- a voice or a likeness is biometric data where that policy is on
SELECT s.sit, s.perf, c.req, c.leaf, c.modality, 'biometric', NULL
FROM rights.request_policy y
JOIN rights.request_cell c ON c.req = y.req AND c.modality <> (SELECT mask FROM rights.modality WHERE code = 'text')
JOIN rights.situation_state s ON s.clock = c.clock AND c.modality & s.footprint > 0
WHERE y.asks_biometric;

-- the furthest stage of any consent that names the cell and is in scope
CREATE OR REPLACE TABLE rights.consent_cell AS
SELECT n.req, n.sit, n.leaf, n.modality, n.consent_type, coalesce(max(c.stage), 0) AS stage,
  max(c.ends_on) FILTER (c.stage = 6) AS ends_on
FROM rights.consent_need n
JOIN rights.situation s ON s.sit = n.sit
LEFT JOIN rights.consent_stage c ON c.perf = n.perf AND c.req = n.req AND c.consent_type = n.consent_type
  AND c.leaves & n.leaf > 0 AND c.modalities & n.modality > 0
  AND (n.given_from IS NULL OR c.given_on >= n.given_from)
  AND (c.scope_kind = 'all' OR list_contains(s.consents, c.consent_no))
GROUP BY n.req, n.sit, n.leaf, n.modality, n.consent_type;

CREATE OR REPLACE TABLE rights.consent_gap AS
SELECT req, sit, bit_or(CASE
  WHEN stage = 6 THEN 0
  WHEN consent_type = 'biometric' THEN reason('BIOMETRIC_CONSENT_MISSING')
  WHEN consent_type = 'guardian' THEN reason('GUARDIAN_CONSENT_MISSING')
  WHEN consent_type = 'majority_reaffirmation' THEN reason('MAJORITY_RECONSENT_MISSING')
  WHEN stage = 0 THEN reason('CONSENT_MISSING') WHEN stage = 1 THEN reason('CONSENT_EXPIRED')
  WHEN stage = 2 THEN reason('CONSENT_OTHER_CLIENT') WHEN stage = 3 THEN reason('CONSENT_NOT_SPECIFIC')
  WHEN stage = 4 THEN reason('DISCLOSURE_TOO_LATE')
  ELSE reason('CONSENT_WITHDRAWN') END) AS bits, min(ends_on) AS ends_on
FROM rights.consent_cell GROUP BY req, sit;

