-- What    what is held back, by stage, order and rule
-- Grain   one stage, order and rule
-- Reads   view held_back; variable order_id, where set
-- Source  the logs of all stages
-- Limit   a row held by several quality rules counts under each
SELECT stage, order_id, rule, count(DISTINCT coalesce(row_id, concat(file, ':', line))) AS rows, any_value(remedy) AS remedy
FROM held_back
WHERE getvariable('order_id') IS NULL OR order_id = getvariable('order_id')
GROUP BY stage, order_id, rule ORDER BY stage, order_id, rows DESC, rule;
