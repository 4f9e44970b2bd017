-- What    which version of which contract governs each contributor's part of each submission
-- Grain   one row a (submission, performer, contract) that passes the scope test or is unreadable
-- Reads   rights.submission_known, contribution_known, party_known, version_known, scope_row
-- Writes  rights.candidate(sub, perf, con, ver, scope_rank); scope_rank NULL: the contract is
--         unreadable
-- Source  shared rules "rights", section 2, step 3; an unreadable contract is asked without a scope test
-- Limit   scope_rank: 0 submission, 1 session, 2 campaign, 3 all; a version's narrowest scope row that reaches counts
CREATE OR REPLACE TABLE rights.candidate AS
WITH pair AS (
  SELECT c.sub, c.perf, p.con, p.is_undated FROM rights.contribution_known c JOIN rights.party_known p USING (perf)
), governing AS (
  SELECT p.sub, p.perf, p.con,
    coalesce(max_by(v.ver, v.version) FILTER (v.is_signed), max_by(v.ver, v.version)) AS ver
  FROM pair p
  JOIN rights.submission_known s ON s.sub = p.sub
  JOIN rights.version_known v ON v.con = p.con
  WHERE NOT p.is_undated AND v.is_effective AND (v.reaches_back OR s.submitted_on >= v.effective_from)
  GROUP BY p.sub, p.perf, p.con
), reached AS (
  SELECT g.sub, g.perf, g.con, g.ver, min(CASE
    WHEN o.scope_kind = 'submission' AND o.scope_id = s.submission_id THEN 0
    WHEN o.scope_kind = 'session' AND o.scope_id = s.session_id THEN 1
    WHEN o.scope_kind = 'campaign' AND (o.scope_id = s.campaign_id OR o.scope_id = s.session_campaign_id) THEN 2
    WHEN o.scope_kind = 'all' THEN 3 END) AS scope_rank
  FROM governing g
  JOIN rights.submission_known s ON s.sub = g.sub
  JOIN rights.version_known v ON v.ver = g.ver AND NOT v.is_unreadable
  JOIN rights.scope_row o ON o.world = v.world AND o.contract_id = v.contract_id AND o.version = v.version
  GROUP BY g.sub, g.perf, g.con, g.ver
)
SELECT sub, perf, con, ver, scope_rank FROM reached WHERE scope_rank IS NOT NULL
UNION ALL
SELECT g.sub, g.perf, g.con, g.ver, NULL FROM governing g JOIN rights.version_known v ON v.ver = g.ver AND v.is_unreadable
UNION ALL
-- it cannot be told which version governs: the latest that may, since its lawful basis is asked
SELECT p.sub, p.perf, p.con, coalesce(
    max_by(v.ver, v.version) FILTER (coalesce(v.is_effective, true)
      AND coalesce(v.reaches_back OR s.submitted_on >= v.effective_from, true)),
    max_by(v.ver, v.version)), NULL
FROM pair p
JOIN rights.submission_known s ON s.sub = p.sub
JOIN rights.version_known v ON v.con = p.con
WHERE p.is_undated GROUP BY p.sub, p.perf, p.con;
