-- What    the verdict in force of every stage on every row: the latest night's
-- Grain   one stage and row; of a quarantined row one line a broken rule
-- Reads   raw.current, raw.set_aside, raw.distinct, raw.duplicates, raw.accepted, raw.quarantine
-- Writes  view verdicts: rule is null where the stage lets the row go on
-- Source  the two logs that a stage keeps a night
-- Limit   the state of the latest night built, not of an older one
CREATE OR REPLACE VIEW verdicts AS
WITH every AS (
  SELECT 'ingest' AS stage, 1 AS place, parse_path(filename)[-2] AS night, row_id, submission_id, revision,
         NULL AS rule, NULL AS evidence, NULL AS remedy FROM raw."current"
  UNION ALL
  SELECT 'ingest', 1, parse_path(filename)[-2], row_id, submission_id, revision, rule, evidence, remedy FROM raw.set_aside
  UNION ALL
  SELECT 'dedup', 2, parse_path(filename)[-2], row_id, submission_id, revision, NULL, NULL, NULL FROM raw."distinct"
  UNION ALL
  SELECT 'dedup', 2, parse_path(filename)[-2], row_id, submission_id, revision, rule, evidence, remedy FROM raw.duplicates
  UNION ALL
  SELECT 'quality', 3, parse_path(filename)[-2], row_id, submission_id, revision, NULL, NULL, NULL FROM raw.accepted
  UNION ALL
  SELECT 'quality', 3, parse_path(filename)[-2], row_id, submission_id, revision, rule,
         concat("column", ' = ', "value", CASE WHEN places <> '' THEN concat(' at ', places) END), remedy FROM raw.quarantine
)
SELECT stage, place, CAST(night AS DATE) AS night, row_id, submission_id, revision, rule, evidence, remedy
FROM every
QUALIFY night = max(night) OVER (PARTITION BY stage, row_id);
