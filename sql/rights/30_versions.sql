-- What    the state of each contract version on each clock's day: live, or the one reason why not
-- Grain   one row a version known at a clock
-- Reads   rights.clock, rights.version_row, rights.contract_known, rights.revocation_known, rights.comp_row
-- Writes  rights.version_known
-- Source  shared rules "rights", section 2, step 4: at most one reason a contract, in this order
-- Limit   a performer_id on a contract's revocation is ignored: it binds all
CREATE OR REPLACE TABLE rights.version_known AS
WITH revoked AS (
  SELECT clock, target_id AS contract_id, bit_or(bits) FILTER (is_in_force) AS bits, min(bites_on) AS bites_on
  FROM rights.revocation_known WHERE target_kind = 'contract' GROUP BY clock, target_id
), ended AS (
  -- a termination to come that is known already
  SELECT c.clock, v.contract_id, min(v.effective_from) AS terminates_on
  FROM rights.clock c JOIN rights.version_row v ON v.world = c.world AND v.recorded_at <= c.known_at
  WHERE v.status = 'terminated' AND v.effective_from > c.as_of GROUP BY c.clock, v.contract_id
), paid AS (SELECT DISTINCT world, contract_id, version FROM rights.comp_row)
SELECT CAST(row_number() OVER (ORDER BY k.con, v.version, v.version_no) AS INTEGER) AS ver, k.con, k.clock, v.world,
  v.contract_id, v.version, v.is_signed, v.reaches_back, v.effective_from, v.overlap_rule,
  v.lawful_basis = 'consent' AS needs_consent, v.effective_from <= c.as_of AS is_effective,
  v.is_unreadable,
  v.status = 'executed' AND v.ends_on >= c.as_of AND NOT v.is_unreadable AS is_live,
  least(v.ends_on, r.bites_on - 1, t.terminates_on - 1) AS ends_on, v.ends_on AS term_ends_on,
  CASE WHEN v.is_unreadable THEN reason('CONTRACT_UNKNOWN_VALUE')
    WHEN NOT v.is_signed THEN reason('CONTRACT_NOT_EXECUTED')
    WHEN v.status = 'terminated' THEN reason('CONTRACT_TERMINATED')
    WHEN v.ends_on < c.as_of THEN reason('CONTRACT_EXPIRED')
    WHEN r.bits & reason('REVOKED') > 0 THEN reason('REVOKED')
    WHEN r.bits & reason('SUSPENDED') > 0 THEN reason('SUSPENDED')
    WHEN r.bits & reason('ERASURE_REQUESTED') > 0 THEN reason('ERASURE_REQUESTED')
    WHEN p.contract_id IS NULL THEN reason('COMPENSATION_TERM_MISSING')
    ELSE 0 END AS bits
FROM rights.contract_known k
JOIN rights.clock c ON c.clock = k.clock
JOIN rights.version_row v ON v.world = c.world AND v.contract_id = k.contract_id
  AND (v.recorded_at IS NULL OR v.recorded_at <= c.known_at)
LEFT JOIN revoked r ON r.clock = k.clock AND r.contract_id = k.contract_id
LEFT JOIN ended t ON t.clock = k.clock AND t.contract_id = k.contract_id
LEFT JOIN paid p ON p.world = v.world AND p.contract_id = v.contract_id AND p.version = v.version;
