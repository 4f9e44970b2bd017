-- What    the gate: restricting and structural rows that cannot be read stop the build, named
-- Grain   one row a defect
-- Reads   feed.*, personal.performer, rights.list_value; seen_elsewhere (ids that a build knows of rows that do not go
--         on: held back, superseded, of later nights; empty elsewhere)
-- Writes  rights.gate_defect(world, table_name, key, defect)
-- Source  shared rules "rights", section 2, step 0 and the readings
-- Limit   it judges the whole feed, also rows recorded after known_at; seals and totals are in 11 and 12
CREATE OR REPLACE TABLE rights.gate_defect (world INTEGER, table_name VARCHAR, key VARCHAR, defect VARCHAR);
CREATE OR REPLACE MACRO said(defects) AS list_filter(defects, lambda d: d IS NOT NULL);

CREATE TABLE IF NOT EXISTS rights.seen_elsewhere (world INTEGER, kind VARCHAR, id VARCHAR);
-- whatever a scope or a target may refer to
CREATE OR REPLACE TABLE rights.known_id AS
SELECT DISTINCT world, 'session' AS kind, session_id AS id FROM feed.session WHERE as_key(session_id) IS NOT NULL
UNION SELECT DISTINCT world, 'submission', submission_id FROM feed.submission WHERE as_key(submission_id) IS NOT NULL
UNION SELECT DISTINCT world, 'campaign', campaign_id FROM feed.session WHERE as_key(campaign_id) IS NOT NULL
UNION SELECT DISTINCT world, 'campaign', campaign_id FROM feed.submission WHERE as_key(campaign_id) IS NOT NULL
UNION SELECT DISTINCT world, 'performer', performer_id FROM personal.performer WHERE as_key(performer_id) IS NOT NULL
UNION SELECT DISTINCT world, 'contract', contract_id FROM feed.contract_version WHERE as_key(contract_id) IS NOT NULL
UNION SELECT DISTINCT world, 'grant', grant_id FROM feed.rights_grant WHERE as_key(grant_id) IS NOT NULL
UNION SELECT DISTINCT world, 'client', client_id FROM feed.client WHERE as_key(client_id) IS NOT NULL
UNION SELECT DISTINCT world, 'delivery', delivery_id FROM feed.delivery WHERE as_key(delivery_id) IS NOT NULL
UNION SELECT world, kind, id FROM rights.seen_elsewhere;

-- client: keys, parents that exist, one row at a time, no circle
INSERT INTO rights.gate_defect
SELECT c.world, 'client', c.client_id, unnest(said([
  CASE WHEN as_key(c.client_id) IS NULL THEN 'client_id is missing' END,
  CASE WHEN c.parent_client_id IS NOT NULL AND p.id IS NULL THEN 'parent_client_id names no client' END,
  CASE WHEN is_junk_instant(c.recorded_at) THEN 'recorded_at cannot be read' END]))
FROM feed.client c LEFT JOIN rights.known_id p ON p.world = c.world AND p.kind = 'client' AND p.id = c.parent_client_id;
INSERT INTO rights.gate_defect
SELECT world, 'client', client_id, 'two parents at one time'
FROM feed.client GROUP BY world, client_id, recorded_at HAVING count(DISTINCT coalesce(parent_client_id, '')) > 1;
INSERT INTO rights.gate_defect
WITH RECURSIVE moment AS (
  SELECT DISTINCT world, as_instant(known_at) AS known_at FROM feed.request
  UNION SELECT DISTINCT world, TIMESTAMP '9999-12-31' FROM feed.client
), known AS (
  SELECT m.world, m.known_at, c.client_id, c.parent_client_id
  FROM moment m JOIN rights.client_row c ON c.world = m.world AND c.known_from <= m.known_at
  QUALIFY rank() OVER (PARTITION BY m.world, m.known_at, c.client_id ORDER BY c.known_from DESC) = 1
), up(world, known_at, client_id, ancestor, depth) AS (
  SELECT world, known_at, client_id, parent_client_id, 1 FROM known WHERE parent_client_id IS NOT NULL
  UNION
  SELECT u.world, u.known_at, u.client_id, c.parent_client_id, u.depth + 1
  FROM up u JOIN known c ON c.world = u.world AND c.known_at = u.known_at AND c.client_id = u.ancestor
  WHERE c.parent_client_id IS NOT NULL AND u.depth < 20
)
SELECT DISTINCT world, 'client', client_id, 'its parents form a circle, or more than 19 generations' FROM up WHERE depth = 20;

