-- What    what was measured of every row, of its characters and its recordings, and what people decided of held rows
-- Grain   measures: one row; voices: one row and speaker; recordings: one row and take; desk: one decision
-- Reads   raw.measures, raw.voices, raw.recordings, raw.releases, view submissions
-- Writes  views measures, voices, recordings, desk
-- Source  the tables of quality, each column's formula and unit in docs/tables.md
-- Limit   of a row judged again the latest night's
CREATE OR REPLACE VIEW measures AS
SELECT CAST(parse_path(m.filename)[-2] AS DATE) AS night, m.* EXCLUDE (filename), s.is_accepted, s.language
FROM raw.measures m JOIN submissions s ON s.row_id = m.row_id
QUALIFY row_number() OVER (PARTITION BY m.row_id ORDER BY parse_path(m.filename)[-2] DESC) = 1;

CREATE OR REPLACE VIEW voices AS
SELECT CAST(parse_path(filename)[-2] AS DATE) AS night, * EXCLUDE (filename) FROM raw.voices
QUALIFY rank() OVER (PARTITION BY row_id ORDER BY parse_path(filename)[-2] DESC) = 1;

CREATE OR REPLACE VIEW recordings AS
SELECT CAST(parse_path(filename)[-2] AS DATE) AS night, * EXCLUDE (filename) FROM raw.recordings
QUALIFY row_number() OVER (PARTITION BY row_id, uri ORDER BY parse_path(filename)[-2] DESC) = 1;

CREATE OR REPLACE VIEW desk AS
SELECT CAST(left(parse_path(filename)[-2], 10) AS DATE) AS night, * EXCLUDE (filename) FROM raw.releases;
