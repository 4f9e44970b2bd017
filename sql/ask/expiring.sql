-- What    which delivered rows must not be used any more soon
-- Grain   one dataset in force and last good day
-- Reads   view dataset_scenes; variable days, 90 where not set
-- Source  use_by of the decisions
-- Limit   counted from the latest night that published anything
SELECT client_id, dataset, version, use_by, count(*) AS scenes FROM dataset_scenes
WHERE is_current
  AND use_by <= (SELECT max(night) FROM dataset_scenes) + CAST(coalesce(getvariable('days'), '90') AS INTEGER)
GROUP BY ALL ORDER BY use_by, client_id, dataset;
