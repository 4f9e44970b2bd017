-- What    what each client has: its versions, and whose scene is which
-- Grain   dataset_versions: one published version; dataset_scenes: one scene of one version; deliveries: one first delivery
-- Reads   raw.version, raw.version_rows, raw.delivery, raw.delivery_item
-- Writes  views dataset_versions, dataset_scenes, deliveries
-- Source  the manifests of published versions, and the ledger that they name
-- Limit   a version that CURRENT never named is none; dataset_scenes tells whose work a pseudonym is: keep it in the house
CREATE OR REPLACE VIEW dataset_versions AS
WITH numbered AS (
  SELECT *, list_transform(string_split(version, '.'), lambda part: CAST(part AS INTEGER)) AS number FROM raw.version
)
SELECT client_id, dataset, version, number = max(number) OVER (PARTITION BY client_id, dataset) AS is_current,
       order_id, night, scenes, turns, use_by, list_sum(list_transform(files, lambda f: f.bytes)) AS bytes,
       known_at, order_sha256, decisions_sha256, pseudonym_key_id, code
FROM numbered;

CREATE OR REPLACE VIEW dataset_scenes AS
SELECT v.is_current, v.order_id, v.night, r.* EXCLUDE (filename)
FROM raw.version_rows r
JOIN dataset_versions v ON v.client_id = r.client_id AND v.dataset = r.dataset AND v.version = r.version;

CREATE OR REPLACE VIEW deliveries AS
SELECT d.* EXCLUDE (filename), i.submission_id, i.content_sha256, i.grant_ids, i.use_by
FROM raw.delivery d JOIN raw.delivery_item i ON i.delivery_id = d.delivery_id;
