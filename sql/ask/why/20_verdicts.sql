-- What    what every stage says of each of its rows, in the order of the stages
-- Grain   one verdict in force, or one line that repeats another
-- Reads   views verdicts, held_back; variable submission_id
-- Source  the logs of ingest, dedup and quality
-- Limit   the verdict in force only, not those it replaced
SELECT revision, stage, night, rule, evidence, remedy FROM (
  SELECT revision, place, stage, night, rule, evidence, remedy FROM verdicts WHERE submission_id = getvariable('submission_id')
  UNION ALL
  SELECT revision, 0, stage, night, rule, concat(evidence, ', at ', file, ' line ', line), remedy FROM held_back
  WHERE submission_id = getvariable('submission_id') AND rule = 'redelivered'
) ORDER BY revision, place, rule NULLS FIRST, evidence;
