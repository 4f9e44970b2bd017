-- What    how each dataset came to be: version by version, what came and what left
-- Grain   one version
-- Reads   views dataset_versions, dataset_scenes; variable client_id, where set
-- Source  the ledger
-- Limit   a scene that changed counts as both
WITH scene AS (
  SELECT client_id, dataset, version, scene_id, published_sha256, list_transform(string_split(version, '.'), lambda p: CAST(p AS INTEGER)) AS number
  FROM dataset_scenes
), version AS (
  SELECT *, list_transform(string_split(version, '.'), lambda p: CAST(p AS INTEGER)) AS number FROM dataset_versions
), pair AS (
  SELECT *, lag(version) OVER (PARTITION BY client_id, dataset ORDER BY number) AS earlier FROM version
)
SELECT p.client_id, p.dataset, p.version, p.night, p.scenes,
       (SELECT count(*) FROM scene s WHERE (s.client_id, s.dataset, s.version) = (p.client_id, p.dataset, p.version)
          AND NOT EXISTS (FROM scene e WHERE (e.client_id, e.dataset, e.version, e.scene_id, e.published_sha256)
                                           = (p.client_id, p.dataset, p.earlier, s.scene_id, s.published_sha256))) AS came,
       (SELECT count(*) FROM scene e WHERE (e.client_id, e.dataset, e.version) = (p.client_id, p.dataset, p.earlier)
          AND NOT EXISTS (FROM scene s WHERE (s.client_id, s.dataset, s.version, s.scene_id, s.published_sha256)
                                           = (p.client_id, p.dataset, p.version, e.scene_id, e.published_sha256))) AS went
FROM pair p WHERE getvariable('client_id') IS NULL OR p.client_id = getvariable('client_id')
ORDER BY p.client_id, p.dataset, p.number;
