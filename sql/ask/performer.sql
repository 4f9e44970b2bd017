-- What    where a performer's work is: every dataset that holds it
-- Grain   one submission and dataset in force
-- Reads   view dataset_scenes; variable performer_id
-- Source  the ledger
-- Limit   the versions in force; older ones that hold it are in dataset_scenes
SELECT performer_id, submission_id, client_id, dataset, version, use_by, scene_id
FROM (SELECT *, unnest(performer_ids) AS performer_id FROM dataset_scenes WHERE is_current)
WHERE getvariable('performer_id') IS NULL OR performer_id = getvariable('performer_id')
ORDER BY performer_id, submission_id, client_id LIMIT 1000;
