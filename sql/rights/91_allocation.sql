-- What    grants with a limited number of deliveries, shared among the orders of one build, smallest request_id first
-- Grain   one row a (grant, request) that comes too late
-- Reads   rights.obligation, decision, request_row, grant_row, delivery_row, clock,
--         to_deliver (the pairs that count; a build names them, and without it every pair does)
-- Writes  rights.spent (rows are added; the cells and the decision are made again until none is)
-- Source  semantics 9: what depends on counts is decided for all orders in one pass; to reappear is no delivery
-- Limit   a row that publish holds back (a recording that is not there, an overlay of the order) counts as delivered
CREATE TABLE IF NOT EXISTS rights.to_deliver AS SELECT request_id, submission_id FROM rights.decision;

INSERT INTO rights.spent
WITH limited AS (
  SELECT t.req, t.profile, g.grant_no, g.grant_id, g.max_deliveries
  FROM (SELECT req, profile, unnest(grants) AS grant_no FROM rights.obligation) t
  JOIN rights.grant_row g ON g.grant_no = t.grant_no AND g.max_deliveries IS NOT NULL
), used AS (
  SELECT DISTINCT l.req, l.grant_no, l.grant_id, l.max_deliveries
  FROM limited l JOIN rights.decision d ON d.req = l.req AND d.profile = l.profile
  JOIN rights.to_deliver s ON s.request_id = d.request_id AND s.submission_id = d.submission_id
  WHERE d.decision = 'allow'
), in_turn AS (
  SELECT u.req, u.grant_no, q.clock, u.grant_id, u.max_deliveries,
    dense_rank() OVER (PARTITION BY q.clock, u.grant_id ORDER BY q.request_id) AS turn
  FROM used u JOIN rights.request_row q ON q.req = u.req
), delivered AS (
  SELECT c.clock, d.grant_id, count(DISTINCT d.delivery_id) AS deliveries
  FROM rights.clock c JOIN rights.delivery_row d ON d.world = c.world AND d.known_from <= c.known_at
  GROUP BY c.clock, d.grant_id
)
SELECT l.grant_no, l.req
FROM in_turn l LEFT JOIN delivered d ON d.clock = l.clock AND d.grant_id = l.grant_id
WHERE l.turn > l.max_deliveries - coalesce(d.deliveries, 0);