-- performer, session, submission, contribution: keys and references
INSERT INTO rights.gate_defect
SELECT world, 'performer', performer_id, 'performer_id is missing' FROM personal.performer WHERE as_key(performer_id) IS NULL
UNION ALL SELECT world, 'session', session_id, 'session_id is missing' FROM feed.session WHERE as_key(session_id) IS NULL
UNION ALL SELECT world, 'submission', submission_id, 'submission_id is missing'
FROM feed.submission WHERE as_key(submission_id) IS NULL
UNION ALL SELECT c.world, 'contribution', c.submission_id, 'submission_id names no submission'
FROM feed.contribution c
ANTI JOIN feed.submission s ON s.world = c.world AND s.submission_id = as_key(c.submission_id)
UNION ALL SELECT c.world, 'contribution', c.submission_id, 'performer_id names no performer'
FROM feed.contribution c
ANTI JOIN personal.performer p ON p.world = c.world AND p.performer_id = as_key(c.performer_id);

-- contract_version: versions are 1..n without gap or double, each with a scope; every contract has a party
INSERT INTO rights.gate_defect
SELECT world, 'contract_version', contract_id, unnest(said([
  CASE WHEN as_key(contract_id) IS NULL THEN 'contract_id is missing' END,
  CASE WHEN as_whole(version) IS NULL THEN 'version cannot be read' END]))
FROM feed.contract_version;
INSERT INTO rights.gate_defect
SELECT world, 'contract_version', contract_id, 'versions are not 1..n without gap or double'
FROM feed.contract_version GROUP BY world, contract_id
HAVING min(as_whole(version)) <> 1 OR max(as_whole(version)) <> count(*) OR count(DISTINCT as_whole(version)) <> count(*);
INSERT INTO rights.gate_defect
SELECT v.world, 'contract_scope', v.contract_id || '/' || v.version, 'the version has no scope'
FROM feed.contract_version v
ANTI JOIN feed.contract_scope s
  ON s.world = v.world AND s.contract_id = v.contract_id AND as_whole(s.version) = as_whole(v.version);
INSERT INTO rights.gate_defect
SELECT DISTINCT v.world, 'contract_party', v.contract_id, 'the contract has no party'
FROM feed.contract_version v
ANTI JOIN feed.contract_party p ON p.world = v.world AND p.contract_id = v.contract_id;

-- contract_party, contract_scope, prohibition: they belong to something, and say what
INSERT INTO rights.gate_defect
SELECT p.world, 'contract_party', p.contract_id, unnest(said([
  CASE WHEN c.id IS NULL THEN 'contract_id names no contract' END,
  CASE WHEN a.id IS NULL THEN 'performer_id names no performer' END,
  CASE WHEN p.represented_by IS NOT NULL AND NOT is_represented_by(p.represented_by)
       THEN 'represented_by is no known code' END]))
FROM feed.contract_party p
LEFT JOIN rights.known_id c ON c.world = p.world AND c.kind = 'contract' AND c.id = p.contract_id
LEFT JOIN rights.known_id a ON a.world = p.world AND a.kind = 'performer' AND a.id = p.performer_id;
INSERT INTO rights.gate_defect
SELECT s.world, 'contract_scope', s.contract_id || '/' || s.version, unnest(said([
  CASE WHEN v.version_no IS NULL THEN 'it belongs to no version' END,
  CASE WHEN NOT is_scope_kind(s.scope_kind) THEN 'scope_kind is no known code' END,
  CASE WHEN coalesce(s.scope_kind, '') <> 'all' AND k.id IS NULL THEN 'scope_id names nothing known' END]))
FROM feed.contract_scope s
LEFT JOIN rights.version_row v ON v.world = s.world AND v.contract_id = s.contract_id AND v.version = as_whole(s.version)
LEFT JOIN rights.known_id k ON k.world = s.world AND k.kind = s.scope_kind AND k.id = s.scope_id;
INSERT INTO rights.gate_defect
SELECT b.world, 'prohibition', b.prohibition_id, unnest(said([
  CASE WHEN as_key(b.prohibition_id) IS NULL THEN 'prohibition_id is missing' END,
  CASE WHEN v.version_no IS NULL THEN 'it belongs to no version' END,
  CASE WHEN p.leaves_any IS NULL THEN 'purposes cannot be read' END,
  CASE WHEN m.modalities_any IS NULL THEN 'modalities cannot be read' END,
  CASE WHEN t.countries_any IS NULL THEN 'territories cannot be read' END,
  CASE WHEN is_junk_codes(b.client_ids) OR len(as_codes(b.client_ids)) = 0 THEN 'client_ids cannot be read' END,
  CASE WHEN is_junk_codes(b.categories) THEN 'categories cannot be read' END]))
