-- What    everything that is held back anywhere, with its reason: one query tells why a row is not in a dataset
-- Grain   one row and reason of one stage; of publish one row and order; of ingest also one line that cannot be read
-- Reads   view verdicts, raw.dead_letters, raw.redelivered, raw.withheld, raw.decisions
-- Writes  views held_back, duplicates, decisions
-- Source  the logs of all stages
-- Limit   an order's reason is that of the latest night in which it was published
CREATE OR REPLACE VIEW decisions AS
SELECT CAST(parse_path(filename)[-2] AS DATE) AS night, * EXCLUDE (filename) FROM raw.decisions;

CREATE OR REPLACE VIEW duplicates AS
SELECT CAST(parse_path(d.filename)[-2] AS DATE) AS night, d.* EXCLUDE (filename)
FROM raw.duplicates d
SEMI JOIN verdicts v ON v.stage = 'dedup' AND v.rule IS NOT NULL AND v.row_id = d.row_id
                    AND v.night = CAST(parse_path(d.filename)[-2] AS DATE);

CREATE OR REPLACE VIEW held_back AS
SELECT stage, CAST(NULL AS VARCHAR) AS order_id, night, submission_id, revision, row_id,
       CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS line, rule, evidence, remedy
FROM verdicts WHERE rule IS NOT NULL
UNION ALL
SELECT 'ingest', NULL, delivered_on, NULL, NULL, NULL, file, line, rule, error, 'Deliver the line again.' FROM raw.dead_letters
UNION ALL
SELECT 'ingest', NULL, CAST(parse_path(filename)[-2] AS DATE), submission_id, revision, row_id, file, line, 'redelivered',
       'the same row was delivered before', 'Nothing: it is loaded once.' FROM raw.redelivered
UNION ALL
SELECT 'publish', order_id, CAST(left(parse_path(filename)[-2], 10) AS DATE), submission_id, revision, row_id, NULL, NULL,
       rule, evidence, remedy FROM raw.withheld;
