-- What    the contract side of the feed with types; what cannot be read is NULL and marked
-- Grain   one row a row of the feed
-- Reads   feed.*, personal.performer, rights.list_value
-- Writes  rights.client_row, party_row, version_row, scope_row, grant_row, prohibition_row, comp_row
-- Source  shared rules "rights", section 1 ("What NULL means") and section 2, steps 3 to 5
-- Limit   a grant or version without an end counts as ended on 0001-01-01 unless it is perpetual (then 9999-12-31)
CREATE OR REPLACE MACRO end_of(x, perpetual) AS
  coalesce(as_day(x), CASE WHEN x IS NULL AND as_yes(perpetual) THEN DATE '9999-12-31' END, DATE '0001-01-01');

CREATE OR REPLACE TABLE rights.client_row AS
SELECT DISTINCT world, client_id, parent_client_id, known_from(recorded_at) AS known_from FROM feed.client;

-- a party row whose recorded_at is unreadable links for restrictions and not for grants
CREATE OR REPLACE TABLE rights.party_row AS
SELECT DISTINCT world, contract_id, performer_id, known_from(recorded_at) AS known_from FROM feed.contract_party;

-- is_undated: which version governs cannot be told; is_unreadable: it governs, but a cell of it cannot be read
CREATE OR REPLACE TABLE rights.version_row AS
SELECT row_number() OVER () AS version_no, world, contract_id, as_whole(version) AS version, status,
  status IN ('executed', 'terminated') AS is_signed,
  as_day(effective_from) AS effective_from, end_of(effective_to, perpetual) AS ends_on,
  applies_to = 'retroactive' OR status = 'terminated' AS reaches_back,
  overlap_rule, lawful_basis, as_instant(recorded_at) AS recorded_at,
  NOT is_status(status) OR NOT is_applies_to(applies_to) OR as_day(effective_from) IS NULL
    OR as_instant(recorded_at) IS NULL AS is_undated,
  NOT is_lawful_basis(lawful_basis) OR (overlap_rule IS NOT NULL AND NOT is_overlap_rule(overlap_rule))
    OR is_junk_day(effective_to) OR is_junk_yes(perpetual) AS is_unreadable
FROM feed.contract_version;

CREATE OR REPLACE TABLE rights.scope_row AS
SELECT DISTINCT world, contract_id, as_whole(version) AS version, scope_kind, scope_id FROM feed.contract_scope;

-- a grant with an unknown code or an unreadable list grants nothing at all
CREATE OR REPLACE TABLE rights.grant_row AS
SELECT row_number() OVER (ORDER BY g.world, g.grant_id, g.contract_id, g.version) AS grant_no, g.world, g.grant_id, g.contract_id, as_whole(g.version) AS version,
  p.leaves_granted AS leaves, m.modalities AS modalities,
  CASE WHEN x.countries IS NULL THEN t.countries ELSE t.countries & ~x.countries END AS countries,
  as_day(g.valid_from) AS valid_from, end_of(g.valid_to, g.perpetual) AS ends_on,
  as_day(g.embargo_until) AS embargo_until, as_codes(g.client_ids) AS client_ids, o.reach AS onward_reach,
  as_whole(g.retention_days) AS retention_days, as_whole(g.max_deliveries) AS max_deliveries,
  as_yes(g.approval_required) AS approval_required, known_media(g.media) AS media,
  as_key(g.grant_id) IS NULL OR NOT is_ownership(g.ownership) OR o.reach IS NULL
    OR p.leaves_granted IS NULL OR m.modalities IS NULL OR t.countries IS NULL
    OR (g.excluded_territories IS NOT NULL AND (x.n IS NULL OR (x.n > 0 AND x.countries IS NULL)))
    OR is_junk_codes(g.media) OR is_junk_codes(g.client_ids)
    OR as_day(g.valid_from) IS NULL OR is_junk_day(g.valid_to) OR is_junk_yes(g.perpetual)
    OR is_junk_day(g.embargo_until) OR is_junk_yes(g.approval_required)
    OR is_junk_whole(g.retention_days) OR is_junk_whole(g.max_deliveries) AS is_unreadable
FROM feed.rights_grant g
LEFT JOIN rights.list_value p ON p.txt = g.purposes
LEFT JOIN rights.list_value m ON m.txt = g.modalities
LEFT JOIN rights.list_value t ON t.txt = g.territories
LEFT JOIN rights.list_value x ON x.txt = g.excluded_territories
LEFT JOIN rights.onward o ON o.code = g.onward;

CREATE OR REPLACE TABLE rights.prohibition_row AS
SELECT row_number() OVER () AS prohibition_no, b.world, b.prohibition_id, b.contract_id,
  as_whole(b.version) AS version, p.leaves_any AS leaves, m.modalities_any AS modalities,
  t.countries_any AS countries, as_codes(b.client_ids) AS client_ids, b.clause,
  known_categories(b.categories) AS categories
FROM feed.prohibition b
LEFT JOIN rights.list_value p ON p.txt = b.purposes
LEFT JOIN rights.list_value m ON m.txt = b.modalities
LEFT JOIN rights.list_value t ON t.txt = b.territories;

-- a term that can be paid: a known model, and no amount without a currency
CREATE OR REPLACE TABLE rights.comp_row AS
SELECT DISTINCT world, contract_id, as_whole(version) AS version FROM feed.comp_term
WHERE is_comp_model(model) AND NOT is_junk_whole(amount_minor)
  AND NOT (amount_minor IS NOT NULL AND as_key(currency) IS NULL);
