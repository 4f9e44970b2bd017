-- What    the people's side of the feed with types: performers, submissions, consents, revocations, deliveries
-- Grain   one row a row of the feed
-- Reads   feed.*, personal.performer, rights.list_value
-- Writes  rights.performer_row, session_row, submission_row, contribution_row, consent_row, revocation_row,
--         exclusivity_row, delivery_row
-- Source  shared rules "rights", section 1 and section 2, steps 2, 7, 8
-- Limit   a row whose recorded_at is unreadable stays, with its granting cells read as NULL
-- an 18th birthday: born on 29 February means 1 March
CREATE OR REPLACE MACRO birthday_18(d) AS
  CASE WHEN month(d) = 2 AND day(d) = 29 THEN make_date(year(d) + 18, 3, 1)
       ELSE make_date(year(d) + 18, month(d), day(d)) END;

CREATE OR REPLACE TABLE rights.performer_row AS
SELECT DISTINCT world, performer_id, birthday_18(as_day(date_of_birth)) AS of_age_on,
  coalesce(known_from(recorded_at), TIMESTAMP '0001-01-01') AS known_from, is_junk_instant(recorded_at) AS is_undated
FROM personal.performer;

CREATE OR REPLACE TABLE rights.session_row AS
SELECT DISTINCT world, session_id, as_key(campaign_id) AS campaign_id,
  coalesce(known_from(recorded_at), TIMESTAMP '0001-01-01') AS known_from, is_junk_instant(recorded_at) AS is_undated
FROM feed.session;

CREATE OR REPLACE TABLE rights.submission_row AS
SELECT DISTINCT world, submission_id, CASE WHEN kind IN ('audition', 'commissioned') THEN kind END AS kind,
  as_key(session_id) AS session_id, as_key(campaign_id) AS campaign_id,
  as_day(submitted_on) AS submitted_on, as_day(performed_on) AS performed_on,
  as_whole(contributors_declared) AS contributors_declared, third_party_ip, ai_assistance,
  coalesce(known_from(recorded_at), TIMESTAMP '0001-01-01') AS known_from, is_junk_instant(recorded_at) AS is_undated
FROM feed.submission;

-- a contributor whose recorded_at is unreadable counts as seen, with an unknown footprint
CREATE OR REPLACE TABLE rights.contribution_row AS
SELECT DISTINCT c.world, c.submission_id, c.performer_id, c.role,
  CASE WHEN NOT is_junk_instant(c.recorded_at) THEN m.modalities END AS footprint,
  coalesce(known_from(c.recorded_at), TIMESTAMP '0001-01-01') AS known_from
FROM feed.contribution c LEFT JOIN rights.list_value m ON m.txt = c.modalities;

-- for consents other than digital_replica NULL purposes, modalities and expires_on bind nothing
CREATE OR REPLACE TABLE rights.consent_row AS
SELECT row_number() OVER () AS consent_no, c.world, c.consent_id, c.performer_id, c.consent_type, c.scope_kind,
  c.scope_id, CASE WHEN c.purposes IS NULL AND c.consent_type <> 'digital_replica' THEN 32767
                   ELSE coalesce(p.leaves_granted, 0) END AS leaves,
  CASE WHEN c.modalities IS NULL AND c.consent_type <> 'digital_replica' THEN 31
       ELSE coalesce(m.modalities, 0) END AS modalities,
  c.client_id, length(trim(c.intended_use, e' \t\n\r')) AS intended_use_chars, as_day(c.given_on) AS given_on,
  as_instant(c.disclosed_at) AS disclosed_at,
  coalesce(as_day(c.expires_on), CASE WHEN c.expires_on IS NULL AND c.consent_type <> 'digital_replica'
                                      THEN DATE '9999-12-31' ELSE DATE '0001-01-01' END) AS ends_on,
  as_instant(c.recorded_at) AS recorded_at, as_day(c.withdrawn_on) AS withdrawn_on,
  CASE WHEN c.withdrawn_on IS NOT NULL
       THEN coalesce(as_instant(c.withdrawal_recorded_at), TIMESTAMP '0001-01-01') END AS withdrawal_known_from
FROM feed.consent c
LEFT JOIN rights.list_value p ON p.txt = c.purposes
LEFT JOIN rights.list_value m ON m.txt = c.modalities;

-- restricting rows with an unreadable recorded_at count as seen; a lift with one is not seen
CREATE OR REPLACE TABLE rights.revocation_row AS
SELECT world, revocation_id, target_kind, target_id,
  CASE WHEN target_kind IN ('performer', 'session', 'submission') THEN performer_id END AS performer_id,
  as_day(effective_on) AS effective_on, effect, as_instant(recorded_at) AS recorded_at,
  as_day(lifted_on) AS lifted_on, as_instant(lift_recorded_at) AS lift_recorded_at
FROM feed.revocation;

CREATE OR REPLACE TABLE rights.exclusivity_row AS
SELECT row_number() OVER () AS excl_no, e.world, e.excl_id, e.scope_kind, e.scope_id, e.holder_client_id,
  as_yes(e.include_affiliates) AS include_affiliates, p.leaves_any AS leaves, as_day(e.valid_from) AS valid_from,
  as_day(e.valid_to) AS valid_to, as_instant(e.recorded_at) AS recorded_at
FROM feed.exclusivity e LEFT JOIN rights.list_value p ON p.txt = e.purposes;

-- deliveries under a grant, to anyone
CREATE OR REPLACE TABLE rights.delivery_row AS
SELECT DISTINCT i.world, i.delivery_id, unnest(as_codes(i.grant_ids)) AS grant_id,
  coalesce(as_instant(d.recorded_at), TIMESTAMP '0001-01-01') AS known_from
FROM feed.delivery_item i JOIN feed.delivery d USING (world, delivery_id);
