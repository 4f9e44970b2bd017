-- What    which emotions and undertones the accepted scenes hold
-- Grain   one label and vocabulary, as emotion or as undertone
-- Reads   view turns
-- Source  the turns as delivered
-- Limit   vocabularies are not mapped to each other
SELECT part, label, vocabulary, count(*) AS turns, count(DISTINCT row_id) AS scenes FROM (
  SELECT 'emotion' AS part, row_id, unnest(emotions, recursive := true) FROM turns WHERE is_accepted
  UNION ALL
  SELECT 'undertone', row_id, undertone.label, undertone.vocabulary FROM turns WHERE is_accepted AND undertone IS NOT NULL
) GROUP BY ALL ORDER BY part, turns DESC, label, vocabulary;
