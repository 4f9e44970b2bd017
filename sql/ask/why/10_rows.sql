-- What    where a submission landed, and what became of each revision
-- Grain   one delivered row
-- Reads   view submissions; variable submission_id
-- Source  delivered files
-- Limit   a line that could not be read has no submission_id: ask dead_letters
SELECT revision, row_id, delivered_on, file, line, is_accepted, held_by, rule
FROM submissions WHERE submission_id = getvariable('submission_id')
ORDER BY revision, delivered_on, file, line;
