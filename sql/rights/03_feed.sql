-- What    the contract feed as it was handed over: every cell as text, so that an unreadable value survives loading
-- Grain   one row a row of the feed; world is 0, but for the cases and their mutants, which share one database
-- Reads   nothing
-- Writes  feed.*, personal.performer (personal data: a schema of its own), empty
-- Source  shared rules "rights", section 1; columns in step with pipelines/tables/rights_feed.py by a test
-- Limit   lists are JSON text here; rights.list_value reads each distinct one once
CREATE SCHEMA IF NOT EXISTS feed;
CREATE SCHEMA IF NOT EXISTS personal;
CREATE OR REPLACE TABLE feed.client (
  world INTEGER DEFAULT 0, client_id VARCHAR, legal_name VARCHAR, parent_client_id VARCHAR, pseudonym VARCHAR,
  sector VARCHAR, established_in VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.client_disclosure (
  world INTEGER DEFAULT 0, client_id VARCHAR, audience VARCHAR, level VARCHAR, until VARCHAR);
CREATE OR REPLACE TABLE personal.performer (
  world INTEGER DEFAULT 0, performer_id VARCHAR, legal_name VARCHAR, stage_name VARCHAR, date_of_birth
  VARCHAR, residence VARCHAR, isni VARCHAR, union_membership VARCHAR, payee_ref VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.session (
  world INTEGER DEFAULT 0, session_id VARCHAR, campaign_id VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.submission (
  world INTEGER DEFAULT 0, submission_id VARCHAR, kind VARCHAR, session_id VARCHAR, campaign_id VARCHAR,
  submitted_on VARCHAR, performed_on VARCHAR, contributors_declared VARCHAR, third_party_ip VARCHAR,
  ai_assistance VARCHAR, content_sha256 VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.contribution (
  world INTEGER DEFAULT 0, submission_id VARCHAR, performer_id VARCHAR, role VARCHAR, modalities VARCHAR,
  turns VARCHAR, seconds VARCHAR, share VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.contract_party (
  world INTEGER DEFAULT 0, contract_id VARCHAR, performer_id VARCHAR, represented_by VARCHAR, guardian_id
  VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.contract_version (
  world INTEGER DEFAULT 0, contract_id VARCHAR, version VARCHAR, status VARCHAR, signed_on VARCHAR,
  effective_from VARCHAR, effective_to VARCHAR, perpetual VARCHAR, applies_to VARCHAR, overlap_rule VARCHAR,
  lawful_basis VARCHAR, governing_law VARCHAR, document_sha256 VARCHAR, terms_sha256 VARCHAR, recorded_at
  VARCHAR);
CREATE OR REPLACE TABLE feed.contract_scope (
  world INTEGER DEFAULT 0, contract_id VARCHAR, version VARCHAR, scope_kind VARCHAR, scope_id VARCHAR);
CREATE OR REPLACE TABLE feed.rights_grant (
  world INTEGER DEFAULT 0, grant_id VARCHAR, contract_id VARCHAR, version VARCHAR, ownership VARCHAR, purposes
  VARCHAR, modalities VARCHAR, territories VARCHAR, excluded_territories VARCHAR, media VARCHAR, valid_from
  VARCHAR, valid_to VARCHAR, perpetual VARCHAR, embargo_until VARCHAR, client_ids VARCHAR, onward VARCHAR,
  approval_required VARCHAR, retention_days VARCHAR, max_deliveries VARCHAR);
CREATE OR REPLACE TABLE feed.prohibition (
  world INTEGER DEFAULT 0, prohibition_id VARCHAR, contract_id VARCHAR, version VARCHAR, purposes VARCHAR,
  modalities VARCHAR, territories VARCHAR, client_ids VARCHAR, categories VARCHAR, clause VARCHAR);
CREATE OR REPLACE TABLE feed.consent (
  world INTEGER DEFAULT 0, consent_id VARCHAR, performer_id VARCHAR, consent_type VARCHAR, scope_kind VARCHAR,
  scope_id VARCHAR, purposes VARCHAR, modalities VARCHAR, client_id VARCHAR, intended_use VARCHAR,
  disclosed_at VARCHAR, given_on VARCHAR, expires_on VARCHAR, withdrawn_on VARCHAR, evidence_sha256 VARCHAR,
  recorded_at VARCHAR, withdrawal_recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.revocation (
  world INTEGER DEFAULT 0, revocation_id VARCHAR, target_kind VARCHAR, target_id VARCHAR, performer_id
  VARCHAR, filed_on VARCHAR, notice_days VARCHAR, effective_on VARCHAR, lifted_on VARCHAR, lift_recorded_at
  VARCHAR, effect VARCHAR, basis VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.revocation_ack (
  world INTEGER DEFAULT 0, revocation_id VARCHAR, client_id VARCHAR, sent_at VARCHAR, acknowledged_at VARCHAR,
  attested_deleted_at VARCHAR);
CREATE OR REPLACE TABLE feed.exclusivity (
  world INTEGER DEFAULT 0, excl_id VARCHAR, scope_kind VARCHAR, scope_id VARCHAR, holder_client_id VARCHAR,
  include_affiliates VARCHAR, purposes VARCHAR, valid_from VARCHAR, valid_to VARCHAR, source VARCHAR,
  recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.comp_term (
  world INTEGER DEFAULT 0, comp_id VARCHAR, contract_id VARCHAR, version VARCHAR, model VARCHAR, amount_minor
  VARCHAR, currency VARCHAR, rate VARCHAR, multiplier VARCHAR, use_kind VARCHAR, trigger VARCHAR, recoupable
  VARCHAR, cap_minor VARCHAR, split VARCHAR);
CREATE OR REPLACE TABLE feed.pay_entry (
  world INTEGER DEFAULT 0, entry_id VARCHAR, comp_id VARCHAR, performer_id VARCHAR, amount_minor VARCHAR,
  currency VARCHAR, period VARCHAR, reverses_entry VARCHAR);
CREATE OR REPLACE TABLE feed.credit_preference (
  world INTEGER DEFAULT 0, performer_id VARCHAR, scope VARCHAR, mode VARCHAR, display_name VARCHAR,
  moral_objection VARCHAR, valid_from VARCHAR);
CREATE OR REPLACE TABLE feed.delivery (
  world INTEGER DEFAULT 0, delivery_id VARCHAR, client_id VARCHAR, dataset VARCHAR, dataset_version VARCHAR,
  delivered_on VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.delivery_item (
  world INTEGER DEFAULT 0, delivery_id VARCHAR, submission_id VARCHAR, content_sha256 VARCHAR, grant_ids
  VARCHAR, use_by VARCHAR);
CREATE OR REPLACE TABLE feed.policy (
  world INTEGER DEFAULT 0, policy_id VARCHAR, kind VARCHAR, territory VARCHAR, valid_from VARCHAR, valid_to VARCHAR,
  recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.approval (
  world INTEGER DEFAULT 0, approval_id VARCHAR, grant_id VARCHAR, request_id VARCHAR, deliver_on VARCHAR,
  recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.performer_notice (
  world INTEGER DEFAULT 0, notice_id VARCHAR, performer_id VARCHAR, client_id VARCHAR, purposes VARCHAR, sent_on VARCHAR,
  recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.seal (
  world INTEGER DEFAULT 0, kind VARCHAR, key VARCHAR, sha256 VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.control_total (
  world INTEGER DEFAULT 0, table_name VARCHAR, row_count VARCHAR, keys_sha256 VARCHAR, recorded_at VARCHAR);
CREATE OR REPLACE TABLE feed.request (
  world INTEGER DEFAULT 0, request_id VARCHAR, client_id VARCHAR, purpose VARCHAR, modalities VARCHAR,
  territories VARCHAR, onward VARCHAR, as_of VARCHAR, known_at VARCHAR, min_remaining_days VARCHAR,
  media VARCHAR, categories VARCHAR);
-- columns that the feed does not know: a misspelt restriction must not vanish
CREATE OR REPLACE TABLE feed.stranger (world INTEGER, table_name VARCHAR, column_name VARCHAR);
