-- What    the verdict on each situation for each request: contracts that overlap, clauses that forbid, consents, age
-- Grain   one row a (request, situation) whose footprint holds a requested modality
-- Reads   rights.request_row, request_cell, situation_state, situation_asked, situation_contract, cell, stage,
--         prohibition_hit, consent_gap, policy_gap
-- Writes  rights.verdict_cell, rights.verdict(req, sit, bits)
-- Source  shared rules "rights", section 2, steps 4 to 7
-- Limit   an unreadable contract is a base contract that denies, and no adds contract allows beside it
CREATE OR REPLACE TABLE rights.verdict_cell AS
WITH answer AS (
  SELECT s.sit, c.req, c.leaf, c.modality, a.is_adding, a.is_unreadable,
    CASE WHEN a.bits <> 0 THEN a.bits ELSE coalesce(g.bits, reason('PURPOSE_NOT_GRANTED')) END AS bits
  FROM rights.situation_state s
  JOIN rights.request_cell c ON c.clock = s.clock AND c.modality & s.footprint > 0
  JOIN rights.situation_asked a ON a.sit = s.sit
  LEFT JOIN rights.cell e ON e.ver = a.ver AND e.req = c.req AND e.leaf = c.leaf AND e.modality = c.modality
  LEFT JOIN rights.stage g ON g.stage = e.stage
), combined AS (
  SELECT sit, req, leaf, modality, bit_or(bits) FILTER (NOT is_adding) AS base_bits,
    bit_or(bits) FILTER (is_adding) AS adds_bits, coalesce(bool_or(is_adding AND bits = 0), false) AS does_one_add,
    bool_or(is_unreadable) AS is_unreadable
  FROM answer GROUP BY sit, req, leaf, modality
)
SELECT sit, req, leaf, modality,
  CASE WHEN base_bits = 0 OR (does_one_add AND NOT is_unreadable) THEN 0 ELSE coalesce(base_bits, adds_bits) END AS bits,
  coalesce(base_bits = 0, false) AS is_base_allowing, does_one_add
FROM combined;

CREATE OR REPLACE TABLE rights.verdict AS
WITH asked AS (
  SELECT q.req, s.sit, s.clock, s.footprint, s.age, s.bits
    | CASE s.age WHEN 2 THEN reason('AGE_UNKNOWN') ELSE 0 END
    | CASE WHEN s.age = 1 AND bool_or(c.is_sensitive) THEN reason('MINOR_SENSITIVE_USE') ELSE 0 END AS bits
  FROM rights.situation_state s
  JOIN rights.request_row q ON q.clock = s.clock AND q.is_readable AND q.modalities & s.footprint > 0
  JOIN rights.request_cell c ON c.req = q.req
  GROUP BY q.req, s.sit, s.clock, s.footprint, s.age, s.bits
), cells AS (
  SELECT req, sit, bit_or(bits) AS bits FROM rights.verdict_cell GROUP BY req, sit
), forbidden AS (
  -- of the governing version where it is signed; of an unreadable contract, all
  SELECT h.req, c.sit, bit_or(h.bits) AS bits
  FROM rights.situation_contract c
  JOIN rights.situation_state s ON s.sit = c.sit
  JOIN rights.prohibition_hit h ON h.con = c.con AND (c.is_unreadable OR (c.ver = h.ver AND c.is_signed))
  WHERE h.modalities & s.footprint > 0
  GROUP BY h.req, c.sit
)
SELECT a.req, a.sit,
  a.bits | coalesce(c.bits, 0) | coalesce(f.bits, 0) | coalesce(g.bits, 0) | coalesce(p.bits, 0) AS bits
FROM asked a
LEFT JOIN cells c ON c.req = a.req AND c.sit = a.sit
LEFT JOIN forbidden f ON f.req = a.req AND f.sit = a.sit
LEFT JOIN rights.consent_gap g ON g.req = a.req AND g.sit = a.sit
LEFT JOIN rights.policy_gap p ON p.req = a.req AND p.sit = a.sit;
