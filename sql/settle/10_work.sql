-- What    the accepted work and who contributed to it
-- Grain   settle.work: one accepted submission; settle.contributor: one performer of it
-- Reads   ours.accepted, ours.claimed, feed.submission, feed.session, feed.contribution; variable known_at
-- Writes  settle.work, settle.contributor; macro is_known
-- Source  semantics 7: the platform's signed record wins over the submission's own claim, where it is present
-- Limit   several roles of one performer are one contributor: shares add up, and an unknown one makes the sum unknown
CREATE SCHEMA IF NOT EXISTS settle;
CREATE OR REPLACE MACRO is_known(recorded_at) AS
  recorded_at IS NULL OR getvariable('known_at') IS NULL OR recorded_at <= getvariable('known_at');

CREATE OR REPLACE TABLE settle.work AS
WITH signed AS (
  SELECT * FROM feed.submission WHERE is_known(recorded_at)
  QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY recorded_at DESC NULLS LAST, content_sha256) = 1
), place AS (
  SELECT * FROM feed.session WHERE is_known(recorded_at)
  QUALIFY row_number() OVER (PARTITION BY session_id ORDER BY recorded_at DESC NULLS LAST, campaign_id) = 1
)
SELECT a.submission_id, a.accepted_on,
       coalesce(s.submitted_on, a.submitted_on) AS submitted_on,
       coalesce(s.kind, a.kind) AS kind,
       coalesce(s.session_id, a.session_id) AS session_id,
       coalesce(s.campaign_id, p.campaign_id, a.campaign_id) AS campaign_id
FROM ours.accepted a
LEFT JOIN signed s ON s.submission_id = a.submission_id
LEFT JOIN place p ON p.session_id = coalesce(s.session_id, a.session_id);

CREATE OR REPLACE TABLE settle.contributor AS
WITH signed AS (
  SELECT submission_id, performer_id, role, share FROM feed.contribution WHERE is_known(recorded_at)
  QUALIFY row_number() OVER (PARTITION BY submission_id, performer_id, role ORDER BY recorded_at DESC NULLS LAST, share) = 1
), said AS (
  SELECT submission_id, performer_id, role, share FROM signed
  UNION ALL
  SELECT submission_id, performer_id, role, share FROM ours.claimed
  WHERE submission_id NOT IN (SELECT submission_id FROM signed WHERE submission_id IS NOT NULL)
)
SELECT submission_id, performer_id,
       string_agg(DISTINCT role, ', ' ORDER BY role) AS role,
       CASE WHEN count(*) = count(share) THEN sum(share) END AS share
FROM said SEMI JOIN settle.work USING (submission_id)
WHERE performer_id IS NOT NULL
GROUP BY submission_id, performer_id;
