-- What    what was paid for it, and what could not be
-- Grain   one entry, or one contribution that is held
-- Reads   views pay, pay_held; variable submission_id
-- Source  our own records
-- Limit   names no performer
SELECT contract_id, version, comp_id, model, amount_minor, currency, CAST(NULL AS VARCHAR) AS rule, NULL AS remedy
FROM pay WHERE trigger_kind = 'acceptance' AND trigger_id = getvariable('submission_id')
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, concat(rule, CASE WHEN evidence <> '' THEN concat(', ', evidence) END), remedy
FROM pay_held WHERE submission_id = getvariable('submission_id')
ORDER BY ALL;
