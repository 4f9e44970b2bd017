-- What    the build orders, read: their clocks, their clients' families, the cells that each asks for
-- Grain   clock: one row an (as_of, known_at); request_row: one row a request; request_cell: leaf × modality
-- Reads   feed.request, rights.client_row, the vocabularies, rights.list_value
-- Writes  rights.clock, rights.client_family, rights.request_row, rights.request_cell
-- Source  shared rules "rights", section 2, step 1: every column is required and closed
-- Limit   one request_id with two contents is unreadable in both; media and categories are asked by their policies alone
CREATE OR REPLACE TABLE rights.clock AS
SELECT CAST(row_number() OVER (ORDER BY world, as_of, known_at) AS INTEGER) AS clock, world, as_of, known_at
FROM (SELECT DISTINCT world, as_day(as_of) AS as_of, as_instant(known_at) AS known_at FROM feed.request)
WHERE as_of IS NOT NULL AND known_at IS NOT NULL;

-- a family is all with the same topmost parent; a parent that is not known yet is still a parent
CREATE OR REPLACE TABLE rights.client_family AS
WITH RECURSIVE known AS (
  SELECT c.clock, r.client_id, r.parent_client_id
  FROM rights.clock c JOIN rights.client_row r ON r.world = c.world AND r.known_from <= c.known_at
  QUALIFY rank() OVER (PARTITION BY c.clock, r.client_id ORDER BY r.known_from DESC) = 1
), up(clock, client_id, ancestor, depth) AS (
  SELECT clock, client_id, client_id, 0 FROM known
  UNION
  SELECT u.clock, u.client_id, k.parent_client_id, u.depth + 1
  FROM up u JOIN known k ON k.clock = u.clock AND k.client_id = u.ancestor
  WHERE k.parent_client_id IS NOT NULL AND u.depth < 20
)
SELECT clock, client_id, max_by(ancestor, depth) AS family FROM up GROUP BY clock, client_id;

CREATE OR REPLACE TABLE rights.request_row AS
WITH asked AS (
  SELECT *, count(*) OVER (PARTITION BY world, request_id) AS contents FROM (SELECT DISTINCT * FROM feed.request)
)
SELECT CAST(row_number() OVER (ORDER BY a.world, a.request_id, hash(a)) AS INTEGER) AS req, a.world, a.request_id, c.clock,
  c.as_of, a.client_id, f.family, p.leaves_meant AS leaves, m.modalities, t.countries, o.reach AS onward_reach,
  as_whole(a.min_remaining_days) AS min_remaining_days, known_media(a.media) AS media,
  known_categories(a.categories) AS categories,
  coalesce(a.contents = 1 AND as_key(a.request_id) IS NOT NULL AND f.family IS NOT NULL AND p.leaves_meant > 0
    AND m.modalities > 0 AND t.countries IS NOT NULL AND o.reach IS NOT NULL
    AND as_whole(a.min_remaining_days) >= 0, false) AS is_readable
FROM asked a
LEFT JOIN rights.clock c ON c.world = a.world AND c.as_of = as_day(a.as_of) AND c.known_at = as_instant(a.known_at)
LEFT JOIN rights.client_family f ON f.clock = c.clock AND f.client_id = a.client_id
LEFT JOIN rights.purpose p ON p.code = a.purpose
LEFT JOIN rights.list_value m ON m.txt = a.modalities
LEFT JOIN rights.list_value t ON t.txt = a.territories
LEFT JOIN rights.onward o ON o.code = a.onward;

CREATE OR REPLACE TABLE rights.request_cell AS
SELECT r.req, r.clock, 1 << p.leaf_bit AS leaf, p.is_sensitive, m.mask AS modality
FROM rights.request_row r
JOIN rights.purpose p ON p.is_leaf AND r.leaves & (1 << p.leaf_bit) > 0
JOIN rights.modality m ON r.modalities & m.mask > 0
WHERE r.is_readable;
