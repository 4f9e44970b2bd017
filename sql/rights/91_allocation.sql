-- What    grants with a limited number of deliveries, shared among the orders of one build, smallest request_id first
-- Grain   one row a (grant, request) that comes too late
-- Reads   rights.obligation, request_row, grant_row, delivery_row, clock
-- Writes  rights.spent (rows are added; the cells and the decision are made again until none is)
-- Source  semantics 9: what depends on counts is decided for all orders in one pass
-- Limit   an order that is allowed to use a grant counts as one delivery, whether it publishes tonight or not
INSERT INTO rights.spent
WITH used AS (
  SELECT DISTINCT t.req, unnest(t.grants) AS grant_no FROM rights.obligation t
), limited AS (
  SELECT u.req, u.grant_no, q.clock, g.grant_id, g.max_deliveries,
    dense_rank() OVER (PARTITION BY q.clock, g.grant_id ORDER BY q.request_id) AS turn
  FROM used u
  JOIN rights.grant_row g ON g.grant_no = u.grant_no AND g.max_deliveries IS NOT NULL
  JOIN rights.request_row q ON q.req = u.req
), delivered AS (
  SELECT c.clock, d.grant_id, count(DISTINCT d.delivery_id) AS deliveries
  FROM rights.clock c JOIN rights.delivery_row d ON d.world = c.world AND d.known_from <= c.known_at
  GROUP BY c.clock, d.grant_id
)
SELECT l.grant_no, l.req
FROM limited l LEFT JOIN delivered d ON d.clock = l.clock AND d.grant_id = l.grant_id
WHERE l.turn > l.max_deliveries - coalesce(d.deliveries, 0);
