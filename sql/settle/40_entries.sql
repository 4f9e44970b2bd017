-- What    the pay entries that are new, and the contributions that cannot be paid
-- Grain   settle.entry: one term, trigger and performer; settle.held: one contributor of one submission
-- Reads   settle.governing, settle.due, feed.comp_term
-- Writes  settle.entry, settle.held
-- Source  pay_entry of the rules: entry_id = sha256(comp_id, trigger kind, trigger id, performer_id), so twice is once
-- Limit   a contribution whose flat sum was paid for earlier work is settled; terms on delivery or by period are held by name
CREATE OR REPLACE TABLE settle.entry AS
SELECT sha256(concat_ws(chr(31), comp_id, 'acceptance', submission_id, performer_id)) AS entry_id,
       comp_id, contract_id, version, model, 'acceptance' AS trigger_kind, submission_id AS trigger_id,
       accepted_on AS triggered_on, performer_id, amount_minor, currency, strftime(accepted_on, '%Y-%m') AS period,
       CAST(NULL AS VARCHAR) AS reverses_entry
FROM settle.due
WHERE rule IS NULL AND NOT was_paid AND NOT is_covered;

CREATE OR REPLACE TABLE settle.held AS
WITH looked_at AS (
  SELECT submission_id, performer_id, rule, concat('contract ', contract_id, ' v', version, ', term ', comp_id) AS evidence
  FROM settle.due WHERE rule IS NOT NULL
  UNION ALL
  SELECT submission_id, performer_id, rule, coalesce('contract ' || contract_id, '')
  FROM settle.governing WHERE rule IS NOT NULL
  UNION ALL
  SELECT g.submission_id, g.performer_id,
         CASE WHEN EXISTS (FROM feed.comp_term t WHERE t.contract_id = g.contract_id AND t.version = g.version)
              THEN 'term_not_on_acceptance' ELSE 'no_term' END,
         concat('contract ', g.contract_id, ' v', g.version)
  FROM settle.governing g
  ANTI JOIN settle.due d ON d.submission_id = g.submission_id AND d.performer_id = g.performer_id
  WHERE g.rule IS NULL
)
SELECT submission_id, performer_id, rule, evidence,
       CASE rule
         WHEN 'no_contract' THEN 'File a contract that reaches this work.'
         WHEN 'contract_ambiguous' THEN 'Have the contracts say which of them pays.'
         WHEN 'contract_unreadable' THEN 'Mend the versions of the contract.'
         WHEN 'contract_terminated' THEN 'A person decides what is owed.'
         WHEN 'contract_expired' THEN 'A person decides what is owed.'
         WHEN 'amount_without_currency' THEN 'Give the term a currency.'
         WHEN 'currency_unknown' THEN 'Write the currency as ISO 4217 does.'
         WHEN 'share_missing' THEN 'State the share of every contributor.'
         WHEN 'split_changed' THEN 'A person decides: some contributors were paid before this one came.'
         WHEN 'flat_paid_outside' THEN 'Nothing: the contract is paid outside.'
         ELSE 'Mend the term in the contract system.'
       END AS remedy
FROM looked_at
QUALIFY row_number() OVER (PARTITION BY submission_id, performer_id ORDER BY rule, evidence) = 1;
