-- What    seals: the sha256 of the canonical JSON of what the contract system signed off, against what arrived
-- Grain   rights.sealed_now: one row a sealed row or group of rows; gate_defect: one row a broken seal
-- Reads   feed.*, personal.performer, getvariable('unsealed')
-- Writes  rights.sealed_now(world, kind, key, sha256), rights.gate_defect
-- Source  shared rules "rights", section 2, step 0: sorted keys, sorted rows, no insignificant space, NULL left out;
--         a version with its scope, party, grant, prohibition and comp_term rows; a submission with its contributions;
--         a consent without its withdrawal, a revocation without its lift
-- Limit   of a key with corrections each row has its own seal; of a version or a submission the latest seal counts
-- the JSON of a cell; NULL stays NULL, and concat_ws leaves it out
CREATE OR REPLACE MACRO cell_text(x) AS CAST(to_json(x) AS VARCHAR);
-- one number, one text, whether it came as 0.1 or as the decimal 0.100000
CREATE OR REPLACE MACRO cell_number(x) AS
  CASE WHEN regexp_full_match(x, '-?(0|[1-9]\d*)(\.\d+)?') THEN regexp_replace(x, '\.0+$|(\.\d*[1-9])0+$', '\1')
       ELSE cell_text(x) END;
CREATE OR REPLACE MACRO cell_yes(x) AS CASE WHEN x IN ('true', 'false') THEN x ELSE cell_text(x) END;
CREATE OR REPLACE MACRO cell_codes(x) AS
  CASE WHEN x[1] = '[' AND json_valid(x) THEN CAST(json(x) AS VARCHAR) ELSE cell_text(x) END;
-- one instant, one text, whether it came as text, timestamp or timestamptz
CREATE OR REPLACE MACRO cell_instant(x) AS
  cell_text(coalesce(replace(CAST(as_instant(x) AS VARCHAR), ' ', 'T'), x));

CREATE OR REPLACE TEMP TABLE seal_member AS
SELECT world, contract_id, as_whole(version) AS version, 'contract_version' AS part,
  '{' || concat_ws(',',
    '"applies_to":' || cell_text(applies_to), '"contract_id":' || cell_text(contract_id),
    '"document_sha256":' || cell_text(document_sha256), '"effective_from":' || cell_text(effective_from),
    '"effective_to":' || cell_text(effective_to), '"governing_law":' || cell_text(governing_law),
    '"lawful_basis":' || cell_text(lawful_basis), '"overlap_rule":' || cell_text(overlap_rule),
    '"perpetual":' || cell_yes(perpetual), '"recorded_at":' || cell_instant(recorded_at), '"signed_on":' || cell_text(signed_on),
    '"status":' || cell_text(status), '"terms_sha256":' || cell_text(terms_sha256), '"version":' || cell_number(version)) || '}' AS body
FROM feed.contract_version
UNION ALL
SELECT world, contract_id, as_whole(version) AS version, 'contract_scope' AS part,
  '{' || concat_ws(',',
    '"contract_id":' || cell_text(contract_id), '"scope_id":' || cell_text(scope_id), '"scope_kind":' || cell_text(scope_kind),
    '"version":' || cell_number(version)) || '}' AS body
FROM feed.contract_scope
UNION ALL
SELECT world, contract_id, as_whole(version) AS version, 'rights_grant' AS part,
  '{' || concat_ws(',',
    '"approval_required":' || cell_yes(approval_required), '"client_ids":' || cell_codes(client_ids),
    '"contract_id":' || cell_text(contract_id), '"embargo_until":' || cell_text(embargo_until),
    '"excluded_territories":' || cell_codes(excluded_territories), '"grant_id":' || cell_text(grant_id),
    '"max_deliveries":' || cell_number(max_deliveries), '"media":' || cell_codes(media),
    '"modalities":' || cell_codes(modalities), '"onward":' || cell_text(onward), '"ownership":' || cell_text(ownership),
    '"perpetual":' || cell_yes(perpetual), '"purposes":' || cell_codes(purposes),
    '"retention_days":' || cell_number(retention_days), '"territories":' || cell_codes(territories),
    '"valid_from":' || cell_text(valid_from), '"valid_to":' || cell_text(valid_to), '"version":' || cell_number(version)) || '}' AS body
FROM feed.rights_grant
UNION ALL
SELECT world, contract_id, as_whole(version) AS version, 'prohibition' AS part,
  '{' || concat_ws(',',
    '"categories":' || cell_codes(categories), '"clause":' || cell_text(clause), '"client_ids":' || cell_codes(client_ids),
    '"contract_id":' || cell_text(contract_id), '"modalities":' || cell_codes(modalities),
    '"prohibition_id":' || cell_text(prohibition_id), '"purposes":' || cell_codes(purposes),
    '"territories":' || cell_codes(territories), '"version":' || cell_number(version)) || '}' AS body
