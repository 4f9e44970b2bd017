-- What    seals and control totals written as the contract system would write them, from the rows as they are
-- Grain   one row a sealed key; one row a table
-- Reads   rights.sealed_now, rights.total_now
-- Writes  feed.seal, feed.control_total (replaced)
-- Source  shared rules "rights", section 2, step 0
-- Limit   it seals whatever is there, also what the gate would refuse
DELETE FROM feed.seal;
INSERT INTO feed.seal (world, kind, key, sha256) SELECT DISTINCT world, kind, key, sha256 FROM rights.sealed_now;
DELETE FROM feed.control_total;
INSERT INTO feed.control_total (world, table_name, row_count, keys_sha256)
SELECT n.world, n.table_name, CAST(CASE n.table_name WHEN 'seal' THEN s.row_count ELSE n.row_count END AS VARCHAR),
  CASE n.table_name WHEN 'seal' THEN s.keys_sha256 ELSE n.keys_sha256 END
FROM rights.total_now n
LEFT JOIN (
  SELECT w.world, count(f.kind) AS row_count, sha256(coalesce(string_agg(
    key_text([f.kind, f.key, f.sha256]), chr(10) ORDER BY key_text([f.kind, f.key, f.sha256])), '')) AS keys_sha256
  FROM rights.world w LEFT JOIN feed.seal f ON f.world = w.world GROUP BY w.world) s ON s.world = n.world
WHERE NOT (is_of_policies(n.table_name) AND n.row_count = 0);
