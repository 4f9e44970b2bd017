-- What    how each contributor is named
-- Grain   one contributor of one accepted submission
-- Reads   settle.work, settle.contributor, feed.credit_preference, feed.performer; variables night, known_at
-- Writes  settle.credit
-- Source  rules, section 5: the preference in force, narrowest scope first, then the latest; default anonymous
-- Limit   two preferences of one day and scope that differ, an unknown mode, a missing name, a moral objection: anonymous
CREATE OR REPLACE TABLE settle.credit AS
WITH fitting AS (
  SELECT c.submission_id, c.performer_id, p.mode, p.display_name, p.moral_objection,
         rank() OVER (PARTITION BY c.submission_id, c.performer_id
                      ORDER BY CASE p.scope WHEN w.submission_id THEN 1 WHEN w.session_id THEN 2 WHEN w.campaign_id THEN 3
                               ELSE 4 END, p.valid_from DESC) AS place
  FROM settle.contributor c
  JOIN settle.work w ON w.submission_id = c.submission_id
  JOIN feed.credit_preference p ON p.performer_id = c.performer_id
  WHERE p.valid_from <= getvariable('night') AND p.scope IN ('all', w.submission_id, w.session_id, w.campaign_id)
), wish AS (
  SELECT submission_id, performer_id, min(mode) AS mode, min(display_name) AS display_name
  FROM fitting WHERE place = 1
  GROUP BY submission_id, performer_id
  HAVING count(DISTINCT (mode, display_name)) = 1 AND NOT coalesce(bool_or(moral_objection), false)
), person AS (
  SELECT * FROM feed.performer WHERE is_known(recorded_at)
  QUALIFY row_number() OVER (PARTITION BY performer_id ORDER BY recorded_at DESC NULLS LAST, legal_name, stage_name) = 1
), named AS (
  SELECT c.submission_id, c.performer_id, c.role, w.mode,
         nullif(trim(CASE w.mode WHEN 'legal' THEN coalesce(w.display_name, p.legal_name)
                                 WHEN 'stage' THEN coalesce(w.display_name, p.stage_name)
                                 WHEN 'pseudonym' THEN w.display_name END), '') AS display_name
  FROM settle.contributor c
  LEFT JOIN wish w ON w.submission_id = c.submission_id AND w.performer_id = c.performer_id
  LEFT JOIN person p ON p.performer_id = c.performer_id
)
SELECT submission_id, performer_id, role, CASE WHEN display_name IS NULL THEN 'anonymous' ELSE mode END AS mode, display_name
FROM named;
