-- What    which delivered lines could not be read, by feed and rule
-- Grain   one feed and rule
-- Reads   view held_back
-- Source  the dead letters
-- Limit   names one line of each as an example
SELECT split_part(file, '/', 1) AS feed, rule, count(*) AS lines, min(concat(file, ' line ', line)) AS for_example, min(evidence) AS error
FROM held_back WHERE stage = 'ingest' AND file IS NOT NULL AND rule <> 'redelivered'
GROUP BY ALL ORDER BY lines DESC, feed, rule;
