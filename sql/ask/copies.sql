-- What    whose copy is whose: each row held as a duplicate, with the row it matched and the measure
-- Grain   one held row
-- Reads   view duplicates
-- Source  the log of dedup
-- Limit   the match that decided, not every match
SELECT submission_id, revision, rule, matched_submission_id, matched_revision, identity, round(jaccard, 3) AS jaccard,
       round(containment, 3) AS containment, evidence
FROM duplicates ORDER BY rule, submission_id LIMIT 1000;
