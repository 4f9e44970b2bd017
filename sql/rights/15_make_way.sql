-- What    take the platform's records out of the feed, to put records and claims back merged
-- Grain   none
-- Reads   nothing
-- Writes  feed.submission, feed.contribution, feed.session (emptied)
-- Source  semantics 7: a record wins where it is present, claims stand where it is not
-- Limit   run it after the seals were judged and the records read, never before
DELETE FROM feed.submission;
DELETE FROM feed.contribution;
DELETE FROM feed.session;
