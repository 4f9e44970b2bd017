-- What    why rights says no, by order and reason
-- Grain   one order and reason
-- Reads   view decisions; variable order_id, where set
-- Source  the decisions of rights
-- Limit   a row with several reasons counts under each
SELECT order_id, client_id, reason, count(*) AS rows
FROM (SELECT order_id, client_id, unnest(reasons) AS reason FROM decisions WHERE decision = 'deny')
WHERE getvariable('order_id') IS NULL OR order_id = getvariable('order_id')
GROUP BY ALL ORDER BY order_id, rows DESC, reason;
