-- What    the policies beyond the core, with types: what is switched on where and when, approvals, notices
-- Grain   one row a row of the feed; gate_defect: one row a policy that cannot be read
-- Reads   feed.policy, feed.approval, feed.performer_notice, rights.territory, rights.list_value
-- Writes  rights.policy_row, approval_row, performer_notice_row, rights.gate_defect
-- Source  shared rules "rights", end of section 2: each is switched on for a territory and a date by a policy table
-- Limit   every column of a policy is required: one without an end is written with valid_to 9999-12-31
CREATE OR REPLACE TABLE rights.policy_row AS
SELECT p.world, p.policy_id, p.kind, t.countries, as_day(p.valid_from) AS valid_from, as_day(p.valid_to) AS valid_to,
  as_instant(p.recorded_at) AS recorded_at
FROM feed.policy p LEFT JOIN rights.territory t ON t.code = p.territory;

-- they permit: what cannot be read is as good as absent
CREATE OR REPLACE TABLE rights.approval_row AS
SELECT DISTINCT world, grant_id, request_id, as_day(deliver_on) AS deliver_on, as_instant(recorded_at) AS recorded_at
FROM feed.approval;
CREATE OR REPLACE TABLE rights.performer_notice_row AS
SELECT DISTINCT n.world, n.performer_id, n.client_id, coalesce(p.leaves_granted, 0) AS leaves, as_day(n.sent_on) AS sent_on,
  as_instant(n.recorded_at) AS recorded_at
FROM feed.performer_notice n LEFT JOIN rights.list_value p ON p.txt = n.purposes;

INSERT INTO rights.gate_defect
SELECT p.world, 'policy', p.policy_id, unnest(said([
  CASE WHEN as_key(p.policy_id) IS NULL THEN 'policy_id is missing' END,
  CASE WHEN NOT is_policy(p.kind) THEN 'kind is no known policy' END,
  CASE WHEN t.code IS NULL THEN 'territory is no known code' END,
  CASE WHEN as_day(p.valid_from) IS NULL THEN 'valid_from cannot be read' END,
  CASE WHEN as_day(p.valid_to) IS NULL THEN 'valid_to cannot be read' END,
  CASE WHEN as_instant(p.recorded_at) IS NULL THEN 'recorded_at cannot be read' END]))
FROM feed.policy p LEFT JOIN rights.territory t ON t.code = p.territory;
