-- What    when the contract snapshot was taken: the last instant that any of its rows carries
-- Grain   one row
-- Reads   feed.contract_version, consent, revocation, exclusivity, policy, approval, performer_notice, control_total
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
  UNION ALL SELECT recorded_at FROM feed.control_total);
