-- What    reasons: why a row is denied, by name; a bit each, and the macro that a rule sets its bit with
-- Grain   one row a reason code
-- Reads   nothing
-- Writes  rights.reason(code, bit, step, explains, remedy), macros reason(code), reasons_of(bits)
-- Source  shared rules "rights", section 2, steps 1 to 8, and the policies beyond the core (bits 40 and up)
-- Limit   bits are positions in this list; never reuse one, append after the last
CREATE OR REPLACE TABLE rights.reason (code VARCHAR, bit INTEGER, step INTEGER, explains VARCHAR, remedy VARCHAR);
INSERT INTO rights.reason VALUES
  ('AGE_UNKNOWN', 0, 7, 'the performer''s date of birth or the day of the performance cannot be read', 'record the date of birth and the day of the performance'),
  ('AUDITION_NOT_LICENSED', 1, 3, 'an audition that only a contract of scope all reaches', 'sign a scope that names the audition''s campaign, session or submission'),
  ('CLIENT_BLOCKED', 2, 6, 'the contract forbids this client or a member of its family', 'none while the clause stands'),
  ('CLIENT_NOT_LISTED', 3, 5, 'the grant''s allow-list does not name this client', 'add the client to the grant''s allow-list in an amendment'),
  ('COMPENSATION_TERM_MISSING', 4, 4, 'the governing version has no pay term that can be paid', 'add a pay term of a known model, with the currency of its amount'),
  ('CONSENT_EXPIRED', 5, 7, 'the consent ended before this day, or names no end', 'ask the performer for a new consent'),
  ('CONSENT_MISSING', 6, 7, 'no consent on file for this use', 'ask the performer for a consent of this use'),
  ('CONSENT_NOT_SPECIFIC', 7, 7, 'the consent describes the intended use in fewer than 20 characters', 'ask for a consent that describes the intended use'),
  ('CONSENT_OTHER_CLIENT', 8, 7, 'the consent names another client, or none', 'ask for a consent that names this client'),
  ('CONSENT_WITHDRAWN', 9, 7, 'the consent was withdrawn', 'none; only the performer can consent again'),
  ('CONTRACT_EXPIRED', 10, 4, 'the governing version''s term is over, or has no end and is not perpetual', 'renew the contract'),
  ('CONTRACT_NOT_EXECUTED', 11, 4, 'the governing version is not signed by both sides', 'have the contract countersigned'),
  ('CONTRACT_TERMINATED', 12, 4, 'the contract was terminated', 'sign a new contract'),
  ('CONTRACT_UNKNOWN_VALUE', 13, 4, 'a cell of the contract or of a grant cannot be read', 'correct the cell in a new version of the contract'),
  ('CONTRIBUTOR_COUNT_MISMATCH', 14, 2, 'the contributors on record are not as many as declared', 'complete the contribution rows or correct the declared count'),
  ('EMBARGOED', 15, 5, 'the grant is under embargo on this day', 'wait until the embargo is over'),
  ('ERASURE_REQUESTED', 16, 8, 'erasure was asked for', 'none; the work is to be erased'),
  ('EXCLUSIVE_TO_OTHER', 17, 8, 'another client holds an exclusivity over this use', 'wait until the exclusivity ends'),
  ('FOOTPRINT_UNKNOWN', 18, 2, 'what a contributor contributed (text, audio, video...) cannot be read', 'record the contributor''s modalities'),
  ('GRANT_EXPIRED', 19, 5, 'the grant ended before this day, or has no end and is not perpetual', 'renew the grant'),
  ('GRANT_NOT_STARTED', 20, 5, 'the grant starts after this day', 'wait until the grant starts'),
  ('GUARDIAN_CONSENT_MISSING', 21, 7, 'a minor performed and no guardian''s consent holds', 'ask the guardian for a consent'),
  ('HUMAN_ATTESTATION_MISSING', 22, 8, 'no word on whether AI assisted the work', 'ask the performer to attest none or to disclose it'),
  ('MAJORITY_RECONSENT_MISSING', 23, 7, 'the performer has come of age and has not reaffirmed', 'ask the performer to reaffirm'),
  ('MAX_DELIVERIES_REACHED', 24, 5, 'the grant''s number of deliveries is used up', 'buy further deliveries in an amendment'),
  ('MINOR_SENSITIVE_USE', 25, 7, 'a minor''s performance is never put to a sensitive use', 'none'),
  ('MODALITY_NOT_GRANTED', 26, 5, 'no grant of this purpose covers the modality', 'license the modality, or ask for less'),
  ('MODALITY_UNATTRIBUTED', 27, 2, 'nobody on record contributed a requested modality', 'record who contributed it, or ask for less'),
  ('NO_CONTRACT', 28, 3, 'no contract version governs this performer''s part', 'sign a contract that reaches the submission'),
  ('NO_CONTRIBUTOR', 29, 2, 'no contributor is on record', 'record the contributors'),
  ('ONWARD_NOT_GRANTED', 30, 5, 'the grant does not reach as far onward as the order asks', 'license the onward use, or ask for less'),
  ('PROHIBITED', 31, 6, 'a clause forbids this use to everybody', 'none while the clause stands'),
  ('PURPOSE_NOT_GRANTED', 32, 5, 'no grant names the purpose', 'license the purpose, or ask for less'),
  ('REQUEST_UNKNOWN_VALUE', 33, 1, 'a cell of the order is missing or unknown', 'correct the order'),
  ('REVOKED', 34, 8, 'a revocation is in force', 'none while the revocation stands'),
  ('SUBMISSION_INCOMPLETE', 35, 8, 'kind, session, campaign or a date is missing, unknown or contradictory', 'complete the submission''s record'),
  ('SUSPENDED', 36, 8, 'a suspension is in force', 'wait until the suspension is lifted'),
  ('TERM_TOO_SHORT', 37, 5, 'the licence ends sooner than the order needs', 'extend the licence, or ask for fewer days'),
  ('TERRITORY_NOT_GRANTED', 38, 5, 'the grant does not cover every country', 'license the territory, or ask for less'),
  ('THIRD_PARTY_IP', 39, 8, 'the work holds, or may hold, somebody else''s rights', 'clear the third party''s rights and record none'),
  ('APPROVAL_MISSING', 40, 5, 'the grant asks for an approval of each delivery, and this one has none', 'ask the performer to approve this delivery'),
  ('MEDIA_NOT_GRANTED', 41, 5, 'the grant does not name every medium of the order, or the order names none', 'license the media, or ask for less'),
  ('REPLICA_TERM_TOO_LONG', 42, 5, 'a grant of a replica runs for more than ten years', 'sign a grant of at most ten years'),
  ('BIOMETRIC_CONSENT_MISSING', 43, 7, 'no consent to biometric data holds for a voice or a likeness', 'ask the performer for a biometric consent'),
  ('DISCLOSURE_TOO_LATE', 44, 7, 'the use was disclosed less than 48 hours before the consent was given', 'disclose the use and ask for a new consent 48 hours later'),
  ('PERFORMER_NOTICE_MISSING', 45, 7, 'the performer was not told, before the delivery, of the client and the training', 'send the notice and deliver on a later day');

