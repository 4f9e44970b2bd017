-- What    the notices that a revocation produces: who received what, and what is asked of them
-- Grain   one row a (revocation in force or to come, delivery, submission, content)
-- Reads   rights.revocation_known, clock, feed.delivery, feed.delivery_item, rights.contribution_known, submission_known,
--         performer_known, contribution_situation, grant_row, feed.revocation_ack
-- Writes  rights.notice
-- Source  shared rules "rights", section 2, step 9 and section 5: revocation × deliveries × file hashes; GDPR art. 19
-- Limit   it names submissions and hashes, never performers; publish turns submissions into the client's pseudonyms
CREATE OR REPLACE TABLE rights.notice AS
WITH delivered AS (
  SELECT DISTINCT c.clock, d.client_id, d.delivery_id, d.dataset, d.dataset_version, as_day(d.delivered_on) AS delivered_on,
    i.submission_id, i.content_sha256, as_codes(i.grant_ids) AS grant_ids
  FROM rights.clock c
  JOIN feed.delivery d ON d.world = c.world
  JOIN feed.delivery_item i ON i.world = d.world AND i.delivery_id = d.delivery_id
), touched AS (
  SELECT r.clock, r.revocation_id, s.submission_id
  FROM rights.revocation_known r JOIN rights.submission_known s ON s.clock = r.clock
    AND ((r.target_kind = 'submission' AND s.submission_id = r.target_id)
      OR (r.target_kind = 'session' AND s.session_id = r.target_id))
  WHERE r.performer_id IS NULL
  UNION
  SELECT r.clock, r.revocation_id, s.submission_id
  FROM rights.revocation_known r
  JOIN rights.performer_known p ON p.clock = r.clock
    AND p.performer_id = CASE r.target_kind WHEN 'performer' THEN r.target_id ELSE r.performer_id END
  JOIN rights.contribution_known c ON c.perf = p.perf
  JOIN rights.submission_known s ON s.sub = c.sub
  WHERE (r.target_kind = 'performer' AND coalesce(r.performer_id, r.target_id) = r.target_id)
    OR (r.target_kind = 'submission' AND r.target_id = s.submission_id)
    OR (r.target_kind = 'session' AND r.target_id = s.session_id)
), hit AS (
  SELECT t.clock, t.revocation_id, d.delivery_id, d.submission_id
  FROM touched t JOIN delivered d ON d.clock = t.clock AND d.submission_id = t.submission_id
  UNION
  SELECT r.clock, r.revocation_id, d.delivery_id, d.submission_id
  FROM rights.revocation_known r JOIN delivered d ON d.clock = r.clock
  WHERE r.target_kind = 'grant' AND list_contains(d.grant_ids, r.target_id)
  UNION
  SELECT r.clock, r.revocation_id, d.delivery_id, d.submission_id
  FROM rights.revocation_known r
  JOIN rights.clock c ON c.clock = r.clock
  JOIN rights.grant_row g ON g.world = c.world AND g.contract_id = r.target_id
  JOIN delivered d ON d.clock = r.clock AND list_contains(d.grant_ids, g.grant_id)
  WHERE r.target_kind = 'contract'
)
SELECT DISTINCT c.world, h.revocation_id, f.effect, f.basis, as_day(f.effective_on) AS effective_on, d.client_id,
  d.delivery_id, d.dataset, d.dataset_version, d.delivered_on, d.submission_id, d.content_sha256,
  CASE f.effect WHEN 'erase' THEN 'delete' WHEN 'suspend' THEN 'suspend until it is lifted' ELSE 'stop' END AS asked,
  a.acknowledged_at IS NOT NULL AS is_acknowledged
FROM hit h
JOIN rights.clock c ON c.clock = h.clock
JOIN delivered d ON d.clock = h.clock AND d.delivery_id = h.delivery_id AND d.submission_id = h.submission_id
JOIN feed.revocation f ON f.world = c.world AND f.revocation_id = h.revocation_id
LEFT JOIN feed.revocation_ack a ON a.world = c.world AND a.revocation_id = h.revocation_id AND a.client_id = d.client_id;
