-- What    readers: how a cell of the contract feed is read, once for every file of this folder
-- Grain   none: macros only
-- Reads   nothing
-- Writes  macros as_key, as_day, within_calendar, as_instant, as_yes, as_whole, as_codes, known_from, is_junk_*, reason
-- Source  shared rules "rights", section 1: an unreadable cell loads as text and reads as NULL; it never crashes a load
-- Limit   a day is written YYYY-MM-DD and nothing else; 'infinity', '2026-1-1' and 'today' are unreadable
SET TimeZone = 'UTC';
CREATE SCHEMA IF NOT EXISTS rights;

CREATE OR REPLACE MACRO as_key(x) AS nullif(x, '');
CREATE OR REPLACE MACRO as_day(x) AS
  CASE WHEN length(x) = 10 AND CAST(TRY_CAST(x AS DATE) AS VARCHAR) = x THEN TRY_CAST(x AS DATE) END;
-- times without a zone are UTC; an instant outside the years 1 to 9999, whatever its zone, is unreadable
CREATE OR REPLACE MACRO within_calendar(t) AS CASE WHEN year(t) BETWEEN 1 AND 9999 THEN t END;
CREATE OR REPLACE MACRO as_instant(x) AS within_calendar(
  CASE WHEN regexp_full_match(x, '\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?( ?(Z|UTC|[+-]\d\d(:?\d\d)?))?)?')
       THEN timezone('UTC', TRY_CAST(replace(x, 'Z', '+00') AS TIMESTAMPTZ)) END);
CREATE OR REPLACE MACRO as_yes(x) AS CASE x WHEN 'true' THEN true WHEN 'false' THEN false END;
CREATE OR REPLACE MACRO as_whole(x) AS
  CASE WHEN regexp_full_match(x, '-?(0|[1-9]\d{0,17})') THEN TRY_CAST(x AS BIGINT) END;
-- a list that holds a NULL is unreadable as a whole
CREATE OR REPLACE MACRO as_codes(x) AS
  CASE WHEN json_valid(x) THEN CASE WHEN json_type(x) = 'ARRAY' THEN
    CASE WHEN len(from_json(x, '["VARCHAR"]')) = list_count(from_json(x, '["VARCHAR"]'))
         THEN from_json(x, '["VARCHAR"]') END END END;

-- performer, client, session, submission, contribution and party: without recorded_at known from the beginning
CREATE OR REPLACE MACRO known_from(x) AS CASE WHEN x IS NULL THEN TIMESTAMP '0001-01-01' ELSE as_instant(x) END;
CREATE OR REPLACE MACRO is_junk_day(x) AS x IS NOT NULL AND as_day(x) IS NULL;
CREATE OR REPLACE MACRO is_junk_instant(x) AS x IS NOT NULL AND as_instant(x) IS NULL;
CREATE OR REPLACE MACRO is_junk_yes(x) AS x IS NOT NULL AND as_yes(x) IS NULL;
CREATE OR REPLACE MACRO is_junk_whole(x) AS x IS NOT NULL AND as_whole(x) IS NULL;
CREATE OR REPLACE MACRO is_junk_codes(x) AS x IS NOT NULL AND as_codes(x) IS NULL;