FROM feed.prohibition
UNION ALL
SELECT world, contract_id, as_whole(version) AS version, 'comp_term' AS part,
  '{' || concat_ws(',',
    '"amount_minor":' || cell_number(amount_minor), '"cap_minor":' || cell_number(cap_minor), '"comp_id":' || cell_text(comp_id),
    '"contract_id":' || cell_text(contract_id), '"currency":' || cell_text(currency), '"model":' || cell_text(model),
    '"multiplier":' || cell_number(multiplier), '"rate":' || cell_number(rate), '"recoupable":' || cell_yes(recoupable),
    '"split":' || cell_text(split), '"trigger":' || cell_text(trigger), '"use_kind":' || cell_text(use_kind),
    '"version":' || cell_number(version)) || '}' AS body
FROM feed.comp_term
UNION ALL
SELECT p.world, p.contract_id, v.version, 'contract_party', p.body
FROM (SELECT world, contract_id, '{' || concat_ws(',',
    '"contract_id":' || cell_text(contract_id), '"guardian_id":' || cell_text(guardian_id),
    '"performer_id":' || cell_text(performer_id), '"recorded_at":' || cell_instant(recorded_at),
    '"represented_by":' || cell_text(represented_by)) || '}' AS body
  FROM feed.contract_party) p
JOIN rights.version_row v USING (world, contract_id);

CREATE OR REPLACE TABLE rights.sealed_now AS
WITH version_part AS (
  SELECT world, contract_id, version, part, '"' || part || '":[' || array_to_string(list_sort(list(body)), ',') || ']' AS body
  FROM seal_member GROUP BY world, contract_id, version, part
), submission_member AS (
  SELECT world, submission_id, 'submission' AS part, '{' || concat_ws(',',
    '"ai_assistance":' || cell_text(ai_assistance), '"campaign_id":' || cell_text(campaign_id),
    '"content_sha256":' || cell_text(content_sha256), '"contributors_declared":' || cell_number(contributors_declared),
    '"kind":' || cell_text(kind), '"performed_on":' || cell_text(performed_on), '"recorded_at":' || cell_instant(recorded_at),
    '"session_id":' || cell_text(session_id), '"submission_id":' || cell_text(submission_id),
    '"submitted_on":' || cell_text(submitted_on), '"third_party_ip":' || cell_text(third_party_ip)) || '}' AS body
  FROM feed.submission
  UNION ALL
  SELECT world, submission_id, 'contribution', '{' || concat_ws(',',
    '"modalities":' || cell_codes(modalities), '"performer_id":' || cell_text(performer_id),
    '"recorded_at":' || cell_instant(recorded_at), '"role":' || cell_text(role), '"seconds":' || cell_number(seconds),
    '"share":' || cell_number(share), '"submission_id":' || cell_text(submission_id), '"turns":' || cell_number(turns)) || '}'
  FROM feed.contribution
), submission_part AS (
  SELECT world, submission_id, part, '"' || part || '":[' || array_to_string(list_sort(list(body)), ',') || ']' AS body
  FROM submission_member GROUP BY world, submission_id, part
), canonical AS (
  SELECT world, 'contract_version' AS kind, contract_id || '/' || version AS key,
    '{' || array_to_string(list_sort(list(body)), ',') || '}' AS body
  FROM version_part GROUP BY world, contract_id, version
  HAVING bool_or(part = 'contract_version')
  UNION ALL
  SELECT world, 'submission', submission_id, '{' || array_to_string(list_sort(list(body)), ',') || '}'
  FROM submission_part GROUP BY world, submission_id
  HAVING bool_or(part = 'submission')
  UNION ALL
  SELECT world, 'consent', consent_id, '{' || concat_ws(',',
    '"client_id":' || cell_text(client_id), '"consent_id":' || cell_text(consent_id),
    '"consent_type":' || cell_text(consent_type), '"disclosed_at":' || cell_instant(disclosed_at),
    '"evidence_sha256":' || cell_text(evidence_sha256), '"expires_on":' || cell_text(expires_on),
    '"given_on":' || cell_text(given_on), '"intended_use":' || cell_text(intended_use), '"modalities":' || cell_codes(modalities),
    '"performer_id":' || cell_text(performer_id), '"purposes":' || cell_codes(purposes),
    '"recorded_at":' || cell_instant(recorded_at), '"scope_id":' || cell_text(scope_id), '"scope_kind":' || cell_text(scope_kind)) || '}'
  FROM feed.consent
  UNION ALL
  SELECT world, 'client', client_id, '{' || concat_ws(',',
    '"client_id":' || cell_text(client_id), '"established_in":' || cell_text(established_in),
    '"legal_name":' || cell_text(legal_name), '"parent_client_id":' || cell_text(parent_client_id),
    '"pseudonym":' || cell_text(pseudonym), '"recorded_at":' || cell_instant(recorded_at), '"sector":' || cell_text(sector)) || '}'
  FROM feed.client
  UNION ALL
  SELECT world, 'performer', performer_id, '{' || concat_ws(',',
    '"date_of_birth":' || cell_text(date_of_birth), '"isni":' || cell_text(isni), '"legal_name":' || cell_text(legal_name),
    '"payee_ref":' || cell_text(payee_ref), '"performer_id":' || cell_text(performer_id),
    '"recorded_at":' || cell_instant(recorded_at), '"residence":' || cell_text(residence),
    '"stage_name":' || cell_text(stage_name), '"union_membership":' || cell_text(union_membership)) || '}'
  FROM personal.performer
  UNION ALL
  SELECT world, 'session', session_id, '{' || concat_ws(',',
    '"campaign_id":' || cell_text(campaign_id), '"recorded_at":' || cell_instant(recorded_at),
    '"session_id":' || cell_text(session_id)) || '}'
  FROM feed.session
  UNION ALL
  SELECT world, 'revocation', revocation_id, '{' || concat_ws(',',
    '"basis":' || cell_text(basis), '"effect":' || cell_text(effect), '"effective_on":' || cell_text(effective_on),
    '"filed_on":' || cell_text(filed_on), '"notice_days":' || cell_number(notice_days),
    '"performer_id":' || cell_text(performer_id), '"recorded_at":' || cell_instant(recorded_at),
    '"revocation_id":' || cell_text(revocation_id), '"target_id":' || cell_text(target_id),
    '"target_kind":' || cell_text(target_kind)) || '}'
  FROM feed.revocation
  UNION ALL
  SELECT world, 'exclusivity', excl_id, '{' || concat_ws(',',
    '"excl_id":' || cell_text(excl_id), '"holder_client_id":' || cell_text(holder_client_id),
    '"include_affiliates":' || cell_yes(include_affiliates), '"purposes":' || cell_codes(purposes),
    '"recorded_at":' || cell_instant(recorded_at), '"scope_id":' || cell_text(scope_id), '"scope_kind":' || cell_text(scope_kind),
    '"source":' || cell_text(source), '"valid_from":' || cell_text(valid_from), '"valid_to":' || cell_text(valid_to)) || '}'
  FROM feed.exclusivity
  UNION ALL
  SELECT world, 'delivery_item', delivery_id || '/' || submission_id, '{' || concat_ws(',',
    '"content_sha256":' || cell_text(content_sha256), '"delivery_id":' || cell_text(delivery_id),
    '"grant_ids":' || cell_codes(grant_ids), '"submission_id":' || cell_text(submission_id), '"use_by":' || cell_text(use_by)) || '}'
  FROM feed.delivery_item
  UNION ALL
  SELECT world, 'policy', policy_id, '{' || concat_ws(',',
    '"kind":' || cell_text(kind), '"policy_id":' || cell_text(policy_id), '"recorded_at":' || cell_instant(recorded_at),
    '"territory":' || cell_text(territory), '"valid_from":' || cell_text(valid_from), '"valid_to":' || cell_text(valid_to)) || '}'
  FROM feed.policy
  UNION ALL
  SELECT world, 'approval', approval_id, '{' || concat_ws(',',
    '"approval_id":' || cell_text(approval_id), '"deliver_on":' || cell_text(deliver_on), '"grant_id":' || cell_text(grant_id),
    '"recorded_at":' || cell_instant(recorded_at), '"request_id":' || cell_text(request_id)) || '}'
  FROM feed.approval
  UNION ALL
  SELECT world, 'performer_notice', notice_id, '{' || concat_ws(',',
    '"client_id":' || cell_text(client_id), '"notice_id":' || cell_text(notice_id),
    '"performer_id":' || cell_text(performer_id), '"purposes":' || cell_codes(purposes),
    '"recorded_at":' || cell_instant(recorded_at), '"sent_on":' || cell_text(sent_on)) || '}'
  FROM feed.performer_notice
)
SELECT world, kind, coalesce(key, '') AS key, sha256(body) AS sha256 FROM canonical;

