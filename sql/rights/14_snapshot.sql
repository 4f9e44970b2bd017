-- What    when the contract snapshot was taken: the last instant that any of its rows carries
-- Grain   one row
-- Reads   every table of the feed whose rows carry an instant, but for our own deliveries
-- Writes  rights.snapshot(taken_at), a view
-- Source  semantics 2: known_at defaults to that instant, so that publishing applies every restriction on file
-- Limit   NULL where no row carries an instant that can be read
CREATE OR REPLACE VIEW rights.snapshot AS
SELECT max(as_instant(stamp)) AS taken_at FROM (
  SELECT recorded_at AS stamp FROM feed.contract_version
  UNION ALL SELECT recorded_at FROM feed.consent
  UNION ALL SELECT withdrawal_recorded_at FROM feed.consent
  UNION ALL SELECT recorded_at FROM feed.revocation
  UNION ALL SELECT lift_recorded_at FROM feed.revocation
  UNION ALL SELECT recorded_at FROM feed.exclusivity
  UNION ALL SELECT recorded_at FROM feed.policy
  UNION ALL SELECT recorded_at FROM feed.approval
  UNION ALL SELECT recorded_at FROM feed.performer_notice
  UNION ALL SELECT recorded_at FROM feed.client
  UNION ALL SELECT recorded_at FROM personal.performer
  UNION ALL SELECT recorded_at FROM feed.session
  UNION ALL SELECT recorded_at FROM feed.submission
  UNION ALL SELECT recorded_at FROM feed.contribution
  UNION ALL SELECT recorded_at FROM feed.contract_party
  UNION ALL SELECT recorded_at FROM feed.seal
  UNION ALL SELECT recorded_at FROM feed.control_total);
