-- What    every row of landing in one shape, with what became of it; and its turns
-- Grain   submissions: one row (submission, revision, content), at its first delivery; turns: one turn of it
-- Reads   raw.submissions, view verdicts
-- Writes  views submissions, turns
-- Source  delivered files
-- Limit   held_by is the first stage that holds the row; orders have reasons of their own, in held_back
CREATE OR REPLACE VIEW submissions AS
WITH held AS (
  SELECT row_id, min_by(stage, place) AS held_by, min_by(rule, place) AS rule FROM verdicts WHERE rule IS NOT NULL GROUP BY row_id
), first_delivery AS (
  SELECT * EXCLUDE (filename) FROM raw.submissions
  QUALIFY row_number() OVER (PARTITION BY row_id ORDER BY delivered_on, file, line) = 1
)
SELECT s.*, h.held_by, h.rule,
       h.row_id IS NULL AND EXISTS (FROM verdicts v WHERE v.row_id = s.row_id AND v.stage = 'quality') AS is_accepted
FROM first_delivery s LEFT JOIN held h ON h.row_id = s.row_id;

CREATE OR REPLACE VIEW turns AS
SELECT row_id, submission_id, revision, is_accepted, position, said.*
FROM (SELECT row_id, submission_id, revision, is_accepted, unnest(turns) AS said,
             generate_subscripts(turns, 1) - 1 AS position
      FROM submissions);
