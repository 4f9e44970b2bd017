-- What    the path of one decision, step by step: contributors, contracts, cells, clauses, consents, restrictions
-- Grain   one row a finding; bits are the reasons that it gives, 0 where it gives none
-- Reads   rights.* of a decided feed, getvariable('submission_id'), getvariable('request_id')
-- Writes  temporary table explained(step, performer_id, subject, says, bits)
-- Source  shared rules "rights", section 2
-- Limit   a cell is shown for each contract that was asked; a silenced contract is named as such
CREATE OR REPLACE TEMP TABLE explained_pair AS
SELECT d.req, d.profile, d.decision, d.bits, s.sub, s.clock
FROM rights.decision d
JOIN rights.request_row q ON q.req = d.req
JOIN rights.submission_known s ON s.clock = q.clock AND s.submission_id = d.submission_id
WHERE d.submission_id = getvariable('submission_id') AND d.request_id = getvariable('request_id') AND d.world = 0;

CREATE OR REPLACE TEMP TABLE explained_part AS
SELECT e.req, e.sub, e.clock, t.perf, t.sit, p.performer_id, c.footprint
FROM explained_pair e
JOIN rights.contribution_situation t ON t.sub = e.sub
JOIN rights.contribution_known c ON c.sub = e.sub AND c.perf = t.perf
JOIN rights.performer_known p ON p.perf = t.perf;

CREATE OR REPLACE MACRO modalities_of(held) AS
  coalesce((SELECT string_agg(m.code, ', ' ORDER BY m.bit) FROM rights.modality m WHERE m.mask & held > 0), 'nothing');
CREATE OR REPLACE MACRO leaf_of(held) AS
  (SELECT min(p.code) FROM rights.purpose p WHERE p.is_leaf AND 1 << p.leaf_bit = held);

CREATE OR REPLACE TEMP TABLE explained AS
SELECT 1 AS step, NULL AS performer_id, 'submission ' || s.submission_id AS subject,
  coalesce(s.kind, 'of no known kind') || ', session ' || coalesce(s.session_id, '?') || ', campaign '
    || coalesce(s.campaign_id, '?') || ', performed ' || coalesce(CAST(s.performed_on AS VARCHAR), '?') AS says,
  p.bits | (e.bits & reason('MODALITY_UNATTRIBUTED')) AS bits
FROM explained_pair e JOIN rights.submission_known s ON s.sub = e.sub JOIN rights.profile p ON p.profile = e.profile
UNION ALL
SELECT 2, x.performer_id, 'performer ' || x.performer_id, 'contributed ' || modalities_of(x.footprint),
  CASE WHEN x.footprint = 0 THEN reason('FOOTPRINT_UNKNOWN') ELSE 0 END
  | CASE WHEN s.age = 2 AND e.bits & reason('AGE_UNKNOWN') > 0 THEN reason('AGE_UNKNOWN') ELSE 0 END
  | CASE WHEN s.age = 1 AND e.bits & reason('MINOR_SENSITIVE_USE') > 0 THEN reason('MINOR_SENSITIVE_USE') ELSE 0 END
FROM explained_part x JOIN rights.situation_state s ON s.sit = x.sit JOIN explained_pair e ON e.req = x.req
UNION ALL
SELECT 3, x.performer_id, 'performer ' || x.performer_id, 'no contract reaches this part', t.bits
FROM explained_part x JOIN rights.situation_state t ON t.sit = x.sit
WHERE t.bits IN (reason('NO_CONTRACT'), reason('AUDITION_NOT_LICENSED'))
UNION ALL
SELECT 3, x.performer_id, 'contract ' || k.contract_id || coalesce(' version ' || v.version, ''),
  CASE WHEN c.is_unreadable THEN 'cannot be read'
    WHEN NOT c.is_candidate THEN 'reaches an audition through scope all only'
    ELSE 'governs through scope ' || ['submission', 'session', 'campaign', 'all'][c.scope_rank + 1]
      || CASE WHEN a.sit IS NULL AND c.is_live THEN ', silenced by a contract that replaces it'
              WHEN a.sit IS NULL THEN ', not in force' WHEN a.is_adding THEN ', adds' ELSE '' END END,
  CASE WHEN a.sit IS NULL AND c.is_live THEN 0 ELSE c.bits END
