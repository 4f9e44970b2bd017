-- What    what each client holds now
-- Grain   one dataset
-- Reads   view dataset_versions
-- Source  the manifests of published versions
-- Limit   the version that CURRENT names
SELECT client_id, dataset, version, night, scenes, turns, bytes, use_by, order_id
FROM dataset_versions WHERE is_current ORDER BY client_id, dataset;
