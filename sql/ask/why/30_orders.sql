-- What    each client's yes or no, with the grants or the reasons, and the clause of the contract behind them
-- Grain   one order
-- Reads   ours.orders, views decisions, held_back, submissions, dataset_scenes; feed.rights_grant, feed.prohibition,
--         feed.contract_party; variable submission_id
-- Source  the decisions of rights, what publish withheld, the ledger
-- Limit   clauses are those of every contract of a contributor, not only of the one that governs
WITH mine AS (
  SELECT * FROM submissions WHERE submission_id = getvariable('submission_id')
), one AS (
  SELECT max_by(row_id, (is_accepted, revision)) AS row_id, bool_or(is_accepted) AS is_accepted,
         max_by(concat(held_by, ': ', rule), revision) AS held_by
  FROM mine
), decided AS (
  SELECT * FROM decisions SEMI JOIN mine USING (row_id)
), shown AS (
  SELECT order_id, list(version ORDER BY night, version) AS versions, bool_or(is_current) AS in_current
  FROM dataset_scenes WHERE submission_id = getvariable('submission_id') GROUP BY order_id
), granted AS (
  SELECT d.order_id, list(DISTINCT concat('grant ', g.grant_id, ' of contract ', g.contract_id, ' v', g.version)
                          ORDER BY concat('grant ', g.grant_id, ' of contract ', g.contract_id, ' v', g.version)) AS contracts
  FROM decided d JOIN feed.rights_grant g ON list_contains(d.grant_ids, g.grant_id) GROUP BY d.order_id
), party AS (
  SELECT DISTINCT p.contract_id FROM feed.contract_party p
  WHERE p.performer_id IN (SELECT performer.performer_id FROM (SELECT unnest(performers) AS performer FROM mine))
), clause AS (
  SELECT list(DISTINCT concat(p.contract_id, ' v', p.version, ', ', p.clause)
              ORDER BY concat(p.contract_id, ' v', p.version, ', ', p.clause)) AS clauses
  FROM feed.prohibition p SEMI JOIN party USING (contract_id)
)
SELECT o.order_id, o.client_id, o.dataset, coalesce(s.in_current, false) AS is_in_current, s.versions,
       d.decision, d.reasons, coalesce(g.contracts, [CONCAT('grant ', x) FOR x IN d.grant_ids]) AS contracts, d.use_by,
       CASE WHEN list_has_any(d.reasons, ['PROHIBITED', 'CLIENT_BLOCKED']) THEN c.clauses
            WHEN d.decision = 'deny' THEN (SELECT list(contract_id ORDER BY contract_id) FROM party) END AS clauses,
       CASE WHEN NOT one.is_accepted THEN one.held_by ELSE h.rule END AS rule,
       CASE WHEN one.is_accepted THEN h.remedy END AS remedy
FROM ours.orders o CROSS JOIN one CROSS JOIN clause c
LEFT JOIN decided d ON d.order_id = o.order_id AND d.row_id = one.row_id
LEFT JOIN granted g ON g.order_id = o.order_id
LEFT JOIN shown s ON s.order_id = o.order_id
LEFT JOIN held_back h ON h.stage = 'publish' AND h.order_id = o.order_id AND h.row_id = one.row_id
ORDER BY o.order_id;
