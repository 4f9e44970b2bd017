-- What    who is owed what, each currency by itself
-- Grain   one performer, currency and month
-- Reads   view pay; variable period (YYYY-MM), where set
-- Source  our own records
-- Limit   minor units; sums never cross currencies
SELECT performer_id, currency, period, count(*) AS entries, CAST(sum(amount_minor) AS BIGINT) AS amount_minor FROM pay
WHERE getvariable('period') IS NULL OR period = getvariable('period')
GROUP BY ALL ORDER BY performer_id, currency, period;
