-- What    which policies beyond the core are switched on for each request
-- Grain   one row a request that can be read; all false where the feed has no policy
-- Reads   rights.request_row, clock, policy_row
-- Writes  rights.request_policy
-- Source  shared rules "rights", end of section 2
-- Limit   a policy that restricts is on where it holds in one country of the request; `categories`, which narrows what a
--         clause forbids, only where it holds in all of them. Of a policy with corrections the latest known counts
CREATE OR REPLACE TABLE rights.request_policy AS
WITH known AS (
  SELECT c.clock, c.as_of, p.*
  FROM rights.clock c JOIN rights.policy_row p ON p.world = c.world AND p.recorded_at <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, p.policy_id ORDER BY p.recorded_at DESC) = 1
), lit AS (
  SELECT q.req, k.kind, bit_or(k.countries & q.countries) = any_value(q.countries) AS is_everywhere
  FROM rights.request_row q
  JOIN known k ON k.clock = q.clock AND k.valid_from <= k.as_of AND k.valid_to >= k.as_of
    AND bit_count(k.countries & q.countries) > 0
  WHERE q.is_readable
  GROUP BY q.req, k.kind
)
SELECT q.req,
  coalesce(bool_or(l.kind = 'approval'), false) AS asks_approval,
  coalesce(bool_or(l.kind = 'media'), false) AS asks_media,
  coalesce(bool_or(l.kind = 'categories' AND l.is_everywhere), false) AS narrows_categories,
  coalesce(bool_or(l.kind = 'biometric_consent'), false) AS asks_biometric,
  coalesce(bool_or(l.kind = 'disclosure_48h'), false) AS asks_disclosure,
  coalesce(bool_or(l.kind = 'replica_ten_years'), false) AS limits_replica,
  coalesce(bool_or(l.kind = 'performer_notice'), false) AS asks_notice
FROM rights.request_row q LEFT JOIN lit l ON l.req = q.req
WHERE q.is_readable
GROUP BY q.req;