FROM explained_part x
JOIN rights.situation_contract c ON c.sit = x.sit
JOIN rights.contract_known k ON k.con = c.con
LEFT JOIN rights.version_known v ON v.ver = c.ver
LEFT JOIN rights.situation_asked a ON a.sit = c.sit AND a.con = c.con
UNION ALL
SELECT 5, x.performer_id, leaf_of(r.leaf) || ', ' || modalities_of(r.modality) || ' under ' || v.contract_id,
  CASE WHEN e.stage = 15 THEN 'granted' ELSE 'not granted' END, coalesce(g.bits, reason('PURPOSE_NOT_GRANTED'))
FROM explained_part x
JOIN rights.request_cell r ON r.req = x.req AND r.modality & x.footprint > 0
JOIN rights.situation_asked a ON a.sit = x.sit AND a.bits = 0
JOIN rights.version_known v ON v.ver = a.ver
LEFT JOIN rights.cell e ON e.ver = a.ver AND e.req = x.req AND e.leaf = r.leaf AND e.modality = r.modality
LEFT JOIN rights.stage g ON g.stage = e.stage
UNION ALL
SELECT DISTINCT 6, x.performer_id, 'clause ' || coalesce(h.clause, '?') || ' (' || h.prohibition_id || ')', 'forbids it', h.bits
FROM explained_part x
JOIN rights.situation_contract c ON c.sit = x.sit
JOIN rights.prohibition_hit h ON h.req = x.req AND h.con = c.con AND (c.is_unreadable OR (c.ver = h.ver AND c.is_signed))
WHERE h.modalities & x.footprint > 0
UNION ALL
SELECT 7, x.performer_id, n.consent_type || ' consent for ' || leaf_of(n.leaf) || ', ' || modalities_of(n.modality),
  ['none on file', 'expired', 'for another client', 'not specific', 'disclosed too late', 'withdrawn', 'holds'][n.stage + 1],
  CASE WHEN n.stage = 6 THEN 0 ELSE g.bits END
FROM explained_part x
JOIN rights.consent_cell n ON n.req = x.req AND n.sit = x.sit
JOIN rights.consent_gap g ON g.req = x.req AND g.sit = x.sit
UNION ALL
SELECT 7, x.performer_id, 'notice to performer ' || x.performer_id, 'not sent before this day', p.bits
FROM explained_part x JOIN rights.policy_gap p ON p.req = x.req AND p.sit = x.sit
UNION ALL
SELECT DISTINCT 8, CASE WHEN r.target_kind = 'performer' THEN r.target_id ELSE r.performer_id END,
  'revocation ' || r.revocation_id || ' of ' || r.target_kind || ' ' || r.target_id,
  CASE WHEN r.is_in_force THEN 'in force' ELSE 'bites on ' || r.bites_on END, CASE WHEN r.is_in_force THEN r.bits ELSE 0 END
FROM explained_pair e
JOIN rights.submission_known s ON s.sub = e.sub
JOIN rights.revocation_known r ON r.clock = e.clock AND (
  (r.target_kind = 'submission' AND r.target_id = s.submission_id)
  OR (r.target_kind = 'session' AND r.target_id = s.session_id)
  OR (r.target_kind = 'performer' AND r.target_id IN (SELECT performer_id FROM explained_part)))
WHERE r.performer_id IS NULL OR r.performer_id IN (SELECT performer_id FROM explained_part)
UNION ALL
SELECT DISTINCT 8, NULL, 'exclusivity ' || h.excl_id,
  CASE WHEN h.is_in_force THEN 'held by another client' ELSE 'of another client from ' || h.bites_on END,
  CASE WHEN h.is_in_force THEN reason('EXCLUSIVE_TO_OTHER') ELSE 0 END
FROM explained_pair e
JOIN rights.profile p ON p.profile = e.profile
JOIN rights.exclusivity_hit h ON h.req = e.req AND list_contains(p.exclusivities, h.excl_no);