-- of a version or a submission the latest seal, of a row every seal
CREATE OR REPLACE TEMP TABLE seal_on_file AS
SELECT DISTINCT world, kind, coalesce(key, '') AS key, sha256 FROM (
  SELECT *, rank() OVER (PARTITION BY world, kind, key ORDER BY as_instant(recorded_at) DESC NULLS LAST) AS age FROM feed.seal)
WHERE age = 1 OR kind NOT IN ('contract_version', 'submission');

INSERT INTO rights.gate_defect
SELECT n.world, n.kind, n.key, 'its seal does not hold'
FROM rights.sealed_now n
ANTI JOIN seal_on_file s ON s.world = n.world AND s.kind = n.kind AND s.key = n.key AND s.sha256 = n.sha256
SEMI JOIN (SELECT DISTINCT world, kind, key FROM seal_on_file) k ON k.world = n.world AND k.kind = n.kind AND k.key = n.key
UNION ALL
SELECT n.world, n.kind, n.key, 'it has no seal'
FROM rights.sealed_now n
ANTI JOIN seal_on_file s ON s.world = n.world AND s.kind = n.kind AND s.key = n.key
WHERE NOT coalesce(getvariable('unsealed'), false)
UNION ALL
SELECT s.world, coalesce(s.kind, 'seal'), s.key, 'a seal whose row is lost, or that cannot be read'
FROM seal_on_file s
ANTI JOIN rights.sealed_now n ON s.world = n.world AND s.kind = n.kind AND s.key = n.key AND s.sha256 = n.sha256;