-- the same bits for constants, so that the planner folds them; a test compares macro and table
CREATE OR REPLACE MACRO reason(code) AS CASE code
  WHEN 'AGE_UNKNOWN' THEN CAST(1 AS BIGINT)
  WHEN 'AUDITION_NOT_LICENSED' THEN CAST(2 AS BIGINT)
  WHEN 'CLIENT_BLOCKED' THEN CAST(4 AS BIGINT)
  WHEN 'CLIENT_NOT_LISTED' THEN CAST(8 AS BIGINT)
  WHEN 'COMPENSATION_TERM_MISSING' THEN CAST(16 AS BIGINT)
  WHEN 'CONSENT_EXPIRED' THEN CAST(32 AS BIGINT)
  WHEN 'CONSENT_MISSING' THEN CAST(64 AS BIGINT)
  WHEN 'CONSENT_NOT_SPECIFIC' THEN CAST(128 AS BIGINT)
  WHEN 'CONSENT_OTHER_CLIENT' THEN CAST(256 AS BIGINT)
  WHEN 'CONSENT_WITHDRAWN' THEN CAST(512 AS BIGINT)
  WHEN 'CONTRACT_EXPIRED' THEN CAST(1024 AS BIGINT)
  WHEN 'CONTRACT_NOT_EXECUTED' THEN CAST(2048 AS BIGINT)
  WHEN 'CONTRACT_TERMINATED' THEN CAST(4096 AS BIGINT)
  WHEN 'CONTRACT_UNKNOWN_VALUE' THEN CAST(8192 AS BIGINT)
  WHEN 'CONTRIBUTOR_COUNT_MISMATCH' THEN CAST(16384 AS BIGINT)
  WHEN 'EMBARGOED' THEN CAST(32768 AS BIGINT)
  WHEN 'ERASURE_REQUESTED' THEN CAST(65536 AS BIGINT)
  WHEN 'EXCLUSIVE_TO_OTHER' THEN CAST(131072 AS BIGINT)
  WHEN 'FOOTPRINT_UNKNOWN' THEN CAST(262144 AS BIGINT)
  WHEN 'GRANT_EXPIRED' THEN CAST(524288 AS BIGINT)
  WHEN 'GRANT_NOT_STARTED' THEN CAST(1048576 AS BIGINT)
  WHEN 'GUARDIAN_CONSENT_MISSING' THEN CAST(2097152 AS BIGINT)
  WHEN 'HUMAN_ATTESTATION_MISSING' THEN CAST(4194304 AS BIGINT)
  WHEN 'MAJORITY_RECONSENT_MISSING' THEN CAST(8388608 AS BIGINT)
  WHEN 'MAX_DELIVERIES_REACHED' THEN CAST(16777216 AS BIGINT)
  WHEN 'MINOR_SENSITIVE_USE' THEN CAST(33554432 AS BIGINT)
  WHEN 'MODALITY_NOT_GRANTED' THEN CAST(67108864 AS BIGINT)
  WHEN 'MODALITY_UNATTRIBUTED' THEN CAST(134217728 AS BIGINT)
  WHEN 'NO_CONTRACT' THEN CAST(268435456 AS BIGINT)
  WHEN 'NO_CONTRIBUTOR' THEN CAST(536870912 AS BIGINT)
  WHEN 'ONWARD_NOT_GRANTED' THEN CAST(1073741824 AS BIGINT)
  WHEN 'PROHIBITED' THEN CAST(2147483648 AS BIGINT)
  WHEN 'PURPOSE_NOT_GRANTED' THEN CAST(4294967296 AS BIGINT)
  WHEN 'REQUEST_UNKNOWN_VALUE' THEN CAST(8589934592 AS BIGINT)
  WHEN 'REVOKED' THEN CAST(17179869184 AS BIGINT)
  WHEN 'SUBMISSION_INCOMPLETE' THEN CAST(34359738368 AS BIGINT)
  WHEN 'SUSPENDED' THEN CAST(68719476736 AS BIGINT)
  WHEN 'TERM_TOO_SHORT' THEN CAST(137438953472 AS BIGINT)
  WHEN 'TERRITORY_NOT_GRANTED' THEN CAST(274877906944 AS BIGINT)
  WHEN 'THIRD_PARTY_IP' THEN CAST(549755813888 AS BIGINT)
  WHEN 'APPROVAL_MISSING' THEN CAST(1099511627776 AS BIGINT)
  WHEN 'MEDIA_NOT_GRANTED' THEN CAST(2199023255552 AS BIGINT)
  WHEN 'REPLICA_TERM_TOO_LONG' THEN CAST(4398046511104 AS BIGINT)
  WHEN 'BIOMETRIC_CONSENT_MISSING' THEN CAST(8796093022208 AS BIGINT)
  WHEN 'DISCLOSURE_TOO_LATE' THEN CAST(17592186044416 AS BIGINT)
  WHEN 'PERFORMER_NOTICE_MISSING' THEN CAST(35184372088832 AS BIGINT)
END;
