-- What    why a submission is not in a dataset: every reason of every stage and order
-- Grain   one reason
-- Reads   view held_back; variable submission_id, where set
-- Source  the logs of all stages
-- Limit   the latest state only
SELECT submission_id, revision, stage, order_id, rule, evidence, remedy, night FROM held_back
WHERE submission_id IS NOT NULL AND (getvariable('submission_id') IS NULL OR submission_id = getvariable('submission_id'))
ORDER BY submission_id, revision, stage, order_id, rule LIMIT 1000;
