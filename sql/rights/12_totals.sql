-- What    control totals: how many rows each table should have, and which, against what arrived
-- Grain   rights.total_now: one row a table and world; gate_defect: one row a broken total
-- Reads   feed.*, personal.performer, getvariable('unsealed')
-- Writes  rights.total_now(world, table_name, row_count, keys_sha256), rights.gate_defect
-- Source  shared rules "rights", section 2, step 0: every table but request; withdrawals and lifts are counted apart
-- Limit   keys_sha256 is over the key columns alone; the cells are the seals' work
CREATE OR REPLACE MACRO key_text(parts) AS array_to_string(list_transform(parts, lambda p: coalesce(p, '')), chr(31));

CREATE OR REPLACE TEMP TABLE total_key AS
SELECT world, 'client' AS table_name, key_text([client_id]) AS key FROM feed.client
UNION ALL SELECT world, 'client_disclosure' AS table_name, key_text([client_id, audience, level]) AS key FROM feed.client_disclosure
UNION ALL SELECT world, 'performer' AS table_name, key_text([performer_id]) AS key FROM personal.performer
UNION ALL SELECT world, 'session' AS table_name, key_text([session_id]) AS key FROM feed.session
UNION ALL SELECT world, 'submission' AS table_name, key_text([submission_id]) AS key FROM feed.submission
UNION ALL SELECT world, 'contribution' AS table_name, key_text([submission_id, performer_id, role]) AS key FROM feed.contribution
UNION ALL SELECT world, 'contract_party' AS table_name, key_text([contract_id, performer_id]) AS key FROM feed.contract_party
UNION ALL SELECT world, 'contract_version' AS table_name, key_text([contract_id, version]) AS key FROM feed.contract_version
UNION ALL SELECT world, 'contract_scope' AS table_name, key_text([contract_id, version, scope_kind, scope_id]) AS key FROM feed.contract_scope
UNION ALL SELECT world, 'rights_grant' AS table_name, key_text([contract_id, version, grant_id]) AS key FROM feed.rights_grant
UNION ALL SELECT world, 'prohibition' AS table_name, key_text([contract_id, version, prohibition_id]) AS key FROM feed.prohibition
UNION ALL SELECT world, 'consent' AS table_name, key_text([consent_id]) AS key FROM feed.consent
UNION ALL SELECT world, 'revocation' AS table_name, key_text([revocation_id]) AS key FROM feed.revocation
UNION ALL SELECT world, 'revocation_ack' AS table_name, key_text([revocation_id, client_id]) AS key FROM feed.revocation_ack
UNION ALL SELECT world, 'exclusivity' AS table_name, key_text([excl_id]) AS key FROM feed.exclusivity
UNION ALL SELECT world, 'comp_term' AS table_name, key_text([contract_id, version, comp_id]) AS key FROM feed.comp_term
UNION ALL SELECT world, 'pay_entry' AS table_name, key_text([entry_id]) AS key FROM feed.pay_entry
UNION ALL SELECT world, 'credit_preference' AS table_name, key_text([performer_id, scope, valid_from]) AS key FROM feed.credit_preference
UNION ALL SELECT world, 'delivery' AS table_name, key_text([delivery_id]) AS key FROM feed.delivery
UNION ALL SELECT world, 'delivery_item' AS table_name, key_text([delivery_id, submission_id]) AS key FROM feed.delivery_item
UNION ALL SELECT world, 'policy' AS table_name, key_text([policy_id]) AS key FROM feed.policy
UNION ALL SELECT world, 'approval' AS table_name, key_text([approval_id]) AS key FROM feed.approval
UNION ALL SELECT world, 'performer_notice' AS table_name, key_text([notice_id]) AS key FROM feed.performer_notice
UNION ALL SELECT world, 'seal' AS table_name, key_text([kind, key, sha256]) AS key FROM feed.seal
UNION ALL SELECT world, 'consent.withdrawn', key_text([consent_id, withdrawn_on, cell_instant(withdrawal_recorded_at)]) FROM feed.consent
WHERE withdrawn_on IS NOT NULL OR withdrawal_recorded_at IS NOT NULL
UNION ALL SELECT world, 'revocation.lifted', key_text([revocation_id, lifted_on, cell_instant(lift_recorded_at)]) FROM feed.revocation
WHERE lifted_on IS NOT NULL OR lift_recorded_at IS NOT NULL;

CREATE OR REPLACE TABLE rights.totalled AS SELECT unnest([
  'client', 'client_disclosure', 'performer', 'session', 'submission', 'contribution', 'contract_party',
  'contract_version', 'contract_scope', 'rights_grant', 'prohibition', 'consent', 'revocation',
  'revocation_ack', 'exclusivity', 'comp_term', 'pay_entry', 'credit_preference', 'delivery', 'delivery_item',
  'seal', 'consent.withdrawn', 'revocation.lifted', 'policy', 'approval', 'performer_notice']) AS table_name;
-- a feed without policies says nothing of them: their totals are asked for where there are rows
CREATE OR REPLACE MACRO is_of_policies(x) AS x IN ('policy', 'approval', 'performer_notice');
-- a world is one feed; an empty one still has its totals
CREATE OR REPLACE TABLE rights.world AS
SELECT DISTINCT world FROM feed.request UNION SELECT DISTINCT world FROM feed.control_total UNION SELECT DISTINCT world FROM total_key;

CREATE OR REPLACE TABLE rights.total_now AS
SELECT w.world, t.table_name, count(k.key) AS row_count,
  sha256(coalesce(array_to_string(list_sort(list(k.key) FILTER (k.key IS NOT NULL)), chr(10)), '')) AS keys_sha256
FROM rights.world w CROSS JOIN rights.totalled t
LEFT JOIN total_key k ON k.world = w.world AND k.table_name = t.table_name
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE total_on_file AS
SELECT DISTINCT world, table_name, as_whole(row_count) AS row_count, keys_sha256 FROM (
  SELECT *, rank() OVER (PARTITION BY world, table_name ORDER BY as_instant(recorded_at) DESC NULLS LAST) AS age FROM feed.control_total)
WHERE age = 1;

INSERT INTO rights.gate_defect
SELECT n.world, n.table_name, NULL, CASE WHEN f.table_name IS NULL THEN 'it has no control total'
  WHEN f.row_count IS DISTINCT FROM n.row_count
  THEN 'the control total says ' || coalesce(CAST(f.row_count AS VARCHAR), '?') || ' rows, there are ' || n.row_count
  ELSE 'the control total names other keys' END
FROM rights.total_now n LEFT JOIN total_on_file f USING (world, table_name)
WHERE (f.table_name IS NULL AND NOT coalesce(getvariable('unsealed'), false)
      AND NOT (is_of_policies(n.table_name) AND n.row_count = 0))
  OR (f.table_name IS NOT NULL
      AND (f.row_count IS DISTINCT FROM n.row_count OR f.keys_sha256 IS DISTINCT FROM n.keys_sha256))
UNION ALL
SELECT f.world, 'control_total', f.table_name, 'it names no table of the feed'
FROM total_on_file f ANTI JOIN rights.totalled t USING (table_name);
