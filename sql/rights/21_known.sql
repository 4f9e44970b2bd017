-- What    the feed as it was known at each clock: the latest known row of each key
-- Grain   one row a clock and key; sub, perf and con are numbers that stand for (clock, id) from here on
-- Reads   rights.clock, rights.*_row
-- Writes  rights.submission_known, session_known, performer_known, contribution_known, contract_known, party_known,
--         revocation_known
-- Source  shared rules "rights", section 1 (two clocks; a correction is a new row, the latest known wins)
-- Limit   two rows of one key and one recorded_at that differ in a cell leave that cell unknown
CREATE OR REPLACE MACRO the_only(x) AS CASE WHEN count(x) = count(*) AND min(x) = max(x) THEN min(x) END;

CREATE OR REPLACE TABLE rights.session_known AS
WITH latest AS (
  SELECT c.clock, s.session_id, CASE WHEN NOT s.is_undated THEN s.campaign_id END AS campaign_id
  FROM rights.clock c JOIN rights.session_row s ON s.world = c.world AND s.known_from <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, s.session_id ORDER BY s.is_undated DESC, s.known_from DESC) = 1
)
SELECT clock, session_id, the_only(campaign_id) AS campaign_id FROM latest GROUP BY clock, session_id;

CREATE OR REPLACE TABLE rights.submission_known AS
WITH latest AS (
  SELECT c.clock, s.*
  FROM rights.clock c JOIN rights.submission_row s ON s.world = c.world AND s.known_from <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, s.submission_id ORDER BY s.is_undated DESC, s.known_from DESC) = 1
), settled AS (
  SELECT clock, submission_id, the_only(kind) AS kind, the_only(session_id) AS session_id,
    the_only(campaign_id) AS campaign_id, the_only(submitted_on) AS submitted_on, the_only(performed_on) AS performed_on,
    the_only(contributors_declared) AS contributors_declared, the_only(third_party_ip) AS third_party_ip,
    the_only(ai_assistance) AS ai_assistance
  FROM latest GROUP BY clock, submission_id HAVING NOT bool_or(is_undated)
), ids AS (
  SELECT DISTINCT c.clock, c.world, s.submission_id FROM rights.clock c JOIN rights.submission_row s ON s.world = c.world
)
SELECT CAST(row_number() OVER (ORDER BY i.clock, i.submission_id) AS INTEGER) AS sub, i.clock, i.world, i.submission_id,
  s.* EXCLUDE (clock, submission_id), n.campaign_id AS session_campaign_id
FROM ids i
LEFT JOIN settled s ON s.clock = i.clock AND s.submission_id = i.submission_id
LEFT JOIN rights.session_known n ON n.clock = i.clock AND n.session_id = s.session_id;

CREATE OR REPLACE TABLE rights.performer_known AS
WITH latest AS (
  SELECT c.clock, p.performer_id, CASE WHEN NOT p.is_undated THEN p.of_age_on END AS of_age_on
  FROM rights.clock c JOIN rights.performer_row p ON p.world = c.world AND p.known_from <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, p.performer_id ORDER BY p.is_undated DESC, p.known_from DESC) = 1
), settled AS (
  SELECT clock, performer_id, the_only(of_age_on) AS of_age_on FROM latest GROUP BY clock, performer_id
), ids AS (
  SELECT DISTINCT c.clock, p.performer_id FROM rights.clock c JOIN rights.performer_row p ON p.world = c.world
)
SELECT CAST(row_number() OVER (ORDER BY i.clock, i.performer_id) AS INTEGER) AS perf, i.clock, i.performer_id, s.of_age_on
FROM ids i LEFT JOIN settled s ON s.clock = i.clock AND s.performer_id = i.performer_id;

-- distinct performers; a performer in two roles claims both footprints, and nothing where one is unknown
CREATE OR REPLACE TABLE rights.contribution_known AS
WITH latest AS (
  SELECT c.clock, n.submission_id, n.performer_id, n.footprint
  FROM rights.clock c JOIN rights.contribution_row n ON n.world = c.world AND n.known_from <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, n.submission_id, n.performer_id, n.role ORDER BY n.known_from DESC) = 1
)
SELECT s.sub, p.perf, CASE WHEN bool_or(l.footprint IS NULL) THEN 0 ELSE bit_or(l.footprint) END AS footprint,
  bool_or(l.footprint IS NULL) AS is_unknown
FROM latest l
JOIN rights.submission_known s ON s.clock = l.clock AND s.submission_id = l.submission_id
JOIN rights.performer_known p ON p.clock = l.clock AND p.performer_id = l.performer_id
GROUP BY s.sub, p.perf;

-- a version whose recorded_at is unreadable counts as known
CREATE OR REPLACE TABLE rights.contract_known AS
SELECT CAST(row_number() OVER (ORDER BY c.clock, v.contract_id) AS INTEGER) AS con, c.clock, v.contract_id,
  bool_or(v.is_undated) AS is_undated
FROM rights.clock c
JOIN rights.version_row v ON v.world = c.world AND (v.recorded_at IS NULL OR v.recorded_at <= c.known_at)
GROUP BY c.clock, v.contract_id;

CREATE OR REPLACE TABLE rights.party_known AS
SELECT p.perf, k.con, bool_or(y.known_from IS NULL) OR any_value(k.is_undated) AS is_undated
FROM rights.clock c
JOIN rights.party_row y ON y.world = c.world AND (y.known_from IS NULL OR y.known_from <= c.known_at)
JOIN rights.contract_known k ON k.clock = c.clock AND k.contract_id = y.contract_id
JOIN rights.performer_known p ON p.clock = c.clock AND p.performer_id = y.performer_id
GROUP BY p.perf, k.con;

-- in force: from its day, until the first free day of a lift that is known; else the future day on which it will bite
CREATE OR REPLACE TABLE rights.revocation_known AS
WITH seen AS (
  SELECT c.clock, c.as_of, v.*, v.lift_recorded_at <= c.known_at AS is_lift_known
  FROM rights.clock c
  JOIN rights.revocation_row v ON v.world = c.world AND (v.recorded_at IS NULL OR v.recorded_at <= c.known_at)
  QUALIFY v.recorded_at IS NULL
    OR rank() OVER (PARTITION BY c.clock, v.revocation_id, v.recorded_at IS NULL ORDER BY v.recorded_at DESC) = 1
), settled AS (
  SELECT clock, as_of, revocation_id, target_kind, target_id, performer_id, effective_on, effect,
    max_by(lifted_on, lift_recorded_at) FILTER (is_lift_known) AS lifted_on
  FROM seen
  GROUP BY clock, as_of, revocation_id, target_kind, target_id, performer_id, effective_on, effect
)
SELECT clock, revocation_id, target_kind, target_id, performer_id,
  CASE effect WHEN 'stop' THEN reason('REVOKED') WHEN 'suspend' THEN reason('SUSPENDED')
              ELSE reason('ERASURE_REQUESTED') END AS bits,
  effective_on <= as_of AS is_in_force, CASE WHEN effective_on > as_of THEN effective_on END AS bites_on
FROM settled
WHERE lifted_on IS NULL OR lifted_on > greatest(as_of, effective_on);
