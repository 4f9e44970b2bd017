-- What    the contract that governed each contribution on the day of acceptance
-- Grain   settle.candidate: a contribution and a contract whose scope reaches it; settle.governing: a contribution, with
--         its contract and version, or the rule why there is none
-- Reads   settle.work, settle.contributor, feed.contract_party, feed.contract_version, feed.contract_scope; variable known_at
-- Writes  settle.candidate, settle.governing
-- Source  the rules of rights, section 2, step 3, asked for the day of acceptance (semantics 10); the narrowest scope pays
-- Limit   two contracts of equally narrow scope pay nothing until a person says which (contract_ambiguous)
CREATE OR REPLACE TABLE settle.candidate AS
WITH signed AS (
  SELECT c.submission_id, c.performer_id, w.accepted_on, w.kind, w.session_id, w.campaign_id, v.contract_id, v.version,
         CASE WHEN v.status = 'terminated' THEN 'contract_terminated'
              WHEN v.perpetual IS NOT TRUE AND (v.effective_to IS NULL OR v.effective_to < w.accepted_on) THEN 'contract_expired'
         END AS rule
  FROM settle.contributor c
  JOIN settle.work w ON w.submission_id = c.submission_id
  JOIN (SELECT DISTINCT contract_id, performer_id FROM feed.contract_party) p ON p.performer_id = c.performer_id
  JOIN feed.contract_version v ON v.contract_id = p.contract_id
  WHERE v.status IN ('executed', 'terminated') AND is_known(v.recorded_at) AND v.effective_from <= w.accepted_on
    AND (v.status = 'terminated' OR v.applies_to = 'retroactive' OR w.submitted_on >= v.effective_from)
  QUALIFY row_number() OVER (PARTITION BY c.submission_id, c.performer_id, v.contract_id ORDER BY v.version DESC) = 1
)
SELECT g.submission_id, g.performer_id, g.contract_id, g.version, g.rule,
       min(CASE s.scope_kind WHEN 'submission' THEN 1 WHEN 'session' THEN 2 WHEN 'campaign' THEN 3 ELSE 4 END) AS breadth
FROM signed g
JOIN feed.contract_scope s ON s.contract_id = g.contract_id AND s.version = g.version
WHERE (s.scope_kind = 'submission' AND s.scope_id = g.submission_id)
   OR (s.scope_kind = 'session' AND s.scope_id = g.session_id)
   OR (s.scope_kind = 'campaign' AND s.scope_id = g.campaign_id)
   OR (s.scope_kind = 'all' AND g.kind = 'commissioned')  -- scope `all` never reaches an audition (semantics 8)
GROUP BY g.submission_id, g.performer_id, g.contract_id, g.version, g.rule;

CREATE OR REPLACE TABLE settle.governing AS
WITH unreadable AS (  -- a contract that cannot be read is never skipped in favour of another
  SELECT p.performer_id, min(v.contract_id) AS contract_id
  FROM feed.contract_version v JOIN feed.contract_party p ON p.contract_id = v.contract_id
  WHERE v.version IS NULL OR v.effective_from IS NULL OR v.recorded_at IS NULL OR v.status IS NULL
     OR v.status NOT IN ('draft', 'sent', 'executed', 'terminated', 'void')
     OR v.applies_to IS NULL OR v.applies_to NOT IN ('prospective', 'retroactive')
  GROUP BY p.performer_id
), narrowest AS (
  SELECT submission_id, performer_id, count(*) AS rivals, min(contract_id) AS contract_id, min(version) AS version,
         min(rule) AS rule
  FROM (SELECT * FROM settle.candidate
        QUALIFY rank() OVER (PARTITION BY submission_id, performer_id ORDER BY rule IS NOT NULL, breadth) = 1)
  GROUP BY submission_id, performer_id
)
SELECT c.submission_id, c.performer_id, c.share, w.accepted_on, w.submitted_on,
       coalesce(u.contract_id, n.contract_id) AS contract_id,
       CASE WHEN u.contract_id IS NULL THEN n.version END AS version,
       CASE WHEN u.contract_id IS NOT NULL THEN 'contract_unreadable'
            WHEN n.contract_id IS NULL THEN 'no_contract'
            WHEN n.rule IS NOT NULL THEN n.rule
            WHEN n.rivals > 1 THEN 'contract_ambiguous'
       END AS rule
FROM settle.contributor c
JOIN settle.work w ON w.submission_id = c.submission_id
LEFT JOIN unreadable u ON u.performer_id = c.performer_id
LEFT JOIN narrowest n ON n.submission_id = c.submission_id AND n.performer_id = c.performer_id;
