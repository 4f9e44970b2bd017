-- What    which term pays each contribution, and how much of it falls to whom
-- Grain   settle.term: a contribution and a term of its governing version; settle.due: the same, with the amount or the
--         rule why there is none
-- Reads   settle.governing, feed.comp_term, feed.contract_party, ours.paid
-- Writes  settle.term, settle.part, settle.due
-- Source  semantics 10; split by largest remainder: floor(amount x weight / weights), the units left over go to the
--         largest remainders, then by performer_id, so that the parts always add up to the amount
-- Limit   models per_accepted_submission and flat, on acceptance; a term with a multiplier, a cap or a use_kind is named
--         and held. flat pays each party of the contract once, on that party's first accepted work under it. An acceptance
--         that another version of the contract paid under another model is settled, whatever the later version would pay
CREATE OR REPLACE TABLE settle.term AS
SELECT g.* EXCLUDE (rule), t.comp_id, t.model, t.amount_minor, t.currency, t.split, t.trigger AS falls_due_on,
       (t.multiplier IS NOT NULL AND t.multiplier <> 1) OR t.cap_minor IS NOT NULL OR t.use_kind IS NOT NULL AS is_deeper,
       count(*) OVER (PARTITION BY g.submission_id, g.performer_id, t.model) > 1 AS is_double,
       EXISTS (FROM ours.paid p
               WHERE p.performer_id = g.performer_id AND p.model = t.model AND p.trigger_kind = 'acceptance'
                 AND CASE t.model WHEN 'flat' THEN p.contract_id = g.contract_id ELSE p.trigger_id = g.submission_id END
       ) AS was_paid,
       EXISTS (FROM ours.paid p
               WHERE p.performer_id = g.performer_id AND p.trigger_kind = 'acceptance' AND p.trigger_id = g.submission_id
                 AND p.contract_id = g.contract_id AND p.version <> g.version AND p.model <> t.model) AS was_paid_otherwise
FROM settle.governing g
JOIN feed.comp_term t ON t.contract_id = g.contract_id AND t.version = g.version
WHERE g.rule IS NULL AND t.model IN ('per_accepted_submission', 'flat')
  AND (t.trigger = 'acceptance' OR (t.model = 'flat' AND t.trigger IS NULL AND t.amount_minor IS NULL));

-- among whom an amount is split: the contributors under one term; of a flat sum, the parties of the contract
CREATE OR REPLACE TABLE settle.part AS
WITH payee AS (
  SELECT submission_id, contract_id, version, comp_id, model, performer_id, amount_minor, split,
         CAST(round(share * 1000000) AS HUGEINT) AS share_weight
  FROM settle.term WHERE model = 'per_accepted_submission'
  UNION
  SELECT t.submission_id, t.contract_id, t.version, t.comp_id, t.model, p.performer_id, t.amount_minor, t.split, NULL
  FROM settle.term t JOIN feed.contract_party p ON p.contract_id = t.contract_id WHERE t.model = 'flat'
), weighed AS (
  SELECT *, count(*) OVER one AS payees, count(share_weight) OVER one < count(*) OVER one AS lacks_share,
         CASE WHEN split = 'share' AND count(*) OVER one > 1 THEN share_weight ELSE 1 END AS weight
  FROM payee WINDOW one AS (PARTITION BY submission_id, contract_id, comp_id)
), cut AS (
  SELECT *, sum(weight) OVER one AS weights,
         amount_minor * weight // nullif(sum(weight) OVER one, 0) AS base_minor,
         amount_minor * weight % nullif(sum(weight) OVER one, 0) AS remainder
  FROM weighed WINDOW one AS (PARTITION BY submission_id, contract_id, comp_id)
)
SELECT c.submission_id, c.contract_id, c.comp_id, c.performer_id, c.payees, c.lacks_share, c.weights, c.part_minor,
       -- what was paid of a flat sum and what is open of it must come to the sum
       c.model = 'flat' AND sum(coalesce(p.amount_minor, c.part_minor))
                            OVER (PARTITION BY c.submission_id, c.contract_id, c.comp_id) > c.amount_minor AS is_overdrawn
FROM (SELECT *, base_minor + CASE WHEN row_number() OVER (one ORDER BY remainder DESC, performer_id)
                                       <= amount_minor - sum(base_minor) OVER one THEN 1 ELSE 0 END AS part_minor
      FROM cut WINDOW one AS (PARTITION BY submission_id, contract_id, comp_id)) c
LEFT JOIN (SELECT contract_id, version, comp_id, performer_id, sum(amount_minor) AS amount_minor
           FROM ours.paid WHERE model = 'flat' GROUP BY ALL) p
  ON p.contract_id = c.contract_id AND p.version = c.version AND p.comp_id = c.comp_id AND p.performer_id = c.performer_id;

CREATE OR REPLACE TABLE settle.due AS
WITH term AS (
  SELECT * REPLACE (was_paid OR was_paid_otherwise AS was_paid) FROM settle.term
), judged AS (
  SELECT t.*, p.part_minor,
         CASE WHEN t.was_paid THEN NULL
              WHEN t.is_double THEN 'term_ambiguous'
              WHEN t.model = 'flat' AND t.falls_due_on IS NULL THEN 'flat_paid_outside'
              WHEN t.is_deeper THEN 'term_not_settled'
              WHEN t.amount_minor IS NULL OR t.amount_minor < 0 THEN 'amount_unreadable'
              WHEN t.currency IS NULL THEN 'amount_without_currency'
              WHEN NOT regexp_full_match(t.currency, '[A-Z]{3}') THEN 'currency_unknown'
              WHEN p.payees > 1 AND (t.split IS NULL OR t.split NOT IN ('equal', 'share')) THEN 'split_not_settled'
              WHEN p.payees > 1 AND t.split = 'share' AND (p.lacks_share OR p.weights <= 0) THEN 'share_missing'
              WHEN p.is_overdrawn THEN 'split_changed'
              WHEN t.model <> 'flat' AND bool_or(t.was_paid) OVER (PARTITION BY t.submission_id, t.contract_id, t.comp_id)
                THEN 'split_changed'
         END AS rule
  FROM term t
  JOIN settle.part p ON p.submission_id = t.submission_id AND p.contract_id = t.contract_id AND p.comp_id = t.comp_id
                    AND p.performer_id = t.performer_id
)
SELECT submission_id, performer_id, accepted_on, contract_id, version, comp_id, model, currency, was_paid, rule,
       CASE WHEN rule IS NULL THEN CAST(part_minor AS BIGINT) END AS amount_minor,
       model = 'flat' AND row_number() OVER (PARTITION BY contract_id, performer_id, model, rule IS NULL, was_paid_otherwise
                                             ORDER BY accepted_on, submitted_on, submission_id) > 1 AS is_covered
FROM judged;
