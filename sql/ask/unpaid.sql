-- What    what cannot be paid, and what would release it
-- Grain   one rule and remedy
-- Reads   view pay_held
-- Source  the log of settle
-- Limit   the latest night
SELECT rule, count(*) AS contributions, remedy, min(evidence) AS for_example FROM pay_held GROUP BY ALL ORDER BY contributions DESC, rule;