FROM feed.prohibition b
LEFT JOIN rights.list_value p ON p.txt = b.purposes
LEFT JOIN rights.list_value m ON m.txt = b.modalities
LEFT JOIN rights.list_value t ON t.txt = b.territories
LEFT JOIN rights.version_row v ON v.world = b.world AND v.contract_id = b.contract_id AND v.version = as_whole(b.version);
INSERT INTO rights.gate_defect
SELECT DISTINCT b.world, 'prohibition', b.prohibition_id, 'client_ids name no client'
FROM (SELECT world, prohibition_id, unnest(as_codes(client_ids)) AS client_id FROM feed.prohibition) b
ANTI JOIN rights.known_id k ON k.world = b.world AND k.kind = 'client' AND k.id = b.client_id;

-- consent
INSERT INTO rights.gate_defect
SELECT c.world, 'consent', c.consent_id, unnest(said([
  CASE WHEN as_key(c.consent_id) IS NULL THEN 'consent_id is missing' END,
  CASE WHEN p.id IS NULL THEN 'performer_id names no performer' END,
  CASE WHEN NOT is_consent_type(c.consent_type) THEN 'consent_type is no known code' END,
  CASE WHEN NOT is_scope_kind(c.scope_kind) THEN 'scope_kind is no known code' END,
  CASE WHEN coalesce(c.scope_kind, '') <> 'all' AND k.id IS NULL THEN 'scope_id names nothing known' END,
  CASE WHEN c.client_id IS NOT NULL AND l.id IS NULL THEN 'client_id names no client' END,
  CASE WHEN lp.n IS NULL AND (c.purposes IS NOT NULL OR coalesce(c.consent_type, '') = 'digital_replica')
         OR lp.n > 0 AND lp.leaves_granted IS NULL THEN 'purposes cannot be read' END,
  CASE WHEN lm.n IS NULL AND (c.modalities IS NOT NULL OR coalesce(c.consent_type, '') = 'digital_replica')
         OR lm.n > 0 AND lm.modalities IS NULL THEN 'modalities cannot be read' END,
  CASE WHEN as_day(c.given_on) IS NULL THEN 'given_on cannot be read' END,
  CASE WHEN is_junk_day(c.expires_on) THEN 'expires_on cannot be read' END,
  CASE WHEN is_junk_instant(c.disclosed_at) THEN 'disclosed_at cannot be read' END,
  CASE WHEN is_junk_day(c.withdrawn_on) THEN 'withdrawn_on cannot be read' END,
  CASE WHEN (c.withdrawn_on IS NULL) <> (c.withdrawal_recorded_at IS NULL)
       THEN 'withdrawn_on and withdrawal_recorded_at come together or not at all' END]))
FROM feed.consent c
LEFT JOIN rights.list_value lp ON lp.txt = c.purposes
LEFT JOIN rights.list_value lm ON lm.txt = c.modalities
LEFT JOIN rights.known_id p ON p.world = c.world AND p.kind = 'performer' AND p.id = c.performer_id
LEFT JOIN rights.known_id k ON k.world = c.world AND k.kind = c.scope_kind AND k.id = c.scope_id
LEFT JOIN rights.known_id l ON l.world = c.world AND l.kind = 'client' AND l.id = c.client_id;

-- revocation
INSERT INTO rights.gate_defect
SELECT r.world, 'revocation', r.revocation_id, unnest(said([
  CASE WHEN as_key(r.revocation_id) IS NULL THEN 'revocation_id is missing' END,
  CASE WHEN NOT is_target_kind(r.target_kind) THEN 'target_kind is no known code' END,
  CASE WHEN t.id IS NULL THEN 'target_id names nothing known' END,
  CASE WHEN r.performer_id IS NOT NULL AND p.id IS NULL THEN 'performer_id names no performer' END,
  CASE WHEN as_day(r.effective_on) IS NULL THEN 'effective_on cannot be read' END,
  CASE WHEN NOT is_effect(r.effect) THEN 'effect is no known code' END,
  CASE WHEN r.basis IS NOT NULL AND NOT is_basis(r.basis) THEN 'basis is no known code' END,
  CASE WHEN is_junk_day(r.filed_on) THEN 'filed_on cannot be read' END,
  CASE WHEN is_junk_whole(r.notice_days) THEN 'notice_days cannot be read' END,
  CASE WHEN is_junk_day(r.lifted_on) THEN 'lifted_on cannot be read' END,
  CASE WHEN (r.lifted_on IS NULL) <> (r.lift_recorded_at IS NULL)
       THEN 'lifted_on and lift_recorded_at come together or not at all' END]))
