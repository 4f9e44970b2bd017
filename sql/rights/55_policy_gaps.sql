-- What    whom nobody told, before the delivery, that this client will train on their work
-- Grain   one row a (request, situation) that lacks a notice; none where the policy is off
-- Reads   rights.request_row, request_policy, clock, performer_notice_row, performer_known, situation_state, purpose
-- Writes  rights.policy_gap(req, sit, bits)
-- Source  shared rules "rights", end of section 2: performer_notice before a delivery to a third party for training
-- Limit   every client is a third party; training is what the purposes table calls AI training; sent before as_of
CREATE OR REPLACE TABLE rights.policy_gap AS
WITH training AS (
  SELECT q.req, q.world, q.clock, q.client_id, q.modalities,
    q.leaves & (SELECT bit_or(1 << leaf_bit) FROM rights.purpose WHERE is_leaf AND dta_code = 'AI training') AS leaves
  FROM rights.request_row q JOIN rights.request_policy y ON y.req = q.req AND y.asks_notice
), told AS (
  SELECT t.req, p.perf, bit_or(n.leaves) AS leaves
  FROM training t
  JOIN rights.clock c ON c.clock = t.clock
  JOIN rights.performer_notice_row n ON n.world = t.world AND n.client_id = t.client_id
    AND n.recorded_at <= c.known_at AND n.sent_on < c.as_of
  JOIN rights.performer_known p ON p.clock = t.clock AND p.performer_id = n.performer_id
  GROUP BY t.req, p.perf
)
SELECT t.req, s.sit, reason('PERFORMER_NOTICE_MISSING') AS bits
FROM training t
JOIN rights.situation_state s ON s.clock = t.clock AND s.footprint & t.modalities > 0
LEFT JOIN told o ON o.req = t.req AND o.perf = s.perf
WHERE t.leaves & ~coalesce(o.leaves, 0) <> 0;
