-- What    situations: contributors' parts that the contracts cannot tell apart, so that each is decided once
-- Grain   situation: one row a (performer, footprint, governing versions with their reach, consents in scope, age);
--         situation_contract: its candidates; situation_asked: the contracts that are asked, after silencing
-- Reads   rights.submission_known, performer_known, contribution_known, candidate, version_known, consent_row, clock
-- Writes  rights.consent_known, situation, contribution_situation, situation_contract, situation_asked
-- Source  shared rules "rights", section 2, steps 3, 4 and 6; auditions are reached by a named scope only
-- Limit   age: 0 of age at the performance, 1 a minor, 2 unknown
CREATE OR REPLACE TABLE rights.consent_known AS
WITH latest AS (
  SELECT c.clock, c.as_of, n.*
  FROM rights.clock c JOIN rights.consent_row n ON n.world = c.world AND n.recorded_at <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, n.consent_id ORDER BY n.recorded_at DESC) = 1
)
SELECT l.*, p.perf FROM latest l JOIN rights.performer_known p ON p.clock = l.clock AND p.performer_id = l.performer_id
WHERE l.given_on <= l.as_of;

CREATE OR REPLACE TEMP TABLE part AS
WITH candidates AS (
  SELECT sub, perf, list_sort(list(
    CASE WHEN scope_rank IS NULL THEN -CAST(ver AS BIGINT) ELSE CAST(ver AS BIGINT) * 4 + scope_rank END)) AS contracts
  FROM rights.candidate GROUP BY sub, perf
), scoped AS (
  SELECT c.sub, c.perf, list_sort(list(n.consent_no)) AS consents
  FROM rights.contribution_known c
  JOIN rights.submission_known s ON s.sub = c.sub
  JOIN rights.consent_known n ON n.perf = c.perf AND n.scope_kind <> 'all'
  WHERE (n.scope_kind = 'submission' AND n.scope_id = s.submission_id)
    OR (n.scope_kind = 'session' AND n.scope_id = s.session_id)
    OR (n.scope_kind = 'campaign' AND (n.scope_id = s.campaign_id OR n.scope_id = s.session_campaign_id))
  GROUP BY c.sub, c.perf
)
SELECT c.sub, c.perf, s.clock, c.footprint, coalesce(k.contracts, []) AS contracts, coalesce(n.consents, []) AS consents,
  coalesce(s.kind = 'audition', false) AS is_audition,
  CASE WHEN p.of_age_on IS NULL OR s.performed_on IS NULL THEN 2 WHEN s.performed_on < p.of_age_on THEN 1 ELSE 0 END AS age
FROM rights.contribution_known c
JOIN rights.submission_known s ON s.sub = c.sub
JOIN rights.performer_known p ON p.perf = c.perf
LEFT JOIN candidates k ON k.sub = c.sub AND k.perf = c.perf
LEFT JOIN scoped n ON n.sub = c.sub AND n.perf = c.perf;

CREATE OR REPLACE TABLE rights.situation AS
SELECT CAST(row_number() OVER (ORDER BY perf, footprint, contracts, consents, is_audition, age) AS INTEGER) AS sit, *
FROM (SELECT DISTINCT clock, perf, footprint, contracts, consents, is_audition, age FROM part);

CREATE OR REPLACE TABLE rights.contribution_situation AS
SELECT p.sub, p.perf, s.sit
FROM part p JOIN rights.situation s USING (clock, perf, footprint, contracts, consents, is_audition, age);
DROP TABLE part;

-- is_candidate: it may be asked; a contract that reaches an audition through scope all only binds by its prohibitions
CREATE OR REPLACE TABLE rights.situation_contract AS
WITH each AS (SELECT sit, clock, is_audition, unnest(contracts) AS code FROM rights.situation)
SELECT e.sit, e.clock, v.con, v.ver, CASE WHEN e.code >= 0 THEN CAST(e.code % 4 AS INTEGER) END AS scope_rank,
  e.code < 0 OR NOT (e.is_audition AND e.code % 4 = 3) AS is_candidate,
  e.code < 0 AS is_unreadable, e.code >= 0 AND v.is_live AS is_live, coalesce(v.is_signed, false) AS is_signed,
  v.overlap_rule, coalesce(v.needs_consent AND coalesce(v.is_effective, true), false) AS needs_consent,
  CASE WHEN e.code < 0 THEN reason('CONTRACT_UNKNOWN_VALUE') ELSE v.bits END AS bits
FROM each e JOIN rights.version_known v ON v.ver = CASE WHEN e.code < 0 THEN -e.code ELSE e.code // 4 END;

-- if a performer has a live or an unreadable candidate, only those are asked; otherwise the others give their reasons.
-- An unreadable one gives its reason whatever the others say
CREATE OR REPLACE TABLE rights.situation_state AS
SELECT s.sit, s.clock, s.perf, s.footprint, s.age,
  coalesce(CASE WHEN bool_or(c.is_candidate AND (c.is_live OR c.is_unreadable))
                THEN bool_or(c.is_candidate AND (c.is_live OR c.is_unreadable) AND c.needs_consent)
                ELSE bool_or(c.is_candidate AND c.needs_consent) END, false) AS needs_consent,
  CASE WHEN count(c.sit) = 0 THEN reason('NO_CONTRACT')
       WHEN NOT bool_or(c.is_candidate) THEN reason('AUDITION_NOT_LICENSED')
       WHEN bool_or(c.is_unreadable) THEN reason('CONTRACT_UNKNOWN_VALUE')
       WHEN bool_or(c.is_candidate AND c.is_live) THEN 0
       ELSE bit_or(c.bits) FILTER (c.is_candidate) END AS bits
FROM rights.situation s LEFT JOIN rights.situation_contract c USING (sit)
GROUP BY s.sit, s.clock, s.perf, s.footprint, s.age;

-- of the live ones the narrowest replaces silences all of equal or wider scope but its equals that replace too;
-- an unreadable contract is a base contract that nothing silences
CREATE OR REPLACE TABLE rights.situation_asked AS
WITH asked AS (
  SELECT *, min(scope_rank) FILTER (NOT is_unreadable AND overlap_rule = 'replaces') OVER (PARTITION BY sit) AS replaced_from
  FROM rights.situation_contract WHERE is_candidate AND (is_live OR is_unreadable)
)
SELECT sit, con, ver, is_unreadable, bits,
  NOT is_unreadable AND coalesce(overlap_rule = 'adds', false) AS is_adding
FROM asked
WHERE is_unreadable OR replaced_from IS NULL OR scope_rank < replaced_from
  OR (scope_rank = replaced_from AND coalesce(overlap_rule = 'replaces', false));
