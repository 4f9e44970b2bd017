-- What    what we have: accepted and held, by feed, language and kind
-- Grain   one feed, language and kind
-- Reads   view submissions
-- Source  delivered files and the logs
-- Limit   as declared: language is what the feed says
SELECT feed, language, kind, count(*) AS rows, count(*) FILTER (is_accepted) AS accepted,
       round(avg(len(turns)) FILTER (is_accepted), 1) AS turns_each
FROM submissions GROUP BY ALL ORDER BY accepted DESC, feed, language, kind;