FROM feed.revocation r
LEFT JOIN rights.known_id t ON t.world = r.world AND t.kind = r.target_kind AND t.id = r.target_id
LEFT JOIN rights.known_id p ON p.world = r.world AND p.kind = 'performer' AND p.id = r.performer_id;

-- exclusivity
INSERT INTO rights.gate_defect
SELECT e.world, 'exclusivity', e.excl_id, unnest(said([
  CASE WHEN as_key(e.excl_id) IS NULL THEN 'excl_id is missing' END,
  CASE WHEN NOT is_scope_kind(e.scope_kind) THEN 'scope_kind is no known code' END,
  CASE WHEN coalesce(e.scope_kind, '') <> 'all' AND k.id IS NULL THEN 'scope_id names nothing known' END,
  CASE WHEN h.id IS NULL THEN 'holder_client_id names no client' END,
  CASE WHEN as_yes(e.include_affiliates) IS NULL THEN 'include_affiliates cannot be read' END,
  CASE WHEN l.leaves_any IS NULL THEN 'purposes cannot be read' END,
  CASE WHEN as_day(e.valid_from) IS NULL THEN 'valid_from cannot be read' END,
  CASE WHEN as_day(e.valid_to) IS NULL THEN 'valid_to cannot be read' END,
  CASE WHEN e.source IS NOT NULL AND NOT is_source(e.source) THEN 'source is no known code' END]))
FROM feed.exclusivity e
LEFT JOIN rights.list_value l ON l.txt = e.purposes
LEFT JOIN rights.known_id k ON k.world = e.world AND k.kind = e.scope_kind AND k.id = e.scope_id
LEFT JOIN rights.known_id h ON h.world = e.world AND h.kind = 'client' AND h.id = e.holder_client_id;

-- delivery and delivery_item
INSERT INTO rights.gate_defect
SELECT d.world, 'delivery', d.delivery_id, unnest(said([
  CASE WHEN as_key(d.delivery_id) IS NULL THEN 'delivery_id is missing' END,
  CASE WHEN k.id IS NULL THEN 'client_id names no client' END,
  CASE WHEN is_junk_day(d.delivered_on) THEN 'delivered_on cannot be read' END]))
FROM feed.delivery d LEFT JOIN rights.known_id k ON k.world = d.world AND k.kind = 'client' AND k.id = d.client_id;
INSERT INTO rights.gate_defect
SELECT i.world, 'delivery_item', i.delivery_id, unnest(said([
  CASE WHEN d.id IS NULL THEN 'delivery_id names no delivery' END,
  CASE WHEN s.id IS NULL THEN 'submission_id names no submission' END,
  CASE WHEN coalesce(len(as_codes(i.grant_ids)), 0) = 0 THEN 'grant_ids cannot be read' END,
  CASE WHEN is_junk_day(i.use_by) THEN 'use_by cannot be read' END]))
FROM feed.delivery_item i
LEFT JOIN rights.known_id d ON d.world = i.world AND d.kind = 'delivery' AND d.id = i.delivery_id
LEFT JOIN rights.known_id s ON s.world = i.world AND s.kind = 'submission' AND s.id = i.submission_id;
INSERT INTO rights.gate_defect
SELECT DISTINCT i.world, 'delivery_item', i.delivery_id, 'grant_ids name no grant'
FROM (SELECT world, delivery_id, unnest(as_codes(grant_ids)) AS grant_id FROM feed.delivery_item) i
ANTI JOIN rights.known_id k ON k.world = i.world AND k.kind = 'grant' AND k.id = i.grant_id;

-- a column that the feed does not know
INSERT INTO rights.gate_defect
SELECT world, table_name, NULL, 'column ' || column_name || ' is unknown' FROM feed.stranger;
